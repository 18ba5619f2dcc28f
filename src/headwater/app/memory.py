"""Memory that a process no longer needs goes back to the system."""

from __future__ import annotations

import ctypes
from contextlib import suppress

LARGE_BYTES = 1024 * 1024
_M_MMAP_THRESHOLD = -3


def give_back_large() -> None:
    """From here on, pieces of that size and above are the system's again once they are let go of.

    By default glibc learns from the first large piece to keep as much, up to 32 MiB in each of its arenas: after a busy
    hour a process is as large as in its busiest second. Other libraries do not know the call, and need none.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)

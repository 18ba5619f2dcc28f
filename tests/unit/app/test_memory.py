"""What a process let go of is the system's again."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

GROWN_AND_GONE = """
import ctypes
from headwater.app.memory import give_back_large
{first}
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
def held_mib():
    with open("/proc/self/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Anonymous:")) / 1024
def piece(mib):
    at = libc.malloc(mib << 20)
    ctypes.memset(at, 1, mib << 20)
    return at
libc.free(piece(30))  # the first one teaches glibc
before = held_mib()
pieces = [piece(8) for _ in range(8)]
last = libc.malloc(4096)  # above them: what lies below it cannot be cut off
for at in pieces:
    libc.free(at)
print(held_mib() - before)
"""


def left_mib(first: str) -> float:
    command = [sys.executable, "-c", GROWN_AND_GONE.format(first=first)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the habit is glibc's")
def test_large_pieces_are_given_back_which_they_are_not_by_themselves() -> None:
    assert left_mib("") > 30
    assert left_mib("give_back_large()") < 10

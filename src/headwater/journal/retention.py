"""What of a log is let go: whole segments that every named reader has read, oldest first, beyond the limits."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from headwater.journal.files import segment_bases, segment_path
from headwater.journal.local import prune


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What was read is kept while the log is at most so large and so old, and so much of the disk is free."""

    keep_bytes: int
    keep_s: float
    free_bytes: int


class Retention:
    """Of one log on this machine; any process may run it, one at a time. `free_bytes` asks the disk."""

    def __init__(self, directory: Path, *, limits: Limits, free_bytes: Callable[[Path], int] | None = None) -> None:
        self._directory = directory
        self._limits = limits
        self._free_bytes = free_bytes or _free_bytes

    def due(self, now: float) -> int:
        """Before which offset the log is beyond a limit; 0: nowhere. The segment being written is never."""
        bases = segment_bases(self._directory)
        missing_bytes = self._limits.free_bytes - self._free_bytes(self._directory)
        before = 0
        for base, following in itertools.pairwise(bases):
            too_large = bases[-1] - base > self._limits.keep_bytes
            too_old = now - _written_at(segment_path(self._directory, base)) > self._limits.keep_s
            if not (too_large or too_old or missing_bytes > 0):
                break
            before = following
            missing_bytes -= following - base
        return before

    def let_go(self, *, before: int, read: int) -> int:
        """Removes what lies before both offsets; gives the earliest one kept. `read`: where the last reader is."""
        return prune(self._directory, before=min(before, read))


def _written_at(path: Path) -> float:
    """When the last record of a closed segment came in (seconds since 1970)."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _free_bytes(directory: Path) -> int:
    return shutil.disk_usage(directory).free

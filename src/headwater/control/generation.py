"""A counter in shared memory that says whether the control state has changed since one last looked.

Whoever commits a change bumps it; every other process compares it on each request, at the price of a memory read.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

_SIZE: Final = 8


class Generation:
    """The counter in `path` (8 bytes). The file must not be replaced while a process has it open."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._threads = Lock()
        with self._alone():
            if os.fstat(self._file).st_size < _SIZE:
                os.ftruncate(self._file, _SIZE)
        self._map = mmap.mmap(self._file, _SIZE)
        self._counter = memoryview(self._map).cast("Q")

    def read(self) -> int:
        """The count now. No system call."""
        return self._counter[0]

    def bump(self) -> None:
        """Tell every process to look again. Call it after the commit."""
        with self._alone():
            self._counter[0] += 1

    def close(self) -> None:
        self._counter.release()
        self._map.close()
        os.close(self._file)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # Two that bump at once, be they threads or processes, must count twice.
        with self._threads:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

"""Where a local log's bytes lie: segment files named by the offset of their first byte, and the durable mark.

`<20 digits>.log` holds frames; `durable` holds one 64-bit number, shared by memory map between the writer and
readers in other processes: everything before it has been flushed to disk. It is set after the flush, so that
a mark found on disk never promises too much.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import time
from pathlib import Path

from headwater.journal.waiting import Cell

SUFFIX = ".log"


def segment_path(directory: Path, base: int) -> Path:
    return directory / f"{base:020d}{SUFFIX}"


def segment_bases(directory: Path) -> list[int]:
    """The segments' first offsets, in order."""
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return []
    return sorted(int(name[: -len(SUFFIX)]) for name in names if name.endswith(SUFFIX))


def sync_directory(directory: Path) -> None:
    """A file's name is durable only when its directory has been flushed."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_way_to(directory: Path) -> None:
    """Makes a directory's own name durable, and those above it, as far as they may be read."""
    for above in directory.absolute().parents:
        with contextlib.suppress(PermissionError):
            sync_directory(above)


def write_whole(path: Path, content: bytes) -> None:
    """Replaces a small file: after a crash at any point it holds the old content or the new one, whole."""
    temporary = path.with_name(path.name + ".new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(temporary, path)
    sync_directory(path.parent)


class SharedNumber:
    """One 64-bit number in a file that any process may map; reading it costs no system call.

    It only grows while somebody waits for it.
    """

    def __init__(self, path: Path, *, writable: bool) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if writable:
                # Storing to a map that has no room on disk kills the process: take the room now, or say so.
                os.posix_fallocate(handle, 0, 8)
            elif os.fstat(handle).st_size < 8:
                os.ftruncate(handle, 8)
            self._map = mmap.mmap(handle, 8)
        finally:
            os.close(handle)
        self._cell = Cell(self._map)

    def get(self) -> int:
        return self._cell.get()

    def set(self, number: int) -> None:
        self._cell.set(number)

    def wait(self, beyond: int, timeout_s: float) -> None:
        """Until the number is greater, `wake` is called, or the time is over: whichever comes first."""
        self._cell.wait(beyond, timeout_s)

    def wake(self) -> None:
        self._cell.wake()

    def close(self) -> None:
        self._cell.close()
        self._map.close()


def durable_mark(directory: Path, *, writable: bool) -> SharedNumber:
    """Up to where a log's records have been flushed to disk."""
    return SharedNumber(directory / "durable", writable=writable)


class WriterLock:
    """At most one writer of a directory, over all processes; a dead holder's lock is free at once."""

    def __init__(self, directory: Path, *, wait_s: float) -> None:
        self._handle = os.open(directory / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(self._handle)
                    raise TimeoutError(
                        f"{directory} is being written by another process; waited {wait_s:g} s for it to end. "
                        "Stop that one, or use another data directory."
                    ) from None
                time.sleep(0.05)

    def close(self) -> None:
        os.close(self._handle)

"""The log on one machine: segment files, one writer process, any number of readers in any process."""

from __future__ import annotations

import bisect
import contextlib
import itertools
import os
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from headwater.journal import frame
from headwater.journal.files import (
    WriterLock,
    durable_mark,
    segment_bases,
    segment_path,
    sync_directory,
    sync_way_to,
)
from headwater.journal.protocol import JournalBroken, JournalDamaged, JournalFull, OffsetGone, Record

SEGMENT_BYTES = 64 * 1024 * 1024
LOCK_WAIT_S = 10.0


class LocalWriter:
    """Appends durably. Opening cuts off a torn last write: it was never acknowledged.

    What was acknowledged and can no longer be read is left where it is; readers are told, and writing goes on in a
    new segment behind it. A log of `max_bytes` takes no more until retention has removed something; 0: no limit.
    """

    def __init__(
        self,
        directory: Path,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        max_bytes: int = 0,
        lock_wait_s: float = LOCK_WAIT_S,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._segment_bytes = segment_bytes
        self._max_bytes = max_bytes
        self._earliest = 0
        self._lock = WriterLock(directory, wait_s=lock_wait_s)
        self._mark = durable_mark(directory, writable=True)
        self._handle = -1
        self._broken = False
        self._cut = False
        self._open_last()

    @property
    def end(self) -> int:
        return self._base + self._size

    @property
    def base(self) -> int:
        """Where the segment being written begins."""
        return self._base

    def append(self, payloads: Sequence[bytes]) -> int:
        if self._broken:
            raise JournalBroken(f"the journal in {self._directory} could not be mended; it must be opened anew")
        data = frame.encode(payloads)
        self._require_room(len(data))
        if self._size >= self._segment_bytes or (self._cut and self._size):
            self._rotate()
        self._write(data)
        self._flush()
        self._size += len(data)
        self._mark.set(self.end)
        return self.end

    def cut(self) -> None:
        """The next append begins a new segment, so that what lies before it is written to no more (see `reseal`).

        Of any thread: an append that is under way may still go where it would have gone.
        """
        self._cut = True

    def close(self) -> None:
        os.close(self._handle)
        self._mark.close()
        self._lock.close()

    def _open_last(self) -> None:
        bases = segment_bases(self._directory)
        self._base = bases[-1] if bases else 0
        path = segment_path(self._directory, self._base)
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._size = _valid_bytes(path)
        promised = self._mark.get()
        if promised > self.end:
            self._leave_behind(promised)
        self._write_again(promised - self._base)
        os.ftruncate(self._handle, self._size)
        os.lseek(self._handle, self._size, os.SEEK_SET)
        os.fsync(self._handle)
        sync_directory(self._directory)
        sync_way_to(self._directory)
        self._mark.set(self.end)

    def _leave_behind(self, promised: int) -> None:
        """Goes on in a new segment, so that no offset that readers may have seen is given twice."""
        base = max(promised, self._base + os.fstat(self._handle).st_size)
        os.close(self._handle)
        self._handle = os.open(segment_path(self._directory, base), os.O_RDWR | os.O_CREAT, 0o600)
        self._base, self._size = base, 0

    def _write_again(self, durable_bytes: int) -> None:
        """Writes once more what the last process may not have got to the disk.

        After a flush that failed the kernel takes pages for clean that never arrived; a further flush would leave
        them out and report success.
        """
        at = min(max(durable_bytes, 0), self._size)
        while at < self._size:
            chunk = os.pread(self._handle, min(self._size - at, 1024 * 1024), at)
            at += os.pwrite(self._handle, chunk, at)

    def _require_room(self, size_bytes: int) -> None:
        if not self._max_bytes or self.end + size_bytes - self._earliest <= self._max_bytes:
            return
        self._earliest = segment_bases(self._directory)[0]
        if self.end + size_bytes - self._earliest > self._max_bytes:
            raise JournalFull(
                f"the journal in {self._directory} holds all it may, {self._max_bytes} bytes, and its readers have not"
                " read enough of them yet"
            )

    def _rotate(self) -> None:
        base = self.end
        try:
            handle = os.open(segment_path(self._directory, base), os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise JournalFull(f"the journal cannot open a new segment: {error.strerror}") from error
        try:
            sync_directory(self._directory)
        except OSError as error:
            os.close(handle)
            raise JournalFull(f"the journal cannot open a new segment: {error.strerror}") from error
        os.close(self._handle)
        self._handle, self._base, self._size = handle, base, 0
        self._cut = False

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError as error:
            self._take_back()
            raise JournalFull(f"the journal cannot be written: {error.strerror}") from error

    def _flush(self) -> None:
        try:
            os.fdatasync(self._handle)
        except OSError as error:
            # The kernel may have dropped the dirty pages, and would report success for them the next time. Cut off,
            # they cannot be mistaken for flushed ones: what comes next is written, and flushed, for itself.
            self._take_back()
            raise JournalFull(f"the journal's flush failed: {error.strerror}") from error

    def _take_back(self) -> None:
        """Removes what a failed write or flush left behind the last durable record."""
        try:
            os.ftruncate(self._handle, self._size)
            os.lseek(self._handle, self._size, os.SEEK_SET)
        except OSError as error:
            self._broken = True
            raise JournalBroken(
                f"the journal cannot be mended after a failed write or flush: {error.strerror}"
            ) from error


class LocalReader:
    """Reads durable records; keeps the segment it last read open."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._mark = durable_mark(directory, writable=False)
        self._bases: list[int] = []
        self._handle = -1
        self._handle_base = -1

    def end(self) -> int:
        return self._mark.get()

    def earliest(self) -> int:
        bases = segment_bases(self._directory)
        return bases[0] if bases else 0

    def read(self, offset: int, max_bytes: int) -> list[Record]:
        durable = self._mark.get()
        if offset >= durable:
            return []
        base, stop = self._locate(offset, durable)
        records = self._read(base, offset, stop, max_bytes)
        if not records and self._is_replaced():
            self.let_go()
            records = self._read(base, offset, stop, max_bytes)
        if not records:
            raise JournalDamaged(offset, self._past_damage(base, offset, stop))
        return records

    def wait(self, offset: int, timeout_s: float) -> None:
        self._mark.wait(offset, timeout_s)

    def wake(self) -> None:
        self._mark.wake()

    def last(self) -> Record | None:
        durable = self._mark.get()
        for base in reversed(segment_bases(self._directory)):
            newest = deque(self._records(base, durable), maxlen=1)
            if newest:
                return newest[0]
        return None

    def _records(self, offset: int, until: int) -> Iterator[Record]:
        while offset < until:
            try:
                records = self.read(offset, 8 * 1024 * 1024)
            except JournalDamaged as damage:
                offset = damage.next
                continue
            yield from records
            offset = records[-1].next

    def close(self) -> None:
        self.let_go()
        self._mark.close()

    def let_go(self) -> None:
        """Keeps no segment open until the next read: for a reader that may not read again for long."""
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = self._handle_base = -1

    def _read(self, base: int, offset: int, stop: int, max_bytes: int) -> list[Record]:
        data = self._bytes(base, offset, min(max(max_bytes, frame.HEADER.size), stop - offset))
        if (wanted := frame.needed(data)) > len(data):
            data = self._bytes(base, offset, min(wanted, stop - offset))
        return [Record(offset + start, offset + finish, payload) for start, finish, payload in frame.decode(data)]

    def _is_replaced(self) -> bool:
        """Whether another file has the open segment's name: it was sealed anew, and the old one emptied."""
        return self._handle >= 0 and os.fstat(self._handle).st_nlink == 0

    def _locate(self, offset: int, durable: int) -> tuple[int, int]:
        """The segment that holds `offset`, and where its durable part stops."""
        if not self._bases or offset >= self._bases[-1] or offset < self._bases[0]:
            self._bases = segment_bases(self._directory)
        index = bisect.bisect_right(self._bases, offset) - 1
        if index < 0:
            raise OffsetGone(offset, self._bases[0] if self._bases else durable)
        following = self._bases[index + 1] if index + 1 < len(self._bases) else durable
        return self._bases[index], min(following, durable)

    def _past_damage(self, base: int, offset: int, stop: int) -> int:
        """Where the next record begins: after this one, when its length is believable, else in the next segment."""
        end = offset + frame.needed(self._bytes(base, offset, frame.HEADER.size))
        if not offset < end < stop:
            return stop
        length = frame.needed(self._bytes(base, end, frame.HEADER.size))
        following = self._bytes(base, end, min(length, stop - end))
        return end if any(frame.decode(following)) else stop

    def _bytes(self, base: int, offset: int, count: int) -> bytes:
        if self._handle_base != base:
            self.let_go()
            try:
                self._handle = os.open(segment_path(self._directory, base), os.O_RDONLY)
            except FileNotFoundError:
                self._bases = segment_bases(self._directory)
                raise OffsetGone(offset, self._bases[0] if self._bases else offset) from None
            self._handle_base = base
        return os.pread(self._handle, count, offset - base)


def prune(directory: Path, *, before: int) -> int:
    """Removes whole segments that end at or before `before`; gives the earliest offset kept.

    One after the other, each durably: whenever the power fails, what is kept has no gap.
    """
    bases = segment_bases(directory)
    for base, following in itertools.pairwise(bases):
        if following > before:
            break
        with contextlib.suppress(FileNotFoundError):
            os.unlink(segment_path(directory, base))
        sync_directory(directory)
    bases = segment_bases(directory)
    return bases[0] if bases else 0


def _valid_bytes(path: Path) -> int:
    """How much of a segment file is whole frames."""
    size = 0
    with path.open("rb") as file:
        data = b""
        while chunk := file.read(8 * 1024 * 1024):
            data += chunk
            used = max((finish for _, finish, _ in frame.decode(data)), default=0)
            size += used
            data = data[used:]
    return size

"""How many events the door accepted, per source: counted where it happens, kept over crashes.

The journal is the record: the count is what its records hold. A small file remembers the sums up to an offset, so
that only the records after it are read at start, and so that retention may remove those before it.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from headwater.base.raw import RawRecord, RejectedNote
from headwater.journal.files import write_whole
from headwater.journal.protocol import JournalDamaged, Reader

_DECODER = msgspec.json.Decoder(RawRecord | RejectedNote)
READ_BYTES = 8 * 1024 * 1024


class Sums(msgspec.Struct, frozen=True):
    """Events of all records before `offset`, by source."""

    offset: int = 0
    counts: dict[str, int] = {}


class Tally:
    """Of one thread, but for `save`. `add` counts what is durable; `settled` says up to where that is all."""

    def __init__(self, path: Path, reader: Reader) -> None:
        self._path = path
        saved = saved_sums(path)
        self._counts = dict(saved.counts)
        self._offset = saved.offset
        self._saved_offset = saved.offset
        self._catch_up(reader)

    def add(self, source_id: str, count: int) -> None:
        self._counts[source_id] = self._counts.get(source_id, 0) + count

    def settled(self, offset: int) -> None:
        self._offset = offset

    def counts(self) -> dict[str, int]:
        return dict(self._counts)

    def sums(self) -> Sums:
        return Sums(self._offset, self.counts())

    def save(self, sums: Sums) -> None:
        """Durably; `sums` were taken in the tally's own thread. Raises OSError when the disk is full."""
        if sums.offset != self._saved_offset:
            write_whole(self._path, msgspec.json.encode(sums))
            self._saved_offset = sums.offset

    def _catch_up(self, reader: Reader) -> None:
        self._offset = max(self._offset, reader.earliest())
        while self._offset < reader.end():
            try:
                records = reader.read(self._offset, READ_BYTES)
            except JournalDamaged as damage:
                self._offset = damage.next
                continue
            for record in records:
                self._count(record.payload)
            self._offset = records[-1].next

    def _count(self, payload: bytes) -> None:
        try:
            raw = _DECODER.decode(payload)
        except msgspec.MsgspecError:
            self.add("", 1)
            return
        if isinstance(raw, RawRecord):
            self.add(raw.source_id, len(raw.events))


def saved_sums(path: Path) -> Sums:
    """What the file at `path` says; nothing when there is none, or a disk's fault has spoiled it."""
    with contextlib.suppress(FileNotFoundError, msgspec.MsgspecError):
        return msgspec.json.decode(path.read_bytes(), type=Sums)
    return Sums()

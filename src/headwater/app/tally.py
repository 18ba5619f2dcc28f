"""How many events the door accepted, per source: counted where it happens, kept over crashes.

The journal is the record: the count is what its records hold. A small file remembers the sums up to an offset, so
that only the records after it are read at start.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

import msgspec

from headwater.base.raw import RawRecord, RejectedNote
from headwater.journal.protocol import Reader

_DECODER = msgspec.json.Decoder(RawRecord | RejectedNote)
READ_BYTES = 8 * 1024 * 1024


class _Saved(msgspec.Struct):
    offset: int = 0
    counts: dict[str, int] = {}


class Tally:
    """`add` is called when records are durable; `save` may be called from any thread."""

    def __init__(self, path: Path, reader: Reader) -> None:
        self._path = path
        self._reader = reader
        self._lock = threading.Lock()
        self._saved = self._load()
        self._catch_up()
        self._counts = dict(self._saved.counts)

    def add(self, source_id: str, count: int) -> None:
        self._counts[source_id] = self._counts.get(source_id, 0) + count

    def counts(self) -> dict[str, int]:
        return dict(self._counts)

    def save(self) -> None:
        """Reads on from the last save, as the counter alone does not say which offset it stands for."""
        with self._lock:
            self._catch_up()
            temporary = self._path.with_suffix(".new")
            temporary.write_bytes(msgspec.json.encode(self._saved))
            os.replace(temporary, self._path)

    def _load(self) -> _Saved:
        with contextlib.suppress(FileNotFoundError, msgspec.MsgspecError):
            return msgspec.json.decode(self._path.read_bytes(), type=_Saved)
        return _Saved()

    def _catch_up(self) -> None:
        self._saved.offset = max(self._saved.offset, self._reader.earliest())
        while records := self._reader.read(self._saved.offset, READ_BYTES):
            for record in records:
                self._count(record.payload)
            self._saved.offset = records[-1].next

    def _count(self, payload: bytes) -> None:
        try:
            raw = _DECODER.decode(payload)
        except msgspec.MsgspecError:
            self._saved.counts[""] = self._saved.counts.get("", 0) + 1
            return
        if isinstance(raw, RawRecord):
            counts = self._saved.counts
            counts[raw.source_id] = counts.get(raw.source_id, 0) + len(raw.events)

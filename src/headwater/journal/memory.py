"""The log in memory: the same promises but durability, for tests and for trying things out."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from headwater.journal.protocol import JournalFull, OffsetGone, Record


class MemoryLog:
    """Writer and reader in one. While it is `full` it takes nothing."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._end = 0
        self._earliest = 0
        self._grown = threading.Condition()
        self.full = False

    def append(self, payloads: Sequence[bytes]) -> int:
        if any(not payload for payload in payloads):
            raise ValueError("a record holds at least one byte")
        if self.full:
            raise JournalFull("the log takes nothing just now")
        for payload in payloads:
            record = Record(self._end, self._end + len(payload) + 8, payload)
            self._records.append(record)
            self._end = record.next
        self.wake()
        return self._end

    def read(self, offset: int, max_bytes: int) -> list[Record]:
        if offset < self._earliest:
            raise OffsetGone(offset, self._earliest)
        found: list[Record] = []
        size = 0
        for record in self._records:
            if record.offset < offset:
                continue
            size += record.next - record.offset
            if found and size > max_bytes:
                break
            found.append(record)
        return found

    def earliest(self) -> int:
        return self._earliest

    def end(self) -> int:
        return self._end

    def wait(self, offset: int, timeout_s: float) -> None:
        with self._grown:
            if self._end <= offset:
                self._grown.wait(timeout_s)

    def wake(self) -> None:
        with self._grown:
            self._grown.notify_all()

    def last(self) -> Record | None:
        return self._records[-1] if self._records else None

    def prune(self, *, before: int) -> int:
        self._records = [record for record in self._records if record.next > before]
        self._earliest = self._records[0].offset if self._records else self._end
        return self._earliest

    def close(self) -> None:
        return None

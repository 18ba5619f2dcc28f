"""The clean frame: what the pipeline writes, in one piece, for a stretch of the raw journal.

A frame holds the clean events and, with them, how far the raw journal has been read and what became of every
event of that stretch. So the pipeline's cursor, its accounting and its output can never disagree.
"""

from __future__ import annotations

from functools import cache

import msgspec

from headwater.base.event import CleanEvent


class Tally(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Counts of events of one source. accepted = duplicate + dropped + parked + clean.

    The workspace stands here too, as a source may be deleted and its events stay counted. `last_ms` is when the last
    event came, be it one that was refused; 0: not known.
    """

    workspace_id: str = ""
    clean: int = 0
    duplicate: int = 0
    dropped: dict[str, int] = {}
    parked: dict[str, int] = {}
    last_ms: int = 0

    def add(self, other: Tally) -> None:
        self.workspace_id = self.workspace_id or other.workspace_id
        self.last_ms = max(self.last_ms, other.last_ms)
        self.clean += other.clean
        self.duplicate += other.duplicate
        for reason, count in other.dropped.items():
            self.dropped[reason] = self.dropped.get(reason, 0) + count
        for reason, count in other.parked.items():
            self.parked[reason] = self.parked.get(reason, 0) + count

    @property
    def total(self) -> int:
        return self.clean + self.duplicate + sum(self.dropped.values()) + sum(self.parked.values())


class CleanFrame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`raw_next` is the raw offset after the stretch; a replayed frame has none, and counts nothing."""

    events: list[CleanEvent] = msgspec.field(name="e")
    raw_next: int | None = msgspec.field(name="o", default=None)
    tally: dict[str, Tally] = msgspec.field(name="n", default_factory=dict)
    replay: str | None = msgspec.field(name="y", default=None)


@cache
def _decoder() -> msgspec.json.Decoder[CleanFrame]:
    return msgspec.json.Decoder(CleanFrame)


def decode_frame(payload: bytes) -> CleanFrame:
    return _decoder().decode(payload)


def encode_frame(frame: CleanFrame) -> bytes:
    return msgspec.json.encode(frame)

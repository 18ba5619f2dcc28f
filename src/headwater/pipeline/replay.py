"""The past again: clean events made anew from the raw journal, with the same ids, for a span of receiving times.

Replayed frames carry the replay's id and no tally: what was counted once is not counted again. What was parked and
is released is counted over from parked to clean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from headwater.base.clean import CleanFrame, Tally
from headwater.base.event import CleanEvent
from headwater.base.outcome import ParkReason
from headwater.base.raw import RawRecord, RejectedNote
from headwater.journal.protocol import JournalDamaged, OffsetGone, Reader, Record
from headwater.pipeline import normalise
from headwater.pipeline.ledger import FateRow
from headwater.pipeline.tutorials import ContentNumbers

READ_BYTES = 2 * 1024 * 1024
_DECODER = msgspec.json.Decoder(RawRecord | RejectedNote)


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Receiving times in milliseconds since 1970-01-01 UTC, half open; None: no bound on that side."""

    workspace_id: str
    start_ms: int | None
    end_ms: int | None

    def holds(self, workspace_id: str, received_ms: int) -> bool:
        return (
            workspace_id == self.workspace_id
            and (self.start_ms is None or received_ms >= self.start_ms)
            and (self.end_ms is None or received_ms < self.end_ms)
        )


def earliest_ms(raw: Reader) -> int | None:
    """When the oldest request that is kept was received."""
    for record in _records(raw, raw.end()):
        try:
            return _DECODER.decode(record.payload).received_ms
        except msgspec.MsgspecError:
            continue
    return None


def clean_again(
    raw: Reader, span: Span, *, journal: str, until: int, replay_id: str, numbers: ContentNumbers | None = None
) -> Iterator[CleanFrame]:
    """Frames of the span's events, up to the raw offset `until`. Raises OffsetGone when retention overtakes it."""
    events: list[CleanEvent] = []
    size = 0
    for record in _records(raw, until):
        found = _decoded(record)
        if found is not None and span.holds(found.workspace_id, found.received_ms):
            events += _events_at(found, record.offset, range(len(found.events)), journal, numbers)
            size += record.next - record.offset
        if size >= READ_BYTES:
            yield CleanFrame(events=events, replay=replay_id)
            events, size = [], 0
    if events:
        yield CleanFrame(events=events, replay=replay_id)


def _records(raw: Reader, until: int) -> Iterator[Record]:
    """All that is kept of the raw journal up to `until`; what is damaged is left out."""
    offset = raw.earliest()
    while offset < until:
        try:
            records = raw.read(offset, READ_BYTES)
        except JournalDamaged as damage:
            offset = damage.next
            continue
        if not records:
            return
        yield from (record for record in records if record.offset < until)
        offset = records[-1].next


class Going(msgspec.Struct, frozen=True):
    """What comes of a parked row that can go on: its events, and how the books count them over."""

    events: list[CleanEvent]
    tally: dict[str, Tally]


def going(raw: Reader, row: FateRow, *, journal: str, numbers: ContentNumbers | None = None) -> Going | str:
    """What can go on of a parked row now; or why nothing can, in a sentence for people.

    A row without a workspace stands for a whole record that could not be read, and so for all of its events.
    """
    if row.reason == ParkReason.JOURNAL_DAMAGED:
        return "The disk has spoiled this part of the journal: what it held is lost here, and the books keep its place."
    found = _record_at(raw, row.raw_offset)
    if found is None:
        return f"This version cannot read it ({row.note}). It is kept for a version that can."
    if isinstance(found, str):
        return found
    wanted = range(len(found.events)) if not row.workspace_id else [row.position]
    events = list(_events_at(found, row.raw_offset, wanted, journal, numbers))
    if len(events) < len(wanted) and not found.fate:
        return f"This version cannot read it ({row.note}). It is kept for a version that can."
    tally = {found.source_id: _counted(found, len(wanted))}
    parked = {row.reason or ParkReason.UNREADABLE.value: -1}
    tally.setdefault(row.source_id, Tally(workspace_id=row.workspace_id)).add(Tally(parked=parked))
    return Going(events, tally)


def release(
    raw: Reader, rows: Sequence[FateRow], *, journal: str, numbers: ContentNumbers | None = None
) -> tuple[CleanFrame, list[FateRow]]:
    """What can go on now, as a frame that counts it over, and the rows that it stands for."""
    events: list[CleanEvent] = []
    released: list[FateRow] = []
    tally: dict[str, Tally] = {}
    for row in rows:
        part = going(raw, row, journal=journal, numbers=numbers)
        if isinstance(part, str):
            continue
        events += part.events
        released.append(row)
        for source_id, counts in part.tally.items():
            tally.setdefault(source_id, Tally()).add(counts)
    return CleanFrame(events=events, tally=tally), released


def _counted(record: RawRecord, count: int) -> Tally:
    if record.fate is not None:
        return Tally(workspace_id=record.workspace_id, dropped={record.fate: count})
    return Tally(workspace_id=record.workspace_id, clean=count)


def _record_at(raw: Reader, offset: int) -> RawRecord | str | None:
    """The record; None when it cannot be read, a sentence when it is not there any more."""
    try:
        records = raw.read(offset, 1)
    except OffsetGone:
        return "Retention has removed it from the journal; what is shown here is all that is left."
    except JournalDamaged:
        return "The disk has spoiled its part of the journal since; what is shown here is all that is left."
    return _decoded(records[0]) if records and records[0].offset == offset else None


def _events_at(
    record: RawRecord, offset: int, wanted: Iterable[int], journal: str, numbers: ContentNumbers | None
) -> Iterator[CleanEvent]:
    """Those of the wanted places that can be read. None when the door knew that they go no further."""
    if record.fate is not None:
        return
    for index in wanted:
        event = _event(record, offset, index, journal, numbers) if index < len(record.events) else None
        if event is not None:
            yield event


def _decoded(record: Record) -> RawRecord | None:
    try:
        found = _DECODER.decode(record.payload)
    except msgspec.MsgspecError:
        return None
    return found if isinstance(found, RawRecord) else None


def _event(
    record: RawRecord, offset: int, index: int, journal: str, numbers: ContentNumbers | None
) -> CleanEvent | None:
    try:
        call = normalise.read_call(record.events[index], record.door)
        message_id = normalise.message_id(call, journal=journal, offset=offset, index=index)
        return normalise.clean(record, call, message_id=message_id, numbers=numbers)
    except (msgspec.MsgspecError, ValueError, OverflowError):
        return None

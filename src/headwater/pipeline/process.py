"""One stretch of the raw journal becomes one clean frame: decided here, stored by `run`.

Everything is a function of the records and of which keys were seen before, so that reading the same stretch
again after a crash gives the same frame.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from headwater.base.clean import CleanFrame, Tally
from headwater.base.event import CleanEvent
from headwater.base.forms import Envelope
from headwater.base.ids import stable_uuid
from headwater.base.outcome import DropReason, Fate, ParkReason
from headwater.base.raw import GONE, RawRecord, RejectedNote
from headwater.journal.protocol import Record
from headwater.pipeline import normalise
from headwater.pipeline.dedupe import key_of
from headwater.pipeline.tutorials import ContentNumbers

Seen = Callable[[Sequence[bytes]], list[bool]]
_DECODER = msgspec.json.Decoder(RawRecord | RejectedNote)


class Item(msgspec.Struct, frozen=True, kw_only=True, gc=False):  # many at a time, in no cycle
    """What became of one event, with what the debugger and `where` need to say so."""

    source_id: str
    workspace_id: str
    message_id: str
    fate: Fate
    reason: str | None = None
    received_ms: int
    offset: int
    index: int
    raw: bytes = b""
    event: CleanEvent | None = None
    note: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    frame: CleanFrame
    keys: list[bytes]
    items: list[Item]


class _Candidate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    record: RawRecord
    offset: int
    index: int
    raw: msgspec.Raw
    call: normalise.Call | Envelope
    message_id: str
    key: bytes


def process(records: Sequence[Record], *, journal: str, seen: Seen, numbers: ContentNumbers | None = None) -> Outcome:
    """`journal` names the raw journal: it goes into the ids of events that came without one. What `numbers` says once
    it says for ever, so that this stays a function of the records."""
    candidates: list[_Candidate] = []
    items: list[Item] = []
    for record in records:
        _read(record, journal, candidates, items)
    known = seen([candidate.key for candidate in candidates])
    keys: dict[bytes, None] = {}
    events: list[CleanEvent] = []
    for candidate, before in zip(candidates, known, strict=True):
        item = _decide(candidate, duplicate=before or candidate.key in keys, numbers=numbers)
        items.append(item)
        if item.event is not None:
            keys[candidate.key] = None
            events.append(item.event)
    frame = CleanFrame(events=events, raw_next=records[-1].next, tally=tally_of(items))
    return Outcome(frame=frame, keys=list(keys), items=items)


def _read(record: Record, journal: str, candidates: list[_Candidate], items: list[Item]) -> None:
    try:
        raw = _DECODER.decode(record.payload)
    except msgspec.MsgspecError as error:
        items.append(_unreadable(record, f"the record is not in a form this version knows: {error}"))
        return
    if isinstance(raw, RejectedNote):
        items.append(_rejected(record, raw))
        return
    for index, event in enumerate(raw.events):
        if len(event) == len(GONE) and event == GONE:
            items.append(_gone(raw, record.offset, index, journal))
            continue
        try:
            call = normalise.read_call(event, raw.door)
        except msgspec.MsgspecError as error:
            items.append(_parked(raw, record.offset, index, event, str(error)))
            continue
        message_id = normalise.message_id(call, journal=journal, offset=record.offset, index=index)
        candidates.append(
            _Candidate(
                record=raw,
                offset=record.offset,
                index=index,
                raw=event,
                call=call,
                message_id=message_id,
                key=key_of(raw.source_id, message_id),
            )
        )


def _decide(candidate: _Candidate, *, duplicate: bool, numbers: ContentNumbers | None) -> Item:
    record = candidate.record
    if record.fate is not None:
        return _item(candidate, Fate.DROPPED, reason=DropReason(record.fate).value)
    if duplicate:
        return _item(candidate, Fate.DUPLICATE)
    try:
        event = normalise.clean(record, candidate.call, message_id=candidate.message_id, numbers=numbers)
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        return _parked(record, candidate.offset, candidate.index, candidate.raw, str(error))
    return _item(candidate, Fate.CLEAN, event=event)


def _item(candidate: _Candidate, fate: Fate, *, reason: str | None = None, event: CleanEvent | None = None) -> Item:
    return Item(
        source_id=candidate.record.source_id,
        workspace_id=candidate.record.workspace_id,
        message_id=candidate.message_id,
        fate=fate,
        reason=reason,
        received_ms=candidate.record.received_ms,
        offset=candidate.offset,
        index=candidate.index,
        raw=bytes(candidate.raw),
        event=event,
    )


def _gone(record: RawRecord, offset: int, index: int, journal: str) -> Item:
    """The place of an event whose person is suppressed, or was erased since."""
    return Item(
        source_id=record.source_id,
        workspace_id=record.workspace_id,
        message_id=stable_uuid("message", journal, str(offset), str(index)),
        fate=Fate.DROPPED,
        reason=DropReason(record.fate).value if record.fate else DropReason.ERASED.value,
        received_ms=record.received_ms,
        offset=offset,
        index=index,
        raw=bytes(GONE),
    )


def _parked(record: RawRecord, offset: int, index: int, raw: msgspec.Raw, note: str) -> Item:
    return Item(
        source_id=record.source_id,
        workspace_id=record.workspace_id,
        message_id=_message_id_of(raw),
        fate=Fate.PARKED,
        reason=ParkReason.UNREADABLE.value,
        received_ms=record.received_ms,
        offset=offset,
        index=index,
        raw=bytes(raw),
        note=note,
    )


def _unreadable(record: Record, note: str) -> Item:
    return _lost(ParkReason.UNREADABLE, record.offset, note, raw=record.payload)


def damaged(offset: int, note: str, *, received_ms: int) -> Item:
    """A stretch of the raw journal that its disk has spoiled. How many events it held is not known."""
    return _lost(ParkReason.JOURNAL_DAMAGED, offset, note, received_ms=received_ms)


def expired(records: Sequence[Record]) -> dict[str, Tally]:
    """The counts of a stretch none of whose events goes further."""
    tallies: dict[str, Tally] = {}
    for record in records:
        try:
            raw = _DECODER.decode(record.payload)
        except msgspec.MsgspecError:
            tallies.setdefault("", Tally()).add(Tally(dropped={DropReason.EXPIRED.value: 1}))
            continue
        if isinstance(raw, RawRecord):
            dropped = {DropReason.EXPIRED.value: len(raw.events)}
            tally = Tally(workspace_id=raw.workspace_id, dropped=dropped, last_ms=raw.received_ms)
            tallies.setdefault(raw.source_id, Tally()).add(tally)
    return tallies


def _lost(reason: ParkReason, offset: int, note: str, *, raw: bytes = b"", received_ms: int = 0) -> Item:
    return Item(
        source_id="",
        workspace_id="",
        message_id="",
        fate=Fate.PARKED,
        reason=reason.value,
        received_ms=received_ms,
        offset=offset,
        index=0,
        raw=raw,
        note=note,
    )


def _rejected(record: Record, note: RejectedNote) -> Item:
    return Item(
        source_id=note.source_id,
        workspace_id=note.workspace_id,
        message_id="",
        fate=Fate.REJECTED,
        reason=note.code,
        received_ms=note.received_ms,
        offset=record.offset,
        index=0,
        raw=note.payload.encode("utf-8", "replace"),
        note=note.message,
    )


def _message_id_of(raw: msgspec.Raw) -> str:
    try:
        value = msgspec.json.decode(raw)
    except msgspec.MsgspecError:
        return ""
    found = value.get("messageId", value.get("id")) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def tally_of(items: Sequence[Item]) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for item in items:
        tally = tallies.setdefault(item.source_id, Tally(workspace_id=item.workspace_id))
        tally.last_ms = max(tally.last_ms, item.received_ms)
        if item.fate is Fate.REJECTED:
            continue
        if item.fate is Fate.CLEAN:
            tally.clean += 1
        elif item.fate is Fate.DUPLICATE:
            tally.duplicate += 1
        elif item.fate is Fate.DROPPED and item.reason:
            tally.dropped[item.reason] = tally.dropped.get(item.reason, 0) + 1
        elif item.reason:
            tally.parked[item.reason] = tally.parked.get(item.reason, 0) + 1
    return tallies

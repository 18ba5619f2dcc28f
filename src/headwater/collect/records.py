"""How accepted events are written down for the journal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final, Protocol

import msgspec

from headwater.base.event import NO_JSON, CallType
from headwater.base.outcome import DropReason
from headwater.base.raw import GONE, Form, RawRecord
from headwater.collect.body import one_line
from headwater.collect.model import SourceEntry

_ENCODE = msgspec.json.Encoder().encode
_NO_EVENTS: Final = b'"e":[]'


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for all events of a request. `direct`: they are to carry the sender's address. `ids_signed`: as the
    raw record has it, by the setting that the request was judged by."""

    door: Form = "track"
    call: CallType | None = None
    sent_at: str | None = None
    context: msgspec.Raw = NO_JSON
    integrations: msgspec.Raw = NO_JSON
    direct: bool = False
    ids_signed: bool | None = None


class Names(Protocol):
    """Whom an event names."""

    @property
    def user_id(self) -> str | None: ...
    @property
    def anonymous_id(self) -> str | None: ...
    @property
    def previous_id(self) -> str | None: ...


class Good(msgspec.Struct, frozen=True):
    """An event that may be stored. `direct`: it asks to carry the sender's address."""

    raw: msgspec.Raw
    direct: bool
    names: Names


def encode(source: SourceEntry, told: Told, events: Sequence[Good], *, received_ms: int, address: str) -> list[bytes]:
    """Encoded RawRecords in the order of the events: one, unless only some events carry the address."""
    if len(events) == 1:
        runs = [(told.direct or source.platform == "browser" or events[0].direct, events)]
    elif told.direct or source.platform == "browser":
        runs = [(True, events)]
    elif not any(event.direct for event in events):
        runs = [(False, events)]
    else:
        runs = [(direct, list(run)) for direct, run in groupby(events, lambda event: event.direct)]
    return [
        one_line(_ENCODE(_record(source, told, run, received_ms, address if direct else ""))) for direct, run in runs
    ]


def suppressed(source: SourceEntry, count: int, *, received_ms: int) -> bytes:
    """An encoded RawRecord that counts events of people who are suppressed, and holds nothing of them."""
    return _ENCODE(
        RawRecord(
            source_id=source.source_id,
            workspace_id=source.workspace_id,
            received_ms=received_ms,
            events=[GONE] * count,
            fate=DropReason.SUPPRESSED.value,
        )
    )


def deletions(source: SourceEntry, calls: Sequence[msgspec.Raw], *, received_ms: int) -> bytes:
    """An encoded RawRecord of calls that ask to erase users; a disabled source hinders none of them."""
    record = RawRecord(
        source_id=source.source_id,
        workspace_id=source.workspace_id,
        received_ms=received_ms,
        events=list(calls),
        door="rest",
        fate=DropReason.ERASURE_REQUESTED.value,
    )
    return one_line(_ENCODE(record))


class Frame:
    """What is the same in the records of several requests of one source, each with one event."""

    def __init__(self, source: SourceEntry, told: Told, *, received_ms: int) -> None:
        self._source = source
        self._told = told
        self._received_ms = received_ms
        self._ends: dict[str, tuple[bytes, bytes]] = {}

    def around(self, event: bytes, address: str) -> bytes:
        """The encoded RawRecord; the event is JSON text without line breaks."""
        before, after = self.ends(address)
        return b"".join((before, event, after))

    def around_all(self, events: Sequence[bytes], address: str) -> bytes:
        """The encoded RawRecord of all of them; there is one at least."""
        before, after = self.ends(address)
        parts = [*events]
        parts[0] = before + parts[0]
        parts[-1] += after
        return one_line(b",".join(parts))

    def ends(self, address: str) -> tuple[bytes, bytes]:
        """What stands before the events in a record, and behind them."""
        found = self._ends.get(address)
        if found is None:
            empty = _ENCODE(_record(self._source, self._told, (), self._received_ms, address))
            before, _, after = empty.partition(_NO_EVENTS)  # inside a string a quote would have a backslash before it
            found = self._ends[address] = before + _NO_EVENTS[:-1], _NO_EVENTS[-1:] + after
        return found


def _record(source: SourceEntry, told: Told, events: Sequence[Good], received_ms: int, address: str) -> RawRecord:
    return RawRecord(
        source_id=source.source_id,
        workspace_id=source.workspace_id,
        received_ms=received_ms,
        events=[event.raw for event in events],
        door=told.door,
        call=told.call,
        sent_at=told.sent_at,
        context=told.context,
        integrations=told.integrations,
        ip=address or None,
        fate=None if source.enabled else DropReason.SOURCE_DISABLED.value,
        ids_signed=told.ids_signed,
    )

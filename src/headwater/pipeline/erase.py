"""What is left of a person's records: nothing of theirs, and the places of all others as they were.

A raw record holds the events of one request. An event of an erased person becomes `GONE` in its place, so that the
others keep their positions, by which ids of events without one, and the ledger, go. A clean frame is without their
events. What became shorter is filled up with blanks, which JSON allows behind a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from headwater.base.clean import decode_frame, encode_frame
from headwater.base.event import NO_JSON, CleanEvent
from headwater.base.forms import Envelope, strict, text_of
from headwater.base.parts import parts
from headwater.base.raw import GONE, RawRecord, RejectedNote
from headwater.base.subject import Subject
from headwater.pipeline import normalise

EMAIL_TRAITS: Final = ("email", "Email", "emailAddress", "email_address")
_DECODER: Final = msgspec.json.Decoder(RawRecord | RejectedNote)
_ENCODE: Final = msgspec.json.Encoder().encode
_STRING: Final = msgspec.json.Decoder(str).decode


class _Call(msgspec.Struct, rename="camel"):
    user_id: msgspec.Raw = NO_JSON
    anonymous_id: msgspec.Raw = NO_JSON
    previous_id: msgspec.Raw = NO_JSON


_CALL: Final = msgspec.json.Decoder(_Call).decode


class Redaction:
    """Of one subject; `removed` counts the events, refused ones too, that it has taken out so far."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.removed = 0

    def raw(self, payload: bytes) -> bytes | None:
        """A raw record's new content; None where it stays as it is."""
        try:
            record = _DECODER.decode(payload)
        except msgspec.MsgspecError:
            return self._unreadable(payload)
        if record.workspace_id != self._subject.workspace_id:
            return None
        fresh = self._note(record) if isinstance(record, RejectedNote) else self._record(record)
        return None if fresh is None else _filled(_ENCODE(fresh), payload)

    def clean(self, payload: bytes) -> bytes | None:
        """A clean frame's new content; None where it stays as it is. Its counts stay."""
        try:
            frame = decode_frame(payload)
        except msgspec.MsgspecError:
            return self._unreadable(payload)
        kept = [event for event in frame.events if not owns(self._subject, event)]
        if len(kept) == len(frame.events):
            return None
        self.removed += len(frame.events) - len(kept)
        return _filled(encode_frame(msgspec.structs.replace(frame, events=kept)), payload)

    def _record(self, record: RawRecord) -> RawRecord | None:
        events = [GONE if self._is_theirs(record, event) else event for event in record.events]
        gone = sum(new is not old for new, old in zip(events, record.events, strict=True))
        if not gone:
            return None
        self.removed += gone
        replace = msgspec.structs.replace
        if all(event == GONE for event in events):
            return replace(record, events=events, sent_at=None, context=NO_JSON, integrations=NO_JSON, ip=None)
        return replace(record, events=events, context=self._shared(record.context))

    def _is_theirs(self, record: RawRecord, event: msgspec.Raw) -> bool:
        ids = ids_of(record, event)
        return self._subject.mentions(bytes(event)) if ids is None else self._subject.owns(*ids)

    def _shared(self, context: msgspec.Raw) -> msgspec.Raw:
        """What a batch says of all its events, without what names the person."""
        kept = {key: value for key, value in parts(context).items() if not self._subject.mentions(bytes(value))}
        return msgspec.Raw(_ENCODE(kept)) if context and len(kept) < len(parts(context)) else context

    def _note(self, note: RejectedNote) -> RejectedNote | None:
        if not self._subject.mentions(note.payload.encode() + b"\n" + note.message.encode()):
            return None
        self.removed += 1
        return msgspec.structs.replace(note, payload="", message="")

    def _unreadable(self, payload: bytes) -> bytes | None:
        """A record that this version cannot read stays one, if it has to, without what it holds."""
        if not self._subject.mentions(payload):
            return None
        self.removed += 1
        return _filled(b"?", payload)


def ids_of(record: RawRecord, event: msgspec.Raw) -> tuple[str | None, str | None, str | None] | None:
    """(user id, anonymous id, previous id) of one event of a record; None when it cannot be read."""
    if event == GONE:
        return None, None, None
    try:
        call = normalise.read_call(event, record.door)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _named(event)
    if isinstance(call, Envelope):
        return text_of(call.user_id), text_of(call.anonymous_id), None
    return call.user_id, call.anonymous_id, call.previous_id


def _named(event: msgspec.Raw) -> tuple[str | None, str | None, str | None] | None:
    """The same of what is no event, such as a call to erase a user; None when it names nobody so."""
    try:
        call = _CALL(strict(event))
        ids = text_of(call.user_id), text_of(call.anonymous_id), text_of(call.previous_id)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return ids if any(ids) else None


def owns(subject: Subject, event: CleanEvent) -> bool:
    mine = event.workspace_id == subject.workspace_id
    return mine and subject.owns(event.user_id, event.anonymous_id, event.previous_id)


def emails_in(payload: bytes, subject: Subject) -> set[str]:
    """The addresses that a person's own events in a raw record name."""
    try:
        record = _DECODER.decode(payload)
    except msgspec.MsgspecError:
        return set()
    if isinstance(record, RejectedNote) or record.workspace_id != subject.workspace_id:
        return set()
    theirs = (event for event in record.events if (ids := ids_of(record, event)) is not None and subject.owns(*ids))
    return {address for event in theirs for address in _emails(parts(event))}


def _emails(fields: dict[str, msgspec.Raw]) -> Iterator[str]:
    context = parts(fields.get("context", NO_JSON))
    for holder in (fields.get("traits", NO_JSON), context.get("traits", NO_JSON), fields.get("properties", NO_JSON)):
        yield from _texts(parts(holder).get(name, NO_JSON) for name in EMAIL_TRAITS)


def _texts(values: Iterable[msgspec.Raw]) -> Iterator[str]:
    for value in values:
        if bytes(value).startswith(b'"') and "@" in (text := _STRING(value)):
            yield text


def _filled(fresh: bytes, old: bytes) -> bytes:
    return fresh.ljust(len(old))

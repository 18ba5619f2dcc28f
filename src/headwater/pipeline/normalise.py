"""What an accepted call means: one typed reading of it, and its clean form.

Rules (the Tracking API's): `timestamp` is renamed to originalTimestamp, and the new timestamp is
receivedAt - (sentAt - originalTimestamp); without sentAt the original; without both receivedAt. The batch's
context and integrations stand under each event's own, key by key. An identify without `traits` takes
`context.traits`. An event without messageId gets one that is the same whenever this record is read again.

A customer event's `sentAt` is its own time, and nothing tells how its clock was set: it stands as it is.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from headwater.base.clock import EPOCH, iso, moment
from headwater.base.event import NO_JSON, CallType, CleanEvent
from headwater.base.forms import ENVELOPE_CALLS, FORM_SUBMISSION, Envelope, strict, text_of
from headwater.base.ids import stable_uuid
from headwater.base.raw import Form, RawRecord
from headwater.pipeline import tutorials
from headwater.pipeline.tutorials import ContentNumbers


class Call(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A call as the client sent it; null and absent are the same."""

    type: CallType | None = None
    message_id: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    group_id: str | None = None
    previous_id: str | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    properties: msgspec.Raw = NO_JSON
    traits: msgspec.Raw = NO_JSON
    context: msgspec.Raw = NO_JSON
    integrations: msgspec.Raw = NO_JSON


_OURS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:(?:\d\d\.\d{3}|[0-5]\d\.\d{3}(?!000)\d{3})Z", re.ASCII)
"""What `iso` writes; a leap second, of milliseconds, is left as it was said, too."""
_CALL = msgspec.json.Decoder(Call)
_ENVELOPE = msgspec.json.Decoder(Envelope)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_call(raw: msgspec.Raw, form: Form = "track") -> Call | Envelope:
    """Raises msgspec.MsgspecError when it is no call: the door let through what it should not have."""
    if form in ("customer", "candu"):
        return _ENVELOPE.decode(raw)
    return _CALL.decode(strict(raw) if form == "rest" else raw)


def message_id(call: Call | Envelope, *, journal: str, offset: int, index: int) -> str:
    own = call.id if isinstance(call, Envelope) else call.message_id
    return own or stable_uuid("message", journal, str(offset), str(index))


def clean(
    record: RawRecord, call: Call | Envelope, *, message_id: str, numbers: ContentNumbers | None = None
) -> CleanEvent:
    """Raises ValueError and the like when it cannot be one. `numbers`: see `tutorials`."""
    if isinstance(call, Envelope):
        event = _clean_envelope(record, call, message_id)
        return tutorials.of(event, numbers) if record.door == "candu" else event
    kind = record.call or call.type
    if kind is None:
        raise ValueError("the call names no type")
    context = _context(record, call)
    received, received_at = _received(record.received_ms)
    original = call.timestamp or call.original_timestamp
    original_moment = _moment(original)
    sent = call.sent_at or record.sent_at
    sent_moment = _shared_moment(sent)
    said = _canonical(original, original_moment)
    at = _timestamp(received, original_moment, sent_moment)
    return CleanEvent(
        message_id=message_id,
        type=kind,
        source_id=record.source_id,
        workspace_id=record.workspace_id,
        received_at=received_at,
        timestamp=said if at is original_moment and said and said[17:19] != "60" else iso(at),
        original_timestamp=said,
        sent_at=_shared_canonical(sent),
        user_id=call.user_id or None,
        anonymous_id=call.anonymous_id or None,
        group_id=call.group_id or None,
        previous_id=call.previous_id or None,
        event=call.event if kind == "track" else None,
        name=call.name if kind in ("page", "screen") else None,
        category=call.category if kind in ("page", "screen") else None,
        properties=_present(call.properties),
        traits=_traits(kind, call, context),
        context=context,
        integrations=_under(record.integrations, _present(call.integrations)),
        ids_signed=record.ids_signed,
    )


def _clean_envelope(record: RawRecord, envelope: Envelope, message_id: str) -> CleanEvent:
    """The context stays as it was sent: no address goes into it, as it goes out again in webhooks."""
    kind = ENVELOPE_CALLS.get(envelope.type or "")
    if kind is None:
        raise ValueError("the event is of no known type")
    received, received_at = _received(record.received_ms)
    given = envelope.sent_at or envelope.timestamp
    given_moment = _moment(given)
    said = _canonical(given, given_moment) or None
    return CleanEvent(
        message_id=message_id,
        type=kind,
        source_id=record.source_id,
        workspace_id=record.workspace_id,
        received_at=received_at,
        timestamp=iso(given_moment or received),
        original_timestamp=said,
        sent_at=said,
        user_id=text_of(envelope.user_id) or None,
        anonymous_id=text_of(envelope.anonymous_id) or None,
        group_id=text_of(envelope.group_id) or None,
        event=envelope.event_name if kind == "track" else None,
        name={"screen": envelope.screen_name, "page": envelope.page_name}.get(kind),
        properties=_present(envelope.properties),
        traits=_present(envelope.traits) if kind in ("identify", "group") else NO_JSON,
        context=_present(envelope.context),
        integrations=_present(envelope.integrations),
        form=envelope.type == FORM_SUBMISSION,
        ids_signed=record.ids_signed,
    )


def _moment(text: str | None) -> datetime | None:
    return moment(text) if text else None


def _canonical(text: str | None, named: datetime | None) -> str | None:
    """The moment that it names in our form; what is no moment stays as it was, so that nothing is lost."""
    if text is None or named is None or _OURS.fullmatch(text):
        return text
    return iso(named)


@lru_cache(maxsize=1024)
def _shared_moment(text: str | None) -> datetime | None:
    """For times that many events of a batch share."""
    return _moment(text)


@lru_cache(maxsize=1024)
def _shared_canonical(text: str | None) -> str | None:
    return _canonical(text, _moment(text))


@lru_cache(maxsize=1024)
def _received(milliseconds: int) -> tuple[datetime, str]:
    received = EPOCH + timedelta(milliseconds=milliseconds)
    return received, iso(received)


def _timestamp(received: datetime, original: datetime | None, sent: datetime | None) -> datetime:
    if original is None:
        return received
    if sent is None:
        return original
    try:
        corrected = received - (sent - original)
    except OverflowError:
        return original
    return corrected if corrected >= EPOCH or original < EPOCH else original


def _present(raw: msgspec.Raw) -> msgspec.Raw:
    return NO_JSON if len(raw) == 0 or (len(raw) == 4 and bytes(raw) == b"null") else raw


def _context(record: RawRecord, call: Call) -> msgspec.Raw:
    context = _under(record.context, _present(call.context))
    if record.ip is None:
        return context
    keys = _OBJECT.decode(context) if context else {}
    if "ip" in keys:
        return context
    return _encode({**keys, "ip": _encode(record.ip)})


def _under(batch: msgspec.Raw, own: msgspec.Raw) -> msgspec.Raw:
    """The batch's keys, then the event's own over them."""
    if len(batch) == 0 or (len(batch) <= 4 and bytes(batch) in (b"null", b"{}")):
        return own
    if len(own) == 0:
        return batch
    return _encode({**_OBJECT.decode(batch), **_OBJECT.decode(own)})


def _traits(kind: CallType, call: Call, context: msgspec.Raw) -> msgspec.Raw:
    own = _present(call.traits)
    if own or kind != "identify" or not context:
        return own if kind in ("identify", "group", "alias") else NO_JSON
    return _present(_OBJECT.decode(context).get("traits", NO_JSON))


def _encode(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))

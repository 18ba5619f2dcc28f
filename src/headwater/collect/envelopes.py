"""Whether one customer event may be stored: the envelope's keys and types, and the exact reason when it may not.

As in `calls`, what is right is taken in one pass, and only what fails it is read again field by field. Ids may be
numbers, which become strings; an event without `id` gets one later.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec

from headwater.base.clock import at_an_edge
from headwater.base.event import MAX_MESSAGE_ID_CHARS, NO_JSON
from headwater.base.forms import ENVELOPE_CALLS, Envelope, text_of
from headwater.base.outcome import RejectCode
from headwater.collect import calls
from headwater.collect.calls import FIELDS, NOT_STORED
from headwater.collect.identity import Signed
from headwater.collect.refusal import Refusal, shown


class _Object(msgspec.Struct, frozen=True, gc=False):
    """Any JSON object; what is in it is not looked at."""


class Item(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What a door looks at in an envelope. The rest is not its business."""

    type: Literal["Identify", "Track", "Page", "Screen", "Group", "FormSubmission"] | None = None
    id: Annotated[str, msgspec.Meta(max_length=MAX_MESSAGE_ID_CHARS)] | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    group_id: str | None = None
    event_name: str | None = None
    screen_name: str | None = None
    page_name: str | None = None
    properties: _Object | None = None
    traits: _Object | None = None
    context: Signed | None = None
    integrations: _Object | None = None
    sent_at: datetime | None = None
    timestamp: datetime | None = None
    hmac: msgspec.Raw = NO_JSON

    @property
    def previous_id(self) -> None:
        """An envelope joins no two ids."""

    @property
    def signatures(self) -> tuple[msgspec.Raw, ...]:
        """What the event brings to prove its user id; empty when it brings nothing."""
        own = self.hmac if self.context is None else self.context.hmac
        return (self.hmac, own) if self.hmac or own else ()


_ITEM: Final = msgspec.json.Decoder(Item).decode
_ENVELOPE: Final = msgspec.json.Decoder(Envelope).decode
_SIGNED: Final = msgspec.json.Decoder(Signed).decode
_STRING: Final = msgspec.json.Decoder(str).decode

_IDS: Final = ("userId", "anonymousId", "groupId")
_NAMES: Final = {
    "eventName": RejectCode.EVENT_NOT_STRING,
    "screenName": RejectCode.NAME_NOT_STRING,
    "pageName": RejectCode.NAME_NOT_STRING,
}
_TIMES: Final = ("sentAt", "timestamp")


def judge(raw: msgspec.Raw, *, marker: bytes = b"", size_bytes: int = 0) -> Item | Refusal:
    """The event when it may be stored. `raw` and `marker` are as body.parse gives them."""
    text = bytes(raw)
    unsound = calls.unsound(text, marker, size_bytes or len(text))
    if unsound is not None:
        return unsound
    try:
        item = _ITEM(text)
    except msgspec.ValidationError:
        return _explain(text)
    if at_an_edge(item.sent_at) or at_an_edge(item.timestamp):
        return _explain(text)
    return _missing(item) or item


def _missing(item: Item) -> Refusal | None:
    """What an event of its type must have and this one has not. Types are right already."""
    if item.type is None:
        return _no_type(None)
    if not item.user_id and not item.anonymous_id:
        return calls.no_id(item.user_id, item.anonymous_id)
    if item.type == "Group":
        return None if item.group_id else calls.needed("Group", groupId=item.group_id)
    if item.type in ("Track", "FormSubmission"):
        return None if item.event_name else _no_name(item.type)
    if item.screen_name == "" or item.page_name == "":
        return Refusal(
            RejectCode.NAME_NOT_STRING,
            "The name of a screen or page is empty, but has at least one character, or is left out. " + NOT_STORED,
        )
    return None


def _explain(text: bytes) -> Item | Refusal:
    """Field by field: the first thing that is wrong; or the event, when it only looked wrong."""
    try:
        fields = FIELDS(text)
    except msgspec.ValidationError:
        return Refusal(RejectCode.BAD_REQUEST, f"The event is {shown(text)}, but must be a JSON object. {NOT_STORED}")
    present = {name: value for name, raw in fields.items() if (value := bytes(raw)) != b"null"}
    wrong = _mistyped(present)
    if wrong is not None:
        return wrong
    try:
        envelope = _ENVELOPE(text)
    except msgspec.ValidationError as error:
        return calls.twice(error)
    item = _item(envelope)
    return _missing(item) or item


def _item(envelope: Envelope) -> Item:
    return Item(
        type=envelope.type,  # pyright: ignore[reportArgumentType]  (one of the types: `_mistyped` has looked)
        id=envelope.id,
        user_id=text_of(envelope.user_id),
        anonymous_id=text_of(envelope.anonymous_id),
        group_id=text_of(envelope.group_id),
        event_name=envelope.event_name,
        screen_name=envelope.screen_name,
        page_name=envelope.page_name,
        context=_SIGNED(envelope.context) if bytes(envelope.context).startswith(b"{") else None,
        hmac=envelope.hmac,
    )


def _mistyped(present: Mapping[str, bytes]) -> Refusal | None:
    return (
        _wrong_type(present.get("type"))
        or calls.wrong_message_id("id", present.get("id"))
        or calls.first(calls.wrong_id(name, present.get(name)) for name in _IDS)
        or calls.first(calls.wrong_string(name, present.get(name), code) for name, code in _NAMES.items())
        or calls.first(calls.wrong_object(name, present.get(name)) for name in calls.OBJECTS)
        or calls.first(calls.wrong_time(name, present.get(name)) for name in _TIMES)
    )


def _wrong_type(value: bytes | None) -> Refusal | None:
    if value is None or (value.startswith(b'"') and _STRING(value) in ENVELOPE_CALLS):
        return None
    return _no_type(value)


def _no_type(value: bytes | None) -> Refusal:
    said = "type is missing" if value is None else f"type is {shown(value)}"
    return Refusal(RejectCode.TYPE_NOT_KNOWN, f"{said}, but must be one of {', '.join(ENVELOPE_CALLS)}. {NOT_STORED}")


def _no_name(type_: str) -> Refusal:
    return Refusal(
        RejectCode.EVENT_NOT_DEFINED,
        f"eventName is missing or empty, but an event of type {type_} needs its name there. {NOT_STORED}",
    )

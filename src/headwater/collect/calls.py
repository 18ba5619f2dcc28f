"""Whether one call may be stored: one typed reading of it, and the exact reason when it may not.

The quick reading takes what is right in a single pass. Only what fails it is read again, field by field, to find
out whether it is wrong, and how it is called. Null and absent are the same everywhere; so are an empty id beside
one that is not (mobile clients send `"userId":""` for people they do not know), an empty time and an empty
messageId.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final

import msgspec

from headwater.base.clock import at_an_edge, moment
from headwater.base.event import (
    CALL_TYPES,
    MAX_EVENT_BYTES,
    MAX_MESSAGE_ID_CHARS,
    NO_JSON,
    CallType,
)
from headwater.base.outcome import RejectCode
from headwater.collect.body import HALF, NESTED, too_deep
from headwater.collect.refusal import Refusal, shown


class _Object(msgspec.Struct, frozen=True, gc=False):
    """Any JSON object; what is in it is not looked at."""


class _Context(msgspec.Struct, frozen=True, gc=False):
    direct: msgspec.Raw = NO_JSON
    hmac: msgspec.Raw = NO_JSON


class Item(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What the door looks at in a call. The rest is not its business."""

    type: CallType | None = None
    message_id: Annotated[str, msgspec.Meta(max_length=MAX_MESSAGE_ID_CHARS)] | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    group_id: str | None = None
    previous_id: str | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    properties: _Object | None = None
    traits: _Object | None = None
    context: _Context | None = None
    integrations: _Object | None = None
    timestamp: datetime | None = None
    original_timestamp: datetime | None = None
    sent_at: datetime | None = None
    hmac: msgspec.Raw = NO_JSON

    @property
    def signatures(self) -> tuple[msgspec.Raw, ...]:
        """What the call brings to prove its user id; empty when it brings nothing."""
        own = self.hmac if self.context is None else self.context.hmac
        return (self.hmac, own) if self.hmac or own else ()

    @property
    def direct(self) -> bool:
        """The sender asks that its own address be recorded."""
        return self.context is not None and bytes(self.context.direct) == b"true"


class _LooseItem(Item, frozen=True, gc=False, rename="camel"):
    """The same, but times are any string: `wrong_time` has looked at them."""

    timestamp: str | None = None  # pyright: ignore[reportIncompatibleVariableOverride]
    original_timestamp: str | None = None  # pyright: ignore[reportIncompatibleVariableOverride]
    sent_at: str | None = None  # pyright: ignore[reportIncompatibleVariableOverride]


class Reading(msgspec.Struct, frozen=True):
    """How a door reads calls, and so what it says of them.

    `types` are those that it takes. `loose`: it takes numbers for ids and times, once they are made texts of, and a
    group call needs nobody who is in the group.
    """

    types: tuple[str, ...] = CALL_TYPES
    loose: bool = False


TRACKING: Final = Reading()

FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
"""The keys of an object with their raw values; of a key given twice the last counts."""

_ITEM: Final = msgspec.json.Decoder(Item).decode
_LOOSE: Final = msgspec.json.Decoder(_LooseItem).decode
_CONTEXT: Final = msgspec.json.Decoder(_Context).decode
_STRING: Final = msgspec.json.Decoder(str).decode

NOT_STORED = "This event was not stored."
_NUMBER_STARTS = frozenset(bytes([start]) for start in b"-0123456789")
_IDS = ("userId", "anonymousId", "groupId", "previousId")
_TIMES = ("timestamp", "originalTimestamp", "sentAt")
OBJECTS = {
    "properties": RejectCode.PROPERTIES_NOT_OBJECT,
    "traits": RejectCode.TRAITS_NOT_OBJECT,
    "context": RejectCode.CONTEXT_NOT_OBJECT,
    "integrations": RejectCode.INTEGRATIONS_NOT_OBJECT,
}
_STRINGS = {
    "event": RejectCode.EVENT_NOT_STRING,
    "name": RejectCode.NAME_NOT_STRING,
    "category": RejectCode.CATEGORY_NOT_STRING,
}


def judge(
    raw: msgspec.Raw,
    call: CallType | None,
    *,
    marker: bytes = b"",
    size_bytes: int = 0,
    reading: Reading = TRACKING,
) -> Item | Refusal:
    """The call when it may be stored. `call` is the kind the path names; None: the call names it itself.

    `raw` and `marker` are as body.parse gives them; `size_bytes` is counted when it is not that of the event itself.
    """
    text = bytes(raw)
    wrong = unsound(text, marker, size_bytes or len(text))
    if wrong is not None:
        return wrong
    try:
        item = _ITEM(text)
    except msgspec.ValidationError:
        return _explain(text, call, reading)
    if at_an_edge(item.timestamp) or at_an_edge(item.original_timestamp) or at_an_edge(item.sent_at):
        return _explain(text, call, reading)
    return _missing(item, call, reading) or item


def quick(text: bytes, call: CallType) -> Item | None:
    """The call of a request whose whole body it is, when all is right with it; None: look at it step by step.

    What is given here, `judge` gives as well; this reads the text once only.
    """
    if not (text.startswith(b"{") and text.endswith(b"}")) or len(text) > MAX_EVENT_BYTES or too_deep(text):
        return None
    try:
        item = _ITEM(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    if at_an_edge(item.timestamp) or at_an_edge(item.original_timestamp) or at_an_edge(item.sent_at):
        return None
    return item if _missing(item, call, TRACKING) is None else None


def unsound(text: bytes, marker: bytes, size_bytes: int) -> Refusal | None:
    """Why no event can be kept that is written so, whatever it says."""
    if size_bytes > MAX_EVENT_BYTES:
        return Refusal(
            RejectCode.PAYLOAD_TOO_LARGE,
            f"The event has {size_bytes} bytes, but may have {MAX_EVENT_BYTES} at most. {NOT_STORED}",
        )
    if marker and marker in text:
        return Refusal(RejectCode.BAD_REQUEST, f"The event holds {HALF} {NOT_STORED}")
    if too_deep(text):
        return Refusal(RejectCode.NESTED_TOO_DEEP, f"The event {NESTED} {NOT_STORED}")
    return None


def is_direct(context: msgspec.Raw) -> bool:
    """Whether a context object asks that the sender's own address be recorded."""
    return bytes(_CONTEXT(context).direct) == b"true"


def signature(context: msgspec.Raw) -> msgspec.Raw:
    """The `hmac` of a context object."""
    return _CONTEXT(context).hmac


def _missing(item: Item, call: CallType | None, reading: Reading) -> Refusal | None:
    """What a call of its kind must have and this one has not. Types are right already."""
    kind = call or item.type
    if kind is None:
        return _no_type(None, reading)
    if kind == "alias":
        return needed("alias", previousId=item.previous_id, userId=item.user_id)
    if not item.user_id and not item.anonymous_id and not (reading.loose and kind == "group"):
        return no_id(item.user_id, item.anonymous_id, reading)
    if kind == "track":
        return None if item.event else _no_event()
    if kind == "group":
        return None if item.group_id else needed("group", groupId=item.group_id)
    if item.name == "" and kind != "identify":
        return Refusal(
            RejectCode.NAME_NOT_STRING,
            f"name is empty, but the name of a {kind} has at least one character, or is left out. {NOT_STORED}",
        )
    return None


def needed(kind: str, **ids: str | None) -> Refusal | None:
    for name, value in ids.items():
        if value is None:
            return Refusal(
                RejectCode.ID_REQUIRED,
                f"{name} is missing, but {kind} calls need {' and '.join(ids)}. {NOT_STORED}",
            )
        if not value:
            return _empty_id(name)
    return None


def no_id(user_id: str | None, anonymous_id: str | None, reading: Reading = TRACKING) -> Refusal:
    if user_id == "" or anonymous_id == "":
        return _empty_id("userId" if user_id == "" else "anonymousId")
    return Refusal(
        RejectCode.NO_USER_ANON_ID,
        f"Neither userId nor anonymousId is given, but an event needs one of them, as {_id(reading)}. {NOT_STORED}",
    )


def _empty_id(name: str) -> Refusal:
    return Refusal(RejectCode.ID_NOT_STRING, f"{name} is empty, but must have at least one character. {NOT_STORED}")


def _no_event() -> Refusal:
    return Refusal(
        RejectCode.EVENT_NOT_DEFINED,
        f"event is missing or empty, but track calls need the event's name there. {NOT_STORED}",
    )


def _no_type(value: bytes | None, reading: Reading) -> Refusal:
    said = "type is missing" if value is None else f"type is {shown(value)}"
    return Refusal(RejectCode.TYPE_NOT_KNOWN, f"{said}, but must be one of {', '.join(reading.types)}. {NOT_STORED}")


def _explain(text: bytes, call: CallType | None, reading: Reading) -> Item | Refusal:
    """Field by field: the first thing that is wrong; or the call, when it only looked wrong."""
    try:
        fields = FIELDS(text)
    except msgspec.ValidationError:
        return Refusal(RejectCode.BAD_REQUEST, f"The event is {shown(text)}, but must be a JSON object. {NOT_STORED}")
    present = {name: value for name, raw in fields.items() if (value := bytes(raw)) != b"null"}
    wrong = _mistyped(present, reading)
    if wrong is not None:
        return wrong
    try:
        item = _LOOSE(text)
    except msgspec.ValidationError as error:
        return twice(error)
    return _missing(item, call, reading) or item


def twice(error: msgspec.ValidationError) -> Refusal:
    return Refusal(
        RejectCode.BAD_REQUEST,
        f"A key is given twice, once with a value of another type ({error}); give it once. {NOT_STORED}",
    )


def _mistyped(present: dict[str, bytes], reading: Reading) -> Refusal | None:
    return (
        _wrong_type(present.get("type"), reading)
        or wrong_message_id("messageId", present.get("messageId"))
        or first(_wrong_id(name, present.get(name), reading) for name in _IDS)
        or first(wrong_string(name, present.get(name), code) for name, code in _STRINGS.items())
        or first(wrong_object(name, present.get(name)) for name in OBJECTS)
        or first(wrong_time(name, present.get(name), reading) for name in _TIMES)
    )


def first(found: Iterable[Refusal | None]) -> Refusal | None:
    return next((refusal for refusal in found if refusal is not None), None)


def _wrong_type(value: bytes | None, reading: Reading) -> Refusal | None:
    if value is None or (value.startswith(b'"') and _STRING(value) in CALL_TYPES):
        return None
    return _no_type(value, reading)


def wrong_message_id(name: str, value: bytes | None) -> Refusal | None:
    if value is None or (value.startswith(b'"') and len(_STRING(value)) <= MAX_MESSAGE_ID_CHARS):
        return None
    return Refusal(
        RejectCode.MESSAGE_ID_INVALID,
        f"{name} is {shown(value)}, but must be a string of at most {MAX_MESSAGE_ID_CHARS} characters. {NOT_STORED}",
    )


def _wrong_id(name: str, value: bytes | None, reading: Reading) -> Refusal | None:
    """Of a loose reading too, numbers are made texts of before they are right here."""
    if value is None or value.startswith(b'"'):
        return None
    return Refusal(RejectCode.ID_NOT_STRING, f"{name} is {shown(value)}, but must be {_id(reading)}. {NOT_STORED}")


def _id(reading: Reading) -> str:
    return "a string or a number" if reading.loose else "a string"


def wrong_id(name: str, value: bytes | None) -> Refusal | None:
    """Where ids may be numbers too."""
    if value is None or value.startswith(b'"') or value[:1] in _NUMBER_STARTS:
        return None
    return Refusal(
        RejectCode.ID_NOT_STRING, f"{name} is {shown(value)}, but must be a string or a number. {NOT_STORED}"
    )


def wrong_string(name: str, value: bytes | None, code: RejectCode) -> Refusal | None:
    if value is None or value.startswith(b'"'):
        return None
    return Refusal(code, f"{name} is {shown(value)}, but must be a string. {NOT_STORED}")


def wrong_object(name: str, value: bytes | None) -> Refusal | None:
    if value is None or value.startswith(b"{"):
        return None
    return Refusal(OBJECTS[name], f"{name} is {shown(value)}, but must be a JSON object. {NOT_STORED}")


def wrong_time(name: str, value: bytes | None, reading: Reading = TRACKING) -> Refusal | None:
    if value is None or (value.startswith(b'"') and is_moment(_STRING(value))):
        return None
    unix = ", or seconds or milliseconds since 1970" if reading.loose else ""
    return Refusal(
        RejectCode.TIMESTAMP_INVALID,
        f"{name} is {shown(value)}, but must be a time in ISO 8601 of the years 1 to 9999, as "
        f"2026-01-31T23:59:59.000Z{unix}. {NOT_STORED}",
    )


def is_moment(text: str) -> bool:
    """An ISO 8601 date or date-time; '' is no time at all, which is right too."""
    return not text or moment(text) is not None

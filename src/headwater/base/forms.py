"""The forms, beside the Tracking API's own call, in which events stand in a raw record: how each is read.

A door lets through only what can be read here, and the pipeline reads nothing that is not: so what was acknowledged
is never found to be unreadable later. Null and absent are the same.
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Final

import msgspec

from headwater.base.clock import EPOCH, iso
from headwater.base.event import NO_JSON, CallType

FORM_SUBMISSION: Final = "FormSubmission"

ENVELOPE_CALLS: Final[dict[str, CallType]] = {
    "Identify": "identify",
    "Track": "track",
    "Page": "page",
    "Screen": "screen",
    "Group": "group",
    FORM_SUBMISSION: "track",
}
"""The types of an envelope, spelt exactly so, and the calls that they are."""


class Envelope(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A customer event. Ids are strings or numbers: `text_of` reads them. `sent_at` is the event's own time."""

    type: str | None = None
    id: str | None = None
    user_id: msgspec.Raw = NO_JSON
    anonymous_id: msgspec.Raw = NO_JSON
    group_id: msgspec.Raw = NO_JSON
    event_name: str | None = None
    screen_name: str | None = None
    page_name: str | None = None
    sent_at: str | None = None
    timestamp: str | None = None
    properties: msgspec.Raw = NO_JSON
    traits: msgspec.Raw = NO_JSON
    context: msgspec.Raw = NO_JSON
    integrations: msgspec.Raw = NO_JSON
    hmac: msgspec.Raw = NO_JSON
    """The signature of the user id: never stored, so only doors meet it."""


_STRING: Final = msgspec.json.Decoder(str).decode


def text_of(raw: msgspec.Raw) -> str | None:
    """An id as text, a number as it was written; None when it is absent or null."""
    value = bytes(raw)
    if value in (b"", b"null"):
        return None
    return _STRING(value) if value.startswith(b'"') else value.decode()


_LOOSE_IDS: Final = ("userId", "anonymousId", "groupId", "previousId")
_LOOSE_TIMES: Final = ("timestamp", "originalTimestamp", "sentAt")
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_ENCODE: Final = msgspec.json.Encoder().encode
_UNIX: Final = re.compile(r"-?\d{9,17}(?:\.\d+)?")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")
_NUMBER_STARTS: Final = frozenset(bytes([start]) for start in b"-0123456789")
_ID_STARTS: Final = _NUMBER_STARTS | {b'"'}
_LONGEST_NUMBER: Final = 40
_MILLISECONDS_FROM: Final = 100_000_000_000
"""Larger numbers are milliseconds since 1970: as seconds they would be in the year 5138, as milliseconds in 1973."""


def strict(raw: msgspec.Raw) -> msgspec.Raw:
    """A back end's call as the Tracking API wants it: number ids as text, Unix times in ISO 8601, `userID` as `userId`.

    What already is so comes back as it was. Raises msgspec.ValidationError when it is no object.
    """
    fields = _OBJECT(raw)
    changed: dict[str, msgspec.Raw] = {}
    other = bytes(fields.get("userID", NO_JSON))
    if other[:1] in _ID_STARTS and bytes(fields.get("userId", NO_JSON)) in (b"", b"null"):
        changed["userId"] = fields["userID"]
    for name in _LOOSE_IDS:
        value = bytes(changed.get(name, fields.get(name, NO_JSON)))
        if value[:1] in _NUMBER_STARTS:
            changed[name] = msgspec.Raw(b'"%s"' % value)
    for name in _LOOSE_TIMES:
        text = _iso_of(bytes(fields.get(name, NO_JSON)))
        if text is not None:
            changed[name] = msgspec.Raw(b'"%s"' % text.encode())
    return msgspec.Raw(_ENCODE(fields | changed)) if changed else raw


def _iso_of(value: bytes) -> str | None:
    """The moment of a Unix time in JSON, a number or its text; None when it is none, or no year between 1 and 9999."""
    text = value.strip(b'"').decode("ascii", "replace")
    if not (_UNIX.fullmatch(text) or (value[:1] in _NUMBER_STARTS and _short_number(text))):
        return None
    number = Decimal(text)
    seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
    try:
        return iso(EPOCH + timedelta(microseconds=int(seconds * 1_000_000)))
    except OverflowError:
        return None


def _short_number(text: str) -> bool:
    return len(text) <= _LONGEST_NUMBER and _NUMBER.fullmatch(text) is not None

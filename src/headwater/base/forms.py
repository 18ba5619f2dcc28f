"""The forms, beside the Tracking API's own call, in which events stand in a raw record: how each is read.

A door lets through only what can be read here, and the pipeline reads nothing that is not: so what was acknowledged
is never found to be unreadable later. Null and absent are the same.
"""

from __future__ import annotations

from typing import Final

import msgspec

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

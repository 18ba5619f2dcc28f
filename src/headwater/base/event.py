"""The event in its clean form: what the pipeline writes and every reader (warehouse, send, profiles) reads.

Field names on the wire are Segment's (camelCase). Parts whose inside headwater does not need on the way
(`properties`, `traits`, `context`, `integrations`) stay raw JSON, byte for byte as the client sent them.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

CallType = Literal["identify", "track", "page", "screen", "group", "alias"]
CALL_TYPES: Final[tuple[CallType, ...]] = ("identify", "track", "page", "screen", "group", "alias")

NO_JSON: Final = msgspec.Raw(b"")
"""An absent raw part. Encoded, the field is left out."""

MAX_EVENT_BYTES: Final = 32 * 1024
MAX_BODY_BYTES: Final = 512_000
MAX_BATCH_EVENTS: Final = 2_500
MAX_MESSAGE_ID_CHARS: Final = 100
MAX_DEPTH: Final = 100
"""Objects and arrays nested deeper than this are refused at the door."""


class CleanEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", gc=False):
    """One event after dedupe and normalisation. Times are ISO 8601 with `Z`; absent ids are None, never ''.

    `timestamp` is corrected for the client's clock: receivedAt - (sentAt - originalTimestamp).
    `name` is the page's or screen's name; `event` a track's. `properties` (track, page, screen) and `traits`
    (identify, group) are JSON objects or absent. `form`: the event is a form's submission, which came in an envelope
    as `FormSubmission`; it is a track in every other respect. `ids_signed`: it came from a browser, and whether a
    user id had to be signed there at that time; None when it came from elsewhere, or before that was written down.
    """

    message_id: str
    type: CallType
    source_id: str
    workspace_id: str
    received_at: str
    timestamp: str
    original_timestamp: str | None = None
    sent_at: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    group_id: str | None = None
    previous_id: str | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    properties: msgspec.Raw = NO_JSON
    traits: msgspec.Raw = NO_JSON
    context: msgspec.Raw = NO_JSON
    integrations: msgspec.Raw = NO_JSON
    form: bool = False
    ids_signed: bool | None = None

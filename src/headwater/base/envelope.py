"""The customer event as it goes out: the envelope that webhooks carry under `payload`.

Every key is always there, so that a receiver can rely on them: ids that are not known are null, objects that were not
given are empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from headwater.base.event import NO_JSON, CallType, CleanEvent
from headwater.base.forms import ENVELOPE_CALLS, FORM_SUBMISSION
from headwater.base.parts import parts

VERSION: Final = 2
_TYPES: Final[Mapping[CallType, str]] = {
    **{call: name for name, call in ENVELOPE_CALLS.items() if name != FORM_SUBMISSION},
    "alias": "Alias",
}
_EMPTY: Final = msgspec.Raw(b"{}")
_COUNT: Final = re.compile(rb"\d{1,9}")


def envelope(event: CleanEvent) -> dict[str, Any]:
    """Keys in the order in which they are written; `context`, `properties` and `traits` stay raw JSON.

    `eventName` (Track, FormSubmission), `screenName` or `pageName` stand where the type has a name, `traits` with
    Identify and Group, `groupId` with Group, `previousId` with Alias.
    """
    return {
        "id": event.message_id,
        "anonymousId": event.anonymous_id,
        "userId": event.user_id,
        "type": envelope_type(event),
        "context": event.context or _EMPTY,
        "sentAt": event.sent_at or event.original_timestamp or event.timestamp,
        "receivedAt": event.received_at,
        **_named(event),
        "properties": event.properties or _EMPTY,
        "version": VERSION,
    }


def envelope_type(event: CleanEvent) -> str:
    return FORM_SUBMISSION if event.form else _TYPES[event.type]


def hops(event: CleanEvent) -> int:
    """How often headwater has handed the event on already: `context.headwater.hops`, 0 where nothing says so."""
    return _hops(_mark(parts(event.context)))


def context_of_next_hop(event: CleanEvent) -> dict[str, Any]:
    """The event's context, counted one hop further: what a destination sends that may lead back to a headwater."""
    context = parts(event.context)
    mark = _mark(context)
    return {**context, "headwater": {**mark, "hops": _hops(mark) + 1}}


def _mark(context: Mapping[str, msgspec.Raw]) -> dict[str, Any]:
    return parts(context.get("headwater", NO_JSON))


def _hops(mark: Mapping[str, Any]) -> int:
    digits = bytes(mark.get("hops", b""))
    return int(digits) if _COUNT.fullmatch(digits) else 0


def _named(event: CleanEvent) -> dict[str, Any]:
    match event.type:
        case "track":
            return {"eventName": event.event or ""}
        case "screen":
            return {"screenName": event.name or ""}
        case "page":
            return {"pageName": event.name or ""}
        case "identify":
            return {"traits": event.traits or _EMPTY}
        case "group":
            return {"groupId": event.group_id, "traits": event.traits or _EMPTY}
        case "alias":
            return {"previousId": event.previous_id}

"""Candu's own webhook events as the events that its Segment source sends: what a Candu source is declared to hold.

A view of content is `tutorial.view`, a screen; an interaction is `tutorial.interaction`, a track with the label that
the interaction has in the editor. Both have the declared properties and no others. Events of any other name are
tracks under it.
"""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from headwater.base.event import NO_JSON, CleanEvent
from headwater.base.forms import text_of

VIEW: Final = "candu.sdk.content"
INTERACTION: Final = "candu.sdk.content.interaction"


class ContentNumbers(Protocol):
    """What `portalId` is: the integer of a workspace's content, the same whenever it is asked for."""

    def number_of(self, workspace_id: str, content_id: str) -> int:
        """Raises Transient when it cannot be looked up now."""
        ...


class _Shown(msgspec.Struct, frozen=True, rename="camel"):
    """What an event says of the content it is about."""

    document_id: msgspec.Raw = NO_JSON
    segment_id: msgspec.Raw = NO_JSON
    content_id: msgspec.Raw = NO_JSON
    version_id: msgspec.Raw = NO_JSON
    event_name: msgspec.Raw = NO_JSON


_SHOWN: Final = msgspec.json.Decoder(_Shown)


def of(event: CleanEvent, numbers: ContentNumbers | None) -> CleanEvent:
    """The event of a Candu source that a customer event is."""
    replace = msgspec.structs.replace
    if event.type == "screen" and event.name == VIEW:
        return replace(event, name="tutorial.view", properties=_tutorial(event, numbers, label=False))
    if event.type == "track" and event.event == INTERACTION:
        return replace(event, event="tutorial.interaction", properties=_tutorial(event, numbers, label=True))
    if event.type == "screen" and event.name:
        return replace(event, type="track", event=event.name, name=None)
    return event


def _tutorial(event: CleanEvent, numbers: ContentNumbers | None, *, label: bool) -> msgspec.Raw:
    """Values stay as they were sent; what was not sent is left out."""
    shown = _SHOWN.decode(event.properties) if event.properties else _Shown()
    content_id = _content_id(shown.content_id)
    number = None if numbers is None or content_id is None else numbers.number_of(event.workspace_id, content_id)
    portal_id = NO_JSON if number is None else msgspec.Raw(b"%d" % number)
    found = {
        "tutorialId": shown.document_id,
        "segmentId": shown.segment_id,
        "portalId": portal_id,
        "versionId": shown.version_id,
    }
    if label:
        found["eventName"] = shown.event_name
    return msgspec.Raw(msgspec.json.encode({name: value for name, value in found.items() if value}))


def _content_id(raw: msgspec.Raw) -> str | None:
    """The contentId, if it is one: a text or a number."""
    value = bytes(raw)
    return text_of(raw) or None if value[:1] == b'"' or value[:1].isdigit() else None

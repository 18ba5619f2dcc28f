"""An example of a destination, run: from its event to the request that the destination makes of it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from headwater.base.event import CleanEvent
from headwater.base.ids import stable_uuid
from headwater.base.mapping import mapped
from headwater.base.outgoing import FileWrite, HttpRequest, Job, NotSent
from headwater.catalog.destination import DestinationExample, DestinationSpec

RECEIVED_AT: Final = "2026-03-04T09:15:01.000Z"
_FILLED: Final = {
    "messageId": "example",
    "sourceId": "example",
    "workspaceId": "example",
    "receivedAt": RECEIVED_AT,
    "timestamp": RECEIVED_AT,
}


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What an example gave: the fields of `DestinationExample`. `reason`: why nothing is sent, '' where there is
    nothing to say."""

    url: str = ""
    headers: dict[str, str] = {}
    body: Any = None
    reason: str = ""


def example_job(spec: DestinationSpec, example: DestinationExample) -> Job:
    """Raises msgspec.ValidationError when the example's event is none."""
    event = msgspec.json.decode(msgspec.json.encode({**_FILLED, **example.event}), type=CleanEvent)
    return Job(
        id=stable_uuid("delivery", "example", event.source_id, event.message_id),
        event=event,
        topic=example.topic,
        portal_id=example.portal_id,
        mapped=mapped(spec.mapping, event),
    )


def run_example(spec: DestinationSpec, example: DestinationExample) -> Made:
    return made(spec, [example_job(spec, example)], example.settings)


def made(spec: DestinationSpec, jobs: list[Job], settings: dict[str, Any]) -> Made:
    """What the destination makes of these jobs; settings that are not given take their defaults."""
    defaults = {each.name: each.default for each in spec.settings if each.default is not None}
    outgoing = spec.requests(jobs, {**defaults, **settings})
    match outgoing[0] if outgoing else None:
        case HttpRequest() as request:
            return Made(url=request.url, headers=dict(request.headers), body=msgspec.json.decode(request.body))
        case FileWrite() as write:
            return Made(url=write.name, body=[msgspec.json.decode(line) for line in write.body.splitlines()])
        case NotSent() as refused:
            return Made(reason=refused.reason)
        case None:
            return Made()

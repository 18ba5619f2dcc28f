"""Jobs for destinations, made from little."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from headwater.base.event import NO_JSON, CleanEvent
from headwater.base.ids import stable_uuid
from headwater.base.mapping import mapped
from headwater.base.outgoing import HttpRequest, Job, Outgoing
from headwater.catalog.destination import DestinationSpec
from headwater.catalog.destination_load import load_destinations

TIME = "2026-03-04T09:15:01.000Z"


def raw(value: Any) -> msgspec.Raw:
    return NO_JSON if value is None else msgspec.Raw(json.dumps(value, ensure_ascii=False).encode())


def event(type: str = "track", **given: Any) -> CleanEvent:
    """Parts as plain values; whatever is not given has a plain default."""
    parts = {key: raw(given.pop(key, None)) for key in ("properties", "traits", "context", "integrations")}
    fixed = {"message_id": "m", "source_id": "s", "workspace_id": "w", "received_at": TIME, "timestamp": TIME}
    named = {"event": "Thing Done"} if type == "track" else {}
    return CleanEvent(**{**fixed, "type": type, **named, **given, **parts})


def job(spec: DestinationSpec, sent: CleanEvent, *, portal_id: int | None = None, **mapping: str) -> Job:
    return Job(
        id=stable_uuid("job", sent.message_id),
        event=sent,
        portal_id=portal_id,
        mapped=mapped({**spec.mapping, **mapping}, sent),
    )


def destination(slug: str) -> DestinationSpec:
    return load_destinations().destination(slug)


def made(slug: str, *events: CleanEvent, portal_id: int | None = None, **settings: Any) -> list[Outgoing]:
    spec = destination(slug)
    return spec.requests([job(spec, each, portal_id=portal_id) for each in events], settings)


def only(outgoing: list[Outgoing]) -> HttpRequest:
    (request,) = outgoing
    assert isinstance(request, HttpRequest)
    return request


def body(request: HttpRequest) -> Any:
    return json.loads(request.body)

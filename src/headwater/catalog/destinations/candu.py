"""Candu's REST door: users, groups and events, so that content can be chosen by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from headwater.base.envelope import context_of_next_hop
from headwater.base.outgoing import HttpRequest, Job, NotSent, Outgoing
from headwater.catalog.destination import DestinationExample, DestinationSpec, Limits, RetryClasses, Trouble
from headwater.catalog.model import Maintainer, SettingSpec

HOST: Final = "https://api.candu.ai"
PATH: Final = "/api/eventWebhook"
_EMPTY: Final = msgspec.Raw(b"{}")


def requests(jobs: Sequence[Job], settings: Mapping[str, Any]) -> list[Outgoing]:
    """One request for all jobs: the door takes an object or a list."""
    known = [job for job in jobs if _text(job.mapped.get("userId"))]
    refused = [_nobody(job) for job in jobs if not _text(job.mapped.get("userId"))]
    return [*([_request(known, settings)] if known else []), *refused]


def _request(jobs: Sequence[Job], settings: Mapping[str, Any]) -> HttpRequest:
    items = [_item(job) for job in jobs]
    host = (settings.get("host") or HOST).rstrip("/").removesuffix("/api")
    return HttpRequest(
        url=f"{host}{PATH}",
        headers=(("Content-Type", "application/json"), ("Authorization", f"Bearer {settings.get('apiKey') or ''}")),
        body=msgspec.json.encode(items[0] if len(items) == 1 else items),
        jobs=tuple(job.id for job in jobs),
    )


def _item(job: Job) -> dict[str, Any]:
    event = job.event
    item: dict[str, Any] = {
        "type": event.type,
        "userId": _text(job.mapped["userId"]),
        **_inner(job),
        "timestamp": event.timestamp,
        "messageId": job.id,
        "context": context_of_next_hop(event),
    }
    return item if event.anonymous_id is None else {**item, "anonymousId": event.anonymous_id}


def _inner(job: Job) -> dict[str, Any]:
    event = job.event
    properties = {"properties": event.properties or _EMPTY}
    match event.type:
        case "identify":
            return {"traits": event.traits or _EMPTY}
        case "group":
            return {"groupId": event.group_id or "", "traits": event.traits or _EMPTY}
        case "page" | "screen":
            return {"name": event.name or "", **properties}
        case _:
            return {"event": event.event or "", **properties}


def _text(value: Any) -> str:
    """An id as text; '' for what is none."""
    if isinstance(value, str):
        return value
    return "" if isinstance(value, bool | dict | list | None) else str(value)


def _nobody(job: Job) -> NotSent:
    reason = (
        "Candu knows users by their id, and the mapping of userId leads to none in this event. It is not sent; "
        "map userId to something else, such as userId|anonymousId, to send such events too."
    )
    return NotSent(jobs=(job.id,), reason=reason)


_URL: Final = f"{HOST}{PATH}"

SPEC: Final = DestinationSpec(
    slug="candu",
    name="Candu",
    status="public",
    maintainer=Maintainer(name="headwater"),
    categories=("Personalization", "Customer Success"),
    description=(
        "Sends users, their groups and what they do to Candu, where they decide who sees which content. To target "
        "somebody by traits Candu needs an identify call with these traits; events alone do not suffice. The Candu "
        "source goes the other way and brings back what users do with the content."
    ),
    docs="https://developers.candu.ai/docs/get-data-into-candu-via-the-rest-api",
    related="candu",
    setup=(
        "In Candu open Settings > Workspaces > Access Keys and copy the API key of the workspace.",
        "Paste it here, and choose the sources that know your users.",
        "Send an identify call with traits through one of them, then look the user up at Candu.",
    ),
    requests=requests,
    verified=(
        "Never run against the real service. Tested against a receiver of our own that checks the documented shape, "
        "and against headwater's own door of the same form."
    ),
    integration="Candu",
    calls=("identify", "track", "page", "screen", "group"),
    settings=(
        SettingSpec(
            name="apiKey",
            type="string",
            label="API key",
            description="Of the Candu workspace.",
            required=True,
            secret=True,
        ),
        SettingSpec(
            name="host",
            type="string",
            label="Host",
            description="Another server with the same door, such as another headwater.",
            default=HOST,
        ),
    ),
    mapping={"userId": "userId"},
    limits=Limits(max_batch=50),
    retry=RetryClasses(terminal=(400, 401, 403, 404, 405, 413, 415, 422)),
    troubles=(
        Trouble(
            sign="401",
            remedy="The API key is wrong, or of another workspace. Paste the right one, then recover what was missed.",
        ),
        Trouble(
            sign="400",
            remedy="Candu did not take the shape. The log shows what was sent and what it said.",
        ),
        Trouble(
            sign="A user arrives, and is in no segment",
            remedy="Segments by traits need an identify call with traits. Look at the names of the traits: e-mail is "
            "email, with a small e.",
        ),
        Trouble(
            sign="Events end as dead for want of a user id",
            remedy="Anonymous users can't be segmented. Identify users before, or map userId to something else.",
        ),
    ),
    examples=(
        DestinationExample(
            title="A user signs up",
            event={
                "messageId": "example-identify",
                "type": "identify",
                "userId": "user-42",
                "traits": {"email": "mike@example.com", "plan": "pro"},
            },
            settings={"apiKey": "example-key"},
            url=_URL,
            headers={"Authorization": "Bearer example-key"},
            body={
                "type": "identify",
                "userId": "user-42",
                "traits": {"email": "mike@example.com", "plan": "pro"},
                "timestamp": "2026-03-04T09:15:01.000Z",
                "messageId": "5731e49d-ffd4-54e1-b794-e6d604f6d3ef",
                "context": {"headwater": {"hops": 1}},
            },
        ),
        DestinationExample(
            title="The user's plan is upgraded",
            event={
                "messageId": "example-upgrade",
                "type": "track",
                "event": "Upgraded plan",
                "userId": "user-42",
                "anonymousId": "5b6f0f0e-7f63-4c33-9a52-4f2f0a1c9d11",
                "properties": {"from": "free"},
            },
            settings={"apiKey": "example-key"},
            url=_URL,
            body={
                "type": "track",
                "userId": "user-42",
                "event": "Upgraded plan",
                "properties": {"from": "free"},
                "timestamp": "2026-03-04T09:15:01.000Z",
                "messageId": "e21c653b-8e53-5141-b630-6e66ee701465",
                "context": {"headwater": {"hops": 1}},
                "anonymousId": "5b6f0f0e-7f63-4c33-9a52-4f2f0a1c9d11",
            },
        ),
        DestinationExample(
            title="The user belongs to a company",
            event={
                "messageId": "example-group",
                "type": "group",
                "userId": "user-42",
                "groupId": "acme",
                "traits": {"name": "Acme", "employees": 329},
            },
            settings={"apiKey": "example-key"},
            url=_URL,
            body={
                "type": "group",
                "userId": "user-42",
                "groupId": "acme",
                "traits": {"name": "Acme", "employees": 329},
                "timestamp": "2026-03-04T09:15:01.000Z",
                "messageId": "941f8f29-95a7-5694-a657-4764c3360920",
                "context": {"headwater": {"hops": 1}},
            },
        ),
        DestinationExample(
            title="Somebody anonymous is not sent",
            event={"messageId": "example-nobody", "type": "track", "event": "Looked", "anonymousId": "a"},
            settings={"apiKey": "example-key"},
        ),
    ),
)

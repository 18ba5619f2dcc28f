"""PostHog's batch endpoint: calls as its events, users and groups by its reserved names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from headwater.base.event import CleanEvent
from headwater.base.outgoing import HttpRequest, Job, NotSent, Outgoing
from headwater.base.parts import opened, parts
from headwater.catalog.destination import DestinationExample, DestinationSpec, Limits, RetryClasses, Trouble
from headwater.catalog.model import Maintainer, SettingSpec

HOST: Final = "https://us.i.posthog.com"
MAX_DISTINCT_ID_CHARS: Final = 200

_CONTEXT: Final[Mapping[tuple[str, str], str]] = {
    ("page", "url"): "$current_url",
    ("page", "path"): "$pathname",
    ("page", "title"): "title",
    ("page", "referrer"): "$referrer",
    ("screen", "width"): "$screen_width",
    ("screen", "height"): "$screen_height",
    ("app", "version"): "$app_version",
    ("os", "name"): "$os",
    ("device", "type"): "$device_type",
}
_PLAIN: Final[Mapping[str, str]] = {
    "ip": "$ip",
    "userAgent": "$user_agent",
    "timezone": "$timezone",
    "locale": "$locale",
}


def requests(jobs: Sequence[Job], settings: Mapping[str, Any]) -> list[Outgoing]:
    known = [job for job in jobs if _distinct_id(job)]
    refused = [_nobody(job) for job in jobs if not _distinct_id(job)]
    return [*([_request(known, settings)] if known else []), *refused]


def _request(jobs: Sequence[Job], settings: Mapping[str, Any]) -> HttpRequest:
    body = {"api_key": settings.get("apiKey") or "", "batch": [_item(job) for job in jobs]}
    return HttpRequest(
        url=f"{(settings.get('host') or HOST).rstrip('/')}/batch/",
        body=msgspec.json.encode(body),
        jobs=tuple(job.id for job in jobs),
    )


def _item(job: Job) -> dict[str, Any]:
    """`uuid` is what PostHog tells an event sent twice by."""
    event = job.event
    name, reserved = _reserved(job)
    return {
        "event": name,
        "properties": {
            **parts(event.properties),
            **dict(_of_context(event)),
            **reserved,
            "distinct_id": _distinct_id(job),
            "$lib": "headwater",
            **({} if event.user_id else {"$process_person_profile": False}),
        },
        "timestamp": event.timestamp,
        "uuid": job.id,
    }


def _reserved(job: Job) -> tuple[str, dict[str, Any]]:
    """The event's name at PostHog, and the properties that the kind of call asks for."""
    event = job.event
    match event.type:
        case "identify":
            before = {"$anon_distinct_id": event.anonymous_id} if event.anonymous_id and event.user_id else {}
            return "$identify", {"$set": event.traits or {}, **before}
        case "group":
            kind = _text(job.mapped.get("groupType")) or "company"
            return "$groupidentify", {
                "$group_type": kind,
                "$group_key": event.group_id or "",
                "$group_set": event.traits or {},
                "$groups": {kind: event.group_id or ""},
            }
        case "page":
            return "$pageview", {"name": event.name} if event.name else {}
        case "screen":
            return "$screen", {"$screen_name": event.name or ""}
        case "alias":
            return "$create_alias", {"alias": event.previous_id or ""}
        case "track":
            return event.event or "", {}


def _of_context(event: CleanEvent) -> Iterator[tuple[str, Any]]:
    found = opened(event.context)
    context: dict[str, Any] = found if isinstance(found, dict) else {}
    for (part, key), name in _CONTEXT.items():
        inner = context.get(part)
        if isinstance(inner, dict) and inner.get(key) not in (None, ""):
            yield name, inner[key]
    for key, name in _PLAIN.items():
        if context.get(key) not in (None, ""):
            yield name, context[key]


def _distinct_id(job: Job) -> str:
    """'' when there is none, or one that PostHog would not take: cut short it would be somebody else."""
    found = _text(job.mapped.get("distinctId"))
    return found if len(found) <= MAX_DISTINCT_ID_CHARS else ""


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if isinstance(value, bool | dict | list | None) else str(value)


def _nobody(job: Job) -> NotSent:
    reason = (
        "PostHog asks for a distinct id, and the mapping of distinctId leads to none in this event. It is not sent."
    )
    return NotSent(jobs=(job.id,), reason=reason)


_URL: Final = f"{HOST}/batch/"

SPEC: Final = DestinationSpec(
    slug="posthog",
    name="PostHog",
    status="public",
    maintainer=Maintainer(name="headwater"),
    categories=("Analytics",),
    description=(
        "Sends events to PostHog's cloud in the US or the EU, or to a PostHog of your own. An identify call sets the "
        "person's properties and ties the anonymous id to the user, a group call sets the group's, pages and screens "
        "become its page views and screens. Events of anonymous people make no person profile."
    ),
    docs="https://posthog.com/docs/api/capture",
    setup=(
        "In PostHog open the project's settings and copy the project API key; it begins with phc_.",
        "Paste it, and choose the host: https://us.i.posthog.com, https://eu.i.posthog.com or your own.",
        "Send a test event and look for it among the project's live events.",
    ),
    requests=requests,
    verified=(
        "Never run against the real service. Tested against a receiver of our own that checks the documented shape."
    ),
    integration="PostHog",
    settings=(
        SettingSpec(
            name="apiKey",
            type="string",
            label="Project API key",
            description="It can send events and read nothing.",
            required=True,
            secret=True,
        ),
        SettingSpec(
            name="host",
            type="string",
            label="Host",
            description="https://us.i.posthog.com, https://eu.i.posthog.com or the address of your own PostHog.",
            default=HOST,
        ),
    ),
    mapping={"distinctId": "userId|anonymousId", "groupType": "'company'"},
    limits=Limits(max_batch=100),
    retry=RetryClasses(terminal=(400, 401, 403, 404, 405, 413)),
    troubles=(
        Trouble(
            sign="401",
            remedy="The key is not the project API key. A personal API key does not do.",
        ),
        Trouble(
            sign="Delivered, and nothing is seen",
            remedy="Look whether the host is that of the project's region, and give PostHog a minute. It answers 200 "
            "to events that it then leaves out.",
        ),
        Trouble(
            sign="Anonymous events and the user's are two people",
            remedy="An identify call with both anonymousId and userId ties them together.",
        ),
    ),
    examples=(
        DestinationExample(
            title="An order is completed",
            event={
                "messageId": "example-order",
                "type": "track",
                "event": "Order Completed",
                "userId": "user-42",
                "properties": {"total": 27.5},
                "context": {"page": {"url": "https://app.example.com/cart", "path": "/cart"}},
            },
            settings={"apiKey": "phc_example"},
            url=_URL,
            body={
                "api_key": "phc_example",
                "batch": [
                    {
                        "event": "Order Completed",
                        "properties": {
                            "total": 27.5,
                            "$current_url": "https://app.example.com/cart",
                            "$pathname": "/cart",
                            "distinct_id": "user-42",
                            "$lib": "headwater",
                        },
                        "timestamp": "2026-03-04T09:15:01.000Z",
                        "uuid": "ec793e74-05cd-50ee-a374-3d7fc0593536",
                    }
                ],
            },
        ),
        DestinationExample(
            title="A visitor turns out to be a user",
            event={
                "messageId": "example-identify",
                "type": "identify",
                "userId": "user-42",
                "anonymousId": "5b6f0f0e-7f63-4c33-9a52-4f2f0a1c9d11",
                "traits": {"plan": "pro"},
            },
            settings={"apiKey": "phc_example", "host": "https://eu.i.posthog.com"},
            url="https://eu.i.posthog.com/batch/",
            body={
                "api_key": "phc_example",
                "batch": [
                    {
                        "event": "$identify",
                        "properties": {
                            "$set": {"plan": "pro"},
                            "$anon_distinct_id": "5b6f0f0e-7f63-4c33-9a52-4f2f0a1c9d11",
                            "distinct_id": "user-42",
                            "$lib": "headwater",
                        },
                        "timestamp": "2026-03-04T09:15:01.000Z",
                        "uuid": "5731e49d-ffd4-54e1-b794-e6d604f6d3ef",
                    }
                ],
            },
        ),
        DestinationExample(
            title="A group is described",
            event={
                "messageId": "example-group",
                "type": "group",
                "userId": "user-42",
                "groupId": "acme",
                "traits": {"name": "Acme"},
            },
            settings={"apiKey": "phc_example"},
            url=_URL,
            body={
                "api_key": "phc_example",
                "batch": [
                    {
                        "event": "$groupidentify",
                        "properties": {
                            "$group_type": "company",
                            "$group_key": "acme",
                            "$group_set": {"name": "Acme"},
                            "$groups": {"company": "acme"},
                            "distinct_id": "user-42",
                            "$lib": "headwater",
                        },
                        "timestamp": "2026-03-04T09:15:01.000Z",
                        "uuid": "941f8f29-95a7-5694-a657-4764c3360920",
                    }
                ],
            },
        ),
    ),
)

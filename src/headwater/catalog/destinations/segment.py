"""Segment's Tracking API, or any host that speaks it: the event as it came, under a messageId of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from headwater.base.envelope import context_of_next_hop
from headwater.base.event import MAX_EVENT_BYTES
from headwater.base.outgoing import HttpRequest, Job, NotSent, Outgoing
from headwater.base.parts import parts
from headwater.catalog.destination import DestinationExample, DestinationSpec, Limits, RetryClasses, Trouble
from headwater.catalog.model import Maintainer, SettingSpec
from headwater.catalog.tracking import TERMINAL, api_url, headers

HOSTS: Final[Mapping[str, str]] = {"us": "https://api.segment.io", "eu": "https://events.eu1.segmentapis.com"}
MAX_BATCH_BYTES: Final = 500_000
"""A batch may have 500 KB."""

_FRAME: Final = (b'{"batch":[', b"]}")
_ABSENT: Final = ("", None)

Item = tuple[Job, bytes]


def requests(jobs: Sequence[Job], settings: Mapping[str, Any]) -> list[Outgoing]:
    items = [(job, msgspec.json.encode(_item(job, settings))) for job in jobs]
    small = [item for item in items if len(item[1]) <= MAX_EVENT_BYTES]
    refused = [_too_large(job, len(body)) for job, body in items if len(body) > MAX_EVENT_BYTES]
    return [*(_batch(group, settings) for group in _groups(small)), *refused]


def _item(job: Job, settings: Mapping[str, Any]) -> dict[str, Any]:
    """`sentAt` is left out: `timestamp` is corrected for the client's clock already."""
    event = job.event
    item: dict[str, Any] = {
        "type": event.type,
        "messageId": job.id,
        "timestamp": event.timestamp,
        "userId": event.user_id,
        "anonymousId": event.anonymous_id,
        "groupId": event.group_id,
        "previousId": event.previous_id,
        "event": event.event,
        "name": event.name,
        "category": event.category,
        "properties": event.properties or None,
        "traits": event.traits or None,
    }
    kept = {key: value for key, value in item.items() if value not in _ABSENT}
    if integrations := _integrations(job, settings):
        kept["integrations"] = integrations
    return {**kept, "context": context_of_next_hop(event)}


def _integrations(job: Job, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The event's own, and false for each destination over there that leads back here."""
    names = [name.strip() for name in (settings.get("excludeIntegrations") or "").split(",")]
    return {**parts(job.event.integrations), **{name: False for name in names if name}}


def _groups(items: Sequence[Item]) -> Iterator[list[Item]]:
    group: list[Item] = []
    room = MAX_BATCH_BYTES
    for item in items:
        needed = len(item[1]) + 1
        if group and needed > room:
            yield group
            group, room = [], MAX_BATCH_BYTES
        group.append(item)
        room -= needed
    if group:
        yield group


def _batch(items: Sequence[Item], settings: Mapping[str, Any]) -> HttpRequest:
    host = settings.get("host") or HOSTS[settings.get("region") or "us"]
    return HttpRequest(
        url=api_url(host, "batch"),
        headers=headers(settings.get("writeKey") or ""),
        body=_FRAME[0] + b",".join(body for _, body in items) + _FRAME[1],
        jobs=tuple(job.id for job, _ in items),
    )


def _too_large(job: Job, size_bytes: int) -> NotSent:
    reason = f"Segment takes events of at most {MAX_EVENT_BYTES:,} bytes; this one has {size_bytes:,}. It is not sent."
    return NotSent(jobs=(job.id,), reason=reason)


SPEC: Final = DestinationSpec(
    slug="segment",
    name="Segment",
    status="public",
    maintainer=Maintainer(name="headwater"),
    categories=("Raw Data", "Customer Data Platform"),
    description=(
        "Hands events on to Segment's Tracking API, in the US or the EU, or to any host that speaks it: another "
        "headwater, RudderStack, Jitsu. Everything that the event holds goes along, and its integrations object "
        "decides there what happens to it further on."
    ),
    docs="https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/",
    setup=(
        "At the receiving side add a source of the kind HTTP API and copy its write key.",
        "Paste the write key. Choose the region of the Segment workspace, or give the host of another server.",
        "Send a test event and look for it in the debugger of the receiving source. Segment answers 200 to an "
        "unknown write key as well, so a 200 means that it was taken, not that it is kept.",
    ),
    requests=requests,
    verified=(
        "Never run against the real service. Tested against a receiver of our own that checks the documented shape, "
        "and against headwater's own Tracking API, which Segment's unmodified clients use."
    ),
    integration="Segment.io",
    settings=(
        SettingSpec(
            name="writeKey",
            type="string",
            label="Write key",
            description="Of the receiving source.",
            required=True,
            secret=True,
        ),
        SettingSpec(
            name="region",
            type="string",
            label="Region",
            description="Where the Segment workspace is. The other region would take the events and lose them.",
            default="us",
            choices=("us", "eu"),
        ),
        SettingSpec(
            name="host",
            type="string",
            label="Host",
            description="Another server that speaks the Tracking API, such as https://events.example.com. It goes "
            "before the region.",
        ),
        SettingSpec(
            name="excludeIntegrations",
            type="string",
            label="Destinations that lead back here",
            description="Names of destinations at the receiving side, by commas, that must not get these events, as "
            "they would bring them back: a loop. Each is set to false in the integrations object.",
        ),
    ),
    limits=Limits(max_batch=250),
    retry=RetryClasses(terminal=TERMINAL),
    troubles=(
        Trouble(
            sign="Delivered, and nothing is seen at Segment",
            remedy="Compare the write key with the source's, and the region with the workspace's: Segment answers 200 "
            "in both cases.",
        ),
        Trouble(
            sign="400",
            remedy="The receiver found a body that is no JSON or too large. The log shows request and answer.",
        ),
        Trouble(
            sign="401 from another host than Segment",
            remedy="The write key is unknown there. Mend it, then resend or recover what ended as dead.",
        ),
        Trouble(
            sign="Events are skipped with the reason loop",
            remedy="They have passed through headwater three times. Somewhere on their way a destination leads back; "
            "name it in the setting for such destinations.",
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
                "context": {"ip": "198.51.100.7"},
                "integrations": {"All": True, "Mixpanel": False},
            },
            settings={"writeKey": "abcdefghijklmnopqrstuvwxyz012345", "excludeIntegrations": "Webhooks"},
            url="https://api.segment.io/v1/batch",
            headers={"Authorization": "Basic YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU6"},
            body={
                "batch": [
                    {
                        "type": "track",
                        "messageId": "ec793e74-05cd-50ee-a374-3d7fc0593536",
                        "timestamp": "2026-03-04T09:15:01.000Z",
                        "userId": "user-42",
                        "event": "Order Completed",
                        "properties": {"total": 27.5},
                        "integrations": {"All": True, "Mixpanel": False, "Webhooks": False},
                        "context": {"ip": "198.51.100.7", "headwater": {"hops": 1}},
                    }
                ]
            },
        ),
        DestinationExample(
            title="Somebody is identified, for a workspace in the EU",
            event={"messageId": "example-who", "type": "identify", "userId": "user-42", "traits": {"plan": "pro"}},
            settings={"writeKey": "abcdefghijklmnopqrstuvwxyz012345", "region": "eu"},
            url="https://events.eu1.segmentapis.com/v1/batch",
            body={
                "batch": [
                    {
                        "type": "identify",
                        "messageId": "a0aa0826-c0ab-5a53-8394-5718e2569eb1",
                        "timestamp": "2026-03-04T09:15:01.000Z",
                        "userId": "user-42",
                        "traits": {"plan": "pro"},
                        "context": {"headwater": {"hops": 1}},
                    }
                ]
            },
        ),
    ),
)

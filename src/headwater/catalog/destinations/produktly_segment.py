"""Produktly's sending side of its Segment source: its fourteen events by server-side track calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from headwater.base.outgoing import HttpRequest, Job, Outgoing
from headwater.base.parts import parts
from headwater.catalog.destination import DestinationExample, DestinationSpec, RetryClasses, Trouble
from headwater.catalog.model import Maintainer, SettingSpec
from headwater.catalog.tracking import HERE, LIBRARY, TERMINAL, integer, sender_call

EVENTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "Tour Available": ("tour_id", ()),
    "Tour Start": ("tour_id", ()),
    "Tour Auto Start": ("tour_id", ()),
    "Tour Continue": ("tour_id", ()),
    "Tour Finish": ("tour_id", ()),
    "Tour Step": ("tour_id", ("stepIndex", "type")),
    "Checklist Step Completed": ("checklist_id", ("stepId",)),
    "Checklist Finished": ("checklist_id", ()),
    "Smart Tip Available": ("smart_tip_id", ()),
    "Smart Tip Open": ("smart_tip_id", ()),
    "Announcement Shown": ("announcement_id", ()),
    "Announcement Action Clicked": ("announcement_id", ()),
    "Announcement Closed": ("announcement_id", ()),
    "Nps Widget Shown": ("nps_widget_id", ()),
}
"""Each event with its id property and the keys of its metadata."""


def requests(jobs: Sequence[Job], settings: Mapping[str, Any]) -> list[Outgoing]:
    return [request for job in jobs if (request := _request(job, settings)) is not None]


def _request(job: Job, settings: Mapping[str, Any]) -> HttpRequest | None:
    name = job.event.event or ""
    if job.event.type != "track" or name not in EVENTS:
        return None
    properties = _properties(job, *EVENTS[name], extended=bool(settings.get("extended")))
    return sender_call(job, settings, "track", {"event": name}, properties)


def _properties(job: Job, id_property: str, inner: tuple[str, ...], *, extended: bool) -> dict[str, Any]:
    """The id and the metadata that the event has, and no others; `extended` lets the others follow."""
    found = parts(job.event.properties)
    strict: dict[str, Any] = {id_property: integer(found[id_property])} if id_property in found else {}
    if inner and "metadata" in found:
        metadata = parts(found["metadata"])
        strict["metadata"] = {key: metadata[key] for key in (metadata if extended else inner) if key in metadata}
    return {**strict, **{key: value for key, value in found.items() if key not in strict}} if extended else strict


_ANONYMOUS: Final = "5b6f0f0e-7f63-4c33-9a52-4f2f0a1c9d11"
_KEY: Final = "abcdefghijklmnopqrstuvwxyz012345"

SPEC: Final = DestinationSpec(
    slug="produktly-segment",
    name="Produktly to Segment",
    status="public",
    maintainer=Maintainer(name="headwater"),
    categories=("Analytics", "Customer Success"),
    description=(
        "The sending side of the Produktly source: tells a source of this workspace, Segment or any compatible host "
        "what users do with tours, checklists, smart tips, announcements and NPS widgets. Fourteen events and no "
        "others, by track calls, each with the id of what it is about."
    ),
    docs="https://produktly.com/docs/docs/integration/identify-users",
    related="produktly",
    setup=(
        "Add the Produktly source here or at Segment, and copy its write key.",
        "Open Integrations > Segment, paste the key as Segment write key and activate.",
        "Send a test, and look for it in the debugger of the source.",
    ),
    requests=requests,
    verified=(
        "Never run against the real service. Tested in-process with the Produktly source of a headwater, and over "
        "the network against a receiver of our own that checks the documented shape."
    ),
    integration="Segment.io",
    calls=("track",),
    events=tuple(EVENTS),
    settings=(
        SettingSpec(
            name="writeKey",
            type="string",
            label="Segment write key",
            description="Of the Produktly source that is to receive the events.",
            secret=True,
        ),
        SettingSpec(
            name="host",
            type="string",
            label="Host",
            description="Where that source is, such as https://api.segment.io. Empty: a source of this server.",
        ),
        SettingSpec(
            name="sourceId",
            type="string",
            label="Source",
            description="A source of this workspace, instead of a write key and a host.",
        ),
        SettingSpec(
            name="uuidAsUserId",
            type="boolean",
            label="UUID as user id",
            description="Gives people who are not identified the UUID of their browser as userId; else it is the "
            "anonymousId alone.",
            default=False,
        ),
        SettingSpec(
            name="extended",
            type="boolean",
            label="Extended properties",
            description="Sends the event's other properties after the documented ones.",
            default=False,
        ),
    ),
    retry=RetryClasses(terminal=TERMINAL),
    troubles=(
        Trouble(
            sign="Delivered, and the source shows nothing",
            remedy="Segment answers 200 to unknown write keys as well. Compare the key with that of the source.",
        ),
        Trouble(
            sign="An event does not arrive",
            remedy="Only the fourteen are sent, by their exact names. It is Nps Widget Shown, not NPS.",
        ),
        Trouble(
            sign="Ratings, feedback or roadmap votes do not arrive",
            remedy="They are not among the source's events. Use the management API or a webhook for them.",
        ),
    ),
    examples=(
        DestinationExample(
            title="A user goes on to the second step of a tour",
            event={
                "messageId": "example-step",
                "type": "track",
                "event": "Tour Step",
                "userId": "123",
                "anonymousId": _ANONYMOUS,
                "properties": {"tour_id": 5488, "metadata": {"stepIndex": 1, "type": "next"}, "theme": "dark"},
            },
            settings={"writeKey": _KEY, "host": "https://events.eu1.segmentapis.com"},
            url="https://events.eu1.segmentapis.com/v1/track",
            headers={"Authorization": "Basic YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU6"},
            body={
                "userId": "123",
                "anonymousId": _ANONYMOUS,
                "event": "Tour Step",
                "messageId": "29749737-49b5-5bc2-bd24-d82f0c11b2c4",
                "timestamp": "2026-03-04T09:15:01.000Z",
                "properties": {"tour_id": 5488, "metadata": {"stepIndex": 1, "type": "next"}},
                "context": {"headwater": {"hops": 1}, "library": LIBRARY},
            },
        ),
        DestinationExample(
            title="Somebody who is not identified, by the UUID of the browser",
            event={
                "messageId": "example-nps",
                "type": "track",
                "event": "Nps Widget Shown",
                "anonymousId": _ANONYMOUS,
                "properties": {"nps_widget_id": 7},
            },
            settings={"writeKey": _KEY, "uuidAsUserId": True},
            url=f"{HERE}/v1/track",
            body={
                "userId": _ANONYMOUS,
                "anonymousId": _ANONYMOUS,
                "event": "Nps Widget Shown",
                "messageId": "3ff2007d-d383-58e1-b01d-ff3e3ff254b4",
                "timestamp": "2026-03-04T09:15:01.000Z",
                "properties": {"nps_widget_id": 7},
                "context": {"headwater": {"hops": 1}, "library": LIBRARY},
            },
        ),
        DestinationExample(
            title="Another event is not sent",
            event={"messageId": "example-other", "type": "track", "event": "Nps Response Submitted", "userId": "123"},
            settings={"writeKey": _KEY},
        ),
    ),
    offered=False,
)

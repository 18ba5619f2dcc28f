"""Candu's sending side of its Segment source: views and interactions of content as tutorial.view and .interaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from headwater.base import topics
from headwater.base.outgoing import HttpRequest, Job, Outgoing
from headwater.base.parts import parts
from headwater.catalog.destination import DestinationExample, DestinationSpec, RetryClasses, Trouble
from headwater.catalog.model import Maintainer, SettingSpec
from headwater.catalog.tracking import HERE, LIBRARY, TERMINAL, integer, sender_call


def requests(jobs: Sequence[Job], settings: Mapping[str, Any]) -> list[Outgoing]:
    return [request for job in jobs if (request := _request(job, settings)) is not None]


def _request(job: Job, settings: Mapping[str, Any]) -> HttpRequest | None:
    properties = _properties(job, extended=bool(settings.get("extended")))
    match topics.topic_of(job.event):
        case topics.VIEW:
            return sender_call(job, settings, "screen", {"name": "tutorial.view"}, properties)
        case topics.INTERACTION:
            return sender_call(job, settings, "track", {"event": "tutorial.interaction"}, properties)
        case _:
            return None


def _properties(job: Job, *, extended: bool) -> dict[str, Any]:
    """The four of a view, five of an interaction, and no others; `extended` lets the event's others follow."""
    found = parts(job.event.properties)
    named = {
        "tutorialId": integer(found.get("documentId")),
        "segmentId": found.get("segmentId"),
        "portalId": job.portal_id,
        "versionId": found.get("versionId"),
    }
    if job.event.type == "track":
        named["eventName"] = found.get("eventName")
    strict = {key: value for key, value in named.items() if value is not None}
    return {**strict, **{key: value for key, value in found.items() if key not in named}} if extended else strict


_PROPERTIES: Final[dict[str, Any]] = {
    "versionId": "6f1ed002ab5595859014ebf0951522d9",
    "segmentId": "Everyone",
    "contentId": "nBz41kQpXw",
    "documentId": 3107,
}
_STRICT: Final[dict[str, Any]] = {
    "tutorialId": 3107,
    "segmentId": "Everyone",
    "portalId": 204,
    "versionId": "6f1ed002ab5595859014ebf0951522d9",
}
_ANONYMOUS: Final = "5b6f0f0e-7f63-4c33-9a52-4f2f0a1c9d11"

SPEC: Final = DestinationSpec(
    slug="candu-segment",
    name="Candu to Segment",
    status="public",
    maintainer=Maintainer(name="headwater"),
    categories=("Analytics", "Personalization", "Customer Success"),
    description=(
        "The sending side of the Candu source: tells a source of this workspace, Segment or any compatible host which "
        "content users see and which of its elements they click. Two events and no others: tutorial.view as a screen "
        "call, tutorial.interaction as a track call."
    ),
    docs="https://segment.com/docs/connections/sources/catalog/cloud-apps/candu/",
    related="candu",
    setup=(
        "Add the Candu source here or at Segment, and copy its write key.",
        "Open Settings > Integrations > Segment Source, paste the key and connect.",
        "Send a test, and look for it in the debugger of the source.",
    ),
    requests=requests,
    verified=(
        "Never run against the real service. Tested in-process with the Candu source of a headwater, and over the "
        "network against a receiver of our own that checks the documented shape."
    ),
    integration="Segment.io",
    calls=("screen", "track"),
    events=(topics.CONTENT, topics.CONTENT_INTERACTION),
    settings=(
        SettingSpec(
            name="writeKey",
            type="string",
            label="Write key",
            description="Of the Candu source that is to receive the events.",
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
            label="Anonymous id as user id",
            description="Gives people who are not identified their anonymous id as userId, too.",
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
            sign="Views arrive and interactions do not",
            remedy="Only elements with an interaction label make interactions; set one in the editor.",
        ),
        Trouble(
            sign="Forms, flows and tours do not arrive",
            remedy="The source has two events. Subscribe a webhook to the topic, or a destination to the events.",
        ),
    ),
    examples=(
        DestinationExample(
            title="A user sees a piece of content",
            topic=topics.VIEW,
            portal_id=204,
            event={
                "messageId": "example-view",
                "type": "screen",
                "name": "candu.sdk.content",
                "userId": "user-42",
                "anonymousId": _ANONYMOUS,
                "context": {"locale": "en-GB"},
                "properties": {**_PROPERTIES, "slug": "onboarding"},
            },
            settings={"writeKey": "abcdefghijklmnopqrstuvwxyz012345", "host": "https://api.segment.io"},
            url="https://api.segment.io/v1/screen",
            headers={"Authorization": "Basic YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU6"},
            body={
                "userId": "user-42",
                "anonymousId": _ANONYMOUS,
                "name": "tutorial.view",
                "messageId": "a10a2e50-b251-5dd3-b9ad-16a1d89df2f3",
                "timestamp": "2026-03-04T09:15:01.000Z",
                "properties": _STRICT,
                "context": {"locale": "en-GB", "headwater": {"hops": 1}, "library": LIBRARY},
            },
        ),
        DestinationExample(
            title="The user clicks its button; the events go to a source of this server",
            topic=topics.INTERACTION,
            portal_id=204,
            event={
                "messageId": "example-click",
                "type": "track",
                "event": "candu.sdk.content.interaction",
                "userId": "user-42",
                "anonymousId": _ANONYMOUS,
                "properties": {
                    **_PROPERTIES,
                    "eventName": "Onboarding - Invite a colleague clicked",
                    "id": 3107,
                    "category": "Native",
                    "trigger": "OnClick",
                },
            },
            settings={"writeKey": "abcdefghijklmnopqrstuvwxyz012345"},
            url=f"{HERE}/v1/track",
            body={
                "userId": "user-42",
                "anonymousId": _ANONYMOUS,
                "event": "tutorial.interaction",
                "messageId": "2f6ee175-da99-5222-b501-fafd2396d8bf",
                "timestamp": "2026-03-04T09:15:01.000Z",
                "properties": {**_STRICT, "eventName": "Onboarding - Invite a colleague clicked"},
                "context": {"headwater": {"hops": 1}, "library": LIBRARY},
            },
        ),
        DestinationExample(
            title="A form is not sent",
            topic=topics.FORM,
            event={"messageId": "example-form", "type": "track", "form": True, "event": "A_responded", "userId": "u"},
            settings={"writeKey": "abcdefghijklmnopqrstuvwxyz012345"},
        ),
    ),
    offered=False,
)

"""Webhooks in the default format: the customer event, in its envelope, under `payload`."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from headwater.base.envelope import context_of_next_hop, envelope
from headwater.base.outgoing import HttpRequest, Job, Outgoing
from headwater.catalog.destination import DestinationExample, DestinationSpec, RetryClasses, Trouble
from headwater.catalog.model import Maintainer, SettingSpec


def requests(jobs: Sequence[Job], settings: Mapping[str, Any]) -> list[Outgoing]:
    return [_request(job, settings) for job in jobs]


def _request(job: Job, settings: Mapping[str, Any]) -> HttpRequest:
    body = msgspec.json.encode({"payload": _payload(job)})
    headers = [("Content-Type", "application/json")]
    if secret := settings.get("sharedSecret"):
        signature = hmac.new(secret.encode("utf-8", "surrogatepass"), body, hashlib.sha1).hexdigest()
        headers.append(("X-Signature", signature))
    return HttpRequest(url=settings.get("url") or "", body=body, headers=tuple(headers), jobs=(job.id,))


def _payload(job: Job) -> dict[str, Any]:
    """A topic's event has exactly the documented keys. Any other may have come by a webhook and go round again."""
    found = envelope(job.event)
    return found if job.topic else {**found, "context": context_of_next_hop(job.event)}


_EVENT: Final[dict[str, Any]] = {
    "messageId": "34519762-2f78-4e99-b5d2-aaa5079857c5",
    "type": "screen",
    "name": "candu.sdk.content",
    "userId": "user-42",
    "anonymousId": "5b6f0f0e-7f63-4c33-9a52-4f2f0a1c9d11",
    "sentAt": "2026-03-04T09:15:00.000Z",
    "context": {
        "library": {"name": "headwater.js", "version": "0.1.0"},
        "page": {"path": "/", "url": "https://app.example.com/", "title": "Home", "search": "", "referrer": ""},
    },
    "properties": {
        "versionId": "6f1ed002ab5595859014ebf0951522d9",
        "segmentId": "Everyone",
        "slug": "onboarding",
        "contentId": "nBz41kQpXw",
        "documentId": 3107,
    },
}

SPEC: Final = DestinationSpec(
    slug="webhook",
    name="Webhook",
    status="public",
    maintainer=Maintainer(name="headwater"),
    categories=("Raw Data",),
    description=(
        "Posts each event as JSON to an address of your own: a server, Zapier, Make. The body has one key, payload; "
        "under it stands the event in the envelope of customer events, whatever door it came in by. A webhook of "
        "Settings > Integrations takes the customer events of its topics; as a destination of a source this takes "
        "every event of that source."
    ),
    docs="https://www.standardwebhooks.com/",
    setup=(
        "Give the address that is to receive the events. It must answer 2xx within 10 seconds.",
        "Verify what arrives: each request is signed as the Standard Webhooks specification says, with the secret "
        "that the webhook shows.",
        "Send a test event, and look at the log for the answer.",
    ),
    requests=requests,
    verified="Tested against receivers of our own and the public verifier libraries of Standard Webhooks.",
    integration="Webhooks",
    settings=(
        SettingSpec(
            name="url",
            type="string",
            label="URL",
            description="Where the events go, http or https. Private addresses only if the operator allows them.",
            required=True,
        ),
        SettingSpec(
            name="sharedSecret",
            type="string",
            label="Shared secret",
            description=(
                "For receivers that check X-Signature, the hex HMAC-SHA1 of the body, as they do for Segment's "
                "webhooks. The Standard Webhooks signature is sent with or without it."
            ),
            secret=True,
        ),
    ),
    retry=RetryClasses(gone=(410,)),
    troubles=(
        Trouble(
            sign="Every attempt is blocked",
            remedy="The address leads to a private network. Use a public one, or let the operator allow it "
            "(HEADWATER_EGRESS_ALLOW).",
        ),
        Trouble(
            sign="The receiver says that the signature is wrong",
            remedy="It must check the bytes of the body as they came, before any JSON is read, and one of the "
            "signatures in webhook-signature; there are two while a secret is being rotated.",
        ),
        Trouble(
            sign="Nothing arrives, and the log is empty",
            remedy="See whether the webhook is enabled, whether its topics and filters let the event through, and "
            "whether it belongs to the workspace whose client token the page uses.",
        ),
    ),
    examples=(
        DestinationExample(
            title="A user sees a piece of content",
            event=_EVENT,
            topic="content.view",
            settings={"url": "https://receiver.example.com/events", "sharedSecret": "example-secret"},
            url="https://receiver.example.com/events",
            body={
                "payload": {
                    "id": "34519762-2f78-4e99-b5d2-aaa5079857c5",
                    "anonymousId": "5b6f0f0e-7f63-4c33-9a52-4f2f0a1c9d11",
                    "userId": "user-42",
                    "type": "Screen",
                    "context": _EVENT["context"],
                    "sentAt": "2026-03-04T09:15:00.000Z",
                    "receivedAt": "2026-03-04T09:15:01.000Z",
                    "screenName": "candu.sdk.content",
                    "properties": _EVENT["properties"],
                    "version": 2,
                }
            },
        ),
        DestinationExample(
            title="A server says who somebody is",
            event={"messageId": "example-identify", "type": "identify", "userId": "user-42", "traits": {"plan": "pro"}},
            settings={"url": "https://receiver.example.com/events"},
            url="https://receiver.example.com/events",
            body={
                "payload": {
                    "id": "example-identify",
                    "anonymousId": None,
                    "userId": "user-42",
                    "type": "Identify",
                    "context": {"headwater": {"hops": 1}},
                    "sentAt": "2026-03-04T09:15:01.000Z",
                    "receivedAt": "2026-03-04T09:15:01.000Z",
                    "traits": {"plan": "pro"},
                    "properties": {},
                    "version": 2,
                }
            },
        ),
    ),
)

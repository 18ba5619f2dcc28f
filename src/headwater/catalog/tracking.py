"""What all destinations that speak the Tracking API have in common: where it is, who calls it, and our own mark."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from headwater import __version__
from headwater.base.envelope import context_of_next_hop
from headwater.base.event import CleanEvent
from headwater.base.outgoing import HttpRequest, Job

HERE: Final = "http://headwater.internal"
"""The host that stands for this server itself: such a request is handed to its own Tracking API, past any network."""

LIBRARY: Final = {"name": "headwater", "version": __version__}
TERMINAL: Final = (400, 401, 403, 404, 405, 413, 415, 422)
"""Answers that would be the same the next time."""

_DIGITS: Final = 18


def api_url(host: str, call: str) -> str:
    """`host` with or without `/v1` at its end, as both are found in set-up pages."""
    return f"{host.rstrip('/').removesuffix('/v1')}/v1/{call}"


def headers(write_key: str) -> tuple[tuple[str, str], ...]:
    key = base64.b64encode(f"{write_key}:".encode("utf-8", "surrogatepass")).decode()
    return (("Content-Type", "application/json"), ("Authorization", f"Basic {key}"))


def sender_call(
    job: Job, settings: Mapping[str, Any], call: str, named: Mapping[str, str], properties: Mapping[str, Any]
) -> HttpRequest:
    """A call of a sending integration to the host of its settings, or to this server when they name none.

    It is stamped with `sentAt`, so that the receiver can tell how far the clocks are apart.
    With the setting `uuidAsUserId` somebody who is not identified goes by the anonymous id as userId too.
    """
    event = job.event
    user_id = event.user_id or (event.anonymous_id if settings.get("uuidAsUserId") else None)
    ids = {"userId": user_id, "anonymousId": event.anonymous_id}
    body = {
        **{key: value for key, value in ids.items() if value},
        **named,
        "messageId": job.id,
        "timestamp": event.timestamp,
        "properties": properties,
        "context": sender_context(event),
    }
    return HttpRequest(
        url=api_url(settings.get("host") or HERE, call),
        headers=headers(settings.get("writeKey") or ""),
        body=msgspec.json.encode(body),
        jobs=(job.id,),
        stamped=True,
    )


def sender_context(event: CleanEvent) -> dict[str, Any]:
    """The event's, with our own library, counted one hop further."""
    return {**context_of_next_hop(event), "library": LIBRARY}


def integer(raw: msgspec.Raw | None) -> Any:
    """An id that is sent as a number: digits in quotes become one, anything else stays as it is."""
    text = bytes(raw or b"")
    digits = text[1:-1]
    quoted = text[:1] == b'"' and digits.isdigit() and len(digits) <= _DIGITS
    return int(digits) if quoted else raw

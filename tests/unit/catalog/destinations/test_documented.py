"""Requests of destinations, sent by the real client to services that check them as their documentation says."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from headwater.base.outgoing import HttpRequest, Outgoing
from headwater.send.guard import Guard
from headwater.send.ports import Sent
from headwater.send.transport import HttpTransport
from tests.receivers.documented import (
    CanduService,
    PostHogService,
    Refusal,
    SegmentService,
    Service,
    SlackService,
    too_many,
)
from tests.receivers.receiver import Receiver
from tests.unit.catalog.destinations.jobs import destination, event, made

KEY = "abcdefghijklmnopqrstuvwxyz012345"
EVENTS = [
    event("identify", message_id="1", user_id="u", anonymous_id="a", traits={"email": "m@example.com", "plan": "pro"}),
    event("group", message_id="2", user_id="u", group_id="g", traits={"name": "Acme", "employees": 329}),
    event("page", message_id="3", user_id="u", name="Home", context={"page": {"url": "https://x.example.com/"}}),
    event("screen", message_id="4", user_id="u", name="candu.sdk.content", properties={"slug": "s", "documentId": 1}),
    event(message_id="5", user_id="u", event="Ordered", properties={"total": 27.5, "items": ["a", {"b": None}]}),
    event(
        message_id="6", user_id="u", event="F_responded", form=True, properties={"formName": "F", "F_Q": "<!here> & co"}
    ),
    event("alias", message_id="7", user_id="u", previous_id="p"),
]
SERVICES: dict[str, tuple[type[Service], dict[str, str], str]] = {
    "segment": (SegmentService, {"writeKey": KEY}, ""),
    "candu": (CanduService, {"apiKey": KEY}, ""),
    "posthog": (PostHogService, {"apiKey": KEY}, ""),
    "slack": (SlackService, {}, "/services/T000/B000/secret"),
}
WRONG: dict[str, tuple[dict[str, str], int | None]] = {
    "segment": ({"writeKey": "another-key-of-the-right-length"}, 200),
    "candu": ({"apiKey": "other"}, 401),
    "posthog": ({"apiKey": "other"}, 401),
}


def send(outgoing: list[Outgoing]) -> list[Sent]:
    async def all_of_them() -> list[Sent]:
        guard = Guard(allowed=[ipaddress.ip_network("127.0.0.0/8")])
        transport = HttpTransport(guard=guard, user_agent="headwater-test")
        requests = [each for each in outgoing if isinstance(each, HttpRequest)]
        try:
            return [await transport.send(request, timeout_s=30) for request in requests]
        finally:
            await transport.close()

    return asyncio.run(all_of_them())


class Place:
    """A service at its address, and the settings that lead there."""

    def __init__(self, slug: str, service: Service, receiver: Receiver) -> None:
        _, settings, path = SERVICES[slug]
        self.slug, self.service = slug, service
        where = {"url": receiver.url_at("127.0.0.1", path)} if path else {"host": receiver.url_at("127.0.0.1", "")}
        self.settings = {**settings, **where}

    def sent(self, *events: Any, **settings: str) -> list[Sent]:
        return send(made(self.slug, *events, **{**self.settings, **settings}))


@pytest.fixture(params=SERVICES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    kind, settings, _ = SERVICES[request.param]
    service = kind(*settings.values())
    with Receiver(then=service) as receiver:
        yield Place(request.param, service, receiver)


def test_the_service_takes_every_kind_of_call_that_the_destination_sends(place: Place):
    calls = destination(place.slug).calls
    events = [each for each in EVENTS if each.type in calls]
    assert {answer.status for answer in place.sent(*events)} == {200}
    assert place.service.lost == []
    assert len(place.service.kept) == len(events)


@pytest.mark.parametrize("slug", WRONG)
def test_a_wrong_key_is_answered_as_the_service_does(slug: str):
    kind, settings, _ = SERVICES[slug]
    service = kind(*settings.values())
    wrong, status = WRONG[slug]
    with Receiver(then=service) as receiver:
        place = Place(slug, service, receiver)
        assert [answer.status for answer in place.sent(EVENTS[0], **wrong)] == [status]
    assert service.kept == []
    assert status == 200 or status in destination(slug).retry.terminal


@pytest.mark.parametrize(
    ("path", "refusals", "fate"),
    [
        ("/services/T000/B000/wrong", [], "gone"),
        ("/services/T999/B999/secret", [], "gone"),
        (None, [SlackService.revoke], "gone"),
        (None, [SlackService.archive], "gone"),
        (None, [Refusal(400, "invalid_blocks")], "terminal"),
        (None, [Refusal(403, "something new")], "terminal"),
        (None, [SlackService.too_many], "again"),
        (None, [Refusal(500, "rollup_error")], "again"),
    ],
)
def test_what_slack_says_decides_the_fate(path: str | None, refusals: list[Refusal], fate: str):
    service = SlackService()
    service.refuse(*refusals)
    with Receiver(then=service) as receiver:
        url = receiver.url_at("127.0.0.1", path or service.path)
        (answer,) = send(made("slack", EVENTS[0], url=url))
    retry = destination("slack").retry
    text = answer.body.decode()
    is_gone = answer.status in retry.gone or any(body in text for body in retry.gone_bodies)
    is_terminal = answer.status in retry.terminal or any(body in text for body in retry.terminal_bodies)
    assert ("gone" if is_gone else "terminal" if is_terminal else "again") == fate
    assert service.kept == []


def test_segment_says_when_to_come_again():
    service = SegmentService(KEY)
    service.refuse(too_many(7))
    with Receiver(then=service) as receiver:
        settings = {"writeKey": KEY, "host": receiver.url_at("127.0.0.1", "")}
        (answer,) = send(made("segment", EVENTS[4], **settings))
        assert (answer.status, dict(answer.headers)["retry-after"]) == (429, "7")
        (answer,) = send(made("segment", EVENTS[4], **settings))
    assert (answer.status, len(service.kept)) == (200, 1)


@pytest.mark.parametrize("slug", ["candu-segment", "produktly-segment"])
def test_the_senders_post_single_calls_that_segment_takes(slug: str):
    view = event("screen", user_id="u", name="candu.sdk.content", properties={"documentId": 1, "versionId": "v"})
    tour = event(user_id="u", event="Tour Start", properties={"tour_id": 5})
    service = SegmentService(KEY)
    with Receiver(then=service) as receiver:
        host = receiver.url_at("127.0.0.1", "")
        (answer,) = send(made(slug, view, tour, portal_id=7, writeKey=KEY, host=host))
    assert (answer.status, service.lost) == (200, [])
    (kept,) = service.kept
    assert (kept["type"], kept.get("name") or kept.get("event")) == (
        ("screen", "tutorial.view") if slug == "candu-segment" else ("track", "Tour Start")
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"batch":[{"type":"track"}]}', 200),
        (b'{"batch":["' + b"x" * 40_000 + b'"]}', 400),
        (b'{"batch":[' + b"1," * 300_000 + b"1]}", 400),
    ],
)
def test_the_segment_service_refuses_what_segment_refuses_and_loses_what_it_loses(body: bytes, status: int):
    service = SegmentService(KEY)
    with Receiver(then=service) as receiver:
        (request,) = made("segment", EVENTS[4], writeKey=KEY, host=receiver.url_at("127.0.0.1", ""))
        assert isinstance(request, HttpRequest)
        (answer,) = send([msgspec.structs.replace(request, body=body)])
    assert answer.status == status
    assert service.kept == []
    assert bool(service.lost) == (status == 200)

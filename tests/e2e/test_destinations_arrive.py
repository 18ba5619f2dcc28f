"""Destinations and webhooks set up by the API, and events of real doors that reach services as these document it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_customer_events import answers_of_form, click, post, view
from tests.e2e.test_seed_events import BROWSER, PRODUKTLY, VIEW, Event, send
from tests.receivers.documented import CanduService, PostHogService, SegmentService, Service, SlackService
from tests.receivers.receiver import Receiver, Request
from tests.server import Server

KEY = "abcdefghijklmnopqrstuvwxyz012345"
WAIT_S = 60.0


class Place:
    """A service on an address of its own."""

    def __init__(self, stack: ExitStack, service: Service, path: str = "") -> None:
        self.service = service
        self.receiver = stack.enter_context(Receiver(then=service))
        self.url = self.receiver.url_at("127.0.0.1", path)

    def kept(self, found: Callable[[list[dict[str, Any]]], Any]) -> list[dict[str, Any]]:
        """What the service keeps, once it is so."""
        deadline = time.monotonic() + WAIT_S
        while not found(self.service.kept):
            assert time.monotonic() < deadline, (self.service.kept, self.service.lost, self.receiver.requests)
            time.sleep(0.05)
        return list(self.service.kept)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("server") / "data"
    running = Server(data, environment={"HEADWATER_EGRESS_ALLOW": "127.0.0.0/8"})
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture
def stack(server: Server) -> Iterator[ExitStack]:
    """Ends the test's services, and before them every connection: the next test begins without any."""
    with ExitStack() as stack:
        yield stack
        for kind in ("webhooks", "destinations"):
            for each in server.api("GET", f"/{kind}?limit=1000")["data"]:
                server.api("DELETE", f"/{kind}/{each['id']}")


@pytest.fixture(scope="module")
def web(server: Server) -> dict[str, Any]:
    return server.add_source("http-api", "Web")


@pytest.fixture(scope="module")
def produktly(server: Server) -> dict[str, Any]:
    return server.add_source("produktly", "Produktly_Prod")


@pytest.fixture(scope="module")
def candu(server: Server) -> dict[str, Any]:
    return server.add_source("candu", "Candu_Prod")


def connect(server: Server, slug: str, sources: list[str], **settings: Any) -> dict[str, Any]:
    body = {"catalog": slug, "name": f"To {slug}", "sourceIds": sources, "settings": settings, "enabled": True}
    return server.api("POST", "/destinations", body, status=201)


def webhook(server: Server, url: str, *topics: str, format: str = "default") -> dict[str, Any]:
    body = {"name": f"To {url}", "url": url, "format": format, "topics": topics, "enabled": True}
    return server.api("POST", "/webhooks", body, status=201)


def delivered(server: Server, kind: str, connection: dict[str, Any], count: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + WAIT_S
    path = f"/{kind}/{connection['id']}/attempts?status=delivered&limit=1000"
    while len(found := server.api("GET", path)["data"]) < count:
        assert time.monotonic() < deadline, server.api("GET", f"/{kind}/{connection['id']}/attempts")
        time.sleep(0.1)
    return found


CALLS: dict[str, dict[str, Any]] = {
    "identify": {"traits": {"email": "mike@example.com", "plan": "pro"}},
    "group": {"groupId": "acme", "traits": {"name": "Acme", "employees": 329}},
    "page": {"name": "Home", "properties": {"path": "/"}},
    "screen": {"name": "Start", "properties": {"depth": 1}},
    "track": {"event": "Order Completed", "properties": {"total": 27.5, "items": [{"sku": "a"}]}},
}


def send_all(server: Server, source: dict[str, Any], user_id: str) -> None:
    for kind, call in CALLS.items():
        send(server, source, kind, **call, userId=user_id)


@pytest.mark.seed("S4.7", "sent on")
def test_segment_gets_every_call_whole(server: Server, stack: ExitStack, web: dict[str, Any]):
    place = Place(stack, SegmentService(KEY))
    made = connect(server, "segment", [web["id"]], writeKey=KEY, host=place.url)
    send_all(server, web, "to-segment")
    kept = {item["type"]: item for item in place.kept(lambda kept: len(kept) == len(CALLS))}
    assert place.service.lost == []
    for kind, call in CALLS.items():
        assert kept[kind].items() >= {**call, "userId": "to-segment", "anonymousId": BROWSER}.items()
        assert kept[kind]["context"]["headwater"] == {"hops": 1}
    assert len({item["messageId"] for item in kept.values()}) == len(CALLS)
    assert len(delivered(server, "destinations", made, len(CALLS))) == len(CALLS)


@pytest.mark.seed("S1.18", "sent")
@pytest.mark.seed("S1.19", "sent")
def test_candu_gets_users_groups_and_events(server: Server, stack: ExitStack, web: dict[str, Any]):
    place = Place(stack, CanduService(KEY))
    connect(server, "candu", [web["id"]], apiKey=KEY, host=place.url)
    send_all(server, web, "to-candu")
    kept = {item["type"]: item for item in place.kept(lambda kept: len(kept) == len(CALLS))}
    for kind, call in CALLS.items():
        assert kept[kind].items() >= {**call, "userId": "to-candu", "type": kind}.items()


def test_posthog_gets_its_own_names(server: Server, stack: ExitStack, web: dict[str, Any]):
    place = Place(stack, PostHogService(KEY))
    connect(server, "posthog", [web["id"]], apiKey=KEY, host=place.url)
    send_all(server, web, "to-posthog")
    kept = place.kept(lambda kept: len(kept) == len(CALLS))
    assert place.service.lost == []
    names = {"$identify", "$groupidentify", "$pageview", "$screen", "Order Completed"}
    assert {item["event"] for item in kept} == names
    assert {item["properties"]["distinct_id"] for item in kept} == {"to-posthog"}


@pytest.mark.usefixtures("stack")
def test_files_are_written_and_read_back(server: Server, web: dict[str, Any]):
    connect(server, "files", [web["id"]], folder="orders", batchEvents=2, batchSeconds=1)
    send(server, web, "track", **CALLS["track"], userId="to-files")
    folder, deadline = server.data / "files", time.monotonic() + WAIT_S
    while not (lines := [line for line in _lines(folder) if line["userId"] == "to-files"]):
        assert time.monotonic() < deadline, list(folder.rglob("*"))
        time.sleep(0.1)
    assert [line["properties"] for line in lines] == [CALLS["track"]["properties"]]


def _lines(folder: Path) -> list[dict[str, Any]]:
    paths = [path for path in folder.rglob("*.ndjson") if "orders" in path.parts]
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


@pytest.mark.seed("S1.9")
def test_the_events_of_a_source_of_candu_go_on_to_a_destination(
    server: Server, stack: ExitStack, candu: dict[str, Any]
):
    place = Place(stack, SegmentService(KEY))
    connect(server, "segment", [candu["id"]], writeKey=KEY, host=place.url)
    send(server, candu, "screen", name="tutorial.view", properties=VIEW)
    send(server, candu, "track", event="tutorial.interaction", properties={**VIEW, "eventName": "Invite"})
    seen, clicked = sorted(place.kept(lambda kept: len(kept) == 2), key=lambda item: item["type"])
    assert (seen["type"], seen["name"], seen["properties"]) == ("screen", "tutorial.view", VIEW)
    assert (clicked["event"], clicked["properties"]) == ("tutorial.interaction", {**VIEW, "eventName": "Invite"})


@pytest.mark.seed("S4.2", "sent on")
@pytest.mark.seed("S4.25")
def test_the_fourteen_go_on_with_all_of_their_properties(server: Server, stack: ExitStack, produktly: dict[str, Any]):
    place = Place(stack, SegmentService(KEY))
    connect(server, "segment", [produktly["id"]], writeKey=KEY, host=place.url)
    events: list[Event] = list(PRODUKTLY.values())
    for each in events:
        send(server, produktly, "track", event=each.name, properties=each.properties)
    kept = place.kept(lambda kept: len(kept) == 14)
    assert {item["event"]: item["properties"] for item in kept} == {each.name: each.properties for each in events}
    assert place.service.lost == []


@pytest.mark.seed("S3.3")
@pytest.mark.seed("S3.6")
@pytest.mark.seed("S3.7")
@pytest.mark.seed("S3.10")
@pytest.mark.seed("S3.11")
@pytest.mark.seed("S3.13")
@pytest.mark.seed("S3.15")
@pytest.mark.seed("S3.16")
def test_a_webhook_gets_each_topic_under_payload_as_it_was_sent(server: Server, stack: ExitStack):
    receiver = stack.enter_context(Receiver())
    made = webhook(server, receiver.url, "content.view", "content.interaction", "form.submission")
    sent = [view(), click(), answers_of_form()]
    token = server.api("GET", "/workspace")["clientToken"]
    assert post(server, token, sent).status_code == 200
    requests = receiver.wait_for(3)
    found = {payload["type"]: payload for payload in map(_payload, requests)}
    for event in sent:
        payload = found[event["type"]]
        assert set(payload) == {*event, "receivedAt"}
        assert payload.items() >= event.items()
        assert isinstance(payload["receivedAt"], str)
    assert len(delivered(server, "webhooks", made, 3)) == 3


def _payload(request: Request) -> dict[str, Any]:
    assert (request.method, request.header("Content-Type")) == ("POST", "application/json")
    body = request.json()
    assert list(body) == ["payload"]
    return body["payload"]


@pytest.mark.seed("S3.8")
def test_slack_is_told_each_topic_in_words(server: Server, stack: ExitStack):
    place = Place(stack, SlackService(), SlackService().path)
    webhook(server, place.url, "content.view", "content.interaction", "form.submission", format="slack")
    token = server.api("GET", "/workspace")["clientToken"]
    assert post(server, token, [view(), click(), answers_of_form()]).status_code == 200
    kept = place.kept(lambda kept: len(kept) == 3)
    assert {message["text"] for message in kept} == {
        "user-42 saw demo-content",
        "user-42: Demo - Open clicked",
        "user-42 answered Demo - NPS",
    }


def test_a_revoked_slack_webhook_is_switched_off_with_the_reason(server: Server, stack: ExitStack):
    place = Place(stack, SlackService(), SlackService().path)
    made = webhook(server, place.url, "content.view", format="slack")
    place.service.refuse(SlackService.revoke)
    token = server.api("GET", "/workspace")["clientToken"]
    assert post(server, token, view()).status_code == 200
    deadline = time.monotonic() + WAIT_S
    while (found := server.api("GET", f"/webhooks/{made['id']}"))["enabled"]:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    assert "404" in found["disabledReason"] or "no_service" in found["disabledReason"]
    assert place.service.kept == []


def test_what_a_destination_cannot_take_is_given_up_with_its_reason(
    server: Server, stack: ExitStack, web: dict[str, Any]
):
    place = Place(stack, CanduService(KEY))
    made = connect(server, "candu", [web["id"]], apiKey=KEY, host=place.url)
    send(server, web, "track", event="Looked", userId=None)
    deadline = time.monotonic() + WAIT_S
    while not (found := server.api("GET", f"/destinations/{made['id']}/attempts?status=dead")["data"]):
        assert time.monotonic() < deadline, server.api("GET", f"/destinations/{made['id']}/attempts")
        time.sleep(0.1)
    assert "Candu knows users by their id" in found[0]["error"]
    assert place.receiver.requests == []


def test_accounting_closes_with_all_of_it(server: Server):
    server.wait_closed(wait_s=60)
    readers = {each["reader"]: each for each in server.api("GET", "/accounting")["readers"]}
    assert readers["send"]["done"] > 0
    assert readers["send"]["dead"] == 2, "the revoked webhook's event, and the one without a user id"

"""Segments that time moves people in and out of, and who is told of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.people import count, segment, segments_of, until
from tests.receivers.receiver import Receiver
from tests.server import Server

WAIT_S = 60.0
SECONDS = 1 / 86_400
"""Of a day."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("server") / "data"
    running = Server(data, environment={"HEADWATER_EGRESS_ALLOW": "127.0.0.0/8"})
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    return server.add_source("http-api", "Back_End")["writeKeys"][0]


@pytest.fixture
def told(server: Server) -> Iterator[Receiver]:
    """Where a webhook destination of the source `segments` goes."""
    with Receiver() as receiver:
        body = {
            "catalog": "webhook",
            "name": "Segments told",
            "sourceIds": ["segments"],
            "settings": {"url": receiver.url_at("127.0.0.1", "/")},
            "enabled": True,
        }
        made = server.api("POST", "/destinations", body, status=201)
        yield receiver
        server.api("DELETE", f"/destinations/{made['id']}")


def events(receiver: Receiver, user: str) -> list[tuple[str, str]]:
    """(event, segment) of what was told of the user, in the order in which it happened."""
    payloads = [request.json()["payload"] for request in receiver.requests]
    mine = sorted((each for each in payloads if each["userId"] == user), key=lambda each: each["sentAt"])
    return [(each["eventName"], each["properties"]["segmentId"]) for each in mine]


def someone(server: Server, key: str, **traits: Any) -> str:
    user = f"user-{uuid.uuid4().hex[:10]}"
    assert server.send("/v1/identify", {"userId": user, "traits": traits or {"n": 1}}, key=key).is_success
    return user


def test_a_window_expires_with_no_event_and_a_destination_is_told(server: Server, key: str, told: Receiver):
    name = f"Ordered {uuid.uuid4().hex}"
    recent = segment(server, "Recent", {"event": name, "op": "performed", "withinDays": 3 * SECONDS})
    buyer = segment(server, "Buyer", {"event": name, "op": "performed"})
    user = someone(server, key)
    assert server.send("/v1/track", {"userId": user, "event": name}, key=key).is_success
    until(lambda: events(told, user), lambda found: ("Segment Left", recent) in found)
    assert segments_of(server, userId=user) == [buyer]
    found = events(told, user)
    assert sorted(found[:2]) == sorted([("Segment Entered", recent), ("Segment Entered", buyer)])
    assert found[2:] == [("Segment Left", recent)]
    assert (count(server, recent), count(server, buyer)) == (0, 1)


def test_a_window_that_ended_while_the_server_was_away(server: Server, key: str):
    name = f"Ordered {uuid.uuid4().hex}"
    recent = segment(server, "Recent", {"event": name, "op": "performed", "withinDays": 12 * SECONDS})
    user = someone(server, key)
    assert server.send("/v1/track", {"userId": user, "event": name}, key=key).is_success
    sent = time.time()
    turned = f"SELECT event_text FROM segments.tracks WHERE user_id = '{user}' ORDER BY timestamp"
    server.rows(turned, lambda rows: rows == [["Segment Entered"]], wait_s=WAIT_S)
    server.kill()
    time.sleep(max(0.0, sent + 12 - time.time()))
    server.start()
    until(lambda: segments_of(server, userId=user), lambda found: recent not in found)
    server.rows(turned, lambda rows: rows == [["Segment Entered"], ["Segment Left"]], wait_s=WAIT_S)


def test_members_of_a_new_segment_are_told_of_only_if_it_says_so(server: Server, key: str, told: Receiver):
    mood = uuid.uuid4().hex
    user = someone(server, key, mood=mood)
    rule = {"trait": "mood", "op": "equals", "value": mood}
    quiet = segment(server, "Quiet", rule)
    loud = segment(server, "Loud", rule, announceMembers=True)
    until(lambda: events(told, user), bool)
    assert sorted(segments_of(server, userId=user)) == sorted([quiet, loud])
    assert events(told, user) == [("Segment Entered", loud)]

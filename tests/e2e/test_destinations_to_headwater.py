"""Destinations that lead to a headwater: what it takes of them, and that a circle ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.test_destinations_arrive import CALLS, connect, send_all
from tests.e2e.test_seed_events import send
from tests.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("server") / "data"
    running = Server(data, environment={"HEADWATER_EGRESS_ALLOW": "127.0.0.0/8"})
    yield running
    assert running.stop() == 0, running.stderr()


def test_the_tracking_api_takes_what_the_segment_destination_sends(server: Server):
    origin, copy = server.add_source("http-api", "Origin"), server.add_source("http-api", "Copy")
    connect(server, "segment", [origin["id"]], writeKey=copy["writeKeys"][0], host=server.url)
    send_all(server, origin, "somebody")
    server.wait_closed(wait_s=90)
    for table in ("identifies", "groups", "pages", "screens", "order_completed"):
        server.rows(f"SELECT user_id FROM copy.{table}", lambda rows: rows == [["somebody"]])
    columns = "SELECT total, items, timestamp FROM"
    assert server.sql(f"{columns} copy.order_completed") == server.sql(f"{columns} origin.order_completed")


def test_the_rest_door_takes_what_the_candu_destination_sends(server: Server):
    origin = server.add_source("http-api", "Users")
    key = server.api("POST", "/workspace/api-keys", {"name": "rest"}, status=201)["key"]
    connect(server, "candu", [origin["id"]], apiKey=key, host=server.url)
    send_all(server, origin, "known")
    server.wait_closed(wait_s=90)
    server.rows("SELECT user_id, plan FROM rest.identifies", lambda rows: rows == [["known", "pro"]])
    server.rows("SELECT user_id, total FROM rest.order_completed", lambda rows: rows == [["known", 27.5]])
    counted = {each["sourceId"]: each for each in server.api("GET", "/accounting")["sources"]}
    assert counted["rest"]["clean"] == len(CALLS)


def test_a_circle_ends_after_three_rounds_and_says_so(server: Server):
    source = server.add_source("http-api", "Round")
    made = connect(server, "segment", [source["id"]], writeKey=source["writeKeys"][0], host=server.url)
    send(server, source, "track", event="Going Round")
    server.rows("SELECT count(*) FROM round.going_round", lambda rows: rows == [[4]])
    skipped = _skipped(server, made)
    assert [each["errorClass"] for each in skipped] == ["loop"]
    server.wait_closed(wait_s=90)
    assert server.sql("SELECT count(*) FROM round.going_round") == [[4]]


def _skipped(server: Server, made: dict[str, Any]) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 60
    while not (found := server.api("GET", f"/destinations/{made['id']}/attempts?status=skipped")["data"]):
        assert time.monotonic() < deadline, server.api("GET", f"/destinations/{made['id']}/attempts")
        time.sleep(0.1)
    return found

"""What was acknowledged before its source was deleted: it has its rows, unless they went with the source."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.server import Server, children

COUNT = 500


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("deleted") / "data")
    yield server
    server.stop()


def send(server: Server, source: dict[str, Any], prefix: str) -> None:
    batch = [{"type": "track", "event": "E", "userId": "u", "messageId": f"{prefix}{n}"} for n in range(COUNT)]
    assert server.send("/v1/batch", {"batch": batch}, key=source["writeKeys"][0]).status_code == 200


@contextmanager
def nothing_processed(server: Server) -> Iterator[None]:
    """What is acknowledged within waits until the end."""
    pid = children(server)["pipeline"]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def where(server: Server, message_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while True:
        told = server.api("GET", f"/events/{message_id}")["readers"]
        found = next(each for each in told if each["reader"] == "warehouse")
        if found["status"] != "pending" or time.monotonic() >= deadline:
            return found
        time.sleep(0.1)


def reader(server: Server) -> dict[str, Any]:
    return next(each for each in server.wait_closed()["readers"] if each["reader"] == "warehouse")


def test_what_was_acknowledged_before_the_deletion_has_its_rows(server: Server) -> None:
    source = server.add_source(name="Fast")
    with nothing_processed(server):
        send(server, source, "kept")
        server.api("DELETE", f"/sources/{source['id']}")
    server.rows("select count(*) from fast.tracks", lambda rows: rows == [[COUNT]], wait_s=60)
    assert reader(server)["dead"] == 0
    assert where(server, "kept7")["status"] == "done"


def test_what_was_under_way_when_the_rows_went_is_skipped_for_a_reason(server: Server) -> None:
    before = reader(server)
    source = server.add_source(name="Brief")
    with nothing_processed(server):
        send(server, source, "gone")
        server.api("DELETE", f"/sources/{source['id']}?dropSchema=true")
    after = reader(server)
    assert (after["dead"], after["done"]) == (before["dead"], before["done"])
    assert after["skipped"] == before["skipped"] + COUNT
    found = where(server, "gone7")
    assert (found["status"], found["detail"]["reason"]) == ("skipped", "schema_dropped")
    # the name is free, and nothing of the old source is in the new one
    server.add_source(name="Brief")
    server.rows("select count(*) from brief.tracks", lambda rows: rows == [[0]])


def test_an_event_of_another_workspace_with_the_same_schema_keeps_its_own_source(server: Server) -> None:
    made = server.api("POST", "/workspaces", {"name": "Other", "region": "us"})
    there = {"x-workspace": made["id"]}
    body = {"catalog": "http-api", "name": "Same", "settings": {}}
    other = server.api("POST", "/sources", body, headers=there)
    ours = server.add_source(name="Same")
    event = {"type": "track", "event": "E", "userId": "u"}
    for source, message_id in ((ours, "ours"), (other, "theirs"), (ours, "newest")):
        sent = server.send("/v1/batch", {"batch": [{**event, "messageId": message_id}]}, key=source["writeKeys"][0])
        assert sent.status_code == 200
    server.rows("select count(*) from same.tracks", lambda rows: rows == [[2]])
    assert where(server, "ours")["status"] == "done"
    server.restart()  # the pipeline remembers the newest at most, so the warehouse is asked
    server.rows("select count(*) from same.tracks", lambda rows: rows == [[2]])
    deadline = time.monotonic() + 30
    for source, message_id, headers in ((ours, "ours", {}), (other, "theirs", there)):
        while True:
            trail = server.api("GET", f"/events/{message_id}", headers=headers)
            if trail["readers"][0]["status"] == "done" or time.monotonic() >= deadline:
                break
            time.sleep(0.1)
        assert [fate["sourceId"] for fate in trail["fates"]] == [source["id"]]

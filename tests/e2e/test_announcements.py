"""Who enters and leaves a segment is told as events of the source `segments`: once, also when the teller is killed."""

from __future__ import annotations

import base64
import os
import signal
import time

import httpx

from headwater.app.home import Home
from tests.server import Server, children

PEOPLE = 60
PRO = {"trait": "plan", "op": "equals", "value": "pro"}
TOLD = "SELECT user_id, count(*), count(DISTINCT id) FROM segments.{} GROUP BY ALL ORDER BY ALL"


def say(server: Server, key: str, plan: str) -> None:
    batch = [{"type": "identify", "userId": f"u{n:02}", "traits": {"plan": plan}} for n in range(PEOPLE)]
    for start in range(0, PEOPLE, 10):
        answer = server.send("/v1/batch", {"batch": batch[start : start + 10]}, key=key)
        assert answer.status_code == 200


def wait_for(server: Server, segment_id: str, count: int) -> None:
    """Until so many are in the segment."""
    deadline = time.monotonic() + 60
    while server.api("GET", f"/people?segmentId={segment_id}&limit=1")["pagination"]["total"] != count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_coming_and_going_are_told_once_each(server: Server) -> None:
    key = server.add_source()["writeKeys"][0]
    segment = server.api("POST", "/segments", {"name": "Pro", "rule": PRO})
    say(server, key, "pro")
    wait_for(server, segment["id"], PEOPLE)
    os.kill(children(server)["profiles"], signal.SIGKILL)
    everyone = [[f"u{n:02}", 1, 1] for n in range(PEOPLE)]
    server.rows(TOLD.format("segment_entered"), lambda rows: rows == everyone, wait_s=60)
    say(server, key, "free")
    wait_for(server, segment["id"], 0)
    os.kill(children(server)["collect"], signal.SIGKILL)
    server.rows(TOLD.format("segment_left"), lambda rows: rows == everyone, wait_s=60)
    assert server.sql(TOLD.format("segment_entered")) == everyone
    row = server.sql(
        "SELECT segment_id, segment_name, person_id, user_id FROM segments.segment_entered ORDER BY user_id"
    )[0]
    (person,) = server.api("GET", "/people?userId=u00")["data"]
    assert row == [segment["id"], "Pro", person["id"], "u00"]
    books = server.wait_closed()
    readers = {each["reader"]: each for each in books["readers"]}
    assert readers["profiles"]["done"] == 4 * PEOPLE
    assert readers["profiles"]["dead"] == 0


def test_only_this_installation_may_tell_of_segments(server: Server) -> None:
    workspace = server.api("GET", "/workspace")["id"]
    name = base64.b64encode(f"{workspace}.segments:".encode()).decode()
    event = {"event": "Segment Entered", "userId": "u", "properties": {"segmentId": "x"}}
    for headers, body in (
        ({"authorization": f"Basic {name}"}, event),
        ({}, event | {"writeKey": f"{workspace}.segments"}),
        ({"authorization": "Basic " + base64.b64encode(b"segments:").decode()}, event),
    ):
        answer = httpx.post(f"{server.url}/v1/track", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_write_key")
    inside = httpx.HTTPTransport(uds=Home(server.data).socket("door"))
    with httpx.Client(transport=inside, base_url="http://headwater") as client:
        answer = client.post("/v1/track", json=event, headers={"authorization": f"Basic {name}"})
        assert answer.status_code == 200
        stranger = base64.b64encode(b"other.segments:").decode()
        answer = client.post("/v1/track", json=event, headers={"authorization": f"Basic {stranger}"})
        assert answer.status_code == 401
    server.rows("SELECT user_id FROM segments.segment_entered", lambda rows: rows == [["u"]])
    assert server.api("GET", "/people")["data"] == []

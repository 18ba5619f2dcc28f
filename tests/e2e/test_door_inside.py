"""The door that only processes of the installation reach: a socket in the data directory, for what goes on inside."""

from __future__ import annotations

import base64
import os
import socket
import stat
import time
import uuid
from typing import Any

import httpx
import pytest

from headwater.app.home import Home
from tests.server import Server, children


def inside(server: Server) -> httpx.Client:
    return httpx.Client(transport=httpx.HTTPTransport(uds=Home(server.data).socket("door")), base_url="http://inside")


def call(**more: Any) -> dict[str, Any]:
    return {"userId": "user-1", "event": "Handed over", "messageId": str(uuid.uuid4()), **more}


def by(source: dict[str, Any]) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{source['writeKeys'][0]}:".encode()).decode()}


def answers(server: Server) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(Home(server.data).socket("door")) == 0


def test_its_owner_alone_can_reach_it(shared_server: Server) -> None:
    place = os.stat(shared_server.data / "run" / "door.sock")
    assert stat.S_ISSOCK(place.st_mode)
    assert stat.S_IMODE(place.st_mode) == 0o600
    assert stat.S_IMODE(os.stat(shared_server.data).st_mode) == 0o700


def test_events_come_in_by_a_source_s_write_key(shared_server: Server) -> None:
    source = shared_server.add_source("http-api", "Handed")
    one, two = call(type="track"), call(type="track")
    with inside(shared_server) as client:
        assert client.post("/v1/track", json=one, headers=by(source)).json() == {"success": True}
        assert client.post("/v1/batch", json={"batch": [two, one]}, headers=by(source)).json() == {"success": True}
        assert client.post("/v1/track", json=call(), headers={"authorization": "Basic eA=="}).status_code == 401
        for path in ("/", "/api/v1/sources", "/metrics", "/healthz"):
            assert client.get(path).status_code == 404
    shared_server.wait_closed()
    found = shared_server.sql("SELECT id FROM handed.handed_over ORDER BY id")
    assert found == sorted([[one["messageId"]], [two["messageId"]]])


def test_who_sends_from_inside_has_been_looked_at_and_nobody_else(server: Server) -> None:
    server.api("POST", "/workspace/identity-secrets", {"name": "prod"})
    server.api("PATCH", "/workspace", {"identityVerification": "require"})
    source = server.add_source("javascript", "Web")
    with inside(server) as client:
        assert client.post("/v1/track", json=call(), headers=by(source)).json() == {"success": True}
    for more in ({}, {"x-forwarded-for": "127.0.0.1"}, {"host": "inside"}):
        refused = httpx.post(f"{server.url}/v1/track", json=call(), headers=by(source) | more, timeout=30)
        assert (refused.status_code, refused.json()["code"]) == (400, "identity_invalid")


@pytest.mark.parametrize("killed", ["collect", "parent"])
def test_it_is_there_again_after_a_crash(server: Server, killed: str) -> None:
    source = server.add_source("http-api", "Handed")
    before = children(server)["collect"]
    if killed == "collect":
        os.kill(before, 9)
    else:
        server.kill()
        server.start()
    sent = call()
    deadline = time.monotonic() + 30
    while children(server).get("collect") in (None, before) or not answers(server):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with inside(server) as client:
        assert client.post("/v1/track", json=sent, headers=by(source)).json() == {"success": True}
    server.rows("SELECT id FROM handed.handed_over", lambda rows: rows == [[sent["messageId"]]], wait_s=30)

"""What unmodified clients say of users are people with traits and groups, and segments by them; so is what Segment's
own Webhooks destination passes on."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.compat.calls import ACCOUNT, ANONYMOUS, EVERY_CALL, USER
from tests.compat.clients import NodeClient, PythonClient
from tests.e2e.people import person, segment, segments_of, until
from tests.server import Server

PYTHON, NODE = PythonClient("segment", "2.4.0"), NodeClient("@segment/analytics-node")
TRAITS = {"name": "Jane Doe", "email": "jane@example.com", "logins": 5}


@pytest.mark.seed("S2.12")
@pytest.mark.parametrize("client", [PYTHON, NODE], ids=str)
def test_identify_arrives_with_its_traits(client: PythonClient | NodeClient, shared_server: Server) -> None:
    user = f"97980cfea0067-{uuid.uuid4().hex[:6]}"
    often = segment(shared_server, "Often here", {"trait": "logins", "op": "greaterOrEqual", "value": 5})
    source = shared_server.add_source("node" if client is NODE else "python", f"{client} {user}")
    report = client.run(
        shared_server.url, source["writeKeys"][0], [{"call": "identify", "userId": user, "traits": TRAITS}]
    )
    assert report["errors"] == []
    found = person(shared_server, user, lambda each: often in each["segments"])
    assert (found["userIds"], found["traits"]) == ([user], TRAITS)
    assert [each["id"] for each in shared_server.api("GET", "/people", params={"email": TRAITS["email"]})["data"]]
    assert often in segments_of(shared_server, userId=user)


@pytest.mark.parametrize("client", [PYTHON, NODE], ids=str)
def test_every_call_of_a_client_makes_one_person(client: PythonClient | NodeClient, shared_server: Server) -> None:
    workspace = shared_server.api("POST", "/workspaces", {"name": str(client), "region": "us"})["id"]
    there = {"headers": {"x-workspace": workspace}}
    body = {"catalog": "http-api", "name": "App"}
    source = shared_server.api("POST", "/sources", body, **there)
    assert client.run(shared_server.url, source["writeKeys"][0], EVERY_CALL)["errors"] == []

    def people() -> list[dict[str, Any]]:
        return shared_server.api("GET", "/people", **there)["data"]

    (one,) = until(people, lambda data: len(data) == 1 and len(data[0]["groups"]) == 1)
    assert (one["userIds"], one["anonymousIds"]) == ([USER], [ANONYMOUS])
    assert one["traits"] == {
        "email": "seven@example.com", "plan": "scale", "logins": 5, "address": {"city": "Zürich"},
    }  # fmt: skip
    assert [(group["id"], group["traits"]) for group in one["groups"]] == [(ACCOUNT, {"name": "Acme", "employees": 12})]
    path = f"/people/{one['id']}/events"
    lived = until(lambda: shared_server.api("GET", path, **there), lambda told: told["pagination"]["total"] == 9)
    assert {each["type"] for each in lived["data"]} == {"identify", "track", "page", "screen", "group", "alias"}


@pytest.mark.seed("S2.12")
def test_what_segments_webhooks_destination_posts(shared_server: Server) -> None:
    """Its bodies: one call each, `version` a number, `receivedAt` and `projectId` of Segment's own."""
    key = shared_server.api("POST", "/workspace/api-keys", {"name": "From Segment"})["key"]
    user = f"webhook-{uuid.uuid4().hex[:6]}"
    common = {
        "version": 1, "userId": user, "anonymousId": None, "receivedAt": "2026-01-01T00:00:01.000Z",
        "timestamp": "2026-01-01T00:00:00.000Z", "sentAt": "2026-01-01T00:00:00.500Z", "projectId": "p1",
        "context": {"library": {"name": "analytics.js", "version": "next-1.84.1"}, "page": {"path": "/"}},
        "integrations": {}, "originalTimestamp": "2026-01-01T00:00:00.000Z", "channel": "client",
    }  # fmt: skip
    calls = [
        {"type": "identify", "traits": TRAITS},
        {"type": "track", "event": "Onboarding done", "properties": {"steps": 3}},
        {"type": "group", "groupId": "acme", "traits": {"name": "ACME", "employees": 329, "total billed": 830}},
        {"type": "page", "name": "Home", "properties": {"url": "https://app.example/"}},
        {"type": "screen", "name": "Start", "properties": {}},
        {"type": "alias", "previousId": f"anon-of-{user}"},
    ]
    headers = {"user-agent": "Segment/v1.0", "content-type": "application/json", "authorization": f"Bearer {key}"}
    for call in calls:
        body = common | call | {"messageId": str(uuid.uuid4())}
        for _ in range(2):  # it posts again what it is not sure of
            answer = httpx.post(f"{shared_server.url}/api/eventWebhook", json=body, headers=headers, timeout=30)
            assert (answer.status_code, answer.json()) == (200, {"success": True})
    found = person(shared_server, user, lambda each: len(each["groups"]) == 1 and bool(each["traits"]))
    assert found["traits"] == TRAITS
    assert found["groups"][0]["traits"] == {"name": "ACME", "employees": 329, "total billed": 830}
    path = f"/people/{found['id']}/events"

    def lived() -> list[dict[str, Any]]:
        """Without what came of it: who enters a segment has an event more."""
        return [each for each in shared_server.api("GET", path)["data"] if each["sourceId"] == "rest"]

    data = until(lived, lambda told: sum(each["loaded"] for each in told) == 6)
    clean = [each["type"] for each in data if each["fate"] == "clean"]
    assert sorted(clean) == ["alias", "group", "identify", "page", "screen", "track"]

"""A workspace that requires signed identities believes no browser's user id without its signature, at any door."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.people import person, until
from tests.server import Server


@dataclass(frozen=True)
class Site:
    """A server whose workspace requires signatures by either of two secrets, and a source in browsers."""

    server: Server
    token: str
    secrets: tuple[str, str]
    web: dict[str, Any]
    backend: dict[str, Any]

    def signed(self, user_id: str, secret: int = 0) -> str:
        return hmac.new(self.secrets[secret].encode(), user_id.encode(), hashlib.sha256).hexdigest()

    def post(self, *events: dict[str, Any], query: str = "") -> httpx.Response:
        url = f"{self.server.url}/api/events/batch?token={self.token}{query}"
        return httpx.post(url, content=json.dumps(events), timeout=30)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    server = Server(tmp_path_factory.mktemp("signed") / "data")
    made = [server.api("POST", "/workspace/identity-secrets", {"name": f"number {n}"})["key"] for n in range(2)]
    server.api("PATCH", "/workspace", {"identityVerification": "require"})
    web, backend = server.add_source("javascript", "Shop_Web"), server.add_source("http-api", "Shop_Backend")
    yield Site(server, server.api("GET", "/workspace")["clientToken"], (made[0], made[1]), web, backend)
    assert server.stop() == 0, server.stderr()


def event(kind: str, number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"{kind}-{number}", "type": kind, "anonymousId": "a", "userId": "user-1", **more}


KINDS = {"Screen": {"screenName": "seen"}, "Track": {"eventName": "Done"}, "Identify": {"traits": {"plan": "pro"}}}


@pytest.mark.seed("S2.13")
@pytest.mark.parametrize("kind", KINDS)
def test_the_customer_event_doors(site: Site, kind: str) -> None:
    names = KINDS[kind]
    refused = [
        site.post(event(kind, 1, **names)),
        site.post(event(kind, 2, **names, hmac=site.signed("user-2"))),
        site.post(event(kind, 3, **names, hmac=hmac.new(b"guessed", b"user-1", "sha256").hexdigest())),
        site.post(event(kind, 4, **names, hmac=site.signed("user-1")), event(kind, 5, **names)),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "identity_invalid")] * 4
    taken = [
        site.post(event(kind, 6, **names, hmac=site.signed("user-1").upper())),
        site.post(event(kind, 7, **names), query=f"&hmac={site.signed('user-1', 1)}"),
        site.post(
            event(kind, 8, **names, context={"hmac": site.signed("user-1")}), event(kind, 9, **names, userId=None)
        ),
    ]
    assert [answer.json() for answer in taken] == [{"success": True}] * 3
    site.server.wait_closed()
    table = {"Screen": "screens", "Track": "tracks", "Identify": "identifies"}[kind]
    rows = site.server.sql(f"SELECT id, user_id FROM customer_events.{table} WHERE id LIKE '{kind}-%' ORDER BY id")
    assert rows == [[f"{kind}-{number}", "user-1"] for number in (6, 7, 8)] + [[f"{kind}-9", None]]


@pytest.mark.seed("S2.13")
def test_a_write_key_in_a_browser_and_one_in_a_back_end(site: Site) -> None:
    call = {"type": "identify", "userId": "user-1", "traits": {"plan": "pro"}}
    proven = call | {"context": {"hmac": site.signed("user-1")}}
    batch = {
        "batch": [call | {"messageId": "v-1"}, proven | {"messageId": "v-2"}, call | {"messageId": "v-3", "hmac": "0"}]
    }
    web, backend = site.web["writeKeys"][0], site.backend["writeKeys"][0]
    answer = site.server.send("/v1/batch", batch, key=web)
    assert [(one["index"], one["code"]) for one in answer.json()["rejected"]] == [
        (0, "identity_invalid"),
        (2, "identity_invalid"),
    ]
    single = site.server.send("/v1/identify", call, key=web)
    assert (single.status_code, single.json()["code"]) == (400, "identity_invalid")
    assert site.server.send("/v1/identify", call | {"messageId": "v-4"}, key=backend).json() == {"success": True}
    site.server.wait_closed()
    assert site.server.sql("SELECT id FROM shop_web.identifies") == [["v-2"]]
    assert site.server.sql("SELECT id FROM shop_backend.identifies") == [["v-4"]]


def test_a_signature_is_found_nowhere_in_the_data(site: Site) -> None:
    mac = site.signed("user-1").encode()
    site.post(event("Page", 1, hmac=mac.decode()))
    site.post(event("Page", 2, hmac=mac.decode()), {"type": "Page"})
    site.post(event("Page", 3, userId="user-2", hmac=mac.decode()))
    site.server.wait_closed()
    shown = json.dumps(site.server.api("GET", "/sources/customer-events/events?limit=100"))
    assert "Page-3" in shown
    assert mac.decode() not in shown
    files = [path for path in site.server.data.rglob("*") if path.is_file() and "run" not in path.parts]
    assert any(b"Page-2" in path.read_bytes() for path in files)
    assert not [path for path in files if mac in path.read_bytes() or mac.upper() in path.read_bytes()]


def test_an_anonymous_page_changes_no_group(site: Site) -> None:
    server = site.server
    company = {"userId": "member", "groupId": "acme", "traits": {"plan": "free"}}
    server.send("/v1/group", company, key=site.backend["writeKeys"][0])
    person(server, "member", lambda each: bool(each["groups"]))
    forged = {"id": "g-1", "type": "Group", "groupId": "acme", "anonymousId": "zz", "traits": {"plan": "pro"}}
    own = {"id": "g-2", "type": "Group", "groupId": "mine", "userId": "member", "hmac": site.signed("member")}
    assert site.post(forged).json() == {"success": True}
    assert site.post(own | {"traits": {"plan": "max"}}).json() == {"success": True}
    found = person(server, "member", lambda each: len(each["groups"]) == 2)
    assert {each["id"]: each["traits"] for each in found["groups"]} == {
        "acme": {"plan": "free"},
        "mine": {"plan": "max"},
    }
    stranger = server.api("GET", "/people", params={"q": "zz"})["data"]
    assert [(each["groups"], each["refused"]) for each in stranger] == [([], {"group_unproven": 1})]
    server.wait_closed()
    assert server.sql("SELECT id FROM customer_events.groups WHERE id LIKE 'g-%' ORDER BY id") == [["g-1"], ["g-2"]]


def replayed(server: Server) -> None:
    started = server.api("POST", "/replay", {"reader": "profiles"})
    until(lambda: server.api("GET", f"/replay/{started['id']}")["status"], lambda status: status != "RUNNING")
    server.wait_closed()


def test_a_replay_joins_nobody_who_was_not_joined_then(site: Site) -> None:
    """Also when signatures are no longer required by then."""
    server, web = site.server, site.web["writeKeys"][0]
    for user_id in ("victim", "thief"):
        identify = {"userId": user_id, "traits": {"email": f"{user_id}@x.example"}}
        server.send("/v1/identify", identify, key=site.backend["writeKeys"][0])
    alias = {"userId": "thief", "previousId": "victim", "context": {"hmac": site.signed("thief")}}
    assert server.send("/v1/alias", alias, key=web).json() == {"success": True}
    refused = {"alias_unproven": 1}
    before = person(server, "thief", lambda each: each["refusedMerges"] == refused)
    server.api("PATCH", "/workspace", {"identityVerification": "off"})
    try:
        replayed(server)
        assert person(server, "thief")["userIds"] == ["thief"] == before["userIds"]
        assert person(server, "victim")["traits"] == {"email": "victim@x.example"}
    finally:
        server.api("PATCH", "/workspace", {"identityVerification": "require"})


def test_observing_lets_pass_and_counts(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    try:
        server.api("PATCH", "/workspace", {"identityVerification": "observe"})
        token = server.api("GET", "/workspace")["clientToken"]
        sent = [event("Track", number, eventName="Done") for number in range(3)]
        answer = httpx.post(f"{server.url}/api/events/batch?token={token}", content=json.dumps(sent), timeout=30)
        assert answer.json() == {"success": True}
        server.wait_closed()
        name = "headwater_identities_unproven_total"
        counted = [line for line in httpx.get(f"{server.url}/metrics").text.splitlines() if line.startswith(name + "{")]
        source = f"{server.api('GET', '/workspace')['id']}.customer-events"
        assert counted == [f'{name}{{source="{source}"}} 3.0']
    finally:
        assert server.stop() == 0

"""Before user ids must come signed, a report says who would fail: by which door, why, and when; and nobody else."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.server import Server

WAIT_S = 60.0


@dataclass(frozen=True)
class Observed:
    server: Server
    token: str
    secret: str
    web: dict[str, Any]

    def signed(self, user_id: str) -> str:
        return hmac.new(self.secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()

    def post(self, *events: dict[str, Any]) -> int:
        url = f"{self.server.url}/api/events/batch?token={self.token}"
        return httpx.post(url, content=json.dumps(events), timeout=30).status_code

    def report(self) -> dict[str, Any]:
        return self.server.api("GET", "/workspace/identity-report")

    def doors(self) -> dict[str, tuple[int, int, int]]:
        return {each["door"]: (each["proven"], each["missing"], each["wrong"]) for each in self.report()["doors"]}


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    server = Server(tmp_path_factory.mktemp("observed") / "data")
    secret = server.api("POST", "/workspace/identity-secrets", {"name": "first"})["key"]
    workspace = server.api("PATCH", "/workspace", {"identityVerification": "observe"})
    yield Observed(server, workspace["clientToken"], secret, server.add_source("javascript", "Shop_Web"))
    assert server.stop() == 0, server.stderr()


def until(what: Callable[[], Any], expected: Any) -> None:
    deadline = time.monotonic() + WAIT_S
    while (found := what()) != expected:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def view(user_id: str | None, number: int, **more: Any) -> dict[str, Any]:
    named = {} if user_id is None else {"userId": user_id}
    return {"id": f"view-{number}", "type": "Screen", "screenName": "seen", "anonymousId": "a", **named, **more}


def test_each_door_tells_who_would_fail(observed: Observed) -> None:
    assert observed.report() == {"doors": [], "newest": []}
    signature = observed.signed("signs")
    assert observed.post(view("forgets", 1), view("signs", 2, hmac=signature), view(None, 3)) == 200
    assert observed.post(view("forges", 4, hmac=signature)) == 200
    key = observed.web["writeKeys"][0]
    call = {"type": "identify", "userId": "forgets", "traits": {}}
    for body in (call, call, call | {"userId": "signs", "context": {"hmac": signature}}):
        assert observed.server.send("/v1/identify", body, key=key).status_code == 200
    bootstrap = f"{observed.server.url}/api/bootstrap?token={observed.token}"
    for query in ("&userId=signs&hmac=" + signature, "&userId=page", "&anonymousId=a"):
        assert httpx.get(bootstrap + query, timeout=30).status_code in (200, 503)
    web = observed.web["id"]
    until(observed.doors, {"bootstrap": (1, 1, 0), "customer-events": (1, 1, 1), web: (1, 2, 0)})
    newest = observed.report()["newest"]
    assert [(each["userId"], each["door"], each["reason"], each["times"]) for each in newest] == [
        ("page", "bootstrap", "missing", 1),
        ("forgets", web, "missing", 2),
        ("forges", "customer-events", "wrong", 1),
        ("forgets", "customer-events", "missing", 1),
    ]
    assert newest[0]["at"] >= newest[-1]["at"] > "2020"
    observed.server.wait_closed()
    assert observed.server.sql("SELECT count(*) FROM customer_events.screens") == [[4]]


def test_a_thousand_who_fail_are_counted_and_a_hundred_named(observed: Observed) -> None:
    before = observed.doors().get("customer-events", (0, 0, 0))[1]
    for part in range(10):
        assert observed.post(*(view(f"crowd-{part}-{n}", 1000 + part * 100 + n) for n in range(100))) == 200
    assert observed.doors()["customer-events"][1] == before + 1000
    assert [each["userId"] for each in observed.report()["newest"]] == [f"crowd-9-{n}" for n in reversed(range(100))]


def test_the_counts_last_over_a_restart_the_names_are_nowhere_on_the_disk(observed: Observed) -> None:
    observed.post(view("remember-me-not", 5000))
    before = observed.doors()
    observed.server.restart()
    assert observed.doors() == before
    assert observed.report()["newest"] == []
    counts = observed.server.data / "journal" / "identities.json"
    assert b"customer-events" in counts.read_bytes()
    assert b"remember-me-not" not in counts.read_bytes()


def test_the_report_begins_anew_and_is_the_admins(observed: Observed) -> None:
    key = observed.server.api("POST", "/workspace/api-keys", {"name": "Analyst", "scopes": ["data"]})["key"]
    reader = {"authorization": f"Bearer {key}"}
    for method in ("GET", "DELETE"):
        observed.server.api(method, "/workspace/identity-report", status=403, headers=reader)
    observed.server.api("DELETE", "/workspace/identity-report")
    assert observed.report() == {"doors": [], "newest": []}
    other = observed.server.api("POST", "/workspaces", {"name": "Other", "region": "us"})["id"]
    observed.post(view("once-more", 6000))
    there = observed.server.api("GET", "/workspace/identity-report", headers={"x-workspace": other})
    assert there == {"doors": [], "newest": []}
    assert [each["userId"] for each in observed.report()["newest"]] == ["once-more"]


def test_requiring_counts_what_it_refuses_and_off_counts_nothing(observed: Observed) -> None:
    observed.server.api("DELETE", "/workspace/identity-report")
    observed.server.api("PATCH", "/workspace", {"identityVerification": "require"})
    assert observed.post(view("refused", 7000)) == 403
    assert observed.doors() == {"customer-events": (0, 1, 0)}
    observed.server.api("PATCH", "/workspace", {"identityVerification": "off"})
    assert observed.post(view("anyone", 7001)) == 200
    assert observed.doors() == {"customer-events": (0, 1, 0)}

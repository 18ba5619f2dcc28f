"""What a page is told of whoever looks at it: by id, by signature where one is required, and only when it is news."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.e2e.people import EVERYONE, bootstrap, person, segment, segments_of, until
from tests.server import Server, children


@dataclass(frozen=True)
class Site:
    server: Server
    secrets: tuple[str, str]
    payers: str

    def signed(self, user_id: str, secret: int = 0) -> str:
        return hmac.new(self.secrets[secret].encode(), user_id.encode(), hashlib.sha256).hexdigest()

    def verify(self, how: str) -> None:
        self.server.api("PATCH", "/workspace", {"identityVerification": how})


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    server = Server(tmp_path_factory.mktemp("shop") / "data")
    made = [server.api("POST", "/workspace/identity-secrets", {"name": f"number {n}"})["key"] for n in range(2)]
    payers = segment(server, "Payers", {"trait": "plan", "op": "equals", "value": "pro"})
    key = server.add_source("http-api", "Shop_Backend")["writeKeys"][0]
    for user_id, plan in (("ann", "pro"), ("bob", "free")):
        call = {"userId": user_id, "anonymousId": f"browser-of-{user_id}", "traits": {"plan": plan}}
        assert server.send("/v1/identify", call, key=key).is_success
    person(server, "ann", lambda each: payers in each["segments"])
    person(server, "bob")
    yield Site(server, (made[0], made[1]), payers)
    assert server.stop() == 0, server.stderr()


def test_each_user_is_told_their_own_segments(shop: Site) -> None:
    assert segments_of(shop.server, userId="ann") == [shop.payers]
    assert segments_of(shop.server, userId="bob") == []
    assert segments_of(shop.server, anonymousId="browser-of-ann") == [shop.payers]
    assert segments_of(shop.server, userId="never seen") == []
    answer = bootstrap(shop.server, userId="ann")
    assert answer.json() == {"segments": [EVERYONE, shop.payers], "experiences": []}
    assert answer.headers["cache-control"] == "private, no-cache"


def test_what_is_known_already_is_not_sent_again(shop: Site) -> None:
    first = bootstrap(shop.server, userId="ann")
    again = bootstrap(shop.server, {"if-none-match": first.headers["etag"]}, userId="ann")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = bootstrap(shop.server, {"if-none-match": first.headers["etag"]}, userId="bob")
    assert (other.status_code, other.headers["etag"] == first.headers["etag"]) == (200, False)


def test_pages_of_allowed_origins_may_ask(shop: Site) -> None:
    url = f"{shop.server.url}/api/bootstrap"
    asked = {"origin": "https://shop.example", "access-control-request-method": "GET"}
    preflight = httpx.options(url, headers=asked, timeout=30)
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, "https://shop.example")
    assert "GET" in preflight.headers["access-control-allow-methods"]
    for allowed, expected in ((["https://other.example"], None), (["https://shop.example"], "https://shop.example")):
        shop.server.api("PATCH", "/workspace", {"allowedOrigins": allowed})
        answer = bootstrap(shop.server, {"origin": "https://shop.example"}, userId="ann")
        assert answer.headers.get("access-control-allow-origin") == expected
        assert "Origin" in answer.headers["vary"]
    shop.server.api("PATCH", "/workspace", {"allowedOrigins": []})


def test_what_is_refused(shop: Site) -> None:
    url = f"{shop.server.url}/api/bootstrap"
    refused = [
        httpx.get(url, timeout=30),
        bootstrap(shop.server, token="nobody's"),
        httpx.post(url, content=b"{}", timeout=30),
        bootstrap(shop.server, userId="u" * 1_001),
        bootstrap(shop.server, other="x" * 9_000),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (403, "invalid_client_token"),
        (403, "invalid_client_token"),
        (405, "method_not_allowed"),
        (400, "bad_request"),
        (400, "bad_request"),
    ]
    assert httpx.head(url, params={"token": "nobody's"}, timeout=30).content == b""


@pytest.mark.seed("S2.13")
def test_who_must_sign_and_does_not_is_nobody(shop: Site) -> None:
    """The doors for events are in test_signed_identities; this is bootstrap, and so membership."""
    shop.verify("require")
    try:
        forged = hmac.new(b"guessed", b"ann", "sha256").hexdigest()
        for proof in (
            {},
            {"hmac": ""},
            {"hmac": forged},
            {"hmac": shop.signed("bob")},
            {"hmac": shop.signed("ann")[:-2]},
        ):
            assert segments_of(shop.server, userId="ann", anonymousId="browser-of-ann", **proof) == []
            assert segments_of(shop.server, userId="ann", **proof) == []
        assert segments_of(shop.server, anonymousId="browser-of-ann") == []
        for proof in (shop.signed("ann"), shop.signed("ann").upper(), shop.signed("ann", 1)):
            assert segments_of(shop.server, userId="ann", hmac=proof) == [shop.payers]
        source = shop.server.add_source("javascript", "Segment_Web")
        call = {"userId": "ann", "traits": {"plan": "free"}}
        key = source["writeKeys"][0]
        refused = shop.server.send("/v1/identify", call, key=key)
        assert (refused.status_code, refused.json()["code"]) == (400, "identity_invalid")
        signed = call | {"context": {"hmac": shop.signed("ann", 1)}, "traits": {"by": "segment"}}
        assert shop.server.send("/v1/identify", signed, key=key).is_success
        found = person(shop.server, "ann", lambda each: each["traits"].get("by") == "segment")
        assert found["traits"]["plan"] == "pro"
    finally:
        shop.verify("off")


def test_observing_answers_as_before(shop: Site) -> None:
    shop.server.api("DELETE", "/workspace/identity-report")
    shop.verify("observe")
    try:
        assert segments_of(shop.server, userId="ann", hmac="forged") == [shop.payers]
        until(
            lambda: shop.server.api("GET", "/workspace/identity-report")["newest"],
            lambda told: any((each["userId"], each["reason"]) == ("ann", "wrong") for each in told),
        )
    finally:
        shop.verify("off")


def test_an_anonymous_person_is_in_segments_where_the_workspace_says_so(shop: Site) -> None:
    event = {"id": "anon-1", "type": "Identify", "anonymousId": "passer-by", "traits": {"plan": "pro"}}
    url = f"{shop.server.url}/api/events/batch?token={shop.server.api('GET', '/workspace')['clientToken']}"
    assert httpx.post(url, content=json.dumps(event), timeout=30).is_success
    until(lambda: shop.server.api("GET", "/people", params={"q": "passer-by"})["data"], bool)
    assert segments_of(shop.server, anonymousId="passer-by") == []
    shop.server.api("PATCH", "/workspace", {"segmentAnonymous": True})
    try:
        until(lambda: segments_of(shop.server, anonymousId="passer-by"), lambda told: told == [shop.payers])
        assert segments_of(shop.server, userId="brand new", anonymousId="passer-by") == [shop.payers]
    finally:
        shop.server.api("PATCH", "/workspace", {"segmentAnonymous": False})


def test_while_the_people_are_away_a_page_is_told_to_come_again(shop: Site) -> None:
    pid = children(shop.server)["profiles"]
    os.kill(pid, signal.SIGSTOP)
    try:
        answer = bootstrap(shop.server, {"origin": "https://shop.example"}, userId="ann")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    finally:
        os.kill(pid, signal.SIGCONT)
    began = time.monotonic()
    until(lambda: segments_of(shop.server, userId="ann"), lambda told: told == [shop.payers])
    assert time.monotonic() - began < 30

"""`/api/bootstrap`: who is answered with which segments, what pages may read, and when an answer is not sent again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from headwater.api.bootstrap import Bootstrap
from headwater.base.http import Reply
from headwater.control.bootstrap import generation_at, sealer_at, state_url
from headwater.control.database import State
from headwater.control.directory import Directory
from headwater.control.model import Workspace
from headwater.control.store import Store
from headwater.surfaces.live import Live
from tests.unit.api.nearby import NearbyProfiles, person

SECRET = "a-secret"


@pytest.fixture
def notes() -> list[tuple[str, str, str]]:
    return []


@pytest.fixture
def door(
    store: Store, profiles: NearbyProfiles, tmp_path: Path, notes: list[tuple[str, str, str]]
) -> Iterator[Bootstrap]:
    directory = Directory(store_url=state_url(tmp_path), generation=generation_at(tmp_path), sealer=sealer_at(tmp_path))
    profiles.everyone = [
        person("per_1", userIds=["ann"], anonymousIds=["a-1"], segments=["Everyone", "payers"]),
        person("per_2", userIds=[], anonymousIds=["a-2"], segments=["Everyone", "visitors"]),
    ]
    generation = generation_at(tmp_path)
    state = State(url=state_url(tmp_path), generation=generation)
    live = Live(state=state, generation=generation)
    yield Bootstrap(tokens=directory, people=profiles, live=live, note=lambda _, *note: notes.append(note))
    directory.close()
    state.close()


@pytest.fixture
def token(store: Store, workspace: Workspace) -> str:
    store.add_identity_secret(workspace.id, name="old", secret="another")
    store.add_identity_secret(workspace.id, name="new", secret=SECRET)
    return workspace.client_token


def signed(user_id: str) -> str:
    return hmac.new(SECRET.encode(), user_id.encode(), hashlib.sha256).hexdigest()


def ask(door: Bootstrap, method: str = "GET", headers: dict[bytes, bytes] | None = None, **query: str) -> Reply:
    return asyncio.run(door.reply(method, urlencode(query), headers or {}))


def segments(door: Bootstrap, **query: str) -> list[str]:
    reply = ask(door, **query)
    told = json.loads(reply.body)
    assert (reply.status, told["experiences"]) == (200, [])
    return told["segments"]


def header(reply: Reply, name: bytes) -> bytes | None:
    return dict(reply.headers).get(name)


def test_a_page_is_told_the_segments_of_its_user(door: Bootstrap, token: str) -> None:
    assert segments(door, token=token, userId="ann") == ["Everyone", "payers"]
    assert segments(door, token=token, userId="ann", anonymousId="a-2") == ["Everyone", "payers"]
    assert segments(door, token=token, anonymousId="a-2") == ["Everyone", "visitors"]
    assert segments(door, token=token, anonymousId="a-1") == ["Everyone", "payers"]


def test_who_was_never_seen_is_in_everyone(door: Bootstrap, token: str) -> None:
    assert segments(door, token=token) == ["Everyone"]
    assert segments(door, token=token, userId="", anonymousId="") == ["Everyone"]
    assert segments(door, token=token, userId="new", anonymousId="new") == ["Everyone"]


def test_a_new_user_has_the_past_of_the_browser_but_not_that_of_another_user(door: Bootstrap, token: str) -> None:
    assert segments(door, token=token, userId="new", anonymousId="a-2") == ["Everyone", "visitors"]
    assert segments(door, token=token, userId="new", anonymousId="a-1") == ["Everyone"]


@pytest.mark.parametrize("hmac_given", [None, "", "0", signed("bob"), signed("ann")[:-1]])
def test_where_signatures_are_required_who_has_none_is_nobody(
    store: Store, workspace: Workspace, door: Bootstrap, token: str, notes: list[Any], hmac_given: str | None
) -> None:
    store.update_workspace(workspace.id, identity_verification="require")
    proof = {} if hmac_given is None else {"hmac": hmac_given}
    assert segments(door, token=token, userId="ann", **proof) == ["Everyone"]
    assert segments(door, token=token, userId="ann", anonymousId="a-1", **proof) == ["Everyone"]
    assert segments(door, token=token, anonymousId="a-1") == ["Everyone"]
    assert segments(door, token=token, userId="ann", anonymousId="a-2", **proof) == ["Everyone", "visitors"]
    assert notes == [("bootstrap", "ann", "wrong" if hmac_given else "missing")] * 3
    notes.clear()
    for right in (signed("ann"), signed("ann").upper()):
        assert segments(door, token=token, userId="ann", hmac=right) == ["Everyone", "payers"]
    assert notes == [("bootstrap", "ann", "proven")] * 2


def test_observing_answers_as_before_and_takes_note(
    store: Store, workspace: Workspace, door: Bootstrap, token: str, notes: list[Any]
) -> None:
    assert segments(door, token=token, userId="ann") == ["Everyone", "payers"]
    assert notes == []
    store.update_workspace(workspace.id, identity_verification="observe")
    assert segments(door, token=token, userId="ann", hmac="forged") == ["Everyone", "payers"]
    assert notes == [("bootstrap", "ann", "wrong")]


def test_what_a_page_has_already_is_not_sent_again(door: Bootstrap, token: str, profiles: NearbyProfiles) -> None:
    first = ask(door, token=token, userId="ann")
    etag = header(first, b"etag") or b""
    assert etag.startswith(b'"')
    for known in (etag, b"W/" + etag, b'"other", ' + etag, b"*"):
        again = ask(door, headers={b"if-none-match": known}, token=token, userId="ann")
        assert (again.status, again.body, header(again, b"etag")) == (304, b"", etag)
        assert header(again, b"cache-control") == b"private, no-cache"
    assert ask(door, headers={b"if-none-match": b'"other"'}, token=token, userId="ann").status == 200
    profiles.everyone[0]["segments"] = ["Everyone"]
    changed = ask(door, headers={b"if-none-match": etag}, token=token, userId="ann")
    assert (changed.status, header(changed, b"etag") == etag) == (200, False)


def test_pages_of_allowed_origins_may_read_it(store: Store, workspace: Workspace, door: Bootstrap, token: str) -> None:
    asked = {b"origin": b"https://shop.example"}
    for expected in (b"https://shop.example", None):
        replies = [
            ask(door, headers=asked, token=token),
            ask(door, headers=asked | {b"if-none-match": b"*"}, token=token),
            ask(door, "OPTIONS", asked | {b"access-control-request-headers": b"if-none-match"}, token=token),
        ]
        assert [header(reply, b"access-control-allow-origin") for reply in replies] == [expected] * 3
        assert [reply.status for reply in replies] == [200, 304, 204]
        assert all(b"Origin" in [value for name, value in reply.headers if name == b"vary"] for reply in replies)
        assert header(replies[2], b"access-control-allow-methods") == b"GET, HEAD, OPTIONS"
        store.update_workspace(workspace.id, allowed_origins=["https://other.example"])


@pytest.mark.parametrize(
    ("method", "query", "status", "code"),
    [
        ("GET", {}, 403, "invalid_client_token"),
        ("GET", {"token": "nobody's"}, 403, "invalid_client_token"),
        ("POST", {}, 405, "method_not_allowed"),
        ("GET", {"userId": "u" * 1_001}, 400, "bad_request"),
        ("GET", {"other": "x" * 9_000}, 400, "bad_request"),
    ],
)
def test_what_is_refused(
    door: Bootstrap, token: str, method: str, query: dict[str, str], status: int, code: str
) -> None:
    given = query if status == 403 else {"token": token} | query
    reply = ask(door, method, {b"origin": b"https://a.example"}, **given)
    assert (reply.status, json.loads(reply.body)["code"]) == (status, code)
    assert header(reply, b"access-control-allow-origin") == b"https://a.example"


def test_while_people_cannot_be_asked_the_page_is_told_to_come_again(
    door: Bootstrap, token: str, profiles: NearbyProfiles
) -> None:
    profiles.away = True
    reply = ask(door, headers={b"origin": b"https://a.example"}, token=token, userId="ann")
    assert (reply.status, header(reply, b"retry-after")) == (503, b"2")
    assert header(reply, b"access-control-allow-origin") == b"https://a.example"
    assert json.loads(reply.body)["success"] is False
    assert segments(door, token=token) == ["Everyone"]

"""Which paths there are, and what each method is answered with."""

from __future__ import annotations

import pytest

from headwater.collect.door import Durable
from tests.unit.collect.doors import KEY, TRACK, get, header, make_door, post, refusal, reply, said, stored

BODIES = {
    "identify": {"userId": "u1", "traits": {"plan": "pro"}},
    "track": TRACK,
    "page": {"anonymousId": "a1", "name": "Home"},
    "screen": {"userId": "u1", "name": "tutorial.view"},
    "group": {"userId": "u1", "groupId": "g1"},
    "alias": {"userId": "u1", "previousId": "a1"},
}
SHORT = {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias"}


@pytest.mark.parametrize("kind", BODIES)
def test_a_single_call_is_stored_under_the_kind_of_its_path(kind: str) -> None:
    decision = post(make_door(), f"/v1/{kind}", BODIES[kind])
    assert reply(decision).body == b'{"success":true}'
    (record,) = stored(decision)
    assert (record.call, record.source_id, record.workspace_id) == (kind, "src_1", "ws_1")
    assert record.received_ms == 1_700_000_000_500
    assert record.fate is None


@pytest.mark.parametrize(("letter", "kind"), SHORT.items())
def test_short_paths(letter: str, kind: str) -> None:
    assert stored(post(make_door(), f"/v1/{letter}", BODIES[kind]))[0].call == kind


@pytest.mark.parametrize("name", ["batch", "b", "import"])
def test_batch_paths(name: str) -> None:
    (record,) = stored(post(make_door(), f"/v1/{name}", {"batch": [TRACK | {"type": "track"}]}))
    assert record.call is None


def test_a_trailing_slash_is_let_pass() -> None:
    assert isinstance(post(make_door(), "/v1/track/", TRACK), Durable)


def test_telemetry_is_answered_and_not_stored() -> None:
    door = make_door()
    assert reply(post(door, "/v1/m", {"series": []}, key=None)).body == b'{"success":true}'
    assert door.telemetry == 1


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/", "/v1/Track", "/v1/projects/x", "/next-integrations/x.js"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE"])
def test_unknown_paths_are_404_in_json(path: str, method: str) -> None:
    decision = get(make_door(), path, method=method)
    assert reply(decision).status == 404
    assert said(decision)["code"] == "not_found"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_other_methods_are_405_and_told_the_right_one(method: str) -> None:
    decision = get(make_door(), "/v1/track", method=method)
    assert reply(decision).status == 405
    assert header(decision, b"allow") == b"POST, OPTIONS"
    assert said(decision)["code"] == "method_not_allowed"


def test_the_pixel_and_the_settings_take_no_post() -> None:
    door = make_door()
    for path in ("/v1/pixel/track", f"/v1/projects/{KEY}/settings"):
        assert reply(post(door, path, TRACK)).status == 405


def test_every_path_it_lists_is_its_own_and_answers() -> None:
    door = make_door()
    for method, path in door.paths():
        assert door.owns(path)
        assert reply(get(door, path, method=method)).status in (200, 400, 401, 404)


def test_it_owns_no_other_pages() -> None:
    door = make_door()
    for path in ("/", "/api/v1/sources", "/v1", "/healthz", "/hooks/x"):
        assert not door.owns(path)


def test_every_path_answers_a_preflight() -> None:
    door = make_door()
    for method, path in door.paths():
        decision = get(
            door,
            path,
            method="OPTIONS",
            origin="https://shop.example",
            access_control_request_headers="authorization, content-type, x-retry-count",
        )
        assert reply(decision).status == 204
        assert header(decision, b"access-control-allow-origin") == b"*"
        assert method.encode() in (header(decision, b"access-control-allow-methods") or b"")
        asked = header(decision, b"access-control-allow-headers")
        assert asked == b"authorization, content-type, x-retry-count"


def test_a_preflight_cannot_smuggle_headers_into_the_answer() -> None:
    decision = get(make_door(), "/v1/t", method="OPTIONS", access_control_request_headers="a\r\nset-cookie: x")
    assert header(decision, b"access-control-allow-headers") == (
        b"authorization, content-type, content-encoding, x-retry-count"
    )


def test_pages_may_read_answers_and_when_to_come_again() -> None:
    door = make_door()
    for decision in (
        post(door, "/v1/t", TRACK, headers={b"origin": b"https://shop.example"}),
        post(door, "/v1/t", {}, headers={b"origin": b"https://shop.example"}),
        post(door, "/v1/t", {}, key="unknown", headers={b"origin": b"https://shop.example"}),
    ):
        assert header(decision, b"access-control-allow-origin") == b"*"
        assert header(decision, b"access-control-expose-headers") == b"Retry-After, X-RateLimit-Reset"


def test_only_allowed_origins_may_read_when_they_are_listed() -> None:
    door = make_door(allowed_origins=("https://shop.example",))
    mine = post(door, "/v1/t", TRACK, headers={b"origin": b"https://shop.example"})
    other = post(door, "/v1/t", TRACK, headers={b"origin": b"https://evil.example"})
    assert header(mine, b"access-control-allow-origin") == b"https://shop.example"
    assert header(other, b"access-control-allow-origin") is None
    assert header(mine, b"vary") == header(other, b"vary") == b"Origin"
    assert stored(other)


def test_servers_and_apps_get_no_words_for_pages() -> None:
    assert header(post(make_door(), "/v1/t", TRACK), b"access-control-allow-origin") is None


def test_an_error_of_the_body_is_known_by_its_code() -> None:
    assert refusal(post(make_door(), "/v1/track", b"")) == (400, "bad_request")

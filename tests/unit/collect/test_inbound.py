"""Other tools' webhooks: whose they are, which bodies are taken, and what must be signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from headwater.collect.model import Decision
from tests.unit.collect.doors import events, notes, reply, said, stored
from tests.unit.collect.side_doors import CANDU_HOOK, HOOK, JS_HOOK, SECRET, SIGNED_HOOK, VIEW, ask, make_doors

CALL = {
    "version": 1,
    "type": "track",
    "userId": "u",
    "event": "Ordered",
    "messageId": "m1",
    "timestamp": "2026-01-31T23:59:59.000Z",
    "properties": {"total": 12.5},
}


def hook(body: Any, *, key: str = HOOK, **headers: str) -> Decision:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(make_doors(), "POST", f"/hooks/{key}", "", sent, **headers)


def sha1(text: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha1).hexdigest()


def refused(decision: Decision) -> tuple[int, str]:
    return reply(decision).status, said(decision)["code"]


@pytest.mark.parametrize(
    "call",
    [
        CALL,
        {"type": "identify", "userId": "u", "traits": {"plan": "pro"}},
        {"type": "group", "groupId": "g", "traits": {"employees": 329}},
        {"type": "page", "anonymousId": "a", "name": "Home"},
        {"type": "screen", "anonymousId": "a", "name": "Home", "userId": None},
        {"type": "alias", "userId": "u", "previousId": "a"},
        {"type": "track", "event": "E", "userId": 42, "timestamp": 1635782282},
    ],
)
def test_a_call_of_segment_s_webhooks_is_stored_as_it_was_sent(call: dict[str, Any]) -> None:
    for key, source in ((HOOK, "src_1"), (CANDU_HOOK, "src_candu")):
        decision = hook(call, key=key)
        (record,) = stored(decision)
        assert (record.source_id, record.door, record.ip) == (source, "rest", None)
        assert events(decision) == [call]
        assert said(decision) == {"success": True}


def test_an_array_of_calls_with_what_is_wrong_told_by_place() -> None:
    decision = hook([CALL, {"type": "track"}, "x", {"payload": VIEW}])
    assert events(decision) == [CALL]
    assert [(item["index"], item["code"]) for item in said(decision)["rejected"]] == [
        (1, "no_user_anon_id"),
        (2, "bad_request"),
        (3, "type_not_known"),
    ]
    assert len(notes(decision)) == 3


@pytest.mark.parametrize(("key", "form"), [(CANDU_HOOK, "candu"), (HOOK, "customer")])
def test_candu_s_body_with_its_wrapper_or_without(key: str, form: str) -> None:
    for body in ({"payload": VIEW}, VIEW):
        decision = hook(body, key=key)
        (record,) = stored(decision)
        assert record.door == form
        assert events(decision) == [VIEW]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"payload": 5}, "bad_request"),
        ({"payload": None}, "bad_request"),
        ({"payload": {}}, "type_not_known"),
        ({"payload": {"type": "Screen"}}, "no_user_anon_id"),
        ({}, "type_not_known"),
        ({"type": "delete", "userId": "u"}, "delete_not_supported"),
        ({"type": "delete"}, "delete_not_supported"),
        ({"type": "Delete", "userId": "u"}, "type_not_known"),
        ({"type": "track", "userId": "u"}, "event_not_defined"),
        ({"type": "track", "userId": "u", "event": "E", "timestamp": "today"}, "timestamp_invalid"),
        ({"type": "track", "userId": "u", "event": "E", "timestamp": 1e300}, "timestamp_invalid"),
        (b"", "bad_request"),
        (b"5", "bad_request"),
        (b"[]", "empty_batch"),
        (b'{"a":NaN}', "bad_request"),
        (b" " * 512_001, "payload_too_large"),
        ({"payload": VIEW | {"properties": {"a": "x" * 33_000}}}, "payload_too_large"),
        (CALL | {"properties": {"a": "x" * 33_000}}, "payload_too_large"),
    ],
)
def test_what_is_wrong_has_its_code(body: Any, code: str) -> None:
    assert refused(hook(body)) == (400, code)
    assert refused(hook(body, key=CANDU_HOOK)) == (400, code)


@pytest.mark.parametrize("key", ["", "unknown", JS_HOOK, "k" * 32, "é", "a/b"])
def test_an_address_that_takes_nothing_looks_like_any_other(key: str) -> None:
    doors = make_doors()
    for method in ("POST", "GET", "OPTIONS"):
        decision = ask(doors, method, f"/hooks/{key}", "", json.dumps(CALL).encode())
        assert refused(decision) == (404, "not_found")
        assert key not in said(decision)["message"] or not key
    assert doors.rejected["", "not_found"] == 3


def test_other_methods_and_a_slash_at_the_end() -> None:
    doors = make_doors()
    assert refused(ask(doors, "GET", f"/hooks/{HOOK}")) == (405, "method_not_allowed")
    assert HOOK not in said(ask(doors, "GET", f"/hooks/{HOOK}"))["message"]
    assert events(ask(doors, "POST", f"/hooks/{HOOK}/", "", json.dumps(CALL).encode())) == [CALL]


def test_a_source_with_a_shared_secret_takes_only_what_is_signed_with_it() -> None:
    for sent in (
        json.dumps(CALL).encode(),
        json.dumps({"payload": VIEW}).encode(),
        b"[" + json.dumps(CALL).encode() + b"]",
    ):
        for wrong in (None, "", "x", sha1(sent, "another"), sha1(sent + b" "), "é"):
            headers = {} if wrong is None else {"x_signature": wrong}
            assert refused(hook(sent, key=SIGNED_HOOK, **headers)) == (401, "signature_invalid")
        assert len(events(hook(sent, key=SIGNED_HOOK, x_signature=sha1(sent)))) == 1
        assert len(events(hook(sent, key=SIGNED_HOOK, x_signature=sha1(sent).upper()))) == 1


def test_of_an_array_the_first_call_may_be_signed_alone() -> None:
    first = json.dumps(CALL, separators=(",", ":")).encode()
    sent = b"[" + first + b"," + json.dumps(CALL | {"messageId": "m2"}).encode() + b"]"
    assert len(events(hook(sent, key=SIGNED_HOOK, x_signature=sha1(first)))) == 2


def test_no_signature_is_asked_for_where_no_secret_is_set() -> None:
    assert events(hook(CALL, x_signature="anything")) == [CALL]


def test_a_user_s_signature_is_not_kept() -> None:
    assert events(hook(CALL | {"context": {"hmac": "0" * 64}})) == [CALL | {"context": {}}]

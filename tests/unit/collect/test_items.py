"""What a call must have, field by field, and the code it is refused with when it has not."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.base.event import CALL_TYPES, MAX_EVENT_BYTES
from tests.unit.collect.doors import TRACK, events, make_door, notes, post, refusal, said

NONE = object()


def with_fields(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in (TRACK | fields).items() if value is not NONE}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"userId": NONE}, "no_user_anon_id"),
        ({"userId": None, "anonymousId": None}, "no_user_anon_id"),
        ({"userId": ""}, "id_not_string"),
        ({"userId": "", "anonymousId": ""}, "id_not_string"),
        ({"userId": 5}, "id_not_string"),
        ({"userId": ["u"]}, "id_not_string"),
        ({"anonymousId": {"a": 1}}, "id_not_string"),
        ({"groupId": True}, "id_not_string"),
        ({"previousId": 1.5}, "id_not_string"),
        ({"event": NONE}, "event_not_defined"),
        ({"event": None}, "event_not_defined"),
        ({"event": ""}, "event_not_defined"),
        ({"event": 5}, "event_not_string"),
        ({"event": {}}, "event_not_string"),
        ({"properties": []}, "properties_not_object"),
        ({"properties": "x"}, "properties_not_object"),
        ({"properties": 0}, "properties_not_object"),
        ({"traits": [1]}, "traits_not_object"),
        ({"context": "x"}, "context_not_object"),
        ({"context": False}, "context_not_object"),
        ({"integrations": []}, "integrations_not_object"),
        ({"name": 5}, "name_not_string"),
        ({"category": {}}, "category_not_string"),
        ({"messageId": 5}, "message_id_invalid"),
        ({"messageId": "m" * 101}, "message_id_invalid"),
        ({"type": "Track"}, "type_not_known"),
        ({"type": 5}, "type_not_known"),
        ({"type": ""}, "type_not_known"),
        ({"timestamp": 1_700_000_000}, "timestamp_invalid"),
        ({"timestamp": "yesterday"}, "timestamp_invalid"),
        ({"timestamp": "2026-13-01"}, "timestamp_invalid"),
        ({"timestamp": "\uff12\uff10\uff12\uff16-01-31T10:00:00Z"}, "timestamp_invalid"),
        ({"timestamp": "2026-01-31T10:00:00.Z"}, "timestamp_invalid"),
        ({"originalTimestamp": {}}, "timestamp_invalid"),
        ({"sentAt": "Sat Nov 21 2026"}, "timestamp_invalid"),
        ({"sentAt": True}, "timestamp_invalid"),
    ],
)
def test_each_fault_has_its_code(fields: dict[str, Any], code: str) -> None:
    door = make_door()
    decision = post(door, "/v1/track", with_fields(**fields))
    assert refusal(decision) == (400, code)
    assert door.rejected == {("src_1", code): 1}
    assert notes(decision)[0].code == code


@pytest.mark.parametrize(
    "fields",
    [
        {"userId": "u", "anonymousId": None},
        {"userId": None, "anonymousId": "a"},
        {"userId": "", "anonymousId": "a"},
        {"userId": "u", "anonymousId": ""},
        {"userId": " ", "event": " "},
        {"properties": None, "traits": None, "context": None, "integrations": None},
        {"messageId": "m" * 100, "type": None},
        {"messageId": "🦆" * 100},
        {"messageId": ""},
        {"messageId": None, "timestamp": None, "sentAt": None},
        {"timestamp": "", "name": None, "category": ""},
        {"timestamp": "2026-11-21T09:17:41.212345+00:00"},
        {"timestamp": "2026-11-21T09:17:41Z", "sentAt": "2026-11-21 09:17:41"},
        {"timestamp": "2026-11-21"},
        {"timestamp": "20261121T091741Z"},
        {"timestamp": "2016-12-31T23:59:60Z"},
        {"type": "track"},
        {"type": "identify"},
        {"version": "1", "channel": 5, "anything": [1, {}], "UserId": 5, "EVENT": {}},
        {"properties": {"a": 10**400, "b": 1e308, "c": -0.0, "d": "\u0000", "": None}},
    ],
)
def test_what_is_right_is_stored_as_it_came(fields: dict[str, Any]) -> None:
    assert events(post(make_door(), "/v1/track", with_fields(**fields))) == [with_fields(**fields)]


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("identify", {"traits": {}}, "no_user_anon_id"),
        ("page", {"userId": "u", "name": ""}, "name_not_string"),
        ("screen", {"userId": "u", "name": ""}, "name_not_string"),
        ("group", {"userId": "u"}, "id_required"),
        ("group", {"groupId": "g"}, "no_user_anon_id"),
        ("group", {"userId": "u", "groupId": ""}, "id_not_string"),
        ("alias", {"userId": "u"}, "id_required"),
        ("alias", {"previousId": "p"}, "id_required"),
        ("alias", {"previousId": "p", "anonymousId": "a"}, "id_required"),
        ("alias", {"userId": "", "previousId": "p"}, "id_not_string"),
        ("alias", {"userId": "u", "previousId": ""}, "id_not_string"),
    ],
)
def test_what_each_kind_needs(kind: str, body: dict[str, Any], code: str) -> None:
    assert refusal(post(make_door(), f"/v1/{kind}", body)) == (400, code)


@pytest.mark.parametrize("kind", CALL_TYPES)
def test_an_empty_object_names_what_is_missing_first(kind: str) -> None:
    code = "id_required" if kind == "alias" else "no_user_anon_id"
    assert refusal(post(make_door(), f"/v1/{kind}", {})) == (400, code)


@pytest.mark.parametrize("body", [b"[]", b"5", b'"x"', b"null", b"true"])
def test_an_event_is_an_object(body: bytes) -> None:
    assert refusal(post(make_door(), "/v1/track", body)) == (400, "bad_request")


def test_an_event_of_32_kib_is_stored_and_one_more_byte_is_not() -> None:
    frame = b'{"userId":"u","event":"e","properties":{"a":"%s"}}'
    room = MAX_EVENT_BYTES - len(frame % b"")
    assert events(post(make_door(), "/v1/track", frame % (b"x" * room)))
    assert refusal(post(make_door(), "/v1/track", frame % (b"x" * (room + 1)))) == (400, "payload_too_large")


def test_the_last_of_two_equal_keys_counts() -> None:
    body = b'{"userId":"a","userId":"b","event":"e","properties":{"x":1,"x":2}}'
    decision = post(make_door(), "/v1/track", body)
    assert events(decision)[0]["userId"] == "b"
    assert body in decision.records[0]  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    "body",
    [
        b'{"userId":5,"userId":"u","event":"e"}',
        b'{"properties":5,"properties":{},"userId":"u","event":"e"}',
        b'{"type":"bogus","type":"track","userId":"u","event":"e"}',
    ],
)
def test_two_equal_keys_of_different_types_are_refused(body: bytes) -> None:
    decision = post(make_door(), "/v1/track", body)
    assert refusal(decision) == (400, "bad_request")
    assert "twice" in said(decision)["message"]


def test_an_answer_shows_a_long_value_in_short() -> None:
    message = said(post(make_door(), "/v1/track", with_fields(userId=["é" * 5000])))["message"]
    assert len(message) < 200
    assert "userId is [" in message


def test_line_breaks_between_the_parts_do_not_reach_the_journal() -> None:
    body = b'{\r\n "userId": "u",\n "event": "two\\nlines",\n "properties": {\n  "a": [\n1,\r\n2]}}\n'
    decision = post(make_door(), "/v1/track", body)
    assert events(decision) == [{"userId": "u", "event": "two\nlines", "properties": {"a": [1, 2]}}]
    assert b"\n" not in decision.records[0]  # pyright: ignore[reportAttributeAccessIssue]
    assert b"\r" not in decision.records[0]  # pyright: ignore[reportAttributeAccessIssue]

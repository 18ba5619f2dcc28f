"""The REST door: who may send, what is taken, and the codes that tell what is wrong."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from headwater.collect.doors import Doors
from headwater.collect.model import Decision
from tests.unit.collect.doors import KEY, events, notes, reply, said, stored
from tests.unit.collect.side_doors import (
    ADMIN,
    ALL,
    OTHER,
    READER,
    REST_KEY,
    Content,
    Directory,
    ask,
    make_doors,
)

PERSON = {"type": "identify", "userId": "u", "traits": {"email": "u@example.com"}, "timestamp": "2021-11-01T15:58:02Z"}
BEARER = {"authorization": f"Bearer {ADMIN}"}


def basic(text: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def rest(body: Any, doors: Doors | None = None, **headers: str) -> Decision:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(doors or make_doors(), "POST", "/api/eventWebhook", "", sent, **(headers or BEARER))


def refused(decision: Decision) -> tuple[int, str]:
    return reply(decision).status, said(decision)["code"]


@pytest.mark.parametrize(
    "headers",
    [
        BEARER,
        {"authorization": f"bearer  {ADMIN} "},
        basic(f"{ADMIN}:"),
        basic(ADMIN),
        basic(f"{ADMIN}:ignored"),
        {"authorization": f"Bearer {REST_KEY}"},
        basic(f"{REST_KEY}:"),
        {"authorization": f"Bearer {ALL}"},
        {"authorization": f"Bearer {ALL}", "x_workspace": "ws_1"},
        {"authorization": f"Bearer {ADMIN}", "x_workspace": "ws_1"},
    ],
)
def test_the_key_comes_in_several_spellings(headers: dict[str, str]) -> None:
    decision = rest(PERSON, **headers)
    (record,) = stored(decision)
    assert (record.source_id, record.workspace_id, record.door) == ("ws_1.rest", "ws_1", "rest")
    assert events(decision) == [PERSON]
    assert said(decision) == {"success": True}


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"x_nothing": "1"}, 401, "invalid_api_key"),
        ({"authorization": ""}, 401, "invalid_api_key"),
        ({"authorization": "Bearer"}, 401, "invalid_api_key"),
        ({"authorization": "Bearer wrong"}, 401, "invalid_api_key"),
        ({"authorization": f"Token {ADMIN}"}, 401, "invalid_api_key"),
        ({"authorization": "Basic ???"}, 401, "invalid_api_key"),
        ({"authorization": "Bearer \u00e9"}, 401, "invalid_api_key"),
        (basic(f"x{ADMIN}:"), 401, "invalid_api_key"),
        ({"authorization": f"Bearer {KEY}"}, 401, "invalid_api_key"),
        ({"authorization": f"Bearer {ADMIN}", "x_workspace": "ws_2"}, 401, "invalid_api_key"),
        ({"authorization": f"Bearer {ALL}", "x_workspace": "ws_9"}, 401, "invalid_api_key"),
        ({"authorization": f"Bearer {READER}"}, 403, "scope_missing"),
    ],
)
def test_nobody_else_may_send(headers: dict[str, str], status: int, code: str) -> None:
    doors = make_doors()
    assert refused(rest(PERSON, doors, **headers)) == (status, code)
    assert refused(rest(b"no json", doors, **headers)) == (status, code)
    assert doors.rejected["", code] == 2


def test_each_workspace_has_a_source_of_its_own() -> None:
    assert stored(rest(PERSON, authorization=f"Bearer {OTHER}"))[0].source_id == "ws_2.rest"
    picked = {"authorization": f"Bearer {ALL}", "x_workspace": "ws_2"}
    assert stored(rest(PERSON, **picked))[0].source_id == "ws_2.rest"


@pytest.mark.parametrize(
    "call",
    [
        {"type": "track", "userId": "u", "event": "Upgraded plan", "properties": {"plan": "pro"}},
        {"type": "track", "userId": 42, "event": "Upgraded plan", "timestamp": 1635782282},
        {"type": "track", "userID": "u", "event": "Upgraded plan", "timestamp": 1635782282123},
        {"type": "group", "groupId": "g", "userId": "u", "traits": {"name": "ACME", "total billed": 830}},
        {"type": "group", "groupId": "g", "traits": {"employees": 329}},
        {"type": "group", "groupId": 7, "timestamp": "1635782282"},
        {"type": "identify", "userId": "u", "traits": {"at": 1635782282, "nested": {"a": [1]}}},
        {"type": "page", "anonymousId": "a", "name": "Home"},
        {"type": "screen", "anonymousId": "a"},
        {"type": "alias", "previousId": "a", "userId": "u"},
        {"type": "identify", "userId": "u", "anonymousId": None, "context": {"source": "RudderStack"}},
    ],
)
def test_every_kind_of_call_as_back_ends_write_it(call: dict[str, Any]) -> None:
    assert events(rest(call)) == [call]
    assert events(rest([call, call])) == [call, call]


def test_an_array_and_a_zipped_one() -> None:
    calls = [PERSON, {"type": "track", "userId": "u"}, PERSON | {"type": "group"}, 5, {"type": "delete"}]
    for decision in (
        rest(calls),
        rest(gzip.compress(json.dumps(calls).encode()), content_encoding="gzip", **BEARER),
    ):
        assert events(decision) == [PERSON]
        assert [(item["index"], item["code"]) for item in said(decision)["rejected"]] == [
            (1, "event_not_defined"),
            (2, "id_required"),
            (3, "bad_request"),
            (4, "id_required"),
        ]
        assert len(notes(decision)) == 4


def test_segment_s_batch_with_what_holds_for_all_of_it() -> None:
    sent = {
        "batch": [PERSON, {"type": "x"}],
        "context": {"locale": "de"},
        "sentAt": "2021-11-01T16:00:00Z",
        "type": None,
    }
    decision = rest(sent)
    (record,) = stored(decision)
    assert (record.door, record.sent_at, bytes(record.context)) == ("rest", "2021-11-01T16:00:00Z", b'{"locale": "de"}')
    assert events(decision) == [PERSON]
    assert [item["code"] for item in said(decision)["rejected"]] == ["type_not_known"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "bad_request"),
        (b"5", "bad_request"),
        (b"{", "bad_request"),
        (b'{"a":"\xff"}', "bad_request"),
        (b"[]", "empty_batch"),
        (b'{"batch":[]}', "empty_batch"),
        (b'{"batch":5}', "bad_request"),
        (b'{"batch":[{}],"context":5}', "context_not_object"),
        (b"{}", "type_not_known"),
        (b'{"type":"identify"}', "no_user_anon_id"),
        (b'{"type":"identify","userId":true}', "id_not_string"),
        (b'{"type":"identify","userId":"u","traits":[]}', "traits_not_object"),
        (b'{"type":"track","userId":"u","event":5}', "event_not_string"),
        (b'{"type":"track","userId":"u","event":"e","timestamp":"today"}', "timestamp_invalid"),
        (b'{"type":"track","userId":"u","event":"e","timestamp":true}', "timestamp_invalid"),
        (b'{"type":"group","userId":"u"}', "id_required"),
        (b'{"type":"group"}', "id_required"),
        (b'{"type":"alias","userId":"u"}', "id_required"),
        (b'{"type":"delete"}', "id_required"),
        (b'{"type":"delete","userId":null,"anonymousId":"a"}', "id_required"),
        (b'{"type":"delete","userId":" "}', "id_required"),
        (b'{"type":"delete","userId":["u"]}', "id_not_string"),
        (b'{"type":"delete","userId":"' + b"u" * 1_001 + b'"}', "id_not_string"),
        (b'{"type":"delete","userId":"u","messageId":5}', "message_id_invalid"),
        (b'{"type":"track","userId":"u","event":"e","messageId":5}', "message_id_invalid"),
        (b"[" + b"{}," * 2500 + b"{}]", "payload_too_large"),
        (b'{"type":"track","userId":"u","event":"' + b"e" * 33_000 + b'"}', "payload_too_large"),
        (b" " * 512_001, "payload_too_large"),
    ],
)
def test_what_is_wrong_has_its_code(sent: bytes, code: str) -> None:
    doors = make_doors()
    assert refused(rest(sent, doors)) == (400, code)
    assert sum(doors.rejected.values()) in (1, 2501)


@pytest.mark.parametrize(
    ("sent", "phrase"),
    [
        (b"null", "The body is null, but must be an event or an array of events."),
        (b'{"type":"x","userId":7}', "must be one of identify, track, page, screen, group, alias, delete."),
        (b'{"type":"identify","userId":true}', "userId is true, but must be a string or a number."),
        (b'{"type":"group","groupId":{},"userId":7}', "groupId is {}, but must be a string or a number."),
        (b'{"type":"identify"}', "an event needs one of them, as a string or a number."),
        (
            b'{"type":"page","userId":7,"timestamp":"today"}',
            "must be a time in ISO 8601 of the years 1 to 9999, as 2026-01-31T23:59:59.000Z, or seconds or "
            "milliseconds since 1970.",
        ),
    ],
)
def test_what_is_wrong_is_told_by_what_this_door_takes(sent: bytes, phrase: str) -> None:
    assert phrase in said(rest(sent))["message"]


def test_the_list_of_content_is_of_the_keys_workspace_alone() -> None:
    for key in (ADMIN, READER, REST_KEY):
        decision = ask(make_doors(), "GET", "/api/contentMetadata", authorization=f"Bearer {key}")
        assert (reply(decision).status, said(decision)) == (200, [])
    directory = Directory()
    directory.content["ws_1"] = [Content("Welcome ä", "welcome"), Content("Tips", "tips")]
    decision = ask(make_doors(directory), "GET", "/api/contentMetadata", authorization=f"Bearer {READER}")
    assert said(decision) == [{"name": "Welcome ä", "slug": "welcome"}, {"name": "Tips", "slug": "tips"}]
    assert reply(ask(make_doors(), "HEAD", "/api/contentMetadata", **BEARER)).body == b""
    assert refused(ask(make_doors(), "GET", "/api/contentMetadata")) == (401, "invalid_api_key")


def test_other_methods() -> None:
    assert refused(ask(make_doors(), "GET", "/api/eventWebhook", **BEARER)) == (405, "method_not_allowed")
    assert refused(ask(make_doors(), "POST", "/api/contentMetadata", **BEARER)) == (405, "method_not_allowed")
    assert events(ask(make_doors(), "POST", "/api/eventWebhook/", "", json.dumps(PERSON).encode(), **BEARER)) == [
        PERSON
    ]


def test_a_key_s_use_is_told_once() -> None:
    doors = make_doors()
    for _ in range(3):
        rest(PERSON, doors)
    rest(PERSON, doors, authorization="Bearer wrong")
    assert doors.take_used_keys() == {"key_admin"}
    assert doors.take_used_keys() == set()


def test_a_call_to_erase_a_user_is_written_down_apart_and_says_whom_alone() -> None:
    calls = [
        {"type": "delete", "userId": "u-1", "messageId": "d-1", "traits": {"email": "u@example.com"}},
        PERSON,
        {"type": "delete", "userID": 42, "messageId": ""},
    ]
    doors = make_doors()
    for body in (calls, {"batch": calls, "context": {"locale": "de"}}):
        decision = rest(body, doors)
        person, asked = stored(decision)
        assert said(decision) == {"success": True}
        assert ([bytes(event) for event in person.events], person.fate) == ([json.dumps(PERSON).encode()], None)
        assert (asked.fate, asked.door, asked.source_id, bytes(asked.context)) == (
            "erasure_requested", "rest", "ws_1.rest", b"",
        )  # fmt: skip
        assert [json.loads(bytes(event)) for event in asked.events] == [
            {"userId": "u-1", "action": "delete", "messageId": "d-1"},
            {"userId": "42", "action": "delete"},
        ]
    (alone,) = stored(rest(calls[0], doors))
    assert alone.fate == "erasure_requested"


def test_who_may_only_send_may_not_erase() -> None:
    writer = {"authorization": f"Bearer {REST_KEY}"}
    decision = rest([PERSON, {"type": "delete", "userId": "u"}], **writer)
    assert events(decision) == [PERSON]
    assert [(item["index"], item["code"]) for item in said(decision)["rejected"]] == [(1, "scope_missing")]
    assert refused(rest({"type": "delete", "userId": "u"}, **writer)) == (403, "scope_missing")
    assert refused(rest({"type": "delete", "userId": "u"}, **basic(f"{REST_KEY}:"))) == (403, "scope_missing")

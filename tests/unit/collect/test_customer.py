"""The customer-event doors: what is stored, what is refused by which code, and which pages may read the answer."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any
from urllib.parse import quote

import pytest

from headwater.base.http import Request
from headwater.collect.model import Durable
from tests.unit.collect.doors import events, header, notes, refusal, reply, said, stored
from tests.unit.collect.side_doors import SHOP, SHOP_TOKEN, TOKEN, VIEW, ask, make_doors, send

CLICK = VIEW | {"id": "c1", "type": "Track", "eventName": "candu.sdk.content.interaction", "screenName": None}


def blob(event: Any) -> str:
    return base64.b64encode(json.dumps(event).encode()).decode()


def test_an_event_is_stored_as_it_was_sent() -> None:
    decision = send(make_doors(), VIEW)
    (record,) = stored(decision)
    assert reply(decision).body == b'{"success":true}'
    assert events(decision) == [VIEW]
    assert (record.source_id, record.workspace_id, record.door, record.ip) == (
        "ws_1.customer-events", "ws_1", "customer", None,
    )  # fmt: skip


def test_an_array_is_stored_with_what_is_wrong_told_by_place() -> None:
    decision = send(make_doors(), [VIEW, {"type": "Track", "userId": "u"}, 5, CLICK])
    assert events(decision) == [VIEW, CLICK]
    assert [(item["index"], item["code"]) for item in said(decision)["rejected"]] == [
        (1, "event_not_defined"),
        (2, "bad_request"),
    ]
    assert [note.code for note in notes(decision)] == ["event_not_defined", "bad_request"]


@pytest.mark.parametrize("kind", ["text/plain;charset=UTF-8", "application/json", "application/x-www-form-urlencoded"])
def test_any_content_type_will_do(kind: str) -> None:
    assert events(send(make_doors(), [VIEW], content_type=kind)) == [VIEW]


def test_a_zipped_body() -> None:
    assert events(send(make_doors(), gzip.compress(json.dumps([VIEW]).encode()), content_encoding="gzip")) == [VIEW]


@pytest.mark.parametrize(
    "event",
    [
        {"type": "Track", "eventName": "Tour Start", "userId": 42, "properties": {"tour_id": 5488}},
        {"type": "Track", "eventName": "Tour Start", "userId": -1.5e3, "anonymousId": None},
        {"type": "Screen", "anonymousId": "a", "userId": ""},
        {"type": "Page", "pageName": "Home", "anonymousId": "a", "sentAt": ""},
        {"type": "Identify", "userId": "u", "traits": {"plan": "pro"}},
        {"type": "Group", "groupId": 7, "userId": "u"},
        {"type": "FormSubmission", "eventName": "NPS_responded", "userId": "u", "properties": {"formName": "NPS"}},
        {"type": "Track", "eventName": "x", "userId": "u", "sentAt": "2016-12-31T23:59:60Z", "unknown": [1]},
    ],
)
def test_every_type_of_event(event: dict[str, Any]) -> None:
    assert events(send(make_doors(), event)) == [event]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": None}, "type_not_known"),
        ({"type": "screen"}, "type_not_known"),
        ({"type": 5}, "type_not_known"),
        ({"type": "Alias"}, "type_not_known"),
        ({"userId": None, "anonymousId": None}, "no_user_anon_id"),
        ({"userId": "", "anonymousId": None}, "id_not_string"),
        ({"userId": True}, "id_not_string"),
        ({"anonymousId": {}}, "id_not_string"),
        ({"type": "Group"}, "id_required"),
        ({"type": "Group", "groupId": ""}, "id_not_string"),
        ({"id": 5}, "message_id_invalid"),
        ({"id": "x" * 101}, "message_id_invalid"),
        ({"type": "Track"}, "event_not_defined"),
        ({"type": "FormSubmission", "eventName": ""}, "event_not_defined"),
        ({"type": "Track", "eventName": 1}, "event_not_string"),
        ({"screenName": 1}, "name_not_string"),
        ({"screenName": ""}, "name_not_string"),
        ({"properties": []}, "properties_not_object"),
        ({"traits": 1}, "traits_not_object"),
        ({"context": "x"}, "context_not_object"),
        ({"integrations": []}, "integrations_not_object"),
        ({"sentAt": 1700000000}, "timestamp_invalid"),
        ({"sentAt": "today"}, "timestamp_invalid"),
        ({"properties": {"a": "x" * 33_000}}, "payload_too_large"),
    ],
)
def test_what_is_wrong_has_its_code(change: dict[str, Any], code: str) -> None:
    doors = make_doors()
    assert refusal(send(doors, VIEW | change)) == (400, code)
    assert refusal(send(doors, [VIEW | change])) == (400, code)
    assert doors.rejected["ws_1.customer-events", code] == 2


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "bad_request"),
        (b"5", "bad_request"),
        (b'"text"', "bad_request"),
        (b"[]", "empty_batch"),
        (b'[{"a":NaN}]', "bad_request"),
        (b'{"userId":"\xff"}', "bad_request"),
        (b"[" * 200 + b"]" * 200, "nested_too_deep"),
        (b"[" * 100_000, "nested_too_deep"),
        (b"[" + b"{}," * 2500 + b"{}]", "payload_too_large"),
        (b" " * 512_001, "payload_too_large"),
    ],
)
def test_a_body_that_is_no_event_and_no_array(sent: bytes, code: str) -> None:
    status, found = refusal(send(make_doors(), sent))
    assert (status, found) == (400, code)


def test_a_name_that_is_cut_in_the_middle_of_a_character_spares_the_other_events() -> None:
    half = json.dumps(VIEW).replace("welcome", "\\ud83d").encode()
    decision = send(make_doors(), b"[" + half + b"," + json.dumps(CLICK).encode() + b"]")
    assert events(decision) == [CLICK]
    assert said(decision)["rejected"][0]["code"] == "bad_request"


@pytest.mark.parametrize("token", [None, "", "wrong", "x" * 5000, "%FF", "a&" * 1001])
def test_a_wrong_client_token(token: str | None) -> None:
    doors = make_doors()
    assert refusal(send(doors, VIEW, token=token)) == (403, "invalid_client_token")
    assert refusal(send(doors, b"no json", token=token)) == (403, "invalid_client_token")
    assert doors.rejected["", "invalid_client_token"] == 2


def test_events_of_a_disabled_source_are_answered_and_go_no_further() -> None:
    (record,) = stored(send(make_doors(), VIEW, token=SHOP_TOKEN))
    assert record.fate == "source_disabled"


def test_the_old_door_takes_one_event_in_base64() -> None:
    decision = ask(make_doors(), "GET", "/api/events", f"token={TOKEN}&blob={quote(blob(VIEW))}")
    assert events(decision) == [VIEW]
    assert said(decision) == {"success": True}
    assert header(decision, b"cache-control") == b"no-store"


@pytest.mark.parametrize("alphabet", [lambda text: text, lambda text: text.replace("+", "-").replace("/", "_")])
def test_either_alphabet_padded_or_not_escaped_or_not(alphabet: Any) -> None:
    event = VIEW | {"properties": {"text": "??>>é~~"}}
    given = alphabet(base64.b64encode(json.dumps(event, ensure_ascii=False).encode()).decode()).rstrip("=")
    assert events(ask(make_doors(), "GET", "/api/events", f"token={TOKEN}&blob={given}")) == [event]


@pytest.mark.parametrize(
    "query", ["", "&blob=", "&blob=%%%", "&blob=e30", "&blob=W10", "&blob=bm8", f"&blob={'A' * 60_000}"]
)
def test_the_old_door_refuses_by_code(query: str) -> None:
    status, code = refusal(ask(make_doors(), "GET", "/api/events", f"token={TOKEN}{query}"))
    assert status == 400
    assert code in ("bad_request", "type_not_known", "empty_batch", "payload_too_large")


def test_pages_of_every_origin_may_read_the_answer_unless_some_are_listed() -> None:
    doors = make_doors()
    for origin in (SHOP, "null", "http://localhost:3000"):
        decision = send(doors, VIEW, origin=origin)
        assert header(decision, b"access-control-allow-origin") == origin.encode()
        assert header(decision, b"access-control-allow-credentials") == b"true"
    assert header(send(doors, VIEW), b"access-control-allow-origin") is None
    listed = send(doors, VIEW, token=SHOP_TOKEN, origin=SHOP)
    assert header(listed, b"access-control-allow-origin") == SHOP.encode()
    other = send(doors, VIEW, token=SHOP_TOKEN, origin="https://other.example")
    assert header(other, b"access-control-allow-origin") is None
    assert header(other, b"vary") == b"Origin"
    assert isinstance(other, Durable)


def test_a_preflight_is_answered_by_the_workspace_s_origins() -> None:
    doors = make_doors()
    asked = {"access_control_request_method": "POST", "access_control_request_headers": "content-type"}
    granted = ask(doors, "OPTIONS", "/api/events/batch", f"token={SHOP_TOKEN}", origin=SHOP, **asked)
    assert reply(granted).status == 204
    assert header(granted, b"access-control-allow-origin") == SHOP.encode()
    assert header(granted, b"access-control-allow-methods") == b"POST, OPTIONS"
    assert header(granted, b"access-control-allow-headers") == b"content-type"
    refused = ask(doors, "OPTIONS", "/api/events/batch", f"token={SHOP_TOKEN}", origin="https://x.example", **asked)
    assert header(refused, b"access-control-allow-origin") is None


def test_a_page_can_read_that_its_token_is_wrong_and_that_it_must_wait() -> None:
    doors = make_doors()
    assert header(send(doors, VIEW, token="wrong", origin=SHOP), b"access-control-allow-origin") == SHOP.encode()
    busy = doors.overloaded(Request(method="POST", path="/api/events/batch", headers={b"origin": SHOP.encode()}))
    assert busy.status == 503
    assert dict(busy.headers)[b"access-control-allow-origin"] == SHOP.encode()
    assert dict(busy.headers)[b"retry-after"] == b"2"


def test_other_methods_and_slashes() -> None:
    doors = make_doors()
    assert refusal_of(ask(doors, "GET", "/api/events/batch")) == (405, "method_not_allowed")
    assert refusal_of(ask(doors, "POST", "/api/events", f"token={TOKEN}")) == (405, "method_not_allowed")
    assert events(send(doors, VIEW, path="//api/events/batch/")) == [VIEW]
    assert not doors.owns("/api/v1/events")
    assert not doors.owns("/api/events/batch/more")


def test_one_rate_for_all_doors_of_a_source() -> None:
    doors = make_doors(rate_limit_per_s=1.0, rate_limit_burst=2.0)
    assert reply(send(doors, [VIEW] * 3)).status == 200
    decision = send(doors, VIEW, origin=SHOP)
    assert (reply(decision).status, said(decision)["code"]) == (429, "too_many_requests")
    assert header(decision, b"access-control-allow-origin") == SHOP.encode()


def refusal_of(decision: Any) -> tuple[int, str]:
    return reply(decision).status, said(decision)["code"]

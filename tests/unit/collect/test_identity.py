"""Signed identities: whose user id is believed, at which door, and that no signature goes further than that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headwater.base.http import Request
from headwater.collect.doors import Doors
from headwater.collect.identity import is_right
from headwater.collect.model import Decision, Durable
from tests.unit.collect.doors import BROWSER_KEY, KEY, basic, events, notes, refusal, reply, said, stored
from tests.unit.collect.side_doors import SECRETS, TOKEN, VIEW, Directory, ask, make_doors, send, signed

FORGED = signed("user-1", b"a secret that was never given")
CALL = {"type": "track", "userId": "user-1", "event": "Clicked", "messageId": "m1"}
TYPES = [
    {"type": "Screen", "screenName": "x"},
    {"type": "Track", "eventName": "x"},
    {"type": "Page"},
    {"type": "Identify", "traits": {}},
    {"type": "Group", "groupId": "g"},
    {"type": "FormSubmission", "eventName": "x_responded"},
]


def required() -> Doors:
    return make_doors(Directory("require"))


def track(
    doors: Doors, body: Any, *, key: str = BROWSER_KEY, path: str = "/v1/track", query: str = "", inside: bool = False
) -> Decision:
    sent = json.dumps(body).encode()
    return doors.handle(Request(method="POST", path=path, query=query, headers=basic(key), body=sent, inside=inside))


def test_a_signature_is_hex_of_either_case_by_any_of_the_secrets() -> None:
    for secret in SECRETS:
        assert is_right("üser 1", signed("üser 1", secret), SECRETS)
        assert is_right("üser 1", signed("üser 1", secret).upper(), SECRETS)
    assert not is_right("user-1", FORGED, SECRETS)
    assert not is_right("user-1", signed("user-2"), SECRETS)
    assert not is_right("user-1", signed("user-1"), ())
    assert not is_right("user-1", signed("user-1")[:-1], SECRETS)
    assert not is_right("user-1", " " + signed("user-1"), SECRETS)


@pytest.mark.parametrize("given", TYPES)
def test_whatever_names_a_user_id_needs_its_signature(given: dict[str, Any]) -> None:
    event = given | {"userId": "user-1", "anonymousId": "a"}
    assert refusal(send(required(), event)) == (403, "identity_invalid")
    assert refusal(send(required(), event | {"hmac": FORGED})) == (403, "identity_invalid")
    assert refusal(send(required(), event | {"hmac": signed("user-2")})) == (403, "identity_invalid")
    assert events(send(required(), event | {"hmac": signed("user-1")})) == [event]


@pytest.mark.parametrize("given", TYPES)
@pytest.mark.parametrize("user_id", [None, ""])
def test_events_of_nobody_known_need_none(given: dict[str, Any], user_id: str | None) -> None:
    event = given | {"userId": user_id, "anonymousId": "a"}
    assert events(send(required(), event)) == [event]


def test_one_forged_event_refuses_all_of_its_request() -> None:
    doors = required()
    good = VIEW | {"hmac": signed("user-1")}
    decision = send(doors, [good, VIEW | {"userId": "user-2"}, VIEW | {"userId": None}, {"type": "Track"}])
    assert refusal(decision) == (403, "identity_invalid")
    assert doors.rejected["ws_1.customer-events", "identity_invalid"] == 1
    assert doors.unproven["ws_1.customer-events"] == 1


@pytest.mark.parametrize(
    "where",
    [
        lambda mac: ({"hmac": mac}, ""),
        lambda mac: ({"context": {"hmac": mac, "locale": "en"}}, ""),
        lambda mac: ({}, f"&hmac={mac}"),
        lambda mac: ({"hmac": FORGED, "context": {"hmac": 5, "locale": "en"}}, f"&hmac={mac.upper()}"),
    ],
)
def test_the_signature_is_found_at_three_places_and_kept_at_none(where: Any) -> None:
    more, query = where(signed("user-1", SECRETS[1]))
    sent = json.dumps(VIEW | more).encode()
    decision = ask(required(), "POST", "/api/events/batch", f"token={TOKEN}{query}", sent)
    (event,) = events(decision)
    assert "hmac" not in event
    assert "hmac" not in event["context"]
    assert event["context"].get("locale") == "en"
    assert isinstance(decision, Durable)
    for mac in (signed("user-1", SECRETS[1]).encode(), FORGED.encode()):
        assert not any(mac in record for record in decision.records)


@pytest.mark.parametrize("given", [None, 5, {}, [], "", "\u00e9", signed("user-1") + "0"])
def test_a_signature_may_be_anything(given: Any) -> None:
    assert refusal(send(required(), VIEW | {"hmac": given})) == (403, "identity_invalid")
    assert "hmac" not in events(send(make_doors(), VIEW | {"hmac": given}))[0]


def test_a_user_id_that_is_a_number_is_signed_as_its_text() -> None:
    event = VIEW | {"userId": 42}
    assert refusal(send(required(), event)) == (403, "identity_invalid")
    assert events(send(required(), event | {"hmac": signed("42")})) == [event]


def test_observing_counts_and_lets_pass() -> None:
    doors = make_doors(Directory("observe"))
    assert events(send(doors, [VIEW, VIEW | {"hmac": FORGED}, VIEW | {"hmac": signed("user-1")}])) == [VIEW] * 3
    assert doors.unproven["ws_1.customer-events"] == 2
    assert said(send(doors, VIEW)) == {"success": True}


def test_nothing_is_looked_at_while_it_is_off_but_no_signature_is_kept() -> None:
    doors = make_doors()
    assert events(send(doors, VIEW | {"hmac": FORGED})) == [VIEW]
    assert not doors.unproven


def test_a_refused_signature_is_not_shown_either() -> None:
    text = json.dumps(VIEW | {"hmac": FORGED, "context": {"hmac": FORGED}}).encode()
    for sent in (text, b"[" + text + b", {}]", text[:-1], b'{"hmac" : "' + FORGED.encode()):
        for note in notes(send(required(), sent)):
            assert FORGED not in note.payload
            assert '"hmac"' in note.payload


def test_the_old_door_asks_for_it_too() -> None:
    blob = "eyJ0eXBlIjoiUGFnZSIsInVzZXJJZCI6InVzZXItMSJ9"
    assert refusal(ask(required(), "GET", "/api/events", f"token={TOKEN}&blob={blob}")) == (403, "identity_invalid")
    decision = ask(required(), "GET", "/api/events", f"token={TOKEN}&blob={blob}&hmac={signed('user-1')}")
    assert events(decision) == [{"type": "Page", "userId": "user-1"}]


def test_the_tracking_api_asks_browsers_and_no_back_ends() -> None:
    assert refusal(track(required(), CALL)) == (400, "identity_invalid")
    assert refusal(track(required(), CALL | {"hmac": FORGED})) == (400, "identity_invalid")
    assert refusal(track(required(), CALL, path="/v1/identify")) == (400, "identity_invalid")
    assert events(track(required(), CALL, key=KEY)) == [CALL]
    assert events(track(required(), CALL, inside=True)) == [CALL]
    assert events(track(required(), CALL | {"hmac": signed("user-1")})) == [CALL]
    anonymous = {"anonymousId": "a", "event": "Clicked"}
    assert events(track(required(), anonymous)) == [anonymous]


def test_an_unsigned_item_of_a_batch_is_refused_alone() -> None:
    items = [CALL, CALL | {"hmac": signed("user-1")}, CALL | {"context": {"hmac": signed("user-1")}}]
    decision = track(required(), {"batch": items}, path="/v1/batch")
    assert [(item["index"], item["code"]) for item in said(decision)["rejected"]] == [(0, "identity_invalid")]
    assert events(decision) == [CALL, CALL | {"context": {}}]


def test_a_batch_s_context_signs_all_of_its_items_and_is_kept_without_the_signature() -> None:
    context = {"hmac": signed("user-1"), "locale": "en"}
    other = CALL | {"userId": "user-2"}
    decision = track(required(), {"batch": [CALL, other], "context": context}, path="/v1/batch")
    assert [item["index"] for item in said(decision)["rejected"]] == [1]
    (record,) = stored(decision)
    assert json.loads(bytes(record.context)) == {"locale": "en"}


def test_the_query_signs_too() -> None:
    assert events(track(required(), CALL, query=f"hmac={signed('user-1')}")) == [CALL]


def test_the_pixel_of_a_browser_source() -> None:
    doors = required()
    query = f"writeKey={BROWSER_KEY}&userId=user-1&event=Opened"
    assert not isinstance(ask(doors, "GET", "/v1/pixel/track", query), Durable)
    assert reply(ask(doors, "GET", "/v1/pixel/track", query)).status == 200
    (event,) = events(ask(doors, "GET", "/v1/pixel/track", f"{query}&hmac={signed('user-1')}"))
    assert event["event"] == "Opened"
    assert "hmac" not in event


@pytest.mark.parametrize(("verification", "flag"), [("require", True), ("observe", False), ("off", False)])
def test_records_of_browsers_say_whether_ids_had_to_be_signed(verification: str, flag: bool) -> None:
    doors = make_doors(Directory(verification))
    anonymous = {"anonymousId": "a", "event": "Clicked"}
    of_pages = [
        send(doors, {"type": "Page", "anonymousId": "a"}),
        track(doors, anonymous),
        track(doors, {"batch": [anonymous | {"type": "track"}]}, path="/v1/batch"),
        track(doors, anonymous, inside=True),
    ]
    assert [record.ids_signed for decision in of_pages for record in stored(decision)] == [flag] * 4
    of_back_ends = [track(doors, CALL, key=KEY), track(doors, {"batch": [CALL]}, key=KEY, path="/v1/batch")]
    assert [record.ids_signed for decision in of_back_ends for record in stored(decision)] == [None] * 2

"""Batches: good items are stored and bad ones named; what holds for the whole is checked as a whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headwater.collect.door import Durable
from tests.unit.collect.doors import (
    BROWSER_KEY,
    TRACK,
    Time,
    events,
    make_door,
    notes,
    post,
    refusal,
    reply,
    said,
    stored,
)

ITEM = TRACK | {"type": "track"}


def test_good_items_are_stored_and_bad_ones_named() -> None:
    door = make_door()
    batch = [ITEM, ITEM | {"userId": 5}, 7, ITEM | {"type": "nope"}, ITEM | {"event": "Second"}]
    decision = post(door, "/v1/batch", {"batch": batch})
    assert events(decision) == [batch[0], batch[4]]
    assert reply(decision).status == 200
    answer = said(decision)
    assert answer["success"] is True
    assert [(item["index"], item["code"]) for item in answer["rejected"]] == [
        (1, "id_not_string"),
        (2, "bad_request"),
        (3, "type_not_known"),
    ]
    assert set(answer["rejected"][0]) == {"index", "code", "message"}
    assert [note.code for note in notes(decision)] == ["id_not_string", "bad_request", "type_not_known"]
    assert door.rejected == {("src_1", code): 1 for code in ("id_not_string", "bad_request", "type_not_known")}


def test_when_no_item_is_good_the_first_reason_is_that_of_all() -> None:
    batch = [ITEM | {"event": None}, ITEM | {"userId": 5}]
    assert refusal(post(make_door(), "/v1/batch", {"batch": batch})) == (400, "event_not_defined")


def test_an_item_must_name_its_kind() -> None:
    assert refusal(post(make_door(), "/v1/batch", {"batch": [TRACK]})) == (400, "type_not_known")


@pytest.mark.parametrize("batch", [{"batch": []}, {"batch": None}, {}, {"Batch": [ITEM]}])
def test_a_batch_without_events(batch: dict[str, Any]) -> None:
    assert refusal(post(make_door(), "/v1/batch", batch)) == (400, "empty_batch")


@pytest.mark.parametrize("body", [b"[]", b"5", b'{"batch":{}}', b'{"batch":"x"}', b'{"batch":5}'])
def test_what_is_no_batch(body: bytes) -> None:
    assert refusal(post(make_door(), "/v1/batch", body)) == (400, "bad_request")


def test_2500_items_are_stored_and_one_more_is_not() -> None:
    item = {"type": "track", "userId": "u", "event": "e"}
    assert len(events(post(make_door(), "/v1/batch", {"batch": [item] * 2500}))) == 2500
    assert refusal(post(make_door(), "/v1/batch", {"batch": [item] * 2501})) == (400, "payload_too_large")


def test_512000_bytes_are_stored_and_one_more_is_not() -> None:
    items = b",".join([json.dumps(ITEM | {"properties": {"a": "x" * 20_000}}).encode()] * 20)
    frame = b'{"batch":[' + items + b'],"pad":"%s"}'
    room = 512_000 - len(frame % b"")
    assert len(events(post(make_door(), "/v1/batch", frame % (b"x" * room)))) == 20
    assert refusal(post(make_door(), "/v1/batch", frame % (b"x" * (room + 1)))) == (400, "payload_too_large")


def test_an_item_over_32_kib_is_refused_alone() -> None:
    decision = post(make_door(), "/v1/batch", {"batch": [ITEM | {"properties": {"a": "x" * 33_000}}, ITEM]})
    assert events(decision) == [ITEM]
    assert said(decision)["rejected"][0]["code"] == "payload_too_large"


def test_what_the_batch_says_stands_beside_its_events() -> None:
    batch = {
        "batch": [ITEM],
        "context": {"library": {"name": "mine"}},
        "integrations": {"All": False},
        "sentAt": "2026-11-21T09:17:41+00:00",
    }
    (record,) = stored(post(make_door(), "/v1/batch", batch))
    assert json.loads(bytes(record.context)) == batch["context"]
    assert json.loads(bytes(record.integrations)) == batch["integrations"]
    assert record.sent_at == batch["sentAt"]


def test_what_the_batch_leaves_out_is_absent() -> None:
    empty = {"batch": [ITEM], "context": None, "integrations": None, "sentAt": None}
    for batch in ({"batch": [ITEM]}, empty, empty | {"sentAt": ""}):
        (record,) = stored(post(make_door(), "/v1/batch", batch))
        assert (bytes(record.context), bytes(record.integrations), record.sent_at) == (b"", b"", None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"context": []}, "context_not_object"),
        ({"context": 5}, "context_not_object"),
        ({"integrations": "x"}, "integrations_not_object"),
        ({"sentAt": 1_700_000_000}, "timestamp_invalid"),
        ({"sentAt": "soon"}, "timestamp_invalid"),
        ({"context": {"a": "x" * 33_000}}, "payload_too_large"),
    ],
)
def test_what_holds_for_all_must_be_right(fields: dict[str, Any], code: str) -> None:
    assert refusal(post(make_door(), "/v1/batch", {"batch": [ITEM]} | fields)) == (400, code)


def test_a_context_must_not_swell_a_batch_beyond_measure() -> None:
    context = {"a": "x" * 20_000}
    item = {"type": "track", "userId": "u", "event": "e"}
    assert stored(post(make_door(), "/v1/batch", {"batch": [item] * 400, "context": context}))
    decision = post(make_door(), "/v1/batch", {"batch": [item] * 500, "context": context})
    assert refusal(decision) == (400, "payload_too_large")


def nested(levels: int) -> Any:
    deep: Any = 1
    for _ in range(levels):
        deep = {"d": deep}
    return deep


def test_100_levels_are_stored_and_101_are_not() -> None:
    batch = [ITEM | {"properties": nested(99)}, ITEM | {"properties": nested(100)}]
    decision = post(make_door(), "/v1/batch", {"batch": batch})
    assert events(decision) == [batch[0]]
    assert said(decision)["rejected"][0]["code"] == "nested_too_deep"
    deep_context = {"batch": [ITEM], "context": nested(101)}
    assert refusal(post(make_door(), "/v1/batch", deep_context)) == (400, "nested_too_deep")


def test_nesting_beyond_the_parser_is_refused_not_followed() -> None:
    for levels in (900, 980, 990, 1000, 5000, 200_000):
        body = b'{"batch":[' + b"[" * levels + b"]" * levels + b"]}"
        assert refusal(post(make_door(), "/v1/batch", body))[0] == 400
        assert refusal(post(make_door(), "/v1/track", body, key=None))[0] in (400, 401)
        assert refusal(post(make_door(), "/v1/batch", body, key=None))[0] in (400, 401)


def test_half_a_surrogate_pair_costs_one_event_not_the_batch() -> None:
    cut = rb'{"type":"track","userId":"u","event":"e","properties":{"t":"Hello \ud83d"}}'
    whole = rb'{"type":"track","userId":"u","event":"\ud83e\udd86","properties":{"t":"\\ud83d \ue000"}}'
    decision = post(make_door(), "/v1/batch", b'{"batch":[' + cut + b"," + whole + b"," + cut + b"]}")
    assert events(decision) == [json.loads(whole)]
    assert [item["index"] for item in said(decision)["rejected"]] == [0, 2]
    assert "surrogate" in said(decision)["rejected"][0]["message"]


@pytest.mark.parametrize(
    "body",
    [
        rb'{"batch":[{"type":"track","userId":"u","event":"e"}],"context":{"t":"\udc00"}}',
        rb'{"userId":"u","event":"\ud83d"}',
    ],
)
@pytest.mark.parametrize("path", ["/v1/batch", "/v1/track"])
def test_half_a_pair_anywhere_else_refuses_the_request(path: str, body: bytes) -> None:
    assert refusal(post(make_door(), path, body))[0] == 400


def test_half_a_pair_in_the_key_is_no_key() -> None:
    body = rb'{"batch":[{"type":"track","userId":"u","event":"e"}],"writeKey":"\ud83d"}'
    assert refusal(post(make_door(), "/v1/batch", body, key=None)) == (401, "invalid_write_key")


def test_a_text_that_uses_up_every_marker_is_refused() -> None:
    used = "".join(f"\\u{code:04x}" for code in range(0xE000, 0xE040)).encode()
    body = b'{"userId":"u","event":"' + used + rb'\ud83d"}'
    assert refusal(post(make_door(), "/v1/track", body)) == (400, "bad_request")


def test_the_address_is_recorded_for_browsers_and_for_who_asks() -> None:
    direct = ITEM | {"context": {"direct": True}}
    assert [r.ip for r in stored(post(make_door(), "/v1/track", TRACK))] == [None]
    assert [r.ip for r in stored(post(make_door(), "/v1/track", direct))] == ["203.0.113.9"]
    assert [r.ip for r in stored(post(make_door(), "/v1/track", TRACK, key=BROWSER_KEY))] == ["203.0.113.9"]
    all_direct = {"batch": [ITEM], "context": {"direct": True}}
    assert [r.ip for r in stored(post(make_door(), "/v1/batch", all_direct))] == ["203.0.113.9"]


@pytest.mark.parametrize("said_so", [False, "true", 1, None, {}])
def test_direct_is_true_or_it_is_not(said_so: object) -> None:
    item = ITEM | {"context": {"direct": said_so}}
    assert [record.ip for record in stored(post(make_door(), "/v1/track", item))] == [None]


def test_events_keep_their_order_when_only_some_carry_the_address() -> None:
    direct = {"context": {"direct": True}}
    batch = [ITEM | {"event": str(n)} | (direct if n in (2, 3) else {}) for n in range(6)]
    decision = post(make_door(), "/v1/batch", {"batch": batch})
    records = stored(decision)
    assert events(decision) == batch
    assert [(record.ip, len(record.events)) for record in records] == [(None, 2), ("203.0.113.9", 2), (None, 2)]


def test_a_bad_client_cannot_fill_the_disk_with_notes() -> None:
    clock = Time()
    door = make_door(clock)
    batch = {"batch": [ITEM] + [ITEM | {"userId": 5}] * 100}
    decision = post(door, "/v1/batch", batch)
    assert len(notes(decision)) == 20
    assert len(said(decision)["rejected"]) == 100
    assert door.rejected["src_1", "id_not_string"] == 100
    assert notes(post(door, "/v1/batch", batch)) == []
    clock.seconds += 0.5
    assert len(notes(post(door, "/v1/batch", batch))) == 10
    clock.seconds += 60
    assert len(notes(post(door, "/v1/batch", batch))) == 20


def test_a_note_keeps_the_beginning_of_what_was_refused() -> None:
    decision = post(make_door(), "/v1/batch", {"batch": [ITEM | {"userId": 5, "x": "y" * 5000}, ITEM]})
    (note,) = notes(decision)
    assert isinstance(decision, Durable)
    assert note.payload.startswith('{"userId": 5')
    assert len(note.payload.encode()) == 2048
    assert (note.source_id, note.workspace_id, note.received_ms) == ("src_1", "ws_1", 1_700_000_000_500)

"""Which key counts, and what becomes of a request without a right one."""

from __future__ import annotations

import base64
import json

import pytest

from headwater.collect import keys
from tests.unit.collect.doors import (
    BROWSER_KEY,
    DISABLED_KEY,
    KEY,
    TRACK,
    basic,
    events,
    header,
    make_door,
    notes,
    post,
    refusal,
    said,
    stored,
)

UNKNOWN = (401, "invalid_write_key")
ITEM = TRACK | {"type": "track"}


@pytest.mark.parametrize(
    "authorization",
    [
        b"Basic " + base64.b64encode(f"{KEY}:".encode()),
        b"Basic " + base64.b64encode(KEY.encode()),
        b"Basic " + base64.b64encode(f"{KEY}:password".encode()),
        b"basic " + base64.b64encode(f"{KEY}:".encode()),
        b"Basic  " + base64.b64encode(f"{KEY}:".encode()).rstrip(b"="),
    ],
)
def test_basic_with_and_without_colon(authorization: bytes) -> None:
    door = make_door()
    for _ in range(2):
        decision = post(door, "/v1/track", TRACK, key=None, headers={b"authorization": authorization})
        assert stored(decision)[0].source_id == "src_1"


@pytest.mark.parametrize(
    "authorization",
    [
        b"Basic",
        b"Basic ",
        b"Basic !!!",
        b"Basic " + base64.b64encode(b":"),
        b"Basic " + base64.b64encode(b"\xff\xfe:"),
        b"Basic " + base64.b64encode(b"not-a-key:"),
        b"Basic " + base64.b64encode(KEY.upper().encode()),
    ],
)
def test_a_wrong_basic_header_decides_even_beside_a_right_key_in_the_body(authorization: bytes) -> None:
    decision = post(
        make_door(), "/v1/track", TRACK | {"writeKey": KEY}, key=None, headers={b"authorization": authorization}
    )
    assert refusal(decision) == UNKNOWN


@pytest.mark.parametrize("authorization", [b"Bearer some-token", b"Digest x", b""])
def test_any_other_header_leaves_it_to_the_body(authorization: bytes) -> None:
    headers = {b"authorization": authorization}
    decision = post(make_door(), "/v1/track", TRACK | {"writeKey": KEY}, key=None, headers=headers)
    assert stored(decision)[0].source_id == "src_1"
    assert refusal(post(make_door(), "/v1/track", TRACK, key=None, headers=headers)) == UNKNOWN


def test_the_header_goes_before_the_body() -> None:
    decision = post(make_door(), "/v1/track", TRACK | {"writeKey": BROWSER_KEY}, key=KEY)
    assert stored(decision)[0].source_id == "src_1"


@pytest.mark.parametrize("key", [None, "", "unknown", 5, True, [KEY], {"a": KEY}, KEY + " ", KEY[:-1]])
@pytest.mark.parametrize(("path", "body"), [("/v1/track", TRACK), ("/v1/batch", {"batch": [ITEM]})])
def test_missing_empty_malformed_and_unknown_keys_are_401(path: str, body: dict[str, object], key: object) -> None:
    door = make_door()
    assert refusal(post(door, path, body | {"writeKey": key}, key=None)) == UNKNOWN
    assert door.rejected == {("", "invalid_write_key"): 1}


def test_a_batch_takes_its_key_from_the_body() -> None:
    decision = post(make_door(), "/v1/batch", {"writeKey": KEY, "batch": [ITEM]}, key=None)
    assert stored(decision)[0].source_id == "src_1"


def test_a_batch_takes_its_key_from_its_items() -> None:
    batch = {"batch": [ITEM, ITEM | {"writeKey": KEY}, ITEM | {"writeKey": KEY}]}
    assert len(events(post(make_door(), "/v1/b", batch, key=None))) == 3


def test_items_of_another_source_are_not_filed_under_the_first_one() -> None:
    batch = {"batch": [ITEM | {"writeKey": KEY}, ITEM | {"writeKey": BROWSER_KEY}, ITEM | {"writeKey": 5}]}
    decision = post(make_door(), "/v1/b", batch, key=None)
    assert len(events(decision)) == 1
    assert [(item["index"], item["code"]) for item in said(decision)["rejected"]] == [
        (1, "invalid_write_key"),
        (2, "invalid_write_key"),
    ]


def test_keys_in_items_do_not_matter_once_the_batch_has_one() -> None:
    batch = {"batch": [ITEM | {"writeKey": BROWSER_KEY}]}
    assert stored(post(make_door(), "/v1/b", batch))[0].source_id == "src_1"
    assert stored(post(make_door(), "/v1/b", batch | {"writeKey": KEY}, key=None))[0].source_id == "src_1"


def test_an_unknown_key_leaves_no_note_and_is_not_repeated() -> None:
    decision = post(make_door(), "/v1/track", TRACK, key="some-secret-thing")
    assert refusal(decision) == UNKNOWN
    assert "some-secret" not in json.dumps(said(decision))


def test_the_key_is_looked_at_before_the_body() -> None:
    assert refusal(post(make_door(), "/v1/track", b"{", key="unknown")) == UNKNOWN
    assert refusal(post(make_door(), "/v1/track", b"{", key=None)) == (400, "bad_request")


def test_a_disabled_source_is_answered_200_and_its_events_are_marked() -> None:
    decision = post(make_door(), "/v1/track", TRACK, key=DISABLED_KEY)
    assert [record.fate for record in stored(decision)] == ["source_disabled"]


def test_a_disabled_source_refuses_what_any_source_refuses() -> None:
    decision = post(make_door(), "/v1/track", {"event": "x"}, key=DISABLED_KEY)
    assert refusal(decision) == (400, "no_user_anon_id")
    assert notes(decision)[0].source_id == "src_3"


def test_headers_beyond_measure_are_forgotten_not_hoarded() -> None:
    reader = keys.HeaderKeys()
    for number in range(10_000):
        reader.key(b"Basic %d" % number)
    assert len(reader._read) <= 4096
    reader.key(b"Basic " + b"A" * 60_000)
    assert all(len(header) <= 200 for header in reader._read)
    assert reader.key(basic(KEY)[b"authorization"]) == KEY


def test_a_key_that_is_withdrawn_opens_nothing_more() -> None:
    door = make_door()
    assert header(post(door, "/v1/track", TRACK), b"content-type") == b"application/json"
    door._directory.by_key.pop(KEY)  # pyright: ignore[reportAttributeAccessIssue]
    assert refusal(post(door, "/v1/track", TRACK)) == UNKNOWN

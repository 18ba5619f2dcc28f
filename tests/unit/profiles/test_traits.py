"""Which value a trait has, and what of an event's traits is kept."""

from __future__ import annotations

import json

import msgspec
import pytest

from headwater.profiles import bounds, traits
from headwater.profiles.occurrence import AHEAD_MS, FIRST_MS, happened_ms, milliseconds, order_of
from headwater.profiles.refusals import Refusal
from tests.unit.profiles.room import START_MS, WORKSPACE, Room, event, identify


def test_the_latest_by_its_own_time_wins() -> None:
    room = Room()
    room.take(identify(at_s=10, traits={"plan": "pro", "seats": 3}))
    room.take(identify(at_s=5, received_s=20, traits={"plan": "free", "city": "Ulm"}))
    assert room.traits("u1") == {"plan": "pro", "seats": 3, "city": "Ulm"}


def test_of_two_at_one_time_the_one_received_later_wins() -> None:
    room = Room()
    room.take(identify(received_s=9, traits={"plan": "second"}))
    room.take(identify(received_s=8, traits={"plan": "first"}))
    assert room.traits("u1") == {"plan": "second"}


def test_null_clears_and_an_older_value_does_not_come_back() -> None:
    room = Room()
    room.take(identify(at_s=1, traits={"plan": "pro"}))
    room.take(identify(at_s=3, traits={"plan": None}))
    room.take(identify(at_s=2, received_s=4, traits={"plan": "old"}))
    assert room.traits("u1") == {}
    room.take(identify(at_s=5, traits={"plan": "new"}))
    assert room.traits("u1") == {"plan": "new"}


def test_a_nested_value_is_one_value() -> None:
    room = Room()
    room.take(identify(at_s=1, traits={"company": {"name": "Acme", "plan": {"seats": 3}}, "tags": ["a", 1, None]}))
    room.take(identify(at_s=2, traits={"company": {"name": "Acme"}}))
    assert room.traits("u1") == {"company": {"name": "Acme"}, "tags": ["a", 1, None]}


def test_names_that_differ_by_case_are_different_traits() -> None:
    room = Room()
    room.take(identify(traits={"email": "a@x.com", "Email": "B@x.com", "EMAIL": 7, "": "no name", " ": 1}))
    assert room.traits("u1") == {"email": "a@x.com", "Email": "B@x.com", "EMAIL": 7, "": "no name", " ": 1}


def test_values_are_kept_to_the_letter() -> None:
    room = Room()
    text = '{"big":123456789012345678901234567890,"f":1.50,"e":1e999,"t":"caf\\u00e9 \\ud83e\\udd86","o":{"a":1e-7}}'
    event = msgspec.structs.replace(identify(), traits=msgspec.Raw(text.encode()))
    room.take(event)
    kept = room.known("u1").traits
    assert kept["big"].value == b"123456789012345678901234567890"
    assert kept["f"].value == b"1.50"
    told = room.traits("u1")
    assert told["big"] == 123456789012345678901234567890 or told["big"] == "123456789012345678901234567890"
    assert (told["e"], told["t"], told["o"]) == ("1e999", "café 🦆", {"a": 1e-7})


def test_ten_thousand_traits_are_bounded_and_the_newest_stay() -> None:
    room = Room()
    for part in range(10):
        room.take(identify(at_s=part, traits={f"t{part}_{n}": n for n in range(1_000)}))
    room.take(identify(at_s=99, traits={"plan": "pro"}))
    kept = room.traits("u1")
    assert len(kept) == bounds.MAX_TRAITS
    assert kept["plan"] == "pro"
    assert sum(name.startswith("t9_") for name in kept) == 1_000
    assert room.known("u1").refused == {"trait_dropped": 8_001}


def test_long_texts_are_bounded_and_cost_no_other_trait() -> None:
    room = Room()
    room.take(identify(traits={"bio": "short", "plan": "pro"}))
    room.take(identify(at_s=1, traits={"bio": "x" * 30_000, "n" * 300: 1, "plan": "team"}))
    assert room.traits("u1") == {"bio": "short", "plan": "team"}
    assert room.known("u1").refused == {"trait_too_long": 1, "trait_name_too_long": 1}


def test_all_the_traits_of_one_person_take_only_so_much_room() -> None:
    room = Room()
    room.take(*(identify(at_s=n, traits={f"t{n}": "x" * 8_000}) for n in range(200)))
    kept = room.known("u1").traits
    assert sum(len(each.value) for each in kept.values()) <= bounds.MAX_TRAITS_BYTES
    assert "t199" in kept
    assert "t0" not in kept


@pytest.mark.parametrize("text", [b"", b"null", b"[]", b"7", b'"x"'])
def test_traits_that_are_no_object_say_nothing(text: bytes) -> None:
    found, refused = traits.read(msgspec.Raw(text), 0, 0)
    assert found == {}
    assert refused == ([] if text == b"" else [Refusal.TRAITS_UNREADABLE])


def test_identify_without_traits_identifies_nobody() -> None:
    room = Room()
    room.take(
        identify("u1"), identify("u2", traits={}), identify("u3", traits={"a": None}), identify("u4", traits={"a": 1})
    )
    assert [room.known(f"u{n}").identified for n in (1, 2, 3, 4)] == [False, False, True, True]


def test_a_clock_that_is_years_ahead_counts_for_five_minutes() -> None:
    room = Room()
    room.take(identify(at_s=10 * 365 * 86_400, received_s=0, traits={"plan": "from the future"}))
    (trait,) = room.known("u1").traits.values()
    assert trait.at_ms == START_MS + AHEAD_MS
    assert room.known("u1").last_seen_ms == START_MS
    room.take(identify(at_s=600, traits={"plan": "now"}))
    assert room.traits("u1") == {"plan": "now"}


def test_a_clock_that_is_years_behind_loses_to_what_is_known() -> None:
    room = Room()
    room.take(identify(at_s=0, traits={"plan": "now"}))
    room.take(identify(at_s=-50 * 365 * 86_400, received_s=1, traits={"plan": "long ago", "city": "Ulm"}))
    assert room.traits("u1") == {"plan": "now", "city": "Ulm"}


@pytest.mark.parametrize(
    ("timestamp", "first"),
    [
        ("0001-01-01T00:00:00.000Z", START_MS + 60_000),
        ("1999-12-31T23:59:59.999Z", START_MS + 60_000),
        ("2000-01-01T00:00:00.000Z", FIRST_MS),
        ("2019-05-05T00:00:00.000Z", 1_557_014_400_000),
        ("9999-12-31T23:59:59.999Z", START_MS + 60_000),
    ],
)
@pytest.mark.parametrize("known", [False, True])
def test_nobody_was_here_before_the_year_2000_nor_after_their_event(timestamp: str, first: int, known: bool) -> None:
    room = Room()
    if known:
        room.take(identify(at_s=60, traits={"n": 0}))
    given = {"user_id": "u1", "timestamp": timestamp, "at_s": 60}
    room.take(event("page", **given), event("group", group_id="g1", traits={"n": 1}, **given))
    person = room.known("u1")
    assert (person.first_seen_ms, person.last_seen_ms) == (first, START_MS + 60_000 if known else first)
    group = room.view.group(WORKSPACE, "g1")
    assert group is not None
    assert (group.first_seen_ms, group.last_seen_ms) == (first, first)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01.500Z", 1_500),
        ("1969-12-31T23:59:59.000Z", -1_000),
        ("0001-01-01T00:00:00.000Z", -62_135_596_800_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("2023-11-14T22:13:20.123456Z", 1_700_000_000_123),
        ("no time", 0),
    ],
)
def test_times_are_read(text: str, expected: int) -> None:
    assert milliseconds(text) == expected
    assert happened_ms(text, 0) == min(expected, AHEAD_MS)


def test_orders_grow_with_the_time_of_receipt_and_fit_an_integer_of_the_file() -> None:
    assert order_of(5, 9) < order_of(6, 1) < order_of(253_402_300_799_999, 10**9) < 2**63
    assert order_of(5, 0) < order_of(5, 1) < order_of(5, 2_500) < order_of(5, 10**9) < order_of(6, 0)
    assert order_of(-5, 0) >= 0


def test_of_one_request_the_later_call_wins_and_a_replay_changes_nothing() -> None:
    room = Room()
    calls = [event("identify", user_id="u1", at_s=1, received_s=1, traits={"plan": plan}) for plan in "zcbax"]
    room.take(*calls)
    assert room.everybody()[0]["traits"] == {"plan": "x"}
    for each in calls:
        room.take(each, replay="rpl_1")
    assert room.everybody()[0]["traits"] == {"plan": "x"}
    room.take(event("identify", user_id="u1", at_s=1, received_s=1, traits={"plan": "a"}))
    assert room.everybody()[0]["traits"] == {"plan": "a"}


def test_texts_are_written_one_way_so_that_people_are_found_by_them() -> None:
    room = Room()
    raw = msgspec.Raw(b'{"city":"M\\u00fcnchen","path":"a\\/b"}')
    room.take(msgspec.structs.replace(identify("u1"), traits=raw), identify("u2", traits={"city": "Ulm"}))
    assert room.known("u1").traits["city"].value == json.dumps("München", ensure_ascii=False).encode()
    assert room.known("u1").traits["path"].value == b'"a/b"'

"""Whom events are about: which ids stand for somebody, who becomes one with whom, and what is refused."""

from __future__ import annotations

import pytest

from headwater.base.event import CleanEvent
from headwater.profiles import bounds, identity
from headwater.profiles.refusals import Refusal
from tests.unit.profiles.room import Room, event, identify


@pytest.mark.parametrize(
    "id",
    ["null", "NULL", " undefined ", "anonymous", "0", "-1", "", "   ", "none", "NaN", "[object Object]", "000-000",
     "00000000-0000-0000-0000-000000000000", "unknown", "\t\n"],
)  # fmt: skip
def test_what_stands_for_nobody_is_no_id(id: str) -> None:
    assert identity.flaw(id) is Refusal.ID_BLOCKED


@pytest.mark.parametrize(
    "id", ["1", "nullable", "a b", "🦆", "x" * 300, "00000000-0000-0000-0000-000000000001", "-" + "1" * 2]
)
def test_everything_else_is_one(id: str) -> None:
    assert identity.flaw(id) is None


def test_an_id_beyond_all_measure_is_none() -> None:
    assert identity.flaw("x" * (bounds.MAX_ID_CHARS + 1)) is Refusal.ID_TOO_LONG


def test_odd_ids_are_told_apart_to_the_letter() -> None:
    room = Room()
    ids = ["Ann", "ann", " ann", "🦆", "🦆🦆", "x" * 300, "per_x", "u1:ann", "a%b_c", "tab\there", "NUL\x00in"]
    room.take(*(identify(id, traits={"name": id}) for id in ids))
    assert len(room.everybody()) == len(ids)
    for id in ids:
        assert room.traits(id) == {"name": id}


def test_an_anonymous_person_becomes_known() -> None:
    room = Room()
    room.take(event("page", anonymous_id="a1"))
    before = room.anonymous("a1")
    assert before is not None
    assert not before.is_known
    room.take(identify("u1", anonymous_id="a1", at_s=5, traits={"plan": "pro"}))
    after = room.known("u1")
    assert (after.id, after.ref) == (before.id, before.ref)
    assert after.first_seen_ms == before.first_seen_ms
    assert set(after.anonymous_ids) == {"a1"}


def test_an_anonymous_person_goes_into_a_known_one() -> None:
    room = Room()
    room.take(
        identify("u1", traits={"plan": "pro"}), identify(None, anonymous_id="a1", at_s=-9, traits={"city": "Ulm"})
    )
    assert len(room.everybody()) == 2
    id = room.known("u1").id
    room.take(event("track", event="X", user_id="u1", anonymous_id="a1", at_s=1))
    (person,) = room.everybody()
    assert person["id"] == id
    assert person["traits"] == {"plan": "pro", "city": "Ulm"}
    assert room.anonymous("a1") == room.user("u1")


def test_a_device_goes_to_whom_it_was_last_seen_with() -> None:
    room = Room()
    room.take(identify("u1", anonymous_id="a1", traits={"n": 1}))
    room.take(identify("u2", anonymous_id="a1", at_s=60, traits={"n": 2}))
    room.take(event("page", anonymous_id="a1", at_s=61))
    assert room.anonymous("a1") == room.user("u2")
    assert room.known("u2").last_seen_ms > room.known("u1").last_seen_ms
    assert room.known("u1").anonymous_ids == {}
    assert (room.traits("u1"), room.traits("u2")) == ({"n": 1}, {"n": 2})
    room.take(event("page", user_id="u1", anonymous_id="a1", at_s=30))  # late: that was before
    assert room.anonymous("a1") == room.user("u2")
    room.take(event("page", user_id="u1", anonymous_id="a1", at_s=90))
    assert room.anonymous("a1") == room.user("u1")


def test_an_alias_makes_one_of_two() -> None:
    room = Room()
    room.take(identify("old@x.com", traits={"plan": "free", "seats": 2}))
    room.take(identify("u1", at_s=1, traits={"plan": "pro"}))
    room.take(event("alias", user_id="u1", previous_id="old@x.com", at_s=2))
    (person,) = room.everybody()
    assert person["traits"] == {"plan": "pro", "seats": 2}
    assert set(person["userIds"]) == {"u1", "old@x.com"}


def test_an_alias_of_whom_nobody_knew_yet_counts_later() -> None:
    room = Room()
    room.take(event("alias", user_id="u1", previous_id="old"))
    room.take(identify("old", at_s=5, traits={"plan": "pro"}))
    assert room.user("old") == room.user("u1")
    assert room.known("u1").user_id == "u1"


def test_aliases_may_go_in_circles() -> None:
    room = Room()
    names = ["a", "b", "c"]
    for user_id, previous_id in [*zip(names, [*names[1:], names[0]], strict=True)] * 2 + [("a", "a")]:
        room.take(event("alias", user_id=user_id, previous_id=previous_id))
    assert len(room.everybody()) == 1
    assert set(room.known("a").user_ids) == set(names)


def test_a_person_has_a_few_user_ids_at_most() -> None:
    room = Room()
    ids = [f"u{number}" for number in range(bounds.MAX_USER_IDS + 2)]
    room.take(*(identify(id, traits={"n": id}) for id in ids))
    room.take(*(event("alias", user_id="u0", previous_id=id) for id in ids[1:]))
    person = room.known("u0")
    assert len(person.user_ids) == bounds.MAX_USER_IDS
    assert room.view.shape(person)["refusedMerges"] == {"user_id_limit": 2}
    assert room.store.refusals("w1") == {"user_id_limit": 2}
    assert room.traits(ids[-1]) == {"n": ids[-1]}


def test_a_browser_cannot_take_somebody_over_where_ids_are_signed() -> None:
    room = Room()
    room.sources.verification = "require"
    room.take(identify("victim", traits={"plan": "pro"}), identify("thief", traits={"plan": "free"}))
    room.take(event("alias", source_id="browser", user_id="thief", previous_id="victim"))
    assert room.user("thief") != room.user("victim")
    assert room.view.shape(room.known("thief"))["refusedMerges"] == {"alias_unproven": 1}
    room.take(event("alias", source_id="browser", user_id="thief", previous_id="nobody-yet"))
    assert room.user("nobody-yet") is None
    room.take(event("alias", user_id="thief", previous_id="victim"))
    assert room.user("thief") == room.user("victim")


def alias_by(source_id: str, ids_signed: bool | None, *, at_s: float = 0.0) -> CleanEvent:
    ids = {"user_id": "thief", "previous_id": "victim"}
    return event("alias", source_id=source_id, ids_signed=ids_signed, at_s=at_s, **ids)


@pytest.mark.parametrize(
    ("required_then", "required_now", "merged"),
    [(True, "off", False), (False, "require", True), (None, "require", False), (None, "off", True)],
)
def test_an_alias_is_judged_by_what_was_required_when_it_came(
    required_then: bool | None, required_now: str, merged: bool
) -> None:
    """Where that was not written down, by what is required today."""
    room = Room()
    room.sources.verification = required_now
    room.take(identify("victim", traits={"plan": "pro"}), identify("thief", traits={"plan": "free"}))
    room.take(alias_by("browser", required_then), replay="r1")
    assert (room.user("thief") == room.user("victim")) is merged


def test_what_a_back_end_says_is_not_asked_for_a_signature() -> None:
    room = Room()
    room.sources.verification = "require"
    room.take(identify("victim", traits={"plan": "pro"}), identify("thief", traits={"plan": "free"}))
    room.take(alias_by("server", None))
    assert room.user("thief") == room.user("victim")


def externals(*ids: tuple[str, str]) -> dict[str, object]:
    return {"externalIds": [{"id": id, "type": type, "collection": "users", "encoding": "none"} for type, id in ids]}


def test_external_ids_bring_people_together() -> None:
    room = Room()
    room.take(event("track", event="X", anonymous_id="a1", context=externals(("braze", "7"))))
    room.take(identify("u1", at_s=1, traits={"n": 1}, context=externals(("braze", "7"))))
    (person,) = room.everybody()
    assert (person["userIds"], person["anonymousIds"], person["externalIds"]) == (["u1"], ["a1"], ["braze:7"])


def test_an_external_id_of_somebody_else_is_refused() -> None:
    room = Room()
    room.take(identify("u1", traits={"n": 1}, context=externals(("braze", "7"))))
    room.take(identify("u2", traits={"n": 2}, context=externals(("braze", "7"), ("braze", "null"))))
    assert len(room.everybody()) == 2
    assert room.view.shape(room.known("u2"))["refusedMerges"] == {"known_to_another": 1}


def test_a_browser_says_nothing_of_external_ids() -> None:
    room = Room()
    room.take(identify("u1", traits={"n": 1}, context=externals(("braze", "7"))))
    room.take(event("page", source_id="browser", anonymous_id="thief", context=externals(("braze", "7"))))
    assert room.anonymous("thief") != room.user("u1")


@pytest.mark.parametrize(
    "context", [{"externalIds": 7}, {"externalIds": [7, {}, {"id": 7, "type": "x"}]}, {"externalIds": {}}]
)
def test_external_ids_of_another_form_are_left_out(context: object) -> None:
    room = Room()
    room.take(identify("u1", traits={"n": 1}, context=context))
    assert room.known("u1").external_ids == {}


def test_who_has_no_usable_id_is_nobody_and_the_event_is_done() -> None:
    room = Room()
    room.take(identify("null", traits={"plan": "pro"}), event("page", anonymous_id="undefined"))
    assert room.everybody() == []
    assert room.store.counts("w1").done == 2
    assert room.store.refusals("w1") == {"id_blocked": 2}


def test_a_bad_user_id_beside_a_good_anonymous_one_is_left_out() -> None:
    room = Room()
    room.take(
        identify("undefined", anonymous_id="a1", traits={"plan": "pro"}),
        identify("undefined", anonymous_id="a2", traits={"plan": "x"}),
    )
    assert [person["userIds"] for person in room.everybody()] == [[], []]


def test_a_storm_of_anonymous_ids_keeps_the_newest() -> None:
    room = Room()
    many = bounds.MAX_ANONYMOUS_IDS + 50
    room.take(*(identify("u1", anonymous_id=f"a{n}", at_s=n, traits={"n": n}) for n in range(many)))
    person = room.known("u1")
    assert set(person.anonymous_ids) == {f"a{n}" for n in range(50, many)}
    assert room.anonymous("a0") is None
    assert room.traits("u1") == {"n": many - 1}
    assert person.refused == {"anonymous_id_dropped": 50}
    room.take(event("page", anonymous_id="a0", at_s=many))  # who comes back by a forgotten one is somebody new
    assert len(room.everybody()) == 2


def test_sources_that_do_not_feed_people_change_nobody() -> None:
    room = Room()
    room.take(identify("u1", source_id="silent", traits={"n": 1}), identify("u2", source_id="gone", traits={"n": 1}))
    assert room.everybody() == []
    assert room.store.counts("w1").done == 2

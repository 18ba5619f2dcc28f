"""People come out the same in whatever order, however often and in whatever portions their events come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.base.event import CleanEvent
from headwater.profiles import bounds, merge, traits
from headwater.profiles.model import Person, Trait
from headwater.profiles.occurrence import FIRST_MS
from headwater.profiles.rows import names_of
from tests.unit.profiles.room import Room, event, milliseconds

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
TIMES = st.integers(0, 6)
TRAITS = st.dictionaries(NAMES, st.builds(Trait, st.sampled_from([b"1", b"2", b"null"]), TIMES, st.integers(0, 2)))
IDS = st.dictionaries(st.sampled_from(["i", "j", "k", "l", "m", "n"]), TIMES)


@pytest.fixture(autouse=True)
def narrow() -> Iterator[None]:
    """Bounds that a few examples meet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(traits, "MAX_TRAITS", 3)
        for name in ("MAX_USER_IDS", "MAX_ANONYMOUS_IDS", "MAX_EXTERNAL_IDS", "MAX_GROUPS"):
            patch.setattr(merge, name, 3)
        yield


def joined(one: Mapping[str, Trait], other: Mapping[str, Trait]) -> dict[str, Trait]:
    found = dict(one)
    traits.join(found, other)
    return found


@given(TRAITS, TRAITS, TRAITS)
def test_traits_join_in_any_order(a: dict[str, Trait], b: dict[str, Trait], c: dict[str, Trait]) -> None:
    a, b, c = joined({}, a), joined({}, b), joined({}, c)
    assert joined(a, b) == joined(b, a)
    assert joined(joined(a, b), c) == joined(a, joined(b, c))
    assert joined(a, a) == a
    assert joined(joined(a, b), b) == joined(a, b)
    assert len(joined(joined(a, b), c)) <= 3


@given(TRAITS, TRAITS)
def test_a_name_is_said_to_have_changed_when_its_value_did(a: dict[str, Trait], b: dict[str, Trait]) -> None:
    before = joined({}, a)
    after = dict(before)
    changed, _ = traits.join(after, b)

    def told(found: Mapping[str, Trait]) -> dict[str, bytes]:
        return {name: trait.value for name, trait in found.items() if not trait.is_cleared}

    different = {name for name in {*told(before), *told(after)} if told(before).get(name) != told(after).get(name)}
    assert different <= changed


@given(IDS, IDS, IDS)
def test_the_newest_are_kept_in_any_order(a: dict[str, int], b: dict[str, int], c: dict[str, int]) -> None:
    def join(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
        found = dict(one)
        bounds.join_newest(found, other, 3)
        return found

    a, b, c = join({}, a), join({}, b), join({}, c)
    assert join(a, b) == join(b, a)
    assert join(join(a, b), c) == join(a, join(b, c))
    assert join(a, a) == a
    assert len(join(a, b)) <= 3


METERS = st.dictionaries(st.integers(1, 2), st.lists(TIMES, unique=True, max_size=3).map(sorted))


@st.composite
def people(draw: Any, ref: int) -> Person:
    first_ms = draw(TIMES)
    person = Person(
        ref=ref,
        id=f"per_{ref}",
        workspace_id="w",
        user_ids=draw(IDS),
        anonymous_ids=draw(IDS),
        external_ids=draw(IDS),
        traits=draw(TRAITS),
        groups=draw(IDS),
        identified=draw(st.booleans()),
        first_seen_ms=first_ms,
        last_seen_ms=first_ms + draw(TIMES),
        turned_ms=draw(TIMES),
        refused=draw(st.dictionaries(NAMES, st.integers(1, 3))),
        meters=draw(METERS),
    )
    return merged(person, person)  # within the bounds


def meters(mine: Mapping[int, list[int]], theirs: Mapping[int, list[int]]) -> dict[int, list[int]]:
    return {key: sorted({*mine.get(key, []), *theirs.get(key, [])}) for key in {*mine, *theirs}}


def merged(one: Person, other: Person) -> Person:
    return merge.merged(one, other, meters)


@given(people(1), people(2), people(3))
def test_people_merge_in_any_order(a: Person, b: Person, c: Person) -> None:
    before = msgspec.msgpack.encode([a, b])
    assert merged(a, b) == merged(b, a)
    assert merged(merged(a, b), c) == merged(a, merged(b, c))
    assert merged(a, a) == a
    assert merged(merged(a, b), b) == merged(a, b)
    assert msgspec.msgpack.encode([a, b]) == before
    for kept in (merged(a, b).user_ids, merged(a, b).anonymous_ids, merged(a, b).traits, merged(a, b).groups):
        assert len(kept) <= 3


USERS = st.sampled_from(["u1", "u2", "u3", "null"])
DEVICES = st.one_of(st.none(), st.sampled_from(["a1", "a2", "a3"]))
GIVEN = st.dictionaries(NAMES, st.sampled_from([1, "x", None, {"y": [1]}]), max_size=3)


@st.composite
def events(draw: Any) -> CleanEvent:
    kind = draw(st.sampled_from(["identify", "identify", "track", "page", "group", "alias"]))
    at_s, late_s = draw(st.integers(0, 4)) * 30_000, draw(st.integers(0, 2))
    user_id = draw(USERS if kind == "alias" else st.one_of(st.none(), USERS))
    parts: dict[str, Any] = {"user_id": user_id, "anonymous_id": draw(DEVICES) or ("a1" if user_id is None else None)}
    if kind in ("identify", "group"):
        parts["traits"] = draw(GIVEN)
    if kind == "group":
        parts["group_id"] = draw(st.sampled_from(["g1", "g2"]))
    if kind == "alias":
        parts["previous_id"] = draw(st.sampled_from(["u1", "u2", "a1", "a2", "u9"]))
    if kind == "track":
        parts["event"] = "X"
    return event(kind, at_s=at_s, received_s=at_s + late_s, **parts)


@settings(max_examples=60, deadline=None)
@given(st.lists(events(), max_size=14), st.data())
def test_the_portions_do_not_matter_and_nothing_is_told_twice(happened: list[CleanEvent], data: st.DataObject) -> None:
    at_once, singly, again = Room(), Room(), Room()
    if happened:
        at_once.take(*happened)
    for each in happened:
        singly.take(each)
    cut = data.draw(st.integers(0, len(happened)))
    for part in (happened[:cut], happened[cut:]):
        if part:
            again.take(*part)
    assert at_once.everybody() == singly.everybody() == again.everybody()
    assert at_once.store.refusals("w1") == singly.store.refusals("w1")
    for room in (at_once, singly):
        assert_whole(room)


@settings(max_examples=60, deadline=None)
@given(
    st.permutations(
        [event("identify", user_id="u1", at_s=n % 4, received_s=n, traits={"n": n, f"k{n % 3}": n}) for n in range(6)]
    )
)
def test_traits_of_one_person_do_not_depend_on_the_order_of_arrival(order: list[CleanEvent]) -> None:
    room, straight = Room(), Room()
    for each in order:
        room.take(each)
    straight.take(*sorted(order, key=lambda each: each.message_id))
    for kept in ("traits", "traitHistory", "firstSeenAt", "lastSeenAt", "identified"):
        assert room.everybody()[0][kept] == straight.everybody()[0][kept]


ANY_TIME = st.sampled_from(
    ["0001-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z", "2023-11-14T22:13:21.000Z", "9999-12-31T23:59:59.999Z"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ANY_TIME, st.integers(0, 3)), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_whatever_clocks_say_people_are_seen_within_reason_in_any_order(
    said: list[tuple[str, int]], random: Random
) -> None:
    happened = [event("page", user_id="u1", timestamp=text, received_s=late_s) for text, late_s in said]
    room, other = Room(), Room()
    room.take(*happened)
    for each in random.sample(happened, len(happened)):
        other.take(each)
    room.take(*happened, replay="rpl_1")
    seen = [(person.first_seen_ms, person.last_seen_ms) for person in (room.known("u1"), other.known("u1"))]
    assert seen[0] == seen[1]
    latest_ms = milliseconds(max(late_s for _, late_s in said))
    assert FIRST_MS <= seen[0][0] <= seen[0][1] <= latest_ms


@settings(max_examples=40, deadline=None)
@given(st.lists(events(), min_size=1, max_size=10))
def test_a_replay_changes_nobody_and_counts_nothing(happened: list[CleanEvent]) -> None:
    room = Room()
    calm = [each for each in happened if each.type != "alias" and each.anonymous_id is None]
    if not calm:
        return
    room.take(*calm)
    before, counts = room.everybody(), room.store.counts("w1")
    room.take(*calm, replay="rpl_1")
    assert room.everybody() == before
    assert room.store.counts("w1") == counts


def assert_whole(room: Room) -> None:
    """Every name leads to a person who has it, and every person is found by all they have."""
    db = room.store.db
    refs = {row[0] for row in db.read("SELECT ref FROM people")}
    assert {row[0] for row in db.read("SELECT ref FROM seen")} == refs
    names = {name: ref for name, ref in db.read("SELECT name, ref FROM names") if name[0] != "g"}
    assert set(names.values()) <= refs
    found = {name: person.ref for person in room.store.people(sorted(refs)) for name in names_of(1, person)}
    assert found == names

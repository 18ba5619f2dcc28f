"""What a store of people promises, whether it lies in a file or in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.base.errors import Terminal
from headwater.profiles.model import Group, Person, Trait
from headwater.profiles.store import Claim, Dead, Store
from tests.unit.profiles.room import WORKSPACE, Room, event, identify


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "profiles.db" if request.param == "file" else None)
    yield made
    made.close()


def person(ref: int, no: int, **given: object) -> tuple[int, Person]:
    return no, Person(ref=ref, id=f"per_{ref}", workspace_id=WORKSPACE, **given)  # type: ignore[arg-type]


def test_a_person_is_read_as_it_was_written(store: Store) -> None:
    store.db.begin()
    no = store.number(WORKSPACE)
    wanted = person(
        1,
        no,
        user_ids={"u": 5},
        anonymous_ids={"a\x00\x1f🦆": -1},
        external_ids={"x:1": 2},
        traits={"plan": Trait(b'"pro"', -62_135_596_800_000, 2**63 - 1)},
        groups={"g": 3},
        identified=True,
        first_seen_ms=-9,
        last_seen_ms=2**52,
        turned_ms=7,
        refused={"id_blocked": 2},
        meters={1: [1, 2], 9: []},
    )[1]
    store.put_people([(no, wanted)])
    store.put_seen([(1, no, wanted.first_seen_ms, wanted.last_seen_ms)])
    store.put_meters([wanted])
    store.db.commit()
    assert store.people([1, 2]) == [wanted]
    assert store.people_after(no, 0, 10) == [wanted]
    assert store.people_after(no, 1, 10) == []
    assert store.count(no) == 1


def test_what_is_taken_back_was_never_there(store: Store) -> None:
    store.db.begin()
    no = store.number(WORKSPACE)
    store.db.commit()
    store.db.begin()
    store.put_people([person(1, no)])
    store.put_names({"u1:x": Claim(1, 5)})
    store.number("another")
    store.set_cursor(99)
    store.add_outgoing([(WORKSPACE, 1, b"{}")])
    store.db.rollback()
    store.forget_numbers()
    assert store.people([1]) == []
    assert store.claims(["u1:x"]) == {}
    assert store.cursor() is None
    assert store.outgoing(9) == []
    assert store.known_workspaces() == {WORKSPACE: no}


def test_the_first_and_the_last_time_only_ever_go_apart(store: Store) -> None:
    store.db.begin()
    no = store.number(WORKSPACE)
    store.put_people([person(1, no)])
    for first, last in ((50, 60), (55, 58), (10, 20), (90, 95)):
        store.put_seen([(1, no, first, last)])
    store.db.commit()
    (found,) = store.people([1])
    assert (found.first_seen_ms, found.last_seen_ms) == (10, 95)


def test_names_are_found_in_lists_of_any_length(store: Store) -> None:
    claims = {f"u1:{number}": Claim(number, number * 2) for number in range(1, 1_300)}
    store.db.begin()
    store.put_names(claims)
    store.db.commit()
    for size in (0, 1, 50, 51, 500, 501, 1_299):
        names = list(claims)[:size]
        assert store.claims([*names, "u1:nobody"]) == {name: claims[name] for name in names}
    store.db.begin()
    store.put_names({"u1:1": None, "u1:2": Claim(7, 1)})
    store.db.commit()
    assert store.claims(["u1:1", "u1:2"]) == {"u1:2": Claim(7, 1)}


def test_members_of_a_group_wait_once_each(store: Store) -> None:
    store.db.begin()
    no = store.number(WORKSPACE)
    store.put_groups([(no, Group(ref=1, id="g", workspace_id=WORKSPACE, traits={"a": Trait(b"1", 1, 1)}))])
    store.put_names({f"m{no}:g\x1f{ref}": Claim(ref, 1) for ref in (3, 1, 2)} | {f"m{no}:gg\x1f9": Claim(9, 1)})
    store.add_waiting_members(no, "g")
    store.add_waiting([2, 7])
    assert store.take_waiting(2) == [1, 2]
    assert store.take_waiting(9) == [3, 7]
    assert store.take_waiting(9) == []
    store.db.commit()
    found = store.group(1)
    assert found is not None
    assert found.traits == {"a": Trait(b"1", 1, 1)}
    assert store.group(2) is None


def test_what_is_dead_and_counted_and_refused_is_told(store: Store) -> None:
    store.db.begin()
    store.add_counts({WORKSPACE: 3}, {WORKSPACE: 1})
    store.add_counts({WORKSPACE: 2, "another": 1}, {})
    store.add_refusals({(WORKSPACE, "id_blocked"): 2})
    store.add_refusals({(WORKSPACE, "id_blocked"): 1, ("another", "id_blocked"): 1})
    store.add_dead(Dead(WORKSPACE, "m1", "why", 5, b"{}"))
    store.db.commit()
    counts = store.counts(WORKSPACE)
    assert (counts.done, counts.dead) == (5, 1)
    assert store.refusals(WORKSPACE) == {"id_blocked": 3}
    assert store.all_refusals() == {"id_blocked": 4}
    assert [each.reason for each in store.dead(WORKSPACE, "m1")] == ["why"]
    assert store.dead("another", "m1") == []


def test_a_room_goes_on_upon_it(store: Store) -> None:
    room = Room(store=store)
    room.take(identify("u1", anonymous_id="a1", traits={"n": 1}), event("group", user_id="u1", group_id="g1"))
    again = Room(store=store, log=room.journal)
    again.take(identify("u2", anonymous_id="a1", at_s=5, traits={"n": 2}))
    assert [each["userIds"] for each in again.everybody()] in ([["u1"], ["u2"]], [["u2"], ["u1"]])
    with pytest.raises(Terminal):
        again.profiles.transact(lambda _: (_ for _ in ()).throw(Terminal("no")))
    assert len(again.everybody()) == 2

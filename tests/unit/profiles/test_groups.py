"""Groups: who is in which, and what is known of them."""

from __future__ import annotations

from headwater.profiles import bounds, groups
from headwater.profiles.model import Person
from tests.unit.profiles.room import WORKSPACE, Room, event, identify


def group_call(user_id: str, group_id: str | None, *, at_s: float = 0.0, **given: object) -> object:
    return event("group", user_id=user_id, group_id=group_id, at_s=at_s, **given)


def test_a_group_call_says_who_is_in_it_and_what_it_is() -> None:
    room = Room()
    room.take(group_call("u1", "g1", traits={"seats": 3, "name": "Acme"}))
    room.take(group_call("u2", "g1", at_s=5, traits={"seats": 4, "name": None}))
    room.take(group_call("u2", "g1", at_s=1, traits={"seats": 2, "name": "Old"}))
    for user_id, since in (("u1", "2023-11-14T22:13:20.000Z"), ("u2", "2023-11-14T22:13:25.000Z")):
        (group,) = room.view.shape(room.known(user_id))["groups"]
        assert group == {"id": "g1", "traits": {"seats": 4}, "since": since}
    found = room.view.group(WORKSPACE, "g1")
    assert found is not None
    assert found.last_seen_ms - found.first_seen_ms == 5_000


def test_one_may_be_in_several_groups_newest_first() -> None:
    room = Room()
    room.take(group_call("u1", "g1"), group_call("u1", "g2", at_s=9), group_call("u1", "g3", at_s=3))
    assert [each["id"] for each in room.view.shape(room.known("u1"))["groups"]] == ["g2", "g3", "g1"]


def test_a_person_is_in_so_many_groups_at_most() -> None:
    room = Room()
    room.take(*(group_call("u1", f"g{n}", at_s=n) for n in range(bounds.MAX_GROUPS + 5)))
    person = room.known("u1")
    assert set(person.groups) == {f"g{n}" for n in range(5, bounds.MAX_GROUPS + 5)}
    assert person.refused == {"group_dropped": 5}


def test_a_page_of_nobody_says_nothing_of_groups_where_ids_are_signed() -> None:
    room = Room()
    anonymous = {"source_id": "browser", "anonymous_id": "zz", "group_id": "acme"}
    room.take(group_call("u1", "acme", traits={"plan": "free"}))
    room.take(event("group", **anonymous, ids_signed=True, at_s=1, traits={"plan": "pro"}))
    room.sources.verification = "off"
    room.take(event("group", **anonymous, ids_signed=True, at_s=2, traits={"plan": "pro"}), replay="r1")
    found = room.view.group(WORKSPACE, "acme")
    stranger = room.anonymous("zz")
    assert found is not None
    assert found.traits["plan"].value == b'"free"'
    assert stranger is not None
    assert (stranger.groups, stranger.refused) == ({}, {"group_unproven": 1})
    assert room.store.refusals(WORKSPACE) == {"group_unproven": 1}


def test_a_signed_user_s_page_and_a_back_end_tell_of_groups() -> None:
    room = Room()
    room.take(group_call("u1", "acme", source_id="browser", ids_signed=True, traits={"plan": "pro"}))
    room.take(event("group", anonymous_id="a1", group_id="beta", traits={"plan": "max"}))
    room.take(event("group", anonymous_id="a2", group_id="gamma", source_id="browser", ids_signed=False))
    shapes = [
        room.view.shape(person) for person in (room.user("u1"), room.anonymous("a1"), room.anonymous("a2")) if person
    ]
    assert [[(each["id"], each["traits"]) for each in shape["groups"]] for shape in shapes] == [
        [("acme", {"plan": "pro"})],
        [("beta", {"plan": "max"})],
        [("gamma", {})],
    ]


def test_what_is_no_group_is_left_out() -> None:
    room = Room()
    room.take(
        group_call("u1", "null", traits={"a": 1}),
        group_call("u2", None, traits={"a": 1}),
        group_call("u3", " ", traits={"a": 1}),
    )
    assert [room.known(id).groups for id in ("u1", "u2", "u3")] == [{}, {}, {}]
    assert room.store.totals()["groups"] == 0


def test_groups_go_along_when_two_become_one() -> None:
    room = Room()
    room.take(event("group", anonymous_id="a1", group_id="g1"), group_call("u1", "g2"))
    room.take(identify("u1", anonymous_id="a1", at_s=1, traits={"n": 1}))
    assert set(room.known("u1").groups) == {"g1", "g2"}
    assert all(each["since"] for each in room.view.shape(room.known("u1"))["groups"])


def test_an_older_call_than_all_that_are_kept_changes_nothing() -> None:
    person = Person(ref=1, id="per_1", workspace_id="w", groups={f"g{n}": n for n in range(bounds.MAX_GROUPS)})
    assert groups.enter(person, "late", -1) == (False, [])
    assert "late" not in person.groups
    assert groups.enter(person, "new", 10_000) == (True, ["g0"])

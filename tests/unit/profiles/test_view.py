"""Who is found by what, in which order, and how a person is told of."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from headwater.profiles.model import Person
from headwater.profiles.view import Asked, forms_of, iso_ms
from tests.unit.profiles.no_segments import NoSegments
from tests.unit.profiles.room import WORKSPACE, Room, event, identify

PEOPLE: tuple[dict[str, Any], ...] = (
    {"email": "Ann@Example.com", "name": "Ann Ärzte", "plan": "pro", "seats": 5, "beta": True, "city": "München"},
    {"email": "bob@example.com", "name": "Bob", "plan": "free", "seats": 5.0, "beta": False, "note": 'plan "pro"'},
    {"email": "x+ann@other.org", "name": "annabel", "plan": "Pro", "seats": "5", "nested": {"plan": "pro"}},
)


class Evens(NoSegments):
    def members(self, workspace_id: str, segment_id: str, after: int, limit: int) -> list[int]:
        return [ref for ref in (2, 4) if ref > after]


class Everybody(NoSegments):
    def members(self, workspace_id: str, segment_id: str, after: int, limit: int) -> list[int]:
        return list(range(after + 1, 20)) if after < 19 else []


@pytest.fixture(scope="module")
def room() -> Room:
    made = Room(segments=Evens())
    made.take(
        *(identify(f"user-{n}", anonymous_id=f"dev-{n}", at_s=n, traits=traits) for n, traits in enumerate(PEOPLE)),
        event("page", anonymous_id="stranger", at_s=9),
    )
    return made


def found(room: Room, **asked: Any) -> list[str]:
    people, total = room.view.search(WORKSPACE, Asked(**asked), limit=50, offset=0)
    assert total == len(people)
    return [person.user_id or person.anonymous_id or "" for person in people]


def test_all_are_listed_last_seen_first_and_by_pages(room: Room) -> None:
    assert found(room) == ["stranger", "user-2", "user-1", "user-0"]
    people, total = room.view.search(WORKSPACE, Asked(), limit=2, offset=1)
    assert ([person.user_id for person in people], total) == (["user-2", "user-1"], 4)
    assert room.view.search("another", Asked(), limit=9, offset=0) == ([], 0)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"user_id": "user-1"}, ["user-1"]),
        ({"user_id": "user"}, []),
        ({"email": "ann@example.COM"}, ["user-0"]),
        ({"email": "example.com"}, []),
        ({"traits": {"plan": "pro"}}, ["user-0"]),
        ({"traits": {"seats": "5"}}, ["user-2", "user-0"]),
        ({"traits": {"beta": "true"}}, ["user-0"]),
        ({"traits": {"city": "München"}}, ["user-0"]),
        ({"traits": {"plan": "free", "beta": "false"}}, ["user-1"]),
        ({"traits": {"plan": "free", "beta": "true"}}, []),
        ({"traits": {"note": 'plan "pro"'}}, ["user-1"]),
        ({"traits": {"nothing": "x"}}, []),
        ({"query": "ann"}, ["user-2", "user-0"]),
        ({"query": "ÄRZTE"}, ["user-0"]),
        ({"query": "Ärzte"}, ["user-0"]),
        ({"query": "ser-"}, ["user-2", "user-1", "user-0"]),
        ({"query": "dev-1"}, ["user-1"]),
        ({"query": "dev"}, []),
        ({"query": "stranger"}, ["stranger"]),
        ({"query": "u1:"}, []),
        ({"query": "%"}, []),
        ({"segment_id": "evens"}, ["stranger", "user-1"]),
        ({"segment_id": "evens", "traits": {"plan": "free"}}, ["user-1"]),
        ({"segment_id": "evens", "user_id": "user-0"}, []),
        ({"email": "bob@example.com", "traits": {"plan": "pro"}}, []),
    ],
)
def test_people_are_found_by_what_they_have(room: Room, asked: dict[str, Any], expected: list[str]) -> None:
    assert found(room, **asked) == expected


@pytest.mark.parametrize("segment", [None, "all"])
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"company.size": "12"}, ["spaced", "plain"]),
        ({"company.city": "M\u00fcnchen"}, ["escaped", "plain"]),
        ({"company.size": "12", "plan": "pro"}, ["plain"]),
        ({"company.owner.name": "Ann"}, ["deep"]),
        ({"company.owner": "Ann"}, []),
        ({"company.size": "1"}, ["exact"]),
        ({"company.size": "13"}, []),
        ({"company.": "12"}, []),
        ({"company": "12"}, []),
        ({"a.b": "x"}, ["cleared"]),
    ],
)
def test_a_dotted_name_leads_into_a_trait(segment: str | None, asked: dict[str, str], expected: list[str]) -> None:
    written = {
        "plain": '{"plan":"pro","company":{"size":12,"city":"M\u00fcnchen"}}',
        "spaced": '{"plan":"free","company" : { "s\\u0069ze" : 12 }}',
        "escaped": '{"company":{"city":"M\\u00fcnchen","size":"11"}}',
        "deep": '{"company":{"owner":{"name":"Ann"}}}',
        "exact": '{"company.size":1,"company":{"size":13}}',
        "list": '{"a":["b",{"b":"x"}]}',
        "cleared": '{"a.b":null,"a":{"b":"x"}}',
    }
    room = Room(segments=Everybody())
    for n, (user_id, text) in enumerate(written.items()):
        room.take(msgspec.structs.replace(identify(user_id, at_s=n), traits=msgspec.Raw(text.encode())))
    assert found(room, traits=asked, segment_id=segment) == expected


def test_a_public_id_finds_its_person_alone(room: Room) -> None:
    person = room.known("user-1")
    assert found(room, query=person.id) == ["user-1"]
    assert room.view.person(WORKSPACE, person.id) == person
    assert room.view.person(WORKSPACE, person.id[:-1]) is None
    assert room.view.person("another", person.id) is None


def test_an_address_that_changed_finds_nobody_any_more() -> None:
    room = Room()
    room.take(identify(at_s=1, traits={"email": "old@x.com"}), identify("u2", traits={"email": "old@x.com"}))
    assert sorted(found(room, email="old@x.com")) == ["u1", "u2"]
    room.take(identify(at_s=2, traits={"email": "new@x.com"}), identify("u2", at_s=2, traits={"email": None}))
    assert found(room, email="old@x.com") == []
    assert found(room, email="new@x.com") == ["u1"]
    room.take(
        identify("u3", traits={"email": 7}),
        identify("u4", traits={"email": "x" * 400}),
        identify("u5", traits={"email": " "}),
    )
    assert found(room, email="7") == []
    assert found(room, email="") == []


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("pro", [b'"pro"']),
        ("5", [b'"5"', b"5"]),
        ("5.0", [b'"5.0"', b"5.0"]),
        ("true", [b'"true"', b"true"]),
        ("null", [b'"null"']),
        ('"pro"', [b'"\\"pro\\""']),
        ("[1]", [b'"[1]"']),
        ("", [b'""']),
    ],
)
def test_a_text_means_a_text_a_number_or_a_truth(text: str, forms: list[bytes]) -> None:
    assert forms_of(text) == forms


def test_times_beyond_the_calendar_are_told_as_its_ends() -> None:
    assert iso_ms(10**18) == "9999-12-31T23:59:59.000Z"
    assert iso_ms(-(10**18)) == "0001-01-01T00:00:00.000Z"


def test_an_export_tells_what_was_cleared_and_since_when_ids_count(room: Room) -> None:
    made = Room()
    made.take(identify(at_s=1, anonymous_id="a1", traits={"plan": "pro"}), identify(at_s=2, traits={"plan": None}))
    told = made.view.export(made.known("u1"))
    assert told["traits"] == {}
    assert told["traitHistory"] == {"plan": {"value": None, "at": "2023-11-14T22:13:22.000Z"}}
    assert told["since"]["anonymousIds"] == {"a1": "2023-11-14T22:13:21.000Z"}
    assert isinstance(room.known("user-0"), Person)


def test_values_are_told_by_name_of_the_person_and_of_the_latest_group() -> None:
    room = Room()
    room.take(
        identify("ann", at_s=1, traits={"name": "Ann", "a.b": 1, "address": {"city": "Wien"}, "gone": 1, "n": 2**70}),
        identify("ann", at_s=2, traits={"gone": None}),
        event("group", user_id="ann", group_id="old", at_s=3, traits={"name": "Old", "plan": "pro"}),
        event("group", user_id="ann", group_id="new", at_s=90_000, traits={"name": "New"}),
    )
    person = room.view.named(WORKSPACE, "ann", None)
    assert person is not None
    wanted = ["name", "a.b", "address.city", "gone", "missing", "n"]
    assert room.view.values(person, wanted) == {"name": "Ann", "a.b": 1, "address.city": "Wien", "n": 2**70}
    assert room.view.values(person, []) == {}
    assert room.view.group_values(person, ["name", "plan", "id"]) == {"id": "new", "name": "New"}
    assert room.view.group_values(person, ["plan"]) == {}
    room.take(event("group", user_id="ann", group_id="own", at_s=200_000, traits={"id": "trait"}))
    again = room.view.named(WORKSPACE, "ann", None)
    assert again is not None
    assert room.view.group_values(again, ["id"]) == {"id": "trait"}
    room.take(identify("bob", at_s=1, traits={"name": "Bob"}))
    bob = room.view.named(WORKSPACE, "bob", None)
    assert bob is not None
    assert room.view.group_values(bob, ["id", "name"]) == {}

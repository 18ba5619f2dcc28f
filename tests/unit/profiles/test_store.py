"""The file of people and its loop: one transaction for each stretch, and nothing lost, doubled or left behind."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest

from headwater.base.errors import Terminal, Transient
from headwater.profiles import erase
from headwater.profiles.model import Changed, Person, Transition
from headwater.profiles.outbox import Outbox
from headwater.profiles.ports import People
from headwater.profiles.run import Profiles
from headwater.profiles.store import Store
from tests.unit.profiles.no_segments import NoSegments
from tests.unit.profiles.room import START_MS, WORKSPACE, Room, event, identify


class Pro(NoSegments):
    """One segment: whoever has the plan pro. Fails when told to."""

    def __init__(self) -> None:
        self.inside: set[int] = set()
        self.fails: str | None = None
        self.due_now: list[int] = []
        self.looks_at_groups = False
        self.judged: list[str] = []

    def judge(self, person: Person, changed: Changed, now_ms: int, people: People) -> list[Transition]:
        self.judged.append(person.id)
        if self.fails is not None and self.fails in person.user_ids:
            raise RuntimeError("cannot judge")
        plan = person.traits.get("plan")
        is_in = plan is not None and plan.value == b'"pro"'
        if is_in == (person.ref in self.inside):
            return []
        (self.inside.add if is_in else self.inside.discard)(person.ref)
        return [Transition("seg1", "Pro", is_in)]

    def concerned(self, workspace_id: str, traits: set[str]) -> bool:
        return self.looks_at_groups

    def due(self, now_ms: int, limit: int) -> list[int]:
        found, self.due_now = self.due_now[:limit], self.due_now[limit:]
        return found


def reopened(room: Room, path: Path) -> Room:
    room.store.close()
    return Room(path=path, log=room.journal)


def test_a_reader_that_begins_again_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "profiles.db"
    room = Room(path=path)
    room.take(identify("u1", anonymous_id="a1", traits={"plan": "pro"}), event("group", user_id="u1", group_id="g1"))
    before = room.everybody()
    again = reopened(room, path)
    assert again.profiles.offset == room.profiles.offset == room.journal.end()
    assert again.everybody() == before
    again.take(identify("u2", traits={"plan": "free"}))
    assert {each["userIds"][0] for each in again.everybody()} == {"u1", "u2"}
    assert again.store.counts(WORKSPACE).done == 3


def test_a_stretch_that_cannot_be_committed_has_not_happened(tmp_path: Path) -> None:
    path = tmp_path / "profiles.db"
    room = Room(path=path, segments=Pro())
    room.take(identify("u1", traits={"plan": "pro"}))
    before = (room.everybody(), room.profiles.offset)
    pages = room.store.db.writer.execute("PRAGMA page_count").fetchone()[0]
    room.store.db.writer.execute(f"PRAGMA max_page_count={pages}")
    room.write(*(identify(f"x{n}", traits={"t": "y" * 4_000}) for n in range(200)))
    with pytest.raises(Transient, match="cannot be written"):
        room.profiles.turn()
    assert (room.everybody(), room.profiles.offset) == before
    room.store.db.writer.execute("PRAGMA max_page_count=1000000")
    room.turn()
    assert len(room.everybody()) == 201
    assert room.store.counts(WORKSPACE).done == 201


def test_an_event_that_nothing_can_be_made_of_is_set_aside_alone() -> None:
    segments = Pro()
    segments.fails = "poison"
    room = Room(segments=segments)
    room.take(
        identify("u1", traits={"n": 1}),
        identify("poison", message_id="bad", traits={"n": 1}),
        identify("u2", traits={"n": 1}),
    )
    assert {each["userIds"][0] for each in room.everybody()} == {"u1", "u2"}
    counts = room.store.counts(WORKSPACE)
    assert (counts.done, counts.dead) == (2, 1)
    (dead,) = room.store.dead(WORKSPACE, "bad")
    assert dead.reason == "RuntimeError: cannot judge"
    assert dead.event.user_id == "poison"
    segments.fails = None
    room.take(dead.event, replay="rpl_1")
    assert room.user("poison") is not None
    assert (room.store.counts(WORKSPACE).done, room.store.counts(WORKSPACE).dead) == (2, 1)


class FullDisk(NoSegments):
    def __init__(self) -> None:
        self.is_full = True

    def save(self, connection: sqlite3.Connection) -> None:
        if self.is_full:
            raise sqlite3.OperationalError("database or disk is full")


def test_a_disk_that_is_full_is_no_fault_of_the_events() -> None:
    segments = FullDisk()
    room = Room(segments=segments)
    room.write(identify("u1", traits={"n": 1}))
    for _ in range(3):
        with pytest.raises(Transient, match="disk is full"):
            room.profiles.turn()
    segments.is_full = False
    room.turn()
    assert room.store.counts(WORKSPACE).done == 1
    assert room.store.counts(WORKSPACE).dead == 0


def test_what_retention_removed_is_stepped_over() -> None:
    room = Room()
    room.write(identify("u1", traits={"n": 1}))
    middle = room.journal.end()
    room.write(identify("u2", traits={"n": 1}))
    room.journal.prune(before=middle)
    room.turn()
    assert [each["userIds"] for each in room.everybody()] == [["u2"]]
    assert "a replay brings them back" in room.logged[0]


def outgoing(room: Room) -> list[dict[str, Any]]:
    return [msgspec.json.decode(each.body) for each in room.store.outgoing(100)]


def test_who_enters_and_leaves_is_announced_with_what_caused_it() -> None:
    room = Room(segments=Pro())
    room.take(identify("u1", anonymous_id="a1", traits={"plan": "pro"}))
    room.take(identify("u1", at_s=1, traits={"plan": "free"}))
    room.take(identify(None, anonymous_id="a9", traits={"plan": "pro"}))
    entered, left, other = outgoing(room)
    id = room.known("u1").id
    assert (entered["event"], entered["userId"]) == ("Segment Entered", "u1")
    assert entered["properties"] == {"segmentId": "seg1", "segmentName": "Pro", "personId": id}
    assert (left["event"], left["userId"]) == ("Segment Left", "u1")
    assert (other["anonymousId"], "userId" in other) == ("a9", False)
    assert len({each["messageId"] for each in outgoing(room)}) == 3


class Door:
    def __init__(self) -> None:
        self.taken: list[str] = []
        self.error: Exception | None = None

    def announce(self, workspace_id: str, events: Any) -> None:
        if self.error is not None:
            raise self.error
        self.taken += [each["messageId"] for each in events]


def test_announcements_wait_for_the_door_and_go_once() -> None:
    room, door = Room(segments=Pro()), Door()
    outbox = Outbox(store=room.store, announcer=door, remove=room.store.remove_outgoing, log=room.logged.append)
    assert not outbox.step()
    room.take(*(identify(f"u{n}", traits={"plan": "pro"}) for n in range(5)))
    ids = [each["messageId"] for each in outgoing(room)]
    door.error = Transient("away")
    with pytest.raises(Transient):
        outbox.step()
    assert len(outgoing(room)) == 5
    door.error = None
    assert outbox.step()
    assert door.taken == ids
    assert outgoing(room) == []
    door.error = Terminal("no such source")
    room.take(identify("u9", traits={"plan": "pro"}))
    outbox.step()
    assert outgoing(room) == []
    assert "cannot be told" in room.logged[-1]


def test_members_are_judged_when_their_group_changes() -> None:
    segments = Pro()
    room = Room(segments=segments)
    room.take(
        *(event("group", user_id=f"u{n}", group_id="g1") for n in range(1_200)),
        event("group", user_id="other", group_id="g10"),
    )
    segments.judged.clear()
    room.take(event("group", user_id="u0", group_id="g1", traits={"seats": 3}))
    assert set(segments.judged) == {room.known("u0").id}, "nobody asks for traits of groups"
    segments.looks_at_groups = True
    segments.judged.clear()
    room.take(event("group", user_id="u0", group_id="g1", at_s=1, traits={"seats": 4}))
    for _ in range(4):
        room.profiles.turn()
    assert len(set(segments.judged)) == 1_200
    assert room.store.take_waiting(10) == []


def test_people_are_judged_when_their_time_comes() -> None:
    segments = Pro()
    room = Room(segments=segments)
    room.take(identify("u1", traits={"plan": "pro"}), identify("u2", traits={"plan": "x"}))
    segments.judged.clear()
    segments.due_now = [room.known("u2").ref, 99]
    room.profiles.turn()
    assert segments.judged == [room.known("u2").id]


def test_an_erased_person_is_in_no_byte_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "profiles.db"
    room = Room(path=path, segments=Pro())
    room.take(
        identify(
            "erase-me",
            anonymous_id="device-77",
            traits={"email": "Gone@Example.com", "plan": "pro", "bio": "secret-bio" * 50},
        ),
        event("group", user_id="erase-me", group_id="grp-of-erase-me", traits={"owner": "Gone@Example.com"}),
        *(identify(f"stays-{n}", traits={"email": f"s{n}@example.com"}) for n in range(100)),
    )
    room.take(identify("erase-me", at_s=1, traits={"bio": "b" * 3_000, "plan": "free"}))
    ref = room.known("erase-me").ref
    count = room.profiles.transact(lambda working: erase.erase(room.store, working, WORKSPACE, ["erase-me"], []))
    room.store.db.wipe_log()
    assert count >= 7
    assert outgoing(room) == []
    assert len(room.everybody()) == 100
    for file in tmp_path.iterdir():
        found = file.read_bytes()
        for trace in (b"erase-me", b"device-77", b"Gone@Example.com", b"gone@example.com", b"secret-bio"):
            assert trace not in found, (file.name, trace)
    room.take(identify("erase-me", at_s=2, traits={"n": 1}))
    assert room.known("erase-me").ref > ref


def test_what_the_erased_said_of_a_group_goes_and_what_others_said_stays() -> None:
    segments = Pro()
    segments.looks_at_groups = True
    room = Room(segments=segments)
    room.take(
        event("group", user_id="u1", group_id="both", at_s=1, traits={"name": "Acme", "seats": 3}),
        event("group", user_id="u2", group_id="both", at_s=2, traits={"owner": "u2@example.com", "seats": 4}),
        event("group", user_id="u2", group_id="hers", at_s=3, traits={"owner": "u2@example.com"}),
        event("group", user_id="u2", group_id="also-hers", at_s=4),
    )
    room.turn()
    judged = len(segments.judged)
    said = {"both": [START_MS + 2_000], "hers": [START_MS + 3_000], "unknown": [START_MS]}
    job = lambda working: erase.erase(room.store, working, WORKSPACE, ["u2"], [], said)  # noqa: E731
    assert room.profiles.transact(job) > 0
    found = room.view.group(WORKSPACE, "both")
    assert found is not None
    assert {name: trait.value for name, trait in found.traits.items()} == {"name": b'"Acme"'}
    assert [room.view.group(WORKSPACE, id) for id in ("hers", "also-hers")] == [None, None]
    assert room.store.db.read("SELECT id FROM groups") == [("both",)]
    names = [name for (name,) in room.store.db.read("SELECT name FROM names ORDER BY name")]
    assert [name for name in names if "hers" in name or "u2" in name] == []
    room.profiles.turn()
    assert segments.judged[judged:] == [room.known("u1").id]  # a rule may look at what the group was
    assert room.profiles.transact(job) == 0
    room.take(event("group", user_id="u1", group_id="hers", at_s=5, traits={"name": "Anew"}))
    [group] = [each for each in room.view.shape(room.known("u1"))["groups"] if each["id"] == "hers"]
    assert group["traits"] == {"name": "Anew"}


def test_erasing_goes_by_any_id_and_takes_no_other() -> None:
    room = Room()
    room.take(identify("u1", anonymous_id="a1", traits={"n": 1}), identify("u2", anonymous_id="a2", traits={"n": 2}))
    job = lambda working: erase.erase(room.store, working, WORKSPACE, ["nobody"], ["a1"])  # noqa: E731
    assert room.profiles.transact(job) > 0
    assert [each["userIds"] for each in room.everybody()] == [["u2"]]
    assert room.profiles.transact(job) == 0
    assert room.profiles.transact(lambda working: erase.erase(room.store, working, "other", ["u2"], [])) == 0


def test_nobody_is_left_of_a_workspace_that_was_deleted(tmp_path: Path) -> None:
    room = Room(path=tmp_path / "profiles.db", segments=Pro())
    room.take(
        *(
            identify(f"u{n}", anonymous_id=f"a{n}", traits={"email": f"u{n}@x.com", "plan": "pro"})
            for n in range(1_500)
        ),
        event("group", user_id="u1", group_id="g1", traits={"seats": 3}),
    )
    room.sources.gone = frozenset({WORKSPACE})
    while room.profiles.turn():
        pass
    for table in ("people", "seen", "names", "groups", "outbox", "counts", "refusals"):
        assert room.store.db.read(f"SELECT count(*) FROM {table}") == [(0,)], table
    room.take(identify("u1", traits={"n": 1}))  # what was still on its way changes nobody
    assert room.everybody() == []


def test_a_copy_opens_as_a_store_of_its_own(tmp_path: Path) -> None:
    room = Room(path=tmp_path / "profiles.db")
    room.take(identify("u1", traits={"plan": "pro"}))
    room.store.copy(tmp_path / "copy.db")
    copy = Room(path=tmp_path / "copy.db", log=room.journal)
    assert copy.everybody() == room.everybody()
    with sqlite3.connect(tmp_path / "copy.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_two_people_whose_first_ids_are_the_same_have_ids_of_their_own() -> None:
    room = Room()
    room.take(identify("u1", anonymous_id="a1", traits={"n": 1}))  # takes its id from u1
    room.take(event("page", anonymous_id="a2"), identify("u2", anonymous_id="a2", at_s=1, traits={"n": 2}))
    taken = room.known("u2").id
    room.take(identify("u3", anonymous_id="a2", at_s=2, traits={"n": 3}))  # a2 goes over to u3
    room.profiles.transact(lambda working: erase.erase(room.store, working, WORKSPACE, ["u3"], []))
    room.take(event("page", anonymous_id="a2", at_s=3))
    found = room.anonymous("a2")
    assert found is not None
    assert found.id != taken
    assert room.view.person(WORKSPACE, taken) == room.known("u2")


def test_ids_of_people_are_the_same_when_they_are_made_anew() -> None:
    first, second = Room(), Room()
    events = [identify(f"u{n % 7}", anonymous_id=f"a{n % 5}", at_s=n, traits={"n": n}) for n in range(40)]
    first.take(*events)
    for each in events:
        second.take(each)
    assert [each["id"] for each in first.everybody()] == [each["id"] for each in second.everybody()]


def test_jobs_run_between_stretches_and_their_errors_come_back(tmp_path: Path) -> None:
    import threading

    room = Room(path=tmp_path / "profiles.db")
    thread = threading.Thread(target=room.profiles.run)
    thread.start()
    try:
        room.write(identify("u1", traits={"n": 1}))
        while room.profiles.lag_bytes():
            threading.Event().wait(0.01)
        assert room.profiles.do(lambda working: working.count(WORKSPACE)) == 1
        with pytest.raises(Terminal, match="no"):
            room.profiles.do(lambda _: (_ for _ in ()).throw(Terminal("no")))
        assert isinstance(room.profiles, Profiles)
    finally:
        room.profiles.stop()
        thread.join(30)
    assert not thread.is_alive()


def test_people_that_take_much_room_are_written_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headwater.profiles.run.PIECE", 3)
    monkeypatch.setattr("headwater.profiles.run.MOST_HELD_BYTES", 1_000)
    room, plain = Room(segments=Pro()), Room(segments=Pro())
    many = [
        identify(
            f"u{n % 8}", anonymous_id=f"a{n % 5}", at_s=n, traits={"plan": ["pro", "x"][n % 2], f"t{n}": "x" * 400}
        )
        for n in range(60)
    ]
    more = [event("group", user_id=f"u{n}", group_id="g", at_s=70 + n, traits={"n": n}) for n in range(8)]
    for each in (room, plain):
        each.take(*many)
        monkeypatch.undo()
    monkeypatch.setattr("headwater.profiles.run.PIECE", 3)
    monkeypatch.setattr("headwater.profiles.run.MOST_HELD_BYTES", 1_000)
    room.take(*many[:30], *more)
    monkeypatch.undo()
    plain.take(*many[:30], *more)
    assert room.everybody() == plain.everybody()
    assert room.store.counts(WORKSPACE) == plain.store.counts(WORKSPACE)


def test_a_store_in_memory_is_the_same_engine() -> None:
    assert Store(None).totals() == {"people": 0, "groups": 0}

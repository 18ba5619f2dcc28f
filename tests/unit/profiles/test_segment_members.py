"""Bits of who is in what, moments of change and meters: what is kept, saved, taken back and found again."""

from __future__ import annotations

import random
import sqlite3

import pytest

from headwater.base.rules import Performed
from headwater.base.rules_parse import parse
from headwater.profiles import due, members, meters
from headwater.profiles.due import Due
from headwater.profiles.members import PAGE_PEOPLE, Members, numbers_of, page_of, refs_in, row_id
from headwater.profiles.meters import Kinds


@pytest.fixture
def connection() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID")
    for statement in (members.TABLE, *due.TABLES, meters.TABLE):
        made.execute(statement)
    return made


def test_bits_are_kept_as_a_set_would(connection: sqlite3.Connection):
    chance = random.Random(7)
    numbers, kept = [3, 9, 4], set[tuple[int, int]]()
    kept_members = Members(connection)
    table = kept_members.table("w", numbers)
    for step in range(2_000):
        number, ref, inside = chance.choice(numbers), chance.randrange(3 * PAGE_PEOPLE), chance.random() < 0.7
        assert table.put(number, ref, inside) is (((number, ref) in kept) is not inside)
        kept = kept | {(number, ref)} if inside else kept - {(number, ref)}
        if step % 500 == 499:
            kept_members.save()
            table = kept_members.table("w", numbers)
    for ref in {ref for _, ref in kept} | {0, PAGE_PEOPLE}:
        assert table.of(ref) == [number for number in numbers if (number, ref) in kept]
        assert list(table.inside(ref)) == [(number, ref) in kept for number in numbers]
        first, last, place = page_of(ref)
        rows = connection.execute(
            "SELECT id, substr(bits, ?, 1) FROM members WHERE id BETWEEN ? AND ?", (place, first, last)
        )
        assert set(numbers_of(rows, ref)) == set(table.of(ref))
    for number in numbers:
        found = [
            ref
            for page in range(3)
            for row in connection.execute("SELECT bits FROM members WHERE id = ?", (row_id(page, number),))
            for ref in refs_in(page, row[0])
        ]
        assert found == sorted(ref for owner, ref in kept if owner == number)


def test_what_is_not_saved_is_forgotten_and_what_is_empty_is_no_row(connection: sqlite3.Connection):
    kept = Members(connection)
    table = kept.table("w", [1, 2])
    table.put(1, 5, True)
    kept.save()
    table.put(2, 5, True)
    table.put(1, 5, False)
    kept.lost()
    assert table.of(5) == [1]
    assert kept.leave_all(5) == [1]
    kept.save()
    assert connection.execute("SELECT count(*) FROM members").fetchone() == (0,)


def test_a_removed_segment_leaves_the_others(connection: sqlite3.Connection):
    kept = Members(connection)
    table = kept.table("w", [1, 2])
    for ref in (1, PAGE_PEOPLE, 9 * PAGE_PEOPLE):
        table.put(1, ref, True)
        table.put(2, ref, True)
    kept.save()
    kept.remove(1)
    table = kept.table("w", [2])
    kept.save()
    assert table.of(9 * PAGE_PEOPLE) == [2]
    assert connection.execute("SELECT count(*) FROM members").fetchone() == (3,)


def test_pages_beyond_the_bound_are_read_again(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(members, "MOST_BYTES", 3 * members.PAGE_BYTES)
    kept = Members(connection)
    table = kept.table("w", [1])
    for page in range(8):
        table.put(1, page * PAGE_PEOPLE, True)
        kept.save()
        assert len(table._pages) <= 4
    assert [table.has(1, page * PAGE_PEOPLE) for page in range(8)] == [True] * 8


def test_the_earliest_moment_counts_until_it_is_said_anew(connection: sqlite3.Connection):
    kept = Due(connection)
    kept.at_latest(1, 500)
    kept.at_latest(1, 900)
    kept.at_latest(2, None)
    kept.set(3, 100)
    kept.save()
    kept.at_latest(1, 700)
    kept.set(3, 800)
    kept.save()
    assert kept.take(499, 10) == []
    assert kept.take(500, 10) == [1]
    assert kept.take(900, 10) == [3]
    assert kept.take(900, 10) == []
    kept.set(4, 50)
    kept.lost()
    kept.set(5, None)
    kept.at_latest(5, 70)
    kept.save()
    assert kept.take(1_000, 10) == [5]


def performed(**given: object) -> Performed:
    rule = parse({"event": "E", **given})
    assert isinstance(rule, Performed)
    return rule


def test_a_meter_that_must_know_more_is_not_ready(connection: sqlite3.Connection):
    kinds = Kinds(connection)
    (meter,) = kinds.want("w", [performed(withinDays=7)])
    kinds.set_ready(meter)
    kinds.save()
    kinds = Kinds(connection)
    week, deeper, ever = performed(withinDays=7), performed(withinDays=1, count={"atLeast": 3}), performed()
    assert kinds.want("w", [week])[0].ready
    assert kinds.find("w", week) is not None
    assert kinds.find("w", deeper) is None is kinds.find("w", ever)
    (again,) = kinds.want("w", [week, deeper])
    assert (again.number, again.ready, again.depth) == (meter.number, False, 3)
    kinds.set_ready(again)
    (longer,) = kinds.want("w", [week, ever])
    assert (longer.ready, longer.depth, longer.within_ms) == (False, 3, meters.EVER)
    assert kinds.want("w", []) == []
    kinds.save()
    assert connection.execute("SELECT count(*) FROM meter_kinds").fetchone() == (0,)
    assert Kinds(connection).want("w", [ever])[0].number == meter.number + 1

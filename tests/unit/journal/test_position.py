"""How far readers have come: what retention waits for."""

from __future__ import annotations

from pathlib import Path

from headwater.journal.position import Position, Positions


def test_what_one_of_the_readers_has_not_read_is_still_needed(tmp_path: Path) -> None:
    readers = Positions(tmp_path, ["first", "second"])
    assert readers.read_by_all() == 0
    first = Position(tmp_path, "first", writable=True)
    first.set(500)
    assert readers.read_by_all() == 0  # the second has never run
    second = Position(tmp_path, "second", writable=True)
    second.set(300)
    assert readers.read_by_all() == 300
    second.set(800)
    assert readers.read_by_all() == 500
    first.set(0)  # its store was lost: it reads again from the beginning
    assert readers.read_by_all() == 0


def test_a_position_outlives_the_reader(tmp_path: Path) -> None:
    position = Position(tmp_path, "first", writable=True)
    position.set(500)
    position.close()
    assert Positions(tmp_path, ["first"]).read_by_all() == 500
    assert Position(tmp_path, "first", writable=True).get() == 500

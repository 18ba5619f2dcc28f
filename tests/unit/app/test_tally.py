"""How many events were accepted: the same number after any end of the process, and after retention."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from headwater.app.tally import Tally, saved_sums
from headwater.base.raw import RawRecord
from headwater.journal.local import LocalReader, LocalWriter, prune


class Door:
    """A journal with its tally; `crash` leaves the file as it was last saved."""

    def __init__(self, directory: Path) -> None:
        self.raw = directory / "raw"
        self.path = directory / "accepted.json"
        self.sent: dict[str, int] = {}
        self.open()

    def open(self) -> None:
        self.writer = LocalWriter(self.raw, segment_bytes=400)
        self.reader = LocalReader(self.raw)
        self.tally = Tally(self.path, self.reader)

    def crash(self) -> None:
        self.reader.close()
        self.writer.close()
        self.open()

    def accept(self, source: str, count: int, *, answered: bool = True) -> None:
        """`answered` False: the process died between the flush and the count."""
        events = [msgspec.Raw(b"{}")] * count
        record = RawRecord(source_id=source, workspace_id="ws", received_ms=1, events=events)
        end = self.writer.append([msgspec.json.encode(record)])
        self.sent[source] = self.sent.get(source, 0) + count
        if answered:
            self.tally.add(source, count)
            self.tally.settled(end)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


@pytest.mark.parametrize("seed", range(20))
def test_the_count_survives_crashes_saves_and_retention_in_any_order(door: Door, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        act = chance.choice(["accept", "accept", "accept", "save", "crash", "prune", "die"])
        if act == "accept":
            door.accept(chance.choice(["a", "b"]), chance.randint(1, 5))
        elif act == "save":
            door.tally.save(door.tally.sums())
        elif act == "prune":
            prune(door.raw, before=saved_sums(door.path).offset)
        elif act == "die":
            door.accept("a", 2, answered=False)
            door.crash()
        else:
            door.crash()
        assert door.tally.counts() == door.sent
    assert door.reader.earliest() > 0


def test_a_spoiled_file_is_made_anew_from_the_journal(door: Door) -> None:
    door.accept("a", 3)
    door.tally.save(door.tally.sums())
    door.path.write_bytes(b'{"offs')
    door.crash()
    assert door.tally.counts() == {"a": 3}


def test_nothing_new_is_not_written_again(door: Door) -> None:
    door.accept("a", 1)
    door.tally.save(door.tally.sums())
    door.path.unlink()
    door.tally.save(door.tally.sums())
    assert not door.path.exists()

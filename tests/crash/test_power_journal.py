"""The journal over a disk that forgets: kills, power cuts, full disks and failed flushes at any point of any call.

What was acknowledged is there, what a reader saw stays, what was refused never appears. Each sync is needed: without
any one of them some of these histories lose an event, and the test sees it.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from headwater.journal.local import LocalReader, LocalWriter, prune
from headwater.journal.protocol import JournalDamaged, JournalFull
from tests.crash.disk import Disk, Killed

HISTORIES = 600
MUTANT_HISTORIES = 4_000
NEEDED = {
    "_flush < append",
    "_open_last < __init__",
    "sync_directory < _open_last < __init__",
    "sync_directory < sync_way_to < _open_last",
    "sync_directory < _rotate < append",
    "sync_directory < prune",
}
"""Every sync of the journal, by who asks for it."""


class Lost(AssertionError):
    """A promise was broken."""


class History:
    """Processes that write, read and prune one log, one after the other; each ends as it likes, or by the power."""

    def __init__(self, root: Path, seed: int, *, without: str | None = None) -> None:
        self.chance = random.Random(seed)
        self.disk = Disk(root, self.chance, without=without)
        self.directory = root / "journal" / "raw"
        self.number = 0
        self.acknowledged: dict[int, bytes] = {}
        self.seen: dict[int, bytes] = {}
        self.refused: set[bytes] = set()
        self.pruned_before = 0

    def run(self) -> None:
        with self.disk.installed():
            for _ in range(self.chance.randint(2, 6)):
                self.disk.kill_at = self.disk.calls + self.chance.randint(1, 70)
                try:
                    self.live()
                except Killed:
                    self.disk.check()
                self.disk.end_process()
                if self.chance.random() < 0.6:
                    self.disk.cut_power()
                    self.refused.clear()  # they were cut off, but nothing said when the disk is told so
            self.live()
            self.disk.end_process()

    def live(self) -> None:
        """One process's life: up to thirty calls, unless it is killed before."""
        writer = LocalWriter(self.directory, segment_bytes=150, lock_wait_s=0)
        reader = LocalReader(self.directory)
        self.look_at_all(reader)
        for _ in range(self.chance.randint(0, 30)):
            act = self.chance.choices([self.append, self.look, self.prune], [6, 3, 1])[0]
            act(writer, reader)
        self.look_at_all(reader)

    def append(self, writer: LocalWriter, _reader: LocalReader) -> None:
        payloads = [self.payload() for _ in range(self.chance.randint(1, 3))]
        trouble = self.chance.random()
        self.disk.failing_flushes = 1 if trouble < 0.1 else 0
        self.disk.room_bytes = self.chance.randint(0, 60) if 0.1 < trouble < 0.2 else None
        try:
            end = writer.append(payloads)
        except JournalFull:
            self.refused.update(payloads)
            return
        finally:
            self.disk.failing_flushes, self.disk.room_bytes = 0, None
        for payload in reversed(payloads):
            end -= len(payload) + 8
            self.acknowledged[end] = payload

    def payload(self) -> bytes:
        self.number += 1
        return b"%d:" % self.number + bytes(self.chance.randint(0, 60))

    def look(self, _writer: LocalWriter, reader: LocalReader) -> None:
        start = self.chance.choice([reader.earliest(), *self.seen])
        if start >= reader.earliest():
            self.note(reader, start, self.chance.randint(1, 400))

    def look_at_all(self, reader: LocalReader) -> None:
        offset = reader.earliest()
        if offset > self.pruned_before:
            raise Lost(f"the log begins at {offset}, though only what lies before {self.pruned_before} was given up")
        found: dict[int, bytes] = {}
        while offset < reader.end():
            found |= (more := self.note(reader, offset, 100))
            last = max(more)
            offset = last + len(more[last]) + 8
        for what in (self.acknowledged, self.seen):
            for offset, payload in what.items():
                if offset >= reader.earliest() and found.get(offset) != payload:
                    raise Lost(f"the record at {offset} is {found.get(offset)!r}, it was {payload!r}")

    def note(self, reader: LocalReader, offset: int, max_bytes: int) -> dict[int, bytes]:
        try:
            records = reader.read(offset, max_bytes)
        except JournalDamaged as damage:
            raise Lost(damage.message) from damage
        found = {record.offset: record.payload for record in records}
        if wrong := self.refused.intersection(found.values()):
            raise Lost(f"refused records appeared: {wrong}")
        self.seen |= found
        return found

    def prune(self, _writer: LocalWriter, _reader: LocalReader) -> None:
        if self.acknowledged:
            self.pruned_before = max(self.pruned_before, self.chance.choice(list(self.acknowledged)))
            prune(self.directory, before=self.pruned_before)


def lost_within(root: Path, count: int, *, without: str | None = None) -> str | None:
    """How the first of so many histories that loses something does so; None: none does."""
    for seed in range(count):
        root.mkdir()
        try:
            History(root, seed, without=without).run()
        except Lost as lost:
            return f"history {seed}: {lost}"
        finally:
            shutil.rmtree(root)
    return None


def test_nothing_acknowledged_or_seen_is_lost(quick_path: Path) -> None:
    assert lost_within(quick_path / "disk", HISTORIES) is None


def test_the_syncs_are_these(quick_path: Path) -> None:
    """A new one must come with a reason: the test below must see what is lost without it."""
    found: set[str] = set()
    for seed in range(20):
        history = History(quick_path / str(seed), seed)
        history.disk.root.mkdir()
        history.run()
        found |= history.disk.sites
    assert found == NEEDED


@pytest.mark.parametrize("without", sorted(NEEDED))
def test_each_sync_is_needed(quick_path: Path, without: str) -> None:
    assert lost_within(quick_path / "disk", MUTANT_HISTORIES, without=without) is not None


def noop(*_arguments: object) -> None:
    return None


@pytest.mark.parametrize("step", ["_write_again", "_take_back"])
def test_each_step_of_mending_is_needed(quick_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken: Callable[..., None] = noop
    monkeypatch.setattr(LocalWriter, step, broken)
    assert lost_within(quick_path / "disk", MUTANT_HISTORIES) is not None

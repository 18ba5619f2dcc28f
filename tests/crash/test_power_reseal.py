"""Sealing anew over a disk that forgets: kills and power cuts at any point of any call.

Whenever that is, every record is there, as it was or without what was to go; and once a call has returned, what was to
go has gone for good. Each sync is needed for that.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from headwater.journal.files import segment_bases
from headwater.journal.local import LocalReader, LocalWriter
from headwater.journal.protocol import JournalDamaged
from headwater.journal.reseal import reseal
from tests.crash.disk import Disk, Killed

HISTORIES = 400
MUTANT_HISTORIES = 3_000
NEEDED = {"_replace < _reseal < reseal", "sync_directory < _replace < _reseal"}
SECRET = b"SECRET"


class Lost(AssertionError):
    """A promise was broken."""


def redacted(payload: bytes) -> bytes:
    return payload.replace(SECRET, b" " * len(SECRET))


class History:
    """Processes that write a log and take the secret out of it, one after the other."""

    def __init__(self, root: Path, seed: int, *, without: str | None = None) -> None:
        self.chance = random.Random(seed)
        self.disk = Disk(root, self.chance, without=without)
        self.directory = root / "journal" / "raw"
        self.number = 0
        self.acknowledged: dict[int, bytes] = {}
        self.clean_before = 0

    def run(self) -> None:
        with self.disk.installed():
            for _ in range(self.chance.randint(2, 5)):
                self.disk.kill_at = self.disk.calls + self.chance.randint(1, 60)
                try:
                    self.live()
                except Killed:
                    self.disk.check()
                self.disk.end_process()
                if self.chance.random() < 0.7:
                    self.disk.cut_power()
            self.live()
            self.disk.end_process()

    def live(self) -> None:
        writer = LocalWriter(self.directory, segment_bytes=150, lock_wait_s=0)
        reader = LocalReader(self.directory)
        self.look(reader)
        for _ in range(self.chance.randint(1, 12)):
            if self.chance.random() < 0.75:
                self.append(writer)
            else:
                self.take_out(writer)
            self.look(reader)

    def append(self, writer: LocalWriter) -> None:
        self.number += 1
        secret = SECRET if self.chance.random() < 0.4 else b""
        payload = b"%d:" % self.number + secret + bytes(self.chance.randint(0, 60))
        if self.chance.random() < 0.2:
            writer.cut()
        self.acknowledged[writer.append([payload]) - len(payload) - 8] = payload

    def take_out(self, writer: LocalWriter) -> None:
        before = writer.base

        def rewrite(payload: bytes) -> bytes | None:
            return redacted(payload) if SECRET in payload else None

        list(reseal(self.directory, before=before, rewrite=rewrite))
        self.clean_before = max(self.clean_before, before)

    def look(self, reader: LocalReader) -> None:
        found: dict[int, bytes] = {}
        offset = 0
        while offset < reader.end():
            try:
                records = reader.read(offset, 100)
            except JournalDamaged as damage:
                raise Lost(damage.message) from damage
            found |= {record.offset: record.payload for record in records}
            offset = records[-1].next
        for offset, payload in self.acknowledged.items():
            now = found.get(offset)
            if now not in (payload, redacted(payload)):
                raise Lost(f"the record at {offset} is {now!r}, it was {payload!r}")
            if SECRET in now and offset < self.clean_before:
                raise Lost(f"the record at {offset} is back")
        for base in segment_bases(self.directory):
            content = (self.directory / f"{base:020d}.log").read_bytes()
            if base < self.clean_before and SECRET in content:
                raise Lost(f"the segment {base} holds it still")


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


def test_no_record_is_lost_and_nothing_comes_back(quick_path: Path) -> None:
    assert lost_within(quick_path / "disk", HISTORIES) is None


def test_the_syncs_are_these(quick_path: Path) -> None:
    """A new one must come with a reason: the test below must see what is lost without it."""
    found: set[str] = set()
    for seed in range(20):
        history = History(quick_path / str(seed), seed)
        history.disk.root.mkdir()
        history.run()
        found |= {site for site in history.disk.sites if "_reseal" in site}
    assert found == NEEDED


@pytest.mark.parametrize("without", sorted(NEEDED))
def test_each_sync_is_needed(quick_path: Path, without: str) -> None:
    assert lost_within(quick_path / "disk", MUTANT_HISTORIES, without=without) is not None

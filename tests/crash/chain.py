"""The way from the door's journal to rows as one process, on a disk that forgets, with what it must come to.

The journals lie on the modelled disk. The stores beside them (SQLite, RocksDB, DuckDB) keep their own promises, so a
kill leaves them as their files were at that moment; a power cut besides tears the logs that RocksDB does not flush.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from headwater.app.home import Home
from headwater.app.processes import READERS
from headwater.app.pruning import Pruning
from headwater.app.settings import GIB, load
from headwater.app.tally import Tally
from headwater.base.clean import decode_frame
from headwater.base.errors import Transient
from headwater.base.raw import RawRecord
from headwater.journal.local import LocalReader, LocalWriter
from headwater.journal.position import Position
from headwater.journal.protocol import JournalFull, Reader
from headwater.pipeline.debugger import Debugger
from headwater.pipeline.dedupe import DiskWindow
from headwater.pipeline.ledger import Ledger
from headwater.pipeline.run import Pipeline
from headwater.warehouse.ids import DiskIds
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.run import Loading
from tests.crash.disk import Disk, Killed
from tests.unit.warehouse.made import BOTH, rows

NOW = 1_790_000_000.0
SOURCE = "s2"
SEGMENT_BYTES = 1500
EVERYTHING = 10**8
"""As `keep_bytes`: nothing is ever let go."""


class Lost(AssertionError):
    """A promise was broken."""


class Process:
    """Everything open, once `start` has returned. What happens is decided by `Chain`."""

    def __init__(self) -> None:
        self.opened: list[Callable[[], None]] = []
        self.paused: list[Callable[[], None]] = []
        """What keeps RocksDB from moving its files while they are copied."""

    def start(self, home: Home, *, keep_bytes: int) -> None:
        settings = load(
            file=None,
            environment={},
            overrides={
                "journal_segment_bytes": SEGMENT_BYTES,
                "journal_keep_gib": keep_bytes / GIB,
                "journal_free_gib": 0,
                "journal_max_gib": 1,
            },
        )
        self.raw = LocalWriter(home.raw, segment_bytes=SEGMENT_BYTES, lock_wait_s=0)
        self.tally = Tally(home.accepted, LocalReader(home.raw))
        self.clean = LocalWriter(home.clean, segment_bytes=SEGMENT_BYTES, lock_wait_s=0)
        self.ledger = Ledger(home.ledger)
        self.opened.append(self.ledger._db.close)
        self.window = DiskWindow(home.dedupe, now=NOW)
        self.opened.append(self.window.close)
        self.paused.append(self.pause_window)
        self.pipeline = Pipeline(
            raw=LocalReader(home.raw),
            open_raw=lambda: LocalReader(home.raw),
            clean_writer=self.clean,
            clean_reader=LocalReader(home.clean),
            window=self.window,
            ledger=self.ledger,
            debugger=Debugger(),
            journal_name="collect",
            clock=lambda: NOW,
            log=lambda _text: None,
        )
        self.pipeline._in_loop = lambda work: work()  # pyright: ignore[reportAttributeAccessIssue] (one thread here)
        self.warehouse = Warehouse(home.warehouse, layout=BOTH, threads=1)
        self.opened.append(self.warehouse.close)
        self.paused.append(self.pause_ids)
        self.positions = [Position(home.clean, reader, writable=True) for reader in READERS]
        self.loading = Loading(
            clean=LocalReader(home.clean),
            targets=lambda: {"w1": self.warehouse},
            target_of=lambda _workspace: self.warehouse,
            every_s=0,
            log=lambda _text: None,
            passed=self.passed,
        )
        self.paused.insert(0, self.loading._settle)
        self.pruning = Pruning(
            home=home,
            settings=settings,
            pipeline=self.pipeline,
            ledger=self.ledger,
            clock=lambda: NOW,
            log=lambda _text: None,
        )
        self.pipeline.recover()
        self.loading._move_to(self.loading._first_offset())

    def passed(self, offset: int) -> None:
        """The other readers are taken to keep step."""
        for position in self.positions:
            position.set(offset)

    def pause_window(self) -> None:
        for generation in self.window._generations:
            generation.store.cancel_all_background(True)

    def pause_ids(self) -> None:
        if self.warehouse._filling is not None:
            self.warehouse._filling.join()
        if isinstance(self.warehouse._ids, DiskIds) and self.warehouse._ids._store is not None:
            self.warehouse._ids._store.cancel_all_background(True)


class Chain:
    """One history: processes one after the other, each of which does things until it ends or is killed.

    `keep_bytes`: how much of what is read retention keeps. `stores` does to the stores' files what befalls them when
    the power is cut.
    """

    def __init__(
        self, folder: Path, seed: int, *, keep_bytes: int, stores: Callable[[Chain], None], without: str | None = None
    ) -> None:
        self.chance = random.Random(seed)
        self.home = Home(folder / "data")
        self.home.create()
        self.home.ledger.parent.mkdir(exist_ok=True)
        for path in (self.home.raw, self.home.clean):
            path.rmdir()
        self.disk = Disk(self.home.raw.parent, self.chance, without=without)
        self.kept = folder / "kept"
        self.keep_bytes = keep_bytes
        self.befalls = stores
        self.process: Process | None = None
        self.acknowledged: set[str] = set()
        self.tried: set[str] = set()
        self.acknowledged_events = 0
        self.tried_events = 0

    def run(self) -> None:
        with self.disk.installed():
            for _ in range(self.chance.randint(2, 4)):
                self.disk.kill_at = self.disk.calls + self.chance.randint(1, 120)
                self.live()
                self.disk.check()
                self.die()
                if self.chance.random() < 0.7:
                    self.disk.cut_power()
                    self.befalls(self)
            self.open()
            try:
                self.reckon()
            finally:
                self.die()

    def open(self) -> Process:
        self.process = Process()
        self.process.start(self.home, keep_bytes=self.keep_bytes)
        return self.process

    def live(self) -> None:
        with contextlib.suppress(Killed):
            process = self.open()
            acts = [self.accept, self.step, self.load, self.save, self.sweep]
            for _ in range(self.chance.randint(5, 40)):
                with contextlib.suppress(Transient):
                    self.chance.choices(acts, [6, 4, 2, 1, 2])[0](process)

    def accept(self, process: Process) -> None:
        """A request with new events and some that were sent before, on a disk that may just be full or failing."""
        ids = [f"m{len(self.tried) + number}" for number in range(self.chance.randint(1, 4))]
        before = sorted(self.tried)
        ids += self.chance.choices(before, k=self.chance.randint(0, 3)) if before else []
        self.tried.update(ids)
        self.tried_events += len(ids)
        events = [msgspec.Raw(msgspec.json.encode(call(id_))) for id_ in ids]
        record = RawRecord(source_id=SOURCE, workspace_id="w1", received_ms=int(NOW * 1000), events=events)
        with self.trouble(), contextlib.suppress(JournalFull):
            end = process.raw.append([msgspec.json.encode(record)])
            process.tally.add(SOURCE, len(ids))
            process.tally.settled(end)
            self.acknowledged.update(ids)
            self.acknowledged_events += len(ids)

    @contextlib.contextmanager
    def trouble(self) -> Iterator[None]:
        kind = self.chance.random()
        self.disk.failing_flushes = 1 if kind < 0.05 else 0
        self.disk.room_bytes = self.chance.randint(0, 200) if 0.05 < kind < 0.1 else None
        try:
            yield
        finally:
            self.disk.failing_flushes, self.disk.room_bytes = 0, None

    def step(self, process: Process) -> None:
        with self.trouble():
            process.pipeline.step()

    def load(self, process: Process) -> None:
        process.loading.step()
        if self.chance.random() < 0.8:  # as the loop does, but for large stretches
            process.loading._finish()

    def save(self, process: Process) -> None:
        process.tally.save(process.tally.sums())

    def sweep(self, process: Process) -> None:
        process.pruning.sweep()

    def die(self) -> None:
        """As a kill leaves it: the stores' files stay as they are at this moment, though closing would change them."""
        self.disk.end_process()
        process, self.process = self.process, None
        if process is not None:
            for pause in process.paused:
                pause()
            left = {path: self.keep(path) for path in self.stores()}
            for close in process.opened:
                close()
            for path, copy in left.items():
                remove(path)
                copy.rename(path)

    def stores(self) -> list[Path]:
        found = [self.home.dedupe, *self.home.directory.glob("warehouse.duckdb*")]
        return [path for path in found if path.exists()]

    def keep(self, path: Path) -> Path:
        copy = path.with_name(f"left-{path.name}")
        if path.is_dir():
            shutil.copytree(path, copy, ignore=shutil.ignore_patterns("LOCK"))
        else:
            shutil.copy2(path, copy)
        return copy

    def reckon(self) -> None:
        """Everything is let through, and what came of it is held against what was sent."""
        process = self.process
        assert process is not None
        deadline = time.monotonic() + 60
        while process.pipeline.step() or process.loading.step():
            assert time.monotonic() < deadline
        found, own = ids_in(process.warehouse, "tracks"), ids_in(process.warehouse, "done")
        say(len(found) == len(set(found)), f"{len(found)} rows of {len(set(found))} ids")
        say(sorted(found) == sorted(own), "tracks and the event's own table differ")
        missing = self.acknowledged.difference(found)
        say(not missing, f"acknowledged and not there: {sorted(missing)}")
        say(self.tried.issuperset(found), "rows that nobody sent")
        accepted = process.tally.counts().get(SOURCE, 0)
        total = process.ledger.totals().get(SOURCE)
        say(
            self.acknowledged_events <= accepted <= self.tried_events,
            f"{accepted} accepted, {self.acknowledged_events} acknowledged, {self.tried_events} sent",
        )
        if total is None:
            say(not accepted, f"{accepted} accepted and none counted")
            return
        say(total.total == accepted, f"{accepted} accepted, of which {total.total} have a fate")
        say(total.clean == len(found), f"{total.clean} clean, {len(found)} rows")
        done = process.warehouse.counts().done
        say(done == total.clean, f"{done} done of {total.clean} clean")
        if self.keep_bytes == EVERYTHING:
            self.reckon_journals(accepted, found)

    def reckon_journals(self, accepted: int, found: list[str]) -> None:
        """Where nothing was let go: the clean journal holds each event once, the raw one all that was accepted."""
        raw = [msgspec.json.decode(payload, type=RawRecord) for payload in payloads(LocalReader(self.home.raw))]
        say(sum(len(record.events) for record in raw) == accepted, "the raw journal holds another number of events")
        clean = [
            event.message_id
            for payload in payloads(LocalReader(self.home.clean))
            for event in decode_frame(payload).events
        ]
        say(sorted(clean) == sorted(found), "the clean journal does not hold each event once")


def call(message_id: str) -> dict[str, Any]:
    return {"type": "track", "userId": "u1", "event": "Done", "messageId": message_id}


def ids_in(warehouse: Warehouse, table: str) -> list[str]:
    """None while nothing was loaded, so that there is no table yet."""
    with contextlib.suppress(duckdb.CatalogException):
        return [id_ for (id_,) in rows(warehouse, f"SELECT id FROM web_app.{table}")]
    return []


def say(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Lost(otherwise)


def payloads(reader: Reader) -> Iterator[bytes]:
    offset = reader.earliest()
    while records := reader.read(offset, 10_000):
        yield from (record.payload for record in records)
        offset = records[-1].next
    reader.close()


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def tear_logs(chain: Chain) -> None:
    """What RocksDB wrote to its log and did not flush is gone from some byte on."""
    for log in [*chain.home.dedupe.glob("*/*.log"), *chain.home.directory.glob("*.ids/*.log")]:
        content = log.read_bytes()
        log.write_bytes(content[: chain.chance.randint(0, len(content))])


def bring_back_older(chain: Chain) -> None:
    """Each store is as it was at an earlier end of the process, or is gone; the journals are newer."""
    groups = {
        "dedupe": [chain.home.dedupe],
        "ledger": [chain.home.ledger],
        "warehouse": [chain.home.warehouse, Path(f"{chain.home.warehouse}.wal"), Path(f"{chain.home.warehouse}.ids")],
    }
    for name, paths in groups.items():
        older = chain.kept / name
        fate = chain.chance.choice(["stays", "older", "gone"])
        if fate == "stays":
            continue
        for path in paths:
            remove(path)
            if fate == "older" and (older / path.name).exists():
                put = shutil.copytree if (older / path.name).is_dir() else shutil.copy2
                put(older / path.name, path)
        if name == "dedupe":
            chain.home.dedupe.mkdir(exist_ok=True)
    for name, paths in groups.items():
        if chain.chance.random() < 0.5:
            remove(chain.kept / name)
            (chain.kept / name).mkdir(parents=True)
            for path in paths:
                if path.exists():
                    put = shutil.copytree if path.is_dir() else shutil.copy2
                    put(path, chain.kept / name / path.name)

"""How fast clean events become people, among a million of them, and how long a person takes to be read meanwhile.

    python -m bench.profiles [people] [events] [--segments N]

The process of people runs as in the product, on a journal that is written beforehand: first everybody is identified
(`fill`), then events of people picked at random come (`follow`): tracks and pages, a tenth of them identifies with a
trait that changes. A hundred segments of four conditions are judged; every tenth counts the tracks. Meanwhile a client
reads people by their id over the process's socket, and goes on for a while when all is done (`quiet`). The reference is
SQLite alone: rows of the same size, updated at random in transactions of the same size, with the same settings; a ratio
is the rate of ours by its rate. Memory is the most that the process held.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import multiprocessing
import os
import random
import sqlite3
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from bench import machine
from headwater.app import profiles_process
from headwater.app.home import Home
from headwater.app.processes import PROFILES
from headwater.app.rpc import RpcClient
from headwater.app.settings import load
from headwater.app.supervisor import ChildOrder
from headwater.base.clean import CleanFrame, encode_frame
from headwater.base.clock import iso_from_seconds
from headwater.base.event import CleanEvent
from headwater.catalog.load import load_catalog
from headwater.control.bootstrap import bootstrap, open_store
from headwater.journal.local import LocalWriter

GOALS = {"eventsPerS": 20_000, "cpuUs": 45, "readP99Ms": 5, "memoryMib": 500}
PER_FRAME = 500
FRAMES_AT_ONCE = 40
READS_PER_S = 50
SEGMENTS = 100
QUIET_S = 5.0
BEGAN_S = 1_772_366_400.0
CONTEXT = msgspec.json.encode(
    {
        "page": {"path": "/app/reports/7/summary", "title": "Report 7", "url": "https://app.example.com/app/reports/7"},
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0",
        "locale": "en-GB",
        "library": {"name": "analytics.js", "version": "npm:next-1.84.3"},
        "timezone": "Europe/London",
    }
)


class Writing:
    """Puts events of one source into the clean journal of a data directory."""

    def __init__(self, home: Home, segments: int) -> None:
        store = open_store(home.directory)
        self.workspace_id = bootstrap(store, home.directory, "us").id
        spec = load_catalog().source("candu")
        self.source_id = store.create_source(self.workspace_id, spec=spec, name="Candu_Prod").id
        for number in range(segments):
            store.segments.create(self.workspace_id, name=f"Segment {number}", rule=_rule(number))
        store.close()
        self._writer = LocalWriter(home.clean, segment_bytes=64 * 1024 * 1024)

    def write(self, events: Iterator[CleanEvent]) -> None:
        frames: list[bytes] = []
        while held := list(islice(events, PER_FRAME)):
            frames.append(encode_frame(CleanFrame(events=held)))
            if len(frames) == FRAMES_AT_ONCE:
                self._writer.append(frames)
                frames.clear()
        if frames:
            self._writer.append(frames)

    def close(self) -> None:
        self._writer.close()

    def event(self, number: int, person: int, type: Any, **given: Any) -> CleanEvent:
        at = iso_from_seconds(BEGAN_S + number / 20_000)
        return CleanEvent(
            message_id=f"ajs-next-{number}-{person}",
            type=type,
            source_id=self.source_id,
            workspace_id=self.workspace_id,
            received_at=at,
            timestamp=at,
            user_id=f"user-{person:07}",
            anonymous_id=str(uuid.UUID(int=person * 2_654_435_761 % 2**128)),
            context=msgspec.Raw(CONTEXT),
            **given,
        )

    def everybody(self, people: int) -> Iterator[CleanEvent]:
        for person in range(people):
            yield self.event(person, person, "identify", traits=_traits(person, 0))

    def following(self, people: int, events: int) -> Iterator[CleanEvent]:
        chance = random.Random(5)
        for number in range(events):
            person, kind = chance.randrange(people), chance.random()
            if kind < 0.1:
                yield self.event(people + number, person, "identify", traits=_traits(person, number))
            elif kind < 0.4:
                yield self.event(people + number, person, "page", name="Reports", properties=msgspec.Raw(b'{"tab":3}'))
            else:
                properties = msgspec.Raw(b'{"report":7,"format":"pdf","pages":12}')
                yield self.event(people + number, person, "track", event="Report Exported", properties=properties)


def _traits(person: int, number: int) -> msgspec.Raw:
    return msgspec.Raw(
        msgspec.json.encode(
            {
                "email": f"user-{person:07}@example.com",
                "name": f"Person {person}",
                "plan": ("free", "pro", "team")[person % 3],
                "seats": person % 50,
                "role": ("admin", "member")[person % 2],
                "logins": number,
                "createdAt": "2026-01-05T10:00:00.000Z",
                "company": {"name": f"Company {person % 1000}", "employees": person % 900},
            }
        )
    )


def _rule(number: int) -> dict[str, Any]:
    """Four conditions that hold of one or two people in a hundred; every tenth counts events that come."""
    plan = {"trait": "plan", "op": "isOneOf", "value": [("free", "pro", "team")[number % 3], "enterprise"]}
    seats = {"trait": "seats", "op": "greaterThan", "value": 40 + number % 9}
    size = {"trait": "company.employees", "op": "lessOrEqual", "value": 9 * number}
    last: dict[str, Any] = {"trait": "logins", "op": "lessThan", "value": 1_000 * number}
    if number % 10 == 0:
        last = {"event": "Report Exported", "op": "performed", "count": {"atLeast": 2 + number}, "withinDays": 30}
    return {"all": [plan, seats, size, last]}


def serve(order: ChildOrder) -> None:
    async def run() -> None:
        await profiles_process.run(order, ready=frozen, stop=asyncio.Event())

    def frozen() -> None:
        """As `app.child` does it."""
        gc.collect()
        gc.freeze()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


class Followed:
    """The process of people at work on a journal that is there."""

    def __init__(self, home: Home) -> None:
        settings = load(environment={}, overrides={"data": str(home.directory)})
        order = ChildOrder(
            process=PROFILES,
            settings=settings,
            url="http://127.0.0.1:1",
            listen_fd=None,
            ready_fd=-1,
            parent_pid=os.getpid(),
        )
        self._process = multiprocessing.get_context("spawn").Process(target=serve, args=(order,), daemon=True)
        self._process.start()
        self._socket = home.socket(PROFILES.name)

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def until(self, done: int, workspace_id: str) -> tuple[int, float, float]:
        """Waits until so many events are done in all; gives how many it was since the process answered, with the
        seconds by the clock and by the processor."""

        async def wait() -> tuple[int, float, float]:
            client = RpcClient(self._socket, name="profiles", patience_s=60)
            before = (await client.call("reader_account", workspace_id=workspace_id))["done"]
            began, began_cpu = time.perf_counter(), machine.cpu_s(self.pid)
            while (await client.call("reader_account", workspace_id=workspace_id))["done"] < done:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await client.close()
            return done - before, time.perf_counter() - began, machine.cpu_s(self.pid) - began_cpu

        return asyncio.run(wait())

    def peak_mib(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def end(self) -> None:
        self._process.kill()
        self._process.join()


class Reads(threading.Thread):
    """Reads people at random, at a steady pace, until it is told to stop."""

    def __init__(self, home: Home, workspace_id: str, people: int) -> None:
        super().__init__(daemon=True)
        self._socket = home.socket(PROFILES.name)
        self._workspace_id = workspace_id
        self._people = people
        self._ended = threading.Event()
        self.took_ms: list[float] = []

    def run(self) -> None:
        asyncio.run(self._read())

    def end(self) -> None:
        self._ended.set()
        self.join()

    async def _read(self) -> None:
        client = RpcClient(self._socket, name="profiles", patience_s=60)
        chance = random.Random(3)
        await client.call("ping")  # it may be starting still
        while not self._ended.is_set():
            began = time.perf_counter()
            user_id = f"user-{chance.randrange(self._people):07}"
            found = await client.call("person_of", workspace_id=self._workspace_id, user_id=user_id)
            took_s = time.perf_counter() - began
            assert found is not None, user_id
            self.took_ms.append(took_s * 1000)
            await asyncio.sleep(max(0.0, 1 / READS_PER_S - took_s))
        await client.close()


def reference(place: Path, people: int, events: int) -> float:
    """Updates a second of SQLite alone."""
    connection = sqlite3.connect(place / "reference.db", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cache_size=-98304;"
        "CREATE TABLE rows (ref INTEGER PRIMARY KEY, body BLOB NOT NULL)"
    )
    body = os.urandom(400)
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO rows VALUES (?, ?)", ((ref, body) for ref in range(people)))
    connection.execute("COMMIT")
    chance = random.Random(5)
    began = time.perf_counter()
    for start in range(0, events, 5_000):
        refs = sorted(chance.randrange(people) for _ in range(min(5_000, events - start)))
        connection.execute("BEGIN")
        connection.executemany("UPDATE rows SET body = ? WHERE ref = ?", ((os.urandom(400), ref) for ref in refs))
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return events / seconds


def measure(people: int, events: int, segments: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        place = Path(folder)
        home = Home(place / "data")
        home.create()
        writing = Writing(home, segments)
        writing.write(writing.everybody(people))
        followed = Followed(home)
        try:
            filled, fill_s, _ = followed.until(people, writing.workspace_id)
        finally:
            followed.end()
        writing.write(writing.following(people, events))
        writing.close()
        followed = Followed(home)
        reads = Reads(home, writing.workspace_id, people)
        try:
            reads.start()
            done, follow_s, cpu_s = followed.until(people + events, writing.workspace_id)
            meanwhile_ms, reads.took_ms = reads.took_ms, []
            time.sleep(QUIET_S)
            reads.end()
            peak_mib = followed.peak_mib()
        finally:
            followed.end()
        size_mib = home.profiles.stat().st_size / 2**20
        beside = reference(place, people, events)
    return {
        "people": people,
        "events": events,
        "segments": segments,
        "fillPerS": round(filled / fill_s),
        "followPerS": round(done / follow_s),
        "cpuUs": round(cpu_s / done * 1e6, 1),
        "referencePerS": round(beside),
        "ratio": round(done / follow_s / beside, 3),
        "readP50Ms": round(statistics.median(meanwhile_ms), 2),
        "readP99Ms": round(p99(meanwhile_ms), 2),
        "readsMeanwhile": len(meanwhile_ms),
        "readP99MsQuiet": round(p99(reads.took_ms), 2),
        "peakMib": round(peak_mib),
        "fileMib": round(size_mib),
    }


def p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)] if values else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", nargs="?", type=int, default=100_000)
    parser.add_argument("events", nargs="?", type=int, default=200_000)
    parser.add_argument("--segments", type=int, default=SEGMENTS)
    given = parser.parse_args()
    print(
        json.dumps(
            {**machine.described(), "goals": GOALS, **measure(given.people, given.events, given.segments)}, indent=2
        )
    )


if __name__ == "__main__":
    main()

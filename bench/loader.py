"""How fast clean events become rows, beside DuckDB making the same tables from columnar Parquet.

    python bench/loader.py [events] [--pairs N]

The reference reads Parquet files that hold exactly the rows that the loader makes, and writes them with one CREATE
TABLE AS for each table, with the engine's own settings and no uniqueness to keep. `loader` reads the clean journal;
`whole` reads the raw journal, with the pipeline and the loader in a process each, as they run in the product. Each run
is a process of its own and counts until all is in the file; the sides take turns. A ratio is the rate of ours by the
rate of the reference of the same turn, by the clock; `cpu_ratio` the same by processor time. Memory is that of the
process that loads.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import msgspec

from headwater.app.layouts import _COLUMN_TYPES as COLUMN_TYPES  # pyright: ignore[reportPrivateUsage]
from headwater.app.warehouse_process import SWITCH_S
from headwater.base.event import MAX_BATCH_EVENTS
from headwater.base.raw import RawRecord
from headwater.catalog.load import load_catalog
from headwater.journal.local import LocalReader, LocalWriter
from headwater.pipeline.debugger import Debugger
from headwater.pipeline.dedupe import DiskWindow
from headwater.pipeline.ledger import Ledger
from headwater.pipeline.run import Pipeline
from headwater.warehouse.layout import Collection, SourceTables
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.run import Loading

SLUG = "produktly"  # fourteen tracked events: with `tracks` fifteen tables
BODIES = 1_000
PER_REQUEST = 100
MEMORY_LIMIT = "512MB"
THREADS = 2
SEGMENT_BYTES = 64 * 1024 * 1024
SIDES = ("reference", "loader", "whole")


class Settled(msgspec.Struct, frozen=True):
    """One run: seconds by the clock and by the processor, and the most memory that the process held."""

    side: str
    events: int
    wall_s: float
    cpu_s: float
    peak_mib: int


class Source:
    """The layout of one source with the catalogue's tables."""

    def __init__(self) -> None:
        events = load_catalog().source(SLUG).events
        self.events = [event for event in events if event.call == "track"]
        self.tables = SourceTables("s1", "web", tuple(map(_collection, self.events)))

    def tables_of(self, source_id: str) -> SourceTables | None:
        return self.tables if source_id == "s1" else None


def _collection(event: Any) -> Collection:
    columns: list[Any] = [
        (path, COLUMN_TYPES[kind]) for path, kind, _ in event.flat_properties() if kind in COLUMN_TYPES
    ]
    return Collection(event.name, event.call, tuple(columns))


def context(number: int, chance: random.Random) -> dict[str, Any]:
    """What a browser's client says of the page, the machine and the campaign."""
    path = f"/app/reports/{number}/{chance.choice(['summary', 'people', 'funnels', 'settings'])}"
    return {
        "page": {
            "path": path,
            "referrer": f"https://www.example.com/search?q=product+experience&page={number % 7}",
            "search": f"?tab={number % 5}&range=last-30-days",
            "title": f"Report {number} - Example Analytics",
            "url": f"https://app.example.com{path}?tab={number % 5}&range=last-30-days",
        },
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{120 + number % 9}.0.0.0 Safari/537.36",
        "userAgentData": {
            "brands": [{"brand": "Chromium", "version": "126"}, {"brand": "Not/A)Brand", "version": "8"}],
            "mobile": False,
            "platform": "Linux",
        },
        "locale": chance.choice(["en-GB", "de-DE", "fr-FR"]),
        "library": {"name": "analytics.js", "version": "npm:next-1.84.3"},
        "timezone": "Europe/London",
        "screen": {"width": 1792, "height": 1120, "density": 2},
        "campaign": {"name": "spring", "source": "mail", "medium": "email"},
    }


def bodies(source: Source) -> list[tuple[bytes, bytes]]:
    """Each in two parts; the message id goes in between."""
    chance = random.Random(7)
    made = []
    for number in range(BODIES):
        event = source.events[number % len(source.events)]
        properties: dict[str, Any] = {}
        for path, kind, _ in event.flat_properties():
            inner = properties
            for key in path[:-1]:
                inner = inner.setdefault(key, {})
            inner[path[-1]] = chance.randrange(10_000) if kind == "integer" else "modal"
        body = {
            "userId": f"user-{chance.randrange(100_000)}",
            "anonymousId": str(uuid.UUID(int=chance.getrandbits(128))),
            "timestamp": f"2026-03-01T11:{number % 60:02}:{number % 59:02}.{number:03}Z",
            "type": event.call,
            "event": event.name,
            "properties": properties,
            "context": context(number, chance),
            "integrations": {},
        }
        made.append((b'{"messageId":"', b'",' + msgspec.json.encode(body)[1:]))
    return made


def requests(source: Source, events: int) -> Iterator[bytes]:
    """Raw records; ids as clients make them."""
    chance = random.Random(11)
    parts = bodies(source)
    now_ms = 1_772_366_400_000
    for start in range(0, events, PER_REQUEST):
        items = []
        for number in range(start, min(start + PER_REQUEST, events)):
            head, tail = parts[number % len(parts)]
            message_id = f"ajs-next-{now_ms + number}-{uuid.UUID(int=chance.getrandbits(128))}"
            items.append(msgspec.Raw(head + message_id.encode() + tail))
        sent_at = f"2026-03-01T12:{start // 60_000 % 60:02}:{start // 1_000 % 60:02}.000Z"
        yield msgspec.json.encode(
            RawRecord(source_id="s1", workspace_id="w1", received_ms=now_ms + start, events=items, sent_at=sent_at)
        )


def prepare(place: Path, events: int) -> int:
    """Raw and clean journals, and the reference's Parquet. Gives the raw bytes of an event."""
    assert PER_REQUEST <= MAX_BATCH_EVENTS
    writer = LocalWriter(place / "raw", segment_bytes=SEGMENT_BYTES)
    held: list[bytes] = []
    for payload in requests(Source(), events):
        held.append(payload)
        if len(held) == 100:
            writer.append(held)
            held.clear()
    writer.append(held) if held else None
    size_bytes = writer.end // events
    writer.close()
    drive(pipeline(place, place / "made").step)
    shutil.move(place / "made" / "clean", place / "clean")
    warehouse = opened(place / "made" / "warehouse.duckdb")
    drive(loading(place / "clean", warehouse).step)
    warehouse.export(place / "parquet")
    warehouse.close()
    return size_bytes


def pipeline(place: Path, home: Path) -> Pipeline:
    home.mkdir(exist_ok=True)
    return Pipeline(
        raw=LocalReader(place / "raw"),
        open_raw=lambda: LocalReader(place / "raw"),
        clean_writer=LocalWriter(home / "clean", segment_bytes=SEGMENT_BYTES),
        clean_reader=LocalReader(home / "clean"),
        window=DiskWindow(home / "dedupe", now=time.time()),
        ledger=Ledger(home / "ledger.sqlite"),
        debugger=Debugger(),
        journal_name="raw",
        clock=time.time,
        log=print,
    )


def opened(path: Path) -> Warehouse:
    source = Source()
    warehouse = Warehouse(path, layout=source, memory_limit=MEMORY_LIMIT, threads=THREADS)
    warehouse.ensure_source(source.tables)
    return warehouse


def loading(clean: Path, warehouse: Warehouse) -> Loading:
    found = {"w1": warehouse}
    reader = LocalReader(clean)
    made = Loading(clean=reader, targets=lambda: found, target_of=found.__getitem__, every_s=0.25, log=print)
    made.offset = 0
    return made


def drive(step: Callable[[], int]) -> None:
    while step():
        pass


def run_reference(place: Path, home: Path) -> None:
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": MEMORY_LIMIT, "threads": THREADS}
    connection = duckdb.connect(str(home / "reference.duckdb"), config=config)
    connection.execute("CREATE SCHEMA web")
    for file in sorted((place / "parquet" / "web").glob("*.parquet")):
        connection.execute(f"CREATE TABLE web.\"{file.stem}\" AS FROM read_parquet('{file}')")
    connection.execute("CHECKPOINT")
    connection.close()


def run_loader(place: Path, home: Path) -> None:
    warehouse = opened(home / "warehouse.duckdb")
    drive(loading(place / "clean", warehouse).step)
    warehouse.engine.checkpoint()
    warehouse.close()


def run_pipeline(place: Path, home: Path) -> None:
    drive(pipeline(place, home).step)


def run_whole(place: Path, home: Path) -> None:
    made = multiprocessing.get_context("spawn").Process(target=run_pipeline, args=(place, home))
    made.start()
    warehouse = opened(home / "warehouse.duckdb")
    loop = loading(home / "clean", warehouse)
    while loop.step() or made.is_alive() or loop.lag_bytes():
        loop._clean.wait(loop.offset, 0.01)  # pyright: ignore[reportPrivateUsage]
    made.join()
    warehouse.engine.checkpoint()
    warehouse.close()


def run_one(side: str, place: Path, events: int) -> None:
    """In a process of its own: prints what it took."""
    home = Path(tempfile.mkdtemp(dir=place))
    run = {"reference": run_reference, "loader": run_loader, "whole": run_whole}[side]
    sys.setswitchinterval(SWITCH_S)
    began, cpu = time.perf_counter(), processor_s()
    run(place, home)
    wall_s, cpu_s = time.perf_counter() - began, processor_s() - cpu
    shutil.rmtree(home)
    peak_mib = peak_kib() // 1024
    print(msgspec.json.encode(Settled(side, events, round(wall_s, 3), round(cpu_s, 3), peak_mib)).decode())


def processor_s() -> float:
    """Of this process, and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_kib() -> int:
    """Of this process alone: what its parent held before does not count."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def measured(side: str, place: Path, events: int) -> Settled:
    command = [sys.executable, __file__, str(events), "--side", side, "--place", str(place)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    print(done.stdout, end="", flush=True)
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Settled)


def compare(place: Path, events: int, pairs: int) -> dict[str, Any]:
    turns = [{side: measured(side, place, events) for side in SIDES} for _ in range(pairs)]
    found: dict[str, Any] = {}
    for side in SIDES[1:]:
        found[side] = {
            "ratio": round(median(turn["reference"].wall_s / turn[side].wall_s for turn in turns), 3),
            "cpu_ratio": round(median(turn["reference"].cpu_s / turn[side].cpu_s for turn in turns), 3),
            "us_per_event": round(median(turn[side].wall_s for turn in turns) / events * 1e6, 2),
            "peak_mib": max(turn[side].peak_mib for turn in turns),
        }
    found["reference_us_per_event"] = round(median(turn["reference"].wall_s for turn in turns) / events * 1e6, 2)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Loader and whole way, beside DuckDB's own copy from Parquet.")
    parser.add_argument("events", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--side", choices=SIDES, help="one run, with what --place holds")
    parser.add_argument("--place", type=Path)
    given = parser.parse_args()
    if given.side:
        run_one(given.side, given.place, given.events)
        return
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as place:
        size_bytes = prepare(Path(place), given.events)
        about = {"events": given.events, "raw_bytes_per_event": size_bytes, "load_average": os.getloadavg()[0]}
        print(json.dumps(about | compare(Path(place), given.events, given.pairs), indent=2))


if __name__ == "__main__":
    main()

"""`python -m tests.crash.stores_on_small_disk FOLDER`, where FOLDER is a disk of few MB: each store meets its end.

Each is filled, run against the full disk until it refuses, given room again, and must go on with all it had taken.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from headwater.base.errors import Transient
from headwater.journal.local import LocalReader, LocalWriter
from headwater.journal.protocol import JournalFull
from headwater.pipeline.dedupe import DiskWindow, key_of
from headwater.warehouse.engine import DATABASE, Engine
from headwater.warehouse.ids import DiskIds
from headwater.warehouse.loader import Warehouse
from tests.unit.warehouse.made import BOTH, event, rows


@contextmanager
def full(folder: Path, *, but_bytes: int = 0) -> Iterator[None]:
    """The disk is full, but for so many bytes."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2
        os.truncate(ballast, ballast.stat().st_size - but_bytes)
    yield
    ballast.unlink()


def until_refused(step: Callable[[], object], *kinds: type[Exception]) -> None:
    for _ in range(3000):
        try:
            step()
        except kinds:
            return
    raise AssertionError("the full disk was never noticed")


def journal(folder: Path) -> None:
    writer = LocalWriter(folder / "journal", segment_bytes=100_000)
    taken: list[bytes] = []

    def step() -> None:
        payload = b"%d" % len(taken) + bytes(7000)
        writer.append([payload])
        taken.append(payload)

    for _ in range(30):
        step()
    for but in (0, 5000, 200_000):
        with full(folder, but_bytes=but):
            until_refused(step, JournalFull)
            until_refused(step, JournalFull)
        step()
    writer.close()
    LocalWriter(folder / "journal").close()
    reader, offset, found = LocalReader(folder / "journal"), 0, []
    while records := reader.read(offset, 1 << 20):
        found += [record.payload for record in records]
        offset = records[-1].next
    assert found == taken


def window(folder: Path) -> None:
    store = DiskWindow(folder / "window", max_ids=20_000, now=0.0)
    count = 0

    def step() -> None:
        nonlocal count
        store.add([key_of("s", f"{count}-{place}") for place in range(500)], position=count + 1, now=0.0)
        count += 1

    for but in (0, 3000, 300_000):
        for _ in range(15):
            step()
        with full(folder, but_bytes=but):
            until_refused(step, Transient)
            until_refused(step, Transient)
        step()
    assert store.position == count
    assert all(store.seen([key_of("s", f"{count - 1 - back}-{place}") for back in range(10) for place in range(500)]))
    store.close()


def engine(folder: Path) -> None:
    """A checkpoint that fails takes the whole instance with it; it is opened anew."""
    store = Engine(folder / "engine.duckdb", memory_limit="200MB", checkpoint_bytes=1 << 40)
    table = f"{DATABASE}.s.t"
    with store.writing() as connection:
        connection.execute(f"CREATE SCHEMA {DATABASE}.s; CREATE TABLE {table} (id VARCHAR, text VARCHAR)")
    count = 0

    def step() -> None:
        nonlocal count
        with store.writing() as connection:
            connection.execute("BEGIN")
            connection.execute(f"INSERT INTO {table} SELECT i::VARCHAR, md5(i::VARCHAR) FROM range(500) r(i)")
            connection.execute("COMMIT")
        count += 500

    for but in (0, 40_000, 200_000):
        for _ in range(20):
            step()
        with full(folder, but_bytes=but):
            if but == 0:
                until_refused(store.checkpoint, duckdb.Error)
            with suppress(duckdb.Error):
                store.checkpoint()
            with store.reading() as connection:
                assert connection.execute(f"SELECT count(*) FROM {table}").fetchall() == [(count,)]
            until_refused(step, duckdb.Error)
        step()
        assert store.checkpoint()
    with store.reading() as connection:
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchall() == [(count,)]
    store.close()


def warehouse(folder: Path) -> None:
    path = folder / "warehouse.duckdb"
    store = Warehouse(path, layout=BOTH, memory_limit="200MB")
    count = 0

    def step() -> None:
        nonlocal count
        events = [event(f"{count}-{place}", properties={"text": "x" * 200}) for place in range(50)]
        store.load(events, next_offset=count + 1)
        count += 1

    for but in (0, 10_000, 100_000):
        for _ in range(10):
            step()
        with full(folder, but_bytes=but):
            for _ in range(20):  # each try leaves less room, until the ids find none either
                until_refused(step, Transient)
        step()
    for table in ("tracks", "ordered"):
        assert rows(store, f"SELECT count(*), count(DISTINCT id) FROM web_app.{table}") == [(50 * count,) * 2]
    assert (store.cursor(), store.counts().done) == (count, 50 * count)
    store.close()
    ids = DiskIds(Path(f"{path}.ids"))
    assert len(ids.ask([f"{number}-0" for number in range(count)]).known) == count
    ids.close()


def main() -> None:
    folder = Path(sys.argv[1])
    for test in (journal, window, engine, warehouse):
        test(folder)
        sys.stdout.write(f"{test.__name__} goes on\n")


if __name__ == "__main__":
    main()

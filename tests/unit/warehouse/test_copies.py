"""Copies and exports of a warehouse that goes on loading, and what it does when its engine breaks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from headwater.base.errors import Terminal, Transient, Unprocessable
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.query import Queries
from tests.unit.warehouse.made import BOTH, CANDU, dump, event, rows, tracks


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    made = Warehouse(tmp_path / "w.duckdb", layout=BOTH)
    made.ensure_source(CANDU)
    made.load(tracks({"n": 1, "tags": ["a"]}, {"n": "x"}), next_offset=2)
    yield made
    made.close()


def test_a_copy_is_the_warehouse(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.engine.checkpoint()
    warehouse.load([event("after", "identify", user_id="u1", traits={"plan": "pro"})], next_offset=3)
    warehouse.snapshot(tmp_path / "copy" / "w.duckdb")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["w.duckdb"]
    copy = Warehouse(tmp_path / "copy" / "w.duckdb", layout=BOTH)
    assert dump(copy) == dump(warehouse)
    assert copy.cursor() == 3
    copy.load([event("more", "identify", user_id="u1", traits={"age": 5})], next_offset=4)
    assert rows(copy, "SELECT plan, age FROM web_app.users") == [("pro", 5)]
    copy.close()


def test_copies_of_a_warehouse_at_work_are_whole(warehouse: Warehouse, tmp_path: Path) -> None:
    stop = threading.Event()
    count = 0

    def load() -> None:
        nonlocal count
        while not stop.is_set():
            made = [event(f"x{count + at}", event=f"Kind {at % 3}", properties={"n": at}) for at in range(300)]
            count += 300
            warehouse.load(made, next_offset=count)
            warehouse.engine.checkpoint()

    loader = threading.Thread(target=load)
    loader.start()
    try:
        for number in range(5):
            warehouse.snapshot(tmp_path / f"copy{number}.duckdb")
    finally:
        stop.set()
        loader.join()
    offsets = []
    for number in range(5):
        copy = Warehouse(tmp_path / f"copy{number}.duckdb", layout=BOTH)
        [(total, ids)] = rows(copy, "SELECT count(*), count(DISTINCT id) FROM web_app.tracks")
        offset = copy.cursor() or 0
        assert total == ids == 2 + (offset if offset > 2 else 0)
        offsets.append(offset)
        copy.close()
    assert offsets == sorted(offsets)


def test_a_copy_never_overwrites(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(Unprocessable, match="is there already"):
        warehouse.snapshot(tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


def test_an_export_holds_each_table(warehouse: Warehouse, tmp_path: Path) -> None:
    exported = warehouse.export(tmp_path / "out")
    assert {(table.file, table.rows) for table in exported} >= {
        ("web_app/ordered.parquet", 2),
        ("web_app/tracks.parquet", 2),
        ("candu_prod/tutorial_view.parquet", 0),
    }
    assert not [table for table in exported if table.schema == "headwater"]
    table = pq.read_table(tmp_path / "out" / "web_app" / "ordered.parquet")
    assert table.select(["id", "n", "tags", "_unfit"]).to_pylist() == [
        {"id": "m0", "n": 1, "tags": '["a"]', "_unfit": None},
        {"id": "m1", "n": None, "tags": None, "_unfit": '{"n":"x"}'},
    ]
    empty = pq.read_table(tmp_path / "out" / "candu_prod" / "tutorial_view.parquet")
    assert str(empty.schema.field("tutorial_id").type) == "int64"
    again = warehouse.export(tmp_path / "out")
    assert again == exported


def test_what_is_committed_survives_a_restart(warehouse: Warehouse) -> None:
    assert warehouse.path is not None
    before = dump(warehouse)
    warehouse.close()
    again = Warehouse(warehouse.path, layout=BOTH)
    assert dump(again) == before
    assert again.load(tracks({"n": 1}), next_offset=2).inserted == 0
    again.close()


def test_a_wide_column_stays_integer_over_a_restart(warehouse: Warehouse) -> None:
    assert warehouse.path is not None
    warehouse.load([event("wide", properties={"n": 2**53 + 1})], next_offset=3)
    warehouse.close()
    again = Warehouse(warehouse.path, layout=BOTH)
    again.load([event("fraction", properties={"n": 1.5})], next_offset=4)
    assert rows(again, "SELECT n, _unfit FROM web_app.ordered WHERE id IN ('wide', 'fraction') ORDER BY id") == [
        (None, '{"n":1.5}'),
        (2**53 + 1, None),
    ]
    again.close()


class Breaking:
    """A writing connection that meets a fatal error at one of its statements, as when the engine gives up."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, error: Exception, times: int) -> None:
        self._connection = connection
        self._error = error
        self.left = times

    def execute(self, query: str, *parameters: object) -> object:
        if self.left and query.startswith("INSERT INTO") and "incoming" in query:
            self.left -= 1
            raise self._error
        return self._connection.execute(query, *parameters)

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


@pytest.mark.parametrize("error", [duckdb.FatalException("gone"), duckdb.InternalException("broken")])
def test_a_broken_engine_is_opened_anew(warehouse: Warehouse, error: Exception) -> None:
    queries = Queries(warehouse, memory_mib=200, processes=1)
    assert queries.run("SELECT count(*) FROM web_app.tracks").rows == [[2]]
    breaking = Breaking(warehouse.engine._writer, error, 1)
    warehouse.engine._writer = breaking
    report = warehouse.load([event("m9")], next_offset=9)
    assert breaking.left == 0
    assert (report.inserted, report.parked, warehouse.cursor()) == (2, [], 9)
    assert queries.run("SELECT count(*) FROM web_app.tracks").rows == [[3]]
    queries.close()


def test_a_full_disk_parks_nothing(warehouse: Warehouse) -> None:
    breaking = Breaking(warehouse.engine._writer, duckdb.IOException("no space left on device"), 1)
    warehouse.engine._writer = breaking
    with pytest.raises(Transient, match="no space left"):
        warehouse.load([event("m9")], next_offset=9)
    assert warehouse.cursor() == 2
    assert warehouse.load([event("m9")], next_offset=9).inserted == 2


def test_a_load_too_large_for_the_memory_is_cut(warehouse: Warehouse) -> None:
    breaking = Breaking(warehouse.engine._writer, duckdb.OutOfMemoryException("too much"), 3)
    warehouse.engine._writer = breaking
    events = [event(f"x{number}", properties={"n": number}) for number in range(64)]
    report = warehouse.load(events, next_offset=64)
    assert (report.inserted, report.parked, warehouse.cursor()) == (128, [], 64)
    assert rows(warehouse, "SELECT count(*) FROM web_app.tracks") == [(66,)]


def test_memory_cannot_be_opened_anew() -> None:
    warehouse = Warehouse(None, layout=BOTH)
    breaking = Breaking(warehouse.engine._writer, duckdb.FatalException("gone"), 1)
    warehouse.engine._writer = breaking
    with pytest.raises(Terminal):
        warehouse.load([event("m1")], next_offset=1)


def test_what_killed_queries_left_is_cleared_at_the_start(tmp_path: Path) -> None:
    left = tmp_path / "w.duckdb.spill-123"
    left.mkdir()
    (left / "duckdb_temp_storage").write_text("x")
    Warehouse(tmp_path / "w.duckdb", layout=BOTH).close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["w.duckdb", "w.duckdb.ids"]


def test_a_file_of_another_block_size_is_opened_as_it_is(tmp_path: Path) -> None:
    made = duckdb.connect(str(tmp_path / "w.duckdb"))
    made.execute("CREATE TABLE t (a INTEGER)")
    made.close()
    warehouse = Warehouse(tmp_path / "w.duckdb", layout=BOTH)
    assert warehouse.load([event("m1")], next_offset=1).inserted == 2
    warehouse.close()

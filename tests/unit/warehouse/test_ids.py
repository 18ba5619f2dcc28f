"""An id has one row for ever, whatever becomes of the store of known ids."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pytest

from headwater.base.errors import Transient
from headwater.warehouse.ids import DiskIds
from headwater.warehouse.loader import Warehouse
from tests.unit.warehouse.made import BOTH, event, rows

IDS = [f"m{number}" for number in range(500)]
EVENTS = [event(name, kind, name="x", group_id="g", user_id="u") for name in IDS for kind in ("track", "screen")]


def loaded(path: Path, count: int = len(EVENTS)) -> Warehouse:
    warehouse = Warehouse(path, layout=BOTH)
    for start in range(0, count, 200):
        warehouse.load(EVENTS[start : min(start + 200, count)], next_offset=start)
    return warehouse


def counted(warehouse: Warehouse) -> list[tuple[int, int]]:
    tables = ("tracks", "ordered", "screens")
    return [rows(warehouse, f"SELECT count(*), count(DISTINCT id) FROM web_app.{table}")[0] for table in tables]


def nothing(_: Path) -> None:
    """The store is as it was left."""


def removed(store: Path) -> None:
    shutil.rmtree(store)


def broken(store: Path) -> None:
    for path in store.iterdir():
        path.write_bytes(b"no store at all")


def older(store: Path) -> None:
    shutil.rmtree(store)
    shutil.copytree(store.with_name("kept.ids"), store)


@pytest.mark.parametrize("becomes", [nothing, removed, broken, older])
def test_ids_stay_unique_whatever_becomes_of_the_store(tmp_path: Path, becomes: Callable[[Path], None]) -> None:
    path = tmp_path / "w.duckdb"
    store = tmp_path / "w.duckdb.ids"
    loaded(path, 400).close()
    shutil.copytree(store, tmp_path / "kept.ids")
    loaded(path).close()
    becomes(store)
    again = Warehouse(path, layout=BOTH)
    assert again.load(EVENTS, next_offset=1).inserted == 0
    assert counted(again) == [(500, 500)] * 3
    again.close()
    once_more = Warehouse(path, layout=BOTH)
    assert once_more.load(EVENTS, next_offset=1).inserted == 0
    once_more.close()


def test_a_store_that_is_behind_is_filled_beside_the_loading(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    loaded(path).close()
    removed(tmp_path / "w.duckdb.ids")
    warehouse = Warehouse(path, layout=BOTH)
    assert warehouse._filling is not None
    warehouse.load([event("fresh")], next_offset=1)
    warehouse._filling.join()
    assert warehouse._ids.is_complete(warehouse._sequence)
    assert warehouse._ids.ask([*IDS, "fresh", "unknown"]).known == {*IDS, "fresh"}
    warehouse.close()


def test_an_id_that_is_known_but_has_no_row_gets_one(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb", layout=BOTH)
    warehouse.load([event("m1")], next_offset=1)
    warehouse._ids.add(["never"], 2)  # as after a load that was rolled back
    assert warehouse.load([event("never"), event("m1")], next_offset=2).inserted == 2
    assert rows(warehouse, "SELECT id FROM web_app.tracks ORDER BY id") == [("m1",), ("never",)]
    warehouse.close()


def test_the_ids_of_a_load_that_failed_do_not_pass_for_those_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, store = tmp_path / "w.duckdb", tmp_path / "w.duckdb.ids"
    warehouse = Warehouse(path, layout=BOTH)
    warehouse.load([event("first")], next_offset=1)
    while warehouse._filling is not None and warehouse._filling.is_alive():
        warehouse._filling.join()
    with monkeypatch.context() as patched:
        patched.setattr("headwater.warehouse.load.note_load", failing)
        with pytest.raises(Transient):
            warehouse.load([event("failed")], next_offset=2)
    shutil.copytree(store, tmp_path / "kept.ids", ignore=shutil.ignore_patterns("LOCK"))
    warehouse.load([event("second")], next_offset=2)
    warehouse.close()
    older(store)
    again = Warehouse(path, layout=BOTH)
    assert again.load([event("second")], next_offset=3).inserted == 0
    again.close()


def test_the_first_piece_of_a_load_does_not_pass_for_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, store = tmp_path / "w.duckdb", tmp_path / "w.duckdb.ids"
    monkeypatch.setattr("headwater.warehouse.load.CHUNK_EVENTS", 1)
    warehouse = Warehouse(path, layout=BOTH)
    warehouse.load([event("first")], next_offset=1)
    while warehouse._filling is not None and warehouse._filling.is_alive():
        warehouse._filling.join()
    add, pieces = warehouse._ids.add, []

    def noting(ids: Iterable[str], sequence: int) -> None:
        add(ids, sequence)
        pieces.append(shutil.copytree(store, tmp_path / f"piece{len(pieces)}", ignore=shutil.ignore_patterns("LOCK")))

    monkeypatch.setattr(warehouse._ids, "add", noting)
    warehouse.load([event("one"), event("two")], next_offset=2)
    warehouse.close()
    shutil.rmtree(store)
    pieces[0].rename(store)
    again = Warehouse(path, layout=BOTH)
    assert again.load([event("one"), event("two")], next_offset=3).inserted == 0
    again.close()


def failing(connection: object, sequence: int) -> None:
    raise duckdb.IOException("No space left on device")


def test_a_store_that_met_a_full_disk_is_opened_anew(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb", layout=BOTH)
    warehouse.load([event("m1")], next_offset=1)
    while warehouse._filling is not None and warehouse._filling.is_alive():
        warehouse._filling.join()
    assert isinstance(warehouse._ids, DiskIds)
    assert warehouse._ids._store is not None
    warehouse._ids._store.close()  # nothing can be done with it any more
    with pytest.raises(Transient, match="ids that are loaded"):
        warehouse.load([event("m1"), event("m2")], next_offset=2)
    assert warehouse.load([event("m1"), event("m2")], next_offset=2).inserted == 2
    assert warehouse._ids.is_complete(warehouse._sequence)
    warehouse.close()


def test_a_load_that_was_committed_though_told_as_failed_counts_once(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb", layout=BOTH)
    for _ in range(2):
        warehouse.load([event("m1"), event("m2")], next_offset=7)
    assert (warehouse.cursor(), warehouse.counts().done) == (7, 2)
    warehouse.close()


def test_the_store_says_what_it_was_told(tmp_path: Path) -> None:
    store = DiskIds(tmp_path / "ids")
    assert not store.is_complete(0)
    assert set(store.ask(["a", "b"]).known) == {"a", "b"}
    store.set_complete(True)
    assert store.is_complete(0)
    store.add(["a"], 7)
    assert list(store.ask([]).known) == []
    assert store.ask(["a", "b"]).known == {"a"}
    store.close()
    again = DiskIds(tmp_path / "ids")
    assert (again.is_complete(7), again.is_complete(8)) == (True, False)
    assert again.ask(["a", "b", "\ud800"]).known == {"a"}
    again.close()

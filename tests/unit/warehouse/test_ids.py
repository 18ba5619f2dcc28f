"""An id has one row for ever, whatever becomes of the store of known ids."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

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
    assert warehouse._ids.among([*IDS, "fresh", "unknown"]) == {*IDS, "fresh"}
    warehouse.close()


def test_an_id_that_is_known_but_has_no_row_gets_one(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb", layout=BOTH)
    warehouse.load([event("m1")], next_offset=1)
    warehouse._ids.add(["never"], 2)  # as after a load that was rolled back
    assert warehouse.load([event("never"), event("m1")], next_offset=2).inserted == 2
    assert rows(warehouse, "SELECT id FROM web_app.tracks ORDER BY id") == [("m1",), ("never",)]
    warehouse.close()


def test_the_store_says_what_it_was_told(tmp_path: Path) -> None:
    store = DiskIds(tmp_path / "ids")
    assert not store.is_complete(0)
    assert store.among(["a", "b"]) == {"a", "b"}
    store.set_complete(True)
    assert store.is_complete(0)
    store.add(["a"], 7)
    assert store.among([]) == set()
    assert store.among(["a", "b"]) == {"a"}
    store.close()
    again = DiskIds(tmp_path / "ids")
    assert (again.is_complete(7), again.is_complete(8)) == (True, False)
    assert again.among(["a", "b", "\ud800"]) == {"a"}
    again.close()

"""Loads that begin while the one before is being written: the same tables, whatever fails or changes in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from headwater.base.errors import Transient
from headwater.base.event import CleanEvent
from headwater.warehouse.loader import Warehouse
from tests.unit.warehouse.made import BOTH, PLAIN, columns, dump, event, rows


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    made = Warehouse(tmp_path / "w.duckdb", layout=BOTH)
    yield made
    made.close()


def some(number: int, *, again: bool = False, **fields: Any) -> list[CleanEvent]:
    """Events of load `number`: tracks and an identify; `again`: and the last track of the load before."""
    made = [event(f"m{number}-{at}", event=f"Kind {at % 3}", properties={"n": at} | fields) for at in range(9)]
    person = event(f"i{number}", "identify", user_id="u1", traits={"load": number})
    last = [event(f"m{number - 1}-8", event="Kind 2", properties={"n": 8})] if again else []
    return [*made, person, *last]


@contextmanager
def held(warehouse: Warehouse) -> Iterator[None]:
    """Nothing is written meanwhile, as somebody else is at it."""
    free, has_it = threading.Event(), threading.Event()

    def hold() -> None:
        with warehouse.engine.writing():
            has_it.set()
            free.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    has_it.wait(60)
    try:
        yield
    finally:
        free.set()
        holder.join(60)


def test_loads_one_upon_the_other_make_the_tables_of_loads_one_after_the_other(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    loads = [some(number, again=True, **{f"c{number % 4}": 1.5 if number % 2 else 1}) for number in range(1, 8)]
    begun = [warehouse.begin(load, next_offset=at) for at, load in enumerate(loads, 1)]
    reports = [load.result() for load in begun]
    other = Warehouse(tmp_path / "other.duckdb", layout=BOTH)
    expected = [other.load(load, next_offset=at) for at, load in enumerate(loads, 1)]
    assert dump(warehouse) == dump(other)
    assert [(one.inserted, one.duplicates, one.unfit) for one in reports] == [
        (one.inserted, one.duplicates, one.unfit) for one in expected
    ]
    assert (warehouse.cursor(), warehouse.counts()) == (7, other.counts())
    other.close()


def test_the_next_load_is_made_while_the_one_before_waits_to_be_written(warehouse: Warehouse) -> None:
    warehouse.load(some(0), next_offset=1)
    with held(warehouse):
        begun = [warehouse.begin([event(f"x{at}", event=f"New {at}")], next_offset=at + 2) for at in range(2)]
        assert warehouse.cursor() == 1
    assert [load.result().inserted for load in begun] == [2, 2]
    assert warehouse.cursor() == 3


def test_tables_that_change_in_between_void_what_was_made_of_them(warehouse: Warehouse) -> None:
    warehouse.load([event("m0", properties={"n": 1})], next_offset=1)
    with held(warehouse):
        begun = warehouse.begin([event("m1", properties={"n": 2, "new": "x"})], next_offset=2)
        dropping = threading.Thread(target=warehouse.drop_schema, args=("web_app",))
        dropping.start()
    dropping.join(60)
    begun.result()
    # whichever came first, the schema was dropped whole or written to whole
    assert rows(warehouse, "SELECT id FROM web_app.ordered") in ([("m1",)], []) if has_schema(warehouse) else True
    warehouse.ensure_source(PLAIN)
    assert warehouse.load([event("m2", properties={"n": 3, "new": "y"})], next_offset=3).inserted == 2
    assert rows(warehouse, "SELECT n, new FROM web_app.ordered WHERE id = 'm2'") == [(3, "y")]


def has_schema(warehouse: Warehouse) -> bool:
    return bool(rows(warehouse, "SELECT 1 FROM duckdb_schemas() WHERE schema_name = 'web_app'"))


def test_a_schema_dropped_before_the_load_is_written_is_made_anew(warehouse: Warehouse) -> None:
    warehouse.load([event("m0", properties={"n": 1})], next_offset=1)
    dropped = threading.Event()
    write = warehouse._write

    def later(*arguments: Any) -> None:
        dropped.wait(60)
        write(*arguments)

    warehouse._write = later  # pyright: ignore[reportAttributeAccessIssue]
    begun = warehouse.begin([event("m1", properties={"n": 2, "new": "x"})], next_offset=2)
    warehouse.drop_schema("web_app")
    dropped.set()
    assert begun.result().inserted == 2
    assert rows(warehouse, "SELECT id, n, new FROM web_app.ordered") == [("m1", 2, "x")]
    assert columns(warehouse, "web_app", "ordered")["new"] == "VARCHAR"


class Refusing:
    """A connection that fails at the first INSERT into the table of that name, and not again."""

    def __init__(self, connection: Any, table: str, error: Exception) -> None:
        self._connection = connection
        self._table = table
        self._error: Exception | None = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, query: str, *arguments: Any) -> Any:
        if self._error is not None and query.startswith("INSERT") and f'"{self._table}"' in query:
            error, self._error = self._error, None
            raise error
        return self._connection.execute(query, *arguments)


@pytest.mark.parametrize("error", [duckdb.OutOfMemoryException("full"), duckdb.ConversionException("odd")])
def test_a_load_that_is_refused_is_done_again_and_the_next_after_it(warehouse: Warehouse, error: Exception) -> None:
    warehouse.load(some(0), next_offset=1)
    warehouse.engine._writer = Refusing(warehouse.engine._writer, "kind_1", error)  # type: ignore[assignment]
    with held(warehouse):
        begun = [warehouse.begin(some(number), next_offset=number + 1) for number in (1, 2)]
    assert [load.result().inserted for load in begun] == [19, 19]
    assert warehouse.cursor() == 3
    assert warehouse.counts().done == 30
    assert rows(warehouse, "SELECT count(*), count(DISTINCT id) FROM web_app.tracks") == [(27, 27)]


@pytest.mark.parametrize("error", [duckdb.ConversionException("odd"), duckdb.IOException("No space left on device")])
def test_a_load_is_not_written_before_the_one_before_it(warehouse: Warehouse, error: Exception) -> None:
    warehouse.load(some(0), next_offset=1)
    warehouse.engine._writer = Refusing(warehouse.engine._writer, "kind_1", error)  # type: ignore[assignment]
    first = warehouse.begin(some(1), next_offset=2)
    assert first._steps.written.exception(60) is error
    second = warehouse.begin(some(2), next_offset=3)  # it knows nothing of that
    assert second._steps.written.exception(60) is not None
    if isinstance(error, duckdb.IOException):
        with pytest.raises(Transient):
            first.result()
        second.settle()
        assert warehouse.cursor() == 1
        first, second = (warehouse.begin(some(number), next_offset=number + 1) for number in (1, 2))
    assert (first.result().inserted, second.result().inserted) == (19, 19)
    assert (warehouse.cursor(), warehouse.counts().done) == (3, 30)


def test_after_a_full_disk_nothing_that_was_begun_is_written(warehouse: Warehouse) -> None:
    warehouse.load(some(0), next_offset=1)
    full = duckdb.IOException("No space left on device")
    warehouse.engine._writer = Refusing(warehouse.engine._writer, "kind_1", full)  # type: ignore[assignment]
    with held(warehouse):
        begun = [warehouse.begin(some(number), next_offset=number + 1) for number in (1, 2)]
    with pytest.raises(Transient, match="No space left"):
        begun[0].result()
    begun[1].settle()
    assert (warehouse.cursor(), warehouse.counts().done) == (1, 10)
    assert [warehouse.load(some(number), next_offset=number + 1).inserted for number in (1, 2)] == [19, 19]


def test_a_closed_warehouse_begins_nothing(warehouse: Warehouse) -> None:
    warehouse.close()
    with pytest.raises(Transient, match="closed"):
        warehouse.begin([event("m1")], next_offset=1)

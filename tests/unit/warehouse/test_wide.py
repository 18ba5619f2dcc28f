"""Calls with many new names: tables grow wide, and what reads the file goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.base.errors import InvalidInput
from headwater.warehouse import schema
from headwater.warehouse.engine import REPLAY_BYTES
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.query import Queries
from headwater.warehouse.schema import MAX_COLUMNS
from tests.unit.warehouse.made import BOTH, CleanEvent, columns, dump, event, rows

NAMES = 1_500


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    made = Warehouse(tmp_path / "warehouse.duckdb", layout=BOTH)
    yield made
    made.close()


def identify(number: int, names: int = NAMES) -> CleanEvent:
    """One of user `u`, with so many traits that nobody has named before."""
    return event(f"i{number}", "identify", user_id="u", traits={f"t{number}_{each}": each for each in range(names)})


def track(number: int, names: int = NAMES) -> CleanEvent:
    return event(f"t{number}", event=f"Event {number}", properties={f"p{each}": "x" for each in range(names)})


def log_bytes(warehouse: Warehouse) -> int:
    assert warehouse.path is not None
    log = warehouse.path.with_name(warehouse.path.name + ".wal")
    return log.stat().st_size if log.exists() else 0


def test_queries_are_answered_after_each_call(warehouse: Warehouse) -> None:
    queries = Queries(warehouse)
    unfit = 0
    try:
        for number in range(3):
            unfit = warehouse.load([identify(number)], next_offset=number + 1).unfit
            answer = queries.run(
                "SELECT (SELECT count(*) FROM web_app.identifies), (SELECT count(*) FROM web_app.users)"
            )
            assert answer.rows == [[number + 1, 1]]
    finally:
        queries.close()
    assert warehouse.engine.unread_logs == 0
    assert unfit == 2 * NAMES
    assert len(columns(warehouse, "web_app", "identifies")) == MAX_COLUMNS + 1


def test_a_log_that_cannot_be_read_goes_into_the_file(warehouse: Warehouse) -> None:
    """Whatever is dear in it: here, changes that the estimate was not told of."""
    with warehouse.transaction() as connection:
        connection.execute("CREATE SCHEMA _headwater.s")
        for table in ("a", "b"):
            connection.execute(f"CREATE TABLE _headwater.s.{table} (id VARCHAR)")
            for number in range(1_000):
                connection.execute(f"ALTER TABLE _headwater.s.{table} ADD COLUMN c{number} VARCHAR")
    assert log_bytes(warehouse) > 0
    queries = Queries(warehouse, memory_mib=16)
    try:
        assert answered(queries, "SELECT count(*) FROM s.a") == [[0]]
    finally:
        queries.close()
    assert log_bytes(warehouse) == 0


def answered(queries: Queries, query: str) -> list[list[Any]]:
    """The rows, though a process for queries may end for want of memory while it reads the log, which is told of the
    query it had: the log is then brought into the file for the next."""
    for _ in range(5):
        try:
            return queries.run(query).rows
        except InvalidInput as error:
            if error.code != "query_memory":
                raise
    raise AssertionError("the log is not brought into the file")


def test_a_short_log_that_is_dear_to_read_goes_into_the_file(warehouse: Warehouse) -> None:
    warehouse.load([track(0, names=1)], next_offset=1)
    assert log_bytes(warehouse) > 0
    warehouse.load([track(number) for number in range(1, 10)], next_offset=2)
    assert log_bytes(warehouse) == 0
    assert warehouse.engine.replay.size_bytes < REPLAY_BYTES


def test_a_table_that_is_written_anew_is_the_same(tmp_path: Path) -> None:
    few = [event(f"f{number}", "identify", user_id=f"u{number}", traits={"n": number, "x": 1.5}) for number in range(3)]
    stream = [*few, identify(0, names=700), *[identify(number, names=5) for number in range(1, 4)]]
    dumps = []
    for name, pieces in (("whole", [stream]), ("cut", [[each] for each in stream])):
        made = Warehouse(tmp_path / name, layout=BOTH)
        for number, piece in enumerate(pieces):
            made.load(piece, next_offset=number)
        dumps.append(dump(made))
        made.close()
        again = Warehouse(tmp_path / name, layout=BOTH)
        dumps.append(dump(again))
        again.close()
    assert len(dumps[0]["web_app.identifies"][0]) > 700
    assert len(dumps[0]["web_app.identifies"][1]) == len(stream)
    assert all(each == dumps[0] for each in dumps)


def test_a_schema_takes_only_so_many_columns(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MAX_COLUMNS_OF_SCHEMA", 60)
    events = [*(track(number, names=30) for number in range(4)), identify(0, names=30)]
    report = warehouse.load(events, next_offset=1)
    assert report.inserted == 2 * 4 + 1
    assert report.unfit > 0
    assert rows(warehouse, "SELECT count(*) FROM web_app.event_3") == [(1,)]
    kept = rows(warehouse, "SELECT _unfit->>'p29' FROM web_app.event_3")
    assert kept == [("x",)]
    assert "p29" not in columns(warehouse, "web_app", "event_3")
    assert rows(warehouse, "SELECT _unfit->>'t0_29' FROM web_app.users") == [("29",)]

"""Queries over the file, in processes of their own, while the loader goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headwater.base.errors import InvalidInput, Transient
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.query import Queries
from tests.unit.warehouse.made import BOTH, event, tracks


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    made = Warehouse(tmp_path / "warehouse.duckdb", layout=BOTH)
    made.load(tracks(*({"n": number} for number in range(1_000))), next_offset=1)
    yield made
    made.close()


@pytest.fixture
def queries(warehouse: Warehouse) -> Iterator[Queries]:
    made = Queries(warehouse, timeout_s=20, memory_mib=200, threads=1)
    yield made
    made.close()


def code(queries: Queries, query: str, timeout_s: float | None = None) -> str:
    with pytest.raises(InvalidInput) as caught:
        queries.run(query, timeout_s=timeout_s)
    return caught.value.code


def test_values_of_every_type(queries: Queries) -> None:
    shown = {
        "1::TINYINT": 1,
        "9223372036854775807": 9223372036854775807,
        "5::UBIGINT": 5,
        "18446744073709551615::UBIGINT": "18446744073709551615",
        "5::HUGEINT": 5,
        "170141183460469231731687303715884105727::HUGEINT": "170141183460469231731687303715884105727",
        "sum(1)": 1,
        "1.50::DECIMAL(5, 2)": "1.50",
        "0.1::DOUBLE": 0.1,
        "'nan'::DOUBLE": "NaN",
        "'infinity'::DOUBLE": "Infinity",
        "'-infinity'::FLOAT": "-Infinity",
        "true": True,
        "NULL": None,
        "'x'": "x",
        "TIMESTAMP '2026-03-01 12:00:00'": "2026-03-01T12:00:00.000Z",
        "TIMESTAMP '2026-03-01 12:00:00.1'": "2026-03-01T12:00:00.100Z",
        "TIMESTAMP '2026-03-01 12:00:00.000001'": "2026-03-01T12:00:00.000001Z",
        "TIMESTAMPTZ '2026-03-01 12:00:00+02'": "2026-03-01T10:00:00.000Z",
        "'infinity'::TIMESTAMP": "infinity",
        "NULL::TIMESTAMP": None,
        "DATE '2026-03-01'": "2026-03-01",
        "TIME '12:00:00'": "12:00:00",
        "INTERVAL 14 DAY": "14 days",
        "'ab'::BLOB": "YWI=",
        "'0f7d2c3e-0000-4000-8000-000000000000'::UUID": "0f7d2c3e-0000-4000-8000-000000000000",
        "[1, NULL]": [1, None],
        "{'a': [1], 'b': 'x'}": {"a": [1], "b": "x"},
        "map {'a': 1}": {"a": 1},
        "['nan'::DOUBLE]": "[NaN]",
        '\'{"a":1e400,"b":12345678901234567890,"c":[null]}\'::JSON': {
            "a": "1e400",
            "b": "12345678901234567890",
            "c": [None],
        },
        "NULL::JSON": None,
        "'b'::ENUM('a', 'b')": "b",
    }
    result = queries.run("SELECT " + ", ".join(shown))
    assert result.rows == [list(shown.values())]
    assert result.truncated is False


def test_columns_are_named_and_typed(queries: Queries) -> None:
    result = queries.run("SELECT n, n AS n, timestamp, _unfit FROM web_app.ordered ORDER BY n LIMIT 1")
    assert [(column.name, column.type) for column in result.columns] == [
        ("n", "BIGINT"),
        ("n", "BIGINT"),
        ("timestamp", "TIMESTAMP"),
        ("_unfit", "JSON"),
    ]


def test_the_order_of_a_query_is_kept(queries: Queries) -> None:
    result = queries.run("SELECT n, timestamp FROM web_app.ordered ORDER BY n DESC", limit=3)
    assert [row[0] for row in result.rows] == [999, 998, 997]
    assert result.truncated


def test_a_row_is_seen_right_after_its_load(warehouse: Warehouse, queries: Queries) -> None:
    for count in range(1, 6):
        warehouse.load([event(f"fresh{count}", event="Fresh")], next_offset=count)
        assert queries.run("SELECT count(*) FROM web_app.fresh").rows == [[count]]
        if count == 3:
            assert warehouse.engine.checkpoint()
    warehouse.drop_schema("web_app")
    assert code(queries, "SELECT count(*) FROM web_app.fresh") == "unknown_table"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT length(repeat(md5(i::VARCHAR), 1000000)) FROM range(1000000) r(i)",
        "SELECT len(range(4000000000))",
        "SELECT len(list_resize([1], 3000000000))",
        "SELECT length(string_agg(md5(i::VARCHAR), '')) FROM range(100000000) r(i)",
        "SELECT list(md5(i::VARCHAR)) FROM range(100000000) r(i)",
        "SELECT length(replace(repeat('a', 100000), 'a', repeat('a', 100000)))",
    ],
)
def test_a_query_beyond_its_memory_fails_alone(warehouse: Warehouse, queries: Queries, query: str) -> None:
    loaded: list[int] = []
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            warehouse.load([event(f"beside{len(loaded)}", event="Beside")], next_offset=len(loaded))
            loaded.append(1)

    loader = threading.Thread(target=load)
    loader.start()
    try:
        assert code(queries, query) == "query_memory"
    finally:
        before = len(loaded)
        deadline = time.monotonic() + 60
        while len(loaded) == before and time.monotonic() < deadline:
            time.sleep(0.01)
        stop.set()
        loader.join()
    assert len(loaded) > before > 0
    assert queries.run("SELECT count(*) FROM web_app.beside").rows == [[len(loaded)]]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM range(10000000000) a WHERE md5(a.range::VARCHAR) = 'x'",
        "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT max(n) FROM x",
        "SELECT a.n FROM web_app.ordered a, web_app.ordered b, web_app.ordered c, web_app.ordered d "
        "WHERE md5((a.n + b.n + c.n + d.n)::VARCHAR) = 'x'",
    ],
)
def test_a_query_beyond_its_time_fails_alone(queries: Queries, query: str) -> None:
    began = time.monotonic()
    assert code(queries, query, timeout_s=0.5) == "query_timeout"
    assert time.monotonic() - began < 30
    assert queries.run("SELECT count(*) FROM web_app.tracks").rows == [[1_000]]


def test_a_process_that_is_killed_is_replaced(queries: Queries) -> None:
    def strike() -> None:
        time.sleep(0.7)
        for pid in children():
            os.kill(pid, signal.SIGKILL)

    queries.run("SELECT 1")
    striker = threading.Thread(target=strike)
    striker.start()
    assert (
        code(queries, "SELECT count(*) FROM range(10000000000) a WHERE md5(a.range::VARCHAR) = 'x'") == "query_memory"
    )
    striker.join()
    assert queries.run("SELECT 1").rows == [[1]]


def children() -> list[int]:
    """Query processes of this one."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            command = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == os.getpid() and b"headwater.warehouse.reader" in command:
            found.append(int(path.parent.name))
    return found


def test_a_query_process_knows_no_environment(queries: Queries, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "x")
    queries.run("SELECT 1")
    for pid in children():
        assert b"SECRET_OF_THE_SERVER" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_what_spilled_is_cleared(warehouse: Warehouse, queries: Queries) -> None:
    assert code(queries, "SELECT list(md5(i::VARCHAR)) FROM range(100000000) r(i)") == "query_memory"
    queries.run("SELECT 1")
    queries.close()
    assert warehouse.path is not None
    left = [path.name for path in warehouse.path.parent.iterdir()]
    assert sorted(left) == ["warehouse.duckdb", "warehouse.duckdb.ids", "warehouse.duckdb.wal"]


ENDLESS = "SELECT count(*) FROM range(10000000000) a WHERE md5(a.range::VARCHAR) = 'x'"


def test_queries_wait_for_a_free_process(warehouse: Warehouse) -> None:
    queries = Queries(warehouse, timeout_s=2, memory_mib=200, processes=1, wait_s=0.3)
    long = Asked(queries, ENDLESS)
    until(lambda: children() != [])
    with pytest.raises(Transient, match="No query process came free") as caught:
        queries.run("SELECT 1")
    assert caught.value.code == "busy"
    assert long.code() == "query_timeout"
    assert queries.run("SELECT 1").rows == [[1]]
    queries.close()


def test_a_query_is_refused_at_once_when_too_many_wait(warehouse: Warehouse) -> None:
    queries = Queries(warehouse, timeout_s=60, memory_mib=200, processes=1, wait_s=600, max_waiting=1)
    asked = [Asked(queries, ENDLESS) for _ in range(3)]
    until(lambda: any(one.found for one in asked))
    assert [one.found for one in asked if one.found] == ["busy"]
    queries.close()
    assert sorted(one.code() for one in asked) == ["busy", "unavailable", "unavailable"]
    assert children() == []
    with pytest.raises(Transient, match="being stopped"):
        queries.run("SELECT 1")


def test_a_query_process_that_cannot_be_started_is_the_servers_matter(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(Transient, match="No such file") as caught:
        Queries(warehouse).run("SELECT 1")
    assert caught.value.code == "busy"


def test_no_timer_outlives_its_query() -> None:
    """It would hold the connection, and might interrupt what comes next."""
    warehouse = Warehouse(None, layout=BOTH)
    queries = Queries(warehouse)
    for _ in range(50):
        assert queries.run("SELECT 1").rows == [[1]]
        assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    warehouse.close()


class Asked:
    """A query that runs in a thread of its own."""

    def __init__(self, queries: Queries, query: str) -> None:
        self.found = ""
        self._thread = threading.Thread(target=self._run, args=(queries, query))
        self._thread.start()

    def _run(self, queries: Queries, query: str) -> None:
        try:
            queries.run(query)
        except (InvalidInput, Transient) as error:
            self.found = error.code

    def code(self) -> str:
        """What it ended with."""
        self._thread.join(60)
        return self.found


def until(condition: Callable[[], bool], wait_s: float = 30.0) -> None:
    deadline = time.monotonic() + wait_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_snapshots_hold_while_the_loader_writes_and_checkpoints(warehouse: Warehouse, queries: Queries) -> None:
    """Each query sees whole loads: the same events in `tracks` as in the tables of their own, and never fewer."""
    stop = threading.Event()
    count = 0

    def load() -> None:
        nonlocal count
        while not stop.is_set():
            made = [event(f"x{count + at}", event=f"Kind {at % 3}", properties={"a": at}) for at in range(60)]
            people = [event(f"i{count + at}", "identify", user_id=f"u{at}", traits={"n": count}) for at in range(20)]
            warehouse.load(made + people, next_offset=count)
            count += 60
            warehouse.engine.checkpoint()

    def events() -> list[int]:
        tables = " + ".join(f"(SELECT count(*) FROM web_app.kind_{kind})" for kind in range(3))
        return queries.run(
            f"SELECT (SELECT count(DISTINCT id) FROM web_app.tracks WHERE event <> 'ordered'), {tables}, "
            "(SELECT count(*) - count(DISTINCT id) FROM web_app.users), (SELECT max(n) - min(n) FROM web_app.users)"
        ).rows[0]

    warehouse.load([event("x", event=f"Kind {kind}") for kind in range(3)], next_offset=0)
    loader = threading.Thread(target=load)
    loader.start()
    try:
        deadline = time.monotonic() + 5
        while count < 600 and time.monotonic() < deadline:
            time.sleep(0.01)
        for _ in range(20):
            before = count
            in_tracks, in_tables, twice, spread = events()
            assert in_tracks + 2 == in_tables  # the same id went to three tables once
            assert in_tracks >= before
            assert (twice, spread) == (0, 0)
    finally:
        stop.set()
        loader.join()


def test_a_query_process_ends_with_its_parent(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from headwater.warehouse.loader import Warehouse
        from headwater.warehouse.query import Queries
        from tests.unit.warehouse.made import BOTH

        queries = Queries(Warehouse(Path(sys.argv[1]), layout=BOTH))
        queries.run("SELECT 1")
        print(queries._free.get()._process.pid, flush=True)
        time.sleep(60)
        """
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "w.duckdb")], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        if "Z" in Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]:
            break
        time.sleep(0.02)
    else:
        assert not Path(f"/proc/{child}").exists()

"""Queries under arbitrary text: what is empty around a statement changes nothing; the rest is answered or refused."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from headwater.warehouse.answer import readable_tables
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.reader import Limits, Told, tell
from tests.unit.warehouse.made import BOTH, event

MANY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
LIMITS = Limits(rows=100, timeout_s=60, memory_mib=500, threads=1)
TOLD = {"", "bad_query", "query_not_allowed", "unknown_table"}
NOTHING = st.lists(
    st.sampled_from([";", ";", " ", "\n", "\t", "\r\n", "/**/", "/* ; */", "/* /* ; */ */", "-- ;\n", "--\r\n"]),
    max_size=6,
).map("".join)
STATEMENTS = st.sampled_from(
    [
        ("SELECT 1", [[1]]),
        ("SELECT ';', ''';', $$;$$, $a$;$b$;$a$, E'\\';'", [[";", "';", ";", ";$b$;", "';"]]),
        ("SELECT a AS \";\", 'é;é' FROM web_app.ordered", [[1, "é;é"]]),
        ("(SELECT 1) -- ; end", [[1]]),
        ("WITH x AS (SELECT 1 /* ; */ AS n) FROM x", [[1]]),
        ("FROM range(2)", [[0], [1]]),
        ("VALUES ('x')", [["x"]]),
        ("SELECT a -- ;\n FROM web_app.ordered", [[1]]),
    ]
)
WORDS = r"""
SELECT FROM WHERE WITH AS x RECURSIVE UNION ALL VALUES TABLE PIVOT ON EXPLAIN DESCRIBE SUMMARIZE SHOW ORDER BY LIMIT
GROUP HAVING QUALIFY web_app.ordered information_schema.tables a count(*) sum(a) 1 1.5 NULL 'x' [1] {'a':1} :: INTEGER
JOIN USING LATERAL IN EXISTS CASE WHEN END ? $1
; ;; ( ) , . * ' " $$ -- /* */ \ 🦆 é
"""
PIECES = st.lists(
    st.one_of(
        st.sampled_from([*WORDS.split(), "\n", "\ufeff", "\u00a0", "\x00"]),
        st.text(max_size=3),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    warehouse = Warehouse(None, layout=BOTH)
    warehouse.load([event("m1", properties={"a": 1})], next_offset=1)
    with warehouse.engine.reading() as made:
        yield made
    warehouse.close()


def told(connection: duckdb.DuckDBPyConnection, query: str) -> Told:
    return tell(connection, readable_tables(connection), query, LIMITS)


@MANY
@given(NOTHING, STATEMENTS, NOTHING)
@example("; ", ("SELECT 1", [[1]]), "")
@example(";;", ("SELECT 1", [[1]]), "")
@example("/* */; ", ("SELECT 1", [[1]]), ";;")
def test_what_is_empty_around_a_statement_changes_nothing(
    connection: duckdb.DuckDBPyConnection, before: str, statement: tuple[str, list[list[object]]], behind: str
) -> None:
    query, rows = statement
    found = told(connection, f"{before}{query}\n{behind}")
    assert found.answer is not None, found
    assert found.answer.rows == rows


@MANY
@given(PIECES.map(" ".join))
@example(";")
@example("TABLE information_schema.tables;;")
@example("SELECT 1; SELECT 2")
@example("SELECT " + "-" * 3_000 + "1")
@example("SELECT " + "[" * 990 + "]" * 990)
@example("SELECT " + "(SELECT " * 300 + "1" + ")" * 300)
@example("SELECT 1" + " UNION ALL SELECT 1" * 3_000)
@example("SELECT '" + "\\" * 10 + "'; --")
def test_whatever_is_asked_is_answered_or_refused_with_a_code(
    connection: duckdb.DuckDBPyConnection, query: str
) -> None:
    found = told(connection, query)
    assert found.code in TOLD, found
    assert (found.answer is None) == bool(found.code)
    assert found.answer is not None or found.message


INTEGERS = st.one_of(
    st.integers(-(2**127), 2**127 - 1),
    st.integers(-(2**63) - 2, -(2**63) + 2),
    st.integers(2**63 - 3, 2**63 + 1),
)


@MANY
@given(INTEGERS)
@example(-(2**63))
@example(2**63 - 1)
@example(2**63)
def test_an_integer_is_a_number_while_64_bits_hold_it(connection: duckdb.DuckDBPyConnection, value: int) -> None:
    shown = value if -(2**63) <= value < 2**63 else str(value)
    integer = f"'{value}'::HUGEINT"
    found = told(connection, f"SELECT {integer}, [{integer}], {{'a': {integer}}}, '{value}'::BIGNUM")
    assert found.answer is not None, found
    assert found.answer.rows == [[shown, [shown], {"a": shown}, shown]]


@MANY
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5))
@example([2**63 - 1, 1, -1])
@example([2**63 - 1, 1])
@example([-(2**63)])
def test_so_is_the_sum_of_integers(connection: duckdb.DuckDBPyConnection, values: list[int]) -> None:
    rows = ", ".join(f"('{value}'::BIGINT)" for value in values)
    found = told(connection, f"SELECT sum(n) FROM (VALUES {rows}) v(n)")
    assert found.answer is not None, found
    assert found.answer.columns[0].type == "HUGEINT"
    assert found.answer.rows == [[sum(values) if -(2**63) <= sum(values) < 2**63 else str(sum(values))]]


def test_a_fault_of_ours_is_told_and_the_next_query_answered(connection: duckdb.DuckDBPyConnection) -> None:
    class Gone(dict[str, set[str]]):
        def get(self, key: str, default: object = None) -> set[str]:
            raise AssertionError(key)

    found = tell(connection, Gone(), "SELECT * FROM web_app.tracks", LIMITS)
    assert (found.code, found.message, found.last) == ("fault", "AssertionError: web_app", False)
    assert told(connection, "SELECT 1").answer is not None

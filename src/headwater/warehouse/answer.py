"""Runs one checked query on a connection and gives its rows as values that JSON can hold.

Integers that 64 bits hold are numbers, whatever their type, larger ones and decimals text; timestamps are ISO 8601 in
UTC with `Z`; JSON, lists, structs and maps are JSON; numbers that are none (NaN, infinity) are text; bytes are base64.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isfinite
from typing import Any

import duckdb
import msgspec

from headwater.base.errors import InvalidInput
from headwater.warehouse import guard, information
from headwater.warehouse.engine import DATABASE, INTERNAL
from headwater.warehouse.exact import INT64_MAX, INT64_MIN, Number, Repeated, Unreadable, read_object

_NATIVE = frozenset({"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
_FLOATS = frozenset({"FLOAT", "DOUBLE"})
_TIMESTAMP = re.compile(r"(\d{4,6}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?")
_PLACES = re.compile(r"""(['"])(?:/|file:)[^'"]*\1""")


_INT64_CHARS = len(str(INT64_MIN))

_NOT_THE_QUERY = (
    duckdb.OutOfMemoryException,
    duckdb.InterruptException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.IOException,
    duckdb.SerializationException,
)
"""Said by the machine or the file, not by what was asked."""


class ColumnInfo(msgspec.Struct, frozen=True):
    """`type` is the engine's name of it, such as BIGINT or VARCHAR."""

    name: str
    type: str


class Answer(msgspec.Struct, frozen=True):
    """`truncated`: there are more rows than were asked for."""

    columns: list[ColumnInfo]
    rows: list[list[Any]]
    truncated: bool


def readable_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """What a query may read: the tables of sources, of `production`, and the views of `information_schema`."""
    found: dict[str, set[str]] = {}
    rows = connection.execute(
        f"""SELECT schema_name, table_name FROM duckdb_tables()
        WHERE database_name = '{DATABASE}' AND schema_name NOT IN ('{INTERNAL}', 'main')"""
    ).fetchall()
    for schema, name in rows:
        found.setdefault(schema, set()).add(name)
    return found | {information.SCHEMA: set(information.VIEWS)}


def answer(connection: duckdb.DuckDBPyConnection, query: str, tables: guard.Tables, limit: int) -> Answer:
    """At most `limit` rows. Raises InvalidInput (`bad_query`, …); Interrupt and memory errors pass through."""
    try:
        return _run(connection, guard.check(connection, query, tables), limit)
    except _NOT_THE_QUERY:
        raise
    except (duckdb.Error, UnicodeError) as error:
        raise InvalidInput(_told(error), code="bad_query") from error


def _run(connection: duckdb.DuckDBPyConnection, query: str, limit: int) -> Answer:
    relation = connection.sql(query)
    assert relation is not None
    types = [str(type_) for type_ in relation.types]
    cells = [_cell(type_) for type_ in types]
    chosen = ", ".join(expression.format(at) for at, (expression, _) in enumerate(cells, start=1))
    rows = relation.project(chosen).limit(limit + 1).fetchall()
    converters = [convert for _, convert in cells]
    return Answer(
        columns=[ColumnInfo(name, type_.strip('"')) for name, type_ in zip(relation.columns, types, strict=True)],
        rows=[[convert(cell) for convert, cell in zip(converters, row, strict=True)] for row in rows[:limit]],
        truncated=len(rows) > limit,
    )


def _cell(type_: str) -> tuple[str, Callable[[Any], Any]]:
    """How a column of this type is read: the SQL around it, and what its value becomes."""
    if type_ in _NATIVE or type_ == "VARCHAR":
        return "#{}", _same
    if type_ in _FLOATS:
        return "#{}", _number
    if type_ in ("UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM"):
        return "CAST(#{} AS VARCHAR)", _big
    if type_ == "TIMESTAMP WITH TIME ZONE":
        return "CAST(CAST(#{} AS TIMESTAMP) AS VARCHAR)", _moment
    if type_.startswith("TIMESTAMP"):
        return "CAST(#{} AS VARCHAR)", _moment
    if type_ == "JSON":
        return "CAST(#{} AS VARCHAR)", _json
    if type_.endswith("]") or type_.startswith(("STRUCT(", "MAP(", "UNION(", "VARIANT", "TUPLE")):
        return "CAST(to_json(#{}) AS VARCHAR)", _json
    if type_ == "BLOB":
        return "to_base64(#{})", _same
    return "CAST(#{} AS VARCHAR)", _same


def _same(value: Any) -> Any:
    return value


def _number(value: float | None) -> float | str | None:
    if value is None or isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _big(text: str | None) -> int | str | None:
    """The value decides, not its type: the sum of a BIGINT column is a HUGEINT, and nearly always fits."""
    if text is None:
        return None
    return int(text) if len(text) <= _INT64_CHARS and INT64_MIN <= int(text) <= INT64_MAX else text


def _moment(text: str | None) -> str | None:
    """`2024-01-01 10:00:00.5` → `2024-01-01T10:00:00.500Z`; what is no such moment (`infinity`, BC) stays."""
    found = None if text is None else _TIMESTAMP.fullmatch(text)
    if found is None:
        return text
    day, time, fraction = found.groups()
    fraction = (fraction or "").ljust(3, "0")
    return f"{day}T{time}.{fraction if len(fraction) == 3 else fraction.ljust(6, '0')}Z"


def _json(text: str | None) -> Any:
    """The JSON value; a number in it that is no int64 and no double is text, and so is what is no JSON (`NaN`)."""
    if text is None:
        return None
    try:
        return _plain(dict(read_object(b'{"v":' + text.encode() + b"}").items())["v"])
    except (Unreadable, RecursionError):
        return text


def _plain(value: Any) -> Any:
    if isinstance(value, dict | Repeated):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if type(value) is int and not INT64_MIN <= value <= INT64_MAX:
        return str(value)
    return str(value) if isinstance(value, Number) else value


def _told(error: Exception) -> str:
    """What the engine says is wrong, without the paths of this machine and its lists of functions."""
    text = str(error).partition("\n\n")[0].partition("\n\tCandidate functions")[0]
    return _PLACES.sub("'…'", text.strip())

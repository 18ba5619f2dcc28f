"""Decides whether a query may run: one SELECT, over tables that are there for it, with functions that are listed.

It walks the statement as the engine's own parser understood it, so nothing hides in a comment, a quote or a CTE.
What it does not know it refuses.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Set
from typing import Any, Final

import duckdb

from headwater.base.errors import InvalidInput
from headwater.base.query import MAX_QUERY_CHARS
from headwater.warehouse.functions import FUNCTIONS, TABLE_FUNCTIONS
from headwater.warehouse.information import SCHEMA, describe, led

Tables = Mapping[str, Set[str]]
"""Schema → its tables, in lower case: all that a query may read."""

_QUERY_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"})
_TABLE_REFS = frozenset({"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT"})
_REF_PLACES = {"from_table": None, "left": "JOIN", "right": "JOIN", "source": "PIVOT"}
"""Where a table reference stands, and in which kind of node (None: in any)."""

_UNREAD: Final = {
    "SHOW_REF": "SHOW, DESCRIBE and SUMMARIZE are not taken; information_schema.tables and information_schema.columns "
    "tell of tables and columns."
}
"""What else the parser takes for a place to read from."""

_NOWHERE: Final = 2**64 - 1
"""What the parser says of a place that it does not know."""

_ONE_SELECT = "Send exactly one SELECT over the schemas of your sources, `production` and `information_schema`."


def check(connection: duckdb.DuckDBPyConnection, query: str, tables: Tables) -> str:
    """The query's one statement by itself, without empty ones around it: what may be run.

    What it reads of `information_schema` is led to our views of it, which are made for that.
    Raises InvalidInput: `bad_query` (no SQL), `query_not_allowed`, `unknown_table`. Nothing has run then.
    """
    if len(query) > MAX_QUERY_CHARS:
        raise InvalidInput(
            f"The query has {len(query)} characters; at most {MAX_QUERY_CHARS} are taken. Nothing was run.",
            code="query_not_allowed",
        )
    try:
        node = _parse(connection, query)
        statement = _alone(connection, query)
        if statement != query:
            node = _parse(connection, statement)
        walk = _Walk(tables)
        walk.node(node, frozenset())
    except RecursionError:
        raise InvalidInput("The query nests too deep. Nothing was run.", code="query_not_allowed") from None
    if not walk.information:
        return statement
    describe(connection)
    return led(statement, walk.information)


def _alone(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """The one statement that is not empty, without the `;` behind it, so that it can stand within another."""
    found = connection.extract_statements(query)  # leaves out what is before it
    if len(found) != 1:
        raise _refusal(f"The query holds {len(found)} statements.")
    text = found[0].query.encode()
    for at, kind in duckdb.tokenize(found[0].query):
        if kind == duckdb.token_type.operator and text[at : at + 1] == b";":
            return text[:at].decode()
    return found[0].query


def _parse(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    serialized = connection.execute(
        "SELECT json_serialize_sql(?::VARCHAR, skip_null := true, skip_empty := true)", [query]
    ).fetchall()  # to its end: an open result would stand in the way of the query
    parsed = json.loads(serialized[0][0])
    if parsed.get("error"):
        if parsed.get("error_type") == "not implemented":
            raise _refusal("This is not a SELECT.")
        raise InvalidInput(parsed.get("error_message", "not SQL"), code="bad_query")
    statements = parsed.get("statements", [])
    if len(statements) != 1:
        raise _refusal(f"The query holds {len(statements)} statements.")
    return statements[0]["node"]


def _refusal(what: str) -> InvalidInput:
    return InvalidInput(f"{what} {_ONE_SELECT} Nothing was run.", code="query_not_allowed")


class _Walk:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.information: list[int | None] = []
        """Where references to `information_schema` begin."""

    def node(self, value: Any, scope: frozenset[str]) -> None:
        """`scope`: the names that CTEs give at this point."""
        if isinstance(value, list):
            for item in value:
                self.node(item, scope)
        elif isinstance(value, dict):
            if "cte_map" in value:
                scope = self._query(value, scope)
            self._reference(value, scope)
            if value.get("class") == "PARAMETER":
                raise InvalidInput(
                    "The query has a placeholder (?, $1 or $name), and no value can be given for it here. Write the "
                    "value itself. Nothing was run.",
                    code="bad_query",
                )
            if "function_name" in value:
                _check_function(value, FUNCTIONS, "function")
            for key, item in value.items():
                if key != "cte_map":
                    self._part(value, key, item, scope)

    def _part(self, parent: dict[str, Any], key: str, item: Any, scope: frozenset[str]) -> None:
        kind = parent.get("type")
        place = _REF_PLACES.get(key, "")
        if isinstance(item, dict) and (place is None or place == kind) and item.get("type") not in _TABLE_REFS:
            raise _refusal(_UNREAD.get(item.get("type", ""), "A query may read from tables and from queries alone."))
        if kind == "TABLE_FUNCTION" and key == "function":
            _check_function(item, TABLE_FUNCTIONS, "table function")
            item = {name: part for name, part in item.items() if name != "function_name"}
        elif kind == "RECURSIVE_CTE_NODE" and key == "right":
            scope = scope | {parent["cte_name"].lower()}
        self.node(item, scope)

    def _query(self, value: dict[str, Any], scope: frozenset[str]) -> frozenset[str]:
        """Checks a query's CTEs, each in the sight of those before it, and gives the scope of its body."""
        if value.get("type") not in _QUERY_NODES:
            raise _refusal("A query may hold other SELECTs alone.")
        for entry in value["cte_map"].get("map", []):
            body = entry["value"]["query_node"]
            if "cte_map" not in body:
                raise _refusal("A CTE may hold a SELECT alone.")
            self.node(entry["value"], scope)
            scope = scope | {entry["key"].lower()}
        return scope

    def _reference(self, value: dict[str, Any], scope: frozenset[str]) -> None:
        if value.get("type") != "BASE_TABLE":
            return
        path = [part.lower() for part in value.get("qualified_name", {}).get("path", [])]
        if path in ([name] for name in scope) or (len(path) == 2 and path[0] == "recurring" and path[1] in scope):
            return
        if len(path) != 2 or path[1] not in self._tables.get(path[0], ()):
            raise self._unknown(".".join(path), path[-1] if path else "")
        if path[0] == SCHEMA:
            at = value.get("query_location", _NOWHERE)
            self.information.append(None if at >= _NOWHERE else at)

    def _unknown(self, full: str, name: str) -> InvalidInput:
        known = [f"{schema}.{table}" for schema, tables in self._tables.items() for table in tables]
        near = [one for one in known if one.endswith(f".{name}")] or difflib.get_close_matches(
            full, known, n=3, cutoff=0.75
        )
        hint = f" Did you mean {' or '.join(sorted(near)[:3])}?" if near else ""
        return InvalidInput(
            f'There is no table "{full}" that a query may read.{hint} Tables are named schema.table; '
            "information_schema.tables lists them. Nothing was run.",
            code="unknown_table",
            details={"table": full, "nearest": sorted(near)[:3]},
        )


def _check_function(value: dict[str, Any], listed: Set[str], what: str) -> None:
    name = value.get("function_name", "")
    path = value.get("qualified_name", {}).get("path", [name])
    if name.lower() not in listed or [part.lower() for part in path] != [name.lower()]:
        raise InvalidInput(
            f'The {what} "{".".join(path)}" is not among those that a query may call. {_ONE_SELECT} Nothing was run.',
            code="query_not_allowed",
            details={"function": name},
        )

"""`information_schema` as a query sees it: the schemas of sources and of own tables, and none that is headwater's.

The engine's views show every schema of every database, and cannot be replaced. So there are views over them in a
database in memory that is named `information_schema` too, and each reference to a view is led there by a word that is
put into the statement: `information_schema.main.tables`. In this way everything else of a statement stays as it was
written, `information_schema.tables.table_name` among it. A reference that was not led there is ambiguous to the
engine, which refuses it: nothing can slip through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import duckdb

from headwater.base.errors import InvalidInput
from headwater.warehouse.engine import DATABASE, INTERNAL

SCHEMA: Final = "information_schema"
CATALOG: Final = "warehouse"
"""The database's name in the views; no query needs it."""

_OWNERS: Final = {"schemata": ("catalog_name", "schema_name")} | {
    name: (f"{of}_catalog", f"{of}_schema")
    for of, names in {
        "table": "tables columns views table_constraints key_column_usage constraint_column_usage"
        " constraint_table_usage",
        "constraint": "check_constraints referential_constraints",
    }.items()
    for name in names.split()
}
"""Each view, and its columns that say to which database and schema a row belongs."""

VIEWS: Final = frozenset(_OWNERS)

_NAME: Final = re.compile(rb'"information_schema"|information_schema', re.IGNORECASE)


def describe(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views where the connection has none yet."""
    if connection.execute("SELECT 1 FROM duckdb_databases() WHERE database_name = ?", [SCHEMA]).fetchall():
        return
    connection.execute(f"ATTACH ':memory:' AS {SCHEMA}")
    for view, (catalog, schema) in _OWNERS.items():
        connection.execute(
            f"CREATE VIEW {SCHEMA}.main.{view} AS SELECT * REPLACE ('{CATALOG}' AS {catalog})"
            f" FROM system.information_schema.{view} WHERE ({catalog} = '{DATABASE}' AND {schema} NOT IN"
            f" ('{INTERNAL}', 'main')) OR ({catalog} = 'system' AND {schema} = '{SCHEMA}' AND '{view}' = 'schemata')"
        )


def led(statement: str, places: Iterable[int | None]) -> str:
    """The statement with each reference to a view led to ours.

    `places`: where the parser says that each begins, in bytes; None where it does not say, as behind `TABLE`.
    """
    known = set(places)
    if None in known:
        known |= set(_behind_table(statement))
    text = statement.encode()
    for at in sorted((place for place in known if place is not None), reverse=True):
        name = _NAME.match(text, at)
        if name is None:
            raise InvalidInput(
                "A reference to information_schema could not be read. Write FROM information_schema.tables, and so on."
                " Nothing was run.",
                code="bad_query",
            )
        text = text[: name.end()] + b".main" + text[name.end() :]
    return text.decode()


def _behind_table(statement: str) -> Iterator[int]:
    """Where `TABLE information_schema.…` names the schema."""
    text = statement.encode()
    words = [(at, kind) for at, kind in duckdb.tokenize(statement) if kind != duckdb.token_type.comment]
    for (at, kind), (behind, _) in pairwise(words):
        if kind == duckdb.token_type.keyword and text[at : at + 5].lower() == b"table" and _NAME.match(text, behind):
            yield behind

"""Reads all that a data directory holds, whatever form it is in: what a search of its bytes alone could miss."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from headwater.journal import frame


def naming(data: Path, names: Iterable[str], scratch: Path) -> dict[str, list[str]]:
    """Which of the names stand in which files, as bytes or as values. The server must be at rest."""
    found: dict[str, list[str]] = {}
    for path in sorted(data.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        texts = [path.read_bytes(), *(text.encode("utf-8", "replace") for text in _values(path, scratch))]
        hits = [name for name in names if any(name.encode() in text for text in texts)]
        if hits:
            found[str(path.relative_to(data))] = hits
    return found


def _values(path: Path, scratch: Path) -> Iterator[str]:
    if path.suffix == ".duckdb":
        yield from _duckdb(path, scratch)
    elif path.suffix == ".db":
        yield from _sqlite(path, scratch)
    elif path.suffix == ".parquet":
        yield str(pq.read_table(path).to_pylist())
    elif path.suffix == ".log":
        yield from (payload.decode("utf-8", "replace") for _, _, payload in frame.decode(path.read_bytes()))


def _duckdb(path: Path, scratch: Path) -> Iterator[str]:
    copy = _copied(path, scratch)
    connection = duckdb.connect(str(copy))
    for schema, table in connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
        yield str(connection.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall())
    connection.close()


def _sqlite(path: Path, scratch: Path) -> Iterator[str]:
    connection = sqlite3.connect(_copied(path, scratch))
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        yield str(connection.execute(f'SELECT * FROM "{table}"').fetchall())
    connection.close()


def _copied(path: Path, scratch: Path) -> Path:
    """With the log beside it; opening the file itself would change it."""
    for each in path.parent.glob(f"{path.name}*"):
        if each.is_file():
            shutil.copy(each, scratch / each.name)
    return scratch / path.name

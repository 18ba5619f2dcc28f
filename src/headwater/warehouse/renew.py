"""Writes a warehouse into a fresh file, which takes its place: what was deleted is then in no byte of it.

The engine keeps deleted rows, and values that are no longer there, in blocks of the file that nothing refers to; they
would go sometime, or never. Loading waits meanwhile, queries go on.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import duckdb

from headwater.base.errors import Transient
from headwater.warehouse import copies
from headwater.warehouse.engine import BLOCK_BYTES, DATABASE, DRAFT, ROW_GROUP_ROWS, Engine, connect

_OLD = "_old"


def renew(engine: Engine, *, memory_limit: str = "512MB") -> None:
    """Raises Transient when the disk has no room for two more copies, or what reads now does not end in time."""
    if engine.path is None:
        return
    old = engine.path.with_name(f"{engine.path.name}{DRAFT}-old")
    fresh = engine.path.with_name(f"{engine.path.name}{DRAFT}")
    with engine.alone():
        try:
            _remove(old, fresh)
            copies.snapshot(engine, old)
            _write(old, fresh, memory_limit)
            _remove(old)
            copies.sync(fresh)
            engine.swap(fresh)
        except (duckdb.Error, OSError) as error:
            raise Transient(f"The warehouse cannot be written anew now: {error}") from error
        finally:
            with suppress(OSError):
                _remove(old, fresh)


def _write(old: Path, fresh: Path, memory_limit: str) -> None:
    connection = connect({"memory_limit": memory_limit, "threads": "1"})
    try:
        connection.execute(f"SET temp_directory = '{_quoted(fresh)}.tmp'")
        connection.execute(f"ATTACH '{_quoted(old)}' AS {_OLD} (READ_ONLY)")
        connection.execute(
            f"ATTACH '{_quoted(fresh)}' AS {DATABASE} (ROW_GROUP_SIZE {ROW_GROUP_ROWS}, BLOCK_SIZE {BLOCK_BYTES})"
        )
        connection.execute(f"COPY FROM DATABASE {_OLD} TO {DATABASE}; CHECKPOINT {DATABASE}; DETACH {DATABASE}")
    finally:
        connection.close()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _remove(*paths: Path) -> None:
    for path in paths:
        for each in (path, path.with_name(path.name + ".wal")):
            each.unlink(missing_ok=True)

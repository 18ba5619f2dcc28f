"""Copies of a warehouse: the file as it is at one moment, or each table as Parquet. Loading goes on meanwhile."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from headwater.base.errors import Unprocessable
from headwater.warehouse.answer import readable_tables
from headwater.warehouse.engine import DATABASE, Engine, connect, quoted

_PIECE: Final = 4 * 1024 * 1024
_ROWS: Final = 20_000


class ExportedTable(msgspec.Struct, frozen=True):
    """`file` is relative to the folder of the export."""

    schema: str
    table: str
    rows: int
    file: str


def snapshot(engine: Engine, target: Path) -> None:
    """Write the warehouse as of now to `target`, which must not exist. The copy is opened once, so it can be."""
    if target.exists():
        raise Unprocessable(f"{target} is there already. Name another file; nothing was written.")
    if engine.path is None:
        raise Unprocessable("A warehouse in memory has no file to copy.")
    target.parent.mkdir(parents=True, exist_ok=True)
    log = target.with_name(target.name + ".wal")
    with engine.snapshot(60.0, copying=True) as state:
        _copy(Path(state.path), target, None)
        if state.wal_bytes:
            _copy(Path(f"{state.path}.wal"), log, state.wal_bytes)
    _take_in_log(target)
    sync(target)


def export(engine: Engine, directory: Path) -> list[ExportedTable]:
    """Write each table to `<directory>/<schema>/<table>.parquet`; what is there under these names is replaced."""
    with engine.reading() as connection:
        connection.execute("BEGIN")
        tables = readable_tables(connection)
        tables.pop("information_schema", None)
        return [
            _export(connection, directory, schema, table)
            for schema, names in sorted(tables.items())
            for table in sorted(names)
        ]


def _export(connection: duckdb.DuckDBPyConnection, directory: Path, schema: str, table: str) -> ExportedTable:
    columns = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index",
        [DATABASE, schema, table],
    ).fetchall()
    # JSON is text to every other tool
    listed = ", ".join(
        f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" if type_ == "JSON" else quoted(name)
        for name, type_ in columns
    )
    path = directory / schema / f"{table}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    relation = connection.sql(f"SELECT {listed} FROM {quoted(DATABASE, schema, table)}")
    reader: pa.RecordBatchReader = relation.to_arrow_reader(_ROWS)
    rows = 0
    with pq.ParquetWriter(draft, reader.schema, compression="zstd") as writer:
        for batch in reader:
            rows += batch.num_rows
            writer.write_batch(batch)
    draft.replace(path)
    return ExportedTable(schema, table, rows, f"{schema}/{path.name}")


def _copy(source: Path, target: Path, size: int | None) -> None:
    """All of a file, or its first `size` bytes."""
    with source.open("rb") as original, target.open("wb") as copy:
        if size is None:
            shutil.copyfileobj(original, copy, _PIECE)
        while size:
            piece = original.read(min(size, _PIECE))
            copy.write(piece)
            size -= len(piece)
        copy.flush()
        os.fsync(copy.fileno())


def _take_in_log(target: Path) -> None:
    connection = connect({"memory_limit": "512MB", "threads": "1"})
    try:
        where = str(target).replace("'", "''")
        connection.execute(f"ATTACH '{where}' AS {DATABASE}; CHECKPOINT {DATABASE}; DETACH {DATABASE}")
    finally:
        connection.close()


def sync(target: Path) -> None:
    """Make a file and its name durable."""
    for path in (target, target.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

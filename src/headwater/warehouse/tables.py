"""`/tables`: read-only tables of the user's own in schema `production`, to join events with.

A table is copied in whole, from a file or from a Postgres server, and replaced whole; a failed copy leaves the old
rows where they are and says why.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import asyncpg
import duckdb
import msgspec
import pyarrow as pa

from headwater.base.clock import Clock, iso, now
from headwater.base.errors import HeadwaterError, InvalidInput, NotFound, Unprocessable
from headwater.warehouse import intake, postgres
from headwater.warehouse.answer import ColumnInfo
from headwater.warehouse.engine import DATABASE, INTERNAL, quoted
from headwater.warehouse.intake import FileKind
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.postgres import AddressGuard, Connect, Place

SCHEMA: Final = "production"
MIN_EVERY_S: Final = 60

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_BOOKS: Final = f"{DATABASE}.{INTERNAL}.production_tables"


class Sealer(Protocol):
    """Keeps a server's address, with its password, readable to this installation alone."""

    def seal(self, secret: str) -> str: ...

    def open(self, sealed: str) -> str: ...


class OwnTable(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """It is queried as `production.<name>`. `refreshed_at`: when its rows were copied, ISO 8601 with Z.

    `every_seconds`: how often a Postgres table is copied again; None: on demand. `error`: why the last copy failed.
    """

    name: str
    schema: str = SCHEMA
    kind: Literal["csv", "parquet", "postgres"]
    columns: list[ColumnInfo]
    rows: int
    refreshed_at: str | None
    every_seconds: int | None = None
    error: str | None = None


class OwnTables:
    """Blocking and thread-safe; the copying itself holds up no load, only the last step does."""

    def __init__(
        self,
        warehouse: Warehouse,
        *,
        guard: AddressGuard,
        sealer: Sealer,
        connect: Connect = asyncpg.connect,
        clock: Clock = now,
    ) -> None:
        self._warehouse = warehouse
        self._guard = guard
        self._sealer = sealer
        self._connect = connect
        self._clock = clock

    def list(self) -> list[OwnTable]:
        """By name."""
        with self._warehouse.engine.reading() as connection:
            rows = connection.execute(
                f"SELECT table_name, kind, columns::VARCHAR, row_count, copied_at, every_seconds, error "
                f"FROM {_BOOKS} ORDER BY table_name"
            ).fetchall()
        return [_told(*row) for row in rows]

    def get(self, name: str) -> OwnTable:
        for table in self.list():
            if table.name == name:
                return table
        raise NotFound(f'There is no table "{name}" in schema {SCHEMA}.')

    def put_file(self, name: str, kind: FileKind, path: Path) -> OwnTable:
        """Copy a file of this machine in; a table of that name is replaced. Raises InvalidInput `bad_file`."""
        _check_name(name)
        with self._draft() as draft:
            intake.stage(kind, path, draft)
            self._replace(name, kind, draft, "", None)
        return self.get(name)

    def put_postgres(self, name: str, dsn: str, table: str, every_s: int | None = None) -> OwnTable:
        """Copy a Postgres table in and keep its place, sealed, to copy it again. Errors as in `postgres.stage`."""
        _check_name(name)
        if every_s is not None and every_s < MIN_EVERY_S:
            raise InvalidInput(f"everySeconds is {every_s}; it must be at least {MIN_EVERY_S}. Nothing was copied.")
        self._copy_postgres(name, Place(dsn, table), every_s)
        return self.get(name)

    def refresh(self, name: str) -> OwnTable:
        """Copy a Postgres table again. When that fails the rows stay, the reason is kept, and it is raised."""
        kind, origin, every_s = self._origin(name)
        if kind != "postgres":
            raise Unprocessable(f'"{name}" was copied from a {kind} file; send the file again to renew it.')
        place = msgspec.json.decode(self._sealer.open(origin), type=Place)
        try:
            self._copy_postgres(name, place, every_s)
        except HeadwaterError as error:
            self._note_failure(name, error.message)
            raise
        return self.get(name)

    def refresh_due(self) -> list[str]:
        """Copy again what is due by its schedule; the names, also of those that failed. Call it now and then."""
        moment = self._clock()
        with self._warehouse.engine.reading() as connection:
            rows = connection.execute(
                f"SELECT table_name FROM {_BOOKS} WHERE every_seconds IS NOT NULL "
                "AND epoch(tried_at) + every_seconds <= ?",
                [moment],
            ).fetchall()
        for (name,) in rows:
            try:
                self.refresh(name)
            except HeadwaterError:
                continue  # kept with the table, and shown there
        return [name for (name,) in rows]

    def remove(self, name: str) -> None:
        self.get(name)
        with self._warehouse.transaction() as connection:
            connection.execute(f"DROP TABLE IF EXISTS {quoted(DATABASE, SCHEMA, name)}")
            connection.execute(f"DELETE FROM {_BOOKS} WHERE table_name = ?", [name])

    def _copy_postgres(self, name: str, place: Place, every_s: int | None) -> None:
        with self._draft() as draft:
            postgres.stage(place, draft, guard=self._guard, connect=self._connect)
            origin = self._sealer.seal(msgspec.json.encode(place).decode())
            self._replace(name, "postgres", draft, origin, every_s)

    @contextmanager
    def _draft(self) -> Iterator[Path]:
        """A place for the Arrow file, beside the warehouse, gone afterwards."""
        path = self._warehouse.path
        beside = None if path is None else path.parent
        with tempfile.TemporaryDirectory(prefix=".intake-", dir=beside) as directory:
            yield Path(directory) / "table.arrow"

    def _replace(self, name: str, kind: str, draft: Path, origin: str, every_s: int | None) -> None:
        moment = datetime.fromtimestamp(self._clock(), UTC).replace(tzinfo=None)
        with pa.memory_map(str(draft)) as file:
            data = pa.ipc.open_file(file).read_all()
            columns = _columns(data.schema)
            with self._warehouse.transaction() as connection:
                _fill(connection, name, columns, data)
                connection.execute(f"DELETE FROM {_BOOKS} WHERE table_name = ?", [name])
                connection.execute(
                    f"INSERT INTO {_BOOKS} VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                    [name, kind, origin, msgspec.json.encode(columns).decode(), data.num_rows, every_s, moment, moment],
                )

    def _origin(self, name: str) -> tuple[str, str, int | None]:
        self.get(name)
        with self._warehouse.engine.reading() as connection:
            return connection.execute(
                f"SELECT kind, origin, every_seconds FROM {_BOOKS} WHERE table_name = ?", [name]
            ).fetchall()[0]

    def _note_failure(self, name: str, message: str) -> None:
        moment = datetime.fromtimestamp(self._clock(), UTC).replace(tzinfo=None)
        with self._warehouse.transaction() as connection:
            connection.execute(
                f"UPDATE {_BOOKS} SET error = ?, tried_at = ? WHERE table_name = ?", [message, moment, name]
            )


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f'A table\'s name is "{name[:80]}"; it has 1 to 63 characters of a-z, 0-9 and _ and does not begin with '
            "a digit. Nothing was stored."
        )


def _columns(schema: pa.Schema) -> list[ColumnInfo]:
    types = msgspec.json.decode(schema.metadata[intake.TYPES_KEY], type=list[str])
    return [ColumnInfo(name, type_) for name, type_ in zip(schema.names, types, strict=True)]


def _fill(connection: duckdb.DuckDBPyConnection, name: str, columns: list[ColumnInfo], data: pa.Table) -> None:
    """Raises InvalidInput when a value is none of its column's type."""
    table = quoted(DATABASE, SCHEMA, name)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(DATABASE, SCHEMA)}")
    listed = ", ".join(f"{quoted(column.name)} {column.type}" for column in columns)
    connection.execute(f"CREATE OR REPLACE TABLE {table} ({listed})")
    connection.register("incoming", data)
    chosen = ", ".join(f"CAST({quoted(column.name)} AS {column.type})" for column in columns)
    try:
        connection.execute(f"INSERT INTO {table} SELECT {chosen} FROM incoming")
    except duckdb.DataError as error:
        reason = str(error).partition("\n")[0]
        raise InvalidInput(f"The table holds a value that cannot be stored: {reason}. Nothing was stored.") from error
    finally:
        connection.unregister("incoming")


def _told(
    name: str, kind: Any, columns: str, rows: int, copied_at: datetime, every_s: int | None, error: str | None
) -> OwnTable:
    return OwnTable(
        name=name,
        kind=kind,
        columns=msgspec.json.decode(columns, type=list[ColumnInfo]),
        rows=rows,
        refreshed_at=iso(copied_at.replace(tzinfo=UTC)),
        every_seconds=every_s,
        error=error,
    )

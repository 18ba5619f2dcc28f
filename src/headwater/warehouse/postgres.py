"""Copies one table of a Postgres server into an Arrow file, over a connection that goes nowhere it may not.

The address is judged when it is connected to, by what the name resolves to then. Values come as text in one
read-only transaction and are cast by the warehouse, so that nothing is lost on the way.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg
import msgspec
import pyarrow as pa

from headwater.base.errors import Forbidden, InvalidInput, NotFound, Transient
from headwater.warehouse.intake import MAX_COLUMNS, TYPES_KEY, folded_names

CONNECT_TIMEOUT_S: Final = 15.0
STATEMENT_TIMEOUT_S: Final = 1_800
_ROWS: Final = 5_000
_SSL_MODES: Final = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")


class AddressGuard(Protocol):
    """Judges the addresses that users make headwater connect to."""

    def __call__(self, address: str) -> str | None:
        """Why an IP address may not be called; None when it may."""
        ...


Connect = Callable[..., Awaitable[Any]]
"""As asyncpg.connect."""


class Place(msgspec.Struct, frozen=True):
    """Where a table is. `dsn` holds a password: it is never shown, logged or told in an error."""

    dsn: str
    table: str


class _Server(msgspec.Struct, frozen=True):
    host: str
    port: int
    user: str
    password: str
    database: str
    ssl: str


def stage(place: Place, target: Path, *, guard: AddressGuard, connect: Connect = asyncpg.connect) -> None:
    """Write the Arrow file `target` from the table as it is now. Blocking.

    Raises InvalidInput (`bad_dsn`, `postgres_refused`), Forbidden `address_refused`, NotFound, Transient.
    """
    server = _parse(place.dsn)
    schema, _, table = place.table.rpartition(".")
    if _is_address(server.host):  # it would be dialled without being looked up
        _check(server.host, guard)
    with asyncio.Runner(loop_factory=lambda: _GuardedLoop(guard)) as runner:
        runner.run(_copy(server, schema or "public", table, target, connect))


class _GuardedLoop(asyncio.SelectorEventLoop):
    """An event loop in which names resolve to permitted addresses or not at all."""

    def __init__(self, guard: AddressGuard) -> None:
        super().__init__()
        self._guard = guard

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> list[Any]:
        found = await super().getaddrinfo(host, port, **options)
        for info in found:
            _check(str(info[4][0]), self._guard)
        return found


def _check(address: str, guard: AddressGuard) -> None:
    if (reason := guard(address)) is not None:
        raise Forbidden(f"The Postgres server may not be called: {reason}. Nothing was copied.", code="address_refused")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _parse(dsn: str) -> _Server:
    wanted = "write postgres://USER:PASSWORD@HOST:PORT/DATABASE, at most with ?sslmode=…. Nothing was copied."
    try:
        parts = urlsplit(dsn)
        options = dict(parse_qsl(parts.query))
        host, port = parts.hostname, parts.port or 5432
    except ValueError:
        raise InvalidInput(f"The address of the Postgres server cannot be read; {wanted}", code="bad_dsn") from None
    database = unquote(parts.path.lstrip("/"))
    ssl = options.pop("sslmode", "prefer")
    if parts.scheme not in ("postgres", "postgresql") or not host or "," in parts.netloc or not database:
        raise InvalidInput(f"The address of the Postgres server is incomplete; {wanted}", code="bad_dsn")
    if options or ssl not in _SSL_MODES:
        raise InvalidInput(
            f"The address of the Postgres server has options that are not taken; {wanted}", code="bad_dsn"
        )
    return _Server(host, port, unquote(parts.username or ""), unquote(parts.password or ""), database, ssl)


async def _copy(server: _Server, schema: str, table: str, target: Path, connect: Connect) -> None:
    try:
        connection = await connect(
            host=server.host,
            port=server.port,
            user=server.user or "postgres",
            password=server.password,
            database=server.database,
            ssl=server.ssl,
            timeout=CONNECT_TIMEOUT_S,
            server_settings={
                "application_name": "headwater",
                "default_transaction_read_only": "on",
                "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
                "timezone": "UTC",
            },
        )
    except (OSError, TimeoutError, socket.gaierror) as error:
        raise Transient(f"The Postgres server {server.host}:{server.port} does not answer: {error}.") from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise InvalidInput(f"The Postgres server refuses the connection: {error}.", code="postgres_refused") from error
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await _write(connection, schema, table, target)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise InvalidInput(f"The Postgres server refuses the copy: {error}.", code="postgres_refused") from error
    finally:
        await connection.close(timeout=5)


async def _write(connection: Any, schema: str, table: str, target: Path) -> None:
    columns = await connection.fetch(
        "SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a "
        "JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        schema,
        table,
    )
    if not columns:
        raise NotFound(f'The Postgres server has no table "{schema}.{table}" that this user sees. Nothing was copied.')
    if len(columns) > MAX_COLUMNS:
        raise InvalidInput(f"The table has {len(columns)} columns; at most {MAX_COLUMNS} are taken.", code="bad_file")
    names = folded_names([column["name"] for column in columns])
    types = [_type_of(column["type"]) for column in columns]
    listed = ", ".join(f"{_quoted(column['name'])}::text" for column in columns)
    arrow = pa.schema([(name, pa.string()) for name in names], metadata={TYPES_KEY: msgspec.json.encode(types)})
    query = f"SELECT {listed} FROM {_quoted(schema)}.{_quoted(table)}"
    with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, arrow) as writer:
        cursor = await connection.cursor(query)
        while rows := await cursor.fetch(_ROWS):
            pieces = [pa.array([row[at] for row in rows], pa.string()) for at in range(len(names))]
            writer.write_batch(pa.record_batch(pieces, schema=arrow))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _type_of(type_: str) -> str:
    """The warehouse's type for one of Postgres; what has no equal there stays text."""
    if type_ in ("smallint", "integer", "bigint"):
        return "BIGINT"
    if type_ in ("real", "double precision", "numeric"):
        return "DOUBLE"
    if (found := _NUMERIC.fullmatch(type_)) and int(found[1]) <= 38:
        return f"DECIMAL({found[1]},{found[2]})"
    if type_.startswith("timestamp"):
        return "TIMESTAMP"
    return {"boolean": "BOOLEAN", "date": "DATE", "json": "JSON", "jsonb": "JSON"}.get(type_, "VARCHAR")

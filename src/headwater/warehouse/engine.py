"""One DuckDB instance over one warehouse file: one connection that writes, a few that only query.

The file is attached under the name `_headwater`, so that no schema can be mistaken for the database. After opening,
the instance can reach no file, no network and no extension, and its configuration is locked for good.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from headwater.base.errors import Terminal, Transient

DATABASE = "_headwater"
INTERNAL = "headwater"
"""The schema of headwater's own books; queries cannot read it."""

BROKEN = (duckdb.FatalException, duckdb.InternalException)
"""After these the instance may be invalid: close it and open the file anew."""


def quoted(*names: str) -> str:
    """`("s", "order")` → `"s"."order"`."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


class Engine:
    """Thread-safe. `path` None keeps everything in memory (for tests). Sizes are DuckDB's (`1GB`).

    `query_memory` bounds what a query's sorts and hash tables may take; `memory_limit` bounds the instance.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        memory_limit: str = "1GB",
        threads: int = 2,
        query_memory: str = "256MB",
        query_connections: int = 2,
        spill_limit: str = "4GB",
    ) -> None:
        self.path = path
        self._settings = {"memory_limit": memory_limit, "threads": str(threads)}
        self._query_memory = query_memory
        self._query_connections = query_connections
        self._spill_limit = spill_limit
        self._write_lock = threading.RLock()
        self._state_lock = threading.Lock()
        self._running: set[duckdb.DuckDBPyConnection] = set()
        self._idle: queue.LifoQueue[duckdb.DuckDBPyConnection] = queue.LifoQueue()
        self._writer: duckdb.DuckDBPyConnection | None = None
        self.generation = 0
        self._open()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The writing connection, for one thread at a time. After a fatal error the file is opened anew."""
        with self._write_lock:
            if self._writer is None:
                self._open()
            assert self._writer is not None
            try:
                yield self._writer
            except BROKEN:
                self._reopen()
                raise

    @contextmanager
    def querying(self, wait_s: float) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to read with. Raises Transient `busy` when none is free within `wait_s`."""
        try:
            connection = self._idle.get(timeout=wait_s)
        except queue.Empty:
            raise Transient(
                f"All {self._query_connections} query connections were busy for {wait_s:g} s. Try again.",
                code="busy",
            ) from None
        generation = self.generation
        with self._state_lock:
            self._running.add(connection)
        try:
            yield connection
        finally:
            with self._state_lock:
                self._running.discard(connection)
                current = generation == self.generation
            if current:
                self._idle.put(connection)
            else:
                connection.close()

    def interrupt_queries(self) -> int:
        """Stop every running query, because the loader needs the memory; how many there were."""
        with self._state_lock:
            for connection in self._running:
                connection.interrupt()
            return len(self._running)

    def reopen_if_broken(self) -> None:
        """Called by a query that met a fatal error: the writer tells whether the instance still lives."""
        with self._write_lock:
            try:
                if self._writer is not None:
                    self._writer.execute("SELECT 1").fetchall()
            except duckdb.Error:
                self._reopen()

    def close(self) -> None:
        """Close all connections; what is committed is in the file."""
        with self._write_lock:
            self._close()

    def _close(self) -> None:
        with self._state_lock:
            self.generation += 1
            for connection in self._running:
                connection.interrupt()
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                break
        if self._writer is not None:
            with suppress(duckdb.Error):
                self._writer.close()
            self._writer = None

    def _reopen(self) -> None:
        if self.path is None:
            raise Terminal("The in-memory warehouse met a fatal error and is lost.")
        self._close()
        self._open()

    def _open(self) -> None:
        writer = duckdb.connect(
            ":memory:",
            config={
                **self._settings,
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "allow_community_extensions": "false",
                "python_enable_replacements": "false",
            },
        )
        where = ":memory:" if self.path is None else str(self.path).replace("'", "''")
        writer.execute(f"ATTACH '{where}' AS {DATABASE}; USE {DATABASE}; DETACH memory")
        if self.path is not None:
            spill = str(self.path.with_name(self.path.name + ".tmp")).replace("'", "''")
            writer.execute(f"SET temp_directory = '{spill}'; SET max_temp_directory_size = '{self._spill_limit}'")
        else:
            writer.execute("SET temp_directory = ''")
        writer.execute("SET GLOBAL TimeZone = 'UTC'")
        for _ in range(self._query_connections):
            self._idle.put(self._query_connection(writer))
        writer.execute(f"USE {DATABASE}; SET enable_external_access = false; SET lock_configuration = true")
        self._writer = writer

    def _query_connection(self, writer: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        connection = writer.cursor()
        connection.execute(f"USE {DATABASE}; SET operator_memory_limit = '{self._query_memory}'")
        return connection

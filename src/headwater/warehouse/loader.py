"""The warehouse of one workspace: brings clean events to rows, exactly once for each id and table.

Rows and the reader's cursor are committed in one transaction. A record that the database refuses is parked alone
with its reason, never the load that it came in. Whatever is loaded again, in whatever pieces, gives the same tables.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec
import pyarrow as pa
import structlog

from headwater.base.clock import iso
from headwater.base.errors import Transient
from headwater.base.event import CleanEvent
from headwater.base.naming import table_name
from headwater.base.outcome import ParkReason
from headwater.base.subject import Subject
from headwater.warehouse import copies, erase
from headwater.warehouse.books import forget_parked
from headwater.warehouse.columns import Column
from headwater.warehouse.engine import BROKEN, DATABASE, INTERNAL, Engine, quoted
from headwater.warehouse.ids import DiskIds, MemoryIds, committed, fill
from headwater.warehouse.incoming import Incoming
from headwater.warehouse.layout import Layout, SourceTables, catalogue_columns, tables_at_creation
from headwater.warehouse.load import Loader, first_line
from headwater.warehouse.renew import renew
from headwater.warehouse.report import Counts, Found, LoadReport, Mark, Parked, Stats, TableStats
from headwater.warehouse.schema import NOT_OF_SOURCES, Schemas
from headwater.warehouse.steps import AtOnce, InTurn, Stopped

_REFUSED = (
    duckdb.DataError,
    duckdb.IntegrityError,
    duckdb.ProgrammingError,
    duckdb.NotSupportedError,
    pa.ArrowException,
    ValueError,
    TypeError,
    OverflowError,
    RecursionError,
)

_WORTH_ANOTHER = (Stopped, duckdb.OutOfMemoryException, *BROKEN, *_REFUSED)
"""What a load may not meet again by itself, or in pieces. Not a full disk: that takes time."""

_OWN_NAME: Final = {
    "tracks": "event_text",
    "form_submissions": "event_text",
    "screens": "name",
    "pages": "name",
    "identifies": "NULL",
    "groups": "NULL",
    "aliases": "NULL",
}
"""What in a standard table's row names the event's own table."""

_LATEST: Final = ("users", "accounts")
"""Their ids are people's and groups', not events'."""

log = structlog.get_logger("headwater.warehouse")


class Warehouse:
    """One warehouse file. Blocking; one thread may load while others query. `path` None: in memory, for tests."""

    def __init__(
        self,
        path: Path | None,
        *,
        layout: Layout,
        memory_limit: str = "256MiB",
        threads: int = 2,
    ) -> None:
        self.path = path
        incoming = Incoming()
        self.engine = Engine(path, memory_limit=memory_limit, threads=threads, opened=incoming.open)
        self._schemas = Schemas(self.engine.replay)
        self._changes = 0
        self._unasked: InTurn | None = None
        with self.engine.writing() as connection:
            self._schemas.prepare(AtOnce(connection))
            self._sequence = committed(connection)
        self._ids = MemoryIds() if path is None else DiskIds(path.with_name(path.name + ".ids"))
        self._loader = Loader(layout=layout, schemas=self._schemas, ids=self._ids, incoming=incoming)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writing")
        self._closing = threading.Event()
        self._filling = self._fill_ids()

    def close(self) -> None:
        self._closing.set()
        self._writer.shutdown()
        if self._filling is not None:
            self._filling.join()
        self.engine.close()
        self._ids.close()

    def ensure_source(self, source: SourceTables) -> None:
        """Create the source's schema and empty typed tables, and add what its catalogue entry names since."""
        with self.transaction() as connection:
            steps = AtOnce(connection)
            for name in tables_at_creation(source):
                columns = catalogue_columns(source, name)
                table = self._schemas.find(steps, source.schema, name)
                if table is None:
                    self._schemas.create(steps, source.schema, name, columns)
                else:
                    fresh = [Column(column, type_) for column, type_ in columns.items() if column not in table.columns]
                    if fresh:
                        self._schemas.evolve(steps, table, fresh)

    def drop_schema(self, schema: str, *, source_ids: Sequence[str] = ()) -> None:
        """Remove a schema with its rows, and what was parked of its sources. No error when it is not there."""
        with self.transaction() as connection:
            self._schemas.drop(AtOnce(connection), schema)
            forget_parked(connection, source_ids)

    def cursor(self, reader: str = "warehouse") -> int | None:
        """The offset that the reader goes on from; None: it has loaded nothing yet."""
        with self.engine.reading() as connection:
            found = connection.execute(
                f"SELECT next_offset FROM {DATABASE}.{INTERNAL}.cursors WHERE reader = ?", [reader]
            ).fetchall()
        return found[0][0] if found else None

    def counts(self, reader: str = "warehouse") -> Counts:
        """What the reader's loads came to; committed with its cursor, so replays with None as offset do not count."""
        with self.engine.reading() as connection:
            found = connection.execute(
                f"SELECT done, dead, skipped FROM {DATABASE}.{INTERNAL}.counts WHERE reader = ?", [reader]
            ).fetchall()
        return Counts(*found[0]) if found else Counts()

    def full_tables(self) -> int:
        """Tables that have no room for another column: what more is named stays in `_unfit`."""
        return self._schemas.full()

    def stats(self) -> Stats:
        """Tables with their rows and columns, and the time of the last load."""
        with self.engine.reading() as connection:
            tables = connection.execute(
                "SELECT schema_name, table_name, estimated_size, column_count FROM duckdb_tables() "
                "WHERE database_name = ? AND schema_name NOT IN (?, 'main') ORDER BY ALL",
                [DATABASE, INTERNAL],
            ).fetchall()
            (last,) = connection.execute(f"SELECT max(loaded_at) FROM {DATABASE}.{INTERNAL}.cursors").fetchall()[0]
            # the engine's own figure is exact for tables that only grow
            rows = {
                (schema, name): connection.execute(f"SELECT count(*) FROM {quoted(DATABASE, schema, name)}").fetchall()
                for schema, name, *_ in tables
                if name in _LATEST
            }
        counted = [
            TableStats(schema, name, rows[schema, name][0][0] if (schema, name) in rows else size, columns)
            for schema, name, size, columns in tables
        ]
        return Stats(counted, None if last is None else iso(last.replace(tzinfo=UTC)))

    def snapshot(self, target: Path) -> None:
        """A copy of the file as of now at `target`, which must not exist. Loading goes on."""
        copies.snapshot(self.engine, target)

    def export(self, directory: Path) -> list[copies.ExportedTable]:
        """Each table as `<directory>/<schema>/<table>.parquet`. Loading goes on."""
        return copies.export(self.engine, directory)

    def find(self, message_id: str) -> list[Found]:
        """The rows of one event, in every schema: its standard table's, and its own table's."""
        with self.engine.reading() as connection:
            rows = connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ?", [DATABASE]
            ).fetchall()
            names = {(schema, table) for schema, table in rows if schema not in NOT_OF_SOURCES}
            found: list[Found] = []
            for schema, table in sorted(names):
                own = _OWN_NAME.get(table)
                if own is None:
                    continue
                for received_at, name in _rows_of(connection, schema, table, message_id, own):
                    found.append(Found(schema, table, received_at))
                    if name and (schema, table_name(name)) in names:
                        found += [
                            Found(schema, table_name(name), at)
                            for at, _ in _rows_of(connection, schema, table_name(name), message_id, "NULL")
                        ]
            return found

    def dead(self, message_id: str, reader: str = "warehouse") -> list[Parked]:
        """What the reader could not take of an event, and why."""
        with self.engine.reading() as connection:
            rows = connection.execute(
                f"SELECT event, reason, detail FROM {DATABASE}.{INTERNAL}.dead WHERE reader = ? AND message_id = ?",
                [reader, message_id],
            ).fetchall()
        return [
            Parked(msgspec.json.decode(event, type=CleanEvent), ParkReason(reason), detail)
            for event, reason, detail in rows
        ]

    def erase(self, subject: Subject) -> int:
        """Remove people's rows, and every trace of them from the file; gives how many rows there were.

        Loading waits meanwhile, queries go on. Raises Transient when it could not be finished: erase again.
        """
        with self.transaction() as connection:
            count = erase.erase(connection, subject)
        renew(self.engine)
        return count

    def groups_of(self, subject: Subject) -> dict[str, set[int]]:
        """The groups that these people said something of, each with when (µs since 1970-01-01 UTC)."""
        with self.engine.reading() as connection:
            return erase.groups_of(connection, subject)

    def tables_of(self, subject: Subject) -> list[tuple[str, str]]:
        """The tables, by schema and name, that hold anything of these people."""
        with self.engine.reading() as connection:
            return erase.tables_of(connection, subject)

    def rows_of(self, subject: Subject, schema: str, table: str, *, limit: int, offset: int) -> list[dict[str, Any]]:
        """Their rows of one of those tables, oldest first."""
        with self.engine.reading() as connection:
            return erase.rows_of(connection, subject, schema, table, limit=limit, offset=offset)

    def devices_of(self, user_ids: Sequence[str]) -> tuple[set[str], set[str]]:
        """(the anonymous ids that these users came with, those of them that others came with too)."""
        with self.engine.reading() as connection:
            return erase.devices_of(connection, user_ids)

    def load(self, events: Sequence[CleanEvent], *, next_offset: int | None, reader: str = "warehouse") -> LoadReport:
        """Bring events to rows and the reader's cursor to `next_offset` (None: leave it where it is).

        Raises Transient when the machine, not an event, is at fault (disk full, out of memory): load again.
        """
        return self.begin(events, next_offset=next_offset, reader=reader).result()

    def begin(
        self,
        events: Sequence[CleanEvent],
        *,
        next_offset: int | None,
        reader: str = "warehouse",
        busy: bool = False,
    ) -> Beginning:
        """As `load`, but what is made of the events is still being written when this returns.

        The next load may begin meanwhile, and is written when this one was; the results are asked for in the same
        order. By one thread. `busy`: much comes at a time.
        """
        self.engine.set_busy(busy)
        if self._closing.is_set():
            raise Transient("The warehouse is closed.")
        cursor = None if next_offset is None else Mark(reader, next_offset)
        steps, before = InTurn(), self._unasked
        self._unasked = steps
        self._writer.submit(self._write, steps, before, self._changes)
        try:
            report, sequence = self._loader.load(steps, events, cursor, dead=(), above=self._sequence)
            steps.end()
        except Exception as error:  # which of the events is to blame is found out with the result
            steps.abandon()
            return Beginning(self, events, cursor, steps, error)
        except BaseException:
            steps.abandon()
            raise
        return Beginning(self, events, cursor, steps, (report, sequence))

    def _write(self, steps: InTurn, before: InTurn | None, changes: int) -> None:
        """In the writing thread: one load's steps as one transaction. Not when the load `before` was not written: its
        cursor would leave that one out."""
        try:
            if before is not None and before.written.exception() is not None:
                raise Stopped
            with self._transaction(changes) as connection:
                steps.run(connection)
        except BaseException as error:
            steps.written.set_exception(error)
        else:
            steps.written.set_result(None)

    def _asked(self, steps: InTurn) -> None:
        if self._unasked is steps:
            self._unasked = None

    def _recover(self, error: BaseException, events: Sequence[CleanEvent], cursor: Mark | None) -> LoadReport:
        """After a load that could not be written: once more by itself when that may help, else the error."""
        try:
            if isinstance(error, _WORTH_ANOTHER):
                return self._load(events, cursor)
            raise error
        except duckdb.Error as refused:
            raise Transient(f"The warehouse could not load {len(events)} events: {refused}") from refused

    def _load(self, events: Sequence[CleanEvent], cursor: Mark | None, *, again: bool = False) -> LoadReport:
        """All in one transaction; when that is refused, in halves, down to the one event that is parked."""
        try:
            return self._load_at_once(events, cursor)
        except duckdb.OutOfMemoryException:
            if len(events) <= 1:
                raise
        except BROKEN as error:
            log.warning("warehouse reopened", error=str(error))
            if not again:
                return self._load(events, cursor, again=True)
            if len(events) <= 1:
                return self._park(events, cursor, error)
        except _REFUSED as error:
            if len(events) <= 1:
                return self._park(events, cursor, error)
        middle = len(events) // 2
        report = self._load(events[:middle], None)
        report.add(self._load(events[middle:], cursor.after(report) if cursor else None))
        return report

    def _park(self, events: Sequence[CleanEvent], cursor: Mark | None, error: Exception) -> LoadReport:
        if not events:
            raise error
        parked = Parked(events[0], ParkReason.WAREHOUSE_REFUSED, first_line(error))
        report = LoadReport(events=1, parked=[parked])
        self._load_at_once((), cursor.after(report) if cursor else None, dead=report.parked)
        return report

    def _fill_ids(self) -> threading.Thread | None:
        """Make the store of known ids complete, when it is not, beside the loading."""
        if self._ids.is_complete(self._sequence):
            return None
        self._ids.set_complete(False)
        filling = threading.Thread(target=fill, args=(self.engine, self._ids, self._closing.is_set), daemon=True)
        filling.start()
        return filling

    def _load_at_once(
        self, events: Sequence[CleanEvent], cursor: Mark | None, *, dead: Sequence[Parked] = ()
    ) -> LoadReport:
        """`dead`: what was refused before, to be kept in the same transaction."""
        with self.transaction() as connection:
            report, sequence = self._loader.load(AtOnce(connection), events, cursor, dead=dead, above=self._sequence)
        return self._written(report, sequence)

    def _written(self, report: LoadReport, sequence: int) -> LoadReport:
        if report.inserted:
            self._sequence = max(self._sequence, sequence)
        report.unfit += sum(report.late_unfit)
        return report

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The writing connection within a transaction: committed at the end, rolled back on any error."""
        with self._transaction(None) as connection:
            yield connection

    @contextmanager
    def _transaction(self, changes: int | None) -> Iterator[duckdb.DuckDBPyConnection]:
        """`changes`: of a load that was made when so many there were. Any since make it void: its tables may differ."""
        with self.engine.writing() as connection:
            if changes is None:
                self._changes += 1
            elif changes != self._changes:
                raise Stopped
            connection.execute("BEGIN")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                self._changes += 1
                self._schemas.forget()
                with suppress(duckdb.Error):
                    connection.execute("ROLLBACK")
                raise
            finally:
                if changes is None:
                    self._changes += 1  # once more: a load may have begun in between


class Beginning:
    """A load under way."""

    def __init__(
        self,
        warehouse: Warehouse,
        events: Sequence[CleanEvent],
        cursor: Mark | None,
        steps: InTurn,
        made: tuple[LoadReport, int] | Exception,
    ) -> None:
        self._warehouse = warehouse
        self._events = events
        self._cursor = cursor
        self._steps = steps
        self._made = made

    def result(self) -> LoadReport:
        """Waits until it is committed. Raises Transient as `Warehouse.load` does."""
        error = self._steps.written.exception()
        self._warehouse._asked(self._steps)  # pyright: ignore[reportPrivateUsage]
        if isinstance(self._made, tuple) and error is None:
            return self._warehouse._written(*self._made)  # pyright: ignore[reportPrivateUsage]
        if isinstance(self._made, Exception) and not isinstance(self._made, Stopped):
            error = self._made
        assert error is not None
        return self._warehouse._recover(error, self._events, self._cursor)  # pyright: ignore[reportPrivateUsage]

    def settle(self) -> None:
        """Waits until it is committed or taken back, whichever it may be."""
        wait([self._steps.written])
        self._warehouse._asked(self._steps)  # pyright: ignore[reportPrivateUsage]


def _rows_of(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, message_id: str, own: str
) -> list[tuple[str, str | None]]:
    query = f"SELECT received_at, {own} FROM {quoted(DATABASE, schema, table)} WHERE id = ? LIMIT 1"
    rows = connection.execute(query, [message_id]).fetchall()
    return [(iso(received_at.replace(tzinfo=UTC)), name) for received_at, name in rows]

"""The warehouse of one workspace: brings clean events to rows, exactly once for each id and table.

Rows and the reader's cursor are committed in one transaction. A record that the database refuses is parked alone
with its reason, never the load that it came in. Whatever is loaded again, in whatever pieces, gives the same tables.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path
from typing import Final

import duckdb
import msgspec
import pyarrow as pa
import structlog

from headwater.base.clock import iso
from headwater.base.errors import Transient
from headwater.base.event import CleanEvent
from headwater.base.naming import table_name
from headwater.base.outcome import ParkReason
from headwater.warehouse import copies
from headwater.warehouse.batch import Batch, fit
from headwater.warehouse.books import bury, forget_parked, move, unbury
from headwater.warehouse.columns import Column
from headwater.warehouse.engine import BROKEN, DATABASE, INTERNAL, Engine, quoted
from headwater.warehouse.exact import Unreadable
from headwater.warehouse.flatten import Flattener, Row
from headwater.warehouse.ids import DiskIds, MemoryIds, committed, fill, note_load
from headwater.warehouse.latest import upsert
from headwater.warehouse.layout import STANDARD, Gone, Layout, SourceTables, catalogue_columns, tables_at_creation
from headwater.warehouse.report import Counts, Found, LoadReport, Mark, Parked, Stats, TableStats
from headwater.warehouse.schema import MAX_TABLES, NOT_OF_SOURCES, Schemas, Table
from headwater.warehouse.stretch import Stretch

CHUNK_EVENTS: Final = 50_000
"""Events taken apart and written at a time, within one transaction: bounds the memory of a load."""

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
        memory_limit: str = "1GB",
        threads: int = 2,
    ) -> None:
        self.path = path
        self.engine = Engine(path, memory_limit=memory_limit, threads=threads)
        self._layout = layout
        self._flattener = Flattener()
        self._schemas = Schemas()
        with self.engine.writing() as connection:
            self._schemas.prepare(connection)
            self._sequence = committed(connection)
        self._ids = MemoryIds() if path is None else DiskIds(path.with_name(path.name + ".ids"))
        self._closing = threading.Event()
        self._filling = self._fill_ids()

    def close(self) -> None:
        self._closing.set()
        if self._filling is not None:
            self._filling.join()
        self.engine.close()
        self._ids.close()

    def ensure_source(self, source: SourceTables) -> None:
        """Create the source's schema and empty typed tables, and add what its catalogue entry names since."""
        with self.transaction() as connection:
            for name in tables_at_creation(source):
                columns = catalogue_columns(source, name)
                table = self._schemas.find(connection, source.schema, name)
                if table is None:
                    self._schemas.create(connection, source.schema, name, columns)
                else:
                    fresh = [Column(column, type_) for column, type_ in columns.items() if column not in table.columns]
                    self._schemas.evolve(connection, table, fresh)

    def drop_schema(self, schema: str, *, source_ids: Sequence[str] = ()) -> None:
        """Remove a schema with its rows, and what was parked of its sources. No error when it is not there."""
        with self.transaction() as connection:
            self._schemas.drop(connection, schema)
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

    def load(self, events: Sequence[CleanEvent], *, next_offset: int | None, reader: str = "warehouse") -> LoadReport:
        """Bring events to rows and the reader's cursor to `next_offset` (None: leave it where it is).

        Raises Transient when the machine, not an event, is at fault (disk full, out of memory): load again.
        """
        cursor = None if next_offset is None else Mark(reader, next_offset)
        try:
            return self._load(events, cursor)
        except duckdb.Error as error:
            raise Transient(f"The warehouse could not load {len(events)} events: {error}") from error

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
        parked = Parked(events[0], ParkReason.WAREHOUSE_REFUSED, _first_line(error))
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
        report = LoadReport(events=len(events))
        with self.transaction() as connection:
            for start in range(0, len(events), CHUNK_EVENTS):
                self._load_chunk(connection, events[start : start + CHUNK_EVENTS], report)
            for parked in (*dead, *report.parked):
                bury(connection, parked)
            unbury(connection, events, report)
            if cursor is not None:
                move(connection, cursor.after(report))
            # A number of its own for each attempt, after all its ids: else the ids of one that failed, or the first
            # of several pieces, would pass for the ids of this one when the power fails.
            sequence = max(self._sequence, self._ids.sequence) + 1
            if report.inserted:
                self._ids.add((), sequence)
                note_load(connection, sequence)
        if report.inserted:
            self._sequence = sequence
        return report

    def _load_chunk(
        self, connection: duckdb.DuckDBPyConnection, events: Sequence[CleanEvent], report: LoadReport
    ) -> None:
        ids = list({event.message_id for event in events})
        maybe = self._ids.among(ids)
        stretch = Stretch()
        for batch in self._batches(connection, events, stretch, report).values():
            table = self._table(connection, batch)
            offered = len(batch.rows)
            batch.without(_with_a_row(connection, table, [id_ for id_ in batch.rows if id_ in maybe]))
            report.inserted += len(batch.rows)
            report.duplicates += offered - len(batch.rows)
            if batch.rows:
                rows = list(batch.rows.values())
                report.unfit += self._insert(connection, table, rows, stretch)
                self._update_latest(connection, batch, rows, report)
        self._ids.add(ids, 0)

    def _batches(
        self,
        connection: duckdb.DuckDBPyConnection,
        events: Sequence[CleanEvent],
        stretch: Stretch,
        report: LoadReport,
    ) -> dict[tuple[str, str], Batch]:
        sources: dict[str, tuple[SourceTables, frozenset[str]] | Gone | None] = {}
        batches: dict[tuple[str, str], Batch] = {}
        for event in events:
            if event.source_id not in sources:
                sources[event.source_id] = self._source(event.source_id)
            known = sources[event.source_id]
            if known is None:
                detail = f'No source has the id "{event.source_id}".'
                report.parked.append(Parked(event, ParkReason.UNKNOWN_SOURCE, detail))
                continue
            if isinstance(known, Gone):
                report.skipped += 1
                report.gone.add(event.source_id)
                continue
            source, collections = known
            try:
                targets = self._flattener.targets(event, collections)
            except (Unreadable, RecursionError) as error:
                report.parked.append(Parked(event, ParkReason.UNREADABLE, _first_line(error)))
                continue
            stretch.add(event, targets[0][1].context)
            for name, row in targets:
                batch = batches.get((source.schema, name))
                if batch is None:
                    if not self._has_room(connection, source, name, collections):
                        _set_aside(batches[source.schema, targets[0][0]], row)
                        continue
                    batch = batches[source.schema, name] = Batch(source, name)
                    self._table(connection, batch)
                report.rows += 1
                if not batch.add(row):
                    report.duplicates += 1
        return batches

    def _source(self, source_id: str) -> tuple[SourceTables, frozenset[str]] | Gone | None:
        source = self._layout.tables_of(source_id)
        if source is None or isinstance(source, Gone):
            return source
        return source, frozenset(collection.table for collection in source.collections)

    def _has_room(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: SourceTables,
        name: str,
        collections: frozenset[str],
    ) -> bool:
        """False: the schema has so many tables that an event of a new name must do without one."""
        tables = self._schemas.all(connection).get(source.schema, {})
        return len(tables) < MAX_TABLES or name in tables or name in collections or name in STANDARD

    def _table(self, connection: duckdb.DuckDBPyConnection, batch: Batch) -> Table:
        schema = batch.source.schema
        table = self._schemas.find(connection, schema, batch.name)
        if table is None:
            columns = catalogue_columns(batch.source, batch.name)
            table = self._schemas.create(connection, schema, batch.name, columns)
        return table

    def _insert(self, connection: duckdb.DuckDBPyConnection, table: Table, rows: list[Row], stretch: Stretch) -> int:
        fitted = fit(rows, table, stretch)
        self._schemas.evolve(connection, table, fitted.settled)
        connection.register("incoming", fitted.data)
        connection.execute(f"INSERT INTO {table.sql} BY NAME SELECT * FROM incoming")
        connection.unregister("incoming")
        return fitted.unfit

    def _update_latest(
        self, connection: duckdb.DuckDBPyConnection, batch: Batch, rows: list[Row], report: LoadReport
    ) -> None:
        """New identifies update `users`, new groups `accounts`; what was loaded before has done so already."""
        if batch.name == "identifies":
            latest, pairs = "users", [(row.event.user_id, row) for row in rows]
        elif batch.name == "groups":
            latest, pairs = "accounts", [(row.event.group_id, row) for row in rows]
        else:
            return
        known = [(key, row) for key, row in pairs if key]
        if known:
            table = self._schemas.find(connection, batch.source.schema, latest)
            if table is None:
                table = self._schemas.create(connection, batch.source.schema, latest, {})
            report.unfit += upsert(connection, self._schemas, table, known)

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The writing connection within a transaction: committed at the end, rolled back on any error."""
        with self.engine.writing() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                self._schemas.forget()
                with suppress(duckdb.Error):
                    connection.execute("ROLLBACK")
                raise


def _set_aside(standard: Batch, own: Row) -> None:
    """Keep an event's properties in `_unfit` of its row in `tracks`, which has just been added.

    A row that holds them anyway (a form's submission) stays as it is.
    """
    message_id = own.event.message_id
    row = standard.rows[message_id]
    if row.event is own.event and not own.event.form:
        columns, clashes = own.own
        standard.rows[message_id] = Row(row.event, row.context, ({}, [*columns.items(), *clashes]))


def _rows_of(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, message_id: str, own: str
) -> list[tuple[str, str | None]]:
    query = f"SELECT received_at, {own} FROM {quoted(DATABASE, schema, table)} WHERE id = ? LIMIT 1"
    rows = connection.execute(query, [message_id]).fetchall()
    return [(iso(received_at.replace(tzinfo=UTC)), name) for received_at, name in rows]


def _with_a_row(connection: duckdb.DuckDBPyConnection, table: Table, ids: list[str]) -> list[str]:
    """Which of the ids stand in the table already."""
    if not ids:
        return []
    connection.register("incoming_ids", pa.table({"id": pa.array(ids, type=pa.string())}))
    found = connection.execute(
        f"SELECT DISTINCT id FROM {table.sql} WHERE id IN (SELECT id FROM incoming_ids)"
    ).fetchall()
    connection.unregister("incoming_ids")
    return [message_id for (message_id,) in found]


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:500]

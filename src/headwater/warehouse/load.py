"""One load: events to the steps that bring them into their tables, each id once for each table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import duckdb
import pyarrow as pa

from headwater.base.event import CleanEvent
from headwater.base.outcome import ParkReason
from headwater.warehouse.batch import Batch, fit
from headwater.warehouse.books import bury, move, unbury
from headwater.warehouse.exact import Unreadable
from headwater.warehouse.flatten import Flattener, Row
from headwater.warehouse.ids import KnownIds, note_load
from headwater.warehouse.incoming import Incoming
from headwater.warehouse.latest import upsert
from headwater.warehouse.layout import STANDARD, Gone, Layout, SourceTables, catalogue_columns
from headwater.warehouse.report import LoadReport, Mark, Parked
from headwater.warehouse.schema import MAX_TABLES, Schemas, Table
from headwater.warehouse.steps import Steps
from headwater.warehouse.stretch import Stretch

CHUNK_EVENTS: Final = 50_000
"""Events taken apart and written at a time, within one transaction: bounds the memory of a load."""


class Loader:
    """Makes loads, one after the other. What it remembers of the tables is `schemas`, ahead of what is written."""

    def __init__(self, *, layout: Layout, schemas: Schemas, ids: KnownIds, incoming: Incoming) -> None:
        self._layout = layout
        self._schemas = schemas
        self._ids = ids
        self._incoming = incoming
        self._flattener = Flattener()

    def load(
        self,
        steps: Steps,
        events: Sequence[CleanEvent],
        cursor: Mark | None,
        *,
        dead: Sequence[Parked],
        above: int,
    ) -> tuple[LoadReport, int]:
        """Gives the report, complete when the steps are done, and the load's number, which is greater than `above`.

        `dead`: what was refused before, to be kept in the same transaction.
        """
        report = LoadReport(events=len(events))
        for start in range(0, len(events), CHUNK_EVENTS):
            self._chunk(steps, events[start : start + CHUNK_EVENTS], report)
        for parked in (*dead, *report.parked):
            steps.do(partial(bury, parked=parked))
        steps.do(partial(unbury, events=events, report=report))
        if cursor is not None:
            steps.do(partial(move, mark=cursor.after(report)))
        # A number of its own for each attempt, after all its ids: else the ids of one that failed, or the first
        # of several pieces, would pass for the ids of this one when the power fails.
        sequence = max(above, self._ids.sequence) + 1
        if report.inserted:
            self._ids.add((), sequence)
            steps.do(partial(note_load, sequence=sequence))
        return report, sequence

    def _chunk(self, steps: Steps, events: Sequence[CleanEvent], report: LoadReport) -> None:
        asked = self._ids.ask({event.message_id for event in events})
        stretch = Stretch()
        for batch in self._batches(steps, events, stretch, report).values():
            table = self._table(steps, batch)
            offered = len(batch.rows)
            if known := [id_ for id_ in batch.rows if id_ in asked.known] if asked.known else []:
                batch.without(steps.ask(partial(_with_a_row, table=table, ids=known)))
            report.inserted += len(batch.rows)
            report.duplicates += offered - len(batch.rows)
            if batch.rows:
                rows = list(batch.rows.values())
                report.unfit += self._insert(steps, table, rows, stretch)
                self._update_latest(steps, batch, rows, report)
        self._ids.keep(asked)

    def _batches(
        self, steps: Steps, events: Sequence[CleanEvent], stretch: Stretch, report: LoadReport
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
                targets = self._flattener.targets(event, len(stretch), collections)
            except (Unreadable, RecursionError) as error:
                report.parked.append(Parked(event, ParkReason.UNREADABLE, first_line(error)))
                continue
            stretch.add(event, targets[0][1].context)
            for name, row in targets:
                batch = batches.get((source.schema, name))
                if batch is None:
                    if not self._has_room(steps, source, name, collections):
                        _set_aside(batches[source.schema, targets[0][0]], row)
                        continue
                    batch = batches[source.schema, name] = Batch(source, name)
                    self._table(steps, batch)
                report.rows += 1
                if batch.rows.setdefault(event.message_id, row) is not row:  # the first of an id stays
                    report.duplicates += 1
        return batches

    def _source(self, source_id: str) -> tuple[SourceTables, frozenset[str]] | Gone | None:
        source = self._layout.tables_of(source_id)
        if source is None or isinstance(source, Gone):
            return source
        return source, frozenset(collection.table for collection in source.collections)

    def _has_room(self, steps: Steps, source: SourceTables, name: str, collections: frozenset[str]) -> bool:
        """False: the schema has so many tables that an event of a new name must do without one."""
        tables = self._schemas.all(steps).get(source.schema, {})
        return len(tables) < MAX_TABLES or name in tables or name in collections or name in STANDARD

    def _table(self, steps: Steps, batch: Batch) -> Table:
        schema = batch.source.schema
        table = self._schemas.find(steps, schema, batch.name)
        if table is None:
            columns = catalogue_columns(batch.source, batch.name)
            table = self._schemas.create(steps, schema, batch.name, columns)
        return table

    def _insert(self, steps: Steps, table: Table, rows: list[Row], stretch: Stretch) -> int:
        fitted = fit(rows, table, stretch, self._schemas.room(table))
        self._schemas.evolve(steps, table, fitted.settled)
        steps.do(partial(self._incoming.insert, into=table.sql, data=fitted.data))
        return fitted.unfit

    def _update_latest(self, steps: Steps, batch: Batch, rows: list[Row], report: LoadReport) -> None:
        """New identifies update `users`, new groups `accounts`; what was loaded before has done so already."""
        if batch.name == "identifies":
            latest, pairs = "users", [(row.event.user_id, row) for row in rows]
        elif batch.name == "groups":
            latest, pairs = "accounts", [(row.event.group_id, row) for row in rows]
        else:
            return
        known = [(key, row) for key, row in pairs if key]
        if known:
            table = self._schemas.find(steps, batch.source.schema, latest)
            if table is None:
                table = self._schemas.create(steps, batch.source.schema, latest, {})
            steps.do(lambda connection: report.late_unfit.append(upsert(connection, self._schemas, table, known)))


def _set_aside(standard: Batch, own: Row) -> None:
    """Keep an event's properties in `_unfit` of its row in `tracks`, which has just been added.

    A row that holds them anyway (a form's submission) stays as it is.
    """
    message_id = own.event.message_id
    row = standard.rows[message_id]
    if row.event is own.event and not own.event.form:
        columns, clashes = own.own
        standard.rows[message_id] = Row(row.event, row.place, row.context, ({}, [*columns.items(), *clashes]))


def _with_a_row(connection: duckdb.DuckDBPyConnection, *, table: Table, ids: list[str]) -> list[str]:
    """Which of the ids stand in the table already."""
    connection.register("incoming_ids", pa.table({"id": pa.array(ids, type=pa.string())}))
    found = connection.execute(
        f"SELECT DISTINCT id FROM {table.sql} WHERE id IN (SELECT id FROM incoming_ids)"
    ).fetchall()
    connection.unregister("incoming_ids")
    return [message_id for (message_id,) in found]


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:500]

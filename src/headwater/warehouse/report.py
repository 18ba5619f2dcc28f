"""What the warehouse tells of its loads and of what it holds."""

from __future__ import annotations

import msgspec

from headwater.base.event import CleanEvent
from headwater.base.outcome import ParkReason


class Mark(msgspec.Struct, frozen=True):
    """Where a reader's cursor is to go, and what of this stretch was already written.

    Of the `events`, some were `parked` and some `skipped`."""

    reader: str
    next_offset: int
    events: int = 0
    parked: int = 0
    skipped: int = 0

    def after(self, report: LoadReport) -> Mark:
        return Mark(
            self.reader,
            self.next_offset,
            self.events + report.events,
            self.parked + len(report.parked),
            self.skipped + report.skipped,
        )


class Counts(msgspec.Struct, frozen=True):
    """Events a reader has dealt with since the beginning: those with rows, those it had to park, and those that get no
    rows because their source was deleted with its rows."""

    done: int = 0
    dead: int = 0
    skipped: int = 0


class Found(msgspec.Struct, frozen=True):
    """A row that an event has."""

    schema: str
    table: str
    received_at: str


class TableStats(msgspec.Struct, frozen=True):
    schema: str
    table: str
    rows: int
    columns: int


class Stats(msgspec.Struct, frozen=True):
    """`last_load_at`: when a load was last committed, ISO 8601 with Z; None: never."""

    tables: list[TableStats]
    last_load_at: str | None


class Parked(msgspec.Struct, frozen=True):
    event: CleanEvent
    reason: ParkReason
    detail: str


class LoadReport(msgspec.Struct):
    """What one load did. Rows count once for each table (`users` and `accounts` not at all), `unfit` values.

    `rows` = `inserted` + `duplicates`. Parked and skipped events have no row. `late_unfit` is known when the load is
    written, and part of `unfit` then.
    """

    events: int = 0
    rows: int = 0
    inserted: int = 0
    duplicates: int = 0
    unfit: int = 0
    skipped: int = 0
    parked: list[Parked] = msgspec.field(default_factory=list)
    late_unfit: list[int] = msgspec.field(default_factory=list)
    gone: set[str] = msgspec.field(default_factory=set)
    """The sources of what was skipped."""

    def add(self, other: LoadReport) -> None:
        for name in ("events", "rows", "inserted", "duplicates", "unfit", "skipped"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.parked += other.parked
        self.gone |= other.gone

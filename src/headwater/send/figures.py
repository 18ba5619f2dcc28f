"""Counts what was delivered and what was not, per connection and minute, in the transaction that records it.

Latencies are kept as a histogram whose steps are 10 % wide, so that a percentile over any stretch of time is a sum.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from headwater.send.database import Database
from headwater.send.partition import day_of
from headwater.send.rows import Attempt, Due

MINUTE_MS: Final = 60_000
STEP: Final = math.log(1.1)
SERIES_POINTS: Final = 60
"""A series has so many points at most, of whole minutes each."""
SERIES_STEPS_MIN: Final = (1, 5, 15, 60, 180, 360, 1440)


class Health(msgspec.Struct, frozen=True):
    """How a connection has been doing. `failing_since_ms`: the first failure after the last success.

    `warned`: how many of the warnings before it is switched off have been given since then.
    """

    last_delivered_ms: int | None = None
    last_failure_ms: int | None = None
    failing_since_ms: int | None = None
    warned: int = 0


class Cell(msgspec.Struct):
    """One connection's minute. `failed` counts attempts, the others deliveries; `undelivered` may be less than none
    in what is to be written."""

    delivered: int = 0
    failed: int = 0
    undelivered: int = 0
    latency: Counter[int] = msgspec.field(default_factory=Counter)


class Point(msgspec.Struct, frozen=True):
    at_ms: int
    delivered: int
    not_delivered: int
    failed_attempts: int


class ErrorGroup(msgspec.Struct, frozen=True):
    """`code` is a status or an error class; `attempt_id` names the latest attempt that ended so."""

    code: str
    count: int
    attempt_id: int


class Summary(msgspec.Struct, frozen=True):
    delivered: int
    not_delivered: int
    p95_ms: float | None
    errors: list[ErrorGroup]
    series: list[Point]


class Figures:
    def __init__(self, db: Database) -> None:
        self._db = db
        rows = db.write("SELECT ref, last_delivered_ms, last_failure_ms, failing_since_ms, warned FROM connections")
        self._health = {row[0]: Health(*row[1:]) for row in rows}
        self.begin()

    def begin(self) -> None:
        self._cells: dict[tuple[int, int], Cell] = {}
        self._errors: dict[tuple[int, str, int], tuple[int, int]] = {}
        self._changed: dict[int, Health] = {}

    def add(self, attempt: Attempt, id: int, *, due: Due) -> None:
        """An event counts once, however often it is sent; its latency only if it went out by itself."""
        if attempt.status == "skipped":
            return
        at_ms = ended_ms(attempt)
        minute = at_ms // MINUTE_MS
        cell = self._cells.setdefault((attempt.ref, minute), Cell())
        health = self._changed.get(attempt.ref) or self.health(attempt.ref)
        if attempt.status == "delivered":
            cell.delivered += not due.arrived
            if not due.manual and due.attempts == due.tries:
                cell.latency[step_of(at_ms - due.received_ms)] += 1
            self._changed[attempt.ref] = Health(last_delivered_ms=at_ms, last_failure_ms=health.last_failure_ms)
            return
        cell.failed += 1
        cell.undelivered += attempt.next_ms is None and not due.arrived
        code = str(attempt.response_status) if attempt.response_status is not None else attempt.error_class or "error"
        count = self._errors.get((attempt.ref, code, minute), (0, 0))[0]
        self._errors[attempt.ref, code, minute] = (count + 1, id)
        self._changed[attempt.ref] = Health(
            last_delivered_ms=health.last_delivered_ms,
            last_failure_ms=at_ms,
            failing_since_ms=health.failing_since_ms or attempt.at_ms,
            warned=health.warned,
        )

    def take_back(self, ref: int, *, ended_ms: int) -> None:
        """One that was given up at that time is queued again, or was delivered after all."""
        minute = ended_ms // MINUTE_MS
        if ended_ms:
            self._cells.setdefault((ref, minute), Cell()).undelivered -= 1

    def set_warned(self, ref: int, warned: int) -> None:
        health = self._changed.get(ref) or self.health(ref)
        self._changed[ref] = msgspec.structs.replace(health, warned=warned)

    def begin_anew(self, ref: int) -> None:
        """What failed before does not count against it any more, as when it is switched on again."""
        health = self._changed.get(ref) or self.health(ref)
        self._changed[ref] = msgspec.structs.replace(health, failing_since_ms=None, warned=0)

    def flush(self, day: int) -> None:
        for (ref, minute), cell in self._cells.items():
            own = day_of(minute * MINUTE_MS)
            self._write_cell(own if own in self._db.days else day, ref, minute, cell)
        self._db.write_many(
            f"INSERT INTO errors_{day} VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count,"
            " attempt_id = excluded.attempt_id",
            [(*key, *value) for key, value in self._errors.items()],
        )
        self._db.write_many(
            "UPDATE connections SET last_delivered_ms = ?, last_failure_ms = ?, failing_since_ms = ?, warned = ?"
            " WHERE ref = ?",
            [
                (each.last_delivered_ms, each.last_failure_ms, each.failing_since_ms, each.warned, ref)
                for ref, each in self._changed.items()
            ],
        )

    def committed(self) -> None:
        self._health.update(self._changed)
        self.begin()

    def health(self, ref: int) -> Health:
        return self._health.get(ref) or Health()

    def summary(self, refs: Sequence[int], *, start_ms: int, end_ms: int) -> Summary:
        """Of some connections together, in whole minutes."""
        first, last = start_ms // MINUTE_MS, (end_ms + MINUTE_MS - 1) // MINUTE_MS
        days = [day for day in self._db.days if day_of(start_ms) <= day <= day_of(end_ms) + 1]
        cells = [cell for day in days for cell in self._cells_of(day, refs, first, last)]
        latency: Counter[int] = Counter()
        for _, cell in cells:
            latency.update(cell.latency)
        return Summary(
            delivered=sum(cell.delivered for _, cell in cells),
            not_delivered=sum(cell.undelivered for _, cell in cells),
            p95_ms=percentile_ms(latency, 0.95),
            errors=self._errors_of(days, refs, first, last),
            series=_series(cells, first, last),
        )

    def _write_cell(self, day: int, ref: int, minute: int, cell: Cell) -> None:
        found = self._db.write(
            f"SELECT delivered, failed, undelivered, latency FROM figures_{day} WHERE ref = ? AND minute = ?",
            (ref, minute),
        )
        if found:
            cell.delivered += found[0][0]
            cell.failed += found[0][1]
            cell.undelivered += found[0][2]
            cell.latency.update(_unpacked(found[0][3]))
        row = (ref, minute, cell.delivered, cell.failed, cell.undelivered, msgspec.msgpack.encode(dict(cell.latency)))
        self._db.write(f"INSERT OR REPLACE INTO figures_{day} VALUES (?, ?, ?, ?, ?, ?)", row)

    def _cells_of(self, day: int, refs: Sequence[int], first: int, last: int) -> list[tuple[int, Cell]]:
        rows = self._db.read(
            f"SELECT minute, delivered, failed, undelivered, latency FROM figures_{day} WHERE ref IN"
            " (SELECT value FROM json_each(?)) AND minute >= ? AND minute < ?",
            (msgspec.json.encode(list(refs)).decode(), first, last),
        )
        return [(row[0], Cell(row[1], row[2], row[3], Counter(_unpacked(row[4])))) for row in rows]

    def _errors_of(self, days: Sequence[int], refs: Sequence[int], first: int, last: int) -> list[ErrorGroup]:
        counts: Counter[str] = Counter()
        latest: dict[str, int] = {}
        for day in days:
            rows = self._db.read(
                f"SELECT code, sum(count), max(attempt_id) FROM errors_{day} WHERE ref IN"
                " (SELECT value FROM json_each(?)) AND minute >= ? AND minute < ? GROUP BY code",
                (msgspec.json.encode(list(refs)).decode(), first, last),
            )
            for code, count, attempt_id in rows:
                counts[code] += count
                latest[code] = max(latest.get(code, 0), attempt_id)
        return [ErrorGroup(code, count, latest[code]) for code, count in counts.most_common()]


def ended_ms(attempt: Attempt) -> int:
    return attempt.at_ms + int(attempt.duration_ms)


def step_of(latency_ms: int) -> int:
    """The step of the histogram that a latency falls into."""
    return int(math.log(max(latency_ms, 0) + 1) / STEP)


def percentile_ms(latency: Counter[int], part: float) -> float | None:
    """The upper edge of the step in which the percentile lies; None when nothing was measured."""
    total, seen = sum(latency.values()), 0
    for step in sorted(latency):
        seen += latency[step]
        if seen >= total * part:
            return round(math.exp((step + 1) * STEP) - 1, 1)
    return None


def _unpacked(blob: bytes) -> dict[int, int]:
    return msgspec.msgpack.decode(blob, type=dict[int, int])


def _series(cells: Sequence[tuple[int, Cell]], first: int, last: int) -> list[Point]:
    minutes = next((m for m in SERIES_STEPS_MIN if (last - first) <= m * SERIES_POINTS), SERIES_STEPS_MIN[-1])
    sums: dict[int, Cell] = {at: Cell() for at in range(first - first % minutes, last, minutes)}
    for minute, cell in cells:
        point = sums[minute - minute % minutes]
        point.delivered += cell.delivered
        point.failed += cell.failed
        point.undelivered += cell.undelivered
    return [Point(at * MINUTE_MS, each.delivered, each.undelivered, each.failed) for at, each in sums.items()]

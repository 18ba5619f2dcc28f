"""The queue: what is routed, due, delivered or given up, and the figures of it, each change in one transaction.

Its changes are made between `begin` and `commit`, by one thread at a time; what memory holds of them (how much is
pending where) follows the commit, and a rollback leaves it as it was. Reads see what is committed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from headwater.base.clock import Clock
from headwater.base.ids import stable_uuid
from headwater.send.backlog import Backlog, due_of
from headwater.send.bodies import Bodies
from headwater.send.database import Database
from headwater.send.figures import Figures, ended_ms
from headwater.send.partition import DAY_MS, day_of, day_of_id
from headwater.send.rows import ARRIVED, HELD_MS, Attempt, Cursor, Due, Result, Routed, State, Target, fate


class Change(NamedTuple):
    """A delivery's new state. `attempts`, `tries` and `manual` None: as they were."""

    id: int
    state: State
    due_ms: int = 0
    reason: str = ""
    attempts: int | None = None
    tries: int | None = None
    manual: bool | None = None


class Store(Backlog):
    """`path` None: in memory. `clock` gives seconds since 1970-01-01 UTC."""

    def __init__(self, path: Path | None, *, clock: Clock) -> None:
        super().__init__(Database(path), clock=clock)
        self.figures = Figures(self.db)
        self._bodies = Bodies(self.db)
        self._refs: dict[str, int] = {row[1]: row[0] for row in self.db.write("SELECT ref, id FROM connections")}
        self._ids = {ref: id for id, ref in self._refs.items()}
        self.cursor: Cursor | None = self._saved_cursor()
        self.gaps: list[tuple[int, int]] = self.db.write("SELECT after_ms, before_ms FROM gaps")
        self._moved: Counter[tuple[int, int]] = Counter()
        self._new_cursor: Cursor | None = None
        self._new_refs: dict[int, str] = {}
        self._new_deliveries: dict[int, list[tuple[Any, ...]]] = {}
        self._new_attempts: dict[int, list[tuple[Any, ...]]] = {}

    # Transactions

    def begin(self) -> None:
        day = day_of(self.now_ms())
        if day not in self.db.days:
            self.db.add_day(day)
        self._moved, self._new_cursor, self._new_refs = Counter(), None, {}
        self._new_deliveries, self._new_attempts = {}, {}
        self.figures.begin()
        self.db.begin()

    def flush(self) -> None:
        """What was gathered for the end of the transaction; comes right before `commit`."""
        self.figures.flush(day_of(self.now_ms()))

    def commit(self) -> None:
        self.db.commit()
        self.settle()

    def settle(self) -> None:
        """Brings memory up to what was committed."""
        for ref, id in self._new_refs.items():
            self._refs[id], self._ids[ref] = ref, id
        for key, change in self._moved.items():
            self._pending[key] += change
        if self._new_cursor is not None:
            self.cursor = self._new_cursor
        self.figures.committed()

    def rollback(self) -> None:
        self.db.rollback()
        self._bodies.forget()

    def forget_content(self, events: Iterable[int]) -> None:
        """Follows the erasure of events: what is kept at hand of them and of sent bodies is looked up again."""
        for id in events:
            self._at_hand.pop(id, None)
        self._bodies.forget()

    def close(self) -> None:
        self.db.close()

    # Connections

    def add_connections(self, connections: Iterable[tuple[str, str]]) -> None:
        """Makes (id, workspace id) known from the commit on."""
        for id, workspace_id in connections:
            if id not in self._refs:
                self.db.write("INSERT OR IGNORE INTO connections (id, workspace_id) VALUES (?, ?)", (id, workspace_id))
                ref = self.db.write("SELECT ref FROM connections WHERE id = ?", (id,))[0][0]
                self._new_refs[ref] = id

    def ref(self, connection_id: str) -> int | None:
        return self._refs.get(connection_id)

    def connection_id(self, ref: int) -> str:
        return self._ids[ref]

    def refs(self) -> dict[str, int]:
        """Every connection that ever was, by id."""
        return dict(self._refs)

    # Changes

    def route(
        self, routed: Sequence[Routed], *, cursor: Cursor | None = None, done: dict[str, int] | None = None
    ) -> list[Due]:
        """Queues events; `done` counts, by workspace, those that go nowhere. Gives new deliveries that may go now."""
        now_ms = self.now_ms()
        day = day_of(now_ms)
        made: list[Due] = []
        for each in routed:
            found = self._event_id(each) if each.again or each.only_new or not each.counted else None
            if found is None:
                self._add_event(each, day, now_ms, made)
            elif not each.only_new:
                self._again(found, each, now_ms)
        self._write_rows()
        for workspace_id, count in (done or {}).items():
            self._count(workspace_id, Counter(done=count))
        if cursor is not None:
            self._new_cursor = cursor
            self.db.write(
                "INSERT OR REPLACE INTO meta VALUES ('offset', ?), ('index', ?), ('received_ms', ?)",
                (cursor.offset, cursor.index, cursor.received_ms),
            )
        return made

    def record(self, results: Sequence[Result]) -> None:
        """Writes attempts down, and what they made of their deliveries."""
        for result in results:
            if result.attempt is not None:
                id = self._add_attempt(result.attempt)
                self.figures.add(result.attempt, id, due=result.due)
        self._write_rows()
        self.change([_change(result) for result in results])

    def log(self, attempt: Attempt) -> int:
        """An attempt that belongs to no delivery, such as a test; gives its id."""
        id = self._add_attempt(attempt)
        self._write_rows()
        return id

    def change(self, changes: Sequence[Change], *, only_pending: bool = False) -> int:
        """Gives deliveries new states; gives how many changed. One that ended meanwhile stays as it is, unless it is
        to be queued again or was delivered after all. `only_pending`: leave all that do not wait."""
        by_day: dict[int, list[Change]] = {}
        for change in changes:
            by_day.setdefault(day_of_id(change.id), []).append(change)
        return sum(self._change(day, each, only_pending) for day, each in by_day.items() if day in self.db.days)

    def let_go(self, ids: Sequence[int]) -> int:
        """Makes held deliveries due that nothing is before any more; gives how many there were."""
        rows = [
            row
            for day in dict.fromkeys(map(day_of_id, ids))
            for row in self.db.write(
                f"SELECT ref, key FROM deliveries_{day} WHERE state = 0 AND key IS NOT NULL AND id IN"
                " (SELECT value FROM json_each(?))",
                (msgspec.json.encode(list(ids)).decode(),),
            )
        ]
        return sum(self._release(ref, key) for ref, key in rows)

    def skip(self, ids: Sequence[int], reason: str) -> int:
        """Ends deliveries that wait, and says so in the log; `recover` queues them again."""
        wanted = msgspec.json.encode(list(ids)).decode()
        rows = [
            row
            for day in dict.fromkeys(map(day_of_id, ids))
            for row in self.db.write(
                f"SELECT d.id, d.ref, d.attempts, e.source_id, e.message_id FROM deliveries_{day} d JOIN events_{day} e"
                " ON e.id = d.event_id WHERE d.state = 0 AND d.id IN (SELECT value FROM json_each(?))",
                (wanted,),
            )
        ]
        for id, ref, attempts, source_id, message_id in rows:
            name = delivery_id(self._ids[ref], source_id, message_id)
            self._log_skip(id, ref, name, message_id, attempts, reason)
        self._write_rows()
        return self.change([Change(row[0], State.SKIPPED, reason=reason) for row in rows], only_pending=True)

    def receive(self, workspace_id: str, ref: int, delivery_id: str, headers: Any, body: bytes) -> None:
        """Puts a request into the built-in inbox."""
        day = day_of(self.now_ms())
        row = (self.db.new_id("inbox", day), workspace_id, ref, self.now_ms(), delivery_id)
        self.db.write(
            f"INSERT INTO inbox_{day} VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, msgspec.json.encode(headers).decode(), body)
        )

    def add_gap(self, after_ms: int, before_ms: int) -> None:
        """Events received in this time may never have been routed."""
        self.db.write("INSERT INTO gaps VALUES (?, ?)", (after_ms, before_ms))
        self.gaps = [*self.gaps, (after_ms, before_ms)]

    def expire(self, day: int) -> int:
        """Ends what still waits in a day, and drops its tables; gives how many deliveries that ended."""
        waiting = [row[0] for row in self.db.write(f"SELECT id FROM deliveries_{day} WHERE state = 0")]
        for start in range(0, len(waiting), 1000):
            self.change([Change(id, State.DEAD, reason="expired") for id in waiting[start : start + 1000]])
        self.db.drop_day(day)
        self.db.write("INSERT OR REPLACE INTO meta VALUES ('dropped', ?)", (day,))
        return len(waiting)

    def forget_day(self, day: int) -> None:
        """Follows the commit of `expire`."""
        self.db.forget_day(day)
        for key in [key for key in self._pending if key[0] == day]:
            del self._pending[key]

    def old_days(self, *, keep_days: float) -> list[int]:
        """Days whose every event is older than that."""
        limit = day_of(int(self.now_ms() - keep_days * DAY_MS))
        return [day for day in self.db.days if day < limit]

    # Inside

    def _event_row(self, workspace_id: str, source_id: str, message_id: str) -> int | None:
        for day in reversed(self.db.days):
            rows = self.db.write(
                f"SELECT id FROM events_{day} WHERE message_id = ? AND workspace_id = ? AND source_id = ?",
                (message_id, workspace_id, source_id),
            )
            if rows:
                return rows[0][0]
        return None

    def _event_id(self, routed: Routed) -> int | None:
        event = routed.event
        return self._event_row(event.workspace_id, event.source_id, event.message_id)

    def _saved_cursor(self) -> Cursor | None:
        found = dict(self.db.write("SELECT name, value FROM meta"))
        return Cursor(found["offset"], found["index"], found["received_ms"]) if "offset" in found else None

    def _add_event(self, routed: Routed, day: int, now_ms: int, made: list[Due]) -> None:
        event = routed.event
        id = self.db.new_id("events", day)
        body = msgspec.json.encode(event)
        skipped = sum(target.skip is not None for target in routed.targets)
        pending = len(routed.targets) - skipped
        names = (event.workspace_id, event.source_id, event.message_id)
        self.db.write(
            f"INSERT INTO events_{day} VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0)",
            (id, *names, routed.received_ms, body, routed.counted, pending, skipped),
        )
        if routed.counted and not pending:
            self._count(event.workspace_id, Counter({"skipped" if skipped else "done": 1}))
        for target in routed.targets:
            self._add_delivery(id, body, routed, target, now_ms, made)

    def _add_delivery(
        self, event_id: int, body: bytes, routed: Routed, target: Target, now_ms: int, made: list[Due]
    ) -> None:
        day = day_of_id(event_id)
        id = self.db.new_id("deliveries", day)
        skipped = target.skip is not None
        due_ms = HELD_MS if target.key is not None and self._has_key(target.ref, target.key) else now_ms
        state = State.SKIPPED if skipped else State.PENDING
        row = (id, target.ref, event_id, int(state), due_ms, int(routed.again), target.key, target.topic)
        self._new_deliveries.setdefault(day, []).append((*row, target.skip or ""))
        if target.key is not None:
            self._write_rows()  # the next of the same key looks for it
        if skipped:
            event = routed.event
            name = delivery_id(self._ids[target.ref], event.source_id, event.message_id)
            self._log_skip(id, target.ref, name, event.message_id, 0, target.skip or "")
            return
        self._moved[day, target.ref] += 1
        if due_ms != HELD_MS:
            row = (id, target.ref, event_id, due_ms, 0, 0, target.key, target.topic, routed.again, "")
            made.append(due_of((*row, routed.received_ms, body)))

    def _log_skip(self, id: int, ref: int, name: str, message_id: str, attempts: int, reason: str) -> None:
        self._add_attempt(
            Attempt(
                ref=ref,
                delivery=id,
                delivery_id=name,
                message_id=message_id,
                at_ms=self.now_ms(),
                attempt=attempts,
                status="skipped",
                error_class=reason,
                error=SKIPPED.get(reason, ""),
            )
        )

    def _again(self, event_id: int, routed: Routed, now_ms: int) -> None:
        """Routes an event that is known: to whom it never went, and, if so asked, to the others once more."""
        day = day_of_id(event_id)
        rows = self.db.write(f"SELECT ref, id, state FROM deliveries_{day} WHERE event_id = ?", (event_id,))
        known = {ref: (id, state) for ref, id, state in rows}
        for target in routed.targets:
            if target.ref not in known:
                self._add_delivery(event_id, b"", routed, target, now_ms, [])
                self._write_rows()
                self._recount(event_id, Counter({State.PENDING if target.skip is None else State.SKIPPED: 1}))
            elif routed.again and target.skip is None and known[target.ref][1] != State.PENDING:
                self.change([requeue(known[target.ref][0], now_ms)])

    def _change(self, day: int, changes: Sequence[Change], only_pending: bool) -> int:
        wanted = msgspec.json.encode([change.id for change in changes]).decode()
        rows = self.db.write(
            f"SELECT id, state, event_id, ref, key, due_ms, reason FROM deliveries_{day}"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
        before = {row[0]: row for row in rows}
        updates: list[tuple[Any, ...]] = []
        events: dict[int, Counter[int]] = {}
        freed: dict[tuple[int, int], None] = {}
        for change in changes:
            row = before.get(change.id)
            if row is None or not _may(row[1], change, only_pending):
                continue
            _, state, event_id, ref, key, due_ms, reason = row
            if state == State.DELIVERED or reason == ARRIVED:
                change = _kept(change)
            elif state != change.state:
                events.setdefault(event_id, Counter()).update({change.state: 1, state: -1})
            if state == State.DEAD:
                self.figures.take_back(ref, ended_ms=due_ms)
            values = (int(change.state), change.due_ms, change.reason, change.attempts, change.tries, change.manual)
            updates.append((*values, change.id))
            waits = (change.state == State.PENDING) - (state == State.PENDING)
            self._moved[day, ref] += waits
            if waits < 0 and key is not None:
                freed[ref, key] = None
        self.db.write_many(
            f"UPDATE deliveries_{day} SET state = ?, due_ms = ?, reason = ?, attempts = ifnull(?, attempts),"
            " tries = ifnull(?, tries), manual = ifnull(?, manual) WHERE id = ?",
            updates,
        )
        for event_id, moves in events.items():
            self._recount(event_id, moves)
        for ref, key in freed:
            self._release(ref, key)
        return len(updates)

    def _recount(self, event_id: int, moves: Counter[int]) -> None:
        """Brings an event's numbers up to date, and the totals with them."""
        day = day_of_id(event_id)
        found = self.db.write(
            f"SELECT workspace_id, counted, pending, dead, skipped, others FROM events_{day} WHERE id = ?", (event_id,)
        )
        if not found:
            return
        workspace_id, counted, *numbers = found[0]
        others = moves[State.DELIVERED] + moves[State.UNSENT]
        steps = (moves[State.PENDING], moves[State.DEAD], moves[State.SKIPPED], others)
        after = [number + step for number, step in zip(numbers, steps, strict=True)]
        self.db.write(
            f"UPDATE events_{day} SET pending = ?, dead = ?, skipped = ?, others = ? WHERE id = ?", (*after, event_id)
        )
        if counted:
            was, now = (fate(pending=n[0], dead=n[1], skipped=n[2], others=n[3]) for n in (numbers, after))
            if was != now:
                self._count(workspace_id, Counter({now: 1, was: -1}))

    def _count(self, workspace_id: str, counts: Counter[str]) -> None:
        numbers = [counts[name] for name in ("done", "dead", "skipped")]
        if any(numbers):
            self.db.write(
                "INSERT INTO totals VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET done = done + excluded.done,"
                " dead = dead + excluded.dead, skipped = skipped + excluded.skipped",
                (workspace_id, *numbers),
            )

    def _has_key(self, ref: int, key: int) -> bool:
        return any(
            self.db.write(f"SELECT 1 FROM deliveries_{day} WHERE state = 0 AND ref = ? AND key = ? LIMIT 1", (ref, key))
            for day in self._days_waiting(ref)
        )

    def _release(self, ref: int, key: int) -> bool:
        """Lets the next of a key go, unless one is on its way."""
        for day in self._days_waiting(ref):
            rows = self.db.write(
                f"SELECT due_ms, id FROM deliveries_{day} WHERE state = 0 AND ref = ? AND key = ?"
                " ORDER BY due_ms, id LIMIT 1",
                (ref, key),
            )
            if rows and rows[0][0] == HELD_MS:
                self.db.write(f"UPDATE deliveries_{day} SET due_ms = ? WHERE id = ?", (self.now_ms(), rows[0][1]))
                return True
            if rows:
                return False
        return False

    def _write_rows(self) -> None:
        """New deliveries and attempts, many at a time."""
        for day, rows in self._new_deliveries.items():
            self.db.write_many(f"INSERT INTO deliveries_{day} VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?)", rows)
        for day, rows in self._new_attempts.items():
            self.db.write_many(f"INSERT INTO attempts_{day} VALUES ({', '.join('?' * 17)})", rows)
        self._new_deliveries, self._new_attempts = {}, {}

    def _days_waiting(self, ref: int) -> list[int]:
        """As `_days_pending`, as the transaction will have left it."""
        return [day for day in self.db.days if self._pending[day, ref] + self._moved[day, ref] > 0]

    def _add_attempt(self, attempt: Attempt) -> int:
        day = day_of(self.now_ms())
        id = self.db.new_id("attempts", day)
        body = None if attempt.request_body is None else self._bodies.id_of(attempt.request_body, day)
        detail = msgspec.json.encode(
            [attempt.url, attempt.address, attempt.timings, attempt.request_headers, attempt.response_headers]
        )
        row = (id, attempt.ref, attempt.delivery, attempt.delivery_id, attempt.message_id, attempt.at_ms)
        row += (attempt.attempt, attempt.status, int(attempt.manual), attempt.response_status, attempt.error_class)
        row += (attempt.error, attempt.next_ms, attempt.duration_ms, body, attempt.response_body, detail)
        self._new_attempts.setdefault(day, []).append(row)
        return id


SKIPPED = {
    "disabled": "The connection was switched off; `recover` sends this event when it is on again.",
    "source_gone": "The source that the events were handed to was deleted; `recover` sends this event when another one"
    " is given.",
    "loop": "The event has been handed on by senders of ours three times; it goes no further, or it would go in"
    " circles.",
    "deleted": "The connection was deleted while the event waited.",
    ARRIVED: "The event was delivered, and is on its way once more.",
    "expired": "The event waited longer than deliveries are kept.",
}
"""What is said of a delivery that was not made, by reason."""


def delivery_id(connection_id: str, source_id: str, message_id: str) -> str:
    """The same at every attempt, and another for each connection: `webhook-id`, the sender's messageId."""
    return stable_uuid("delivery", connection_id, source_id, message_id)


def requeue(id: int, now_ms: int) -> Change:
    """Once more, with a schedule that begins anew."""
    return Change(id, State.PENDING, due_ms=now_ms, tries=0, manual=True)


def _kept(change: Change) -> Change:
    """What becomes of one that was delivered: it goes out again, or has been delivered, whatever came of that."""
    again = change.state == State.PENDING
    return change._replace(state=change.state if again else State.DELIVERED, reason=ARRIVED if again else "")


def _change(result: Result) -> Change:
    """One that is given up is due when it was: so the figures find where they counted it."""
    tried = result.attempt is not None
    dead_ms = ended_ms(result.attempt) if result.attempt is not None and result.state is State.DEAD else None
    return Change(
        result.due.id,
        result.state,
        due_ms=result.due_ms if dead_ms is None else dead_ms,
        reason=result.reason,
        attempts=result.due.attempts + tried,
        tries=result.due.tries + tried,
        manual=False,
    )


def _may(state: int, change: Change, only_pending: bool) -> bool:
    if state == State.PENDING:
        return True
    if only_pending:
        return False
    queued_again = change.state == State.PENDING and change.tries == 0
    return queued_again or change.state == State.DELIVERED

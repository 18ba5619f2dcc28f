"""What waits, and what became of the rest: the queue as it is committed, for whoever asks.

How much waits where is counted in memory, so that no day is looked into in vain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from headwater.base.clock import Clock
from headwater.send.database import Database
from headwater.send.partition import day_of, day_of_id
from headwater.send.rows import ARRIVED, HELD_MS, Counts, Due, State

_DUE = """
SELECT id, ref, event_id, due_ms, attempts, tries, key, topic, manual, reason FROM deliveries_{day}
WHERE id IN (SELECT value FROM json_each(?))
"""
KEPT_EVENTS = 1024
"""Events that are kept at hand: the same one goes to many connections at about the same time."""
Key = tuple[int, int]


class Backlog:
    """Reads see what is committed; `_pending` is kept by who writes."""

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self.db = db
        self._clock = clock
        self._pending: Counter[tuple[int, int]] = Counter()
        self._at_hand: dict[int, tuple[int, bytes]] = {}
        for day in db.days:
            counts = db.write(f"SELECT ref, count(*) FROM deliveries_{day} WHERE state = 0 GROUP BY ref")
            self._pending.update({(day, ref): count for ref, count in counts})

    def now_ms(self) -> int:
        return int(self._clock() * 1000)

    def due(self, ref: int, *, until_ms: int, limit: int) -> list[Key]:
        """(due_ms, id) of what is to go out to a connection by then, first due first."""
        found: list[Key] = []
        for day in self._days_pending(ref):
            found += self.db.read(
                f"SELECT due_ms, id FROM deliveries_{day} WHERE state = 0 AND ref = ? AND due_ms <= ?"
                " ORDER BY due_ms, id LIMIT ?",
                (ref, until_ms, limit),
            )
        return sorted(found)[:limit]

    def next_due_ms(self, ref: int) -> int | None:
        """When the next delivery to a connection is due; None when none is."""
        found = [
            row[0]
            for day in self._days_pending(ref)
            for row in self.db.read(
                f"SELECT min(due_ms) FROM deliveries_{day} WHERE state = 0 AND ref = ? AND due_ms < ?", (ref, HELD_MS)
            )
        ]
        return min((due_ms for due_ms in found if due_ms is not None), default=None)

    def load(self, ids: Sequence[int]) -> list[Due]:
        """Deliveries with their events, in the order of `ids`."""
        found: dict[int, Due] = {}
        for day in dict.fromkeys(map(day_of_id, ids)):
            mine = msgspec.json.encode([id for id in ids if day_of_id(id) == day]).decode()
            rows = self.db.read(_DUE.format(day=day), (mine,))
            events = self._events(day, {row[2] for row in rows})
            for row in rows:
                if row[2] in events:
                    found[row[0]] = due_of((*row, *events[row[2]]))
        return [found[id] for id in ids if id in found]

    def _events(self, day: int, ids: set[int]) -> dict[int, tuple[int, bytes]]:
        """When each was received, and its body."""
        found = {id: self._at_hand[id] for id in ids if id in self._at_hand}
        missing = [id for id in ids if id not in found]
        if missing:
            rows = self.db.read(
                f"SELECT id, received_ms, body FROM events_{day} WHERE id IN (SELECT value FROM json_each(?))",
                (msgspec.json.encode(missing).decode(),),
            )
            self._at_hand.update({row[0]: (row[1], row[2]) for row in rows})
            found |= {row[0]: (row[1], row[2]) for row in rows}
            while len(self._at_hand) > KEPT_EVENTS:
                self._at_hand.pop(next(iter(self._at_hand)))
        return found

    def pending(self, ref: int) -> int:
        return sum(count for (_, each), count in list(self._pending.items()) if each == ref)

    def pending_total(self) -> int:
        return sum(list(self._pending.values()))

    def oldest_pending_ms(self, ref: int) -> int | None:
        """When the event was received that has waited longest."""
        for day in self._days_pending(ref):
            found = self.db.read(
                f"SELECT received_ms FROM events_{day} WHERE id = (SELECT event_id FROM deliveries_{day} WHERE id ="
                f" (SELECT min(id) FROM deliveries_{day} WHERE state = 0 AND ref = ?))",
                (ref,),
            )
            if found:
                return found[0][0]
        return None

    def pending_ids(self, ref: int, *, limit: int) -> list[int]:
        """Some of what waits for a connection, held or not."""
        found: list[int] = []
        for day in self._days_pending(ref):
            rows = self.db.read(
                f"SELECT id FROM deliveries_{day} WHERE state = 0 AND ref = ? LIMIT ?", (ref, limit - len(found))
            )
            found += [row[0] for row in rows]
        return found

    def ended_ids(self, ref: int, *, since_ms: int, after: int, limit: int) -> list[int]:
        """Deliveries that were given up or skipped, of events received since then, above an id. None that would go
        round in circles."""
        found: list[int] = []
        for day in self.db.days:
            if day < day_of(since_ms) or len(found) >= limit:
                continue
            rows = self.db.read(
                f"SELECT d.id FROM deliveries_{day} d JOIN events_{day} e ON e.id = d.event_id WHERE d.ref = ?"
                f" AND d.state IN ({State.DEAD:d}, {State.SKIPPED:d}) AND d.reason != 'loop' AND d.id > ?"
                " AND e.received_ms >= ? ORDER BY d.id LIMIT ?",
                (ref, after, since_ms, limit - len(found)),
            )
            found += [row[0] for row in rows]
        return found

    def waiting_ids(self, ref: int, *, since_ms: int, after: int, limit: int) -> list[int]:
        """Deliveries that failed and wait for their next try, of events received since then, above an id."""
        found: list[int] = []
        for day in self._days_pending(ref):
            rows = self.db.read(
                f"SELECT d.id FROM deliveries_{day} d JOIN events_{day} e ON e.id = d.event_id WHERE d.state = 0"
                " AND d.ref = ? AND d.due_ms > ? AND d.due_ms < ? AND d.id > ? AND e.received_ms >= ?"
                " ORDER BY d.id LIMIT ?",
                (ref, self.now_ms(), HELD_MS, after, since_ms, limit - len(found)),
            )
            found += [row[0] for row in rows]
        return found

    def held_alone(self, ref: int) -> list[int]:
        """Held deliveries that nothing is before any more: there should be none."""
        first: dict[int, int] = {}
        led: set[int] = set()
        for day in self._days_pending(ref):
            rows = self.db.read(
                f"SELECT key, min(id), min(due_ms) FROM deliveries_{day} WHERE state = 0 AND ref = ?"
                " AND key IS NOT NULL GROUP BY key",
                (ref,),
            )
            for key, id, due_ms in rows:
                first.setdefault(key, id)
                if due_ms < HELD_MS:
                    led.add(key)
        return [id for key, id in first.items() if key not in led]

    def totals(self, workspace_id: str) -> Counts:
        found = self.db.read("SELECT done, dead, skipped FROM totals WHERE workspace_id = ?", (workspace_id,))
        return Counts(*found[0]) if found else Counts()

    def pending_events(self, workspace_id: str) -> int:
        """Events of which a delivery waits that has not arrived before."""
        total = 0
        for day in self.db.days:
            if any(count > 0 for (each, _), count in list(self._pending.items()) if each == day):
                rows = self.db.read(
                    f"SELECT count(DISTINCT d.event_id) FROM deliveries_{day} d JOIN events_{day} e"
                    " ON e.id = d.event_id WHERE d.state = 0 AND d.reason != ? AND e.counted AND e.workspace_id"
                    " = ?",
                    (ARRIVED, workspace_id),
                )
                total += rows[0][0] if rows else 0
        return total

    def workspace_of(self, connection_id: str) -> str | None:
        rows = self.db.read("SELECT workspace_id FROM connections WHERE id = ?", (connection_id,))
        return rows[0][0] if rows else None

    def dropped_before(self) -> bool:
        """Whether retention has removed anything."""
        rows = self.db.read("SELECT 1 FROM meta WHERE name = 'dropped'")
        return bool(rows)

    def of_event(self, workspace_id: str, message_id: str) -> list[tuple[int, State, int, str, int]]:
        """(ref, state, attempts, reason, when it is due) of an event's deliveries."""
        found: list[tuple[int, State, int, str, int]] = []
        for day in reversed(self.db.days):
            rows = self.db.read(
                f"SELECT d.ref, d.state, d.attempts, d.reason, d.due_ms FROM events_{day} e JOIN deliveries_{day} d"
                " ON d.event_id = e.id WHERE e.message_id = ? AND e.workspace_id = ?",
                (message_id, workspace_id),
            )
            found += [(row[0], State(row[1]), *row[2:]) for row in rows]
        return found

    def event_body(self, workspace_id: str, message_id: str) -> bytes | None:
        for day in reversed(self.db.days):
            rows = self.db.read(
                f"SELECT body FROM events_{day} WHERE message_id = ? AND workspace_id = ?", (message_id, workspace_id)
            )
            if rows:
                return rows[0][0]
        return None

    def _days_pending(self, ref: int) -> list[int]:
        return [day for day in self.db.days if self._pending.get((day, ref), 0) > 0]


def due_of(row: Sequence[Any]) -> Due:
    return Due(
        id=row[0],
        ref=row[1],
        event_id=row[2],
        due_ms=row[3],
        attempts=row[4],
        tries=row[5],
        key=row[6],
        topic=row[7],
        manual=bool(row[8]),
        arrived=row[9] == ARRIVED,
        received_ms=row[10],
        body=row[11],
    )

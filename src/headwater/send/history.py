"""The log of attempts, as people and programs read it: lists, one whole attempt, figures with samples, the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from headwater.base.clock import iso_from_seconds
from headwater.base.errors import NotFound
from headwater.base.event import CleanEvent
from headwater.send.partition import day_of_id
from headwater.send.rows import ARRIVED, HELD_MS, State, attempt_number, attempt_ref, delivery_number, delivery_ref
from headwater.send.store import Store, delivery_id

SEARCHED: Final = 20_000
"""A search looks through so many of a day's latest lines of a connection."""
SHOWN_BODY_CHARS: Final = 2_000
"""Of an answer, in a list."""

_COLUMNS = (
    "id, delivery, delivery_id, message_id, at_ms, attempt, status, manual, response_status, error_class, error,"
    " next_ms, duration_ms, request_body, response_body, detail"
)
_PENDING = (
    "SELECT d.id, e.source_id, e.message_id, d.attempts, d.due_ms, d.manual FROM deliveries_{day} d JOIN events_{day} e"
    " ON e.id = d.event_id WHERE d.state = 0 AND d.ref = ? ORDER BY d.due_ms, d.id LIMIT ? OFFSET ?"
)


class History:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._db = store.db

    def attempts(
        self, ref: int, *, status: str | None, query: str | None, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Newest first, and how many there are. Pending ones, which wait for their turn, are listed by due time."""
        if status == "pending":
            return self._pending(ref, limit=limit, offset=offset)
        where, values = _where(ref, status, query)
        found: list[dict[str, Any]] = []
        total = 0
        for day in reversed(self._db.days):
            source = self._searched(day, query)
            count = self._db.read(f"SELECT count(*) FROM {source} WHERE {where}", self._bound(values, ref, query))
            here = count[0][0] if count else 0
            skipped = max(0, offset - total)
            total += here
            if len(found) < limit and skipped < here:
                rows = self._db.read(
                    f"SELECT {_COLUMNS} FROM {source} WHERE {where} ORDER BY id DESC LIMIT ? OFFSET ?",
                    (*self._bound(values, ref, query), limit - len(found), skipped),
                )
                found += [_line(row) for row in rows]
        return found, total

    def attempt(self, ref: int, attempt_id: str) -> dict[str, Any]:
        """One attempt with all that is kept of it. Raises NotFound."""
        waiting = self._one_waiting(ref, attempt_id)
        if waiting is not None:
            return waiting
        row = self._row(ref, attempt_id)
        return _line(row, whole=True) | {"requestBody": self._body(row[13])}

    def of_delivery(self, ref: int, delivery: int) -> list[dict[str, Any]]:
        """Every attempt at one delivery, with all that is kept of it, oldest first."""
        found: list[dict[str, Any]] = []
        for day in self._db.days:
            rows = self._db.read(
                f"SELECT {_COLUMNS} FROM attempts_{day} WHERE ref = ? AND delivery = ? ORDER BY id", (ref, delivery)
            )
            found += [_line(row, whole=True) | {"requestBody": self._body(row[13])} for row in rows]
        return found

    def delivery_of(self, ref: int, attempt_id: str) -> int | None:
        """The delivery that an attempt was made for; None for a test. Raises NotFound."""
        return self._row(ref, attempt_id)[1]

    def sample(self, id: int) -> dict[str, Any]:
        """An attempt as figures show it: what was received, sent and answered."""
        rows = self._db.read(f"SELECT {_COLUMNS} FROM attempts_{day_of_id(id)} WHERE id = ?", (id,))
        if not rows:
            return {"received": None, "sent": None, "answered": None}
        line = _line(rows[0], whole=True)
        answered = {"status": line["responseStatus"], "body": line["responseBody"], "error": line["error"]}
        return {"received": self._event(rows[0][1]), "sent": self._body(rows[0][13]), "answered": answered}

    def last(self, ref: int) -> dict[str, Any] | None:
        """The latest attempt that was really made."""
        for day in reversed(self._db.days):
            rows = self._db.read(
                f"SELECT {_COLUMNS} FROM attempts_{day} WHERE ref = ? AND status != 'skipped' ORDER BY id DESC LIMIT 1",
                (ref,),
            )
            if rows:
                return _line(rows[0])
        return None

    def newest_event(self, source_ids: Sequence[str], workspace_id: str) -> CleanEvent | None:
        """The latest event of these sources that went to anyone."""
        for day in reversed(self._db.days):
            rows = self._db.read(
                f"SELECT source_id, body FROM (SELECT * FROM events_{day} ORDER BY id DESC LIMIT 1000)"
                " WHERE workspace_id = ?",
                (workspace_id,),
            )
            for source_id, body in rows:
                if source_id in source_ids:
                    return msgspec.json.decode(body, type=CleanEvent)
        return None

    def inbox(self, workspace_id: str, *, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
        found: list[dict[str, Any]] = []
        total = 0
        for day in reversed(self._db.days):
            count = self._db.read(f"SELECT count(*) FROM inbox_{day} WHERE workspace_id = ?", (workspace_id,))
            here = count[0][0] if count else 0
            skipped = max(0, offset - total)
            total += here
            if len(found) < limit and skipped < here:
                rows = self._db.read(
                    f"SELECT id, ref, at_ms, headers, body FROM inbox_{day} WHERE workspace_id = ?"
                    " ORDER BY id DESC LIMIT ? OFFSET ?",
                    (workspace_id, limit - len(found), skipped),
                )
                found += [self._item(row) for row in rows]
        return found, total

    def _item(self, row: Sequence[Any]) -> dict[str, Any]:
        return {
            "id": f"inb_{row[0]:x}",
            "connectionId": self._store.connection_id(row[1]),
            "receivedAt": iso_ms(row[2]),
            "headers": msgspec.json.decode(row[3]),
            "body": _text(row[4]),
        }

    def _pending(self, ref: int, *, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
        found: list[dict[str, Any]] = []
        total = self._store.pending(ref)
        for day in self._db.days:
            rows = self._db.read(_PENDING.format(day=day), (ref, limit - len(found), offset))
            found += [self._waiting(ref, row) for row in rows]
            if len(found) >= limit:
                break
            counted = self._db.read(f"SELECT count(*) FROM deliveries_{day} WHERE state = 0 AND ref = ?", (ref,))
            offset = max(0, offset - (counted[0][0] if counted else 0))
        return found, total

    def _waiting(self, ref: int, row: Sequence[Any]) -> dict[str, Any]:
        id, source_id, message_id, attempts, due_ms, manual = row
        now_ms = self._store.now_ms()
        due_at = iso_ms(due_ms) if now_ms < due_ms < HELD_MS else None
        return {
            "id": delivery_ref(id),
            "eventId": delivery_id(self._store.connection_id(ref), source_id, message_id),
            "messageId": message_id,
            "url": "",
            "attempt": attempts + 1,
            "trigger": "manual" if manual else "scheduled",
            "status": "pending",
            "at": iso_ms(due_ms if 0 < due_ms < HELD_MS else now_ms),
            "nextAttemptAt": due_at,
        }

    def _one_waiting(self, ref: int, text: str) -> dict[str, Any] | None:
        """A delivery that is known by its own id, as one that was queued again is, while it waits."""
        id = delivery_number(text)
        if id is None or day_of_id(id) not in self._db.days:
            return None
        day = day_of_id(id)
        rows = self._db.read(
            f"SELECT d.id, e.source_id, e.message_id, d.attempts, d.due_ms, d.manual FROM deliveries_{day} d"
            f" JOIN events_{day} e ON e.id = d.event_id WHERE d.state = 0 AND d.manual AND d.ref = ? AND d.id = ?",
            (ref, id),
        )
        return self._waiting(ref, rows[0]) if rows else None

    def _row(self, ref: int, text: str) -> Sequence[Any]:
        """An attempt by its id, or the latest one of a delivery by that one's."""
        id, delivery = attempt_number(text), delivery_number(text)
        days = self._db.days if id is None else [day_of_id(id)] if day_of_id(id) in self._db.days else []
        where, value = ("id = ?", id) if id is not None else ("delivery = ?", delivery)
        for day in reversed(days if value is not None else []):
            rows = self._db.read(
                f"SELECT {_COLUMNS} FROM attempts_{day} WHERE ref = ? AND {where} ORDER BY id DESC LIMIT 1",
                (ref, value),
            )
            if rows:
                return rows[0]
        raise NotFound(f'There is no attempt "{text}" of this connection; old ones are removed.')

    def _body(self, body: int | None) -> str | None:
        if body is None:
            return None
        rows = self._db.read(f"SELECT body FROM bodies_{day_of_id(body)} WHERE id = ?", (body,))
        return _text(rows[0][0]) if rows else None

    def _event(self, delivery: int | None) -> Any:
        if delivery is None or day_of_id(delivery) not in self._db.days:
            return None
        day = day_of_id(delivery)
        rows = self._db.read(
            f"SELECT e.body FROM deliveries_{day} d JOIN events_{day} e ON e.id = d.event_id WHERE d.id = ?",
            (delivery,),
        )
        return msgspec.json.decode(rows[0][0]) if rows else None

    def _searched(self, day: int, query: str | None) -> str:
        """A search looks at the latest lines alone, or it would take long where there are millions."""
        if not query:
            return f"attempts_{day}"
        return f"(SELECT * FROM attempts_{day} WHERE ref = ? ORDER BY id DESC LIMIT {SEARCHED})"

    def _bound(self, values: Sequence[Any], ref: int, query: str | None) -> tuple[Any, ...]:
        return (ref, *values) if query else tuple(values)


def iso_ms(at_ms: int) -> str:
    return iso_from_seconds(at_ms / 1000)


def pending_state(state: State, reason: str) -> str:
    """A delivery's state in the words of the accounting; one that arrived stays done while it goes out again."""
    if reason == ARRIVED:
        return "done"
    return {State.PENDING: "pending", State.DEAD: "dead", State.SKIPPED: "skipped"}.get(state, "done")


def _where(ref: int, status: str | None, query: str | None) -> tuple[str, list[Any]]:
    where, values = "ref = ?", [ref]
    if status:
        where, values = f"{where} AND status = ?", [*values, status]
    if query:
        pattern = "%" + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = ("message_id", "delivery_id", "error", "response_body", "CAST(detail AS TEXT)")
        hits = " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in columns)
        named = attempt_number(query)
        where = f"{where} AND ({hits} OR id = ? OR response_status = ?)"
        values = [*values, *[pattern] * len(columns), named or -1, int(query) if query.isdecimal() else -1]
    return where, values


def _line(row: Sequence[Any], *, whole: bool = False) -> dict[str, Any]:
    url, address, timings, sent, received = msgspec.json.decode(row[15])
    answered = row[8] is not None
    body = _text(row[14]) if answered or row[14] else None
    line: dict[str, Any] = {
        "id": attempt_ref(row[0]),
        "eventId": row[2],
        "messageId": row[3],
        "url": url,
        "attempt": row[5],
        "trigger": "manual" if row[7] else "scheduled",
        "status": row[6],
        "responseStatus": row[8],
        "responseBody": body if whole or body is None else body[:SHOWN_BODY_CHARS],
        "errorClass": row[9],
        "error": row[10] or None,
        "durationMs": row[12],
        "timings": timings or None,
        "address": address or None,
        "requestHeaders": _headers(sent),
        "responseHeaders": _headers(received) if answered else None,
        "at": iso_ms(row[4]),
        "nextAttemptAt": None if row[11] is None else iso_ms(row[11]),
    }
    return line


def _headers(pairs: Sequence[Sequence[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _text(body: bytes | str) -> str:
    return body if isinstance(body, str) else body.decode("utf-8", "replace")

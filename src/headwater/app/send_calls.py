"""What the sending process answers: its log, its figures, and what people ask it to do.

Every public method is a call that another process may make (see `rpc`); arguments and answers are plain values. What
changes something runs on the loop, what only reads in a thread.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from headwater.app.home import Home
from headwater.base.clock import parse_iso
from headwater.base.errors import InvalidInput, NotFound, Unprocessable
from headwater.base.event import CleanEvent
from headwater.base.subject import Subject
from headwater.control.directory import ConnectionEntry
from headwater.control.model import Filters, builtin_id
from headwater.send.breaker import NEVER
from headwater.send.care import warning_of
from headwater.send.history import iso_ms, pending_state
from headwater.send.partition import DAY_MS
from headwater.send.rows import HELD_MS, State
from headwater.send.run import Sending
from headwater.send.store import SKIPPED


class SendCalls:
    def __init__(self, *, home: Home, sending: Sending) -> None:
        self._home = home
        self._sending = sending
        self._store = sending.store
        self._history = sending.history

    def ping(self) -> bool:
        return True

    def figures(self) -> dict[str, Any]:
        return {
            "sendLagBytes": self._sending.router.lag_bytes(),
            "pending": self._store.pending_total(),
            "inFlight": self._sending.engine.in_flight,
            "delivered": self._sending.engine.delivered,
            "failed": self._sending.engine.failed,
            "queueBytes": self._store.db.size_bytes(),
        }

    # As a reader of the clean journal

    def reader_account(self, workspace_id: str) -> dict[str, int]:
        counts = self._store.totals(workspace_id)
        return {"done": counts.done, "dead": counts.dead, "skipped": counts.skipped}

    def reader_event(self, workspace_id: str, message_id: str) -> dict[str, Any]:
        """Where it stands with an event; `event` is what it knows of it, None when it went to nobody."""
        found = self._store.of_event(workspace_id, message_id)
        states = [pending_state(state, reason) for _, state, _, reason, _ in found]
        worst = next((each for each in ("pending", "dead") if each in states), None)
        status = worst or ("skipped" if states and set(states) == {"skipped"} else "done")
        if not found and self._sending.router.lag_bytes():
            status = "pending"
        now_ms = self._store.now_ms()
        deliveries = [
            {
                "connectionId": self._store.connection_id(ref),
                "status": pending_state(state, reason),
                "attempts": attempts,
                "detail": SKIPPED.get(reason, reason),
                "nextAttemptAt": _iso(_ahead(due_ms, now_ms)) if state is State.PENDING and due_ms < HELD_MS else None,
            }
            for ref, state, attempts, reason, due_ms in found
        ]
        body = self._store.event_body(workspace_id, message_id) if found else None
        event = None
        if body is not None:
            decoded = msgspec.json.decode(body, type=CleanEvent)
            event = {"sourceId": decoded.source_id, "receivedAt": decoded.received_at}
        return {"status": status, "detail": {"deliveries": deliveries}, "event": event}

    async def erase(
        self, workspace_id: str, user_ids: list[str], anonymous_ids: list[str], emails: list[str]
    ) -> dict[str, int]:
        """Takes people out of the queue, the log of attempts and written files; gives how much of each."""
        subject = Subject(
            workspace_id=workspace_id,
            user_ids=frozenset(user_ids),
            anonymous_ids=frozenset(anonymous_ids),
            emails=frozenset(emails),
        )
        return msgspec.to_builtins(await self._sending.erasing.erase(subject))

    def person_sent(self, workspace_id: str, user_ids: list[str], anonymous_ids: list[str]) -> list[dict[str, Any]]:
        """A person's events that went somewhere or are to, with what became of each delivery."""
        users, devices = frozenset(user_ids), frozenset(anonymous_ids)
        return self._sending.erasing.sent(Subject(workspace_id=workspace_id, user_ids=users, anonymous_ids=devices))

    def reader_copy(self, dir: str) -> None:
        """A copy of the queue, as of now, into a data directory that is being made."""
        target = Home(Path(dir))
        target.queue.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(f"file:{self._home.queue}?mode=ro", uri=True) as original:
            with sqlite3.connect(target.queue) as copy:
                original.backup(copy)
            copy.close()
        original.close()
        if self._home.files.exists():
            shutil.copytree(self._home.files, target.files, dirs_exist_ok=True)

    def send_account(self, workspace_id: str) -> dict[str, int]:
        return self.reader_account(workspace_id) | {"pending": self._store.pending_events(workspace_id)}

    def send_of_event(self, workspace_id: str, message_id: str) -> list[dict[str, Any]]:
        return self.reader_event(workspace_id, message_id)["detail"]["deliveries"]

    # The log

    def attempts(
        self,
        workspace_id: str,
        connection_id: str,
        status: str | None = None,
        query: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> dict[str, Any]:
        ref = self._store.ref(connection_id)
        if ref is None:
            return {"data": [], "total": 0}
        self._owned(workspace_id, connection_id)
        data, total = self._history.attempts(ref, status=status, query=query, limit=limit, offset=offset)
        return {"data": data, "total": total}

    def attempt(self, workspace_id: str, connection_id: str, attempt_id: str) -> dict[str, Any]:
        return self._history.attempt(self._ref(workspace_id, connection_id), attempt_id)

    def delivery(
        self, workspace_id: str, connection_id: str | None, start: str | None = None, end: str | None = None
    ) -> dict[str, Any]:
        now_ms = self._store.now_ms()
        start_ms, end_ms = _milliseconds(start, now_ms - DAY_MS), _milliseconds(end, now_ms + 1)
        entries = (
            [each.id for each in self._sending.entries(workspace_id)] if connection_id is None else [connection_id]
        )
        refs = [ref for each in entries if (ref := self._store.ref(each)) is not None]
        found = self._store.figures.summary(refs, start_ms=start_ms, end_ms=end_ms)
        return {
            "delivered": found.delivered,
            "notDelivered": found.not_delivered,
            "pending": sum(map(self._store.pending, refs)),
            "p95LatencyMs": found.p95_ms,
            "errors": [
                {"code": each.code, "count": each.count, "sample": self._history.sample(each.attempt_id)}
                for each in found.errors
            ],
            "series": [
                {
                    "at": iso_ms(point.at_ms),
                    "delivered": point.delivered,
                    "notDelivered": point.not_delivered,
                    "failedAttempts": point.failed_attempts,
                }
                for point in found.series
            ],
        }

    async def connection_states(self, workspace_id: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for entry in self._sending.entries(workspace_id):
            ref = self._store.ref(entry.id)
            if ref is not None:
                found[entry.id] = await asyncio.to_thread(self._stored_state, ref, entry) | self._state_now(ref)
        return found

    def inbox(self, workspace_id: str, limit: int = 50, offset: int = 0) -> dict[str, Any]:
        data, total = self._history.inbox(workspace_id, limit=limit, offset=offset)
        return {"data": data, "total": total}

    async def evidence(self, workspace_id: str, connection_id: str) -> dict[str, Any]:
        """What troubleshooting goes by: how it fares, the last attempt, and how much came in lately."""
        ref = self._ref(workspace_id, connection_id)
        entry = self._sending.entry(workspace_id, connection_id)
        state = await asyncio.to_thread(self._stored_state, ref, entry) | self._state_now(ref)
        last = await asyncio.to_thread(self._history.last, ref)
        return {"state": state, "lastAttempt": last, "lagBytes": self._sending.router.lag_bytes()}

    # Doing

    async def resend(self, workspace_id: str, connection_id: str, attempt_id: str) -> dict[str, str]:
        await self._sending.refresh()  # an address that was mended a moment ago is the one to use
        ref = self._ref(workspace_id, connection_id)
        return {"attemptId": await self._sending.recovery.resend(ref, attempt_id)}

    async def recover(self, workspace_id: str, connection_id: str, since: str) -> dict[str, Any]:
        """Retention is said: what is older than the queue keeps cannot be recovered."""
        await self._sending.refresh()
        self._ref(workspace_id, connection_id)
        since_ms = _milliseconds(since, 0)
        earliest_ms = int(self._store.now_ms() - self._sending.settings.care.keep_days * DAY_MS)
        if since_ms < earliest_ms and self._store.dropped_before():
            raise Unprocessable(
                f"deliveries of events from before {iso_ms(earliest_ms)} were removed by retention; begin there or"
                " later. Nothing was sent.",
                code="gone",
                details={"earliest": iso_ms(earliest_ms)},
            )
        return await self._sending.recovery.recover(workspace_id, connection_id, since_ms)

    async def replay_send(
        self, workspace_id: str, start: str | None, end: str | None, connection_id: str | None = None
    ) -> dict[str, Any]:
        await self._sending.refresh()
        if connection_id is not None:
            self._ref(workspace_id, connection_id)
        end_ms = None if end is None else _milliseconds(end, 0)
        return await self._sending.recovery.replay(workspace_id, _milliseconds(start, 0), end_ms, connection_id)

    def send_replay_status(self, workspace_id: str, id: str) -> dict[str, Any]:
        return self._sending.recovery.status(workspace_id, id)

    def send_replays(self, workspace_id: str) -> list[dict[str, Any]]:
        return self._sending.recovery.all(workspace_id)

    async def test(self, workspace_id: str, connection_id: str, event: dict[str, Any] | None = None) -> dict[str, Any]:
        entry = await self._current(workspace_id, connection_id)
        ref = self._ref(workspace_id, connection_id)
        id = await self._sending.trial.test(entry, ref, event)
        return await asyncio.to_thread(self._history.attempt, ref, id)

    async def try_event(self, workspace_id: str, connection_id: str, event: dict[str, Any]) -> dict[str, Any]:
        return await self._sending.trial.try_event(await self._current(workspace_id, connection_id), event)

    async def preview(
        self,
        workspace_id: str,
        connection_id: str | None = None,
        draft: dict[str, Any] | None = None,
        message_id: str | None = None,
        event: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        await self._sending.refresh()
        entry = self._drafted(workspace_id, connection_id, draft)
        found = await asyncio.to_thread(self._event, entry, message_id, event)
        return self._sending.trial.preview(entry, found)

    async def forget_connection(self, workspace_id: str, connection_id: str) -> None:
        await self._sending.refresh()

    # Inside

    def _owned(self, workspace_id: str, connection_id: str) -> None:
        if self._store.workspace_of(connection_id) != workspace_id:
            raise NotFound(f'There is no connection "{connection_id}" in this workspace.')

    def _ref(self, workspace_id: str, connection_id: str) -> int:
        ref = self._store.ref(connection_id)
        if ref is None:
            raise NotFound(f'Nothing was ever sent to a connection "{connection_id}" of this workspace.')
        self._owned(workspace_id, connection_id)
        return ref

    async def _current(self, workspace_id: str, connection_id: str) -> ConnectionEntry:
        await self._sending.refresh()
        entry = self._sending.entry(workspace_id, connection_id)
        if entry is None:
            raise NotFound(f'There is no connection "{connection_id}" in this workspace.')
        return entry

    def _drafted(self, workspace_id: str, connection_id: str | None, draft: dict[str, Any] | None) -> ConnectionEntry:
        """A connection as it is, as it would be with the draft's settings, or one that is not stored."""
        given = draft or {}
        stored = connection_id or given.get("id")
        entry = self._sending.entry(workspace_id, stored) if stored else None
        if entry is None and not draft:
            raise NotFound(f'There is no connection "{connection_id}" in this workspace.')
        if entry is None:
            entry = _unstored(workspace_id, given)
        changes = {name: given[name] for name in ("catalog", "settings", "mapping") if given.get(name) is not None}
        return msgspec.structs.replace(entry, **changes)

    def _event(self, entry: ConnectionEntry, message_id: str | None, given: dict[str, Any] | None) -> CleanEvent:
        """The event that is given, or one that went by; an example where none did."""
        if given is not None:
            return self._sending.trial.event(entry, given)
        if message_id is not None:
            body = self._store.event_body(entry.workspace_id, message_id)
            if body is None:
                raise NotFound(
                    f"no event with the messageId {message_id!r} went to any connection lately. Give the event itself."
                )
            return msgspec.json.decode(body, type=CleanEvent)
        sources = entry.source_ids or (builtin_id(entry.workspace_id, "customer-events"),)
        newest = self._history.newest_event(sources, entry.workspace_id)
        return newest if newest is not None else self._sending.trial.event(entry, None)

    def _stored_state(self, ref: int, entry: ConnectionEntry | None) -> dict[str, Any]:
        gone = None if entry is None else self._sending.source_gone(entry)
        health = self._store.figures.health(ref)
        oldest_ms = self._store.oldest_pending_ms(ref)
        return {
            "pending": self._store.pending(ref),
            "oldestPendingAt": _iso(oldest_ms),
            "lastDeliveredAt": _iso(health.last_delivered_ms),
            "lastFailureAt": _iso(health.last_failure_ms),
            "failingSince": _iso(health.failing_since_ms),
            "warning": gone or warning_of(health, disable_after_days=self._sending.settings.care.disable_after_days),
            "nextAttemptAt": _iso(_ahead(self._store.next_due_ms(ref), self._store.now_ms())),
        }

    def _state_now(self, ref: int) -> dict[str, Any]:
        """What only the loop knows: the breaker."""
        lane = self._sending.engine.lane(ref)
        now = asyncio.get_running_loop().time()
        if lane is None or not lane.is_open:
            return {"breaker": "closed", "nextAttemptAt": None}
        state, opens_at = lane.breaker.state(now), lane.breaker.opens_at()
        told: dict[str, Any] = {"breaker": state}
        if now < opens_at < NEVER and self._store.pending(ref):
            told["nextAttemptAt"] = iso_ms(self._store.now_ms() + int((opens_at - now) * 1000))
        return told


def _unstored(workspace_id: str, draft: dict[str, Any]) -> ConnectionEntry:
    return ConnectionEntry(
        id=draft.get("id") or "draft",
        workspace_id=workspace_id,
        kind=draft.get("kind") or "destination",
        catalog=draft["catalog"],
        name="",
        enabled=True,
        disabled_reason="",
        paused=False,
        settings={},
        source_ids=(),
        topics=(),
        filters=Filters(),
        mapping={},
        schedule_s=None,
        per_second=None,
        ordered=False,
        signing_secrets=(),
    )


def _ahead(at_ms: int | None, now_ms: int) -> int | None:
    """A time that is still to come: what is due and does not go out waits for no time, but for somebody."""
    return at_ms if at_ms is not None and at_ms > now_ms else None


def _iso(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso_ms(max(at_ms, 0))


def _milliseconds(text: str | None, default: int) -> int:
    if text is None:
        return default
    moment = parse_iso(text)
    if moment is None:
        raise InvalidInput(f"{text!r} is no time; write it as 2026-11-21T10:00:00Z. Nothing was done.")
    return round(moment.timestamp() * 1000)

"""Sends again what was sent before or never got there: one delivery, all since a time, a stretch of the past.

Long work goes in small parts, each a transaction with its progress, so that a restart goes on where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from headwater.base.clean import decode_frame
from headwater.base.errors import HeadwaterError, NotFound, Unprocessable
from headwater.base.event import CleanEvent
from headwater.base.ids import new_id
from headwater.journal.protocol import JournalDamaged, OffsetGone, Reader
from headwater.send.commits import Commits
from headwater.send.engine import Engine
from headwater.send.history import History, iso_ms
from headwater.send.replayed import Replayed
from headwater.send.route import Rules, received_ms
from headwater.send.rows import Routed, State, Target, delivery_ref
from headwater.send.store import Change, Store, requeue

PART = 500
READ_BYTES = 512 * 1024
FIRST_MS = 0
"""Due before everything else that waits."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`connection_id` None: every connection. Receiving times in milliseconds, half open."""

    connection_id: str | None = None
    start_ms: int = 0
    end_ms: int | None = None


class Progress(msgspec.Struct, kw_only=True):
    """`place` is where to go on: an id of a delivery, or an offset of the journal."""

    id: str
    workspace_id: str
    kind: str
    status: str
    events: int
    error: str | None
    plan: Plan
    place: int


class Recovery:
    """`open_clean` opens one more reader of the clean journal."""

    def __init__(
        self,
        *,
        store: Store,
        commits: Commits,
        engine: Engine,
        history: History,
        rules: Callable[[], Rules],
        open_clean: Callable[[], Reader],
        log: Callable[[str], None],
    ) -> None:
        self._store = store
        self._commits = commits
        self._engine = engine
        self._history = history
        self._rules = rules
        self._open_clean = open_clean
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()
        self._going: set[str] = set()

    def resume(self) -> None:
        """Goes on with what a restart cut."""
        for progress in self._rows("status = 'RUNNING'", ()):
            self._start(progress)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def resend(self, ref: int, attempt_id: str) -> str:
        """Sends an attempt's event again, now; gives what the log shows the delivery by, and then its attempt."""
        delivery = self._history.delivery_of(ref, attempt_id)
        if delivery is None:
            raise Unprocessable("A test is not sent again; make another test. Nothing was sent.", code="is_a_test")
        change = Change(delivery, State.PENDING, due_ms=FIRST_MS, tries=0, manual=True)
        if not await self._commits.done(lambda: self._store.change([change])):
            raise NotFound(f'The event of the attempt "{attempt_id}" was removed by retention. Nothing was sent.')
        self._engine.wake(ref, first=True)
        return delivery_ref(delivery)

    async def recover(self, workspace_id: str, connection_id: str, since_ms: int) -> dict[str, Any]:
        """Queues what was given up, skipped, or waits for its next try, of events received since then."""
        return await self._begin(workspace_id, "recover", Plan(connection_id=connection_id, start_ms=since_ms), 0)

    async def replay(
        self, workspace_id: str, start_ms: int, end_ms: int | None, connection_id: str | None
    ) -> dict[str, Any]:
        """Sends each event of a time again, also what was delivered: once more, under the same ids."""
        earliest, earliest_ms = await asyncio.to_thread(self._earliest)
        if earliest > 0 and earliest_ms is not None and start_ms < earliest_ms:
            raise Unprocessable(
                f"events from before {iso_ms(earliest_ms)} were removed by retention; begin there or later.",
                code="gone",
                details={"earliest": iso_ms(earliest_ms)},
            )
        plan = Plan(connection_id=connection_id, start_ms=start_ms, end_ms=end_ms)
        return await self._begin(workspace_id, "replay", plan, earliest)

    def _earliest(self) -> tuple[int, int | None]:
        """The first offset of the clean journal, and when its first event was received."""
        clean = self._open_clean()
        try:
            earliest = clean.earliest()
            records = clean.read(earliest, 1) if clean.end() > earliest else []
        except JournalDamaged as damage:
            return damage.offset, None
        finally:
            clean.close()
        events = [event for record in records for event in decode_frame(record.payload).events]
        return earliest, received_ms(events[0]) if events else None

    def status(self, workspace_id: str, id: str) -> dict[str, Any]:
        found = self._rows("workspace_id = ? AND id = ?", (workspace_id, id))
        if not found:
            raise NotFound(f"there is no replay {id!r} of the reader send")
        return _shown(found[0])

    def all(self, workspace_id: str) -> list[dict[str, Any]]:
        return [_shown(each) for each in self._rows("workspace_id = ?", (workspace_id,))]

    async def _begin(self, workspace_id: str, kind: str, plan: Plan, place: int) -> dict[str, Any]:
        id = new_id("rpl")
        progress = Progress(
            id=id, workspace_id=workspace_id, kind=kind, status="RUNNING", events=0, error=None, plan=plan, place=place
        )
        await self._commits.done(lambda: self._save(progress, new=True))
        self._start(progress)
        return _shown(progress)

    def _start(self, progress: Progress) -> None:
        """Unless it is under way."""
        if progress.id in self._going:
            return
        self._going.add(progress.id)
        task = asyncio.create_task(self._work(progress))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._going.discard(progress.id))

    async def _work(self, progress: Progress) -> None:
        try:
            await (self._recover(progress) if progress.kind == "recover" else self._replay(progress))
            progress.status = "FINISHED"
        except HeadwaterError as error:
            self._log(f"a {progress.kind} failed: {error.message}")
            progress.status, progress.error = "FAILED", error.message
        await self._commits.done(lambda: self._end(progress), slow=True)

    def _end(self, progress: Progress) -> None:
        self._save(progress)
        Replayed(self._store.db, progress.id).end()

    async def _recover(self, progress: Progress) -> None:
        ref = self._store.ref(progress.plan.connection_id or "")
        while ref is not None:
            ids = await asyncio.to_thread(
                self._store.ended_ids, ref, since_ms=progress.plan.start_ms, after=progress.place, limit=PART
            )
            if not ids:
                await self._bring_forward(progress, ref)
                return
            progress.place, progress.events = await self._commits.done(lambda ids=ids: self._queue(progress, ids))
            self._engine.wake(ref, first=True)

    async def _bring_forward(self, progress: Progress, ref: int) -> None:
        """What waits for its next try need not wait for it: the receiver was mended. None that arrived meanwhile, and
        each once, should it fail again."""
        after = 0
        while ids := await asyncio.to_thread(
            self._store.waiting_ids, ref, since_ms=progress.plan.start_ms, after=after, limit=PART
        ):
            after = ids[-1]
            _, progress.events = await self._commits.done(lambda ids=ids: self._queue(progress, ids, only_pending=True))
            self._engine.wake(ref, first=True)

    def _queue(self, progress: Progress, ids: list[int], *, only_pending: bool = False) -> tuple[int, int]:
        """Gives the place and the number of events that it has come to."""
        now_ms = self._store.now_ms()
        count = self._store.change([requeue(id, now_ms) for id in ids], only_pending=only_pending)
        place, events = progress.place if only_pending else ids[-1], progress.events + count
        self._save(msgspec.structs.replace(progress, place=place, events=events))
        return place, events

    async def _replay(self, progress: Progress) -> None:
        replayed = Replayed(self._store.db, progress.id)
        await self._commits.done(replayed.begin)
        clean = self._open_clean()
        try:
            end = self._store.cursor.offset if self._store.cursor else clean.end()
            while progress.place < end:
                try:
                    records = await asyncio.to_thread(clean.read, progress.place, READ_BYTES)
                except (JournalDamaged, OffsetGone) as gap:
                    progress.place = gap.next if isinstance(gap, JournalDamaged) else gap.earliest
                    continue
                if not records:
                    return
                for record in records:
                    events = [event for event in decode_frame(record.payload).events if _within(progress, event)]
                    await self._route(progress, replayed, events, record.next)
        finally:
            clean.close()

    async def _route(self, progress: Progress, replayed: Replayed, events: list[CleanEvent], place: int) -> None:
        for part in _parts(events):
            progress.events, refs = await self._commits.done(
                lambda part=part: self._route_part(progress, replayed, part)
            )
            for ref in refs:
                self._engine.wake(ref)
        progress.place = place
        if events:
            await self._commits.done(lambda: self._save(progress))

    def _route_part(self, progress: Progress, replayed: Replayed, events: list[CleanEvent]) -> tuple[int, set[int]]:
        """Gives how many events the replay has sent by now, and to which connections these go."""
        only = None if progress.plan.connection_id is None else self._store.ref(progress.plan.connection_id)
        routed = [
            Routed(event, received_ms(event), targets, counted=False, again=True)
            for event in events
            if (targets := self._targets(event, only)) and replayed.is_first(event)
        ]
        self._store.route(routed)
        count = progress.events + len(routed)
        self._save(msgspec.structs.replace(progress, events=count))
        return count, {target.ref for each in routed for target in each.targets}

    def _targets(self, event: CleanEvent, only: int | None) -> list[Target]:
        return [
            target
            for target in self._rules().targets(event, self._store.ref)
            if target.skip is None and (only is None or target.ref == only)
        ]

    def _save(self, progress: Progress, *, new: bool = False) -> None:
        values = (progress.status, progress.events, progress.error, progress.place)
        if new:
            self._store.db.write(
                "INSERT INTO replays VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    progress.id,
                    progress.workspace_id,
                    progress.kind,
                    *values[:3],
                    msgspec.json.encode(progress.plan).decode(),
                    progress.place,
                    self._store.now_ms(),
                ),
            )
        else:
            self._store.db.write(
                "UPDATE replays SET status = ?, events = ?, error = ?, place = ? WHERE id = ?", (*values, progress.id)
            )

    def _rows(self, where: str, values: tuple[Any, ...]) -> list[Progress]:
        rows = self._store.db.read(
            "SELECT id, workspace_id, kind, status, events, error, plan, place FROM replays"
            f" WHERE {where} ORDER BY began_ms DESC LIMIT 100",
            values,
        )
        return [
            Progress(
                id=row[0],
                workspace_id=row[1],
                kind=row[2],
                status=row[3],
                events=row[4],
                error=row[5],
                plan=msgspec.json.decode(row[6], type=Plan),
                place=row[7],
            )
            for row in rows
        ]


def _parts(events: list[CleanEvent]) -> Iterator[list[CleanEvent]]:
    for start in range(0, len(events), PART // 10):
        yield events[start : start + PART // 10]


def _within(progress: Progress, event: CleanEvent) -> bool:
    plan, at_ms = progress.plan, received_ms(event)
    inside = at_ms >= plan.start_ms and (plan.end_ms is None or at_ms < plan.end_ms)
    return inside and event.workspace_id == progress.workspace_id


def _shown(progress: Progress) -> dict[str, Any]:
    return {
        "id": progress.id,
        "reader": "send",
        "status": progress.status,
        "events": progress.events,
        "error": progress.error,
    }

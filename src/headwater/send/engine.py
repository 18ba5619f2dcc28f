"""Delivers what is queued: a lane for each connection, so that a slow or dead receiver never delays another.

An attempt's result is durable before its delivery leaves memory; until then it stays pending under the same id. So a
crash loses none, and repeats only what was on its way.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from headwater.base.clock import Clock
from headwater.base.errors import NotFound, Transient
from headwater.base.outgoing import Job
from headwater.control.directory import ConnectionEntry
from headwater.send.attempt import Attempts, Made, Outcome, attempt_of
from headwater.send.breaker import NEVER
from headwater.send.commits import Commits
from headwater.send.lane import Lane
from headwater.send.match import DISABLED
from headwater.send.ports import Destinations, Switch
from headwater.send.render import SOURCE_GONE, event_of
from headwater.send.rows import Attempt, Due, Result, State
from headwater.send.schedule import Verdict, delay_s, retry_after_s
from headwater.send.store import Store, delivery_id

HOLDING = (429, 503)
"""Answers whose `Retry-After` speaks for the whole receiver."""
SKIP_AT_ONCE = 500
LOOK_AT_LEAST_EVERY_S = 3600.0
WAIT_S = 2.0
"""For what is needed here and is not there."""
GONE = "The receiver answered that it is gone ({status}). Mend the address and switch the connection on again."

NEVER_REACHED: Final = frozenset({"not_sendable", "render_error", "invalid_request", SOURCE_GONE})
"""There was no request for the event: that says nothing of the receiver."""


class EngineSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`at_once` attempts in all, `at_once_each` to one connection. A connection with none under way may always begin
    one."""

    schedule_s: tuple[float, ...]
    at_once: int = 512
    at_once_each: int = 32


class _Batch:
    def __init__(self) -> None:
        self.results: list[Result] = []
        self.lanes: dict[int, Lane] = {}


class Engine:
    def __init__(
        self,
        *,
        store: Store,
        commits: Commits,
        attempts: Attempts,
        destinations: Destinations,
        switch: Switch,
        settings: EngineSettings,
        clock: Clock,
        log: Callable[[str], None],
    ) -> None:
        self._store = store
        self._commits = commits
        self._attempts = attempts
        self._destinations = destinations
        self._switch = switch
        self._settings = settings
        self._clock = clock
        self._log = log
        self._lanes: dict[int, Lane] = {}
        self._timers: dict[int, tuple[float, asyncio.Handle]] = {}
        self._hungry: deque[Lane] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._switching: set[asyncio.Task[None]] = set()
        self._batch: _Batch | None = None
        self._in_flight = 0
        self._stopping = False
        self.delivered = 0
        self.failed = 0

    # What is asked of it

    def sync(self, entries: Iterable[ConnectionEntry]) -> None:
        """Takes on the connections as they are now. Those that are off or gone end what waits for them."""
        refs = {ref: entry for entry in entries if (ref := self._store.ref(entry.id)) is not None}
        for ref, entry in refs.items():
            lane = self._lanes.get(ref)
            if lane is None or lane.entry != entry:
                self._take_on(ref, entry, lane)
            else:
                lane.entry = entry
        for ref in [ref for ref in self._lanes if ref not in refs]:
            self._forget(ref)
        for id, ref in self._store.refs().items():
            if ref not in refs and self._store.pending(ref):
                self._end(ref, "deleted", id)

    def lane(self, ref: int) -> Lane | None:
        return self._lanes.get(ref)

    @property
    def in_flight(self) -> int:
        return self._in_flight

    def offer(self, rows: Iterable[Due]) -> None:
        """Newly queued deliveries, when they are durable."""
        by_ref: dict[int, list[Due]] = {}
        for row in rows:
            by_ref.setdefault(row.ref, []).append(row)
        for ref, mine in by_ref.items():
            lane = self._lanes.get(ref)
            if lane is not None:
                lane.offer(mine)
                self._pump(lane)

    def wake(self, ref: int, *, first: bool = False) -> None:
        """Something was queued or released for a connection. `first`: it goes before all that was begun on."""
        lane = self._lanes.get(ref)
        if lane is None:
            return
        if first:
            lane.start_over()
            lane.breaker.try_now()
        lane.look_again()
        self._pump(lane)

    def give_back(self, ids: Iterable[int]) -> int:
        """Lets go of deliveries that have ended in the store and were not begun; gives how many are under way still."""
        wanted = set(ids)
        for lane in self._lanes.values():
            if not lane.taken_of(wanted):
                continue
            lane.start_over()
            self._pump(lane)
        return sum(lane.taken_of(wanted) for lane in self._lanes.values())

    def unstick(self) -> int:
        """Finds deliveries that nothing works on any more; gives how many. There should be none."""
        if not self._commits.idle or self._batch is not None:
            return 0
        return sum(lane.release_lost() for lane in self._lanes.values())

    async def stop(self, *, within_s: float) -> None:
        """Begins nothing new, waits for what is under way, and cuts the rest: it stays pending under the same id."""
        self._stopping = True
        for _, timer in self._timers.values():
            timer.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # Connections

    def _take_on(self, ref: int, entry: ConnectionEntry, lane: Lane | None) -> None:
        try:
            spec = self._destinations.destination(entry.catalog)
        except NotFound:
            self._log(f"the connection {entry.id} is of the destination {entry.catalog}, which is not there; it waits")
            return
        if lane is None:
            lane = self._lanes[ref] = Lane(
                entry,
                spec,
                store=self._store,
                ref=ref,
                schedule_s=self._settings.schedule_s,
                at_once=self._settings.at_once_each,
            )
        else:
            if entry.enabled and not lane.entry.enabled:
                self._commits.add(lambda: self._store.figures.begin_anew(ref))
            lane.start_over()
            lane.configure(entry, spec)
        if not entry.enabled:
            self._end(ref, DISABLED, entry.id)
        self._pump(lane)

    def _forget(self, ref: int) -> None:
        self._lanes.pop(ref).start_over()
        if known := self._timers.pop(ref, None):
            known[1].cancel()

    def _end(self, ref: int, reason: str, connection_id: str) -> None:
        """Ends what waits for a connection that takes nothing more, a part at a time."""

        def change() -> int:
            return self._store.skip(self._store.pending_ids(ref, limit=SKIP_AT_ONCE), reason)

        def then(count: int) -> None:
            if count:
                self._end(ref, reason, connection_id)

        if self._store.pending(ref) and self._takes_nothing(ref):
            self._commits.add(change, then)

    def _takes_nothing(self, ref: int) -> bool:
        lane = self._lanes.get(ref)
        return lane is None or not lane.entry.enabled

    # Attempts

    def _pump(self, lane: Lane) -> None:
        """Begins as much as may go to this receiver now, and sets an alarm for when more may."""
        loop = asyncio.get_running_loop()
        while not self._stopping and lane.is_open and self._lanes.get(lane.ref) is lane:
            now = loop.time()
            if lane.in_flight >= lane.places.count:
                return
            if self._commits.failing:  # what cannot be written down is better not sent
                self._alarm(lane, now + WAIT_S)
                return
            if not lane.breaker.may_send(now):
                self._alarm(lane, lane.breaker.opens_at())
                return
            if not lane.pace.may_start(now):
                self._alarm(lane, lane.pace.starts_at())
                return
            if self._in_flight >= self._settings.at_once and lane.in_flight:
                self._wait_for_place(lane)
                return
            rows = lane.take(int(self._clock() * 1000))
            if not rows:
                self._alarm_for_next(lane)
                return
            self._begin(lane, rows, now)

    def _begin(self, lane: Lane, rows: list[Due], now: float) -> None:
        lane.in_flight += 1
        self._in_flight += 1
        lane.breaker.began()
        lane.pace.started(now)
        task = asyncio.create_task(self._attempt(lane, rows))
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log(f"the engine stumbled: {type(error).__name__}: {error}")

    async def _attempt(self, lane: Lane, rows: list[Due]) -> None:
        try:
            made = await self._attempts.make(lane.entry, lane.spec, rows)
            self._tell(lane, made)
            results = [self._result(lane, row, job, made) for row, job in zip(rows, made.jobs, strict=True)]
        except asyncio.CancelledError:
            lane.breaker.cut()
            raise
        except Transient as error:  # the state database is busy, or its disk full
            self._log(f"an attempt waits: {error.message}")
            lane.breaker.cut()
            again_ms = int((self._clock() + WAIT_S) * 1000)
            results = [Result(due=row, state=State.PENDING, due_ms=again_ms) for row in rows]
        except Exception as error:  # a fault of ours must not leave a delivery stuck
            self._log(f"an attempt failed by a fault of ours: {type(error).__name__}: {error}")
            lane.breaker.cut()
            results = [self._stumbled(lane, row) for row in rows]
        finally:
            lane.in_flight -= 1
            self._in_flight -= 1
        self._record(lane, results)
        self._pump(lane)
        self._feed()

    def _stumbled(self, lane: Lane, row: Due) -> Result:
        event = event_of(row.body)
        attempt = Attempt(
            ref=lane.ref,
            delivery=row.id,
            delivery_id=delivery_id(lane.entry.id, event.source_id, event.message_id),
            message_id=event.message_id,
            at_ms=int(self._clock() * 1000),
            attempt=row.attempts + 1,
            status="failed" if row.arrived else "dead",
            error_class="internal_fault",
            error="An internal fault; the server's log says more. `recover` sends the event again.",
        )
        return Result(due=row, state=State.DEAD, reason="internal_fault", attempt=attempt)

    def _tell(self, lane: Lane, made: Made) -> None:
        """What the attempt says of the receiver."""
        now = asyncio.get_running_loop().time()
        if not made.outcomes:
            lane.breaker.cut()
        for outcome in made.outcomes:
            status, error_class = outcome.sent.status, outcome.sent.error_class
            if error_class == SOURCE_GONE:
                self._switch_off(lane, outcome.sent.error)
            if error_class in NEVER_REACHED:
                lane.breaker.cut()
                continue
            if status is not None and status < 500 and error_class in (None, "redirect"):
                lane.places.answered()
            else:
                lane.places.unanswered()
            if outcome.verdict is Verdict.TRANSIENT:
                lane.breaker.failed(now)
            else:
                lane.breaker.succeeded()
            if outcome.verdict is Verdict.GONE:
                self._switch_off(lane, GONE.format(status=status))
            if status in HOLDING:
                lane.breaker.hold(now + (retry_after_s(outcome.sent.headers, now=self._clock()) or 0.0))

    def _result(self, lane: Lane, row: Due, job: Job, made: Made) -> Result:
        mine = [outcome for outcome in made.outcomes if job.id in outcome.jobs]
        if not mine:
            return Result(due=row, state=State.UNSENT, reason="nothing_to_send")
        worst = next((outcome for outcome in mine if outcome.verdict is not Verdict.DELIVERED), mine[0])
        state, due_ms, reason = self._state(lane, row, worst)
        next_ms = due_ms if state is State.PENDING else None
        attempt = attempt_of(made, worst, job, ref=lane.ref, row=row, attempt=row.attempts + 1, next_ms=next_ms)
        if row.arrived and attempt.status == "dead":
            attempt = msgspec.structs.replace(attempt, status="failed")
        if state is State.DELIVERED:
            self.delivered += 1
        else:
            self.failed += 1
        return Result(due=row, state=state, due_ms=due_ms, reason=reason, attempt=attempt)

    def _state(self, lane: Lane, row: Due, outcome: Outcome) -> tuple[State, int, str]:
        """(state, when it is due again, why it ended)."""
        now_ms = int(self._clock() * 1000)
        if outcome.verdict is Verdict.DELIVERED:
            return State.DELIVERED, 0, ""
        if outcome.sent.error_class == SOURCE_GONE:
            return State.SKIPPED, 0, SOURCE_GONE
        if outcome.verdict is Verdict.TERMINAL and len(outcome.jobs) > 1:
            lane.separate(row.id)  # so that a bad one takes no other with it
            return State.PENDING, now_ms, ""
        if outcome.verdict is not Verdict.TRANSIENT:
            return State.DEAD, 0, outcome.reason or outcome.verdict.value
        if self._takes_nothing(lane.ref):
            return State.SKIPPED, 0, DISABLED if lane.ref in self._lanes else "deleted"
        wait_s = delay_s(lane.schedule_s, row.tries + 1, chance=random.random())  # noqa: S311 (jitter)
        if wait_s is None:
            return State.DEAD, 0, "exhausted"
        asked_s = retry_after_s(outcome.sent.headers, now=self._clock()) or 0.0
        return State.PENDING, now_ms + int(max(wait_s, asked_s) * 1000), ""

    def _record(self, lane: Lane, results: list[Result]) -> None:
        """All results that come in before the next commit are written by it, together."""
        if self._batch is None:
            batch = self._batch = _Batch()

            def change() -> None:
                if self._batch is batch:
                    self._batch = None
                self._store.record(batch.results)

            self._commits.add(change, lambda _: self._recorded(batch))
        self._batch.results += results
        self._batch.lanes[lane.ref] = lane

    def _recorded(self, batch: _Batch) -> None:
        for result in batch.results:
            lane = batch.lanes[result.due.ref]
            lane.recorded(result.due.id, ended=result.state is not State.PENDING)
            if result.state is State.PENDING:
                self._alarm(lane, self._loop_time(result.due_ms))
            elif result.due.key is not None:
                lane.look_again()
        for lane in batch.lanes.values():
            self._pump(lane)

    def _switch_off(self, lane: Lane, reason: str) -> None:
        self._log(f"the connection {lane.entry.id} is switched off: {reason}")
        task = asyncio.create_task(asyncio.to_thread(self._switch.disable, lane.entry.id, reason))
        self._switching.add(task)
        task.add_done_callback(self._switched)

    def _switched(self, task: asyncio.Task[None]) -> None:
        self._switching.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log(f"a connection could not be switched off, its next failure tries again: {error}")

    # Alarms and places

    def _alarm_for_next(self, lane: Lane) -> None:
        due_ms = lane.next_ms()
        if due_ms is not None:
            self._alarm(lane, self._loop_time(due_ms))

    def _alarm(self, lane: Lane, when: float) -> None:
        """Looks at the lane at that time of the loop's clock, or before."""
        known = self._timers.get(lane.ref)
        loop = asyncio.get_running_loop()
        if when == NEVER or self._stopping or (known is not None and loop.time() <= known[0] <= when):
            return
        if known is not None:
            known[1].cancel()
        self._timers[lane.ref] = (when, loop.call_at(when, self._ring, lane))

    def _ring(self, lane: Lane) -> None:
        self._timers.pop(lane.ref, None)
        lane.look_again()
        self._pump(lane)

    def _loop_time(self, at_ms: int) -> float:
        """A little late rather than early: clocks that step back must not make a busy loop."""
        ahead_s = max(0.0, at_ms / 1000 - self._clock()) + 0.001
        return asyncio.get_running_loop().time() + min(ahead_s, LOOK_AT_LEAST_EVERY_S)

    def _wait_for_place(self, lane: Lane) -> None:
        if not lane.waits_for_place:
            lane.waits_for_place = True
            self._hungry.append(lane)

    def _feed(self) -> None:
        """A place is free: the lanes that wait for one take turns."""
        if self._hungry:
            lane = self._hungry.popleft()
            lane.waits_for_place = False
            self._pump(lane)

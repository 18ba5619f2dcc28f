"""Brings new and changed segments up to date: counts past events, then looks through all people, slice by slice.

What was cut short begins again: each step gives the same however often it is taken. Nobody is told of people who are
found to be members by it, unless the segment says so (then they are judged like those for whom something changed).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from headwater.base.clock import Clock
from headwater.base.errors import HeadwaterError
from headwater.base.rules_facts import Facts
from headwater.profiles import rows
from headwater.profiles.due import Due
from headwater.profiles.meters import EVER, Kinds, Meter, mark_of, noted, past_properties
from headwater.profiles.past import Pulling
from headwater.profiles.ports import History, PastEvent
from headwater.profiles.segment_model import Segment, State
from headwater.profiles.segment_plan import Batch, Inside, Plan
from headwater.profiles.segment_scan import SLICE, Scanner
from headwater.profiles.segment_store import SegmentStore
from headwater.profiles.store import Store

RETRY_S: Final = 5.0
_AT_A_TIME: Final = 100
"""People between two looks at the clock."""

Plans = Mapping[str, Plan]


class _Pass(msgspec.Struct):
    """Over all people of a workspace, for all its segments that are ready for it. `no` is the workspace's number."""

    workspace_id: str
    no: int
    segments: list[Segment]
    batches: list[Batch]
    scanner: Scanner
    cursor: int = 0


class Backfill:
    """Of the room's thread, but for the pulling of past events, which has one of its own."""

    def __init__(
        self,
        *,
        store: Store,
        segments: SegmentStore,
        due: Due,
        kinds: Kinds,
        history: History,
        clock: Clock,
        log: Callable[[str], None],
    ) -> None:
        self._store = store
        self._segments = segments
        self._due = due
        self._kinds = kinds
        self._history = history
        self._clock = clock
        self._log = log
        self._pass: _Pass | None = None
        self._pulling: tuple[Meter, Pulling] | None = None
        self._retry_at_s = 0.0

    def changed(self, workspace_id: str) -> None:
        """The workspace's definitions are others now."""
        if self._pass is not None and self._pass.workspace_id == workspace_id:
            self._pass = None
        if self._pulling is not None and self._pulling[0].workspace_id == workspace_id:
            self._stop_pulling()

    def lost(self) -> None:
        """What the last slice did was taken back."""
        self._pass = None
        self._stop_pulling()

    def work(self, plans: Plans, until: Callable[[], bool]) -> bool:
        """False when there was nothing to do, or nothing that can be done now."""
        has_moved = False
        while self._step(plans, until):
            has_moved = True
            if until():
                break
        return has_moved

    def _step(self, plans: Plans, until: Callable[[], bool]) -> bool:
        if self._pass is None:
            self._pass = self._next_pass(plans)
        if self._pass is not None:
            self._look_through(plans[self._pass.workspace_id], self._pass, until)
            return True
        return self._count_past(plans)

    # People

    def _next_pass(self, plans: Plans) -> _Pass | None:
        for workspace_id, plan in plans.items():
            ready = self._ready(plan)
            if ready:
                return self._new_pass(workspace_id, plan, ready)
        return None

    def _ready(self, plan: Plan) -> list[Segment]:
        """Those to be looked for, of which all that they follow from is known."""
        found: list[Segment] = []
        waiting: set[str] = set()
        for segment in plan.in_order:
            if segment.state is not State.RUNNING:
                continue
            counted = all(self._meter(segment, rule.meter).ready for rule in segment.events)
            if counted and segment.looks.segments.isdisjoint(waiting):
                found.append(segment)
            else:
                waiting.add(segment.id)
        return found

    def _meter(self, segment: Segment, key: str) -> Meter:
        return self._kinds.by_key(segment.workspace_id, key)

    def _new_pass(self, workspace_id: str, plan: Plan, segments: list[Segment]) -> _Pass:
        no = self._store.number(workspace_id)
        total = self._store.count(no)
        for segment in segments:
            segment.cursor, segment.done, segment.total = 0, 0, total
        alone = [segment for segment in segments if not segment.looks.segments]
        batches = [Batch(alone, plan)] if alone else []
        batches += [Batch([segment], plan) for segment in segments if segment.looks.segments]
        scanner = Scanner(
            [segment.looks for segment in segments],
            no=no,
            workspace_id=workspace_id,
            anonymous=plan.anonymous,
            read=self._store.db.write,
        )
        return _Pass(workspace_id, no, segments, batches, scanner)

    def _look_through(self, plan: Plan, going: _Pass, until: Callable[[], bool]) -> None:
        """One slice of people, or a part of it when the time is over."""
        people = going.scanner.after(going.cursor)
        now_ms = int(self._clock() * 1000)
        waiting: list[int] = []
        for start in range(0, len(people), _AT_A_TIME):
            part = people[start : start + _AT_A_TIME]
            for row in part:
                inside = Inside(plan, row[0])
                facts = going.scanner.facts(row, inside)
                self._settle(plan, going, row[0], facts, now_ms, waiting)
            self._progress(going, part[-1][0], len(part))
            if until():
                break
        self._store.add_waiting(waiting)
        if len(people) < SLICE and (not people or going.cursor == people[-1][0]):
            self._finish(going)

    def _settle(self, plan: Plan, going: _Pass, ref: int, facts: Facts | None, now_ms: int, waiting: list[int]) -> None:
        if facts is None:
            for segment in going.segments:
                self._put(plan, segment, ref, False, waiting)
            return
        for batch in going.batches:
            for segment, inside in batch.moved(facts, ref, now_ms):
                self._put(plan, segment, ref, inside, waiting)
            if batch.parts:
                self._due.at_latest(ref, batch.next_change(facts, now_ms))

    def _put(self, plan: Plan, segment: Segment, ref: int, inside: bool, waiting: list[int]) -> None:
        if segment.announces:
            if plan.members.has(segment.number, ref) is not inside:
                waiting.append(ref)
        elif plan.members.put(segment.number, ref, inside):
            self._segments.moved(segment.number, 1 if inside else -1)

    def _progress(self, going: _Pass, ref: int, people: int) -> None:
        going.cursor = ref
        for segment in going.segments:
            segment.cursor = ref
            segment.done = min(segment.done + people, segment.total)

    def _finish(self, going: _Pass) -> None:
        self._pass = None
        for segment in going.segments:
            segment.state, segment.done = State.READY, segment.total
            self._segments.changed(segment)

    # Past events

    def _count_past(self, plans: Plans) -> bool:
        if self._pulling is None and not self._start_pulling(plans):
            return False
        assert self._pulling is not None
        meter, pulling = self._pulling
        try:
            events = pulling.next()
        except HeadwaterError as error:
            self._stop_pulling()
            self._retry_at_s = time.monotonic() + RETRY_S
            self._log(f'past events "{meter.event}" cannot be counted now, which is tried again: {error.message}')
            return False
        if events is None:
            return False
        if events:
            self._count(meter, events)
        else:
            self._kinds.set_ready(meter)
            self._stop_pulling()
        return True

    def _start_pulling(self, plans: Plans) -> bool:
        meter = next((m for m in self._kinds.by_number.values() if not m.ready and m.workspace_id in plans), None)
        if meter is None or time.monotonic() < self._retry_at_s:
            return False
        since_ms = 0 if meter.within_ms >= EVER else max(0, int(self._clock() * 1000) - meter.within_ms)
        events = self._history.events(
            meter.workspace_id, meter.event, since_ms, meter.properties, self._store.cursor() or 0
        )
        self._pulling = (meter, Pulling(events))
        return True

    def _stop_pulling(self) -> None:
        if self._pulling is not None:
            self._pulling[1].stop()
            self._pulling = None

    def _count(self, meter: Meter, events: Sequence[PastEvent]) -> None:
        counted = [each for each in events if meter.counts(past_properties(each.properties))]
        found = self._owners(self._store.number(meter.workspace_id), counted)
        people = {person.ref: person for person in self._store.people(sorted(set(found.values())))}
        changed: dict[int, None] = {}
        for place, each in enumerate(counted):
            person = people.get(found.get(place, 0))
            if person is not None and noted(person.meters, meter, each.at_ms, mark_of(each.message_id)):
                changed[person.ref] = None
        self._store.put_meters([people[ref] for ref in changed])

    def _owners(self, no: int, events: Sequence[PastEvent]) -> dict[int, int]:
        """By the place of an event, the ref of whom it is of."""
        names = {name for each in events for name in names_of(no, each)}
        claims = self._store.claims(sorted(names))
        owners: dict[int, int] = {}
        for place, each in enumerate(events):
            claim = next((claims[name] for name in names_of(no, each) if name in claims), None)
            if claim is not None:
                owners[place] = claim.ref
        return owners


def names_of(no: int, event: PastEvent) -> list[str]:
    """Under which its person is found; a user id goes first."""
    names = [rows.user_name(no, event.user_id)] if event.user_id is not None else []
    return names + ([rows.anonymous_name(no, event.anonymous_id)] if event.anonymous_id is not None else [])

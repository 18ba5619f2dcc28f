"""The segments of people: judges who is in which, keeps it, and brings new segments up to date.

Satisfies `ports.Segments`. What is asked from other threads is answered from what is committed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headwater.base.clock import Clock
from headwater.base.event import CleanEvent
from headwater.control.directory import SegmentEntry, WorkspaceEntry
from headwater.profiles.backfill import Backfill
from headwater.profiles.due import TABLES as DUE_TABLES
from headwater.profiles.due import Due
from headwater.profiles.members import TABLE as MEMBERS_TABLE
from headwater.profiles.members import Members
from headwater.profiles.meters import TABLE as METERS_TABLE
from headwater.profiles.meters import Kinds, joined, mark_of, named, noted, properties_of
from headwater.profiles.model import Changed, Person, Transition
from headwater.profiles.ports import History, People
from headwater.profiles.segment_asking import Asking
from headwater.profiles.segment_facts import facts_of
from headwater.profiles.segment_model import Segment
from headwater.profiles.segment_plan import Inside, Plan
from headwater.profiles.segment_store import TABLE as SEGMENTS_TABLE
from headwater.profiles.segment_store import SegmentStore
from headwater.profiles.store import Store

Definitions = Callable[[], list[SegmentEntry]]
"""Every segment of the installation; the same list while nothing changed."""


class PeopleSegments:
    """`log` is told, with a sentence, of what cannot be looked at now."""

    def __init__(
        self,
        *,
        store: Store,
        definitions: Definitions,
        history: History,
        clock: Clock,
        log: Callable[[str], None],
    ) -> None:
        self._store = store
        self._definitions = definitions
        self._history = history
        self._clock = clock
        self._log = log
        self._plans: dict[str, Plan] = {}
        self._seen: tuple[list[SegmentEntry], dict[str, bool]] | None = None
        self._taken: dict[str, tuple[list[SegmentEntry], bool]] = {}

    # On the room's thread

    def open(self, connection: sqlite3.Connection) -> None:
        for statement in (*DUE_TABLES, MEMBERS_TABLE, METERS_TABLE, SEGMENTS_TABLE):
            connection.execute(statement)
        self._segments = SegmentStore(connection)
        self._members = Members(connection)
        self._due = Due(connection)
        self._kinds = Kinds(connection)
        self._backfill = Backfill(
            store=self._store,
            segments=self._segments,
            due=self._due,
            kinds=self._kinds,
            history=self._history,
            clock=self._clock,
            log=self._log,
        )
        self._asking = Asking(
            store=self._store,
            history=self._history,
            clock=self._clock,
            segments_of=self._segments.of,
            kinds=self._kinds,
            is_anonymous_in=self._is_anonymous_in,
        )

    def save(self, connection: sqlite3.Connection) -> None:
        self._kinds.save()
        self._members.save()
        self._due.save()
        self._segments.save()

    def lost(self, connection: sqlite3.Connection) -> None:
        self._members.lost()
        self._due.lost()
        self._kinds.read()
        self._segments.read()
        self._backfill.lost()
        self._taken.clear()
        if self._seen is not None:
            self._take_on_all(*self._seen)

    def sync(self, workspaces: Sequence[WorkspaceEntry]) -> None:
        definitions = self._definitions()
        settings = {each.workspace_id: each.segment_anonymous for each in workspaces}
        if self._seen is None or definitions is not self._seen[0] or settings != self._seen[1]:
            self._take_on_all(definitions, settings)
            self._seen = definitions, settings

    def wants(self, event: CleanEvent) -> bool:
        plan = self._plans.get(event.workspace_id)
        return plan is not None and plan.wants(named(event))

    def meter(self, person: Person, event: CleanEvent, at_ms: int) -> bool:
        plan = self._plans.get(person.workspace_id)
        if plan is None:
            return False
        meters = plan.meters.get(named(event) or "", ())
        properties = properties_of(event.properties) if any(meter.where for meter in meters) else {}
        mark = mark_of(event.message_id)
        counted = [noted(person.meters, meter, at_ms, mark) for meter in meters if meter.counts(properties)]
        return any(counted) or plan.sees_all

    def joined(self, mine: Mapping[int, list[int]], theirs: Mapping[int, list[int]]) -> dict[int, list[int]]:
        return joined(mine, theirs, self._kinds.by_number)

    def judge(self, person: Person, changed: Changed, now_ms: int, people: People) -> list[Transition]:
        plan = self._plans.get(person.workspace_id)
        if plan is None:
            return []
        if not plan.takes(person):
            return self._leave_all(plan, person) if changed.whole else []
        moved: list[tuple[Segment, bool]] = []
        soonest: list[int | None] = []
        for batch in plan.touched(changed):
            facts = facts_of(person, batch.wants, lambda id: people.group(person.workspace_id, id))
            moved += self._put(plan, person.ref, batch.moved(facts, person.ref, now_ms))
            soonest.append(batch.next_change(facts, now_ms))
        if plan.after:
            self._judge_after(plan, person, changed, now_ms, people, moved, soonest)
        moment_ms = min((each for each in soonest if each is not None), default=None)
        if changed.whole:
            self._due.set(person.ref, moment_ms)
        else:
            self._due.at_latest(person.ref, moment_ms)
        return [
            Transition(segment.id, segment.name, entered)
            for segment, entered in moved
            if not segment.is_silent(person.ref)
        ]

    def concerned(self, workspace_id: str, traits: set[str]) -> bool:
        plan = self._plans.get(workspace_id)
        return plan is not None and any(traits & segment.looks.group_traits for segment in plan.in_order)

    def due(self, now_ms: int, limit: int) -> list[int]:
        return self._due.take(now_ms, limit)

    def forget(self, ref: int) -> None:
        for number in self._members.leave_all(ref):
            self._segments.moved(number, -1)
        self._due.set(ref, None)

    def work(self, until: Callable[[], bool]) -> bool:
        return self._backfill.work(self._plans, until)

    # For people who ask, from any thread

    def of(self, person: Person) -> list[str]:
        return self._asking.of(person)

    def members(self, workspace_id: str, segment_id: str, after: int, limit: int) -> list[int]:
        return self._asking.members(workspace_id, segment_id, after, limit)

    def states(self, workspace_id: str) -> dict[str, dict[str, Any]]:
        return self._asking.states(workspace_id)

    def explain(self, person: Person, segment_id: str, people: People) -> dict[str, Any]:
        return self._asking.explain(person, segment_id, people)

    def preview(self, workspace_id: str, rule: Any, people: People) -> tuple[int, list[int]]:
        return self._asking.preview(workspace_id, rule)

    # Inside

    def _is_anonymous_in(self, workspace_id: str) -> bool:
        return self._seen is not None and self._seen[1].get(workspace_id, False)

    def _put(self, plan: Plan, ref: int, moved: list[tuple[Segment, bool]]) -> list[tuple[Segment, bool]]:
        for segment, entered in moved:
            if plan.members.put(segment.number, ref, entered):
                self._segments.moved(segment.number, 1 if entered else -1)
        return moved

    def _judge_after(
        self,
        plan: Plan,
        person: Person,
        changed: Changed,
        now_ms: int,
        people: People,
        moved: list[tuple[Segment, bool]],
        soonest: list[int | None],
    ) -> None:
        """Segments that name others: what changed touches them, or one that they name was entered or left."""
        keys = plan.touches(changed)
        inside = Inside(plan, person.ref)
        for batch in plan.after:
            segment = batch.segments[0]
            turned = any(other.id in segment.looks.segments for other, _ in moved)
            if changed.whole or turned or not keys.isdisjoint(batch.keys):
                facts = facts_of(person, batch.wants, lambda id: people.group(person.workspace_id, id), inside)
                moved += self._put(plan, person.ref, batch.moved(facts, person.ref, now_ms))
                soonest.append(batch.next_change(facts, now_ms))

    def _leave_all(self, plan: Plan, person: Person) -> list[Transition]:
        self._due.set(person.ref, None)
        numbers = set(plan.members.of(person.ref))
        left = [segment for segment in plan.in_order if segment.number in numbers]
        self._put(plan, person.ref, [(segment, False) for segment in left])
        return [Transition(each.id, each.name, False) for each in left if not each.is_silent(person.ref)]

    def _take_on_all(self, definitions: Sequence[SegmentEntry], anonymous: Mapping[str, bool]) -> None:
        """`anonymous` has each workspace that there is. Those of which nothing changed keep their plan."""
        top = self._store.next_refs()[0] - 1
        wanted: dict[str, list[SegmentEntry]] = {}
        for entry in definitions:
            if entry.workspace_id in anonymous:
                wanted.setdefault(entry.workspace_id, []).append(entry)
        for workspace_id in sorted(self._plans.keys() | wanted.keys() | self._segments.workspaces()):
            taken = wanted.get(workspace_id, []), anonymous.get(workspace_id, False)
            if self._taken.get(workspace_id) != taken:
                self._take_on(workspace_id, *taken, top)
                self._taken[workspace_id] = taken

    def _take_on(self, workspace_id: str, entries: Sequence[SegmentEntry], anonymous: bool, top: int) -> None:
        """The definitions of a workspace as they are now."""
        judged, gone = self._segments.take_on(workspace_id, entries, anonymous=anonymous, top=top, log=self._log)
        for number in gone:
            self._members.remove(number)
        self._plans.pop(workspace_id, None)
        members = self._members.table(workspace_id, [segment.number for segment in judged])
        meters = self._kinds.want(workspace_id, [rule for segment in judged for rule in segment.events])
        self._backfill.changed(workspace_id)
        if judged:
            self._plans[workspace_id] = Plan(
                judged, anonymous=anonymous, kinds=self._kinds, members=members, meters=meters
            )

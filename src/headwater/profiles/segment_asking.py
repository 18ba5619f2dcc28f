"""Answers questions about segments from what is committed, from any thread, beside the loop."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final

from headwater.base.clock import Clock
from headwater.base.errors import NotFound, Unprocessable
from headwater.base.rules import EVERYONE, Member, Performed, Rule, canonical, looks, nodes
from headwater.base.rules_explain import explain
from headwater.base.rules_facts import newest, timed
from headwater.base.rules_parse import parse
from headwater.base.rules_source import compiled
from headwater.profiles.backfill import names_of
from headwater.profiles.members import PAGE_BITS, numbers_of, page_of, refs_in, row_id
from headwater.profiles.meters import Kinds, Meter, mark_of, past_properties
from headwater.profiles.model import Person
from headwater.profiles.ports import History, PastEvent, People
from headwater.profiles.segment_facts import Wants, facts_of
from headwater.profiles.segment_model import Segment, State
from headwater.profiles.segment_scan import Scanner
from headwater.profiles.store import Store

SAMPLE: Final = 10
_LIST: Final = 500

SegmentsOf = Callable[[str], Sequence[Segment]]
IsAnonymousIn = Callable[[str], bool]


class Asking:
    """`segments_of` a workspace, in the order of their making."""

    def __init__(
        self,
        *,
        store: Store,
        history: History,
        clock: Clock,
        segments_of: SegmentsOf,
        kinds: Kinds,
        is_anonymous_in: IsAnonymousIn,
    ) -> None:
        self._store = store
        self._history = history
        self._clock = clock
        self._segments_of = segments_of
        self._kinds = kinds
        self._is_anonymous_in = is_anonymous_in

    def of(self, person: Person) -> list[str]:
        segments = self._segments_of(person.workspace_id)
        if not segments:
            return [EVERYONE]
        first, last, place = page_of(person.ref)
        query = "SELECT id, substr(bits, ?, 1) FROM members WHERE id BETWEEN ? AND ?"
        inside = set(numbers_of(self._store.db.read(query, (place, first, last)), person.ref))
        return [EVERYONE, *(segment.id for segment in segments if segment.number in inside)]

    def members(self, workspace_id: str, segment_id: str, after: int, limit: int) -> list[int]:
        read = self._store.db.read
        if segment_id == EVERYONE:
            no = self._store.known_number(workspace_id)
            query = "SELECT ref FROM people WHERE workspace = ? AND ref > ? ORDER BY ref LIMIT ?"
            return [] if no is None else [row[0] for row in read(query, (no, after, limit))]
        number = self._segment(workspace_id, segment_id).number
        found: list[int] = []
        last_page = read("SELECT coalesce(max(ref), 0) FROM people")[0][0] >> PAGE_BITS
        for page in range((after + 1) >> PAGE_BITS, last_page + 1):
            for row in read("SELECT bits FROM members WHERE id = ?", (row_id(page, number),)):
                found += [ref for ref in refs_in(page, row[0]) if ref > after]
            if len(found) >= limit:
                break
        return found[:limit]

    def states(self, workspace_id: str) -> dict[str, dict[str, Any]]:
        no = self._store.known_number(workspace_id)
        query = "SELECT count(*) FROM people WHERE workspace = ?"
        people = 0 if no is None else self._store.db.read(query, (no,))[0][0]
        told = {EVERYONE: {"count": people, "status": State.READY.value, "done": people, "total": people}}
        for segment in self._segments_of(workspace_id):
            is_running = segment.state is State.RUNNING
            told[segment.id] = {
                "count": segment.count,
                "status": segment.state.value,
                "done": segment.done if is_running else people,
                "total": max(segment.total, segment.done) if is_running and segment.total else people,
                "updatedAt": segment.updated_at,
            }
        return told

    def explain(self, person: Person, segment_id: str, people: People) -> dict[str, Any]:
        is_member = segment_id in self.of(person)
        rule: Rule = Member(EVERYONE)
        if segment_id != EVERYONE:
            rule = self._segment(person.workspace_id, segment_id).rule
        facts = facts_of(
            person,
            Wants.of([looks(rule)]),
            lambda id: people.group(person.workspace_id, id),
            frozenset(self.of(person)),
        )
        tree = explain(rule, facts, int(self._clock() * 1000), lambda each: self._meter_key(person, each))
        told = {"segmentId": segment_id, "member": is_member, "tree": tree}
        if segment_id != EVERYONE and not (person.is_told_of or self._is_anonymous_in(person.workspace_id)):
            told["note"] = (
                f"No {'identify with traits' if person.is_known else 'user id'} has come for this person, who is "
                "therefore in Everyone only. The workspace's setting segmentAnonymous changes that."
            )
        return told

    def preview(self, workspace_id: str, rule: Any) -> tuple[int, list[int]]:
        """How many people it would hold, and the refs of the first few. It takes some seconds for a million."""
        read = parse(rule)
        self._check_named(workspace_id, read)
        no = self._store.known_number(workspace_id)
        if no is None:
            return 0, []
        counted: dict[Hashable, dict[int, list[int]]] = {}
        events = [each for each in nodes(read) if isinstance(each, Performed)]
        keys = {each: self._counted(workspace_id, no, each, counted) for each in events}
        scanner = Scanner(
            [looks(read)],
            no=no,
            workspace_id=workspace_id,
            anonymous=self._is_anonymous_in(workspace_id),
            read=self._store.db.read,
            counted=counted,
        )
        judge = compiled([read], keys.__getitem__)
        now_ms = int(self._clock() * 1000)
        count, sample, last = 0, list[int](), 0
        named = {id: self._segment(workspace_id, id).number for id in looks(read).segments}
        while people := scanner.after(last):
            inside = self._inside(named, people[0][0], people[-1][0])
            for row in people:
                facts = scanner.facts(row, inside.get(row[0], ()))
                if facts is not None and judge(facts, now_ms):
                    count += 1
                    if len(sample) < SAMPLE:
                        sample.append(row[0])
            last = people[-1][0]
        return count, sample

    # Inside

    def _segment(self, workspace_id: str, id: str) -> Segment:
        for segment in self._segments_of(workspace_id):
            if segment.id == id:
                return segment
        raise NotFound(f'There is no segment "{id}" in this workspace.')

    def _meter_key(self, person: Person, rule: Performed) -> Hashable:
        meter = self._kinds.known(person.workspace_id, rule)
        return meter.number if meter is not None else -1

    def _check_named(self, workspace_id: str, rule: Rule) -> None:
        known = {segment.id for segment in self._segments_of(workspace_id)}
        for id in sorted(looks(rule).segments - known):
            raise Unprocessable(
                f'The rule names the segment "{id}", which is not in this workspace. Nobody was counted.',
                code="unknown_segment",
                details={"segment": id},
            )

    def _inside(self, named: dict[str, int], first: int, last: int) -> dict[int, set[str]]:
        """By ref, which of the named segments those from the first to the last are in."""
        found: dict[int, set[str]] = {}
        for id, number in named.items():
            for page in range(first >> PAGE_BITS, (last >> PAGE_BITS) + 1):
                for row in self._store.db.read("SELECT bits FROM members WHERE id = ?", (row_id(page, number),)):
                    for ref in refs_in(page, row[0]):
                        if first <= ref <= last:
                            found.setdefault(ref, set()).add(id)
        return found

    # Past events, for rules of which nothing is counted yet

    def _counted(
        self, workspace_id: str, no: int, rule: Performed, counted: dict[Hashable, dict[int, list[int]]]
    ) -> Hashable:
        """Under which key the rule's times stand: a meter's number, or the rule's own text."""
        meter = self._kinds.find(workspace_id, rule)
        if meter is not None:
            return meter.number
        key = repr(canonical(rule))
        counted[key] = self._past(workspace_id, no, rule)
        return key

    def _past(self, workspace_id: str, no: int, rule: Performed) -> dict[int, list[int]]:
        meter = Meter(
            number=0,
            workspace_id=workspace_id,
            key=rule.meter,
            event=rule.event,
            rule=rule,
            depth=rule.depth,
            within_ms=0,
            ready=False,
        )
        since_ms = 0 if rule.within_ms is None else max(0, int(self._clock() * 1000) - rule.within_ms)
        cursor = self._store.db.read("SELECT value FROM meta WHERE name = 'cursor'")
        offset = cursor[0][0] if cursor else 0
        events = self._history.events(workspace_id, rule.event, since_ms, meter.properties, offset)
        found: dict[int, list[int]] = {}
        some: list[PastEvent] = []
        for each in events:
            if meter.counts(past_properties(each.properties)):
                some.append(each)
            if len(some) == _LIST:
                self._add(no, some, rule.depth, found)
                some.clear()
        self._add(no, some, rule.depth, found)
        return found

    def _add(self, no: int, events: list[PastEvent], depth: int, found: dict[int, list[int]]) -> None:
        names = sorted({name for each in events for name in names_of(no, each)})
        query = "SELECT name, ref FROM names WHERE name IN ({})"
        refs: dict[str, int] = dict(self._store.db.read_listed(query, names)) if names else {}
        for each in events:
            ref = next((refs[name] for name in names_of(no, each) if name in refs), None)
            if ref is not None:
                found[ref] = newest(found.get(ref, ()), [timed(each.at_ms, mark_of(each.message_id))], depth)

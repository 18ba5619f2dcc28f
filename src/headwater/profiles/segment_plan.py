"""How the segments of a workspace are judged: which of them a change touches, and in which order.

Segments that name no other are judged in groups, one function for all that look at the same thing. Segments that name
others follow, each after those it names.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from operator import itemgetter
from typing import Final

import msgspec

from headwater.base.rules import Performed
from headwater.base.rules_facts import Facts
from headwater.base.rules_source import Judge, compiled
from headwater.base.rules_time import Timed, next_change
from headwater.profiles.members import Table
from headwater.profiles.meters import Kinds, Meter
from headwater.profiles.model import Changed, Person
from headwater.profiles.segment_facts import Wants
from headwater.profiles.segment_model import Segment

MOST_GROUPS: Final = 4
"""When a change touches more of them, judging all at once costs less."""
GROUPS: Final = "groups"
SEEN: Final = "seen"
IDS: Final = "ids"


class Batch:
    """Segments that are judged by one function, which is made when it is first needed."""

    def __init__(self, segments: Sequence[Segment], plan: Plan) -> None:
        self.segments = tuple(segments)
        self.keys = frozenset(key for segment in segments for key in keys_of(segment))
        self.wants = Wants.of(segment.looks for segment in segments)
        self.parts: Timed = tuple(dict.fromkeys(part for segment in segments for part in segment.parts))
        self._plan = plan
        self._judge: Judge | None = None
        places = tuple(plan.places[segment.id] for segment in segments)
        first, last = places[0], places[-1] + 1
        self._run = slice(first, last) if places == tuple(range(first, last)) else None
        self._pick = itemgetter(*places)
        self._keys = {part: plan.meter_key(part) for part in self.parts if isinstance(part, Performed)}

    def moved(self, facts: Facts, ref: int, now_ms: int) -> list[tuple[Segment, bool]]:
        """Which segments hold the person now and did not, or did and do not."""
        inside = self._plan.members.inside(ref)
        before = inside[self._run] if self._run is not None else bytearray(self._pick(inside))
        after = bytearray(len(before))
        for place in self.judge(facts, now_ms):
            after[place] = 1
        if after == before:
            return []
        return [
            (segment, bool(new)) for segment, old, new in zip(self.segments, before, after, strict=True) if old != new
        ]

    @property
    def judge(self) -> Judge:
        if self._judge is None:
            self._judge = compiled([segment.rule for segment in self.segments], self._plan.meter_key)
        return self._judge

    def next_change(self, facts: Facts, now_ms: int) -> int | None:
        if not self.parts or (not facts.meters and len(self._keys) == len(self.parts)):
            return None
        return next_change(self.parts, facts, now_ms, self._keys.__getitem__)


class Plan:
    """Of one workspace, for one state of its definitions; each of the segments stands after those that it names. The
    places of `members` are those of the segments.

    `anonymous`: who gave no traits can be in segments too.
    """

    def __init__(
        self, segments: Sequence[Segment], *, anonymous: bool, kinds: Kinds, members: Table, meters: Sequence[Meter]
    ) -> None:
        self.anonymous = anonymous
        self.by_id = {segment.id: segment for segment in segments}
        self.in_order = tuple(segments)
        self.alone = [segment for segment in segments if not segment.looks.segments]
        self.members = members
        self.places = {segment.id: place for place, segment in enumerate(segments)}
        self._kinds = kinds
        self.everything = Batch(self.alone, self) if self.alone else None
        self.after = [Batch([segment], self) for segment in segments if segment.looks.segments]
        self._indexed = _index(self.alone)
        self._batches: dict[str, Batch] = {}
        self.meters: dict[str, list[Meter]] = {}
        for meter in meters:
            self.meters.setdefault(meter.event, []).append(meter)
        self.sees_all = any("lastSeenAt" in segment.looks.person for segment in segments)

    def takes(self, person: Person) -> bool:
        """Whether the person can be in other segments than `Everyone`."""
        return person.is_told_of or self.anonymous

    def wants(self, event: str | None) -> bool:
        return self.sees_all or event in self.meters

    def touched(self, changed: Changed) -> list[Batch]:
        """The batches of segments that name no others."""
        if changed.whole:
            return [self.everything] if self.everything is not None else []
        keys = [key for key in self.keys(changed) if key in self._indexed]
        if len(keys) > MOST_GROUPS and self.everything is not None:
            return [self.everything]
        return [self._batch(key) for key in keys]

    def touches(self, changed: Changed) -> frozenset[str]:
        return frozenset(self.keys(changed))

    def keys(self, changed: Changed) -> Iterator[str]:
        """What changed, as the index knows it."""
        yield from (f"t:{name}" for name in changed.traits)
        if changed.groups:
            yield GROUPS
        if changed.ids:
            yield IDS
        if changed.events:
            yield SEEN
            yield from (f"e:{name}" for name in changed.events)

    def meter_key(self, rule: Performed) -> Hashable:
        return self._kinds.number(self.in_order[0].workspace_id, rule)

    def _batch(self, key: str) -> Batch:
        found = self._batches.get(key)
        if found is None:
            found = self._batches[key] = Batch(self._indexed[key], self)
        return found


class Inside(msgspec.Struct, frozen=True):
    """The ids of the segments that a person is in, as a container to be asked."""

    plan: Plan
    ref: int

    def __contains__(self, id: object) -> bool:
        segment = self.plan.by_id.get(id) if isinstance(id, str) else None
        return segment is not None and self.plan.members.has(segment.number, self.ref)


def keys_of(segment: Segment) -> set[str]:
    """What a change must be of to touch the segment's rule itself."""
    looks = segment.looks
    keys = {f"t:{name}" for name in looks.traits} | {f"e:{rule.event}" for rule in segment.events}
    if looks.group_traits or "groupId" in looks.person:
        keys.add(GROUPS)
    if not looks.person.isdisjoint(("userId", "anonymousId")):
        keys.add(IDS)
    if "lastSeenAt" in looks.person:
        keys.add(SEEN)
    return keys


def _index(segments: Sequence[Segment]) -> dict[str, list[Segment]]:
    found: dict[str, list[Segment]] = {}
    for segment in segments:
        for key in sorted(keys_of(segment)):
            found.setdefault(key, []).append(segment)
    return found

"""Whatever happens in whatever order, everybody is in the segments whose rules hold of them, and counts are right.

What is kept from change to change is held against the explanation, which looks at each person anew.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from headwater.profiles.model import Person
from headwater.profiles.ports import PastEvent
from headwater.profiles.view import Asked
from tests.unit.profiles.room import START_MS, WORKSPACE, event, identify
from tests.unit.profiles.segment_room import DAY_S, START, SegmentRoom, entry_of

RULES: list[Any] = [
    {"trait": "a", "op": "equals", "value": 1},
    {"trait": "a", "op": "notEquals", "value": 1},
    {"all": [{"trait": "a", "op": "greaterThan", "value": 0}, {"trait": "b", "op": "exists"}]},
    {"trait": "b", "op": "withinLastDays", "value": 2},
    {"trait": "b", "op": "moreThanDaysAgo", "value": 2},
    {"event": "E", "count": {"atLeast": 2}},
    {"event": "E", "withinDays": 2},
    {"event": "E", "op": "notPerformed", "withinDays": 2, "count": {"atLeast": 2}},
    {"event": "E", "count": {"exactly": 1}, "where": [{"property": "p", "op": "equals", "value": 1}]},
    {"groupTrait": "g", "op": "equals", "value": 1},
    {"groupTrait": "g", "op": "notEquals", "value": 1},
    {"any": [{"segment": "s0"}, {"segment": "s6"}]},
    {"not": {"segment": "s11"}},
    {"person": "anonymousId", "op": "equals", "value": "d1"},
    {"person": "lastSeenAt", "op": "withinLastDays", "value": 1},
    {"person": "groupId", "op": "equals", "value": "g1"},
]
USERS = st.sampled_from(["u0", "u1", "u2"])
DEVICES = st.sampled_from([None, "d0", "d1"])
DATES = st.sampled_from([None, *(START + days * DAY_S for days in (-3, -1, 0, 1, 3))])
WHO = st.fixed_dictionaries({"user_id": st.one_of(st.none(), USERS), "anonymous_id": DEVICES})
STEPS = st.one_of(
    st.tuples(st.just("identify"), WHO, st.dictionaries(st.just("a"), st.sampled_from([1, 2, None, "1"]))),
    st.tuples(st.just("identify"), WHO, st.fixed_dictionaries({"b": DATES})),
    st.tuples(st.just("track"), WHO, st.sampled_from([0, 1])),
    st.tuples(st.just("group"), WHO, st.tuples(st.sampled_from(["g0", "g1"]), st.sampled_from([0, 1, None]))),
    st.tuples(st.just("alias"), USERS, USERS),
    st.tuples(st.just("time"), st.sampled_from([1, DAY_S, DAY_S + 1]), st.none()),
    st.tuples(st.just("define"), st.integers(0, len(RULES) - 1), st.sampled_from([None, *range(len(RULES) - 5)])),
    st.tuples(st.just("anonymous"), st.booleans(), st.none()),
    st.tuples(st.just("restart"), st.none(), st.none()),
)


class Story:
    def __init__(self) -> None:
        self.room = SegmentRoom()
        self.rules: dict[str, Any] = {f"s{number}": rule for number, rule in enumerate(RULES)}
        self._define()

    def take(self, kind: str, first: Any, second: Any) -> None:
        at_s = self.room.now_s - START
        if kind == "time":
            self.room.now_s += first
        elif kind == "define":
            self.rules = {id: rule for id, rule in self.rules.items() if id != f"s{first}"}
            if second is not None:
                self.rules[f"s{first}"] = RULES[second]
            self._define()
        elif kind == "anonymous":
            self.room.anonymous = first
        elif kind == "restart":
            self.room = self.room.reopened()
        elif kind == "alias":
            self.room.take(event("alias", user_id=first, previous_id=second, at_s=at_s))
        elif first["user_id"] or first["anonymous_id"]:
            self._event(kind, first, second, at_s)
        self.room.settle()

    def _event(self, kind: str, who: dict[str, Any], given: Any, at_s: float) -> None:
        if kind == "identify":
            made = identify(**who, traits=given, at_s=at_s)
        elif kind == "track":
            made = event("track", **who, event="E", properties={"p": given}, at_s=at_s)
            at_ms = START_MS + round(at_s * 1000)
            past = PastEvent(who["user_id"], who["anonymous_id"], made.message_id, at_ms, b'{"p":%d}' % given)
            self.room.past.list.append(("E", past))
        else:
            made = event("group", **who, group_id=given[0], traits={"g": given[1]}, at_s=at_s)
        self.room.take(made)

    def _define(self) -> None:
        self.room.definitions = [entry_of(id, rule) for id, rule in self.rules.items()]
        self.room.settle()

    def check(self) -> None:
        room = self.room
        people, _ = room.view.search(WORKSPACE, Asked(), limit=100, offset=0)
        for person in people:
            assert room.people_segments.of(person)[1:] == self._held(person), person
        counts = Counter(id for person in people for id in room.people_segments.of(person))
        for id, state in room.people_segments.states(WORKSPACE).items():
            assert state["count"] == counts[id], id
            refs = room.people_segments.members(WORKSPACE, id, 0, 100)
            assert len(refs) == counts[id]

    def _held(self, person: Person) -> list[str]:
        if not (person.is_told_of or self.room.anonymous):
            return []
        explain = self.room.people_segments.explain
        return [id for id in self.rules if explain(person, id, self.room.view)["tree"]["result"]]


@settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.lists(STEPS, min_size=20, max_size=40))
def test_everybody_is_where_the_rules_say(steps: list[Any]):
    story = Story()
    for step in steps:
        story.take(*step)
        story.check()
    story.room.store.close()

"""Over rules and facts of all shapes: generated code, explanation and reference agree, and time changes nothing before
the moment that was foretold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.base.clock import EPOCH, parse_iso
from headwater.base.rules import canonical
from headwater.base.rules_explain import explain
from headwater.base.rules_facts import newest, timed
from headwater.base.rules_ops import CONTRARIES, date_ms
from headwater.base.rules_parse import parse
from headwater.base.rules_source import compiled
from headwater.base.rules_time import next_change, timed_parts
from tests.conformance.facts import facts_of, ms
from tests.conformance.naive import judge

BASE = datetime(2026, 6, 15, 12, tzinfo=UTC)
TEXTS = st.sampled_from(
    ["", "a", "A", "ab", "\u00e9", "e\u0301", "2026-06-14", "2026-06-16T00:00:00Z", "5", "it's\\\n\""]
)
NUMBERS = st.sampled_from([0, 1, -1, 5, 5.0, 0.5, 10**12, 1781438400])
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans())
VALUES = st.one_of(SCALARS, st.none(), st.lists(SCALARS, max_size=2), st.dictionaries(st.sampled_from("ab"), SCALARS))
NAMES = st.sampled_from(["a", "b", "a.b", "b.a"])
TRAITS = st.dictionaries(NAMES, VALUES, max_size=4)
DAYS = st.sampled_from([0.001, 0.5, 1, 2, 7])
DATES = st.sampled_from(["2026-06-14", "2026-06-15T12:00:00Z", 1781438400])
FULL = ["a", "ab", "\u00e9", "5"]


def conditions(key: str, *, timed_too: bool) -> st.SearchStrategy[Any]:
    values: dict[str, st.SearchStrategy[Any]] = {
        "equals": SCALARS,
        "isOneOf": st.lists(SCALARS, min_size=1, max_size=3),
        "contains": st.one_of(st.sampled_from(FULL), NUMBERS, st.booleans()),
        "startsWith": st.sampled_from(FULL),
        "endsWith": st.sampled_from(FULL),
        "between": st.sampled_from([[0, 5], [-1, -1], ["2026-06-14", "2026-06-15"]]),
        "before": DATES,
        "after": DATES,
    }
    values |= dict.fromkeys(["greaterThan", "greaterOrEqual", "lessThan", "lessOrEqual"], NUMBERS)
    values |= dict.fromkeys(["exists", "isTrue", "isFalse"], st.none())
    if timed_too:
        values |= dict.fromkeys(["withinLastDays", "moreThanDaysAgo"], DAYS)
    values |= {contrary: values[op] for contrary, op in CONTRARIES.items()}
    one = [st.fixed_dictionaries({key: NAMES, "op": st.just(op), "value": value}) for op, value in values.items()]
    return st.one_of(one).map(lambda test: {k: v for k, v in test.items() if v is not None})


COUNTS = st.sampled_from([{"atLeast": 1}, {"atLeast": 2}, {"atMost": 1}, {"exactly": 1}, {"atLeast": 1, "atMost": 2}])
EVENT_RULES = st.fixed_dictionaries(
    {"event": st.sampled_from(["E", "F"]), "op": st.sampled_from(["performed", "notPerformed"])},
    optional={
        "count": COUNTS,
        "withinDays": DAYS,
        "where": st.lists(conditions("property", timed_too=False), max_size=2),
    },
)
LEAVES = st.one_of(
    conditions("trait", timed_too=True),
    conditions("groupTrait", timed_too=True),
    EVENT_RULES,
    st.sampled_from([{"segment": "s1"}, {"segment": "s2"}, {"segment": "Everyone"}]),
)
RULES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=6,
)
TIMES = st.integers(-8 * 86_400, 300).map(lambda s: (BASE + timedelta(seconds=s)).isoformat().replace("+00:00", "Z"))
EVENTS = st.lists(
    st.fixed_dictionaries({"event": st.sampled_from(["E", "F"]), "at": TIMES, "properties": TRAITS}), max_size=5
)
FACTS = st.fixed_dictionaries(
    {
        "traits": TRAITS,
        "groups": st.lists(st.fixed_dictionaries({"traits": TRAITS}), max_size=2),
        "events": EVENTS,
        "segments": st.sets(st.sampled_from(["s1", "s2"])),
    }
)


@settings(max_examples=300, deadline=None)
@given(RULES.filter(lambda rule: _depth(rule) <= 9), FACTS)
def test_all_ways_of_judging_agree(raw: Any, given_facts: Any):
    rule = parse(raw)
    facts, now_ms = facts_of(given_facts, rule), ms(BASE.isoformat())
    wanted = judge(raw, given_facts, BASE)
    assert bool(compiled([rule])(facts, now_ms)) is wanted
    assert explain(rule, facts, now_ms)["result"] is wanted
    assert parse(canonical(rule)) == rule


@settings(max_examples=150, deadline=None)
@given(RULES.filter(lambda rule: _depth(rule) <= 9), FACTS, st.integers(0, 10 * 86_400_000))
def test_nothing_changes_before_the_moment_foretold(raw: Any, given_facts: Any, later_ms: int):
    rule = parse(raw)
    facts, now_ms = facts_of(given_facts, rule), ms(BASE.isoformat())
    evaluate = compiled([rule])
    moment_ms = next_change(timed_parts(rule), facts, now_ms)
    last_ms = now_ms + 10 * 86_400_000 if moment_ms is None else moment_ms - 1
    for then_ms in (min(now_ms + later_ms, last_ms), last_ms):
        assert evaluate(facts, then_ms) == evaluate(facts, now_ms)


ISO = st.builds(
    lambda text, place, other: text[:place] + other + text[place + 1 :],
    st.sampled_from(
        ["2026-02-28", "2026-02-28T23:59:59Z", "2026-02-28T23:59:59.123Z", "2026-02-28T23:59:59+01:00", "2026-W09-6"]
    ),
    st.integers(0, 24),
    st.sampled_from([*"0123456789-:.TZzW +,x\u0663", ""]),
)


@settings(max_examples=500, deadline=None)
@given(ISO)
def test_the_fast_way_to_read_a_date_is_the_slow_one(text: str):
    moment = parse_iso(text)
    assert date_ms(text) == (None if moment is None else (moment - EPOCH) // timedelta(milliseconds=1))


@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=6), min_size=3, max_size=3))
def test_times_combine_in_any_order_and_grouping(parts: list[list[tuple[int, int]]]):
    one, two, three = ([timed(*each) for each in part] for part in parts)
    depth = 4
    left = newest(newest(one, two, depth), three, depth)
    assert left == newest(one, newest(three, two, depth), depth)
    assert newest(left, left, depth) == left
    assert len(left) <= depth


def _depth(rule: Any) -> int:
    inner = rule.get("all") or rule.get("any") or ([rule["not"]] if "not" in rule else [])
    return 1 + max(map(_depth, inner), default=0)

"""When time alone can change what a rule says of a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from headwater.base.rules import TIMED, Performed, Rule, Test, days_ms, nodes
from headwater.base.rules_facts import Facts, time_of
from headwater.base.rules_ops import date_ms, find
from headwater.base.rules_source import Meters, by_meter

Timed = Sequence[Test | Performed]


def timed_parts(rule: Rule) -> Timed:
    """The conditions of a rule that time alone can change."""
    found: list[Test | Performed] = []
    for node in nodes(rule):
        if isinstance(node, Test):
            found += [node] if node.op in TIMED else []
        elif isinstance(node, Performed):
            found += [] if node.within_ms is None else [node]
    return found


def next_change(parts: Timed, facts: Facts, now_ms: int, meter_key: Meters = by_meter) -> int | None:
    """The first moment after now at which one of the conditions may become another; None if none ever does.

    Until then the answer stays as it is while the facts do. It may also stay as it is then.
    """
    soonest: int | None = None
    for part in parts:
        if isinstance(part, Performed):
            times = facts.meters.get(meter_key(part), ())
            moments = _ends(part, times) if times else ()
        else:
            moments = _dates(part, facts)
        for moment_ms in moments:
            if moment_ms > now_ms and (soonest is None or moment_ms < soonest):
                soonest = moment_ms
    return soonest


def _dates(test: Test, facts: Facts) -> Iterator[int]:
    for value in values_of(test, facts):
        date = date_ms(value)
        if date is not None:
            yield date
            yield date + days_ms(test.value) + 1


def _ends(rule: Performed, times: Sequence[int]) -> list[int]:
    """When the times that decide the count leave the window. This is asked for with every event that is counted."""
    held = len(times)
    counts = [count for count in (rule.at_least, rule.depth) if 1 <= count <= held]
    within_ms = (rule.within_ms or 0) + 1 if counts else 0
    return [time_of(times[count - 1]) + within_ms for count in counts]


def values_of(test: Test, facts: Facts) -> list[Any]:
    """What the test looks at, None where there is nothing."""
    if test.scope == "groupTrait":
        return [find(traits, test.name) for traits in facts.groups]
    if test.scope == "person":
        return list(facts.person.get(test.name, ()))
    return [find(facts.traits, test.name)]

"""Says why a person is (not) in a segment: each condition with the value it saw and what came of it.

It follows the meaning of the operators step by step, apart from the generated code; tests hold the two against each
other.
"""

from __future__ import annotations

from typing import Any

from headwater.base.clock import iso_from_seconds
from headwater.base.rules import EVERYONE, All, Any_, Member, Not, Performed, Rule, Test, canonical
from headwater.base.rules_facts import Facts, time_of
from headwater.base.rules_ops import holds
from headwater.base.rules_source import Meters, by_meter
from headwater.base.rules_time import values_of


def explain(rule: Rule, facts: Facts, now_ms: int, meter_key: Meters = by_meter) -> dict[str, Any]:
    """`{"rule", "value", "result", "children"}`: `value` is the person's, None for rules that hold others; `children`
    stand in the rule's order, also those that do not matter any more."""
    children = [explain(inner, facts, now_ms, meter_key) for inner in _inner(rule)]
    results = [child["result"] for child in children]
    match rule:
        case All():
            value, result = None, all(results)
        case Any_():
            value, result = None, any(results)
        case Not():
            value, result = None, not results[0]
        case Member(segment):
            result = value = segment == EVERYONE or segment in facts.segments
        case Performed():
            value = _performances(rule, facts, now_ms, meter_key)
            result = (rule.at_least <= value["count"] < _above(rule)) is not rule.negated
        case Test():
            found = values_of(rule, facts)
            value = found[0] if len(found) == 1 else found or None
            result = holds(rule.op, rule.value, found, now_ms)
    return {"rule": canonical(rule), "value": value, "result": result, "children": children}


def _inner(rule: Rule) -> tuple[Rule, ...]:
    if isinstance(rule, All | Any_):
        return rule.rules
    return (rule.rule,) if isinstance(rule, Not) else ()


def _above(rule: Performed) -> float:
    return float("inf") if rule.at_most is None else rule.at_most + 1


def _performances(rule: Performed, facts: Facts, now_ms: int, meter_key: Meters) -> dict[str, Any]:
    """How often within the window, counted up to what the rule needs to know, and when last."""
    times = [time_of(each) for each in facts.meters.get(meter_key(rule), ())]
    within_ms = rule.within_ms
    inside = [at_ms for at_ms in times if within_ms is None or at_ms >= now_ms - within_ms]
    last_at = iso_from_seconds(times[0] / 1000) if times else None
    return {"count": min(len(inside), rule.depth), "lastAt": last_at}

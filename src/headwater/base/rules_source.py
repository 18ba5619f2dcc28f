"""Makes Python of rules: one function that judges many rules of one person, several times as fast as closures.

Each value that rules look at is fetched and read once into a local name; each rule is then one expression over those
names. What is not of the type that an operator compares becomes a value that meets no comparison (`nan` for numbers and
dates, '' or None for texts), so no expression asks for types. Constants are written with `repr` and are of the types
that `rules_parse` lets through.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final, cast

from headwater.base.rules import EVERYONE, All, Any_, Member, Not, Performed, Rule, Test, days_ms
from headwater.base.rules_facts import MARK_BITS, Facts
from headwater.base.rules_ops import CONTRARIES, date_ms, find, has

Judge = Callable[[Facts, int], list[int]]
"""(facts, now in ms) → the places of the rules that hold, in the order in which they were given."""

Meters = Callable[[Performed], Hashable]
"""Under which key of `Facts.meters` the times of an event rule stand; an int or a text."""


def _date_or_nan(value: Any) -> float:
    moment_ms = date_ms(value)
    return math.nan if moment_ms is None else moment_ms


_COMPARED: Final[Mapping[str, str]] = {
    "greaterThan": ">",
    "greaterOrEqual": ">=",
    "lessThan": "<",
    "lessOrEqual": "<=",
    "before": "<",
    "after": ">",
}
_NAMES: Final[Mapping[str, Any]] = {
    "NUMBERS": frozenset((int, float)),
    "NAN": math.nan,
    "NONE": (),
    "find": find,
    "has": has,
    "date": _date_or_nan,
    "str": str,
    "list": list,
}


def by_meter(rule: Performed) -> Hashable:
    """The meter's own text as the key."""
    return rule.meter


def compiled(rules: Sequence[Rule], meter_key: Meters = by_meter) -> Judge:
    """Rules that name segments are judged by the segments of the facts, not by each other."""
    source = _Source(meter_key)
    text = source.text(rules)
    names = {**_NAMES, **source.constants}
    exec(compile(text, "<rules>", "exec"), names)  # noqa: S102 - the text is made here, of checked rules alone
    return cast(Judge, names["judge"])


class _Values:
    """The local names for the readings of one value: `t` as it is, `n` number, `x` text or None, `s` text or '',
    `c` text or list, `d` date."""

    _READINGS: Final[Mapping[str, str]] = {
        "n": "{t} if {t}.__class__ in NUMBERS else NAN",
        "x": "{t} if {t}.__class__ is str else None",
        "s": "{t} if {t}.__class__ is str else ''",
        "c": "{t} if {t}.__class__ is str or {t}.__class__ is list else NONE",
        "d": "date({t})",
    }

    def __init__(self, number: int) -> None:
        self._number = number
        self.read: dict[str, str] = {}

    def name(self, reading: str) -> str:
        local = f"{reading}{self._number}"
        if reading in self._READINGS:
            self.read[local] = self._READINGS[reading].format(t=f"t{self._number}")
        return local


class _Source:
    def __init__(self, meter_key: Meters) -> None:
        self._meter_key = meter_key
        self._traits: dict[str, _Values] = {}
        self._times: dict[Hashable, str] = {}
        self._starts: dict[int, str] = {}
        self._several: dict[str, str] = {}
        self._functions: list[str] = []
        self.constants: dict[str, Any] = {}

    def text(self, rules: Sequence[Rule]) -> str:
        lines = [f"if {self._rule(rule)}: add({place})" for place, rule in enumerate(rules)]
        body = ["T = facts.traits; M = facts.meters; S = facts.segments", "held = []; add = held.append"]
        body += [f"{local} = now - {span_ms}" for span_ms, local in self._starts.items()]
        body += [f"{local} = M.get({key!r}, NONE)" for key, local in self._times.items()]
        body += [f"{local} = {values}" for values, local in self._several.items()]
        for name, values in self._traits.items():
            body += _reading(values, _found("T", name))
        body += [*lines, "return held"]
        return "\n".join([*self._functions, "def judge(facts, now):", *(f"    {line}" for line in body)])

    def _rule(self, rule: Rule) -> str:
        match rule:
            case All(rules):
                return "(" + (" and ".join(map(self._rule, rules)) or "True") + ")"
            case Any_(rules):
                return "(" + " or ".join(map(self._rule, rules)) + ")"
            case Not(inner):
                return f"(not {self._rule(inner)})"
            case Member(segment):
                return "True" if segment == EVERYONE else f"({segment!r} in S)"
            case Performed():
                return self._performed(rule)
            case Test():
                return self._test(rule)

    def _test(self, test: Test) -> str:
        op = CONTRARIES.get(test.op, test.op)
        if test.scope in ("trait", "property"):
            values = self._traits.setdefault(test.name, _Values(len(self._traits)))
            met = self._met(values, op, test.value)
        else:
            met = self._one_of_several(test, op)
        return f"({met})" if op == test.op else f"(not ({met}))"

    def _one_of_several(self, test: Test, op: str) -> str:
        """A call of a function of its own that looks through the values."""
        name = f"any{len(self._functions)}"
        values = _Values(0)
        met = self._met(values, op, test.value)
        start = self._start(days_ms(test.value)) if op in ("withinLastDays", "moreThanDaysAgo") else "now"
        lines = [f"def {name}(values, now, {start if start != 'now' else '_'}):", "    for t0 in values:"]
        lines += [f"        {local} = {reading}" for local, reading in values.read.items()]
        lines += [f"        if {met}: return True", "    return False"]
        self._functions.append("\n".join(lines))
        found = f"[{_found('each', test.name)} for each in facts.groups]"
        several = found if test.scope == "groupTrait" else f"facts.person.get({test.name!r}, NONE)"
        local = self._several.setdefault(several, f"v{len(self._several)}")
        return f"{name}({local}, now, {start})"

    def _met(self, values: _Values, op: str, wanted: Any) -> str:
        name = values.name
        if op in ("greaterThan", "greaterOrEqual", "lessThan", "lessOrEqual"):
            return f"{name('n')} {_COMPARED[op]} {wanted!r}"
        if op in ("before", "after"):
            return f"{name('d')} {_COMPARED[op]} {date_ms(wanted)!r}"
        match op:
            case "equals":
                return _equal(values, wanted)
            case "isOneOf":
                return self._among(values, wanted)
            case "contains":
                return f"{wanted!r} in {name('c')}" if isinstance(wanted, str) else f"has({name('t')}, {wanted!r})"
            case "startsWith" | "endsWith":
                return f"{name('s')}.{op.lower()}({wanted!r})"
            case "exists":
                return f"{name('t')} is not None"
            case "isTrue" | "isFalse":
                return f"{name('t')} is {op == 'isTrue'}"
            case "between":
                low, high = wanted
                dates = isinstance(low, str)
                return (
                    f"{date_ms(low)} <= {name('d')} <= {date_ms(high)}"
                    if dates
                    else f"{low!r} <= {name('n')} <= {high!r}"
                )
            case "withinLastDays":
                return f"{self._start(days_ms(wanted))} <= {name('d')} <= now"
            case _:
                return f"{name('d')} < {self._start(days_ms(wanted))}"

    def _among(self, values: _Values, wanted: Sequence[Any]) -> str:
        texts = frozenset(each for each in wanted if isinstance(each, str))
        truths = [each for each in wanted if isinstance(each, bool)]
        numbers = frozenset(each for each in wanted if not isinstance(each, str | bool))
        parts = [f"{values.name('x')} in {self._constant(texts)}"] if texts else []
        parts += [f"{values.name('n')} in {self._constant(numbers)}"] if numbers else []
        parts += [f"{values.name('t')} is {each}" for each in truths]
        return " or ".join(parts)

    def _constant(self, value: frozenset[Any]) -> str:
        """Its name: long lists would make source that takes long to read."""
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def _performed(self, rule: Performed) -> str:
        key = self._meter_key(rule)
        times = self._times.setdefault(key, f"e{len(self._times)}")
        met = self._at_least(times, rule.at_least, rule.within_ms) if rule.at_least else "True"
        if rule.at_most is not None:
            met += f" and not ({self._at_least(times, rule.at_most + 1, rule.within_ms)})"
        return f"(not ({met}))" if rule.negated else f"({met})"

    def _at_least(self, times: str, count: int, within_ms: int | None) -> str:
        enough = f"len({times}) >= {count}"
        if within_ms is None:
            return enough
        return f"{enough} and {times}[{count - 1}] >> {MARK_BITS} >= {self._start(within_ms)}"

    def _start(self, span_ms: int) -> str:
        return self._starts.setdefault(span_ms, f"w{len(self._starts)}")


def _reading(values: _Values, found: str) -> list[str]:
    return [f"{values.name('t')} = {found}", *(f"{local} = {reading}" for local, reading in values.read.items())]


def _found(among: str, name: str) -> str:
    return f"find({among}, {name!r})" if "." in name else f"{among}.get({name!r})"


def _equal(values: _Values, wanted: Any) -> str:
    if isinstance(wanted, bool):
        return f"{values.name('t')} is {wanted}"
    return f"{values.name('t' if isinstance(wanted, str) else 'n')} == {wanted!r}"

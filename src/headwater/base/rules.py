"""Rules: which people a segment holds, as a tree of conditions.

    Rule      All | Any | Not | Test | Performed | Member
    All, Any  every one, at least one of the rules within
    Not       the rule within does not hold
    Test      a value of the person meets an operator: a trait, a trait of a group, what is known of the person itself
    Performed how often an event was performed, of which properties, in which time
    Member    the person is in another segment

One policy for what is missing: a value that is absent, null or of another type than the operator compares meets no
operator; and each operator that begins with `not` or `isNot` is the exact contrary of the one without. So
`notEquals` holds of who has no such trait, and `equals` does not. Where there are several values (a person in several
groups), an operator holds when one of them meets it, and its contrary when none does.

Nothing is coerced: the text "5" is not the number 5, 1 is not true. Texts are compared in Unicode's form NFC, and by
case. `rules_parse` reads a tree, `rules_source` makes Python of it, `rules_explain` says why, `rules_time` says when
time alone can change the answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

EVERYONE: Final = "Everyone"
"""The segment that is built in; every person is in it."""

Scope = Literal["trait", "groupTrait", "person", "property"]
PERSON_DATES: Final = ("firstSeenAt", "lastSeenAt")
PERSON_FIELDS: Final = ("userId", "anonymousId", "groupId", *PERSON_DATES)
DAY_MS: Final = 86_400_000


class All(msgspec.Struct, frozen=True):
    rules: tuple[Rule, ...]


class Any_(msgspec.Struct, frozen=True):  # noqa: N801 - the name without the mark is typing's
    rules: tuple[Rule, ...]


class Not(msgspec.Struct, frozen=True):
    rule: Rule


class Test(msgspec.Struct, frozen=True):
    """`value` is what the operator takes (see `rules_ops`): None, a scalar, or a tuple."""

    scope: Scope
    name: str
    op: str
    value: Any = None

    __test__ = False  # no test of pytest's


class Performed(msgspec.Struct, frozen=True):
    """The number of times lies from `at_least` to `at_most` (None: any number); `negated` is the contrary of that.

    `where` are tests of the event's properties that all hold. `within_days` None: ever.
    """

    event: str
    at_least: int = 1
    at_most: int | None = None
    within_days: float | None = None
    where: tuple[Test, ...] = ()
    negated: bool = False

    @property
    def meter(self) -> str:
        """What has to be counted for it, as a text that is the same for the same events."""
        return json.dumps([self.event, *map(canonical, self.where)], ensure_ascii=False, separators=(",", ":"))

    @property
    def depth(self) -> int:
        """How many of the newest times it needs."""
        return self.at_least if self.at_most is None else self.at_most + 1

    @property
    def within_ms(self) -> int | None:
        return None if self.within_days is None else days_ms(self.within_days)


class Member(msgspec.Struct, frozen=True):
    segment: str


Rule = All | Any_ | Not | Test | Performed | Member


class Looks(msgspec.Struct, frozen=True):
    """What a rule looks at. A trait in a nested object counts as the whole name and as its first part.

    `timed`: time alone can change the answer.
    """

    traits: frozenset[str]
    group_traits: frozenset[str]
    person: frozenset[str]
    meters: frozenset[str]
    segments: frozenset[str]
    timed: bool


def days_ms(days: float) -> int:
    return round(days * DAY_MS)


def nodes(rule: Rule) -> Iterator[Rule]:
    """The rule and all within, each before what is within it; tests of properties are not among them."""
    yield rule
    if isinstance(rule, All | Any_):
        for each in rule.rules:
            yield from nodes(each)
    elif isinstance(rule, Not):
        yield from nodes(rule.rule)


def canonical(rule: Rule) -> dict[str, Any]:
    """The rule as JSON, in one spelling for each rule: `parse(canonical(rule)) == rule`."""
    match rule:
        case All(rules):
            return {"all": [canonical(each) for each in rules]}
        case Any_(rules):
            return {"any": [canonical(each) for each in rules]}
        case Not(inner):
            return {"not": canonical(inner)}
        case Member(segment):
            return {"segment": segment}
        case Test():
            return _test(rule)
        case Performed():
            return _performed(rule)


def looks(rule: Rule) -> Looks:
    tests = [node for node in nodes(rule) if isinstance(node, Test)]
    events = [node for node in nodes(rule) if isinstance(node, Performed)]
    return Looks(
        traits=_names(tests, "trait"),
        group_traits=_names(tests, "groupTrait"),
        person=_names(tests, "person"),
        meters=frozenset(node.meter for node in events),
        segments=references(rule),
        timed=any(node.op in TIMED for node in tests) or any(node.within_days is not None for node in events),
    )


def references(rule: Rule) -> frozenset[str]:
    """The ids of the segments that it names, without `Everyone`."""
    return frozenset(node.segment for node in nodes(rule) if isinstance(node, Member)) - {EVERYONE}


TIMED: Final = frozenset({"withinLastDays", "moreThanDaysAgo"})
"""Operators whose answer time alone can change."""


def _names(tests: list[Test], scope: Scope) -> frozenset[str]:
    named = [test.name for test in tests if test.scope == scope]
    return frozenset(named) | {name.split(".", 1)[0] for name in named}


def _test(test: Test) -> dict[str, Any]:
    told: dict[str, Any] = {test.scope: test.name, "op": test.op}
    if test.value is not None:
        told["value"] = list(test.value) if isinstance(test.value, tuple) else test.value
    return told


def _performed(rule: Performed) -> dict[str, Any]:
    told: dict[str, Any] = {"event": rule.event, "op": "notPerformed" if rule.negated else "performed"}
    if rule.at_most is None:
        count = {"atLeast": rule.at_least}
    elif rule.at_least == rule.at_most:
        count = {"exactly": rule.at_least}
    elif rule.at_least == 0:
        count = {"atMost": rule.at_most}
    else:
        count = {"atLeast": rule.at_least, "atMost": rule.at_most}
    if count != {"atLeast": 1}:
        told["count"] = count
    if rule.within_days is not None:
        told["withinDays"] = rule.within_days
    if rule.where:
        told["where"] = [_test(test) for test in rule.where]
    return told

"""Writes segments.json: cases of rules with facts and the answer, for every implementation of rules.

    .venv/bin/python -m tests.conformance.segments

Nothing here asks an implementation. Each table says of an operator and a value which found values meet it and which do
not; from a table come the operator's cases, the exact contrary's cases where there is one, and the same in other places
(group traits, properties of events). What is missing, null or of another type meets nothing, and all contraries hold.

A case: `name`, `rule`, `facts` (`traits`; `groups`, a list of objects with `id` and `traits`; `events`, each with
`event`, `at`, `properties`; `segments`, ids), `now`, `result`, and `browser`: it needs no events, segments or numbers
that a page cannot have.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("segments.json")
NOW = "2026-06-15T12:00:00.000Z"
CONTRARY = {
    "equals": "notEquals",
    "isOneOf": "isNotOneOf",
    "contains": "notContains",
    "startsWith": "notStartsWith",
    "endsWith": "notEndsWith",
    "exists": "notExists",
}
NOTHING = object()
Case = dict[str, Any]


class Table(NamedTuple):
    op: str
    value: Any
    meet: list[tuple[str, Any]]
    fail: list[tuple[str, Any]]
    browser: bool = True


OTHER_TYPES = [("an object", {"a": 1}), ("an empty list", [])]
NO_TEXT = [("a number", 5), ("true", True), *OTHER_TYPES]
NO_NUMBER = [("the number as text", "10"), ("true", True), ("a text", "ten"), ("an empty text", ""), *OTHER_TYPES]
NO_DATE = [
    ("a text that is no date", "yesterday"),
    ("an empty text", ""),
    ("true", True),
    ("a day that no month has", "2026-02-30"),
    ("seconds as text", "1767225600"),
    *OTHER_TYPES,
]
COMPOSED, DECOMPOSED = "Caf\u00e9", "Cafe\u0301"

TABLES = [
    Table(
        "equals",
        "pro",
        [("the same text", "pro")],
        [
            ("another text", "free"),
            ("another case", "Pro"),
            ("a space behind", "pro "),
            ("an empty text", ""),
            ("a list that holds it", ["pro"]),
            *NO_TEXT,
        ],
    ),
    Table(
        "equals",
        COMPOSED,
        [("the same, composed", COMPOSED), ("the same, decomposed", DECOMPOSED)],
        [("another case", "CAF\u00c9"), ("without the accent", "Cafe"), ("wide letters", "\uff23af\u00e9")],
    ),
    Table(
        "equals",
        "stra\u00dfe",
        [("the same", "stra\u00dfe")],
        [("what folding makes of it", "strasse"), ("capitals", "STRASSE")],
    ),
    Table("equals", "", [("an empty text", "")], [("a space", " "), ("zero", 0), ("false", False)]),
    Table(
        "equals",
        5,
        [("the same number", 5), ("the same with a point", 5.0)],
        [("another", 6), ("a fraction more", 5.5), ("its text", "5"), ("true", True), ("a list that holds it", [5])],
    ),
    Table("equals", 0.5, [("the same", 0.5)], [("its text", "0.5"), ("half of it", 0.25)]),
    Table("equals", 1, [("the same", 1)], [("true is no number", True)]),
    Table("equals", 0, [("the same", 0), ("minus zero", -0.0)], [("false is no number", False), ("an empty text", "")]),
    Table("equals", True, [("true", True)], [("false", False), ("one", 1), ("the text", "true")]),
    Table("equals", False, [("false", False)], [("true", True), ("zero", 0), ("an empty text", "")]),
    Table(
        "equals",
        9007199254740993,
        [("the same", 9007199254740993)],
        [("its neighbour, the same as a double", 9007199254740992)],
        browser=False,
    ),
    Table(
        "isOneOf",
        ["admin", "owner", "J\u00fcrgen"],
        [("the first", "admin"), ("the second", "owner"), ("one, decomposed", "Ju\u0308rgen")],
        [
            ("none of them", "viewer"),
            ("another case", "Admin"),
            ("a part of one", "adm"),
            ("an empty text", ""),
            ("a list of one of them", ["admin"]),
            *NO_TEXT,
        ],
    ),
    Table(
        "isOneOf",
        [1, 2.5, "3", True],
        [("a number", 1), ("a number with a point", 1.0), ("a fraction", 2.5), ("a text", "3"), ("true", True)],
        [("a number whose text is there", 3), ("a text whose number is there", "1"), ("false", False), ("two", 2)],
    ),
    Table("isOneOf", [1, 0], [("one", 1), ("zero", 0)], [("true is no number", True), ("false is no number", False)]),
    Table("isOneOf", [False], [("false", False)], [("zero", 0), ("an empty text", "")]),
    Table("isOneOf", ["", "x"], [("an empty text", "")], [("a number", 0), *OTHER_TYPES]),
    Table(
        "contains",
        "ad",
        [
            ("a text that begins with it", "admin"),
            ("a text with it inside", "reader"),
            ("the same text", "ad"),
            ("a list with it as an item", ["x", "ad"]),
        ],
        [
            ("a text without it", "owner"),
            ("another case", "ADMIN"),
            ("an empty text", ""),
            ("a list whose items have it as a part", ["admin"]),
            ("an object with such a key", {"ad": 1}),
            ("a number", 5),
            ("true", True),
        ],
    ),
    Table(
        "contains",
        "\u00e9",
        [("composed", COMPOSED), ("decomposed", DECOMPOSED), ("a list, decomposed", ["e\u0301"])],
        [("another case", "CAF\u00c9"), ("without the accent", "cafe")],
    ),
    Table("contains", "\U0001f600", [("an emoji", "hi \U0001f600!")], [("another emoji", "hi \U0001f601!")]),
    Table(
        "contains",
        5,
        [("a list with it", [1, 5]), ("a list with it and a point", [5.0])],
        [("a list with its text", ["5"]), ("a text with the digit", "15"), ("the number itself", 5), ("none", [1])],
    ),
    Table("contains", True, [("a list with true", [True])], [("a list with one", [1]), ("true itself", True)]),
    Table(
        "startsWith",
        "ad",
        [("a text that does", "admin"), ("the same text", "ad")],
        [
            ("a text with it inside", "reader"),
            ("another case", "Admin"),
            ("an empty text", ""),
            ("a shorter text", "a"),
            ("a list of such texts", ["admin"]),
            *NO_TEXT,
        ],
    ),
    Table(
        "startsWith",
        "\u00c9c",
        [("composed", "\u00c9cole"), ("decomposed", "E\u0301cole")],
        [("another case", "\u00e9cole"), ("without the accent", "Ecole")],
    ),
    Table(
        "endsWith",
        "@acme.com",
        [("a text that does", "ann@acme.com"), ("the same text", "@acme.com")],
        [
            ("a text with it inside", "ann@acme.com.au"),
            ("another case", "ann@ACME.com"),
            ("an empty text", ""),
            ("a list of such texts", ["ann@acme.com"]),
            *NO_TEXT,
        ],
    ),
    Table(
        "endsWith",
        "f\u00e9",
        [("composed", COMPOSED), ("decomposed", DECOMPOSED)],
        [("another case", "CAF\u00c9"), ("without the accent", "cafe")],
    ),
    Table(
        "greaterThan",
        10,
        [("more", 11), ("a little more", 10.001), ("far more", 1e15)],
        [("as much", 10), ("less", 9), ("less than nothing", -11), *NO_NUMBER],
    ),
    Table("greaterThan", -0.5, [("zero", 0)], [("as much", -0.5), ("less", -1), ("false", False), ("null text", "")]),
    Table(
        "greaterOrEqual",
        10,
        [("more", 11), ("as much", 10), ("as much with a point", 10.0)],
        [("a little less", 9.999), *NO_NUMBER],
    ),
    Table("lessThan", 10, [("less", 9), ("below zero", -1)], [("as much", 10), ("more", 11), *NO_NUMBER]),
    Table("lessOrEqual", 10, [("less", 9), ("as much", 10)], [("a little more", 10.001), *NO_NUMBER]),
    Table(
        "between",
        [10, 20],
        [("the low end", 10), ("the high end", 20), ("inside", 15.5)],
        [("below", 9.99), ("above", 20.01), ("a text inside", "15"), *NO_NUMBER],
    ),
    Table("between", [5, 5], [("the one value", 5)], [("another", 6)]),
    Table(
        "between",
        ["2026-01-01", "2026-01-31T23:59:59Z"],
        [
            ("the first moment", "2026-01-01T00:00:00Z"),
            ("the last moment", "2026-01-31T23:59:59Z"),
            ("a date inside", "2026-01-15"),
            ("seconds inside", 1767225600),
            ("milliseconds inside", 1767225600000),
            ("a moment inside by its offset", "2026-02-01T00:30:00+01:00"),
        ],
        [
            ("a second before", "2025-12-31T23:59:59Z"),
            ("a second after", "2026-02-01T00:00:00Z"),
            *NO_DATE,
        ],
    ),
    Table(
        "exists",
        NOTHING,
        [
            ("a text", "x"),
            ("an empty text", ""),
            ("zero", 0),
            ("false", False),
            ("an empty list", []),
            ("an empty object", {}),
        ],
        [],
    ),
    Table("isTrue", NOTHING, [("true", True)], [("false", False), ("one", 1), ("the text", "true"), *OTHER_TYPES]),
    Table("isFalse", NOTHING, [("false", False)], [("true", True), ("zero", 0), ("the text", "false"), *OTHER_TYPES]),
    Table(
        "before",
        "2026-01-01",
        [
            ("a second before", "2025-12-31T23:59:59Z"),
            ("a millisecond before", "2025-12-31T23:59:59.999Z"),
            ("a date before", "2025-12-31"),
            ("seconds before", 1767225599),
            ("milliseconds before", 1767225599999),
            ("before by its offset", "2026-01-01T00:30:00+01:00"),
        ],
        [
            ("the moment itself", "2026-01-01T00:00:00Z"),
            ("the date itself", "2026-01-01"),
            ("a second after", "2026-01-01T00:00:01Z"),
            ("after by its offset", "2025-12-31T23:30:00-01:00"),
            *NO_DATE,
        ],
    ),
    Table(
        "after",
        "2026-01-01T00:00:00Z",
        [
            ("a second after", "2026-01-01T00:00:01Z"),
            ("a millisecond after", "2026-01-01T00:00:00.001Z"),
            ("a date after", "2026-01-02"),
            ("seconds after", 1767225601),
            ("after, without a zone", "2026-01-01T00:00:01"),
        ],
        [
            ("the moment itself", "2026-01-01T00:00:00Z"),
            ("seconds of the moment", 1767225600),
            ("a second before", "2025-12-31T23:59:59Z"),
            *NO_DATE,
        ],
    ),
    Table("after", 1767225600, [("a second after", "2026-01-01T00:00:01Z")], [("the moment", "2026-01-01")]),
    Table(
        "withinLastDays",
        7,
        [
            ("this moment", NOW),
            ("a second ago", "2026-06-15T11:59:59Z"),
            ("just seven days ago", "2026-06-08T12:00:00Z"),
            ("a second less than seven days ago", "2026-06-08T12:00:01Z"),
            ("seconds, yesterday", 1781438400),
        ],
        [
            ("a second more than seven days ago", "2026-06-08T11:59:59Z"),
            ("a second from now", "2026-06-15T12:00:01Z"),
            ("next year", "2027-01-01"),
            *NO_DATE,
        ],
    ),
    Table(
        "withinLastDays",
        0.5,
        [("just half a day ago", "2026-06-15T00:00:00Z")],
        [("a second more than half a day ago", "2026-06-14T23:59:59Z")],
    ),
    Table(
        "moreThanDaysAgo",
        7,
        [
            ("a second more than seven days ago", "2026-06-08T11:59:59Z"),
            ("a millisecond more than seven days ago", "2026-06-08T11:59:59.999Z"),
            ("years ago", "2019-01-01"),
            ("seconds, long ago", 1000000000),
        ],
        [
            ("just seven days ago", "2026-06-08T12:00:00Z"),
            ("a second less than seven days ago", "2026-06-08T12:00:01Z"),
            ("a second from now", "2026-06-15T12:00:01Z"),
            *NO_DATE,
        ],
    ),
]


def condition(key: str, name: str, op: str, value: Any) -> dict[str, Any]:
    told = {key: name, "op": op}
    return told if value is NOTHING else told | {"value": value}


def case(name: str, rule: Any, result: bool, *, browser: bool, now: str = NOW, **facts: Any) -> Case:
    whole = {"traits": {}, "groups": [], "events": [], "segments": []} | facts
    return {"name": name, "rule": rule, "facts": whole, "now": now, "result": result, "browser": browser}


def of_traits(table: Table) -> Iterator[Case]:
    absent = [("missing", {}), ("null", {"it": None}), ("another spelling of the name", {"It": "x"})]
    found = [(why, {"it": value}, True) for why, value in table.meet]
    found += [(why, {"it": value}, False) for why, value in table.fail]
    found += [(why, traits, False) for why, traits in absent]
    shown = "" if table.value is NOTHING else f" {json.dumps(table.value, ensure_ascii=False)}"
    for op, contrary in [(table.op, False), (CONTRARY.get(table.op), True)]:
        if op is None:
            continue
        for why, traits, met in found:
            rule = condition("trait", "it", op, table.value)
            yield case(f"{op}{shown}: {why}", rule, met is not contrary, browser=table.browser, traits=traits)


def of_groups(table: Table) -> Iterator[Case]:
    """The first value that meets and the first that does not, in no group, one group, and two."""
    good = table.meet[0][1]
    bad = table.fail[0][1] if table.fail else None
    groups = [
        ("no group", [], False),
        ("a group that meets it", [good], True),
        ("a group that does not", [bad], False),
        ("the second of two groups", [bad, good], True),
        ("neither of two groups", [bad, bad], False),
    ]
    for op, contrary in [(table.op, False), (CONTRARY.get(table.op), True)]:
        if op is None:
            continue
        for why, values, met in groups:
            rule = condition("groupTrait", "it", op, table.value)
            facts = [{"id": f"g{place}", "traits": {"it": value}} for place, value in enumerate(values)]
            yield case(f"group trait {op}: {why}", rule, met is not contrary, browser=table.browser, groups=facts)


def of_properties(table: Table) -> Iterator[Case]:
    if table.op in ("withinLastDays", "moreThanDaysAgo"):
        return
    found = [(why, {"it": value}, True) for why, value in table.meet[:1]]
    found += [(why, {"it": value}, False) for why, value in table.fail[:1]] + [("missing", {}, False)]
    for op, contrary in [(table.op, False), (CONTRARY.get(table.op), True)]:
        if op is None:
            continue
        for why, properties, met in found:
            rule = {"event": "Ordered", "op": "performed", "where": [condition("property", "it", op, table.value)]}
            events = [{"event": "Ordered", "at": "2026-06-15T11:00:00Z", "properties": properties}]
            yield case(f"property {op}: {why}", rule, met is not contrary, browser=False, events=events)


def ordered(*times: str, event: str = "Ordered", **properties: Any) -> list[dict[str, Any]]:
    return [{"event": event, "at": at, "properties": properties} for at in times]


def of_events() -> Iterator[Case]:
    week = {"event": "Ordered", "op": "performed", "withinDays": 7}
    windows = [
        ("just at the window's begin", "2026-06-08T12:00:00Z", True),
        ("a second within the window", "2026-06-08T12:00:01Z", True),
        ("a second before the window", "2026-06-08T11:59:59Z", False),
        ("a millisecond before the window", "2026-06-08T11:59:59.999Z", False),
        ("at this moment", NOW, True),
        ("a second from now, by a clock that goes ahead", "2026-06-15T12:00:01Z", True),
    ]
    for why, at, met in windows:
        yield case(f"performed within 7 days: {why}", week, met, browser=False, events=ordered(at))
        contrary = week | {"op": "notPerformed"}
        yield case(f"not performed within 7 days: {why}", contrary, not met, browser=False, events=ordered(at))
    halves = [("a second within", "2026-06-15T11:28:49Z", True), ("a second before", "2026-06-15T11:28:47Z", False)]
    for why, at, met in halves:
        rule = {"event": "Ordered", "op": "performed", "withinDays": 0.02166}  # 1,871.424 s
        yield case(f"performed within a part of a day: {why}", rule, met, browser=False, events=ordered(at))
    yield from of_counts()
    yield from of_event_names()


def of_counts() -> Iterator[Case]:
    old, older, new = "2026-06-01T00:00:00Z", "2020-01-01T00:00:00Z", "2026-06-14T00:00:00Z"
    times = {0: [], 1: [new], 2: [new, older], 3: [new, old, older]}
    counts: list[tuple[dict[str, int] | None, set[int]]] = [
        (None, {1, 2, 3}),
        ({"atLeast": 1}, {1, 2, 3}),
        ({"atLeast": 2}, {2, 3}),
        ({"atLeast": 3}, {3}),
        ({"atMost": 0}, {0}),
        ({"atMost": 1}, {0, 1}),
        ({"atMost": 2}, {0, 1, 2}),
        ({"exactly": 0}, {0}),
        ({"exactly": 1}, {1}),
        ({"exactly": 2}, {2}),
        ({"atLeast": 1, "atMost": 2}, {1, 2}),
    ]
    for count, good in counts:
        for number, at in times.items():
            rule: dict[str, Any] = {"event": "Ordered", "op": "performed"} | ({"count": count} if count else {})
            said = f"{json.dumps(count)} of {number}"
            yield case(f"performed {said}", rule, number in good, browser=False, events=ordered(*at))
            contrary = rule | {"op": "notPerformed"}
            yield case(f"not performed {said}", contrary, number not in good, browser=False, events=ordered(*at))
    windowed: list[tuple[dict[str, int], set[int]]] = [
        ({"atLeast": 2}, {2}),
        ({"atMost": 1}, {0, 1}),
        ({"exactly": 1}, {1}),
        ({"exactly": 0}, {0}),
    ]
    inside = {0: [old], 1: ["2026-06-08T12:00:00Z", old], 2: ["2026-06-15T12:00:00Z", "2026-06-08T12:00:00Z", old]}
    for count, good in windowed:
        for number, at in inside.items():
            rule = {"event": "Ordered", "op": "performed", "count": count, "withinDays": 7}
            said = f"{json.dumps(count)} within 7 days, {number} of {len(at)} inside"
            yield case(f"performed {said}", rule, number in good, browser=False, events=ordered(*at))
    twins = ordered(new, new)
    rule = {"event": "Ordered", "op": "performed", "count": {"atLeast": 2}}
    yield case("two events of one moment are two", rule, True, browser=False, events=twins)


def of_event_names() -> Iterator[Case]:
    at = "2026-06-15T11:00:00Z"
    names = [
        ("the same", "Caf\u00e9 Visited", True),
        ("decomposed", "Cafe\u0301 Visited", True),
        ("another case", "caf\u00e9 visited", False),
        ("a part", "Caf\u00e9", False),
        ("another", "Ordered", False),
    ]
    for why, name, met in names:
        rule = {"event": "Caf\u00e9 Visited", "op": "performed"}
        yield case(f"event name: {why}", rule, met, browser=False, events=ordered(at, event=name))
    wheres: list[tuple[str, list[Any], dict[str, Any], bool]] = [
        ("both hold", [("total", "greaterThan", 10), ("plan", "equals", "pro")], {"total": 11, "plan": "pro"}, True),
        ("one fails", [("total", "greaterThan", 10), ("plan", "equals", "pro")], {"total": 11, "plan": "x"}, False),
        ("nested", [("cart.total", "greaterThan", 10)], {"cart": {"total": 11}}, True),
        ("nested, missing", [("cart.total", "greaterThan", 10)], {"cart": {}}, False),
        ("nested in no object", [("cart.total", "notEquals", 10)], {"cart": 10}, True),
        ("none", [], {}, True),
    ]
    for why, tests, properties, met in wheres:
        where = [condition("property", *test) for test in tests]
        rule = {"event": "Ordered", "op": "performed", "where": where}
        yield case(f"where: {why}", rule, met, browser=False, events=ordered(at, **properties))
    rule = {
        "event": "Ordered",
        "op": "performed",
        "count": {"atLeast": 2},
        "where": [condition("property", "total", "greaterOrEqual", 10)],
    }
    mixed = ordered(at, total=10) + ordered(at, total=9) + ordered(at, total=12, event="Returned")
    yield case("only events that meet where are counted", rule, False, browser=False, events=mixed)
    more = mixed + ordered("2026-06-15T11:30:00Z", total=10)
    yield case("events that meet where are counted together", rule, True, browser=False, events=more)


def of_nesting() -> Iterator[Case]:
    yes, no = condition("trait", "yes", "isTrue", NOTHING), condition("trait", "no", "isTrue", NOTHING)
    missing = condition("trait", "gone", "equals", "x")
    traits = {"yes": True, "no": False, "company": {"plan": "pro", "seats": {"used": 3}}, "a.b": 1, "a": {"b": 2}}
    trees: list[tuple[str, Any, bool]] = [
        ("all of one", {"all": [yes]}, True),
        ("all, both", {"all": [yes, yes]}, True),
        ("all, one fails", {"all": [yes, no]}, False),
        ("any, one holds", {"any": [no, yes]}, True),
        ("any, none holds", {"any": [no, no]}, False),
        ("any of one", {"any": [no]}, False),
        ("not of what holds", {"not": yes}, False),
        ("not of what fails", {"not": no}, True),
        ("not of what is missing", {"not": missing}, True),
        ("not not", {"not": {"not": yes}}, True),
        ("not all", {"not": {"all": [yes, no]}}, True),
        ("not any", {"not": {"any": [yes, no]}}, False),
        ("all within any", {"any": [{"all": [yes, no]}, {"all": [yes, {"not": no}]}]}, True),
        ("any within all", {"all": [{"any": [no, yes]}, {"any": [no, missing]}]}, False),
        ("and binds no tighter than its list", {"all": [{"any": [yes, no]}, no]}, False),
        ("ten deep", _deep(yes, 9), False),
        ("nine deep", _deep(yes, 8), True),
    ]
    for why, rule, result in trees:
        yield case(f"nesting: {why}", rule, result, browser=True, traits=traits)
    names: list[tuple[str, str, str, Any, bool]] = [
        ("a key within an object", "company.plan", "equals", "pro", True),
        ("a key within, another value", "company.plan", "equals", "free", False),
        ("two down", "company.seats.used", "greaterThan", 2, True),
        ("nothing there", "company.name", "exists", NOTHING, False),
        ("below a text", "company.plan.x", "exists", NOTHING, False),
        ("below a text, contrary", "company.plan.x", "notEquals", 1, True),
        ("the object itself", "company", "exists", NOTHING, True),
        ("a key with a dot goes first", "a.b", "equals", 1, True),
        ("the path is hidden by it", "a.b", "equals", 2, False),
        ("no place in lists", "list.0", "exists", NOTHING, False),
        ("a name of Python's", "__class__", "exists", NOTHING, False),
        ("a name with quotes", 'it\'s "so"\\', "equals", "o'clock\n", True),
    ]
    more = traits | {"list": [1], 'it\'s "so"\\': "o'clock\n"}
    for why, name, op, value, result in names:
        yield case(f"names: {why}", condition("trait", name, op, value), result, browser=True, traits=more)


def _deep(rule: Any, times: int) -> Any:
    for _ in range(times):
        rule = {"not": rule}
    return rule


def of_segments() -> Iterator[Case]:
    others: list[tuple[str, Any, list[str], bool]] = [
        ("in it", {"segment": "abcdefghij"}, ["abcdefghij"], True),
        ("not in it", {"segment": "abcdefghij"}, ["other67890"], False),
        ("in none", {"segment": "abcdefghij"}, [], False),
        ("Everyone", {"segment": "Everyone"}, [], True),
        ("not Everyone", {"not": {"segment": "Everyone"}}, [], False),
        ("not in it, contrary", {"not": {"segment": "abcdefghij"}}, [], True),
        ("two of them", {"all": [{"segment": "a"}, {"segment": "b"}]}, ["b", "a"], True),
        ("one of two", {"any": [{"segment": "a"}, {"segment": "b"}]}, ["b"], True),
    ]
    for why, rule, segments, result in others:
        yield case(f"segment: {why}", rule, result, browser=False, segments=segments)
    mixed = {
        "all": [
            condition("trait", "plan", "equals", "pro"),
            {"any": [condition("groupTrait", "employees", "greaterThan", 100), {"segment": "a"}]},
            {"event": "Ordered", "op": "notPerformed", "withinDays": 30},
        ]
    }
    big = [{"id": "g", "traits": {"employees": 329}}]
    pro = {"plan": "pro"}
    yield case("all kinds: all hold", mixed, True, browser=False, traits=pro, groups=big)
    yield case("all kinds: by the segment", mixed, True, browser=False, traits=pro, segments=["a"])
    yield case("all kinds: in no group", mixed, False, browser=False, traits=pro)
    recent = ordered("2026-06-01T00:00:00Z")
    yield case("all kinds: ordered", mixed, False, browser=False, traits=pro, groups=big, events=recent)


def cases() -> list[Case]:
    made: list[Case] = []
    for table in TABLES:
        made += [*of_traits(table), *of_groups(table), *of_properties(table)]
    made += [*of_events(), *of_nesting(), *of_segments()]
    return _named_apart(made)


def _named_apart(made: list[Case]) -> list[Case]:
    """Each with a name of its own."""
    seen: dict[str, int] = {}
    for each in made:
        seen[each["name"]] = number = seen.get(each["name"], 0) + 1
        each["name"] += f" ({number})" if number > 1 else ""
    return made


def text() -> str:
    lines = ",\n".join(json.dumps(each, ensure_ascii=True) for each in cases())
    return f"[\n{lines}\n]\n"


if __name__ == "__main__":
    FILE.write_text(text())

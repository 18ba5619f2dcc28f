"""Rules are read with errors that point at the node, written back in one spelling, and say what they look at."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.base.errors import InvalidInput
from headwater.base.rules import canonical, looks, references
from headwater.base.rules_explain import explain
from headwater.base.rules_facts import Facts, newest, time_of, timed
from headwater.base.rules_parse import MAX_DEPTH, MAX_NODES, NOT_COUNTED, RuleError, parse
from headwater.base.rules_source import compiled
from headwater.base.rules_time import next_change, timed_parts

PLAN = {"trait": "plan", "op": "equals", "value": "pro"}
DAY = 86_400_000


def deep(times: int) -> Any:
    rule: Any = PLAN
    for _ in range(times):
        rule = {"not": rule}
    return rule


WRONG: list[tuple[Any, str, str, str | None]] = [
    (None, "", "an object is expected", None),
    ([PLAN], "", "an object is expected", None),
    ({}, "", "the condition is empty", None),
    ({"op": "equals", "value": 1}, "", "does not say what it looks at", None),
    ({"trate": "plan", "op": "equals", "value": "pro"}, "/trate", 'the nearest is "trait"', "trait"),
    ({"traits": "plan"}, "/traits", 'the nearest is "trait"', "trait"),
    ({"ALL": [PLAN]}, "/ALL", 'the nearest is "all"', "all"),
    ({"a/b~c": 1}, "/a~1b~0c", "no kind of condition", None),
    ({"all": [PLAN], "any": [PLAN]}, "", "this one has all, any", None),
    ({"trait": "plan", "segment": "x"}, "", "this one has trait, segment", None),
    ({"all": []}, "/all", "at least one condition", None),
    ({"any": PLAN}, "/any", "a list", None),
    (
        {"all": [PLAN, {"any": [PLAN, {"not": {"trait": "x", "op": "equal", "value": 1}}]}]},
        "/all/1/any/1/not/op",
        "",
        "equals",
    ),
    (PLAN | {"op": "Equals"}, "/op", 'the nearest is "equals"', "equals"),
    (PLAN | {"op": 5}, "/op", "a text; there is 5", None),
    ({"trait": "plan"}, "", 'has no "op"', None),
    (PLAN | {"vlaue": 1}, "/vlaue", 'the nearest is "value"', "value"),
    (PLAN | {"withinDays": 1}, "/withinDays", "no key of this condition", None),
    (PLAN | {"trait": ""}, "/trait", "a text that is not empty", None),
    (PLAN | {"trait": "x" * 1_001}, "/trait", "1,001 characters; at most 1,000", None),
    (PLAN | {"trait": "\ud800"}, "/trait", "lone surrogate", None),
    ({"trait": "plan", "op": "equals"}, "/value", "needs a value", None),
    (PLAN | {"value": None}, "/value", 'use "notExists"', None),
    (PLAN | {"value": ["pro"]}, "/value", "a text, a number, true or false", None),
    (PLAN | {"value": "x" * 1_001}, "/value", "1,001 characters", None),
    (PLAN | {"op": "exists"}, "/value", '"exists" takes no value, and there is "pro"', None),
    (PLAN | {"op": "isOneOf"}, "/value", "a list of at least one", None),
    (PLAN | {"op": "isOneOf", "value": []}, "/value", "a list of at least one", None),
    (PLAN | {"op": "isOneOf", "value": ["a", None]}, "/value/1", "at least one text, number", None),
    (PLAN | {"op": "isOneOf", "value": list(range(1_001))}, "/value", "1,001 values; at most 1,000", None),
    (PLAN | {"op": "startsWith", "value": ""}, "/value", "a text that is not empty", None),
    (PLAN | {"op": "contains", "value": ""}, "/value", "a text that is not empty", None),
    (PLAN | {"op": "greaterThan"}, "/value", '"greaterThan" takes a number, and there is "pro"', None),
    (PLAN | {"op": "greaterThan", "value": True}, "/value", "takes a number, and there is true", None),
    (PLAN | {"op": "greaterThan", "value": float("nan")}, "/value", "too large", None),
    (PLAN | {"op": "greaterThan", "value": 10**400}, "/value", "too large", None),
    (PLAN | {"op": "between", "value": [1]}, "/value", "[low, high]", None),
    (PLAN | {"op": "between", "value": [2, 1]}, "/value", "Nothing lies between", None),
    (PLAN | {"op": "between", "value": ["2026-01-02", "2026-01-01"]}, "/value", "Nothing lies between", None),
    (PLAN | {"op": "between", "value": [1, "2"]}, "/value/1", "[low, high]", None),
    (PLAN | {"op": "between", "value": ["2026-01-01", 5]}, "/value", "two numbers or two dates", None),
    (PLAN | {"op": "before", "value": "soon"}, "/value", "a date in ISO 8601", None),
    (PLAN | {"op": "withinLastDays", "value": 0}, "/value", "a number of days from 0.00001 to 36,500", None),
    (PLAN | {"op": "withinLastDays", "value": 36_501}, "/value", "a number of days", None),
    ({"person": "userid", "op": "exists"}, "/person", 'the nearest is "userId"', "userId"),
    ({"event": ""}, "/event", "the name of an event", None),
    ({"event": "E", "op": "preformed"}, "/op", 'the nearest is "performed"', "performed"),
    ({"event": "E", "count": 2}, "/count", "an object", None),
    ({"event": "E", "count": {}}, "/count", "either", None),
    ({"event": "E", "count": {"atleast": 2}}, "/count/atleast", 'the nearest is "atLeast"', "atLeast"),
    ({"event": "E", "count": {"atLeast": 0}}, "/count/atLeast", "from 1 to 1,000", None),
    ({"event": "E", "count": {"atLeast": 1.5}}, "/count/atLeast", "a whole number", None),
    ({"event": "E", "count": {"atLeast": True}}, "/count/atLeast", "a whole number", None),
    ({"event": "E", "count": {"atMost": 1_001}}, "/count/atMost", "from 0 to 1,000", None),
    ({"event": "E", "count": {"exactly": 1, "atMost": 1}}, "/count", "either", None),
    ({"event": "E", "count": {"atLeast": 3, "atMost": 2}}, "/count", "no count is both", None),
    ({"event": "E", "withinDays": "7"}, "/withinDays", '"withinDays" takes a number of days', None),
    ({"event": "E", "where": {}}, "/where", "a list of conditions", None),
    ({"event": "E", "where": [PLAN]}, "/where/0/trait", "no key of this condition", "property"),
    ({"event": "E", "where": [{"op": "exists"}]}, "/where/0", 'needs the key "property"', None),
    (
        {"event": "E", "where": [{"property": "x", "op": "withinLastDays", "value": 1}]},
        "/where/0/op",
        "withinDays",
        None,
    ),
    (
        {"person": "lastSeenAt", "op": "equals", "value": "x"},
        "/op",
        '"equals" is not for lastSeenAt, which always is a date. Allowed: between, before, after, withinLastDays',
        None,
    ),
    ({"all": [{"person": "firstSeenAt", "op": "notExists"}]}, "/all/0/op", "is not for firstSeenAt", None),
    ({"person": "lastSeenAt", "op": "between", "value": [1, 5]}, "/value", "two dates in ISO 8601", None),
    ({"person": "lastSeenAt", "op": "befor", "value": "2026-01-01"}, "/op", "the nearest is", "before"),
    ({"person": "lastSeenAt", "op": "before", "value": "x"}, "/value", "takes a date in ISO 8601", None),
    ({"segment": 5}, "/segment", "the id of a segment", None),
    ({"segment": "x", "op": "in"}, "/op", "no key of this condition", None),
    (deep(MAX_DEPTH), "/not" * MAX_DEPTH, "nested 10 deep at most", None),
    ({"all": [PLAN] * MAX_NODES}, f"/all/{MAX_NODES - 1}", "at most 200 conditions; this is number 201", None),
    ({"all": [PLAN | {"op": "isOneOf", "value": [f"{i:0999}" for i in range(500)]}]}, "", "bytes as JSON", None),
]


@pytest.mark.parametrize(("rule", "path", "said", "nearest"), WRONG, ids=[f"{i}{w[1]}" for i, w in enumerate(WRONG)])
def test_what_is_wrong_is_said_with_its_place(rule: Any, path: str, said: str, nearest: str | None):
    with pytest.raises(RuleError) as raised:
        parse(rule)
    error = raised.value
    assert isinstance(error, InvalidInput)
    assert error.code == "rule_invalid"
    assert error.path == path
    assert said in error.message
    assert error.message.startswith(path or "The rule")
    assert error.message.endswith("Nothing was saved.")
    assert error.details["path"] == path
    if nearest is not None:
        assert error.details["nearest"] == nearest


def test_what_was_not_done_is_said_of_what_was_asked():
    with pytest.raises(RuleError, match=r"^/segment: .* Nothing was counted\.$"):
        parse({"segment": 5}, outcome=NOT_COUNTED)


@pytest.mark.parametrize("field", ["firstSeenAt", "lastSeenAt"])
def test_a_rule_that_was_kept_may_still_compare_dates_as_texts(field: str):
    old = {"person": field, "op": "startsWith", "value": "2026-"}
    assert canonical(parse({"not": old}, kept=True)) == {"not": old}
    dates = {"person": field, "op": "between", "value": ["2026-01-01", "2026-02-01"]}
    assert canonical(parse(dates)) == dates


SPELLINGS: list[tuple[Any, Any]] = [
    (PLAN, PLAN),
    ({"value": "pro", "op": "equals", "trait": "plan"}, PLAN),
    (PLAN | {"value": 5.0}, PLAN | {"value": 5}),
    (PLAN | {"value": "Cafe\u0301"}, PLAN | {"value": "Caf\u00e9"}),
    (PLAN | {"op": "isOneOf", "value": [1, 1.0, "1", True, 1]}, PLAN | {"op": "isOneOf", "value": [1, "1", True]}),
    ({"trait": "x", "op": "exists", "value": None}, {"trait": "x", "op": "exists"}),
    ({"event": "E"}, {"event": "E", "op": "performed"}),
    ({"event": "E", "count": {"atLeast": 1}, "where": [], "withinDays": None}, {"event": "E", "op": "performed"}),
    ({"event": "E", "withinDays": 7.0}, {"event": "E", "op": "performed", "withinDays": 7}),
    ({"event": "E", "count": {"atLeast": 2, "atMost": 2}}, {"event": "E", "op": "performed", "count": {"exactly": 2}}),
    ({"event": "E", "count": {"atMost": 0}}, {"event": "E", "op": "performed", "count": {"exactly": 0}}),
]


@pytest.mark.parametrize(("given", "written"), SPELLINGS)
def test_a_rule_has_one_spelling(given: Any, written: Any):
    assert canonical(parse(given)) == written
    assert list(canonical(parse(given))) == list(written)
    assert parse(canonical(parse(given))) == parse(given)


def test_what_a_rule_looks_at():
    rule = parse(
        {
            "all": [
                {"trait": "company.plan", "op": "exists"},
                {"not": {"groupTrait": "seats", "op": "greaterThan", "value": 5}},
                {"person": "lastSeenAt", "op": "withinLastDays", "value": 7},
                {"any": [{"segment": "a"}, {"segment": "Everyone"}, {"event": "Ordered"}]},
            ]
        }
    )
    found = looks(rule)
    assert found.traits == {"company.plan", "company"}
    assert found.group_traits == {"seats"}
    assert found.person == {"lastSeenAt"}
    assert found.meters == {'["Ordered"]'}
    assert found.segments == references(rule) == {"a"}
    assert found.timed
    assert not looks(parse(PLAN)).timed
    assert looks(parse({"event": "E", "withinDays": 1})).timed


def test_event_rules_share_a_meter_when_they_count_the_same():
    where = [{"property": "total", "op": "greaterThan", "value": 10.0}]
    one, two = parse({"event": "E", "where": where}), parse({"event": "E", "where": where, "count": {"atLeast": 5}})
    other = parse({"event": "E"})
    assert looks(one).meters == looks(two).meters != looks(other).meters


def test_times_of_events_are_a_set_that_keeps_the_newest():
    late, early = timed(2_000, 1), timed(1_000, 2)
    assert newest([early], [late, late], 5) == [late, early]
    assert newest([early], [late], 1) == [late]
    assert [time_of(each) for each in newest([timed(2_000, 7)], [late], 5)] == [2_000, 2_000]
    assert time_of(timed(-5, 3)) == 0
    assert time_of(timed(10**18, 3)) < 2**42


def test_many_rules_are_judged_at_once():
    rules = [parse(PLAN | {"value": f"plan {number}"}) for number in range(50)] + [parse({"segment": "Everyone"})]
    assert compiled(rules)(Facts(traits={"plan": "plan 31"}), 0) == [31, 50]


def test_persons_own_fields():
    rule = parse({"person": "userId", "op": "endsWith", "value": "@acme.com"})
    judge = compiled([rule])
    assert judge(Facts(person={"userId": ["u1", "ann@acme.com"]}), 0) == [0]
    assert judge(Facts(person={"userId": ["u1"]}), 0) == []
    assert judge(Facts(), 0) == []
    recent = parse({"person": "lastSeenAt", "op": "withinLastDays", "value": 1})
    facts = Facts(person={"lastSeenAt": ["1970-01-02T00:00:00.000Z"]})
    assert compiled([recent])(facts, 2 * DAY) == [0]
    assert compiled([recent])(facts, 2 * DAY + 1) == []
    assert next_change(timed_parts(recent), facts, DAY) == 2 * DAY + 1


def test_an_explanation_shows_each_value_in_the_rules_order():
    rule = parse({"all": [PLAN, {"not": {"groupTrait": "seats", "op": "lessThan", "value": 9}}, {"event": "E"}]})
    at = timed(DAY, 0)
    facts = Facts(traits={"plan": "free"}, groups=[{"seats": 5}, {}], meters={'["E"]': [at]})
    told = explain(rule, facts, 2 * DAY)
    assert (told["rule"], told["value"], told["result"]) == (canonical(rule), None, False)
    plan, negated, event = told["children"]
    assert plan == {"rule": PLAN, "value": "free", "result": False, "children": []}
    assert (negated["result"], negated["value"]) == (False, None)
    assert (negated["children"][0]["value"], negated["children"][0]["result"]) == ([5, None], True)
    assert (event["value"], event["result"]) == ({"count": 1, "lastAt": "1970-01-02T00:00:00.000Z"}, True)


@pytest.mark.parametrize(
    ("rule", "moment"),
    [
        ({"event": "E", "withinDays": 1}, 4 * DAY + 1),
        ({"event": "E", "withinDays": 1, "count": {"atLeast": 2}}, 3 * DAY + 1),
        ({"event": "E", "withinDays": 1, "count": {"atMost": 1}}, 3 * DAY + 1),
        ({"event": "E", "withinDays": 1, "count": {"exactly": 1}}, 3 * DAY + 1),
        ({"event": "E", "withinDays": 1, "count": {"atLeast": 5}}, None),
        ({"event": "E", "count": {"atLeast": 2}}, None),
        ({"trait": "date", "op": "withinLastDays", "value": 2}, 2 * DAY),
        ({"trait": "date", "op": "before", "value": "2026-01-01"}, None),
        ({"trait": "gone", "op": "moreThanDaysAgo", "value": 1}, None),
    ],
)
def test_the_next_moment_of_change(rule: Any, moment: int | None):
    times = [timed(3 * DAY, 1), timed(2 * DAY, 2)]
    facts = Facts(traits={"date": "1970-01-03"}, meters={'["E"]': times})
    assert next_change(timed_parts(parse(rule)), facts, DAY) == moment

"""A reference for rules: reads JSON rules and JSON facts as they stand, with no code of the product."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

NEGATIVE = {
    "notEquals": "equals",
    "isNotOneOf": "isOneOf",
    "notContains": "contains",
    "notStartsWith": "startsWith",
    "notEndsWith": "endsWith",
    "notExists": "exists",
}


def judge(rule: Any, facts: Any, now: datetime) -> bool:
    if "all" in rule:
        return all(judge(each, facts, now) for each in rule["all"])
    if "any" in rule:
        return any(judge(each, facts, now) for each in rule["any"])
    if "not" in rule:
        return not judge(rule["not"], facts, now)
    if "segment" in rule:
        return rule["segment"] == "Everyone" or rule["segment"] in facts["segments"]
    if "event" in rule:
        return judge_event(rule, facts, now)
    if "groupTrait" in rule:
        return judge_values(rule, [look_up(group["traits"], rule["groupTrait"]) for group in facts["groups"]], now)
    return judge_values(rule, [look_up(facts["traits"], rule["trait"])], now)


def judge_event(rule: Any, facts: Any, now: datetime) -> bool:
    number = 0
    for event in facts["events"]:
        if nfc(event["event"]) != nfc(rule["event"]):
            continue
        if "withinDays" in rule and now - date(event["at"]) > timedelta(days=rule["withinDays"]):
            continue
        where = rule.get("where", [])
        number += all(judge_values(test, [look_up(event["properties"], test["property"])], now) for test in where)
    count = rule.get("count", {"atLeast": 1})
    good = number == count.get("exactly", number)
    good = good and number >= count.get("atLeast", 0)
    good = good and number <= count.get("atMost", number)
    return good if rule.get("op", "performed") == "performed" else not good


def judge_values(test: Any, values: list[Any], now: datetime) -> bool:
    op = test["op"]
    if op in NEGATIVE:
        return not judge_values(test | {"op": NEGATIVE[op]}, values, now)
    return any(value is not None and meets(op, nfc(value), nfc(test.get("value")), now) for value in values)


def meets(op: str, value: Any, wanted: Any, now: datetime) -> bool:
    if op == "exists":
        return True
    if op == "isTrue":
        return value is True
    if op == "isFalse":
        return value is False
    if op == "equals":
        return equal(value, wanted)
    if op == "isOneOf":
        return any(equal(value, each) for each in wanted)
    if op == "contains" and isinstance(value, list):
        return any(equal(each, wanted) for each in value)
    if op in ("contains", "startsWith", "endsWith"):
        if not isinstance(value, str) or not isinstance(wanted, str):
            return False
        return {"contains": wanted in value, "startsWith": value[: len(wanted)] == wanted}.get(
            op, value[max(0, len(value) - len(wanted)) :] == wanted
        )
    if op in ("before", "after", "withinLastDays", "moreThanDaysAgo") or is_dates(op, wanted):
        return date(value) is not None and meets_date(op, date(value), wanted, now)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if op == "between":
        return wanted[0] <= value <= wanted[1]
    return {
        "greaterThan": value > wanted,
        "greaterOrEqual": value >= wanted,
        "lessThan": value < wanted,
        "lessOrEqual": value <= wanted,
    }[op]


def meets_date(op: str, value: Any, wanted: Any, now: datetime) -> bool:
    if op == "before":
        return value < date(wanted)
    if op == "after":
        return value > date(wanted)
    if op == "between":
        return date(wanted[0]) <= value <= date(wanted[1])
    age = now - value
    if op == "withinLastDays":
        return timedelta(0) <= age <= timedelta(days=wanted)
    return age > timedelta(days=wanted)


def is_dates(op: str, wanted: Any) -> bool:
    return op == "between" and isinstance(wanted[0], str)


def equal(left: Any, right: Any) -> bool:
    kinds = [
        bool if isinstance(each, bool) else float if isinstance(each, int | float) else str for each in (left, right)
    ]
    return kinds[0] is kinds[1] and not isinstance(left, dict | list) and left == right


def look_up(values: Any, name: str) -> Any:
    if values.get(name) is not None:
        return values[name]
    for part in name.split("."):
        values = values.get(part) if isinstance(values, dict) else None
    return values


def date(value: Any) -> Any:
    """Dates in the forms that the cases use."""
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return None
    if isinstance(value, int | float):
        seconds = value / 1000 if abs(value) >= 1e11 else value
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds) if abs(seconds) < 6e10 else None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [nfc(each) for each in value]
    if isinstance(value, dict):
        return {key: nfc(each) for key, each in value.items()}
    return value

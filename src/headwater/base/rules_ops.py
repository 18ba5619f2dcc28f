"""The operators of rules: what each takes, and when it holds of one value.

`holds` is the meaning, written to be read; `rules_source` makes faster code of the same meaning.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, cast

from headwater.base.clock import EPOCH, parse_iso
from headwater.base.rules import days_ms

Takes = Literal["nothing", "scalar", "list", "item", "text", "number", "range", "date", "days"]

POSITIVE: Final[Mapping[str, Takes]] = {
    "equals": "scalar",
    "isOneOf": "list",
    "contains": "item",
    "startsWith": "text",
    "endsWith": "text",
    "greaterThan": "number",
    "greaterOrEqual": "number",
    "lessThan": "number",
    "lessOrEqual": "number",
    "between": "range",
    "exists": "nothing",
    "isTrue": "nothing",
    "isFalse": "nothing",
    "before": "date",
    "after": "date",
    "withinLastDays": "days",
    "moreThanDaysAgo": "days",
}

CONTRARIES: Final[Mapping[str, str]] = {
    "notEquals": "equals",
    "isNotOneOf": "isOneOf",
    "notContains": "contains",
    "notStartsWith": "startsWith",
    "notEndsWith": "endsWith",
    "notExists": "exists",
}
"""Holds when the other does not, of a missing value too."""

TAKES: Final[Mapping[str, Takes]] = {
    **POSITIVE,
    **{name: POSITIVE[other] for name, other in CONTRARIES.items()},
}
OPS: Final = tuple(TAKES)

_MILLISECONDS_FROM: Final = 100_000_000_000
"""Larger numbers are milliseconds since 1970: as seconds they would be in the year 5138."""
_FIRST_MS: Final = -62_135_596_800_000
_LAST_MS: Final = 253_402_300_799_999


def holds(op: str, wanted: Any, found: Sequence[Any], now_ms: int) -> bool:
    """Whether one of the values found meets the operator, or none does if it is a contrary. None is no value."""
    positive = CONTRARIES.get(op, op)
    met = any(_MEETS[positive](each, wanted, now_ms) for each in found if each is not None)
    return met is (op == positive)


def same(left: Any, right: Any) -> bool:
    """Equal as JSON scalars: numbers by value, never a number and a boolean, never a text and a number."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if is_number(left) or is_number(right):
        return is_number(left) and is_number(right) and left == right
    return isinstance(left, str) and left == right


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def has(whole: Any, wanted: Any) -> bool:
    """A list has an item equal to it; a text has a text as its part."""
    if isinstance(whole, list):
        return any(same(item, wanted) for item in cast("list[Any]", whole))
    return isinstance(whole, str) and isinstance(wanted, str) and wanted in whole


def date_ms(value: Any) -> int | None:
    """The moment a value names: ISO 8601 text, or seconds (from 1e11 on: milliseconds) since 1970. None: no date."""
    if isinstance(value, str):
        return _iso_ms(value)
    if not is_number(value) or not abs(value) <= _LAST_MS:
        return None
    moment_ms = math.floor(value if abs(value) >= _MILLISECONDS_FROM else value * 1000)
    return moment_ms if _FIRST_MS <= moment_ms <= _LAST_MS else None


def plain(value: Any) -> Any:
    """The value with every text in it in NFC, as it is compared. Keys stay as they are."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [plain(inner) for inner in cast("list[Any]", value)]
    return value


def find(values: Mapping[str, Any], name: str) -> Any:
    """What a name leads to: the value of exactly that name, else down nested objects by its dots. None: nothing."""
    found = values.get(name)
    if found is not None or "." not in name:
        return found
    inner: Any = values
    for part in name.split("."):
        if not isinstance(inner, dict):
            return None
        inner = cast("dict[str, Any]", inner).get(part)
    return inner


def _iso_ms(text: str) -> int | None:
    moment = _usual(text) or parse_iso(text)
    if moment is None:
        return None
    since = moment - EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def _usual(text: str) -> datetime | None:
    """The forms that programs write, by Python's own reader, which is ten times as fast. None: look closer."""
    size = len(text)
    if size == 10:
        usual = text[4] == text[7] == "-"
    elif size in (20, 24):
        usual = text[-1] == "Z" and text[10] == "T" and text[4] + text[7] + text[13] + text[16] == "--::"
        usual = usual and (size == 20 or text[19] == ".")
    else:
        return None
    if not usual:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if size > 10 else found.replace(tzinfo=UTC)


def _between(found: Any, wanted: Any, _: int) -> bool:
    low, high = wanted
    if isinstance(low, str):
        moment_ms = date_ms(found)
        return moment_ms is not None and cast(int, date_ms(low)) <= moment_ms <= cast(int, date_ms(high))
    return is_number(found) and low <= found <= high


def _number(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any, int], bool]:
    return lambda found, wanted, _: is_number(found) and compare(found, wanted)


def _text(compare: Callable[[str, str], bool]) -> Callable[[Any, Any, int], bool]:
    return lambda found, wanted, _: isinstance(found, str) and compare(found, wanted)


def _date(compare: Callable[[int, Any, int], bool]) -> Callable[[Any, Any, int], bool]:
    def meets(found: Any, wanted: Any, now_ms: int) -> bool:
        moment_ms = date_ms(found)
        return moment_ms is not None and compare(moment_ms, wanted, now_ms)

    return meets


_MEETS: Final[Mapping[str, Callable[[Any, Any, int], bool]]] = {
    "equals": lambda found, wanted, _: same(found, wanted),
    "isOneOf": lambda found, wanted, _: any(same(found, each) for each in wanted),
    "contains": lambda found, wanted, _: has(found, wanted),
    "startsWith": _text(str.startswith),
    "endsWith": _text(str.endswith),
    "greaterThan": _number(lambda found, wanted: found > wanted),
    "greaterOrEqual": _number(lambda found, wanted: found >= wanted),
    "lessThan": _number(lambda found, wanted: found < wanted),
    "lessOrEqual": _number(lambda found, wanted: found <= wanted),
    "between": _between,
    "exists": lambda found, _wanted, _now: True,
    "isTrue": lambda found, _wanted, _now: found is True,
    "isFalse": lambda found, _wanted, _now: found is False,
    "before": _date(lambda at_ms, wanted, _: at_ms < cast(int, date_ms(wanted))),
    "after": _date(lambda at_ms, wanted, _: at_ms > cast(int, date_ms(wanted))),
    "withinLastDays": _date(lambda at_ms, days, now_ms: now_ms - days_ms(days) <= at_ms <= now_ms),
    "moreThanDaysAgo": _date(lambda at_ms, days, now_ms: at_ms < now_ms - days_ms(days)),
}

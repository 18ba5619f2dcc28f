"""Which type a column has and which values fit it, in the order in which events came.

A column takes the catalogue's type or that of its first value that any type holds. An integer column widens to float
when a fraction comes, as long as no integer beyond 2^53 ever stood in it. What then does not fit is handed
back, and the row keeps it as JSON. The outcome depends on the order of the values alone, never on how they were
cut into loads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from math import copysign, isinf
from typing import Any, Final

from headwater.base.clock import parse_iso
from headwater.warehouse.exact import INT64_MAX, INT64_MIN, JsonText, Number
from headwater.warehouse.layout import ColumnType

EXACT_IN_DOUBLE: Final = 2**53

SQL_TYPES: Final[dict[ColumnType, str]] = {
    "timestamp": "TIMESTAMP",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "boolean": "BOOLEAN",
    "varchar": "VARCHAR",
}
TYPES_OF_SQL: Final[dict[str, ColumnType]] = {sql: name for name, sql in SQL_TYPES.items()}

# A leap second, parts of a microsecond, or blanks around.
_NOT_HELD = re.compile(r":\d\d:60|[.,]\d{6}0*[1-9]|^\s|\s$")

UNFIT: Final = object()
"""What `Column.fit` gives for a value that does not go into the column."""

_NONE = type(None)
_INTEGERS = frozenset({int, _NONE})
_PLAIN: Final[dict[ColumnType, frozenset[type]]] = {
    "timestamp": frozenset({_NONE}),
    "integer": frozenset({_NONE}),
    "float": frozenset({float, _NONE}),
    "boolean": frozenset({bool, _NONE}),
    "varchar": frozenset({str, JsonText, _NONE}),
}


def moment_of(text: str) -> datetime | None:
    """The moment, in UTC without zone, that a column of timestamps can hold exactly; else None.

    Parts of a microsecond and leap seconds are not held; a date alone is its midnight.
    """
    return _moment_of(text) if 10 <= len(text) <= 40 and text[4] == "-" else None


@lru_cache(maxsize=16_384)
def _moment_of(text: str) -> datetime | None:
    if len(text) == 24 and text[7] == "-" and text[10] == "T" and text[13] == ":" and text[19:24:4] == ".Z":
        with suppress(ValueError):
            return datetime.fromisoformat(text[:23])
    if _NOT_HELD.search(text):
        return None
    moment = parse_iso(text)
    return None if moment is None else moment.replace(tzinfo=None)


def type_of(value: Any) -> ColumnType | None:
    """The type of a column whose first value this is; None when no type holds it."""
    kind = type(value)
    if kind is str:
        return "varchar" if moment_of(value) is None else "timestamp"
    if kind is JsonText:
        return "varchar"
    if kind is bool:
        return "boolean"
    if kind is int:
        return "integer" if INT64_MIN <= value <= INT64_MAX else None
    return "float" if kind is float else None


class Column:
    """One column's type so far. `wide`: an integer beyond 2^53 has stood in it, so it stays integer for good."""

    __slots__ = ("name", "type", "wide")

    def __init__(self, name: str, type_: ColumnType | None = None, *, wide: bool = False) -> None:
        self.name = name
        self.type: ColumnType | None = type_
        self.wide = wide

    def copy(self) -> Column:
        return Column(self.name, self.type, wide=self.wide)

    def fit(self, value: Any) -> Any:
        """The value as the column holds it, or UNFIT; settles or widens the type. None fits."""
        if value is None:
            return None
        if self.type is None:
            self.type = type_of(value)
        match self.type:
            case "varchar":
                return value if type(value) in (str, JsonText) else UNFIT
            case "integer":
                return self._fit_integer(value)
            case "float":
                return _as_double(value)
            case "boolean":
                return value if type(value) is bool else UNFIT
            case "timestamp":
                moment = moment_of(value) if type(value) is str else None
                return UNFIT if moment is None else moment
            case None:
                return UNFIT

    def _fit_integer(self, value: Any) -> Any:
        kind = type(value)
        if kind is int and INT64_MIN <= value <= INT64_MAX:
            self.wide = self.wide or not -EXACT_IN_DOUBLE <= value <= EXACT_IN_DOUBLE
            return value
        if not isinstance(value, float) or (value == 0.0 and copysign(1, value) < 0):
            return UNFIT
        if value.is_integer() and abs(value) <= (2.0**62 if self.wide else EXACT_IN_DOUBLE):
            return int(value)
        if self.wide:
            return UNFIT
        self.type = "float"
        return value

    def _are_integers(self, values: Sequence[Any]) -> bool:
        if not _INTEGERS.issuperset(map(type, values)):
            return False
        numbers = [value for value in values if value is not None]
        low, high = min(numbers, default=0), max(numbers, default=0)
        if low < INT64_MIN or high > INT64_MAX:
            return False
        self.wide = self.wide or low < -EXACT_IN_DOUBLE or high > EXACT_IN_DOUBLE
        return True

    def fit_all(self, values: Sequence[Any]) -> tuple[list[Any], list[int]]:
        """A column of values in order: as the column holds them (None where one did not fit), and where those were."""
        if self.type is None:
            self.type = type_of(next((value for value in values if value is not None), None))
        if self.type is not None and _PLAIN[self.type].issuperset(map(type, values)):
            return list(values), []
        if self.type == "integer" and self._are_integers(values):
            return list(values), []
        fitted: list[Any] = []
        unfit: list[int] = []
        widened_from = self.type
        for at, value in enumerate(values):
            got = self.fit(value)
            if got is UNFIT:
                unfit.append(at)
                got = None
            fitted.append(got)
        if self.type == "float" and widened_from != "float":
            fitted = [float(value) if type(value) is int else value for value in fitted]
        return fitted, unfit


def _as_double(value: Any) -> Any:
    kind = type(value)
    if kind is float:
        return value
    if kind is int:
        return float(value) if abs(value) <= EXACT_IN_DOUBLE else _wide_as_double(Decimal(value))
    if kind is not Number:
        return UNFIT
    try:
        return _wide_as_double(Decimal(value))
    except ArithmeticError:
        return UNFIT


def _wide_as_double(number: Decimal) -> Any:
    """A double beside the int64s, when it is the very same number."""
    try:
        double = float(number)
    except OverflowError:
        return UNFIT
    return double if not isinf(double) and Decimal(double) == number else UNFIT

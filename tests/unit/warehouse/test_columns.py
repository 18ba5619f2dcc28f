from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from headwater.warehouse.columns import UNFIT, Column, moment_of, type_of
from headwater.warehouse.exact import JsonText, Number


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-02", datetime(2024, 1, 2)),
        ("2024-01-02T03:04:05Z", datetime(2024, 1, 2, 3, 4, 5)),
        ("2024-01-02T03:04:05.678Z", datetime(2024, 1, 2, 3, 4, 5, 678000)),
        ("2024-01-02T03:04:05.123456Z", datetime(2024, 1, 2, 3, 4, 5, 123456)),
        ("2024-01-02T03:04:05.123456000Z", datetime(2024, 1, 2, 3, 4, 5, 123456)),
        ("2024-01-02 03:04", datetime(2024, 1, 2, 3, 4)),
        ("2024-01-02T03:04:05+02:00", datetime(2024, 1, 2, 1, 4, 5)),
        ("2024-01-02T03:04:05-0530", datetime(2024, 1, 2, 8, 34, 5)),
        ("0001-01-01", datetime(1, 1, 1)),
        ("9999-12-31T23:59:59.999Z", datetime(9999, 12, 31, 23, 59, 59, 999000)),
    ],
)
def test_iso_dates_are_moments(text: str, moment: datetime) -> None:
    assert moment_of(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024",
        "20240102",
        "2024-13-01",
        "2024-02-30",
        "2024-W01-1T00:00:00.000Z",
        "2024-01-02T03:04:05.1234567Z",
        "2024-01-02T23:59:60Z",
        " 2024-01-02",
        "2024-01-02 ",
        "2024-01-02T25:00:00.000Z",
        "2024-01-02T03:04:05.678X",
        "0001-01-01T00:00:00+01:00",
        "call 2024-01-02",
        "2024-01-02" + "x" * 40_000,
    ],
)
def test_what_a_timestamp_cannot_hold_exactly_is_no_moment(text: str) -> None:
    assert moment_of(text) is None


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("x", "varchar"),
        ("2024-01-02", "timestamp"),
        (JsonText("[1]"), "varchar"),
        (True, "boolean"),
        (5, "integer"),
        (2**63 - 1, "integer"),
        (2**63, None),
        (-(2**63) - 1, None),
        (1.5, "float"),
        (Number("1e400"), None),
    ],
)
def test_the_first_value_gives_the_type(value: Any, type_: str | None) -> None:
    assert type_of(value) == type_


def fitted(column: Column, *values: Any) -> list[Any]:
    got, unfit = column.fit_all(values)
    return ["unfit" if at in unfit else value for at, value in enumerate(got)]


@pytest.mark.parametrize(
    ("values", "type_", "result"),
    [
        ([1, 2, None], "integer", [1, 2, None]),
        ([1, 1.5, 2], "float", [1.0, 1.5, 2.0]),
        ([1, 2.0], "integer", [1, 2]),
        ([1, 1e300], "float", [1.0, 1e300]),
        ([2**53, 1.5], "float", [2.0**53, 1.5]),
        ([2**53 + 1, 1.5], "integer", [2**53 + 1, "unfit"]),
        ([1, 2**53 + 1, 1.5, 4.0], "integer", [1, 2**53 + 1, "unfit", 4]),
        ([1.5, 2**53 + 1], "float", [1.5, "unfit"]),
        ([1.5, 2**54], "float", [1.5, 2.0**54]),
        ([1.5, Number("9" * 30)], "float", [1.5, "unfit"]),
        ([1.5, 2**100], "float", [1.5, 2.0**100]),
        ([1, 2**63], "integer", [1, "unfit"]),
        ([1, "2"], "integer", [1, "unfit"]),
        ([1, True], "integer", [1, "unfit"]),
        ([True, 1], "boolean", [True, "unfit"]),
        (["x", 1, True, JsonText("[1]")], "varchar", ["x", "unfit", "unfit", "[1]"]),
        (["2024-01-02", "soon", 5], "timestamp", [datetime(2024, 1, 2), "unfit", "unfit"]),
        (["soon", "2024-01-02"], "varchar", ["soon", "2024-01-02"]),
        ([Number("1e400"), 5], "integer", ["unfit", 5]),
        ([2**64, "x"], "varchar", ["unfit", "x"]),
        ([None, None], None, [None, None]),
    ],
)
def test_values_in_order(values: list[Any], type_: str | None, result: list[Any]) -> None:
    column = Column("c")
    assert fitted(column, *values) == result
    assert column.type == type_


@pytest.mark.parametrize("zero", [-0.0])
def test_a_negative_zero_never_loses_its_sign(zero: float) -> None:
    assert fitted(Column("c", "integer"), 1, zero) == [1, "unfit"]
    assert str(fitted(Column("c", "float"), zero)[0]) == "-0.0"


def test_an_integer_beyond_2_53_keeps_the_column_integer_for_good() -> None:
    column = Column("c", "integer")
    assert fitted(column, 2**53 + 1) == [2**53 + 1]
    assert column.wide
    assert column.fit(1.5) is UNFIT


def test_one_by_one_and_all_at_once_agree() -> None:
    values = [1, "x", 2.5, None, 2**53 + 1, True, 3, 1e300, JsonText("[]"), -0.0]
    together, apart = Column("c"), Column("c")
    both = fitted(together, *values)
    single = [apart.fit(value) for value in values]
    assert ["unfit" if value is UNFIT else value for value in single] == both
    assert (apart.type, apart.wide) == (together.type, together.wide)

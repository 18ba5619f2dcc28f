"""Columns that the events of a load share: given only where every value is at home in the table's column as it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.base.event import CleanEvent
from headwater.warehouse.batch import fit
from headwater.warehouse.columns import Column
from headwater.warehouse.flatten import Flattener, Row
from headwater.warehouse.layout import ColumnType, standard_columns, standard_type
from headwater.warehouse.schema import Table
from headwater.warehouse.stretch import Stretch, moments
from tests.unit.warehouse.made import AT, event

NOON = datetime(2026, 3, 1, 12)


class Made:
    """A load's stretch and, by table, its rows in order."""

    def __init__(self, *events: CleanEvent, collections: frozenset[str] = frozenset()) -> None:
        self.stretch = Stretch()
        self.rows: dict[str, list[Row]] = {}
        flattener = Flattener()
        for one in events:
            targets = flattener.targets(one, len(self.stretch), collections)
            self.stretch.add(one, targets[0][1].context)
            for name, row in targets:
                self.rows.setdefault(name, []).append(row)

    def columns(self, name: str, **more: ColumnType) -> dict[str, list[Any]]:
        found = self.stretch.columns(self.rows[name], table(name, **more))
        return {column: values.to_pylist() for column, values in found.items()}


def table(name: str, **more: ColumnType) -> Table:
    columns = {column: Column(column, standard_type(column)) for column in standard_columns(name)}
    return Table("web", name, columns | {column: Column(column, type_) for column, type_ in more.items()})


def test_each_row_has_its_own_events_values() -> None:
    made = Made(
        event("a", event="Tour Step", user_id="u1", timestamp="2026-03-01T12:00:01.500Z"),
        event("b", "page", name="Home", anonymous_id="x"),
        event("c", event="Ordered", user_id="u2"),
        event("d", event="Tour Step"),
    )
    steps = made.columns("tour_step")
    assert (steps["id"], steps["user_id"]) == (["a", "d"], ["u1", None])
    assert steps["timestamp"] == [datetime(2026, 3, 1, 12, 0, 1, 500_000), NOON]
    assert (steps["event"], steps["event_text"]) == (["tour_step", "tour_step"], ["Tour Step", "Tour Step"])
    tracks = made.columns("tracks")
    assert (tracks["id"], tracks["event"]) == (["a", "c", "d"], ["tour_step", "ordered", "tour_step"])
    pages = made.columns("pages")
    assert (pages["id"], pages["anonymous_id"], pages["received_at"]) == (["b"], ["x"], [NOON])
    assert "event" not in pages


def test_rows_may_be_left_out_and_come_in_any_order() -> None:
    made = Made(*(event(f"m{number}", context={"n": number}) for number in range(5)))
    rows = [made.rows["tracks"][at] for at in (4, 0, 2)]
    found = made.stretch.columns(rows, table("tracks", context_n="integer"))
    assert found["id"].to_pylist() == ["m4", "m0", "m2"]
    assert found["context_n"].to_pylist() == [4, 0, 2]


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01",
        "2026-03-01T12:00:00.000+01",
        "soon",
        "x" * 24,
        "x" * 27,
        "0000-12-31T23:59:59.999999Z",
    ],
)
def test_a_time_of_another_form_leaves_its_column_to_be_read_value_by_value(moment: str) -> None:
    found = Made(event("a", sent_at=AT), event("b", sent_at=moment)).columns("tracks")
    assert "sent_at" not in found
    assert found["received_at"] == [NOON, NOON]


def test_times_of_milliseconds_and_of_microseconds_are_read_at_once() -> None:
    found = Made(event("a", sent_at=AT), event("b", sent_at="2026-03-01T12:00:00.000001Z")).columns("tracks")
    assert found["sent_at"] == [NOON, NOON.replace(microsecond=1)]


def test_times_that_are_absent_are_null() -> None:
    assert Made(event("a", sent_at=AT), event("b")).columns("tracks")["sent_at"] == [NOON, None]
    assert moments([None, None]) is not None


CONTEXTS: list[tuple[ColumnType, list[Any]]] = [
    ("varchar", ["a", None, "b"]),
    ("varchar", ["[1]", None, "b"]),
    ("boolean", [True, None, False]),
    ("integer", [1, None, 2**53]),
    ("float", [1.5, None, 2.0]),
]


@pytest.mark.parametrize(("type_", "values"), CONTEXTS)
def test_a_context_of_the_columns_own_type_is_given_at_once(type_: ColumnType, values: list[Any]) -> None:
    contexts = [{} if value is None else {"v": [1] if value == "[1]" else value} for value in values]
    made = Made(*(event(f"m{at}", context=context) for at, context in enumerate(contexts)))
    assert made.stretch.context_names == ["context_v"]
    assert made.columns("tracks", context_v=type_)["context_v"] == values


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("integer", [1, "a"]),
        ("float", [1, 2]),  # whole numbers are another type of value
        ("integer", [1, 2.5]),
        ("integer", [1, 2**53 + 1]),  # may make the column wide
        ("integer", [1, -(2**53) - 1]),
        ("integer", [True, False]),
        ("boolean", [True, 1]),
        ("varchar", ["a", 1]),
        ("timestamp", ["2026-03-01T12:00:00.000Z", None]),
    ],
)
def test_a_context_that_may_not_fit_is_left_to_be_fitted(type_: ColumnType, values: list[Any]) -> None:
    made = Made(*(event(f"m{at}", context={"v": value}) for at, value in enumerate(values)))
    assert "context_v" not in made.columns("tracks", context_v=type_)


def test_a_column_that_the_table_lacks_is_left_to_be_added() -> None:
    made = Made(event("a", context={"v": 1, "w": "x"}))
    assert "context_v" not in made.columns("tracks", context_w="varchar")
    assert made.columns("tracks", context_w="varchar")["context_w"] == ["x"]


def test_contexts_that_repeat_are_taken_apart_once() -> None:
    made = Made(*(event(f"m{at}", context={"v": at % 2}) for at in range(6)))
    assert len({id(row.context) for row in made.rows["tracks"]}) == 2
    assert made.columns("tracks", context_v="integer")["context_v"] == [0, 1, 0, 1, 0, 1]


def test_text_that_is_none_is_refused_for_the_whole_column() -> None:
    made = Made(event("a"), event("b", user_id="\ud800"))
    with pytest.raises(UnicodeEncodeError):
        made.columns("tracks")


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
)


@given(
    contexts=st.lists(st.dictionaries(st.sampled_from("abc"), VALUES), min_size=1, max_size=8),
    types=st.dictionaries(st.sampled_from("abc"), st.sampled_from(["varchar", "integer", "float", "boolean"])),
)
def test_what_is_given_at_once_is_what_fitting_value_by_value_gives(
    contexts: list[dict[str, Any]], types: dict[str, ColumnType]
) -> None:
    made = Made(*(event(f"m{at}", context=context) for at, context in enumerate(contexts)))
    known = {f"context_{name}": type_ for name, type_ in types.items()}
    for name, values in made.columns("tracks", **known).items():
        if name in known:
            column = Column(name, known[name])
            one_by_one, unfit = column.fit_all([row.context[0].get(name) for row in made.rows["tracks"]])
            assert (values, unfit) == (one_by_one, [])
            assert (column.type, column.wide) == (known[name], False)
    fitted = fit(made.rows["tracks"], table("tracks", **known), made.stretch, 1_000)
    assert isinstance(fitted.data, pa.Table)
    assert fitted.data.num_rows == len(contexts)

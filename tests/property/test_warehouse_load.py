"""The warehouse under arbitrary JSON: nothing is lost or doubled, and how it was cut into loads never shows."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from math import isinf
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.base.event import CleanEvent
from headwater.base.naming import column_name
from headwater.warehouse.columns import moment_of
from headwater.warehouse.layout import aside, standard_columns
from headwater.warehouse.loader import Warehouse
from tests.unit.warehouse.made import BOTH, dump, event, rows

MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Text:
    """A number as it is written. (No str: the generator must not take it for one of its own.)"""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


KEYS = st.one_of(
    st.sampled_from(["a", "A", "b", "userName", "user_name", "id", "event", "context_ip", "2fa", "", "é", "a b"]),
    st.text(max_size=6).filter(lambda text: not any(0xD800 <= ord(char) < 0xE000 for char in text)),
)
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70),
    st.sampled_from([2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63, -(2**63)]),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: Text(repr(number))),
    st.sampled_from(
        [Text("1e400"), Text("-0"), Text("-0.0"), Text("19.990"), Text("0.1234567890123456789012"), Text("1E2")]
    ),
)
LEAVES = st.one_of(
    st.booleans(),
    NUMBERS,
    st.text(max_size=8).filter(lambda text: not any(0xD800 <= ord(char) < 0xE000 for char in text)),
    st.sampled_from(["2026-03-01", "2026-03-01T12:00:00.123Z", "2026-03-01T12:00:00.1234567Z", "soon"]),
    st.none(),
)
ARRAYS = st.lists(LEAVES, max_size=3)


class Pairs(list[tuple[str, Any]]):
    pass


def objects(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects as lists of pairs, so that a key may stand twice."""
    return st.lists(st.tuples(KEYS, values), max_size=4).map(Pairs)


VALUES = st.recursive(st.one_of(LEAVES, ARRAYS), objects, max_leaves=8)


def written(value: Any) -> str:
    if isinstance(value, Text):
        return str(value)
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{json.dumps(key)}:{written(item)}" for key, item in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value)


def leaves(pairs: Pairs, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Column → value of everything that is not null and no object."""
    for key, value in pairs:
        if isinstance(value, Pairs):
            yield from leaves(value, (*path, key))
        elif value is not None:
            yield aside(column_name(*path, key), standard_columns("ordered")), value


def canonical(value: Any) -> Any:
    """One form for what was sent and for what is stored: moments, numbers, booleans, text, JSON."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, Text | int | float):
        return number(str(value))
    if isinstance(value, datetime):
        return ("moment", value)
    if isinstance(value, list):
        return ("json", [canonical(item) for item in value])
    if isinstance(value, str) and (moment := moment_of(value)):
        return ("moment", moment)
    return ("text", value)


def number(text: str) -> Any:
    """A double where one says just that, else the digits."""
    double, written = float(text), Decimal(text)
    if not isinf(double) and written in (Decimal(double), Decimal(repr(double))):
        return ("double", repr(double))
    return ("digits", written)


def read(text: str) -> Any:
    """JSON with numbers as written."""
    return json.loads(text, parse_float=Text, parse_int=Text)


def of_column(value: Any) -> Any:
    """Text of a column that is an array's is the array."""
    if isinstance(value, str) and value.startswith("["):
        try:
            return read(value)
        except ValueError:
            return value
    return value


BODIES = st.lists(objects(VALUES), min_size=1, max_size=6)


def loaded(events: list[CleanEvent], cuts: list[int]) -> Warehouse:
    warehouse = Warehouse(None, layout=BOTH)
    marks = sorted({0, *(cut % (len(events) + 1) for cut in cuts), len(events)})
    for start, end in itertools.pairwise(marks):
        report = warehouse.load(events[start:end], next_offset=end)
        assert report.parked == []
    return warehouse


@MANY
@given(BODIES)
def test_every_value_is_in_its_column_or_beside_it(bodies: list[Pairs]) -> None:
    events = [event(f"m{at:02}", properties=written(body)) for at, body in enumerate(bodies)]
    warehouse = loaded(events, [])
    names = list(dump(warehouse)["web_app.ordered"][0])
    found = rows(warehouse, "FROM web_app.ordered ORDER BY id")
    assert len(found) == len(bodies)
    for body, row in zip(bodies, found, strict=True):
        stored = dict(zip(names, row, strict=True))
        unfit = read(stored.pop("_unfit") or "{}")
        kept = [(name, of_column(value)) for name, value in stored.items() if name not in standard_columns("ordered")]
        kept += [(key.partition("#")[0], value) for key, value in unfit.items()]
        got = Counter((name, repr(canonical(value))) for name, value in kept if value is not None)
        sent = Counter((name, repr(canonical(of_column(value)))) for name, value in leaves(body))
        assert got == sent
    warehouse.close()


TRAITS = st.lists(st.tuples(st.sampled_from(["plan", "Plan", "age", "city"]), st.one_of(LEAVES, ARRAYS)), max_size=3)
STREAM = st.lists(
    st.tuples(
        st.integers(0, 5),  # few ids, so that many come again
        st.sampled_from(["track", "identify", "group", "screen"]),
        st.integers(0, 3),
        TRAITS.map(Pairs),
    ),
    max_size=12,
)


def stream(given: list[tuple[int, Any, int, Pairs]]) -> list[CleanEvent]:
    made = []
    for number, kind, minute, body in given:
        part = "traits" if kind in ("identify", "group") else "properties"
        fields: dict[str, Any] = {part: written(body), "timestamp": f"2026-03-01T11:0{minute}:00.000Z"}
        fields |= {"user_id": f"u{number % 2}", "group_id": "g1", "name": "Home", "context": written(body)}
        made.append(event(f"m{number}", kind, **fields))
    return made


@MANY
@given(STREAM, st.lists(st.integers(0, 12), max_size=4))
def test_how_the_stream_is_cut_into_loads_never_shows(given: list[Any], cuts: list[int]) -> None:
    events = stream(given)
    whole, parts = loaded(events, []), loaded(events, cuts)
    assert dump(parts) == dump(whole)
    for warehouse in (whole, parts):
        warehouse.close()


@MANY
@given(STREAM, st.integers(0, 12))
def test_loading_again_changes_nothing(given: list[Any], start: int) -> None:
    events = stream(given)
    warehouse = loaded(events, [])
    before = dump(warehouse)
    report = warehouse.load(events[start:], next_offset=None)
    assert report.inserted == 0
    assert dump(warehouse) == before
    warehouse.close()


@MANY
@given(STREAM)
def test_ids_are_unique_and_none_is_missing(given: list[Any]) -> None:
    events = stream(given)
    warehouse = loaded(events, [])
    for table, kinds in (("identifies", "identify"), ("groups", "group"), ("screens", "screen"), ("tracks", "track")):
        sent = {one.message_id for one in events if one.type == kinds}
        if sent:
            assert rows(warehouse, f"SELECT id FROM web_app.{table} ORDER BY id") == [(one,) for one in sorted(sent)]
    warehouse.close()

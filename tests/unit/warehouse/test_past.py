"""Past events of one name: all of them, page by page, with the properties as rules name them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from headwater.base.event import CleanEvent
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.past import Page, Place, past
from tests.unit.warehouse.made import BOTH, CANDU, PLAIN, event

SCHEMAS = [CANDU.schema, PLAIN.schema]
NOON_MS = 1_772_366_400_000


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    made = Warehouse(None, layout=BOTH)
    for source in (CANDU, PLAIN):
        made.ensure_source(source)
    yield made
    made.close()


def at(second: int) -> str:
    return f"2026-03-01T12:00:{second:02}.000Z"


def asked(warehouse: Warehouse, name: str, **given: Any) -> list[tuple[Any, ...]]:
    """All rows, two at a time."""
    found: list[tuple[Any, ...]] = []
    after: Place | None = Place()
    given = {"schemas": SCHEMAS, "since_ms": 0, "properties": ()} | given
    schemas = given.pop("schemas")
    while after is not None:
        page: Page = past(warehouse.engine, schemas, name, after=after, limit=2, **given)
        assert len(page.rows) <= 2
        found += page.rows
        after = page.next
    return found


def load(warehouse: Warehouse, *events: CleanEvent) -> None:
    warehouse.load(events, next_offset=len(events))


def test_tracks_pages_and_screens_of_all_the_sources(warehouse: Warehouse):
    load(
        warehouse,
        event("m1", user_id="ann", timestamp=at(1)),
        event("m2", "screen", source_id="s1", name="Ordered", anonymous_id="a-1", timestamp=at(2)),
        event("m3", "page", user_id="bob", name="Ordered", timestamp=at(3)),
        event("m4", event="Ordered!", user_id="ann", timestamp=at(4)),
        event("m5", "page", user_id="bob", name="Home", timestamp=at(5)),
        event("m6", user_id="ann", timestamp=at(6)),
    )
    found = sorted((row[0], row[1] - NOON_MS, row[2], row[3]) for row in asked(warehouse, "Ordered"))
    assert found == [
        ("m1", 1_000, "ann", None),
        ("m2", 2_000, None, "a-1"),
        ("m3", 3_000, "bob", None),
        ("m6", 6_000, "ann", None),
    ]
    assert {row[0] for row in asked(warehouse, "Ordered", schemas=[CANDU.schema])} == {"m2"}
    assert {row[0] for row in asked(warehouse, "Ordered", since_ms=NOON_MS + 3_000)} == {"m3", "m6"}
    assert asked(warehouse, "Never") == []


def test_names_are_compared_in_one_form_of_unicode(warehouse: Warehouse):
    load(warehouse, event("m1", event="Cafe\u0301", user_id="ann"), event("m2", event="Caf\u00e9", user_id="ann"))
    assert {row[0] for row in asked(warehouse, "Caf\u00e9")} == {"m1", "m2"}


def test_properties_come_by_the_names_of_rules(warehouse: Warehouse):
    given = {"total": 11, "cart": {"kind": "big"}, "tags": ["a", "b"], "when": "2026-01-02", "id": "own", "n": 5}
    load(warehouse, event("m1", user_id="ann", properties=given), event("m2", user_id="ann", properties={"n": "text"}))
    names = ["total", "cart.kind", "tags", "when", "id", "n", "gone"]
    first, second = sorted(asked(warehouse, "Ordered", properties=names))
    assert msgspec.json.decode(first[4]) == {
        "total": 11,
        "cart.kind": "big",
        "tags": ["a", "b"],
        "when": "2026-01-02T00:00:00.000Z",
        "id": "own",
        "n": 5,
    }
    assert msgspec.json.decode(second[4]) == {"n": "text"}


def test_a_clock_that_runs_ahead_counts_for_five_minutes(warehouse: Warehouse):
    load(warehouse, event("m1", user_id="ann", received_at=at(0), timestamp="2030-01-01T00:00:00.000Z"))
    assert [row[1] for row in asked(warehouse, "Ordered")] == [NOON_MS + 300_000]


def test_many_of_one_moment_are_all_told(warehouse: Warehouse):
    load(warehouse, *(event(f"m{n}", user_id="ann", received_at=at(0), timestamp=at(0)) for n in range(9)))
    assert sorted(row[0] for row in asked(warehouse, "Ordered")) == [f"m{n}" for n in range(9)]

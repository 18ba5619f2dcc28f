"""A person's events over all schemas, newest first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from headwater.base.event import CleanEvent
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.timeline import Timeline, timeline
from tests.unit.warehouse.made import BOTH, CANDU, PLAIN, event

NOTHING = Timeline([], 0, set())


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    made = Warehouse(None, layout=BOTH)
    yield made
    made.close()


def at(second: int) -> str:
    return f"2026-03-01T12:00:{second:02}.000Z"


def loaded(warehouse: Warehouse, *events: CleanEvent) -> None:
    for source in (CANDU, PLAIN):
        warehouse.ensure_source(source)
    warehouse.load(events, next_offset=len(events))


def test_what_someone_did_over_all_sources(warehouse: Warehouse) -> None:
    loaded(
        warehouse,
        event("m1", user_id="ann", timestamp=at(1)),
        event("m2", "screen", source_id="s1", name="tutorial.view", anonymous_id="a-1", timestamp=at(5)),
        event("m3", "identify", user_id="ann", traits={"plan": "pro"}, timestamp=at(3)),
        event("m4", "group", user_id="ann", group_id="acme", timestamp=at(2)),
        event("m5", "alias", user_id="ann", previous_id="old", timestamp=at(4)),
        event("m6", "page", user_id="ann", name="Home", timestamp=at(6)),
        event("m7", user_id="bob", anonymous_id="a-2", timestamp=at(7)),
        event("m8", user_id="bob", anonymous_id="ann", timestamp=at(8)),
    )
    told = timeline(warehouse.engine, ["ann"], ["a-1"], limit=10, offset=0)
    found, total = told.events, told.total
    assert [(each.message_id, each.type, each.name, each.schema) for each in found] == [
        ("m6", "page", "Home", "web_app"),
        ("m2", "screen", "tutorial.view", "candu_prod"),
        ("m5", "alias", "old", "web_app"),
        ("m3", "identify", None, "web_app"),
        ("m4", "group", "acme", "web_app"),
        ("m1", "track", "Ordered", "web_app"),
    ]
    assert total == 6
    assert (found[0].at, found[0].user_id, found[1].anonymous_id) == (at(6), "ann", "a-1")
    second = timeline(warehouse.engine, ["ann"], ["a-1"], limit=2, offset=4)
    assert ([each.message_id for each in second.events], second.total) == (["m4", "m1"], 6)
    assert timeline(warehouse.engine, ["ann"], ["a-1"], limit=2, offset=10) == Timeline([], 6, set())


def test_nobody_did_nothing(warehouse: Warehouse) -> None:
    assert timeline(warehouse.engine, ["ann"], [], limit=10, offset=0) == NOTHING
    loaded(warehouse, event("m1", user_id="ann"))
    assert timeline(warehouse.engine, [], [], limit=10, offset=0) == NOTHING
    assert timeline(warehouse.engine, ["' OR 1=1 --"], ["%"], limit=10, offset=0) == NOTHING


def test_which_messages_have_a_row(warehouse: Warehouse) -> None:
    def known(*message_ids: str) -> set[str]:
        return timeline(warehouse.engine, [], [], limit=1, offset=0, besides=message_ids).loaded

    assert known("m1") == set()
    loaded(warehouse, event("m1"), event("m2", "page", name="Home"))
    assert known("m1", "m2", "m3") == {"m1", "m2"}
    assert known() == set()

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.base.event import CALL_TYPES, NO_JSON, CleanEvent
from headwater.catalog.check import read_file
from headwater.catalog.load import load_catalog
from headwater.catalog.model import SourceSpec
from headwater.catalog.violations import MAX_VIOLATIONS, Plan, violations
from tests.unit.catalog.entries import write_acme

CANDU = load_catalog().source("candu")
PRODUKTLY = load_catalog().source("produktly")
VIEW = {"tutorialId": 1, "segmentId": "Everyone", "portalId": 2, "versionId": "v"}


@pytest.fixture
def acme(tmp_path: Path) -> SourceSpec:
    spec = read_file(write_acme(tmp_path)).spec
    assert spec is not None
    return spec


def event(call: str, name: str | None = None, found: Any = None, raw: bytes | None = None) -> CleanEvent:
    part = msgspec.Raw(raw if raw is not None else json.dumps(found).encode() if found is not None else b"")
    return CleanEvent(
        message_id="m",
        type=call,  # type: ignore[arg-type]
        source_id="s",
        workspace_id="w",
        received_at="2026-03-04T00:00:00.000Z",
        timestamp="2026-03-04T00:00:00.000Z",
        event=name if call == "track" else None,
        name=name if call in ("page", "screen") else None,
        properties=part if call in ("track", "page", "screen") else NO_JSON,
        traits=part if call in ("identify", "group") else NO_JSON,
    )


def told(spec: SourceSpec, found: CleanEvent) -> list[tuple[str, str]]:
    return [(violation.type, violation.field) for violation in violations(spec, found)]


def test_what_the_catalogue_declares_has_none():
    assert told(CANDU, event("screen", "tutorial.view", VIEW)) == []
    assert told(PRODUKTLY, event("track", "Nps Widget Shown", {"nps_widget_id": 4})) == []


@pytest.mark.parametrize("call", ["track", "screen", "page"])
def test_a_collection_is_the_same_by_whichever_call_it_comes(call: str):
    assert told(CANDU, event(call, "tutorial.view", VIEW)) == []


def test_each_kind_of_violation_is_told_with_its_field():
    wrong = {"tutorialId": "1", "portalId": None, "versionId": "v", "slug": "home"}
    assert told(CANDU, event("screen", "tutorial.view", wrong)) == [
        ("Required", "properties.segmentId"),
        ("Required", "properties.portalId"),
        ("Invalid Type", "properties.tutorialId"),
        ("Unplanned Property", "properties.slug"),
    ]


def test_an_inner_property_is_named_by_its_whole_way():
    step = {"tour_id": 1, "metadata": {"stepIndex": "one", "typ": "next"}}
    assert told(PRODUKTLY, event("track", "Tour Step", step)) == [
        ("Required", "properties.metadata.type"),
        ("Invalid Type", "properties.metadata.stepIndex"),
        ("Unplanned Property", "properties.metadata.typ"),
    ]


def test_absent_properties_lack_everything_that_is_required():
    assert told(CANDU, event("track", "tutorial.interaction")) == [
        ("Required", f"properties.{name}") for name in ("tutorialId", "segmentId", "portalId", "versionId", "eventName")
    ]


def test_an_unplanned_event_is_told_with_the_right_spelling():
    (found,) = violations(PRODUKTLY, event("track", "NPS widget shown", {}))
    assert (found.type, found.field) == ("Unplanned Event", "event")
    assert found.description == (
        '"NPS widget shown" is none of the events of Produktly. There is "Nps Widget Shown": '
        "the spelling must be the same."
    )
    (nameless,) = violations(CANDU, event("screen", None, {}))
    assert (nameless.type, nameless.field) == ("Unplanned Event", "name")
    assert nameless.description == "A screen call without a name is none of the events of Candu."


def test_a_misspelt_property_is_told_with_the_right_spelling():
    found = violations(PRODUKTLY, event("track", "Tour Start", {"tourId": 1}))
    assert [violation.type for violation in found] == ["Required", "Unplanned Property"]
    assert 'There is "tour_id"' in found[1].description


@pytest.mark.parametrize("call", ["identify", "group", "alias"])
def test_calls_that_the_entry_does_not_declare_are_no_violation(call: str):
    assert told(CANDU, event(call, None, {"anything": 1})) == []


def test_a_declared_identify_call_is_held_to_its_traits(acme: SourceSpec):
    assert told(acme, event("identify", None, {"mood": "shaken"})) == []
    assert told(acme, event("identify", None, {"mood": 3, "age": 4})) == [
        ("Invalid Type", "traits.mood"),
        ("Unplanned Property", "traits.age"),
    ]


@pytest.mark.parametrize("slug", ["http-api", "javascript", "node", "python"])
def test_a_source_without_declared_events_has_none(slug: str):
    spec = load_catalog().source(slug)
    assert told(spec, event("track", "Anything", {"at": "all"})) == []
    assert told(spec, event("screen", None, raw=b"not even JSON")) == []


@pytest.mark.parametrize(
    ("popped_at", "fine"),
    [
        ("2026-03-04T05:06:07Z", True),
        ("2026-03-04", True),
        (None, True),
        ("yesterday", False),
        (1772600767, False),
    ],
)
def test_a_date_time_is_read(acme: SourceSpec, popped_at: Any, fine: bool):
    found = told(acme, event("track", "Balloon Popped", {"balloonId": 1, "where": {"x": 1}, "poppedAt": popped_at}))
    assert found == ([] if fine else [("Invalid Type", "properties.poppedAt")])


@pytest.mark.parametrize(
    ("value", "fine"),
    [
        ("1", True),
        ("1.0", True),
        ("-7", True),
        ("9" * 5000, True),
        ("1.5", False),
        ("true", False),
        ("1e400", False),
    ],
)
def test_an_integer_is_a_whole_number_of_any_length_and_no_boolean(value: str, fine: bool):
    found = told(PRODUKTLY, event("track", "Tour Start", raw=b'{"tour_id":%s}' % value.encode()))
    assert found == ([] if fine else [("Invalid Type", "properties.tour_id")])


def test_a_lone_surrogate_does_not_hide_what_else_is_wrong_and_can_be_answered():
    raw = b'{"tour_id":"\\ud800","\\udc00":1}'
    found = violations(PRODUKTLY, event("track", "Tour Start", raw=raw))
    assert [(violation.type, violation.field) for violation in found] == [
        ("Invalid Type", "properties.tour_id"),
        ("Unplanned Property", "properties.?"),
    ]
    assert msgspec.json.decode(msgspec.json.encode(found))[1]["field"] == "properties.?"


def test_descriptions_hold_no_value_that_was_sent():
    found = violations(CANDU, event("screen", "tutorial.view", {**VIEW, "tutorialId": "s3cret"}))
    assert found
    assert "s3cret" not in "".join(violation.description for violation in found)


def test_a_flood_is_cut_and_long_names_too():
    found = violations(PRODUKTLY, event("track", "Tour Start", {f"{'x' * 500}{n}": n for n in range(500)}))
    assert len(found) == MAX_VIOLATIONS
    assert max(len(violation.description) for violation in found) < 200
    (unplanned,) = violations(PRODUKTLY, event("track", "y" * 30_000, {}))
    assert len(unplanned.description) < 200


def test_a_new_spec_under_the_same_slug_takes_the_place_of_the_old():
    other = msgspec.structs.replace(PRODUKTLY, slug="candu", name="Other")
    assert told(CANDU, event("screen", "tutorial.view", VIEW)) == []
    assert told(other, event("screen", "tutorial.view", VIEW)) == [("Unplanned Event", "name")]
    assert told(CANDU, event("screen", "tutorial.view", VIEW)) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = sorted({spec.name for declared in PRODUKTLY.events for spec in declared.properties})
NEARLY = st.dictionaries(
    st.sampled_from(NAMES) | st.text(max_size=5),
    st.integers() | st.sampled_from([{"stepIndex": 1, "type": "next"}, {"stepId": 3}]) | JSON,
    max_size=4,
)


@given(st.sampled_from([declared.name for declared in PRODUKTLY.events]), NEARLY)
def test_the_quick_look_and_the_closer_look_agree(name: str, found: dict[str, Any]):
    """An event has no violation by the decoder that is tried first only if it has none by the rules."""
    quick = told(PRODUKTLY, event("track", name, found))
    shape = Plan(PRODUKTLY)._named[name]
    closer = [(violation.type, violation.field) for violation in _all(shape.compare(found, "properties"))]
    assert quick == closer


@given(st.sampled_from(CALL_TYPES), st.none() | st.sampled_from(["tutorial.view", "x"]) | st.text(), st.binary())
def test_no_event_makes_it_raise(call: str, name: str | None, raw: bytes):
    for violation in violations(CANDU, event(call, name, raw=raw)):
        assert violation.field
        assert msgspec.json.encode(violation)


def _all(found: Iterator[Any]) -> list[Any]:
    return list(islice(found, MAX_VIOLATIONS))

from __future__ import annotations

import pytest

from headwater.catalog.load import load_catalog
from headwater.catalog.model import EventSpec, PropertySpec, to_wire

CATALOG = load_catalog()


def test_flat_properties_are_the_leaves_with_their_way():
    event = CATALOG.source("produktly").event("Tour Step")
    assert event is not None
    assert [(way, type_) for way, type_, _ in event.flat_properties()] == [
        (("tour_id",), "integer"),
        (("metadata", "stepIndex"), "integer"),
        (("metadata", "type"), "string"),
    ]


def test_an_object_that_declares_nothing_inside_is_a_leaf():
    inner = PropertySpec(name="b", type="object", description="Anything.")
    outer = PropertySpec(name="a", type="object", description="An object.", properties=(inner,))
    event = EventSpec(name="E", call="track", description="An event.", properties=(outer,))
    assert event.flat_properties() == [(("a", "b"), "object", "Anything.")]


def test_an_event_is_found_by_its_exact_name_alone():
    produktly = CATALOG.source("produktly")
    assert produktly.event("Nps Widget Shown") is not None
    assert produktly.event("NPS Widget Shown") is None


def test_the_refusal_names_the_source_its_region_and_the_workspaces():
    refusal = CATALOG.source("candu").region_refusal("eu")
    assert refusal is not None
    assert refusal.startswith("Candu is supported in workspaces of region us only, and this workspace is in eu.")
    assert refusal.endswith("nothing was created.")
    assert CATALOG.source("candu").region_refusal("us") is None
    assert CATALOG.source("produktly").region_refusal("eu") is None


def test_setup_steps_hold_words_until_there_is_a_source_and_then_its_values():
    spec = CATALOG.source("python")
    assert "Set analytics.write_key to the write key and" in spec.setup_steps()[2]
    filled = spec.setup_steps({"write_key": "k" * 32, "public_url": "https://in.example.com"})
    assert filled[2].startswith(f"Set analytics.write_key to {'k' * 32} and analytics.host to https://in.example.com")
    assert not any("{" in step for spec in CATALOG.sources() for step in spec.setup_steps())


def test_the_wire_form_has_the_keys_of_the_contract():
    wire = to_wire(CATALOG.source("candu"))
    contract = {"slug", "name", "kind", "status", "maintainer", "categories", "regions"} | {
        "description",
        "docs",
        "related",
        "setup",
        "events",
        "settings",
    }
    assert contract <= wire.keys()
    assert wire["maintainer"] == {"name": "Candu", "contact": "support@candu.ai"}
    assert {"name", "call", "description", "properties"} <= wire["events"][0].keys()
    assert {"name", "type", "description"} <= wire["events"][0]["properties"][0].keys()


def test_the_wire_form_is_camel_case_throughout():
    for spec in CATALOG.sources():
        assert not [key for key in _keys(to_wire(spec)) if "_" in key]


def _keys(value: object) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for inner in value.values() for key in _keys(inner))]
    return [key for inner in value for key in _keys(inner)] if isinstance(value, list) else []


@pytest.mark.parametrize("slug", ["http-api", "javascript", "node", "python"])
def test_a_source_of_ones_own_declares_no_events(slug: str):
    assert CATALOG.source(slug).events == ()
    assert CATALOG.source(slug).platform == ("browser" if slug == "javascript" else "server")

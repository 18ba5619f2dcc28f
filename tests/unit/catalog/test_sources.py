"""What the bundled entries must say, word for word where clients depend on it."""

from __future__ import annotations

import pytest

from headwater.catalog.load import load_catalog
from headwater.catalog.model import SourceSpec

CATALOG = load_catalog()

PRODUKTLY = {
    "Tour Available": ["tour_id"],
    "Tour Start": ["tour_id"],
    "Tour Auto Start": ["tour_id"],
    "Tour Continue": ["tour_id"],
    "Tour Finish": ["tour_id"],
    "Tour Step": ["tour_id", "metadata.stepIndex", "metadata.type"],
    "Checklist Step Completed": ["checklist_id", "metadata.stepId"],
    "Checklist Finished": ["checklist_id"],
    "Smart Tip Available": ["smart_tip_id"],
    "Smart Tip Open": ["smart_tip_id"],
    "Announcement Shown": ["announcement_id"],
    "Announcement Action Clicked": ["announcement_id"],
    "Announcement Closed": ["announcement_id"],
    "Nps Widget Shown": ["nps_widget_id"],
}

BEAMER = {
    "Post Viewed": ["post", "language", "origin"],
    "Link Clicked": ["post", "language", "url"],
    "Push Notification Clicked": ["post", "language", "url"],
    "Post Commented": ["post", "comment"],
    "Post Reacted To": ["post", "reaction"],
    "NPS Response Sent": ["score", "comment"],
}


def test_candu_sends_one_screen_and_one_track_with_these_types():
    candu = CATALOG.source("candu")
    four = [("tutorialId", "integer"), ("segmentId", "string"), ("portalId", "integer"), ("versionId", "string")]
    assert [(event.name, event.call, _types(candu, event.name)) for event in candu.events] == [
        ("tutorial.view", "screen", four),
        ("tutorial.interaction", "track", [*four, ("eventName", "string")]),
    ]


def test_candu_is_public_was_beta_is_for_us_alone_and_names_its_destination():
    candu = CATALOG.source("candu")
    assert (candu.kind, candu.status, candu.regions, candu.related) == ("event cloud", "public", ("us",), "candu")
    assert "beta" in candu.status_note
    assert (candu.maintainer.name, candu.maintainer.contact) == ("Candu", "support@candu.ai")


def test_candu_setup_names_the_labels_the_schema_the_key_and_where_it_goes():
    steps = " ".join(CATALOG.source("candu").setup_steps())
    for words in (
        "Add Source",
        "Candu_Prod, Candu_Staging, Candu_Dev",
        "schema",
        "write key",
        "Settings > Integrations > Segment Source",
    ):
        assert words in steps


def test_produktly_sends_its_fourteen_events_as_tracks():
    produktly = CATALOG.source("produktly")
    assert _declared(produktly) == PRODUKTLY
    assert {event.call for event in produktly.events} == {"track"}


def test_produktly_ids_are_integers_whose_type_is_ours():
    for event in CATALOG.source("produktly").events:
        own_id = event.properties[0]
        assert (own_id.type, own_id.ours) == ("integer", True), event.name
    assert ("metadata.stepIndex", "integer") in _types(CATALOG.source("produktly"), "Tour Step")
    assert ("metadata.type", "string") in _types(CATALOG.source("produktly"), "Tour Step")


def test_produktly_is_for_both_regions_and_names_its_maintainer():
    produktly = CATALOG.source("produktly")
    assert (produktly.kind, produktly.status, produktly.regions) == ("event cloud", "public", ("us", "eu"))
    assert (produktly.maintainer.name, produktly.maintainer.contact) == ("Produktly", "support@produktly.com")
    steps = " ".join(produktly.setup_steps())
    for words in ("name", "settings", "Add Source", "write key", "Integrations", "Segment", "Activate"):
        assert words in steps


def test_beamer_sends_its_six_events_and_every_type_is_ours():
    beamer = CATALOG.source("beamer")
    assert _declared(beamer) == BEAMER
    assert all(prop.ours for event in beamer.events for prop in event.properties)
    assert beamer.regions == ("us", "eu")


def test_delighted_sends_one_event_and_the_types_it_gives_are_its_own():
    delighted = CATALOG.source("delighted")
    assert [event.name for event in delighted.events] == ["Survey Question Answered"]
    given = {prop.name: prop.type for prop in delighted.events[0].properties if not prop.ours}
    assert given == {"survey_tags": "array", "survey_notes": "array", "survey_properties": "object"}
    assert len(delighted.events[0].properties) == 12
    assert delighted.regions == ("us",)


@pytest.mark.parametrize("spec", CATALOG.sources(), ids=lambda spec: spec.slug)
def test_every_declared_event_has_an_example(spec: SourceSpec):
    shown = {example.body.get("event") or example.body.get("name") for example in spec.examples}
    assert {event.name for event in spec.events} <= shown
    assert spec.examples


def _declared(spec: SourceSpec) -> dict[str, list[str]]:
    return {event.name: [".".join(way) for way, _, _ in event.flat_properties()] for event in spec.events}


def _types(spec: SourceSpec, name: str) -> list[tuple[str, str]]:
    event = spec.event(name)
    assert event is not None
    return [(".".join(way), type_) for way, type_, _ in event.flat_properties()]

"""Which connections an event goes to."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.base.event import CleanEvent
from headwater.catalog.destination_load import load_destinations
from headwater.control.model import Filters
from headwater.send.match import Match, content_id_of, match, order_key, rule_of
from tests.unit.send.room import webhook

ALL = ("content.view", "content.interaction", "form.submission", "experiment.impression")


def event(**changes: Any) -> CleanEvent:
    for part in ("properties", "context", "integrations"):
        if part in changes:
            changes[part] = msgspec.Raw(msgspec.json.encode(changes[part]))
    at = "2026-01-01T00:00:00.000Z"
    base: dict[str, Any] = {"message_id": "m", "source_id": "ws.customer-events", "workspace_id": "ws"}
    base |= {"received_at": at, "timestamp": at, "type": "screen", "name": "candu.sdk.content"}
    return CleanEvent(**(base | changes))


def found(given: CleanEvent, catalog: str = "webhook", **connection: Any) -> Match | None:
    entry = webhook("https://example.com", **({"topics": ALL, "catalog": catalog} | connection))
    return match(rule_of(entry, load_destinations().destination(catalog)), given)


INTERACTION: dict[str, Any] = {"type": "track", "name": None, "event": "candu.sdk.content.interaction"}


@pytest.mark.parametrize(
    ("changes", "topic"),
    [
        ({}, "content.view"),
        ({"name": "candu.sdk.impression"}, "experiment.impression"),
        (INTERACTION, "content.interaction"),
        ({"type": "track", "name": None, "event": "Demo_responded", "form": True}, "form.submission"),
    ],
)
def test_each_topic_takes_its_event_and_no_other(changes: dict[str, Any], topic: str) -> None:
    assert found(event(**changes), topics=(topic,)) == Match(topic)
    others = tuple(each for each in ALL if each != topic)
    assert found(event(**changes), topics=others) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"source_id": "ws.rest"},
        {"source_id": "src_other"},
        {"type": "page"},
        {"name": "candu.sdk.hotspot_beacon"},
        {"type": "track", "name": None, "event": "Ordered"},
        {"type": "track", "name": None, "event": "candu.sdk.content"},
    ],
)
def test_other_events_reach_no_topic(changes: dict[str, Any]) -> None:
    assert found(event(**changes)) is None


def test_an_event_that_a_filter_names_needs_no_topic() -> None:
    named = Filters(event_names=("Ordered",))
    ordered = event(type="track", name=None, event="Ordered")
    assert found(ordered, filters=named, topics=()) == Match(None)
    assert found(event(), filters=named) is None


def test_a_filter_may_name_an_interaction_by_its_label() -> None:
    clicked = event(**INTERACTION, properties={"eventName": "Open clicked"})
    assert found(clicked, filters=Filters(event_names=("Open clicked",))) == Match("content.interaction")
    assert found(clicked, filters=Filters(event_names=("Other",))) is None


def test_chosen_content_alone() -> None:
    about = Filters(content_ids=("abc",))
    assert found(event(properties={"contentId": "abc"}), filters=about) is not None
    assert found(event(properties={"contentId": "abd"}), filters=about) is None
    assert found(event(), filters=about) is None
    assert found(event(properties=["contentId", "abc"]), filters=about) is None


def test_a_destination_takes_what_its_sources_send_and_its_calls_allow() -> None:
    chosen: dict[str, Any] = {"kind": "destination", "source_ids": ("src_1",), "topics": ()}
    assert found(event(source_id="src_1"), **chosen) == Match(None)
    assert found(event(), **chosen) is None
    assert found(event(source_id="src_1"), filters=Filters(calls=("track",)), **chosen) is None
    assert found(event(source_id="src_1"), kind="destination", source_ids=(), topics=()) is None


def test_the_two_senders_take_their_events_alone() -> None:
    sender: dict[str, Any] = {"kind": "integration", "source_ids": ("ws.customer-events",), "topics": ()}
    assert found(event(), "candu-segment", **sender) is not None
    assert found(event(type="track", name=None, event="Ordered"), "candu-segment", **sender) is None


@pytest.mark.parametrize(
    ("integrations", "goes"),
    [
        ({}, True),
        ({"All": True}, True),
        ({"All": False}, False),
        ({"Webhooks": False}, False),
        ({"All": False, "Webhooks": True}, True),
        ({"All": False, "Webhooks": {"option": 1}}, True),
        ({"All": True, "Webhooks": False}, False),
        ({"All": False, "Other": True}, False),
        ({"All": None}, True),
        ({"webhooks": False}, True),
        (["All"], True),
    ],
)
def test_the_integrations_object_is_honoured(integrations: Any, goes: bool) -> None:
    assert (found(event(integrations=integrations)) is not None) is goes


@pytest.mark.parametrize(
    ("hops", "skip"), [(0, None), (2, None), (3, "loop"), (99, "loop"), (-1, None), ("3", None), (None, None)]
)
def test_what_was_handed_on_three_times_goes_no_further(hops: Any, skip: str | None) -> None:
    assert found(event(context={"headwater": {"hops": hops}})) == Match("content.view", skip)


def test_a_disabled_connection_keeps_what_it_would_have_got() -> None:
    assert found(event(), enabled=False) == Match("content.view", "disabled")
    assert found(event(type="page"), enabled=False) is None


def test_order_goes_by_the_user_or_else_the_browser() -> None:
    assert order_key(event(user_id="u", anonymous_id="a")) == "user:u"
    assert order_key(event(anonymous_id="u")) == "anonymous:u"


def test_the_content_goes_by_its_id_or_else_its_slug() -> None:
    assert content_id_of(event(properties={"contentId": "abc", "slug": "s"})) == "abc"
    assert content_id_of(event(properties={"slug": "s"})) == "s"
    assert content_id_of(event(properties={"contentId": 7})) is None
    assert content_id_of(event()) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON, JSON)
def test_no_event_that_a_door_lets_in_stops_the_matching(properties: Any, context: Any, integrations: Any) -> None:
    hostile = event(properties=properties, context=context, integrations=integrations)
    hit = found(hostile, filters=Filters(content_ids=("a",), event_names=("candu.sdk.content",)))
    assert hit is None or isinstance(hit, Match)

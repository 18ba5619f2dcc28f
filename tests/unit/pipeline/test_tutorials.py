"""What Candu's webhook events become in a Candu source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from headwater.base.errors import Transient
from headwater.base.event import CleanEvent
from headwater.base.raw import RawRecord
from headwater.journal.protocol import Record
from headwater.pipeline import normalise
from headwater.pipeline.process import process

SHOWN = {
    "documentId": 32470,
    "segmentId": "Everyone",
    "contentId": "nrpHFcRlmW",
    "versionId": "6f1ed002ab5595859014ebf0951522d9",
    "placementId": "3N2DN_",
    "slug": "welcome",
}
TUTORIAL = {"tutorialId": 32470, "segmentId": "Everyone", "portalId": 7, "versionId": SHOWN["versionId"]}


class Numbers:
    """Counts contents from seven, each workspace by itself."""

    def __init__(self) -> None:
        self.given: dict[tuple[str, str], int] = {}

    def number_of(self, workspace_id: str, content_id: str) -> int:
        return self.given.setdefault((workspace_id, content_id), 7 + len(self.given))


class Away:
    def number_of(self, workspace_id: str, content_id: str) -> int:
        raise Transient("not now")


def record(*events: Mapping[str, Any]) -> RawRecord:
    raws = [msgspec.Raw(msgspec.json.encode({"userId": "u", "anonymousId": "a"} | dict(event))) for event in events]
    return RawRecord(source_id="s", workspace_id="w", received_ms=1_790_000_000_000, events=raws, door="candu")


def clean(event: Mapping[str, Any], numbers: Any = None) -> CleanEvent:
    made = record(event)
    call = normalise.read_call(made.events[0], made.door)
    return normalise.clean(made, call, message_id="m", numbers=numbers or Numbers())


def properties(event: CleanEvent) -> Any:
    return msgspec.json.decode(event.properties) if event.properties else None


def test_a_view_of_content() -> None:
    event = clean(
        {"type": "Screen", "screenName": "candu.sdk.content", "properties": SHOWN, "context": {"locale": "en"}}
    )
    assert (event.type, event.name, event.event) == ("screen", "tutorial.view", None)
    assert (event.user_id, event.anonymous_id) == ("u", "a")
    assert list(properties(event).items()) == list(TUTORIAL.items())
    assert msgspec.json.decode(event.context) == {"locale": "en"}


def test_an_interaction_with_its_label() -> None:
    label = {"eventName": "Welcome - Start clicked", "id": 32470, "category": "Native", "trigger": "OnClick"}
    event = clean({"type": "Track", "eventName": "candu.sdk.content.interaction", "properties": SHOWN | label})
    assert (event.type, event.event, event.name) == ("track", "tutorial.interaction", None)
    assert properties(event) == TUTORIAL | {"eventName": "Welcome - Start clicked"}


@pytest.mark.parametrize(
    ("given", "type_", "name", "form"),
    [
        ({"type": "Screen", "screenName": "candu.sdk.impression"}, "track", "candu.sdk.impression", False),
        (
            {"type": "Screen", "screenName": "candu.sdk.content.interaction"},
            "track",
            "candu.sdk.content.interaction",
            False,
        ),
        ({"type": "Track", "eventName": "candu.sdk.content"}, "track", "candu.sdk.content", False),
        ({"type": "Track", "eventName": "Upgraded"}, "track", "Upgraded", False),
        ({"type": "FormSubmission", "eventName": "NPS_responded"}, "track", "NPS_responded", True),
        ({"type": "Screen"}, "screen", None, False),
        ({"type": "Page", "pageName": "Home"}, "page", "Home", False),
        ({"type": "Identify", "traits": {"plan": "pro"}}, "identify", None, False),
    ],
)
def test_any_other_event_keeps_its_name(given: dict[str, Any], type_: str, name: str | None, form: bool) -> None:
    event = clean(given | {"properties": {"a": 1}})
    assert (event.type, event.event or event.name, event.form) == (type_, name, form)
    assert properties(event) == {"a": 1}


def test_what_is_not_said_is_left_out_and_what_is_odd_stays() -> None:
    view = {"type": "Screen", "screenName": "candu.sdk.content"}
    assert properties(clean(view)) == {}
    odd = {"documentId": "32470", "contentId": {"a": 1}, "segmentId": None, "versionId": 5}
    assert properties(clean(view | {"properties": odd})) == {"tutorialId": "32470", "segmentId": None, "versionId": 5}
    assert properties(clean(view | {"properties": {"contentId": ""}})) == {}
    assert properties(clean(view | {"properties": {"contentId": 12}})) == {"portalId": 7}


def test_each_content_has_one_number_whenever_it_is_read() -> None:
    view = {"type": "Screen", "screenName": "candu.sdk.content"}
    views = [view | {"id": f"m{at}", "properties": SHOWN | {"contentId": each}} for at, each in enumerate("aba")]
    records = [Record(offset=0, next=100, payload=msgspec.json.encode(record(*views)))]
    numbers = Numbers()
    frames = [process(records, journal="j", seen=lambda keys: [False] * len(keys), numbers=numbers).frame for _ in "12"]
    assert [properties(event)["portalId"] for event in frames[0].events] == [7, 8, 7]
    assert frames[0] == frames[1]


def test_the_pipeline_waits_while_no_number_can_be_had() -> None:
    view = {"type": "Screen", "screenName": "candu.sdk.content", "properties": SHOWN}
    records = [Record(offset=0, next=100, payload=msgspec.json.encode(record(view)))]
    with pytest.raises(Transient):
        process(records, journal="j", seen=lambda keys: [False] * len(keys), numbers=Away())

"""The two sending sides: exactly their events, exactly their properties."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from headwater import __version__
from headwater.catalog.load import load_catalog
from tests.unit.catalog.destinations.jobs import body, event, made, only

CONTENT = {
    "versionId": "6f1ed002ab5595859014ebf0951522d9",
    "segmentId": "Everyone",
    "slug": "onboarding",
    "contentId": "nBz41kQpXw",
    "documentId": 3107,
    "placementId": "3N2DN_",
}
FOUR = {"tutorialId": 3107, "segmentId": "Everyone", "portalId": 204, "versionId": CONTENT["versionId"]}


def view(**given: Any) -> Any:
    return event("screen", name="candu.sdk.content", user_id="u", anonymous_id="a", properties={**CONTENT, **given})


def click(**given: Any) -> Any:
    properties = {**CONTENT, "eventName": "Invite", "trigger": "OnClick", "id": 3107, "category": "Native", **given}
    return event(event="candu.sdk.content.interaction", user_id="u", anonymous_id="a", properties=properties)


def test_a_view_is_a_screen_call_with_its_four_properties():
    request = only(made("candu-segment", view(), portal_id=204, writeKey="k", host="https://api.segment.io"))
    assert request.url == "https://api.segment.io/v1/screen"
    assert dict(request.headers)["Authorization"] == f"Basic {base64.b64encode(b'k:').decode()}"
    sent = body(request)
    assert sent.pop("context") == {"headwater": {"hops": 1}, "library": {"name": "headwater", "version": __version__}}
    assert sent == {
        "userId": "u",
        "anonymousId": "a",
        "name": "tutorial.view",
        "messageId": request.jobs[0],
        "timestamp": "2026-03-04T09:15:01.000Z",
        "properties": FOUR,
    }


def test_a_click_is_a_track_call_with_five_and_the_label():
    request = only(made("candu-segment", click(), portal_id=204, writeKey="k"))
    assert request.url == "http://headwater.internal/v1/track"
    sent = body(request)
    assert (sent["event"], sent["properties"]) == ("tutorial.interaction", {**FOUR, "eventName": "Invite"})


def test_the_user_is_never_in_the_version():
    assert "u" not in body(only(made("candu-segment", view(), portal_id=1, writeKey="k")))["properties"].values()


def test_ids_written_as_text_become_numbers():
    sent = body(only(made("candu-segment", view(documentId="3107"), portal_id=204, writeKey="k")))
    assert sent["properties"] == FOUR


def test_extended_lets_the_others_follow():
    sent = body(only(made("candu-segment", click(), portal_id=204, writeKey="k", extended=True)))
    others = {key: value for key, value in CONTENT.items() if key not in ("versionId", "segmentId")}
    more = {"id": 3107, "category": "Native", "trigger": "OnClick"}
    assert sent["properties"] == {**FOUR, "eventName": "Invite", **others, **more}


@pytest.mark.parametrize(
    "other",
    [
        event(event="F_responded", form=True, user_id="u"),
        event(event="candu.sdk.content.dismiss", user_id="u"),
        event("screen", name="candu.sdk.flow_step", user_id="u"),
        event("screen", name="candu.sdk.impression", user_id="u"),
        event("page", name="candu.sdk.content", user_id="u"),
        event(event="Tour Step", user_id="u"),
        event("identify", user_id="u"),
    ],
    ids=lambda sent: sent.event or sent.name or sent.type,
)
def test_nothing_else_is_sent_for_candu(other: Any):
    assert made("candu-segment", other, portal_id=1, writeKey="k") == []


DECLARED = load_catalog().source("produktly").events


@pytest.mark.parametrize("declared", DECLARED, ids=lambda spec: spec.name)
def test_each_of_the_fourteen_goes_out_with_what_its_source_declares(declared: Any):
    values = {"integer": 5, "string": "next"}
    properties: dict[str, Any] = {}
    for way, kind, _ in declared.flat_properties():
        inner = properties
        for key in way[:-1]:
            inner = inner.setdefault(key, {})
        inner[way[-1]] = values.get(kind, "x")
    extra = {**properties, "theme": "dark"}
    if "metadata" in extra:
        extra["metadata"] = {**properties["metadata"], "more": 1}
    sent = event(event=declared.name, user_id="u", anonymous_id="a", properties=extra)
    request = only(made("produktly-segment", sent, writeKey="k", host="https://api.segment.io"))
    assert request.url == "https://api.segment.io/v1/track"
    assert (body(request)["event"], body(request)["properties"]) == (declared.name, properties)
    extended = body(only(made("produktly-segment", sent, writeKey="k", extended=True)))
    assert extended["properties"] == extra


def test_there_are_fourteen():
    assert len(DECLARED) == 14


@pytest.mark.parametrize("name", ["NPS Widget Shown", "tour step", "Nps Response Submitted", "candu.sdk.content", ""])
def test_nothing_else_is_sent_for_produktly(name: str):
    assert made("produktly-segment", event(event=name, user_id="u"), writeKey="k") == []


@pytest.mark.parametrize(
    ("ids", "uuid_as_user_id", "expected"),
    [
        ({"user_id": "u", "anonymous_id": "a"}, False, {"userId": "u", "anonymousId": "a"}),
        ({"user_id": "u", "anonymous_id": "a"}, True, {"userId": "u", "anonymousId": "a"}),
        ({"anonymous_id": "a"}, False, {"anonymousId": "a"}),
        ({"anonymous_id": "a"}, True, {"userId": "a", "anonymousId": "a"}),
    ],
)
def test_who_is_not_identified_goes_by_the_uuid_of_the_browser(
    ids: dict[str, str], uuid_as_user_id: bool, expected: dict[str, str]
):
    sent = body(only(made("produktly-segment", event(event="Tour Start", **ids), uuidAsUserId=uuid_as_user_id)))
    assert {key: sent[key] for key in ("userId", "anonymousId") if key in sent} == expected

"""A Candu and a Segment that run elsewhere feed sources by their webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from typing import Any

import httpx
import pytest

from tests.server import Server

SHOWN = {"versionId": "6f1ed002ab5595859014ebf0951522d9", "segmentId": "Everyone", "contentId": "nrpHFcRlmW"}
WHO = {"anonymousId": "25c2b1a4-6f2e-4c4c-8d8f-0f6e3a9d7b10", "userId": "user-42", "version": 2}
SENT_AT = "2026-03-04T09:15:08.250Z"


def hook(source: dict[str, Any], body: Any, **headers: str) -> httpx.Response:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(source["inboundUrl"], content=sent, headers=headers, timeout=30)


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "type": kind,
        "sentAt": SENT_AT,
        "receivedAt": SENT_AT,
        "context": {},
        **WHO,
        **more,
    }


def view(content: str = "nrpHFcRlmW") -> dict[str, Any]:
    properties = SHOWN | {"contentId": content, "documentId": 32470, "slug": "welcome", "placementId": "3N2DN_"}
    return event("Screen", screenName="candu.sdk.content", properties=properties)


def click() -> dict[str, Any]:
    properties = SHOWN | {"eventName": "Demo - Open clicked", "id": 1234, "category": "Native", "documentId": 1234}
    return event("Track", eventName="candu.sdk.content.interaction", properties=properties | {"trigger": "OnClick"})


def fetched(server: Server, place: str, message_id: str, columns: str) -> list[Any]:
    server.rows(f"SELECT count(*) FROM {place} WHERE id = '{message_id}'", lambda rows: rows == [[1]])
    (row,) = server.sql(f"SELECT {columns} FROM {place} WHERE id = '{message_id}'")
    return row


@pytest.fixture(scope="module")
def candu(shared_server: Server) -> dict[str, Any]:
    return shared_server.add_source("candu", "Candu_Prod")


@pytest.mark.seed("S1.12", "arrives")
@pytest.mark.seed("S1.13", "arrives")
def test_views_and_interactions_of_a_candu_become_its_source_s_tables(
    shared_server: Server, candu: dict[str, Any]
) -> None:
    seen, other, clicked = view(), view("another123"), click()
    for body in ({"payload": seen}, {"payload": other}, {"payload": clicked}, {"payload": seen}):
        assert hook(candu, body).json() == {"success": True}
    four = "tutorial_id, segment_id, version_id, user_id, anonymous_id, epoch_ms(timestamp)"
    row = fetched(shared_server, "candu_prod.tutorial_view", seen["id"], four)
    assert row == [32470, "Everyone", SHOWN["versionId"], "user-42", WHO["anonymousId"], 1772615708250]
    row = fetched(shared_server, "candu_prod.tutorial_interaction", clicked["id"], f"event_name, {four}")
    assert row[:3] == ["Demo - Open clicked", 1234, "Everyone"]
    assert fetched(shared_server, "candu_prod.screens", seen["id"], "name") == ["tutorial.view"]
    assert fetched(shared_server, "candu_prod.tracks", clicked["id"], "event_text") == ["tutorial.interaction"]
    shared_server.wait_closed()
    portals = dict(
        shared_server.sql(
            "SELECT id, portal_id FROM candu_prod.tutorial_view UNION ALL "
            "SELECT id, portal_id FROM candu_prod.tutorial_interaction"
        )
    )
    assert portals[seen["id"]] == portals[clicked["id"]] != portals[other["id"]]
    assert all(isinstance(number, int) for number in portals.values())
    debugged = shared_server.api("GET", f"/sources/{candu['id']}/events?limit=100")
    listed = debugged["data"] if isinstance(debugged, dict) else debugged
    mine = [one for one in listed if one["messageId"] in (seen["id"], clicked["id"])]
    assert [one["fate"] for one in mine].count("duplicate") == 1
    assert not [one for one in mine if one["violations"]]


def test_the_number_of_a_content_stays_when_all_is_read_again(server: Server) -> None:
    candu = server.add_source("candu", "Candu_Prod")
    sent = [view(content) for content in ("first", "second", "first")]
    for each in sent:
        assert hook(candu, {"payload": each}).is_success
    server.wait_closed()
    query = "SELECT id, portal_id FROM candu_prod.tutorial_view ORDER BY id"
    before = server.sql(query)
    server.restart()
    again = view("second")
    assert hook(
        {"inboundUrl": f"{server.url}/hooks/{candu['inboundUrl'].rpartition('/')[2]}"}, {"payload": again}
    ).is_success
    server.wait_closed()
    after = dict(server.sql(query))
    assert after | {again["id"]: after[sent[1]["id"]]} == dict(before) | {again["id"]: after[again["id"]]}


def test_candu_s_other_events_are_tracks_under_their_names(shared_server: Server, candu: dict[str, Any]) -> None:
    impression = event("Screen", screenName="candu.sdk.impression", properties={**SHOWN, "experimentId": "e1"})
    form = event("FormSubmission", eventName="NPS_responded", properties={"formName": "NPS", "NPS_Why": "Fast"})
    assert [hook(candu, {"payload": each}).status_code for each in (impression, form)] == [200, 200]
    place = "candu_prod.candu_sdk_impression"
    assert fetched(shared_server, place, impression["id"], "experiment_id, content_id") == ["e1", "nrpHFcRlmW"]
    assert fetched(shared_server, "candu_prod.form_submissions", form["id"], "form_name, nps_why") == ["NPS", "Fast"]


def test_segment_s_webhooks_feed_any_source_that_takes_them(shared_server: Server) -> None:
    source = shared_server.add_source("http-api", "From_Segment", sharedSecret="between us")
    call = {"type": "track", "event": "Order Completed", "userId": "u", "messageId": str(uuid.uuid4()), "version": 1}
    call |= {"properties": {"total": 12.5}, "timestamp": SENT_AT, "channel": "server"}
    person = {"type": "identify", "userId": "u", "traits": {"plan": "pro"}, "messageId": str(uuid.uuid4())}
    for body in (call, [person, {"type": "delete", "userId": "u"}]):
        sent = json.dumps(body).encode()
        assert hook(source, sent).status_code == 401
        assert hook(source, sent, **{"x-signature": "0" * 40}).json()["code"] == "signature_invalid"
        signature = hmac.new(b"between us", sent, hashlib.sha1).hexdigest()
        answer = hook(source, sent, **{"x-signature": signature})
        assert answer.status_code == 200
    assert [item["code"] for item in answer.json()["rejected"]] == ["delete_not_supported"]
    assert fetched(shared_server, "from_segment.order_completed", call["messageId"], "total") == [12.5]
    assert fetched(shared_server, "from_segment.identifies", person["messageId"], "plan") == ["pro"]
    assert shared_server.api("GET", f"/sources/{source['id']}")["settings"] == {"sharedSecret": "********"}


def test_a_wrong_address_tells_nothing(shared_server: Server) -> None:
    web = shared_server.add_source("javascript", "Web")
    assert web["inboundUrl"] is None
    said = {httpx.post(f"{shared_server.url}/hooks/{key}", json={}).text for key in ("", "x", web["writeKeys"][0])}
    assert len(said) == 1
    assert httpx.post(f"{shared_server.url}/hooks/x", json={}).status_code == 404


def test_the_accounting_closes_with_events_of_all_kinds(shared_server: Server, candu: dict[str, Any]) -> None:
    for body in ({"payload": {"type": "Screen"}}, {"type": "delete"}, [{"type": "page", "anonymousId": "a"}, 5]):
        hook(candu, body)
    accounting = shared_server.wait_closed()
    assert candu["id"] in [source["sourceId"] for source in accounting["sources"]]

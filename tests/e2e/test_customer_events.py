"""Customer events posted as pages post them: answered, kept once, and to be queried in their tables."""

from __future__ import annotations

import base64
import gzip
import json
import time
import uuid
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.e2e.test_seed_events import PRODUKTLY, Event
from tests.server import Server

BROWSER = "25c2b1a4-6f2e-4c4c-8d8f-0f6e3a9d7b10"
WHEN = "2026-03-04T09:15:08.250Z"
CONTEXT = {
    "library": {"name": "JsClient", "version": "latest"},
    "page": {"path": "/home", "url": "https://app.example/home", "title": "Home", "search": "", "referrer": ""},
    "locale": "en-US",
}
CONTENT = {"versionId": "6f1ed002ab5595859014ebf0951522d9", "segmentId": "Everyone", "contentId": "nrpHFcRlmW"}


def event(kind: str, **more: Any) -> dict[str, Any]:
    made = {"id": str(uuid.uuid4()), "anonymousId": BROWSER, "userId": "user-42", "type": kind, "context": CONTEXT}
    return made | {"sentAt": WHEN, "version": 2} | more


def view(**more: Any) -> dict[str, Any]:
    properties = {**CONTENT, "slug": "demo-content", "documentId": 32470}
    return event("Screen", screenName="candu.sdk.content", properties=properties, **more)


def click(**more: Any) -> dict[str, Any]:
    properties = {**CONTENT, "eventName": "Demo - Open clicked", "id": 1234, "category": "Native", "documentId": 1234}
    properties |= {"trigger": "OnClick"}
    return event("Track", eventName="candu.sdk.content.interaction", properties=properties, **more)


def answers_of_form(**more: Any) -> dict[str, Any]:
    properties = {"formName": "Demo - NPS", "formId": "V1StGXR8_Z5jdHi6B-myT", "formResponseId": "0a1b2c3d4e"}
    properties |= {"Demo - NPS_How likely?": "9", "Demo - NPS_Why": "Fast"}
    context = {"library": {"name": "API", "version": "latest"}, "source": "UserGenerated"}
    return (
        event("FormSubmission", eventName="Demo - NPS_responded", properties=properties) | {"context": context} | more
    )


@pytest.fixture(scope="module")
def token(shared_server: Server) -> str:
    return shared_server.api("GET", "/workspace")["clientToken"]


def post(server: Server, token: str, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(f"{server.url}/api/events/batch?token={token}", content=content, headers=headers, timeout=30)


def row(server: Server, table: str, message_id: str, columns: str) -> list[Any]:
    place = f"FROM customer_events.{table} WHERE id = '{message_id}'"
    server.rows(f"SELECT count(*) {place}", lambda rows: rows == [[1]])  # its columns come with its first row
    (found,) = server.sql(f"SELECT {columns} {place}")
    return found


def test_the_tables_are_there_before_the_first_event(server: Server) -> None:
    second = server.api("POST", "/workspaces", {"name": "Second", "region": "eu"})
    for table in ("screens", "tracks", "form_submissions", "candu_sdk_content", "candu_sdk_content_interaction"):
        for headers in ({}, {"x-workspace": second["id"]}):
            query = {"query": f"SELECT count(*) FROM customer_events.{table}"}
            assert server.api("POST", "/sql", query, headers=headers)["rows"] == [[0]]


def test_a_view_a_click_and_a_form_become_rows(shared_server: Server, token: str) -> None:
    sent = [view(), click(), answers_of_form()]
    answer = post(shared_server, token, sent, **{"content-type": "text/plain;charset=UTF-8"})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    seen, clicked, answered = (one["id"] for one in sent)
    common = "user_id, anonymous_id, epoch_ms(timestamp)"
    who = ["user-42", BROWSER, 1772615708250]
    assert row(shared_server, "screens", seen, f"name, slug, {common}") == ["candu.sdk.content", "demo-content", *who]
    assert row(shared_server, "candu_sdk_content", seen, f"content_id, document_id, {common}") == [
        "nrpHFcRlmW", 32470, *who,
    ]  # fmt: skip
    assert row(shared_server, "tracks", clicked, "event, context_page_path") == [
        "candu_sdk_content_interaction", "/home",
    ]  # fmt: skip
    assert row(shared_server, "candu_sdk_content_interaction", clicked, "event_name, trigger, _id, document_id") == [
        "Demo - Open clicked", "OnClick", 1234, 1234,
    ]  # fmt: skip
    for table in ("form_submissions", "demo_nps_responded"):
        columns = "event, event_text, form_response_id, demo_nps_how_likely, context_source"
        assert row(shared_server, table, answered, columns) == [
            "demo_nps_responded", "Demo - NPS_responded", "0a1b2c3d4e", "9", "UserGenerated",
        ]  # fmt: skip
    shared_server.wait_closed()
    assert shared_server.sql(f"SELECT count(*) FROM customer_events.tracks WHERE id = '{answered}'") == [[0]]


@pytest.mark.parametrize("fact", PRODUKTLY)
def test_the_fourteen_events_of_tours_and_the_rest(shared_server: Server, token: str, fact: str) -> None:
    given: Event = PRODUKTLY[fact]
    sent = event("Track", eventName=given.name, properties=given.properties)
    assert post(shared_server, token, sent).json() == {"success": True}
    columns = ", ".join(["event_text", "user_id", *given.columns])
    assert row(shared_server, given.table, sent["id"], columns) == [
        given.name, "user-42", *(value for _, value in given.columns.values()),
    ]  # fmt: skip
    assert row(shared_server, "tracks", sent["id"], "event_text") == [given.name]


def test_an_event_counts_once_however_often_and_by_which_door_it_comes(shared_server: Server, token: str) -> None:
    sent = view()
    blob = base64.b64encode(json.dumps(sent).encode()).decode()
    assert post(shared_server, token, [sent, sent]).status_code == 200
    assert post(
        shared_server, token, gzip.compress(json.dumps(sent).encode()), **{"content-encoding": "gzip"}
    ).is_success
    old = httpx.get(f"{shared_server.url}/api/events?token={token}&blob={quote(blob)}", timeout=30)
    assert (old.status_code, old.json()) == (200, {"success": True})
    shared_server.wait_closed()
    assert shared_server.sql(f"SELECT count(*) FROM customer_events.screens WHERE id = '{sent['id']}'") == [[1]]
    told = shared_server.api("GET", f"/events/{sent['id']}")
    assert [fate["fate"] for fate in told["fates"]].count("duplicate") == 3
    assert told["readers"][0]["detail"]["tables"] == ["customer_events.screens", "customer_events.candu_sdk_content"]


def test_an_event_without_an_id_gets_one_and_a_number_becomes_text(shared_server: Server, token: str) -> None:
    name = f"Numbered {uuid.uuid4().hex[:8]}"
    sent = event("Track", eventName=name, userId=42, anonymousId=None)
    del sent["id"]
    assert post(shared_server, token, sent).json() == {"success": True}
    table = name.lower().replace(" ", "_")
    query = f"SELECT user_id, anonymous_id, length(id) FROM customer_events.{table}"
    assert shared_server.rows(query, bool) == [["42", None, 36]]


def test_what_is_refused_is_told_and_shown_to_its_owner(shared_server: Server, token: str) -> None:
    name = f"Refused {uuid.uuid4().hex[:8]}"
    answer = post(shared_server, token, [view(), event("Track", eventName=name, userId=None, anonymousId=None)])
    assert answer.json()["rejected"][0]["code"] == "no_user_anon_id"
    assert answer.json()["rejected"][0]["index"] == 1
    wrong = post(shared_server, "wrong", view())
    assert (wrong.status_code, wrong.json()["code"]) == (403, "invalid_client_token")
    deadline = time.monotonic() + 30
    while not (found := shown(shared_server, name)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [(one["fate"], one["reason"]) for one in found] == [("rejected", "no_user_anon_id")]


def shown(server: Server, name: str) -> list[dict[str, Any]]:
    """What the debugger shows of events of this name."""
    answer = server.api("GET", "/sources/customer-events/events?limit=100")
    listed = answer["data"] if isinstance(answer, dict) else answer
    return [one for one in listed if name in json.dumps(one["payload"])]


def test_the_events_of_one_request_are_all_counted(server: Server) -> None:
    token = server.api("GET", "/workspace")["clientToken"]
    sent = [event("Track", eventName=f"Kind {number % 7}") for number in range(500)]
    assert post(server, token, sent + sent[:100] + [{}]).status_code == 200
    accounting = server.wait_closed()
    (counted,) = [source for source in accounting["sources"] if source["sourceId"] == "customer-events"]
    assert (counted["accepted"], counted["duplicate"], counted["clean"]) == (600, 100, 500)
    assert server.sql("SELECT count(*) FROM customer_events.tracks") == [[500]]

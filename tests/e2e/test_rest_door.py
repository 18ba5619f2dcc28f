"""A back end brings users, groups and events by the REST door, and reads from its answers what was wrong."""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import Any

import httpx
import pytest

from tests.e2e.people import people, person, until
from tests.server import Server


@pytest.fixture(scope="module")
def key(shared_server: Server) -> str:
    return shared_server.api("POST", "/workspace/api-keys", {"name": "Billing"})["key"]


def send(server: Server, body: Any, authorization: str, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json", "authorization": authorization, **headers}
    return httpx.post(f"{server.url}/api/eventWebhook", content=content, headers=headers, timeout=30)


def fresh(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "userId": "user-42", "messageId": str(uuid.uuid4()), **more}


def fetched(server: Server, table: str, message_id: str, columns: str) -> list[Any]:
    place = f"rest.{table} WHERE id = '{message_id}'"
    server.rows(f"SELECT count(*) FROM {place}", lambda rows: rows == [[1]])
    (row,) = server.sql(f"SELECT {columns} FROM {place}")
    return row


@pytest.mark.seed("S2.14")
def test_users_groups_and_events_come_in_with_a_key(shared_server: Server, key: str) -> None:
    person = fresh("identify", traits={"email": "ada@example.com", "plan": "pro"}, timestamp="2021-11-01T15:58:02Z")
    company = fresh("group", groupId="acme", traits={"name": "ACME", "employees": 329, "total billed": 830})
    upgrade = fresh("track", event="Upgraded plan", properties={"plan": "pro"}, timestamp=1635782282)
    assert send(shared_server, person, "Bearer wrong").status_code == 401
    assert httpx.post(f"{shared_server.url}/api/eventWebhook", json=person).status_code == 401
    basic = base64.b64encode(f"{key}:".encode()).decode()
    without_colon = base64.b64encode(key.encode()).decode()
    for body, authorization in (
        (person, f"Bearer {key}"),
        ([company], f"Basic {basic}"),
        ({"batch": [upgrade]}, f"Basic {without_colon}"),
    ):
        answer = send(shared_server, body, authorization)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    who = ["ada@example.com", "pro", "user-42", 1635782282000]
    assert fetched(shared_server, "identifies", person["messageId"], "email, plan, user_id, epoch_ms(timestamp)") == who
    columns = "group_id, user_id, name, employees, total_billed"
    assert fetched(shared_server, "groups", company["messageId"], columns) == ["acme", "user-42", "ACME", 329, 830]
    upgraded = fetched(shared_server, "upgraded_plan", upgrade["messageId"], "plan, epoch_ms(timestamp)")
    assert upgraded == ["pro", 1635782282000]
    shared_server.wait_closed()
    assert shared_server.sql("SELECT email, plan FROM rest.users WHERE id = 'user-42'") == [["ada@example.com", "pro"]]


@pytest.mark.seed("S2.17")
def test_the_answer_tells_what_is_wrong(shared_server: Server, key: str) -> None:
    reader = shared_server.api("POST", "/workspace/api-keys", {"name": "Analyst", "scopes": ["data"]})["key"]
    bearer = f"Bearer {key}"
    good = fresh("track", event="Done")
    answers = [
        send(shared_server, good, "Bearer nobody's"),
        send(shared_server, good, f"Bearer {reader}"),
        send(shared_server, b'{"type":"track",', bearer),
        send(shared_server, {"type": "trak", "userId": "u"}, bearer),
        send(shared_server, {"type": "identify", "traits": {}}, bearer),
        send(shared_server, {"type": "track", "userId": "u"}, bearer),
        send(shared_server, fresh("track", event="Done", timestamp="last week"), bearer),
        send(shared_server, fresh("track", event="Done", properties={"a": "x" * 33_000}), bearer),
        send(shared_server, [], bearer),
        httpx.get(f"{shared_server.url}/api/eventWebhook", headers={"authorization": bearer}),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (401, "invalid_api_key"),
        (403, "scope_missing"),
        (400, "bad_request"),
        (400, "type_not_known"),
        (400, "no_user_anon_id"),
        (400, "event_not_defined"),
        (400, "timestamp_invalid"),
        (400, "payload_too_large"),
        (400, "empty_batch"),
        (405, "method_not_allowed"),
    ]
    assert all(answer.json()["success"] is False and len(answer.json()["message"]) > 20 for answer in answers)
    several = send(shared_server, [good, {"type": "track", "userId": "u"}, fresh("track", event="Done")], bearer).json()
    assert several["success"] is True
    assert [(item["index"], item["code"]) for item in several["rejected"]] == [(1, "event_not_defined")]
    assert "event" in several["rejected"][0]["message"]
    assert fetched(shared_server, "done", good["messageId"], "event_text") == ["Done"]


def test_a_message_id_counts_once_at_this_door_and_once_at_another(shared_server: Server, key: str) -> None:
    sent = fresh("track", event="Repeated")
    for _ in range(3):
        assert send(shared_server, [sent, sent], f"Bearer {key}").is_success
    source = shared_server.add_source("http-api", "Other_Door")
    assert shared_server.send("/v1/track", sent, key=source["writeKeys"][0]).is_success
    shared_server.wait_closed()
    assert shared_server.sql("SELECT count(*) FROM rest.repeated") == [[1]]
    assert shared_server.sql("SELECT count(*) FROM other_door.repeated") == [[1]]
    fates = shared_server.api("GET", f"/events/{sent['messageId']}")["fates"]
    assert [fate["fate"] for fate in fates].count("duplicate") == 5


def test_a_key_works_from_the_moment_it_is_made_until_it_is_deleted(shared_server: Server) -> None:
    for _ in range(5):
        made = shared_server.api("POST", "/workspace/api-keys", {"name": "Short"})
        assert send(shared_server, fresh("track", event="Short"), f"Bearer {made['key']}").status_code == 200
        shared_server.api("DELETE", f"/workspace/api-keys/{made['id']}")
        assert send(shared_server, fresh("track", event="Short"), f"Bearer {made['key']}").status_code == 401


def test_the_write_key_of_the_source_can_send_and_nothing_else(shared_server: Server) -> None:
    write_key = shared_server.api("GET", "/sources/rest")["writeKeys"][0]
    bearer = {"authorization": f"Bearer {write_key}"}
    assert send(shared_server, fresh("track", event="Written"), bearer["authorization"]).json() == {"success": True}
    assert httpx.get(f"{shared_server.url}/api/v1/sources", headers=bearer).status_code == 401


def test_the_use_of_a_key_is_shown(shared_server: Server) -> None:
    made = shared_server.api("POST", "/workspace/api-keys", {"name": "Watched"})
    assert send(shared_server, fresh("track", event="Watched"), f"Bearer {made['key']}").is_success
    deadline = time.monotonic() + 40
    while shared_server.api("GET", f"/workspace/api-keys/{made['id']}")["lastUsedAt"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_workspaces_do_not_see_each_other(shared_server: Server) -> None:
    other = shared_server.api("POST", "/workspaces", {"name": "Second", "region": "us"})
    bearer = f"Bearer {shared_server.token}"
    here, there = fresh("track", event="Placed"), fresh("track", event="Placed")
    assert send(shared_server, here, bearer).is_success
    assert send(shared_server, there, bearer, **{"x-workspace": other["id"]}).is_success
    assert send(shared_server, there, bearer, **{"x-workspace": "ws_none"}).status_code == 401
    assert fetched(shared_server, "placed", here["messageId"], "event_text") == ["Placed"]
    query = {"query": f"SELECT count(*) FROM rest.tracks WHERE id = '{there['messageId']}'"}
    assert shared_server.api("POST", "/sql", query)["rows"] == [[0]]


def test_the_list_of_content_asks_for_a_key(shared_server: Server, key: str) -> None:
    named = f"Listed {uuid.uuid4().hex[:8]}"
    made = shared_server.api("POST", "/content", {"name": named})
    url = f"{shared_server.url}/api/contentMetadata"
    assert httpx.get(url).status_code == 401
    answer = httpx.get(url, headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    assert {"name": named, "slug": made["slug"]} in answer.json()
    shared_server.api("POST", f"/content/{made['id']}/archive")
    later = httpx.get(url, headers={"authorization": f"Bearer {key}"}).json()
    assert named not in [each["name"] for each in later]


def test_a_back_end_erases_a_user(shared_server: Server, key: str) -> None:
    gone, stays = f"gone-{uuid.uuid4().hex[:8]}", f"stays-{uuid.uuid4().hex[:8]}"
    for user_id in (gone, stays):
        told = fresh("identify", traits={"email": f"{user_id}@example.com"}) | {"userId": user_id}
        assert send(shared_server, told, f"Bearer {key}").is_success
        person(shared_server, user_id)
    shared_server.wait_closed()
    write_key = shared_server.api("GET", "/sources/rest")["writeKeys"][0]
    delete = {"type": "delete", "userId": gone, "messageId": str(uuid.uuid4())}
    refused = send(shared_server, delete, f"Bearer {write_key}")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    before = shared_server.api("GET", "/regulations")["pagination"]["total"]
    assert send(shared_server, [delete], f"Bearer {key}").json() == {"success": True}
    asked = until(lambda: shared_server.api("GET", "/regulations"), lambda told: told["pagination"]["total"] > before)
    path = f"/regulations/{asked['data'][0]['id']}"
    done = until(lambda: shared_server.api("GET", path), lambda told: told["status"] == "FINISHED")
    assert done["regulationType"] == "DELETE_ONLY"
    assert (len(people(shared_server, userId=gone)), len(people(shared_server, userId=stays))) == (0, 1)
    count = f"SELECT count(*) FROM rest.identifies WHERE user_id IN ('{gone}', '{stays}')"
    shared_server.rows(count, lambda rows: rows == [[1]])
    closed = shared_server.wait_closed()
    (rest,) = (source for source in closed["sources"] if source["sourceId"] == "rest")
    assert rest["dropped"]["erasure_requested"] >= 1

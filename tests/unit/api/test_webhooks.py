from __future__ import annotations

from typing import Any, get_args

import pytest
from litestar.testing import TestClient
from sqlalchemy import update

from headwater.base.errors import Unprocessable
from headwater.base.topics import TOPICS
from headwater.control import tables
from headwater.control.model import MASK, Topic, Workspace, builtin_id
from headwater.control.store import Store
from tests.unit.api.nearby import Nearby, NearbySending, attempt, seen_event

URL = "https://receiver.example.com/in"
BODY = {"name": "Mine", "url": URL, "topics": ["content.view"]}
WEBHOOKS = "/api/v1/webhooks"


def made(client: TestClient, **fields: Any) -> dict[str, Any]:
    answer = client.post(WEBHOOKS, json=BODY | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def scoped(client: TestClient, scope: str) -> dict[str, str]:
    key = client.post("/api/v1/workspace/api-keys", json={"name": "k", "scopes": [scope]}).json()["key"]
    return {"Authorization": f"Bearer {key}"}


def test_the_topics_of_the_api_are_those_of_the_events() -> None:
    assert get_args(Topic) == TOPICS


def test_a_webhook_from_creation_to_deletion(client: TestClient, sending: NearbySending, workspace: Workspace) -> None:
    webhook = made(client, filters={"contentIds": ["c1"]}, enabled=False)
    secret = webhook.pop("secret")
    assert secret.startswith("whsec_")
    assert (webhook["format"], webhook["enabled"], webhook["paused"], webhook["sharedSecret"]) == (
        "default", False, False, None,
    )  # fmt: skip
    assert (webhook["filters"], webhook["topics"], webhook["url"]) == ({"contentIds": ["c1"]}, ["content.view"], URL)
    path = f"{WEBHOOKS}/{webhook['id']}"
    assert client.get(path).json() == webhook
    assert client.get(WEBHOOKS).json()["data"] == [webhook]
    assert client.get(f"{path}/secret").json()["secret"] == secret
    changed = client.patch(path, json={"name": "Ours", "enabled": True, "url": "headwater:inbox"}).json()
    assert (changed["name"], changed["enabled"], changed["url"]) == ("Ours", True, "headwater:inbox")
    assert (changed["topics"], changed["filters"]) == (webhook["topics"], webhook["filters"])
    assert client.delete(path).json() == {"id": webhook["id"], "deleted": True}
    assert sending.calls[-1] == ("forget_connection", workspace.id, webhook["id"])
    assert client.get(path).status_code == 404
    assert client.get(WEBHOOKS).json()["pagination"]["total"] == 0


def test_slack_is_a_format_and_the_shared_secret_is_the_default_formats(client: TestClient) -> None:
    webhook = made(client, sharedSecret="sha1-key")
    assert webhook["sharedSecret"] == MASK
    path = f"{WEBHOOKS}/{webhook['id']}"
    assert client.patch(path, json={"sharedSecret": MASK, "name": "x"}).json()["sharedSecret"] == MASK
    assert client.patch(path, json={"sharedSecret": ""}).json()["sharedSecret"] is None
    slack = client.patch(path, json={"format": "slack"}).json()
    assert (slack["format"], slack["url"]) == ("slack", URL)
    assert client.patch(path, json={"name": "y"}).json()["format"] == "slack"
    refused = client.patch(path, json={"sharedSecret": "x"})
    assert (refused.status_code, refused.json()["error"]["details"]) == (400, {"field": "settings.sharedSecret"})
    assert client.patch(path, json={"format": "xml"}).status_code == 400


def test_schedule_and_pace_go_back_to_the_usual_with_null(client: TestClient) -> None:
    webhook = made(client, schedule=[1, 60], perSecond=2, ordered=True)
    assert (webhook["schedule"], webhook["perSecond"], webhook["ordered"]) == ([1, 60], 2, True)
    path = f"{WEBHOOKS}/{webhook['id']}"
    kept = client.patch(path, json={"name": None, "ordered": None}).json()
    assert (kept["schedule"], kept["perSecond"], kept["ordered"]) == ([1, 60], 2, True)
    usual = client.patch(path, json={"schedule": None, "perSecond": None, "ordered": False}).json()
    assert (usual["schedule"], usual["perSecond"], usual["ordered"]) == (None, None, False)
    assert client.patch(path, json={"schedule": []}).json()["schedule"] == []


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"url": "ftp://a.example"}, 400, 'its scheme is \\"ftp\\"'),
        ({"url": "https://a.example/#x"}, 400, "must not have a fragment"),
        ({"url": ""}, 400, "1 to 2048 characters"),
        ({"topics": []}, 400, "at least one topic"),
        ({"topics": ["content.views"]}, 400, "topics"),
        ({"name": ""}, 400, "name must have 1 to 200 characters"),
        ({"sourceIds": ["src_none"]}, 422, "Allowed: customer-events (Customer events)"),
        ({"schedule": [0]}, 400, "0 s is no delay"),
        ({"perSecond": -1}, 400, "-1 a second is no pace"),
        ({"filters": {"contentId": ["x"]}}, 400, "contentId"),
        ({"surprise": 1}, 400, "surprise"),
    ],
)
def test_what_is_wrong_is_said(client: TestClient, fields: dict[str, Any], status: int, says: str) -> None:
    answer = client.post(WEBHOOKS, json=BODY | fields)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
    assert "Nothing was changed." in answer.text
    assert client.get(WEBHOOKS).json()["data"] == []


def test_no_webhook_is_seen_from_another_workspace(client: TestClient, store: Store) -> None:
    webhook = made(client)
    other = {"X-Workspace": store.create_workspace(name="Other", region="us").id}
    path = f"{WEBHOOKS}/{webhook['id']}"
    assert client.get(WEBHOOKS, headers=other).json()["data"] == []
    reads = ("", "/secret", "/attempts", "/attempts/a", "/troubleshooting")
    writes = ("/rotate-secret", "/test", "/pause", "/resume", "/attempts/a/resend")
    calls = [*(("GET", each) for each in reads), *(("POST", each) for each in writes), ("PATCH", ""), ("DELETE", "")]
    for method, tail in calls:
        assert client.request(method, path + tail, json={}, headers=other).status_code == 404, tail
    assert client.post(f"{path}/recover", json={"since": "2026-01-01"}, headers=other).status_code == 404
    assert client.get(f"/api/v1/destinations/{webhook['id']}").status_code == 404


def test_a_password_in_the_address_is_masked_and_kept(client: TestClient, store: Store, workspace: Workspace) -> None:
    webhook = made(client, url="https://ann:hunter2@receiver.example.com/in")
    assert webhook["url"] == f"https://ann:{MASK}@receiver.example.com/in"
    path = f"{WEBHOOKS}/{webhook['id']}"
    again = client.patch(path, json={"url": webhook["url"], "name": "x"})
    assert (again.status_code, again.json()["url"]) == (200, webhook["url"])
    wrong = client.patch(path, json={"url": f"https://ann:{MASK}@other.example.com/"})
    assert (wrong.status_code, "give the password again" in wrong.text) == (400, True)
    assert "hunter2" not in again.text + wrong.text + client.get("/api/v1/audit").text


def test_without_scope_data_no_more_than_the_host_is_shown(client: TestClient) -> None:
    webhook = made(client, url="https://ann:pw@hooks.example.com/services/T0/B0/secret-part")
    for scope, shown in [("data", "secret-part"), ("read", "https://hooks.example.com/…")]:
        url = client.get(f"{WEBHOOKS}/{webhook['id']}", headers=scoped(client, scope)).json()["url"]
        assert shown in url
    assert "secret-part" not in client.get(WEBHOOKS, headers=scoped(client, "read")).text


def test_rotation_keeps_the_old_secret_for_a_day(client: TestClient) -> None:
    webhook = made(client)
    path = f"{WEBHOOKS}/{webhook['id']}"
    rotated = client.post(f"{path}/rotate-secret")
    assert rotated.status_code == 202
    live = rotated.json()["live"]
    assert [each["secret"] for each in live] == [rotated.json()["secret"], webhook["secret"]]
    assert [each["expiresAt"] is None for each in live] == [True, False]
    assert client.get(f"{path}/secret").json() == rotated.json()
    now = client.post(f"{path}/rotate-secret", json={"overlapSeconds": 0}).json()
    assert [each["secret"] for each in now["live"]] == [now["secret"]]
    for seconds in (-1, 10**9, "x"):
        assert client.post(f"{path}/rotate-secret", json={"overlapSeconds": seconds}).status_code == 400
    for _ in range(9):
        assert client.post(f"{path}/rotate-secret").status_code == 202
    full = client.post(f"{path}/rotate-secret")
    assert (full.status_code, full.json()["error"]["code"]) == (409, "too_many_secrets")


def test_pause_and_resume(client: TestClient) -> None:
    webhook = made(client)
    path = f"{WEBHOOKS}/{webhook['id']}"
    paused = client.post(f"{path}/pause")
    assert (paused.status_code, paused.json()) == (202, {"id": webhook["id"], "enabled": True, "paused": True})
    assert client.get(path).json()["paused"] is True
    assert client.post(f"{path}/resume").json()["paused"] is False


def test_how_it_fares_is_shown_and_missed_without_harm(client: TestClient, sending: NearbySending) -> None:
    webhook = made(client)
    assert webhook["state"]["breaker"] == "closed"
    sending.states[webhook["id"]] = {"pending": 3, "breaker": "open", "warning": "Switched off in a day."}
    state = client.get(f"{WEBHOOKS}/{webhook['id']}").json()["state"]
    assert (state["pending"], state["breaker"], state["warning"]) == (3, "open", "Switched off in a day.")
    sending.away = True
    assert client.get(WEBHOOKS).json()["data"][0]["state"] is None
    assert client.post(f"{WEBHOOKS}/{webhook['id']}/test").status_code == 503
    assert client.delete(f"{WEBHOOKS}/{webhook['id']}").status_code == 200


def test_why_it_is_off_is_kept_until_it_is_on(client: TestClient, store: Store) -> None:
    webhook = made(client)
    store.connections.disable(webhook["id"], "The endpoint answered 410 Gone.")
    path = f"{WEBHOOKS}/{webhook['id']}"
    assert client.patch(path, json={"name": "x"}).json()["disabledReason"] == "The endpoint answered 410 Gone."
    on = client.patch(path, json={"enabled": True}).json()
    assert (on["enabled"], on["disabledReason"]) == (True, "")


def test_the_log_and_its_actions(client: TestClient, sending: NearbySending, workspace: Workspace) -> None:
    webhook = made(client)
    path = f"{WEBHOOKS}/{webhook['id']}"
    sending.log[webhook["id"]] = [attempt("att_1"), attempt("att_0", status="delivered", responseStatus=200)]
    page = client.get(f"{path}/attempts").json()
    assert ([each["id"] for each in page["data"]], page["pagination"]["total"]) == (["att_1", "att_0"], 2)
    assert (page["data"][0]["responseStatus"], page["data"][0]["responseBody"]) == (500, "no")
    found = client.get(f"{path}/attempts", params={"status": "delivered", "q": "m-1", "limit": 5}).json()["data"]
    assert [each["id"] for each in found] == ["att_0"]
    assert sending.calls[-1] == ("attempts", workspace.id, webhook["id"], "delivered", "m-1", 5, 0)
    assert client.get(f"{path}/attempts", params={"status": "lost"}).status_code == 400
    assert client.get(f"{path}/attempts/att_1").json()["eventId"].startswith("8a1b6a52")
    assert client.get(f"{path}/attempts/att_9").status_code == 404
    resent = client.post(f"{path}/attempts/att_1/resend")
    assert (resent.status_code, resent.json()) == (202, {"attemptId": "att_2"})


def test_test_try_preview_and_recover(client: TestClient, sending: NearbySending, workspace: Workspace) -> None:
    webhook = made(client, url="https://ann:hunter2@receiver.example.com/in")
    path, event = f"{WEBHOOKS}/{webhook['id']}", {"type": "track", "event": "Ordered"}
    tested = client.post(f"{path}/test")
    assert (tested.status_code, tested.json()["trigger"], tested.json()["status"]) == (202, "manual", "blocked")
    assert client.post(f"{path}/test", json={"event": event}).status_code == 202
    assert sending.calls[-1] == ("test", workspace.id, webhook["id"], event)
    tried = client.post(f"{path}/try", json={"event": event})
    assert (tried.status_code, tried.json()["answer"]["body"]) == (202, "ok")
    assert client.post(f"{path}/try", json={}).status_code == 400
    seen = client.post(f"{path}/preview", json={"messageId": "m-1"})
    assert (seen.status_code, seen.json()["mapped"]) == (200, {"email": "ann@example.com"})
    assert sending.calls[-1] == ("preview", workspace.id, webhook["id"], None, "m-1", None)
    assert client.post(f"{path}/preview", json={"settings": {"url": webhook["url"]}}).status_code == 200
    draft = sending.calls[-1][3]
    assert (draft["settings"]["url"], draft["catalog"]) == ("https://ann:hunter2@receiver.example.com/in", "webhook")
    recovered = client.post(f"{path}/recover", json={"since": "2026-01-01"})
    assert (recovered.status_code, recovered.json()["reader"]) == (202, "send")
    assert sending.calls[-1] == ("recover", workspace.id, webhook["id"], "2026-01-01T00:00:00.000Z")
    refused = client.post(f"{path}/recover", json={"since": "yesterday"})
    assert (refused.status_code, "Nothing was sent." in refused.text) == (400, True)
    sending.fails = Unprocessable("The earliest time is 2026-01-02T00:00:00.000Z.")
    assert client.post(f"{path}/recover", json={"since": "2026-01-01"}).status_code == 422


def test_the_four_questions(
    client: TestClient, work: Nearby, sending: NearbySending, store: Store, workspace: Workspace
) -> None:
    webhook = made(client, enabled=False)
    path, doors = f"{WEBHOOKS}/{webhook['id']}/troubleshooting", builtin_id(workspace.id, "customer-events")
    asked = client.get(path).json()
    assert [(each["id"], each["answer"]) for each in asked["questions"]] == [
        ("identity", True), ("sdk", False), ("workspace", False), ("enabled", False),
    ]  # fmt: skip
    assert workspace.client_token in asked["questions"][1]["evidence"]
    assert asked["lastAttempt"] is None
    work.last[doors] = "2026-01-01T00:00:00.000Z"
    sending.log[webhook["id"]] = [attempt("att_1")]
    client.patch(f"{WEBHOOKS}/{webhook['id']}", json={"enabled": True})
    asked = client.get(path).json()
    assert [each["answer"] for each in asked["questions"]] == [True] * 4
    assert "2026-01-01T00:00:00.000Z" in asked["questions"][1]["evidence"]
    assert asked["lastAttempt"]["id"] == "att_1"
    with store._state.writing() as connection:  # as it could be set once
        connection.execute(update(tables.workspaces).values(identity_verification="require"))
    assert "there is no identity secret" in client.get(path).json()["questions"][0]["evidence"]
    client.post("/api/v1/workspace/identity-secrets", json={"name": "s"})
    assert client.get(path).json()["questions"][0]["answer"] is True
    work.seen[doors] = [seen_event(1, fate="rejected", reason="identity_invalid")]
    refused = client.get(path).json()["questions"][0]
    assert (refused["answer"], "hex HMAC-SHA256" in refused["evidence"]) == (False, True)
    client.post(f"{WEBHOOKS}/{webhook['id']}/pause")
    sending.away = True
    paused = client.get(path).json()
    assert (paused["questions"][3]["answer"], paused["lastAttempt"]) == (False, None)

from __future__ import annotations

from litestar.testing import TestClient

from headwater.control.model import Workspace
from tests.unit.api.nearby import NearbySending, attempt
from tests.unit.api.test_webhooks import made, scoped

SAMPLE = {"received": {"event": "Ordered"}, "sent": "{}", "answered": "no"}


def test_delivery_of_one_connection_or_all(client: TestClient, sending: NearbySending, workspace: Workspace) -> None:
    sending.figures |= {
        "delivered": 9, "notDelivered": 1, "pending": 2, "p95LatencyMs": 40.5,
        "errors": [{"code": "500", "count": 1, "sample": SAMPLE}],
        "series": [{"at": "2026-01-01T00:00:00.000Z", "delivered": 9, "notDelivered": 1}],
    }  # fmt: skip
    figures = client.get("/api/v1/delivery").json()
    assert (figures["delivered"], figures["notDelivered"], figures["p95LatencyMs"]) == (9, 1, 40.5)
    assert figures["errors"][0]["sample"] == SAMPLE
    assert sending.calls[-1] == ("delivery", workspace.id, None, None, None)
    webhook = made(client)
    query = {"connectionId": webhook["id"], "from": "2026-01-01", "to": "2026-01-02"}
    assert client.get("/api/v1/delivery", params=query).status_code == 200
    days = ("2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z")
    assert sending.calls[-1] == ("delivery", workspace.id, webhook["id"], *days)
    plain = client.get("/api/v1/delivery", headers=scoped(client, "read")).json()
    assert (plain["errors"][0]["count"], plain["errors"][0]["sample"]) == (1, None)


def test_write_keys_of_sources_are_masked_in_what_was_sent(client: TestClient, sending: NearbySending) -> None:
    source = client.post("/api/v1/sources", json={"catalog": "http-api", "name": "Web"}).json()
    key = source["writeKeys"][0]
    text = f'{{"payload":{{"context":{{"writeKey":"{key}"}}}}}}'
    sample = {"received": {"context": {"writeKey": key}}, "sent": text, "answered": "no"}
    sending.figures |= {"errors": [{"code": "500", "count": 1, "sample": sample}]}
    item = {"id": "1", "connectionId": "wh_1", "receivedAt": "2026-01-01T00:00:00.000Z"}
    sending.received = [item | {"headers": {}, "body": text}]
    webhook = made(client)
    sending.log[webhook["id"]] = [attempt("att_1", requestBody=text)]
    told = [
        client.get(f"/api/v1{path}") for path in ("/delivery", "/inbox", f"/webhooks/{webhook['id']}/attempts/att_1")
    ]
    assert [each.status_code for each in told] == [200, 200, 200]
    assert all(f"{key[:4]}…" in each.text and key not in each.text for each in told)


def test_delivery_refuses_what_is_not_there(client: TestClient) -> None:
    for query, status in [
        ({"connectionId": "wh_none"}, 404),
        ({"connectionId": "candu-segment"}, 404),
        ({"from": "yesterday"}, 400),
        ({"from": "2026-01-02", "to": "2026-01-01"}, 400),
    ]:
        assert client.get("/api/v1/delivery", params=query).status_code == status, query


def test_an_integration_goes_by_its_slug(client: TestClient, sending: NearbySending, workspace: Workspace) -> None:
    client.put("/api/v1/integrations/candu-segment", json={"enabled": False})
    assert client.get("/api/v1/delivery", params={"connectionId": "candu-segment"}).status_code == 200
    assert sending.calls[-1][2] == f"{workspace.id}.candu-segment"
    answer = client.post("/api/v1/replay", json={"reader": "send", "connectionId": "candu-segment"})
    assert (answer.status_code, sending.calls[-1][-1]) == (202, f"{workspace.id}.candu-segment")


def test_the_inbox(client: TestClient, sending: NearbySending) -> None:
    item = {"id": "1", "connectionId": "wh_1", "receivedAt": "2026-01-01T00:00:00.000Z"}
    sending.received = [item | {"headers": {"webhook-id": "x"}, "body": "{}"}] * 3
    page = client.get("/api/v1/inbox", params={"limit": 2}).json()
    assert (len(page["data"]), page["pagination"]["total"]) == (2, 3)
    assert page["data"][0]["headers"] == {"webhook-id": "x"}


def test_a_replay_of_sending(client: TestClient, sending: NearbySending, workspace: Workspace) -> None:
    webhook = made(client)
    body = {"reader": "send", "from": "2026-01-01", "connectionId": webhook["id"]}
    answer = client.post("/api/v1/replay", json=body)
    assert (answer.status_code, answer.json()["reader"]) == (202, "send")
    assert sending.calls[-1] == ("replay_send", workspace.id, "2026-01-01T00:00:00.000Z", None, webhook["id"])
    assert client.get("/api/v1/replay/rep_send").json()["reader"] == "send"
    assert client.get("/api/v1/replay/rep_none").status_code == 404
    sending.away = True
    assert [each["reader"] for each in client.get("/api/v1/replay").json()["data"]] == ["warehouse"]
    assert client.get("/api/v1/replay/rep_send").status_code == 503
    sending.away = False
    assert client.post("/api/v1/replay", json=body | {"connectionId": "wh_none"}).status_code == 404
    wrong = client.post("/api/v1/replay", json=body | {"reader": "warehouse"})
    assert (wrong.status_code, wrong.json()["error"]["details"]) == (400, {"field": "connectionId"})

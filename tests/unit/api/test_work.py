"""The resources behind which the worker stands: what reaches it, and how its answers are shown."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from headwater.control.model import Workspace, builtin_id
from tests.unit.api.nearby import Nearby

CSV = b"id,plan\n1,pro\n"


def test_a_query_goes_to_the_workspace_of_the_caller(client: TestClient, work: Nearby, workspace: Workspace) -> None:
    work.rows = {
        "columns": [{"name": "n", "type": "BIGINT"}, {"name": "d", "type": "DECIMAL(18,2)"}],
        "rows": [[9_007_199_254_740_993, "1.50"], [None, None]],
        "truncated": True,
    }
    answer = client.post("/api/v1/sql", json={"query": "SELECT 1", "limit": 2})
    assert (answer.status_code, answer.json()) == (200, work.rows)
    client.post("/api/v1/sql", json={"query": "SELECT 2"})
    assert work.calls == [("sql", workspace.id, "SELECT 1", 2), ("sql", workspace.id, "SELECT 2", None)]


@pytest.mark.parametrize("body", [{}, {"query": ""}, {"query": "x", "limit": 0}, {"query": "x", "limit": 100_001}])
def test_bad_queries_do_not_reach_the_warehouse(client: TestClient, work: Nearby, body: dict[str, Any]) -> None:
    assert client.post("/api/v1/sql", json=body).status_code == 400
    assert work.calls == []


def test_accounting_names_built_in_sources_by_their_slugs(
    client: TestClient, work: Nearby, workspace: Workspace
) -> None:
    account = {"accepted": 5, "duplicate": 1, "dropped": {"source_disabled": 1}, "parked": {}, "clean": 3}
    readers = [{"reader": "warehouse", "clean": 3, "done": 3, "pending": 0, "dead": 0, "skipped": 0}]
    ids = [builtin_id(workspace.id, "rest"), "src_1"]
    work.books = {"sources": [{"sourceId": source_id, **account} for source_id in ids], "readers": readers}
    found = client.get("/api/v1/accounting").json()
    assert [source["sourceId"] for source in found["sources"]] == ["rest", "src_1"]
    assert found["sources"][1] == {"sourceId": "src_1", **account}
    assert found["readers"] == readers


def test_the_fate_of_an_event_is_told(client: TestClient, work: Nearby, workspace: Workspace) -> None:
    fate = {"receivedAt": "2026-01-01T00:00:00.000Z", "fate": "duplicate", "reason": None, "note": None}
    reader = {"reader": "warehouse", "status": "done", "detail": {"tables": ["rest.ordered"]}}
    work.trails[workspace.id, "m/1 ü"] = {
        "messageId": "m/1 ü",
        "fates": [{"sourceId": builtin_id(workspace.id, "rest"), **fate}],
        "readers": [reader],
        "payload": {"event": "Ordered"},
    }
    found = client.get("/api/v1/events/m%2F1%20%C3%BC").json()
    assert found["fates"] == [{"sourceId": "rest", **fate}]
    assert found["readers"] == [reader]
    assert client.get("/api/v1/events/unknown").status_code == 404


def test_a_replay_gets_exact_times(client: TestClient, work: Nearby, workspace: Workspace) -> None:
    body = {"reader": "warehouse", "from": "2026-01-01", "to": "2026-01-02T01:00:00+01:00"}
    answer = client.post("/api/v1/replay", json=body)
    assert (answer.status_code, answer.json()["status"]) == (202, "RUNNING")
    expected = ("2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z", None)
    assert work.calls[-1] == ("replay", workspace.id, "warehouse", *expected)
    assert client.get("/api/v1/replay/rep_1").json()["id"] == "rep_1"
    assert [each["reader"] for each in client.get("/api/v1/replay").json()["data"]] == ["send", "warehouse"]


@pytest.mark.parametrize(
    "body",
    [
        {"reader": "nobody"},
        {"reader": "warehouse", "from": "yesterday"},
        {"reader": "warehouse", "from": "2026-01-02", "to": "2026-01-02"},
        {"reader": "warehouse", "to": 7},
    ],
)
def test_bad_replays_are_refused(client: TestClient, work: Nearby, body: dict[str, Any]) -> None:
    assert client.post("/api/v1/replay", json=body).status_code == 400
    assert work.calls == []


def test_a_reader_that_there_is_not_is_answered_with_those_that_there_are(client: TestClient) -> None:
    answer = client.post("/api/v1/replay", json={"reader": "nobody"})
    assert answer.status_code == 400
    assert "allowed: pipeline, profiles, send, warehouse" in answer.json()["error"]["message"]


def test_parked_events_are_listed_and_released(client: TestClient, work: Nearby, workspace: Workspace) -> None:
    event = {"messageId": "m", "reason": "unknown_source", "note": None, "hindrance": "Not yet.", "payload": {}}
    event |= {"sourceId": builtin_id(workspace.id, "rest"), "receivedAt": "2026-01-01T00:00:00.000Z"}
    work.parked_events = [{"id": f"{n}-0", **event} for n in range(3)]
    found = client.get("/api/v1/parked?limit=2&offset=1").json()
    assert [each["id"] for each in found["data"]] == ["1-0", "2-0"]
    assert found["data"][0]["sourceId"] == "rest"
    assert found["data"][0]["hindrance"] == "Not yet."
    assert found["pagination"] == {"total": 3, "limit": 2, "offset": 1}
    assert client.post("/api/v1/parked/release", json={"ids": ["1-0"]}).status_code == 202
    assert client.post("/api/v1/parked/release", json={}).status_code == 202
    assert client.post("/api/v1/parked/release").status_code == 202
    assert [call[2] for call in work.calls[-3:]] == [["1-0"], None, None]


def test_warehouses_name_their_sources(client: TestClient) -> None:
    found = client.get("/api/v1/warehouses").json()["data"]
    assert sorted(found[0]["sourceIds"]) == ["customer-events", "rest", "segments"]
    assert client.get("/api/v1/warehouses/builtin").json() == found[0]
    assert client.get("/api/v1/warehouses/other").status_code == 404


@pytest.mark.parametrize("path", ["backup", "export"])
def test_copies_go_to_an_absolute_directory_of_the_server(client: TestClient, work: Nearby, path: str) -> None:
    answer = client.post(f"/api/v1/{path}", json={"dir": "/srv/copy"})
    assert (answer.status_code, answer.json()["dir"]) == (202, "/srv/copy")
    for wrong in ("copy", "", "./copy", "/srv/a\x00b"):
        assert client.post(f"/api/v1/{path}", json={"dir": wrong}).status_code == 400
    assert len(work.calls) == 1


def test_a_file_comes_as_the_body_or_in_a_form(client: TestClient, work: Nearby, tmp_path: Any) -> None:
    raw = client.post("/api/v1/tables?name=plans", content=CSV, headers={"Content-Type": "text/csv"})
    assert (raw.status_code, raw.json()["name"], raw.json()["kind"]) == (201, "plans", "csv")
    form = client.post("/api/v1/tables", files={"file": ("Customer Plans.parquet", CSV)})
    assert (form.status_code, form.json()["name"], form.json()["kind"]) == (201, "customer_plans", "parquet")
    named = client.post("/api/v1/tables", files={"file": ("x.bin", CSV)}, data={"name": "third", "format": "csv"})
    assert (named.status_code, named.json()["name"]) == (201, "third")
    assert work.files == {"plans": CSV, "customer_plans": CSV, "third": CSV}
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_large_file_is_not_held_back(client: TestClient, work: Nearby) -> None:
    content = CSV * 500_000
    answer = client.post("/api/v1/tables?name=big&format=csv", content=content)
    assert answer.status_code == 201
    assert work.files["big"] == content


@pytest.mark.parametrize(
    ("query", "content_type", "body"),
    [
        ("name=plans", "text/csv", b""),
        ("name=plans", "application/pdf", CSV),
        ("name=plans&format=xlsx", "text/csv", CSV),
        ("name=Plans", "text/csv", CSV),
        ("name=1plans", "text/csv", CSV),
        ("name=a;drop", "text/csv", CSV),
        ("", "text/csv", CSV),
        ("name=plans", "application/json", CSV),
        ("name=plans", "application/json", b"{}"),
        ("name=plans", "multipart/form-data; boundary=x", b"--x--\r\n"),
        ("name=plans", "multipart/form-data", CSV),
    ],
)
def test_bad_uploads_are_400(
    client: TestClient, work: Nearby, faults: list[BaseException], query: str, content_type: str, body: bytes
) -> None:
    answer = client.post(f"/api/v1/tables?{query}", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")
    assert (work.calls, faults) == ([], [])


def test_a_postgres_table_is_copied_and_its_dsn_is_never_shown(client: TestClient, work: Nearby) -> None:
    dsn = "postgres://me:hunter2@db.example.com/shop"
    body = {"name": "orders", "dsn": dsn, "table": "public.orders", "everySeconds": 3600}
    made = client.post("/api/v1/tables", json=body)
    assert (made.status_code, made.json()["everySeconds"]) == (201, 3600)
    assert work.calls[-1][2:] == ("orders", dsn, "public.orders", 3600)
    assert "hunter2" not in made.text + client.get("/api/v1/tables").text + client.get("/api/v1/audit").text
    assert client.post("/api/v1/tables", json={**body, "everySeconds": 5}).status_code == 400


def test_tables_are_listed_refreshed_and_removed(client: TestClient) -> None:
    client.post("/api/v1/tables?name=plans&format=csv", content=CSV)
    assert client.get("/api/v1/tables").json()["pagination"]["total"] == 1
    assert client.get("/api/v1/tables/plans").json()["schema"] == "production"
    assert client.post("/api/v1/tables/plans/refresh").status_code == 202
    assert client.delete("/api/v1/tables/plans").json() == {"id": "plans", "deleted": True}
    assert client.delete("/api/v1/tables/plans").status_code == 404
    assert client.get("/api/v1/tables/plans").status_code == 404

"""A workspace that is deleted: nothing of it works or can be asked for any more, and nobody else notices."""

from __future__ import annotations

import os
import signal
from typing import Any

import httpx

from tests.e2e.test_customer_events import post, view
from tests.server import Server, children


def make(server: Server, name: str) -> dict[str, Any]:
    """A workspace with a source; `headers` pick it."""
    made = server.api("POST", "/workspaces", {"name": name, "region": "us"})
    headers = {"X-Workspace": made["id"]}
    source = server.api("POST", "/sources", {"catalog": "http-api", "name": "Web"}, headers=headers)
    return {"id": made["id"], "token": made["clientToken"], "key": source["writeKeys"][0], "headers": headers}


def track(server: Server, key: str, message_id: str) -> httpx.Response:
    return server.send("/v1/track", {"userId": "u", "event": "Ordered", "messageId": message_id}, key=key)


def ids(server: Server, headers: dict[str, str], count: int) -> list[str]:
    """Of the rows, once there are so many."""
    query = {"query": "SELECT id FROM web.tracks ORDER BY id"}

    def rows() -> list[list[str]]:
        return server.api("POST", "/sql", query, headers=headers)["rows"]

    server.rows("SELECT 1", lambda _: len(rows()) >= count)
    return [row[0] for row in rows()]


def delete(server: Server, workspace_id: str, confirm: str, **more: Any) -> Any:
    return server.api("DELETE", f"/workspaces/{workspace_id}?confirm={confirm}", **more)


def test_a_deleted_workspace_is_gone_and_the_others_go_on(server: Server) -> None:
    first = server.api("GET", "/workspace")
    kept, lost = make(server, "Kept"), make(server, "Lost")
    for each in (kept, lost):
        assert track(server, each["key"], "m1").status_code == 200
        assert ids(server, each["headers"], 1) == ["m1"]
    files = server.data / "warehouses"
    assert len(list(files.glob(f"{lost['id']}.duckdb"))) == 1
    refused = server.api("DELETE", f"/workspaces/{lost['id']}", status=400)
    assert refused["error"]["code"] == "confirm_needed"

    # Events of it that are acknowledged and not yet worked off must stand in nobody's way.
    pipeline = children(server)["pipeline"]
    os.kill(pipeline, signal.SIGSTOP)
    try:
        assert track(server, lost["key"], "late").status_code == 200
        assert post(server, lost["token"], view()).status_code == 200
        assert delete(server, lost["id"], "Lost") == {"id": lost["id"], "deleted": True}
    finally:
        os.kill(pipeline, signal.SIGCONT)
    assert track(server, lost["key"], "later").status_code == 401
    assert post(server, lost["token"], view()).status_code == 403
    assert server.api("GET", "/sources", headers=lost["headers"], status=404)["error"]["code"] == "not_found"
    assert list(files.glob(f"{lost['id']}*")) == []
    assert track(server, kept["key"], "m2").status_code == 200
    assert ids(server, kept["headers"], 2) == ["m1", "m2"]
    assert delete(server, lost["id"], "Lost")["deleted"] is True

    # The first one's rows lie in a file of another name; nobody may come upon them.
    assert delete(server, first["id"], "My%20workspace")["deleted"] is True
    assert not list(server.data.glob("warehouse.duckdb*"))
    server.restart()
    assert not list(server.data.glob("warehouse.duckdb*"))
    assert list(files.glob(f"{lost['id']}*")) == []
    assert [each["id"] for each in server.api("GET", "/workspaces")["data"]] == [kept["id"]]
    assert server.api("GET", "/workspace")["id"] == kept["id"]
    assert track(server, kept["key"], "m3").status_code == 200
    assert ids(server, {}, 3) == ["m1", "m2", "m3"]
    assert delete(server, kept["id"], "Kept", status=409)["error"]["code"] == "last_workspace"

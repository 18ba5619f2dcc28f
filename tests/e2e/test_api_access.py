"""Coming in through the real door: links, cookies, keys, workspaces that do not see each other."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.server import Server


@pytest.fixture(scope="module")
def running(shared_server: Server) -> Server:
    return shared_server


def with_key(server: Server, key: str, method: str, path: str, body: Any = None) -> httpx.Response:
    headers = {"authorization": f"Bearer {key}"}
    return httpx.request(method, f"{server.url}/api/v1{path}", json=body, headers=headers, timeout=30)


def test_the_printed_link_signs_a_browser_in_once(server: Server) -> None:
    token = server.first_link.partition("#token=")[2]
    same = {"origin": server.url}
    with httpx.Client(base_url=server.url) as browser:
        assert browser.get("/api/v1/me").status_code == 401
        answer = browser.post("/api/v1/sign-in", json={"token": token}, headers=same)
        assert answer.status_code == 201
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert browser.get("/api/v1/me").json()["installation"] is True
        assert browser.patch("/api/v1/workspace", json={"name": "Acme"}, headers=same).json()["name"] == "Acme"
        foreign = browser.patch("/api/v1/workspace", json={"name": "x"}, headers={"origin": "https://evil.example"})
        assert (foreign.status_code, foreign.json()["error"]["code"]) == (403, "cross_origin")
        assert httpx.post(f"{server.url}/api/v1/sign-in", json={"token": token}).status_code == 401
        server.restart()
        browser.base_url = server.url
        assert browser.get("/api/v1/workspace").json()["name"] == "Acme"
        assert browser.delete("/api/v1/sign-in", headers={"origin": server.url}).status_code == 200
        assert browser.get("/api/v1/me").status_code == 401


def test_keys_hold_their_scope_and_end_when_removed(running: Server) -> None:
    made = running.api("POST", "/workspace/api-keys", {"name": "report", "scopes": ["data"]})
    assert with_key(running, made["key"], "GET", "/sources").status_code == 200
    assert with_key(running, made["key"], "POST", "/sql", {"query": "SELECT 1"}).status_code == 200
    refused = with_key(running, made["key"], "POST", "/sources", {"catalog": "candu", "name": "x"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    running.api("DELETE", f"/workspace/api-keys/{made['id']}")
    assert with_key(running, made["key"], "GET", "/sources").status_code == 401


def test_workspaces_do_not_see_each_other(running: Server) -> None:
    source = running.add_source("http-api", "Private")
    other = running.api("POST", "/workspaces", {"name": "Other", "region": "eu"})
    there = {"headers": {"X-Workspace": other["id"]}}
    key = running.api("POST", "/workspace/api-keys", {"name": "k"}, **there)["key"]
    body = {"userId": "u", "event": "Secret", "messageId": "private-1"}
    assert running.send("/v1/track", body, key=source["writeKeys"][0]).status_code == 200
    running.wait_closed()
    assert running.sql("SELECT count(*) FROM private.secret") == [[1]]
    for path in (f"/sources/{source['id']}", f"/sources/{source['id']}/events", "/events/private-1"):
        assert with_key(running, key, "GET", path).status_code == 404
    refused = with_key(running, key, "POST", "/sql", {"query": "SELECT * FROM private.secret"})
    assert refused.status_code == 400
    assert with_key(running, key, "GET", "/accounting").json()["sources"] == []
    mine = running.api("POST", "/sources", {"catalog": "http-api", "name": "Private"}, **there)
    assert mine["schema"] == "private"


def test_no_secret_reaches_the_log(server: Server) -> None:
    made = server.api("POST", "/workspace/api-keys", {"name": "k"})
    secret = server.api("POST", "/workspace/identity-secrets", {"name": "prod"})
    with_key(server, made["key"], "POST", "/sources", {"catalog": "nothing", "name": "x"})
    server.stop()
    log = server.stderr()
    for text in (made["key"], secret["key"], server.token):
        assert text not in log

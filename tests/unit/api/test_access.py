from __future__ import annotations

import re

import pytest
from litestar.testing import TestClient

from headwater.api.auth import COOKIE
from headwater.control.model import Workspace
from headwater.control.store import Store
from tests.unit.api.conftest import ADMIN, URL

KEY = {"Authorization": f"Bearer {ADMIN}"}
SAME = {"Sec-Fetch-Site": "same-origin"}


def address(path: str) -> str:
    """A path of the description with something in each of its places; a document's is a number."""
    return re.sub(r"\{\w+\}", "none", path.replace("{documentId}", "1"))


def signed_in(anyone: TestClient, store: Store, workspace_id: str | None = None) -> TestClient:
    link = store.access.create_link(workspace_id)
    assert anyone.post("/api/v1/sign-in", json={"token": link.token}, headers=SAME).status_code == 201
    return anyone


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer wrong", "Bearer \xff", "token-of-the-operator"]
)
def test_without_a_known_token_every_route_answers_401(anyone: TestClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    answer = anyone.get("/api/v1/sources", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_only_sign_in_and_the_openapi_document_are_open(anyone: TestClient) -> None:
    document = anyone.get("/api/v1/openapi.json").json()
    unguarded = [
        (method, path)
        for path, item in document["paths"].items()
        for method in item
        if anyone.request(method, address(path), json={}).status_code != 401
    ]
    assert sorted(unguarded) == [("delete", "/api/v1/sign-in"), ("post", "/api/v1/sign-in")]


def test_answers_are_not_to_be_kept_by_anyone(client: TestClient) -> None:
    for path in ("/api/v1/sources", "/api/v1/sources/none"):
        headers = client.get(path).headers
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_a_link_signs_in_once_and_the_cookie_is_closed_to_scripts_and_other_sites(
    anyone: TestClient, store: Store
) -> None:
    link = store.access.create_link(None)
    answer = anyone.post("/api/v1/sign-in", json={"token": link.token})
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Secure", "Path=/", "Max-Age=2592000"))
    assert anyone.get("/api/v1/me").json()["byCookie"] is True
    again = anyone.post("/api/v1/sign-in", json={"token": link.token})
    assert (again.status_code, again.json()["error"]["code"]) == (401, "link_invalid")


def test_over_plain_http_the_cookie_is_not_secure_alone(anyone: TestClient, store: Store) -> None:
    link = store.access.create_link(None)
    headers = {"X-Forwarded-Proto": "http"}
    answer = anyone.post("/api/v1/sign-in", json={"token": link.token}, headers=headers)
    assert "Secure" not in answer.headers["set-cookie"]


def test_signing_out_ends_the_session_on_the_server(anyone: TestClient, store: Store) -> None:
    client = signed_in(anyone, store)
    cookie = client.cookies[COOKIE]
    assert client.delete("/api/v1/sign-in", headers=SAME).status_code == 200
    client.cookies.set(COOKIE, cookie)
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": URL}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": URL}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_cookie_changes_nothing_unless_the_request_comes_from_our_pages(
    anyone: TestClient, store: Store, workspace: Workspace, headers: dict[str, str], status: int
) -> None:
    client = signed_in(anyone, store)
    answer = client.patch("/api/v1/workspace", json={"name": "New"}, headers=headers)
    assert answer.status_code == status
    assert store.workspace(workspace.id).name == ("New" if status == 200 else "My workspace")
    if status == 403:
        assert answer.json()["error"]["code"] == "cross_origin"


def test_a_bearer_token_needs_no_origin_even_beside_a_cookie(anyone: TestClient, store: Store) -> None:
    client = signed_in(anyone, store)
    headers = {"Authorization": f"Bearer {ADMIN}"}
    assert client.patch("/api/v1/workspace", json={"name": "New"}, headers=headers).status_code == 200


def test_another_site_cannot_sign_a_browser_in(anyone: TestClient, store: Store) -> None:
    link = store.access.create_link(None)
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert anyone.post("/api/v1/sign-in", json={"token": link.token}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("scope", "reads", "queries", "changes"),
    [("read", 200, 403, 403), ("data", 200, 200, 403), ("admin", 200, 200, 200)],
)
def test_scopes_hold(client: TestClient, scope: str, reads: int, queries: int, changes: int) -> None:
    key = client.post("/api/v1/workspace/api-keys", json={"name": "k", "scopes": [scope]}).json()["key"]
    client.headers["Authorization"] = f"Bearer {key}"
    assert client.get("/api/v1/sources").status_code == reads
    assert client.post("/api/v1/sql", json={"query": "SELECT 1"}).status_code == queries
    answer = client.patch("/api/v1/workspace", json={"name": "New"})
    assert answer.status_code == changes
    if changes == 403:
        assert "needs the scope admin" in answer.json()["error"]["message"]


def test_every_call_is_open_to_the_scopes_that_its_description_names_and_to_no_others(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    needs = {"Scope admin": 2, "Scope data": 1, "Any scope": 0}
    wrong = []
    for rank, scope in enumerate(("read", "data", "admin")):
        key = client.post("/api/v1/workspace/api-keys", json={"name": "k", "scopes": [scope]}).json()["key"]
        for path, item in document["paths"].items():
            for method, operation in item.items():
                said = operation["summary"] + operation["description"]
                needed = next((rank for words, rank in needs.items() if words in said), None)
                if needed is None or path.endswith("/stream") or operation.get("security") == []:
                    continue
                headers = {"Authorization": f"Bearer {key}"}
                answer = client.request(method, address(path), json=[], headers=headers)
                if (answer.status_code == 403) != (rank < needed):
                    wrong.append((scope, method, path, answer.status_code))
    assert wrong == []


def test_a_workspace_key_stays_in_its_workspace(client: TestClient, store: Store) -> None:
    other = store.create_workspace(name="Other", region="eu")
    key = client.post("/api/v1/workspace/api-keys", json={"name": "k"}, headers={"X-Workspace": other.id}).json()["key"]
    client.headers["Authorization"] = f"Bearer {key}"
    assert client.get("/api/v1/workspace").json()["id"] == other.id
    elsewhere = {"X-Workspace": store.workspaces()[0].id}
    assert client.get("/api/v1/workspace", headers=elsewhere).status_code == 403
    for path in ("/api/v1/workspaces", f"/api/v1/workspaces/{elsewhere['X-Workspace']}"):
        assert client.get(path).status_code == 403
    for path in ("/api/v1/backup", "/api/v1/export"):
        assert client.post(path, json={"dir": "/x"}).status_code == 403
    assert client.post("/api/v1/workspaces", json={"name": "x", "region": "us"}).status_code == 403


def test_an_unknown_workspace_is_404(client: TestClient) -> None:
    assert client.get("/api/v1/sources", headers={"X-Workspace": "ws_none"}).status_code == 404


def test_a_removed_key_is_refused_at_once(client: TestClient) -> None:
    made = client.post("/api/v1/workspace/api-keys", json={"name": "k"}).json()
    assert client.delete(f"/api/v1/workspace/api-keys/{made['id']}").status_code == 200
    client.headers["Authorization"] = f"Bearer {made['key']}"
    assert client.get("/api/v1/me").status_code == 401


def test_a_new_link_opens_what_its_maker_may_see(client: TestClient, store: Store) -> None:
    other = store.create_workspace(name="Other", region="eu")
    _, key = store.access.create_api_key(other.id, name="k")
    link = client.post("/api/v1/sign-in-links", headers={"Authorization": f"Bearer {key}"}).json()
    assert link["url"] == f"{URL}/sign-in#token={link['token']}"
    del client.headers["Authorization"]
    client.post("/api/v1/sign-in", json={"token": link["token"]})
    me = client.get("/api/v1/me").json()
    assert (me["installation"], [w["id"] for w in me["workspaces"]]) == (False, [other.id])
    assert me["publicUrl"] == URL


def test_the_installation_sees_every_workspace(client: TestClient, store: Store, workspace: Workspace) -> None:
    other = store.create_workspace(name="Other", region="eu")
    me = client.get("/api/v1/me", headers={"X-Workspace": other.id}).json()
    assert (me["installation"], me["workspaceId"]) == (True, other.id)
    assert [w["id"] for w in me["workspaces"]] == [workspace.id, other.id]


def test_a_link_is_for_somebody_and_its_session_bears_the_name(
    anyone: TestClient, store: Store, workspace: Workspace
) -> None:
    link = anyone.post("/api/v1/sign-in-links", json={"name": " Ada "}, headers=KEY).json()
    assert anyone.post("/api/v1/sign-in", json={"token": link["token"]}, headers=SAME).status_code == 201
    assert anyone.get("/api/v1/me").json()["name"] == "Ada"
    renamed = anyone.patch("/api/v1/me", json={"name": "Ada L."}, headers=SAME)
    assert (renamed.status_code, renamed.json()["name"]) == (200, "Ada L.")
    assert anyone.post("/api/v1/content", json={"name": "Hello"}, headers=SAME).json()["updatedBy"] == "Ada L."
    assert [each.detail for each in store.audit(workspace.id)[0] if each.action == "session.rename"] == [
        {"name": "Ada L."}
    ]


def test_sessions_without_a_name_are_told_apart(anyone: TestClient, store: Store) -> None:
    assert re.fullmatch("Session [0-9a-f]{4}", signed_in(anyone, store).get("/api/v1/me").json()["name"])


def test_only_a_session_can_be_named_and_only_readably(anyone: TestClient, store: Store) -> None:
    refused = anyone.patch("/api/v1/me", json={"name": "Ada"}, headers=KEY)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    assert "Rename an API key" in refused.json()["error"]["message"]
    for name in ("", "  ", "a\u202eb", "x" * 201):
        answer = signed_in(anyone, store).patch("/api/v1/me", json={"name": name}, headers=SAME)
        assert (answer.status_code, answer.json()["error"]["details"]) == (400, {"field": "name"})
    assert anyone.post("/api/v1/sign-in-links", json={"name": "\u0000"}, headers=KEY).status_code == 400

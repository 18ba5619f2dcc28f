from __future__ import annotations

import pytest
from litestar.testing import TestClient

from headwater.control.model import Workspace
from tests.unit.api.nearby import Nearby


def test_the_workspace_has_the_shape_that_is_promised(client: TestClient, workspace: Workspace) -> None:
    found = client.get("/api/v1/workspace").json()
    assert found == {
        "id": workspace.id,
        "name": "My workspace",
        "region": "us",
        "clientToken": workspace.client_token,
        "clientTokens": [workspace.client_token],
        "allowedOrigins": [],
        "identityVerification": "off",
        "segmentAnonymous": False,
        "createdAt": workspace.created_at,
    }


def test_settings_change_and_the_region_does_not(client: TestClient) -> None:
    change = {"allowedOrigins": ["https://a.example"], "identityVerification": "observe", "segmentAnonymous": True}
    changed = client.patch("/api/v1/workspace", json=change).json()
    assert {key: changed[key] for key in change} == change
    answer = client.patch("/api/v1/workspace", json={"region": "eu"})
    assert answer.status_code == 400
    assert client.get("/api/v1/workspace").json()["region"] == "us"


@pytest.mark.parametrize(
    "change", [{"identityVerification": "maybe"}, {"allowedOrigins": "x"}, {"name": ""}, {"segmentAnonymous": "x"}]
)
def test_wrong_settings_are_400(client: TestClient, change: dict[str, object]) -> None:
    assert client.patch("/api/v1/workspace", json=change).status_code == 400


def test_client_tokens_rotate_with_overlap(client: TestClient, workspace: Workspace) -> None:
    answer = client.post("/api/v1/workspace/client-tokens")
    token = answer.json()["token"]
    assert (answer.status_code, len(token)) == (201, 10)
    assert client.get("/api/v1/workspace").json()["clientTokens"] == [workspace.client_token, token]
    assert client.delete(f"/api/v1/workspace/client-tokens/{workspace.client_token}").status_code == 200
    assert client.delete(f"/api/v1/workspace/client-tokens/{token}").status_code == 409


def test_an_api_key_is_shown_once(client: TestClient) -> None:
    made = client.post("/api/v1/workspace/api-keys", json={"name": "ci"})
    assert made.status_code == 201
    listed = client.get("/api/v1/workspace/api-keys")
    assert made.json()["key"] not in listed.text
    assert [(key["id"], key["name"], key["scopes"]) for key in listed.json()["data"]] == [
        (made.json()["id"], "ci", ["admin"])
    ]
    one = f"/api/v1/workspace/api-keys/{made.json()['id']}"
    assert client.patch(one, json={"name": "build"}).json()["name"] == "build"
    assert client.get(one).json()["name"] == "build"
    assert client.delete(one).json() == {"id": made.json()["id"], "deleted": True}
    assert client.get(one).status_code == 404


def test_an_identity_secret_is_shown_once_and_several_may_live(client: TestClient) -> None:
    made = [client.post("/api/v1/workspace/identity-secrets", json={"name": name}).json() for name in ("a", "b")]
    listed = client.get("/api/v1/workspace/identity-secrets")
    assert [secret["name"] for secret in listed.json()["data"]] == ["a", "b"]
    assert not any(secret["key"] in listed.text for secret in made)
    assert client.delete(f"/api/v1/workspace/identity-secrets/{made[0]['id']}").status_code == 200
    assert client.get("/api/v1/workspace/identity-secrets").json()["pagination"]["total"] == 1


def test_requiring_signatures_needs_a_secret(client: TestClient) -> None:
    require = {"identityVerification": "require"}
    early = client.patch("/api/v1/workspace", json=require)
    assert (early.status_code, early.json()["error"]["code"]) == (409, "identity_secret_needed")
    made = client.post("/api/v1/workspace/identity-secrets", json={"name": "a"}).json()
    assert client.patch("/api/v1/workspace", json=require).json()["identityVerification"] == "require"
    last = client.delete(f"/api/v1/workspace/identity-secrets/{made['id']}")
    assert (last.status_code, last.json()["error"]["code"]) == (409, "identity_secret_needed")


def test_the_audit_log_tells_who_did_what(client: TestClient) -> None:
    key = client.post("/api/v1/workspace/api-keys", json={"name": "ci"}).json()
    client.patch("/api/v1/workspace", json={"name": "New"}, headers={"Authorization": f"Bearer {key['key']}"})
    entries = client.get("/api/v1/audit?limit=2").json()
    assert [(e["actor"], e["action"]) for e in entries["data"]] == [
        (f"key:{key['id']}", "workspace.update"),
        ("key:key_installation", "api-key.create"),
    ]
    assert key["key"] not in client.get("/api/v1/audit").text
    assert entries["pagination"]["total"] == 3


def test_the_installation_makes_and_changes_workspaces(client: TestClient) -> None:
    made = client.post("/api/v1/workspaces", json={"name": "EU", "region": "eu"})
    assert (made.status_code, made.json()["region"]) == (201, "eu")
    one = f"/api/v1/workspaces/{made.json()['id']}"
    assert client.patch(one, json={"name": "Europe"}).json()["name"] == "Europe"
    assert client.get(one).json()["name"] == "Europe"
    assert [w["name"] for w in client.get("/api/v1/workspaces").json()["data"]] == ["My workspace", "Europe"]
    assert client.get("/api/v1/sources", headers={"X-Workspace": made.json()["id"]}).json()["pagination"]["total"] == 3
    assert client.post("/api/v1/workspaces", json={"name": "x", "region": "ap"}).status_code == 400


def test_a_workspace_is_deleted_by_its_name_and_its_rows_with_it(client: TestClient, work: Nearby) -> None:
    made = client.post("/api/v1/workspaces", json={"name": "Short & sweet", "region": "eu"}).json()
    path = f"/api/v1/workspaces/{made['id']}"
    unnamed = client.delete(path)
    assert (unnamed.status_code, unnamed.json()["error"]["code"]) == (400, "confirm_needed")
    assert unnamed.json()["error"]["details"]["name"] == "Short & sweet"
    own = client.post("/api/v1/workspace/api-keys", json={"name": "k"}, headers={"X-Workspace": made["id"]}).json()
    mine = {"Authorization": f"Bearer {own['key']}"}
    assert client.delete(path, params={"confirm": "Short & sweet"}, headers=mine).status_code == 403
    assert client.get(path).status_code == 200

    work.away = True
    assert client.delete(path, params={"confirm": "Short & sweet"}).status_code == 503
    work.away = False
    assert client.get(path).status_code == 404
    assert client.get("/api/v1/sources", headers=mine).status_code == 401
    assert client.delete(path).json() == {"id": made["id"], "deleted": True}
    assert work.calls[-1] == ("remove_warehouse", made["id"])
    entry = client.get("/api/v1/workspaces").json()
    assert entry["pagination"]["total"] == 1


def test_the_only_workspace_stays(client: TestClient, workspace: Workspace, work: Nearby) -> None:
    last = client.delete(f"/api/v1/workspaces/{workspace.id}", params={"confirm": workspace.name})
    assert (last.status_code, last.json()["error"]["code"]) == (409, "last_workspace")
    assert client.delete("/api/v1/workspaces/ws_none?confirm=x").status_code == 404
    assert work.calls == []

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from headwater.catalog.load import load_catalog
from headwater.control.model import MASK, Source, Workspace
from headwater.control.store import Store
from tests.unit.api.nearby import NearbySending, attempt

INTEGRATIONS = "/api/v1/integrations"
CANDU = f"{INTEGRATIONS}/candu-segment"


@pytest.fixture
def source(store: Store, workspace: Workspace) -> Source:
    return store.create_source(workspace.id, spec=load_catalog().source("candu"), name="Candu_Prod")


def put(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.put(CANDU, json={"enabled": True} | body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_both_are_there_from_the_beginning_and_off(client: TestClient) -> None:
    found = client.get(INTEGRATIONS).json()["data"]
    assert [each["id"] for each in found] == ["candu-segment", "produktly-segment"]
    assert not any(each["enabled"] or each["configured"] for each in found)
    assert client.get(CANDU).json() == found[0]
    assert client.get(f"{INTEGRATIONS}/other").status_code == 404
    assert client.post(f"{CANDU}/test").status_code == 404
    off = client.put(CANDU, json={"enabled": False}).json()
    assert (off["enabled"], off["configured"]) == (False, False)


def test_a_pasted_key_of_this_workspace_hands_over_in_process(
    client: TestClient, source: Source, sending: NearbySending, workspace: Workspace
) -> None:
    active = put(client, writeKey=source.write_keys[0])
    assert (active["enabled"], active["configured"], active["sourceId"]) == (True, True, source.id)
    assert (active["writeKey"], active["host"]) == (MASK, None)
    assert put(client, writeKey=MASK)["sourceId"] == source.id
    assert put(client, enabled=False)["enabled"] is False
    tested = client.post(f"{CANDU}/test")
    assert (tested.status_code, tested.json()["trigger"]) == (202, "manual")
    assert sending.calls[-1] == ("test", workspace.id, f"{workspace.id}.candu-segment", None)
    sending.log[f"{workspace.id}.candu-segment"] = [attempt("att_1")]
    assert client.get(f"{CANDU}/attempts").json()["pagination"]["total"] == 1
    assert client.post(f"{CANDU}/pause").json() == {"id": "candu-segment", "enabled": False, "paused": True}


def test_a_source_a_host_and_back(client: TestClient, source: Source) -> None:
    assert put(client, sourceId=source.id)["sourceId"] == source.id
    away = put(client, host="https://ann:pw@events.example.com", writeKey="their-key", uuidAsUserId=True)
    assert (away["host"], away["sourceId"]) == (f"https://ann:{MASK}@events.example.com", None)
    assert (away["uuidAsUserId"], away["extended"], away["configured"]) == (True, False, True)
    assert put(client)["host"] == away["host"]
    back = put(client, sourceId=source.id)
    assert (back["host"], back["sourceId"], back["uuidAsUserId"]) == (None, source.id, True)
    assert put(client, enabled=False, sourceId="", writeKey="")["configured"] is False


def test_a_source_that_goes_is_shown(client: TestClient, source: Source) -> None:
    put(client, sourceId=source.id)
    client.delete(f"/api/v1/sources/{source.id}")
    gone = client.get(CANDU).json()
    assert (gone["sourceId"], gone["sourceGone"]) == (source.id, True)
    again = client.put(CANDU, json={"enabled": True})
    assert (again.status_code, again.json()["error"]["code"]) == (422, "unknown_source")
    assert client.put(CANDU, json={"enabled": False}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "nowhere_to_send"),
        ({"host": "https://events.example.com"}, 422, "nowhere_to_send"),
        ({"writeKey": "theirs"}, 422, "unknown_write_key"),
        ({"sourceId": "src_none"}, 422, "unknown_source"),
        ({"sourceId": "customer-events"}, 422, "unknown_source"),
        ({"host": "events.example.com", "writeKey": "k"}, 400, "validation_error"),
        ({"host": "https://events.example.com", "sourceId": "src_x", "writeKey": "k"}, 400, "validation_error"),
        ({"url": "x"}, 400, "validation_error"),
    ],
)
def test_what_cannot_be_is_refused(client: TestClient, body: dict[str, Any], status: int, code: str) -> None:
    answer = client.put(CANDU, json={"enabled": True, **body})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert client.get(CANDU).json()["createdAt"] is None


def test_each_workspace_has_its_own(client: TestClient, source: Source, store: Store) -> None:
    put(client, sourceId=source.id)
    other = {"X-Workspace": store.create_workspace(name="Other", region="us").id}
    assert client.get(CANDU, headers=other).json()["configured"] is False
    assert client.put(CANDU, json={"enabled": True, "sourceId": source.id}, headers=other).status_code == 422

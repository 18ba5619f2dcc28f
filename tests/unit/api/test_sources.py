from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from headwater.base.errors import Transient
from headwater.control.model import BUILTIN_SOURCES, Workspace, builtin_id
from headwater.control.store import Store
from tests.unit.api.conftest import URL
from tests.unit.api.nearby import Nearby, seen_event


def add(client: TestClient, name: str = "Candu_Prod", catalog: str = "candu", **more: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/sources", json={"catalog": catalog, "name": name, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_new_source_has_the_shape_that_is_promised(client: TestClient, work: Nearby) -> None:
    made = add(client)
    assert set(made) == {
        "id", "catalog", "name", "schema", "enabled", "feedsProfiles", "platform", "writeKeys", "inboundUrl",
        "settings", "builtin", "lastEventAt", "createdAt",
    }  # fmt: skip
    assert (made["name"], made["schema"], made["catalog"]) == ("Candu_Prod", "candu_prod", "candu")
    assert (made["enabled"], made["platform"], made["lastEventAt"]) == (True, "server", None)
    assert [len(key) for key in made["writeKeys"]] == [32]
    assert made["inboundUrl"].startswith(f"{URL}/hooks/")
    assert client.get(f"/api/v1/sources/{made['id']}").json() == made


def test_the_tables_are_there_before_the_answer(client: TestClient, work: Nearby) -> None:
    made = add(client)
    assert work.schemas == {made["id"]: "candu_prod"}


def test_a_source_whose_tables_cannot_be_made_is_not_there(client: TestClient, work: Nearby) -> None:
    work.fails = Transient("away")
    answer = client.post("/api/v1/sources", json={"catalog": "candu", "name": "Candu_Prod"})
    assert answer.status_code == 503
    assert client.get("/api/v1/sources").json()["pagination"]["total"] == 3
    assert add(client)["schema"] == "candu_prod"


def test_a_taken_schema_is_409_and_an_unsupported_region_422(client: TestClient, store: Store) -> None:
    add(client)
    answer = client.post("/api/v1/sources", json={"catalog": "candu", "name": "Candu Prod"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "schema_taken")
    eu = {"X-Workspace": store.create_workspace(name="EU", region="eu").id}
    answer = client.post("/api/v1/sources", json={"catalog": "candu", "name": "Candu"}, headers=eu)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "region_unsupported")
    assert "us only" in answer.json()["error"]["message"]
    answer = client.post("/api/v1/sources", json={"catalog": "produktly", "name": "Produktly"}, headers=eu)
    assert answer.status_code == 201


def test_an_unknown_entry_names_the_nearest(client: TestClient) -> None:
    answer = client.post("/api/v1/sources", json={"catalog": "cnadu", "name": "x"})
    assert answer.status_code == 404
    assert 'nearest is "candu"' in answer.json()["error"]["message"]


def test_the_list_holds_the_built_in_sources_last_under_their_slugs(client: TestClient, work: Nearby) -> None:
    made = add(client)
    answer = client.get("/api/v1/sources").json()
    assert answer["pagination"] == {"total": 4, "limit": 100, "offset": 0}
    assert answer["data"][0]["id"] == made["id"]
    assert {source["id"]: source["schema"] for source in answer["data"][1:]} == BUILTIN_SOURCES
    assert all(source["builtin"] for source in answer["data"][1:])
    part = client.get("/api/v1/sources?limit=1&offset=1").json()
    assert (len(part["data"]), part["pagination"]["total"]) == (1, 4)


def test_the_list_says_when_each_source_had_its_last_event(
    client: TestClient, work: Nearby, workspace: Workspace
) -> None:
    work.last = {builtin_id(workspace.id, "rest"): "2026-01-01T00:00:00.000Z"}
    assert client.get("/api/v1/sources/rest").json()["lastEventAt"] == "2026-01-01T00:00:00.000Z"
    work.away = True
    assert client.get("/api/v1/sources/rest").json()["lastEventAt"] is None


def test_a_rename_keeps_the_schema(client: TestClient) -> None:
    made = add(client)
    changed = client.patch(f"/api/v1/sources/{made['id']}", json={"name": "Other", "enabled": False}).json()
    assert (changed["name"], changed["schema"], changed["enabled"]) == ("Other", "candu_prod", False)


def test_a_taken_label_is_a_conflict(client: TestClient) -> None:
    first, second = add(client, "First"), add(client, "Second")
    taken = client.patch(f"/api/v1/sources/{second['id']}", json={"name": "First", "enabled": False})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "name_taken")
    assert client.get(f"/api/v1/sources/{second['id']}").json() == second
    client.patch(f"/api/v1/sources/{first['id']}", json={"name": "Moved"})
    made = client.post("/api/v1/sources", json={"catalog": "candu", "name": "Moved"})
    assert (made.status_code, made.json()["error"]["code"]) == (409, "name_taken")


def test_settings_are_changed_as_the_catalogue_has_them(client: TestClient) -> None:
    made = add(client, catalog="http-api")
    path = f"/api/v1/sources/{made['id']}"
    changed = client.patch(path, json={"settings": {"sharedSecret": "hunter2"}})
    assert (changed.status_code, changed.json()["settings"]) == (200, {"sharedSecret": "********"})
    assert "hunter2" not in client.get(path).text
    kept = client.patch(path, json={"settings": {"sharedSecret": "********"}, "name": "Other"}).json()
    assert (kept["settings"], kept["name"]) == ({"sharedSecret": "********"}, "Other")
    for wrong in ({"sharedSecrte": "x"}, {"sharedSecret": 7}):
        refused = client.patch(path, json={"settings": wrong, "name": "Third"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "validation_error")
    assert client.get(path).json()["name"] == "Other"
    assert client.patch(path, json={"settings": {"sharedSecret": None}}).json()["settings"] == {}
    builtin = client.patch("/api/v1/sources/rest", json={"settings": {"sharedSecret": "x"}})
    assert "no setting" in builtin.json()["error"]["message"]


def test_write_keys_rotate(client: TestClient) -> None:
    made = add(client)
    keys = f"/api/v1/sources/{made['id']}/write-keys"
    answer = client.post(keys)
    assert (answer.status_code, len(answer.json()["key"])) == (201, 32)
    assert client.delete(f"{keys}/{made['writeKeys'][0]}").status_code == 200
    assert client.get(f"/api/v1/sources/{made['id']}").json()["writeKeys"] == [answer.json()["key"]]
    last = client.delete(f"{keys}/{answer.json()['key']}")
    assert (last.status_code, last.json()["error"]["code"]) == (409, "last_key")


def test_deleting_keeps_the_name_unless_the_rows_go_too(client: TestClient, work: Nearby) -> None:
    first = add(client, "First")
    assert client.delete(f"/api/v1/sources/{first['id']}").json() == {"id": first["id"], "deleted": True}
    taken = client.post("/api/v1/sources", json={"catalog": "candu", "name": "First"})
    assert taken.json()["error"]["code"] == "schema_taken"
    assert not any(call[0] == "drop_schema" for call in work.calls)
    second = add(client, "Second")
    assert client.delete(f"/api/v1/sources/{second['id']}?dropSchema=true").status_code == 200
    assert ("drop_schema", "second") in [(call[0], call[-1]) for call in work.calls]
    assert add(client, "Second")["schema"] == "second"


def test_what_a_deleted_source_left_is_listed_and_can_be_dropped_later(client: TestClient, work: Nearby) -> None:
    first, second = add(client, "First"), add(client, "Second")
    client.delete(f"/api/v1/sources/{first['id']}")
    schemas = "/api/v1/warehouses/builtin/schemas"
    listed = {each["name"]: each["sourceId"] for each in client.get(schemas).json()["data"]}
    own = {"customer_events": "customer-events", "rest": "rest", "segments": "segments"}
    assert listed == {"first": None, "second": second["id"], **own}
    taken = client.post("/api/v1/sources", json={"catalog": "candu", "name": "First"}).json()["error"]["message"]
    assert "headwater source remove first --drop-schema" in taken
    assert f"DELETE {schemas}/first" in taken

    work.fails = Transient("away")
    assert client.delete(f"{schemas}/first").status_code == 503
    assert client.delete(f"{schemas}/first").json() == {"id": "first", "deleted": True}
    assert ("drop_schema", "first") in [(call[0], call[-1]) for call in work.calls]
    assert client.delete(f"{schemas}/first").status_code == 404
    assert add(client, "First")["schema"] == "first"


@pytest.mark.parametrize("name", ["second", "rest"])
def test_the_schema_of_a_source_goes_with_the_source_alone(client: TestClient, work: Nearby, name: str) -> None:
    add(client, "Second")
    used = client.delete(f"/api/v1/warehouses/builtin/schemas/{name}")
    assert (used.status_code, used.json()["error"]["code"]) == (409, "schema_in_use")
    told = used.json()["error"]["message"]
    assert ("dropSchema=true" in told, "cannot be deleted" in told) == (name == "second", name == "rest")
    assert client.delete("/api/v1/warehouses/other/schemas/second").status_code == 404
    assert not any(call[0] == "drop_schema" for call in work.calls)


@pytest.mark.parametrize(
    ("catalog", "has_one"), [("candu", True), ("http-api", True), ("javascript", False), ("node", False)]
)
def test_only_a_source_that_may_get_webhooks_has_an_address_for_them(
    client: TestClient, catalog: str, has_one: bool
) -> None:
    assert client.get(f"/api/v1/catalog/sources/{catalog}").json()["inbound"] is has_one
    made = add(client, "Source", catalog)
    for shown in (made, client.get(f"/api/v1/sources/{made['id']}").json()):
        assert (shown["inboundUrl"] is not None) is has_one
    listed = {each["id"]: each["inboundUrl"] for each in client.get("/api/v1/sources").json()["data"]}
    assert (listed[made["id"]] is not None) is has_one
    assert [listed[slug] for slug in BUILTIN_SOURCES] == [None, None, None]


def test_a_drop_that_fails_can_be_done_again(client: TestClient, work: Nearby) -> None:
    made = add(client)
    work.fails = Transient("away")
    assert client.delete(f"/api/v1/sources/{made['id']}?dropSchema=true").status_code == 503
    assert client.get(f"/api/v1/sources/{made['id']}").json()["enabled"] is False
    assert client.delete(f"/api/v1/sources/{made['id']}?dropSchema=true").status_code == 200


def test_built_in_sources_stay_with_their_rows(client: TestClient, work: Nearby) -> None:
    answer = client.delete("/api/v1/sources/rest?dropSchema=true")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "builtin_source")
    assert not any(call[0] == "drop_schema" for call in work.calls)
    assert client.get("/api/v1/sources/rest").json()["enabled"] is True


def test_keys_are_masked_for_who_may_only_read(client: TestClient) -> None:
    made = add(client)
    key = client.post("/api/v1/workspace/api-keys", json={"name": "k", "scopes": ["data"]}).json()["key"]
    seen = client.get(f"/api/v1/sources/{made['id']}", headers={"Authorization": f"Bearer {key}"})
    assert (seen.json()["writeKeys"], seen.json()["inboundUrl"]) == (["********"], None)
    assert made["writeKeys"][0] not in seen.text


def test_the_debugger_gives_the_latest_events_newest_first(client: TestClient, work: Nearby) -> None:
    made = add(client)
    violation = {"type": "Required", "field": "properties.tutorialId", "description": "is missing"}
    work.seen[made["id"]] = [seen_event(1), seen_event(2, violations=[violation]), seen_event(3)]
    answer = client.get(f"/api/v1/sources/{made['id']}/events?limit=2").json()
    assert [event["seq"] for event in answer["data"]] == [3, 2]
    assert answer["data"][1]["violations"] == [violation]
    assert set(answer["data"][0]) >= {"messageId", "type", "name", "receivedAt", "fate", "reason", "payload"}


@pytest.mark.parametrize("path", ["/events", "/events/stream"])
def test_the_debugger_of_another_workspace_is_closed(client: TestClient, store: Store, path: str) -> None:
    made = add(client)
    other = store.create_workspace(name="Other", region="us")
    answer = client.get(f"/api/v1/sources/{made['id']}{path}", headers={"X-Workspace": other.id})
    assert answer.status_code == 404

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from headwater.api.app import create_app
from headwater.catalog.destination_load import Destinations, load_destinations
from headwater.catalog.load import load_catalog
from headwater.control.model import MASK, Workspace
from headwater.control.store import Store
from tests.unit.api.conftest import ADMIN
from tests.unit.api.nearby import Nearby, NearbyProfiles, NearbySending

DESTINATIONS = "/api/v1/destinations"
BODY = {"catalog": "segment", "name": "Far away", "settings": {"writeKey": "tok-secret"}}


def made(client: TestClient, **fields: Any) -> dict[str, Any]:
    answer = client.post(DESTINATIONS, json=BODY | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_destination_from_creation_to_deletion(
    client: TestClient, sending: NearbySending, workspace: Workspace
) -> None:
    destination = made(client, sourceIds=["customer-events", "rest"])
    assert destination.pop("secret") is None
    assert (destination["catalog"], destination["settings"]["writeKey"]) == ("segment", MASK)
    assert (destination["sourceIds"], destination["goneSourceIds"]) == (["customer-events", "rest"], [])
    path = f"{DESTINATIONS}/{destination['id']}"
    assert client.get(path).json() == destination
    changed = client.patch(path, json={"settings": {"region": "eu", "writeKey": MASK}, "sourceIds": ["rest"]}).json()
    assert (changed["settings"]["region"], changed["settings"]["writeKey"]) == ("eu", MASK)
    assert changed["sourceIds"] == ["rest"]
    client.post(f"{path}/preview", json={"settings": {"host": "https://events.example.com"}})
    draft = sending.calls[-1][3]
    assert draft["settings"] == {"writeKey": "tok-secret", "region": "eu", "host": "https://events.example.com"}
    assert client.delete(path).status_code == 200
    assert sending.calls[-1] == ("forget_connection", workspace.id, destination["id"])
    assert client.get(path).status_code == 404
    assert "tok-secret" not in client.get("/api/v1/audit").text


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"catalog": "segmnt"}, 404, 'The nearest is \\"segment\\"'),
        ({"catalog": "candu-segment"}, 422, "/integrations/candu-segment"),
        ({"settings": {}}, 400, 'The setting \\"writeKey\\"'),
        ({"settings": {"writeKey": 5}}, 400, "must be a string; the value given is not"),
        ({"settings": {"writeKey": "k", "region": "mars"}}, 400, "one of us, eu"),
        ({"settings": {"writeKey": "k", "host": "events.example.com"}}, 400, "must begin with http:// or https://"),
        ({"sourceIds": ["segment"]}, 422, 'There is no source \\"segment\\"'),
        ({"mapping": {"x": "userId"}}, 400, 'no field \\"x\\" to map. It has none. Nothing'),
        ({"topics": ["content.view"]}, 400, "topics"),
        ({"catalog": "files", "settings": {"folder": "../x"}}, 400, "no folder under the workspace's own"),
        ({"catalog": "files", "settings": {"folder": "a\0b"}}, 400, "without control characters"),
        ({"catalog": "files", "settings": {"folder": "a//b"}}, 400, "none of them empty"),
        ({"catalog": "files", "settings": {"folder": "/srv/x"}}, 400, "is absolute. Allowed: a relative name"),
        ({"catalog": "files", "settings": {"folder": "é" * 128}}, 400, "255 bytes for each name"),
        ({"catalog": "files", "settings": {"folder": "a/" * 501}}, 400, "1,000 in all"),
        ({"catalog": "files", "settings": {"batchEvents": 0}}, 400, "batchEvents is 0. Allowed: 1 to 10,000."),
        ({"catalog": "files", "settings": {"batchSeconds": -1}}, 400, "batchSeconds is -1. Allowed: 0 to 86,400."),
    ],
)
def test_what_is_wrong_is_said(client: TestClient, fields: dict[str, Any], status: int, says: str) -> None:
    answer = client.post(DESTINATIONS, json=BODY | fields)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
    assert client.get(DESTINATIONS).json()["data"] == []


def test_a_destination_of_another_region_is_refused(
    store: Store, workspace: Workspace, work: Nearby, sending: NearbySending
) -> None:
    limited = msgspec.structs.replace(load_destinations().destination("segment"), regions=("us",))
    only = Destinations(specs=[limited])
    parts = {"store": store, "work": work, "sending": sending, "profiles": NearbyProfiles(), "destinations": only}
    eu = {"X-Workspace": store.create_workspace(name="EU", region="eu").id}
    with TestClient(create_app(**parts, catalog=load_catalog(), public_url="http://x")) as client:
        client.headers["Authorization"] = f"Bearer {ADMIN}"
        answer = client.post(DESTINATIONS, json=BODY, headers=eu)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "region_unsupported")
        assert client.post(DESTINATIONS, json=BODY).status_code == 201


def test_a_source_that_goes_is_shown_as_gone(client: TestClient, store: Store, workspace: Workspace) -> None:
    source = store.create_source(workspace.id, spec=load_catalog().source("http-api"), name="Mine")
    destination = made(client, sourceIds=[source.id, "rest"])
    assert client.delete(f"/api/v1/sources/{source.id}").status_code == 200
    shown = client.get(f"{DESTINATIONS}/{destination['id']}").json()
    assert (shown["sourceIds"], shown["goneSourceIds"]) == ([source.id, "rest"], [source.id])
    kept = client.patch(f"{DESTINATIONS}/{destination['id']}", json={"sourceIds": shown["sourceIds"], "name": "New"})
    assert (kept.status_code, kept.json()["goneSourceIds"]) == (200, [source.id])


def test_the_webhook_destination_is_signed_and_others_are_not(client: TestClient) -> None:
    signed = made(client, catalog="webhook", settings={"url": "https://a.example/in"})
    assert signed["secret"].startswith("whsec_")
    assert client.get(f"{DESTINATIONS}/{signed['id']}/secret").json()["secret"] == signed["secret"]
    assert client.post(f"{DESTINATIONS}/{signed['id']}/rotate-secret").status_code == 202
    plain = made(client)
    for method, tail in (("GET", "secret"), ("POST", "rotate-secret")):
        assert client.request(method, f"{DESTINATIONS}/{plain['id']}/{tail}").status_code == 409


def test_the_mapping_is_read_field_by_field(client: TestClient) -> None:
    destination = made(client, catalog="slack", settings={"url": "https://a.example/in"}, mapping={"who": "userId"})
    assert destination["mapping"] == {"who": "userId"}
    path = f"{DESTINATIONS}/{destination['id']}"
    wrong = client.patch(path, json={"mapping": {"who": "userid"}})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "mapping_invalid")
    assert wrong.json()["error"]["details"] == {"field": "mapping.who", "position": 1}
    assert client.patch(path, json={"mapping": {"who": ""}}).json()["mapping"] == {}


def test_a_draft_is_looked_at_before_there_is_anything(
    client: TestClient, sending: NearbySending, workspace: Workspace
) -> None:
    event = {"type": "track", "event": "Ordered"}
    answer = client.post(f"{DESTINATIONS}/preview", json={**BODY, "event": event} | {"name": None})
    assert answer.status_code == 400  # a draft has no name
    body = {"catalog": "segment", "settings": {"writeKey": "k"}, "event": event}
    assert client.post(f"{DESTINATIONS}/preview", json=body).json()["mapped"] == {"email": "ann@example.com"}
    draft = {"id": None, "kind": "destination", "catalog": "segment", "mapping": {}}
    assert sending.calls[-1] == (
        "preview", workspace.id, None, draft | {"settings": {"writeKey": "k", "region": "us"}}, None, event,
    )  # fmt: skip
    assert client.post(f"{DESTINATIONS}/preview", json={"catalog": "segment"}).status_code == 400
    assert client.get(DESTINATIONS).json()["data"] == []

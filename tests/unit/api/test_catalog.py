from __future__ import annotations

import pytest
from litestar.testing import TestClient

from headwater.api.app import create_app
from headwater.catalog.load import load_catalog
from headwater.control.model import Workspace
from headwater.control.store import Store
from tests.unit.api.conftest import ADMIN, URL
from tests.unit.api.nearby import Nearby, NearbyProfiles, NearbySending


def test_an_entry_says_all_that_the_catalogue_knows(client: TestClient) -> None:
    entry = client.get("/api/v1/catalog/sources/candu").json()
    assert (entry["name"], entry["status"], entry["regions"], entry["refusal"]) == ("Candu", "public", ["us"], None)
    assert entry["maintainer"]["contact"]
    assert entry["setup"]
    view = next(event for event in entry["events"] if event["name"] == "tutorial.view")
    assert view["call"] == "screen"
    assert {prop["name"]: prop["type"] for prop in view["properties"]} == {
        "tutorialId": "integer",
        "segmentId": "string",
        "portalId": "integer",
        "versionId": "string",
    }


def test_the_set_up_names_the_address_of_this_server(client: TestClient) -> None:
    """As clients are to use it, and which of the steps are done once a source is there."""
    for entry in client.get("/api/v1/catalog/sources?limit=1000").json()["data"]:
        steps = client.get(f"/api/v1/catalog/sources/{entry['slug']}").json()["setup"]
        assert entry["setup"] == steps
        assert any(URL in step for step in steps)
        assert not any("{" in step or "the address of this server" in step for step in steps)
        done, left = steps[: entry["setupToAdd"]], steps[entry["setupToAdd"] :]
        assert "Add Source" in done[0]
        assert left
        assert not any("Add Source" in step for step in left)
        assert any("the write key" in step for step in left)


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"Host": "events.example:8443"}, "http://events.example:8443"),
        ({"Host": "[::1]:8080", "X-Forwarded-Proto": "https"}, "https://[::1]:8080"),
        ({"Host": "a.example%22onload"}, "http://127.0.0.1:8080"),
    ],
)
def test_without_a_public_address_the_one_that_was_asked_is_named(
    store: Store, workspace: Workspace, work: Nearby, sending: NearbySending, headers: dict[str, str], address: str
) -> None:
    parts = {"store": store, "work": work, "sending": sending, "profiles": NearbyProfiles()}
    app = create_app(**parts, catalog=load_catalog(), public_url="", local_url="http://127.0.0.1:8080/")
    with TestClient(app) as client:
        client.headers["Authorization"] = f"Bearer {ADMIN}"
        assert client.get("/api/v1/me", headers=headers).json()["publicUrl"] == address
        setup = client.get("/api/v1/catalog/sources/http-api", headers=headers).json()["setup"]
    assert any(f"Post JSON to {address}/v1/track" in step for step in setup)


def test_nested_properties_are_given(client: TestClient) -> None:
    entry = client.get("/api/v1/catalog/sources/produktly").json()
    step = next(event for event in entry["events"] if event["name"] == "Tour Step")
    metadata = next(prop for prop in step["properties"] if prop["name"] == "metadata")
    assert {prop["name"] for prop in metadata["properties"]} == {"stepIndex", "type"}


def test_every_bundled_entry_can_be_shown(client: TestClient) -> None:
    found = client.get("/api/v1/catalog/sources?limit=1000").json()
    assert [entry["slug"] for entry in found["data"]] == [spec.slug for spec in load_catalog().sources()]


@pytest.mark.parametrize(("query", "first"), [("Candu", "candu"), ("candu", "candu"), ("python", "python")])
def test_a_search_gives_the_best_first(client: TestClient, query: str, first: str) -> None:
    assert client.get("/api/v1/catalog/sources", params={"q": query}).json()["data"][0]["slug"] == first


def test_a_search_that_finds_nothing_is_an_empty_list(client: TestClient) -> None:
    found = client.get("/api/v1/catalog/sources", params={"q": "no such tool"}).json()
    assert (found["data"], found["pagination"]["total"]) == ([], 0)


def test_the_refusal_is_that_of_the_workspace(client: TestClient, store: Store) -> None:
    eu = {"X-Workspace": store.create_workspace(name="EU", region="eu").id}
    entries = client.get("/api/v1/catalog/sources", headers=eu).json()["data"]
    refusals = {entry["slug"]: entry["refusal"] for entry in entries}
    assert "region us only" in refusals["candu"]
    assert refusals["produktly"] is None


def test_an_unknown_entry_is_404(client: TestClient) -> None:
    for kind in ("sources", "destinations"):
        assert client.get(f"/api/v1/catalog/{kind}/nothing").status_code == 404

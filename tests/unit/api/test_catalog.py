from __future__ import annotations

import pytest
from litestar.testing import TestClient

from headwater.catalog.load import load_catalog
from headwater.control.store import Store


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

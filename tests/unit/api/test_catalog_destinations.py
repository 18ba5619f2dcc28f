from __future__ import annotations

import pytest
from litestar.testing import TestClient

from headwater.catalog.destination_load import load_destinations
from headwater.control.store import Store


def test_every_offered_destination_is_listed_and_the_senders_are_not(client: TestClient) -> None:
    listed = [entry["slug"] for entry in client.get("/api/v1/catalog/destinations?limit=1000").json()["data"]]
    assert listed == [spec.slug for spec in load_destinations().destinations() if spec.offered]
    assert {"segment", "candu", "webhook", "slack", "posthog", "files"} <= set(listed)
    assert not {"candu-segment", "produktly-segment"} & set(listed)


def test_an_entry_says_all_that_the_catalogue_knows(client: TestClient) -> None:
    entry = client.get("/api/v1/catalog/destinations/candu").json()
    assert (entry["name"], entry["kind"], entry["related"], entry["refusal"]) == ("Candu", "destination", "candu", None)
    assert entry["calls"] == ["identify", "track", "page", "screen", "group"]
    assert entry["mapping"] == {"userId": "userId"}
    assert entry["limits"] == {"perSecond": None, "maxBatch": 50, "batchWaitSeconds": 0.0}
    assert "Never run against the real service" in entry["verified"]
    assert {each["name"]: each["secret"] for each in entry["settings"]} == {"apiKey": True, "host": False}
    assert all(each["sign"] and each["remedy"] for each in entry["troubles"])


def test_source_and_destination_of_a_tool_link_each_other(client: TestClient) -> None:
    source = client.get("/api/v1/catalog/sources/candu").json()
    destination = client.get(f"/api/v1/catalog/destinations/{source['related']}").json()
    assert destination["related"] == "candu"


@pytest.mark.parametrize("slug", ["candu-segment", "produktly-segment"])
def test_a_sender_is_found_by_its_slug(client: TestClient, slug: str) -> None:
    found = client.get(f"/api/v1/catalog/destinations/{slug}").json()
    assert (found["offered"], found["events"]) == (False, [])
    assert found["eventNames"]


@pytest.mark.parametrize(("query", "first"), [("Candu", "candu"), ("slack", "slack"), ("parquet", "files")])
def test_a_search_gives_the_best_first(client: TestClient, query: str, first: str) -> None:
    assert client.get("/api/v1/catalog/destinations", params={"q": query}).json()["data"][0]["slug"] == first


def test_a_search_that_finds_nothing_is_an_empty_list(client: TestClient) -> None:
    found = client.get("/api/v1/catalog/destinations", params={"q": "no such tool"}).json()
    assert (found["data"], found["pagination"]["total"]) == ([], 0)


def test_an_unknown_one_is_404_with_the_nearest(client: TestClient) -> None:
    answer = client.get("/api/v1/catalog/destinations/segmnt")
    assert answer.status_code == 404
    assert '"segment"' in answer.json()["error"]["message"]


def test_no_destination_is_refused_for_a_region_that_it_supports(client: TestClient, store: Store) -> None:
    eu = {"X-Workspace": store.create_workspace(name="EU", region="eu").id}
    entries = client.get("/api/v1/catalog/destinations", headers=eu).json()["data"]
    assert [entry["refusal"] for entry in entries] == [None] * len(entries)

"""Why traits do not appear: what the API makes of what is known, and who may ask."""

from __future__ import annotations

import pytest
from litestar.testing import TestClient

from headwater.base.errors import Transient
from headwater.control.model import Workspace
from tests.unit.api.nearby import Nearby, NearbyProfiles, person, seen_event

PATH = "/api/v1/people/troubleshooting"


@pytest.fixture(autouse=True)
def rows(work: Nearby, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that were asked; the table of identifies is in two schemas, one of them of no source."""
    asked: list[str] = []

    async def sql(workspace_id: str, query: str, limit: int | None) -> object:
        asked.append(query)
        found = [["rest"], ["left_over"]] if "information_schema" in query else [["rest", 3, "2026-01-02T00:00:00Z"]]
        return {"columns": [], "rows": found, "truncated": False}

    monkeypatch.setattr(work, "sql", sql)
    return asked


def test_each_source_with_its_identify_calls(client: TestClient, work: Nearby, rows: list[str]) -> None:
    sources = {each["id"]: each for each in client.get(PATH).json()["sources"]}
    assert {"customer-events", "rest", "segments"} <= sources.keys()
    assert (sources["rest"]["identifies"], sources["rest"]["lastIdentifyAt"]) == (3, "2026-01-02T00:00:00Z")
    assert (sources["segments"]["feedsProfiles"], sources["segments"]["identifies"]) == (False, 0)
    assert "left_over" not in rows[-1]


def test_without_the_warehouse_the_rest_is_told(
    client: TestClient, work: Nearby, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sql(workspace_id: str, query: str, limit: int | None) -> object:
        raise Transient("The warehouse is away.")

    monkeypatch.setattr(work, "sql", sql)
    told = client.get(PATH).json()
    assert {each["identifies"] for each in told["sources"]} == {None}
    assert told["rest"]["lookedAt"] == 0


def test_what_the_rest_door_refused(client: TestClient, work: Nearby, workspace: Workspace) -> None:
    refused = {"fate": "rejected", "reason": "event_not_defined", "note": "event is missing."}
    work.seen[f"{workspace.id}.rest"] = [seen_event(3, **refused), seen_event(2), seen_event(1)]
    rest = client.get(PATH).json()["rest"]
    assert (rest["lookedAt"], rest["refused"]) == (3, 1)
    assert [(each["code"], each["message"]) for each in rest["newest"]] == [("event_not_defined", "event is missing.")]
    assert ("source_events", f"{workspace.id}.rest", 200, 0, 0.0) in work.calls


def test_names_that_look_like_slips_and_users_without_traits(client: TestClient, profiles: NearbyProfiles) -> None:
    profiles.everyone = [
        person("per_1", userIds=["a"], identified=True, traits={"email": "a", "plan": 1}),
        person("per_2", userIds=["b"], identified=True, traits={"Email": "b", "plan": 1}),
        person("per_3", userIds=["c"], identified=False, traits={}),
        person("per_4", userIds=[], identified=False, traits={}),
    ]
    told = client.get(PATH).json()
    nobody = [{"id": "per_3", "userId": "c"}]
    assert told["people"] == {"lookedAt": 4, "known": 3, "withoutTraits": 1, "newestWithoutTraits": nobody}
    assert told["traits"][0] == {"name": "plan", "people": 2}
    slip = {"name": "Email", "people": 1, "like": "email", "likePeople": 1, "kind": "reserved"}
    assert told["slips"] == [slip]


def test_a_name_of_blanks_is_told_as_such(client: TestClient, profiles: NearbyProfiles) -> None:
    profiles.everyone = [person("per_1", userIds=["a"], identified=True, traits={"": 1, "plan": 1})]
    assert client.get(PATH).json()["slips"] == [{"name": "", "people": 1, "like": "", "likePeople": 0, "kind": "blank"}]


def test_rows_tell_of_a_last_event_that_nobody_else_remembers(
    client: TestClient, work: Nearby, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sql(workspace_id: str, query: str, limit: int | None) -> object:
        tables = [["rest"], ["customer_events"]]
        counted = [["rest", 3, "2025-01-02T00:00:00Z"], ["customer_events", 68, "2026-01-02T00:00:00Z"]]
        return {"columns": [], "rows": tables if "information_schema" in query else counted, "truncated": False}

    async def last_event_at(source_ids: list[str]) -> dict[str, str | None]:
        return {
            source_id: "2026-01-01T00:00:00.000Z" if source_id.endswith(".rest") else None for source_id in source_ids
        }

    monkeypatch.setattr(work, "sql", sql)
    monkeypatch.setattr(work, "last_event_at", last_event_at)
    told = client.get(PATH).json()
    assert told["lastCustomerEventAt"] == "2026-01-02T00:00:00Z"
    assert told["rest"]["lastEventAt"] == "2026-01-01T00:00:00.000Z"
    last = {each["id"]: each["lastEventAt"] for each in told["sources"]}
    assert (last["customer-events"], last["segments"]) == ("2026-01-02T00:00:00Z", None)


def test_who_may_ask(client: TestClient) -> None:
    for scope, status in (("read", 403), ("data", 200)):
        key = client.post("/api/v1/workspace/api-keys", json={"name": "k", "scopes": [scope]}).json()["key"]
        assert client.get(PATH, headers={"Authorization": f"Bearer {key}"}).status_code == status

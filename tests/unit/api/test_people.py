"""People through the API: who is found, what is shown of them, and who may see it."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from headwater.control.model import Workspace
from tests.unit.api.nearby import Nearby, NearbyProfiles, person

PEOPLE = "/api/v1/people"


@pytest.fixture
def ann(profiles: NearbyProfiles) -> dict[str, Any]:
    profiles.everyone = [person("per_1", userIds=["ann"], anonymousIds=["a-1"]), person("per_2")]
    return profiles.everyone[0]


def error(answer: Any) -> tuple[int, str, Any]:
    told = answer.json()["error"]
    return answer.status_code, told["code"], told["details"]


@pytest.mark.usefixtures("ann")
def test_people_are_found_by_all_that_is_given(
    client: TestClient, profiles: NearbyProfiles, workspace: Workspace
) -> None:
    query = "?userId=ann&email=a%40b.example&trait.plan=pro&trait.company.size=7&q=ann&limit=5&offset=0"
    found = client.get(PEOPLE + query + "&segmentId=Everyone")
    assert [each["id"] for each in found.json()["data"]] == ["per_1"]
    assert found.json()["pagination"] == {"total": 1, "limit": 5, "offset": 0}
    traits = {"plan": "pro", "company.size": "7"}
    assert profiles.calls[-1] == ("people", workspace.id, "ann", "a@b.example", traits, "Everyone", "ann", 5, 0)
    assert client.get(PEOPLE).json()["pagination"]["total"] == 2


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("userID=ann", 400, "validation_error"),
        ("trait.=pro", 400, "validation_error"),
        ("plan=pro", 400, "validation_error"),
        ("segmentId=none", 422, "unknown_segment"),
        ("limit=0", 400, "validation_error"),
        ("q=" + "x" * 1001, 400, "validation_error"),
        ("trait.a=%00", 400, "validation_error"),
        ("&".join(f"trait.t{n}=1" for n in range(21)), 400, "validation_error"),
    ],
)
def test_a_question_that_would_find_everyone_by_a_slip_is_refused(
    client: TestClient, profiles: NearbyProfiles, query: str, status: int, code: str
) -> None:
    assert error(client.get(f"{PEOPLE}?{query}"))[:2] == (status, code)
    assert profiles.calls == []


def test_one_person(client: TestClient, ann: dict[str, Any]) -> None:
    shown = client.get(f"{PEOPLE}/per_1").json()
    assert {name: shown[name] for name in ann if name != "groups"} == {n: v for n, v in ann.items() if n != "groups"}
    assert shown["groups"] == [{"id": "acme", "traits": {"name": "ACME"}, "since": None}]
    assert error(client.get(f"{PEOPLE}/per_9"))[:2] == (404, "not_found")
    assert client.get(f"{PEOPLE}/per_9/events").status_code == 404


def test_the_segments_of_a_person(client: TestClient, ann: dict[str, Any]) -> None:
    rule = {"trait": "plan", "op": "exists"}
    ids = [client.post("/api/v1/segments", json={"name": n, "rule": rule}).json()["id"] for n in ("b", "a")]
    ann["segments"] = ["Everyone", ids[0]]
    assert client.get(f"{PEOPLE}/per_1/segments").json()["data"] == [
        {"id": "Everyone", "name": "Everyone", "member": True},
        {"id": ids[1], "name": "a", "member": False},
        {"id": ids[0], "name": "b", "member": True},
    ]


@pytest.mark.usefixtures("ann")
def test_why_a_person_is_in_a_segment(client: TestClient, profiles: NearbyProfiles, workspace: Workspace) -> None:
    rule = {"trait": "plan", "op": "exists"}
    segment = client.post("/api/v1/segments", json={"name": "a", "rule": rule}).json()["id"]
    tree = {"rule": rule, "value": "pro", "result": True, "children": []}
    profiles.explained = {"segmentId": segment, "member": True, "tree": tree}
    assert client.get(f"{PEOPLE}/per_1/explain?segmentId={segment}").json() == profiles.explained | {"note": None}
    assert profiles.calls[-1] == ("explain", workspace.id, "per_1", segment)
    everyone = client.get(f"{PEOPLE}/per_1/explain?segmentId=Everyone").json()
    assert (everyone["member"], everyone["tree"]["result"]) == (True, True)
    assert client.get(f"{PEOPLE}/per_9/explain?segmentId=Everyone").status_code == 404
    assert client.get(f"{PEOPLE}/per_1/explain?segmentId=none").status_code == 404
    assert client.get(f"{PEOPLE}/per_1/explain").status_code == 400


@pytest.mark.usefixtures("ann")
def test_what_a_person_did(client: TestClient, work: Nearby, workspace: Workspace) -> None:
    lived = {
        "messageId": "m-1", "sourceId": f"{workspace.id}.rest", "type": "track", "name": "Ordered",
        "at": "2026-01-01T00:00:00.000Z", "receivedAt": "2026-01-01T00:00:01.000Z", "userId": "ann",
        "anonymousId": None, "fate": "clean", "reason": None, "loaded": True,
    }  # fmt: skip
    work.lived = [lived, lived | {"messageId": "m-2", "userId": None, "anonymousId": "a-1", "sourceId": "src_1"}]
    found = client.get(f"{PEOPLE}/per_1/events?limit=1&offset=1").json()
    assert found["pagination"] == {"total": 2, "limit": 1, "offset": 1}
    assert [(each["messageId"], each["sourceId"]) for each in found["data"]] == [("m-2", "src_1")]
    assert work.calls[-1] == ("person_events", workspace.id, ["ann"], ["a-1"], 1, 1)
    assert client.get(f"{PEOPLE}/per_1/events").json()["data"][0] == lived | {"sourceId": "rest"}


@pytest.mark.usefixtures("ann")
def test_who_may_see_people(client: TestClient) -> None:
    paths = ("", "/per_1", "/per_1/events", "/per_1/segments", "/per_1/explain?segmentId=Everyone")
    for scope, status in (("read", 403), ("data", 200)):
        key = client.post("/api/v1/workspace/api-keys", json={"name": "k", "scopes": [scope]}).json()["key"]
        headers = {"Authorization": f"Bearer {key}"}
        assert [client.get(PEOPLE + path, headers=headers).status_code for path in paths] == [status] * len(paths)


def test_without_their_process_there_is_a_time_to_come_again(client: TestClient, profiles: NearbyProfiles) -> None:
    profiles.away = True
    answer = client.get(PEOPLE)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_people_are_not_made_or_erased_here(client: TestClient) -> None:
    for method, path in (("POST", ""), ("PATCH", "/per_1"), ("PUT", "/per_1"), ("DELETE", "/per_1")):
        answer = client.request(method, PEOPLE + path, json={})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
        assert "regulations" in answer.json()["error"]["message"]


def test_the_identity_report(client: TestClient, work: Nearby, workspace: Workspace) -> None:
    newest = {"userId": "u", "door": "bootstrap", "reason": "missing", "at": "2026-01-01T00:00:00.000Z", "times": 2}
    door = {"door": "bootstrap", "since": "2026-01-01T00:00:00.000Z", "proven": 1, "missing": 2, "wrong": 0}
    work.identities = {"doors": [door], "newest": [newest]}
    path = "/api/v1/workspace/identity-report"
    assert client.get(path).json() == work.identities
    assert client.delete(path).json() == {"id": "identity-report", "deleted": True}
    assert work.calls[-1] == ("reset_identity_report", workspace.id)
    key = client.post("/api/v1/workspace/api-keys", json={"name": "k", "scopes": ["data"]}).json()["key"]
    assert client.get(path, headers={"Authorization": f"Bearer {key}"}).status_code == 403

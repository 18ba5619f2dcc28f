"""Segments through the API: their whole life, what is refused and how, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from headwater.api import segments
from headwater.control.model import Workspace
from tests.unit.api.nearby import NearbyProfiles, person

RULE = {"all": [{"trait": "plan", "op": "equals", "value": "pro"}]}
SEGMENTS = "/api/v1/segments"
READY = {"count": 3, "status": "READY", "done": 3, "total": 3}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "SETTLE_S", 0.1)


def made(client: TestClient, name: str = "Pro", **fields: Any) -> dict[str, Any]:
    answer = client.post(SEGMENTS, json={"name": name, "rule": RULE} | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def scoped(client: TestClient, scope: str) -> dict[str, str]:
    key = client.post("/api/v1/workspace/api-keys", json={"name": "k", "scopes": [scope]}).json()["key"]
    return {"Authorization": f"Bearer {key}"}


def error(answer: Any) -> tuple[int, str, Any]:
    told = answer.json()["error"]
    assert len(told["message"]) > 20
    return answer.status_code, told["code"], told["details"]


def test_a_segment_from_creation_to_deletion(client: TestClient, profiles: NearbyProfiles) -> None:
    segment = made(client)
    path = f"{SEGMENTS}/{segment['id']}"
    assert (segment["name"], segment["rule"], segment["builtin"], segment["count"]) == ("Pro", RULE, False, None)
    profiles.states = {"Everyone": READY, segment["id"]: READY | {"count": 2}}
    assert client.get(path).json() == segment | {
        "count": 2, "state": {"status": "READY", "done": 3, "total": 3, "error": None},
    }  # fmt: skip
    listed = client.get(SEGMENTS).json()
    assert [(each["id"], each["count"], each["builtin"]) for each in listed["data"]] == [
        ("Everyone", 3, True),
        (segment["id"], 2, False),
    ]
    assert listed["pagination"]["total"] == 2
    changed = client.patch(path, json={"name": "Payers", "announceMembers": True}).json()
    assert (changed["name"], changed["rule"], changed["announceMembers"]) == ("Payers", RULE, True)
    assert client.delete(path).json() == {"id": segment["id"], "deleted": True}
    assert client.get(path).status_code == 404


def test_the_answer_waits_for_the_count_of_this_form_of_the_segment(
    client: TestClient, profiles: NearbyProfiles
) -> None:
    segment = made(client)
    old = READY | {"updatedAt": "2020-01-01T00:00:00.000Z", "count": 9}
    profiles.states = {"Everyone": READY, segment["id"]: old}
    path = f"{SEGMENTS}/{segment['id']}"
    assert client.patch(path, json={"name": "x"}).json()["count"] is None
    profiles.states[segment["id"]] = READY | {"updatedAt": "2999-01-01T00:00:00.000Z"}
    assert client.patch(path, json={"name": "y"}).json()["count"] == 3
    profiles.states[segment["id"]] = READY | {"status": "RUNNING", "done": 1}
    running = client.patch(path, json={"name": "z"}).json()
    assert (running["state"]["status"], running["state"]["done"]) == ("RUNNING", 1)


def test_without_the_process_of_people_segments_are_kept_and_counts_are_not_known(
    client: TestClient, profiles: NearbyProfiles
) -> None:
    profiles.away = True
    segment = made(client)
    assert (segment["count"], segment["state"]) == (None, None)
    assert [each["count"] for each in client.get(SEGMENTS).json()["data"]] == [None, None]
    assert client.post(f"{SEGMENTS}/preview", json={"rule": RULE}).status_code == 503


def test_everyone_is_built_in_and_stays_as_it_is(client: TestClient) -> None:
    everyone = client.get(f"{SEGMENTS}/Everyone").json()
    assert (everyone["id"], everyone["name"], everyone["rule"], everyone["builtin"]) == (
        "Everyone", "Everyone", None, True,
    )  # fmt: skip
    assert error(client.patch(f"{SEGMENTS}/Everyone", json={"name": "x"}))[:2] == (409, "builtin_segment")
    assert error(client.delete(f"{SEGMENTS}/Everyone"))[:2] == (409, "builtin_segment")
    assert error(client.post(SEGMENTS, json={"name": "Everyone", "rule": RULE}))[:2] == (409, "name_taken")


def test_what_is_wrong_with_a_rule_is_said_with_its_place(client: TestClient) -> None:
    wrong = {"all": [{"any": [{"trait": "plan", "op": "is", "value": "pro"}]}]}
    for answer, outcome in (
        (client.post(SEGMENTS, json={"name": "x", "rule": wrong}), "Nothing was saved."),
        (client.post(f"{SEGMENTS}/preview", json={"rule": wrong}), "Nothing was counted."),
    ):
        assert answer.json()["error"]["message"].endswith(outcome)
        status, code, details = error(answer)
        assert (status, code, details["path"]) == (400, "rule_invalid", "/all/0/any/0/op")
    assert error(client.post(SEGMENTS, json={"name": "x", "rule": []}))[:2] == (400, "validation_error")
    unknown = client.post(SEGMENTS, json={"name": "x", "rule": {"not": {"segment": "none"}}})
    status, code, details = error(unknown)
    assert (status, code, details["path"]) == (422, "unknown_segment", "/not/segment")


def test_segments_that_need_each_other(client: TestClient) -> None:
    first = made(client, "first")
    second = made(client, "second", rule={"segment": first["id"]})
    status, code, details = error(client.delete(f"{SEGMENTS}/{first['id']}"))
    assert (status, code, details["segments"]) == (409, "segment_in_use", [{"id": second["id"], "name": "second"}])
    circle = client.patch(f"{SEGMENTS}/{first['id']}", json={"rule": {"segment": second["id"]}})
    assert error(circle)[:2] == (422, "segment_cycle")
    assert error(client.patch(f"{SEGMENTS}/{second['id']}", json={"name": "first"}))[:2] == (409, "name_taken")


def test_a_preview_counts_and_shows_a_few(client: TestClient, profiles: NearbyProfiles, workspace: Workspace) -> None:
    profiles.everyone = [person("per_1"), person("per_2"), person("per_3")]
    answer = client.post(f"{SEGMENTS}/preview", json={"rule": RULE}).json()
    assert answer["count"] == 3
    assert [each["id"] for each in answer["sample"]] == ["per_1", "per_2"]
    assert profiles.calls[-1] == ("preview", workspace.id, RULE)


def test_who_may(client: TestClient) -> None:
    segment = made(client)
    body = {"name": "n", "rule": RULE}
    for scope, expected in (("read", [200, 200, 403, 403, 403, 403]), ("data", [200, 200, 200, 403, 403, 403])):
        headers = scoped(client, scope)
        path = f"{SEGMENTS}/{segment['id']}"
        found = [
            client.get(SEGMENTS, headers=headers),
            client.get(path, headers=headers),
            client.post(f"{SEGMENTS}/preview", json={"rule": RULE}, headers=headers),
            client.post(SEGMENTS, json=body, headers=headers),
            client.patch(path, json={"name": "m"}, headers=headers),
            client.delete(path, headers=headers),
        ]
        assert [answer.status_code for answer in found] == expected


def test_another_workspace_has_segments_of_its_own(client: TestClient) -> None:
    segment = made(client)
    other = client.post("/api/v1/workspaces", json={"name": "Other", "region": "us"}).json()["id"]
    there = {"X-Workspace": other}
    assert client.get(f"{SEGMENTS}/{segment['id']}", headers=there).status_code == 404
    assert client.delete(f"{SEGMENTS}/{segment['id']}", headers=there).status_code == 404
    assert [each["id"] for each in client.get(SEGMENTS, headers=there).json()["data"]] == ["Everyone"]

"""Users, traits, groups and events that come in by whichever way are people that one can find, see and explain."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest

from tests.e2e.people import client_token, people, person, segment, segments_of, until
from tests.server import Server

ADA = {"email": "ada@example.com", "plan": "pro", "role": "admin", "logins": 5}


@pytest.fixture(scope="module")
def key(shared_server: Server) -> str:
    """Of a source that feeds profiles."""
    return shared_server.add_source("http-api", "App_Backend")["writeKeys"][0]


@pytest.fixture(scope="module")
def rest_key(shared_server: Server) -> str:
    return shared_server.api("POST", "/workspace/api-keys", {"name": "Backend"})["key"]


def named(what: str) -> str:
    """An id that nobody had before."""
    return f"{what}-{uuid.uuid4().hex[:8]}"


def rest(server: Server, rest_key: str, *calls: dict[str, Any]) -> None:
    headers = {"authorization": f"Bearer {rest_key}"}
    answer = httpx.post(f"{server.url}/api/eventWebhook", json=list(calls), headers=headers, timeout=30)
    assert answer.json() == {"success": True}


def page(server: Server, *events: dict[str, Any]) -> None:
    """As the SDK in a page sends them."""
    url = f"{server.url}/api/events/batch?token={client_token(server)}"
    sent = [{"id": str(uuid.uuid4()), **event} for event in events]
    assert httpx.post(url, content=json.dumps(sent), timeout=30).json() == {"success": True}


@pytest.mark.seed("S2.5")
@pytest.mark.seed("S2.6")
def test_traits_groups_and_events_come_in_by_rest(shared_server: Server, rest_key: str) -> None:
    company = {"name": "ACME", "employees": 329, "plan": "enterprise", "total billed": 830}
    ada = named("ada")
    onboarded = {"type": "track", "userId": ada, "event": "Onboarding step", "properties": {"step": 2}}
    rest(
        shared_server,
        rest_key,
        {"type": "identify", "userId": ada, "traits": ADA | {"custom": {"nested": [1, "zwei"]}}},
        {"type": "group", "groupId": "acme", "userId": ada, "traits": company},
        onboarded,
    )
    found = person(shared_server, ada, lambda each: len(each["groups"]) == 1 and bool(each["traits"]))
    assert found["userIds"] == [ada]
    assert found["traits"] == ADA | {"custom": {"nested": [1, "zwei"]}}
    assert [(group["id"], group["traits"]) for group in found["groups"]] == [("acme", company)]
    assert (found["segments"][0], found["identified"]) == ("Everyone", True)
    assert found["firstSeenAt"] <= found["lastSeenAt"]
    path = f"/people/{found['id']}/events"

    def lived() -> list[dict[str, Any]]:
        return [each for each in shared_server.api("GET", path)["data"] if each["sourceId"] == "rest"]

    events = until(lived, lambda data: [each["loaded"] for each in data] == [True] * 3)
    assert sorted((each["type"], each["name"]) for each in events) == [
        ("group", "acme"),
        ("identify", None),
        ("track", "Onboarding step"),
    ]
    assert {(each["sourceId"], each["fate"], each["userId"]) for each in events} == {("rest", "clean", ada)}


def test_people_are_found_by_what_is_known_of_them(shared_server: Server, key: str) -> None:
    who, blue_team = named("found"), named("blue")
    calls = [
        {"type": "identify", "userId": f"{who}-{n}", "anonymousId": f"browser-of-{who}-{n}",
         "traits": {"email": f"{who}-{n}@Example.com", "team": blue_team if n else "red", "seats": n,
                    "company": {"size": 10 + n}}}
        for n in range(3)
    ]  # fmt: skip
    assert shared_server.send("/v1/batch", {"batch": calls}, key=key).is_success
    person(shared_server, f"{who}-2")

    def ids(**query: Any) -> list[str]:
        return sorted(user_id for each in people(shared_server, **query) for user_id in each["userIds"])

    assert ids(**{"trait.team": blue_team}) == [f"{who}-1", f"{who}-2"]
    assert ids(**{"trait.team": blue_team, "trait.seats": "2"}) == [f"{who}-2"]
    assert ids(**{"trait.team": blue_team, "trait.company.size": "12"}) == [f"{who}-2"]
    assert ids(email=f"{who}-1@example.com".upper()) == [f"{who}-1"]
    assert ids(userId=f"{who}-1", email=f"{who}-0@example.com") == []
    assert ids(q=who) == [f"{who}-{n}" for n in range(3)]
    assert ids(userId="nobody") == []
    first = shared_server.api("GET", "/people", params={"q": who, "limit": 2})
    assert (len(first["data"]), first["pagination"]["total"]) == (2, 3)
    blue = segment(shared_server, "Blue", {"trait": "team", "op": "equals", "value": blue_team})
    assert ids(segmentId=blue) == [f"{who}-1", f"{who}-2"]
    shared_server.api("GET", "/people", params={"segmentId": "none"}, status=422)
    shared_server.api("GET", "/people", params={"user_id": who}, status=400)


@pytest.mark.seed("S2.4")
def test_without_a_user_id_someone_is_anonymous_and_in_no_segment(shared_server: Server) -> None:
    guest, visitor, known_by = named("guest"), named("visitor"), f"{named('an')}@example.com"
    everybody = segment(shared_server, "Role known", {"trait": "role", "op": "isOneOf", "value": [guest]})
    page(
        shared_server,
        {"type": "Identify", "anonymousId": visitor, "traits": {"role": guest}},
        {"type": "Identify", "anonymousId": "browser-of-" + known_by, "userId": known_by, "traits": {"role": guest}},
    )
    known = person(shared_server, known_by, lambda each: everybody in each["segments"])
    assert known["anonymousIds"] == ["browser-of-" + known_by]
    assert segments_of(shared_server, userId=known_by) == [everybody]
    assert segments_of(shared_server, anonymousId=visitor) == []
    assert segments_of(shared_server) == []
    later = segment(shared_server, "Role known, made later", {"trait": "role", "op": "equals", "value": guest})
    assert shared_server.api("GET", f"/segments/{later}")["count"] == 1
    assert [each["userIds"] for each in people(shared_server, segmentId=later)] == [[known_by]]


@pytest.mark.seed("S2.7")
def test_only_an_identify_with_traits_brings_someone_into_a_segment(shared_server: Server, key: str) -> None:
    rule = {"any": [{"trait": "tier", "op": "notEquals", "value": "x"}, {"event": "Bought", "op": "performed"}]}
    buyer, marker = named("buyer"), named("marker")
    anyone = segment(shared_server, "Tier", rule)
    track = {"type": "track", "userId": buyer, "event": "Bought", "properties": {"tier": "gold"}}
    assert shared_server.send("/v1/track", track, key=key).is_success
    assert shared_server.send("/v1/identify", {"userId": buyer}, key=key).is_success
    assert shared_server.send("/v1/identify", {"userId": marker, "traits": {"tier": "x"}}, key=key).is_success
    person(shared_server, marker)
    before = person(shared_server, buyer)
    assert (before["segments"], before["traits"], before["identified"]) == (["Everyone"], {}, False)
    assert shared_server.send("/v1/identify", {"userId": buyer, "traits": {"tier": "gold"}}, key=key).is_success
    person(shared_server, buyer, lambda each: anyone in each["segments"])


def test_why_someone_is_in_a_segment_or_not(shared_server: Server, rest_key: str) -> None:
    rule = {
        "all": [
            {"trait": "plan", "op": "equals", "value": "pro"},
            {"not": {"trait": "logins", "op": "lessThan", "value": 3}},
        ]
    }
    pros = segment(shared_server, "Pros", rule)
    inside, outside = named("in-it"), named("out-of-it")
    for user_id, plan in ((inside, "pro"), (outside, "free")):
        rest(shared_server, rest_key, {"type": "identify", "userId": user_id, "traits": {"plan": plan, "logins": 7}})
    member = person(shared_server, inside, lambda each: pros in each["segments"])
    stranger = person(shared_server, outside)
    told = shared_server.api("GET", f"/people/{member['id']}/explain", params={"segmentId": pros})
    assert (told["segmentId"], told["member"], told["tree"]["result"]) == (pros, True, True)
    assert (told["tree"]["children"][0]["value"], told["tree"]["children"][0]["result"]) == ("pro", True)
    assert told["tree"]["children"][1]["children"][0]["value"] == 7
    other = shared_server.api("GET", f"/people/{stranger['id']}/explain", params={"segmentId": pros})
    assert (other["member"], other["tree"]["children"][0]["value"], other["tree"]["children"][0]["result"]) == (
        False, "free", False,
    )  # fmt: skip
    listed = shared_server.api("GET", f"/people/{member['id']}/segments")["data"]
    assert {each["id"]: each["member"] for each in listed if each["id"] in ("Everyone", pros)} == {
        "Everyone": True, pros: True,
    }  # fmt: skip


def test_a_timeline_over_all_sources_with_each_fate(shared_server: Server, key: str, rest_key: str) -> None:
    who = named("traveller")
    me = {"userId": who}
    tracks = [{"type": "track", "event": f"Step {n}", "timestamp": f"2026-01-01T00:00:{n:02}Z", **me} for n in range(5)]
    again = tracks[0] | {"messageId": f"twice-told-{who}"}
    assert shared_server.send("/v1/batch", {"batch": [again, again, *tracks[1:]]}, key=key).is_success
    rest(shared_server, rest_key, {"type": "page", "name": "Home", "timestamp": "2026-01-01T00:01:00Z", **me})
    refused = {"type": "track", "event": "Bad", "properties": 7, "timestamp": "2026-01-01T00:02:00Z", **me}
    assert shared_server.send("/v1/track", refused, key=key).status_code == 400
    path = f"/people/{person(shared_server, who)['id']}/events"
    whole = until(
        lambda: shared_server.api("GET", path),
        lambda told: sum(each["loaded"] for each in told["data"]) == 6 and told["pagination"]["total"] == 8,
    )
    clean = [each for each in whole["data"] if each["fate"] == "clean"]
    assert [each["name"] for each in clean] == ["Home", "Step 4", "Step 3", "Step 2", "Step 1", "Step 0"]
    assert {each["sourceId"] for each in clean} == {"rest", clean[1]["sourceId"]}
    others = {each["fate"]: each for each in whole["data"] if each["fate"] != "clean"}
    assert others["duplicate"]["messageId"] == f"twice-told-{who}"
    assert others["rejected"]["reason"] == "properties_not_object"
    pages = [
        each["messageId"] + each["fate"]
        for offset in range(0, 8, 3)
        for each in shared_server.api("GET", path, params={"limit": 3, "offset": offset})["data"]
    ]
    assert pages == [each["messageId"] + each["fate"] for each in whole["data"]]


def test_people_of_one_workspace_are_none_of_another(shared_server: Server, rest_key: str) -> None:
    homebody = named("homebody")
    rest(shared_server, rest_key, {"type": "identify", "userId": homebody, "traits": {"plan": "pro"}})
    here = person(shared_server, homebody)
    other = shared_server.api("POST", "/workspaces", {"name": "Second", "region": "us"})["id"]
    there = {"x-workspace": other}
    assert shared_server.api("GET", "/people", headers=there)["pagination"]["total"] == 0
    for path in ("", "/events", "/segments", "/explain?segmentId=Everyone"):
        shared_server.api("GET", f"/people/{here['id']}{path}", headers=there, status=404)
    reader = shared_server.api("POST", "/workspace/api-keys", {"name": "r", "scopes": ["read"]})["key"]
    shared_server.api("GET", "/people", headers={"authorization": f"Bearer {reader}"}, status=403)

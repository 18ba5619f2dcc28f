"""The numbers of a content, from events as pages post them: figures worked out by hand, people, goals, and CSV."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from tests.e2e.people import client_token
from tests.server import Server

QUESTION = "How did you like it?"
OWN_WORDS = "Why?"
PERIOD = "from=2026-03-01T00:00:00Z&to=2026-03-04T00:00:00Z"
COUNT = itertools.count(1)


class Told(msgspec.Struct, frozen=True):
    """A content, and what pages told of it."""

    server: Server
    content: dict[str, Any]
    members: str
    form_id: str

    @property
    def path(self) -> str:
        return f"/content/{self.content['id']}"

    @property
    def version(self) -> str:
        return self.content["documents"][0]["versionId"]

    def numbers(self, query: str = PERIOD, **more: Any) -> dict[str, Any]:
        return self.server.api("GET", f"{self.path}/numbers?{query}", **more)


@pytest.fixture(scope="module")
def told(shared_server: Server) -> Told:
    """Ann sees it twice as a member, clicks twice and makes a report three hours later. Bob sees it before and after
    he says who he is, and answers. A stranger sees it, leaves it, and comes back the day after the period."""
    server = shared_server
    members = server.api("POST", "/segments", {"name": "Members", "rule": MEMBERS})["id"]
    content = _published(server)
    form_id = next(
        block["props"]["formId"] for block in content["documents"][0]["tree"]["blocks"] if block["id"] == "f"
    )
    made = Told(server, content, members, form_id)
    web = server.add_source(name="Web")
    _post(server, list(_events(made)))
    report = {"type": "track", "userId": "ann", "event": "Report Created", "timestamp": "2026-03-01T13:00:00Z"}
    assert server.send("/v1/batch", {"batch": [report]}, key=web["writeKeys"][0]).status_code == 200
    server.wait_closed()
    return made


def test_totals_and_days(told: Told) -> None:
    found = told.numbers()
    assert found["period"] == {"from": "2026-03-01T00:00:00.000Z", "to": "2026-03-04T00:00:00.000Z"}
    assert found["totals"] == {
        "views": 5,
        "uniqueViewers": 3,
        "interactions": 2,
        "uniqueInteractors": 1,
        "formResponses": 1,
        "dismissals": 1,
        "conversionRate": 0.6667,
    }
    assert [tuple(day.values()) for day in found["series"]] == [
        ("2026-03-01", 1, 1, 2),
        ("2026-03-02", 3, 2, 0),
        ("2026-03-03", 1, 1, 0),
    ]
    (label,) = found["byLabel"]
    assert (label["label"], label["count"], label["people"]) == ("Intro - Try it clicked", 2, 1)


def test_by_segment_version_and_page_with_their_names(told: Told) -> None:
    found = told.numbers()

    def views(part: str, name: str) -> list[tuple[Any, ...]]:
        return [(each[name], each["views"], each["uniqueViewers"], each["formResponses"]) for each in found[part]]

    assert views("bySegment", "name") == [("Everyone", 3, 2, 1), ("Members", 2, 1, 0)]
    assert views("byVersion", "number") == [(1, 5, 3, 1)]
    assert found["byVersion"][0]["versionId"] == told.version
    assert views("byPath", "path") == [("/reports", 3, 2, 1), ("/", 2, 2, 0)]
    assert told.numbers(f"{PERIOD}&segmentId={told.members}")["totals"]["views"] == 2
    assert told.numbers(f"{PERIOD}&path=/reports")["totals"]["formResponses"] == 1
    assert told.numbers(f"{PERIOD}&versionId={'0' * 40}")["totals"]["views"] == 0


def test_the_answers_of_its_form(told: Told) -> None:
    (form,) = told.numbers()["forms"]
    assert (form["formId"], form["formName"], form["responses"]) == (told.form_id, "Intro - Feedback", 1)
    assert [(field["label"], field["kind"], field["answers"]) for field in form["fields"]] == [
        (QUESTION, "choice", [{"value": "Well", "count": 1}]),
        (OWN_WORDS, "area", [{"value": "=1+1", "count": 1}]),
    ]


def test_who_may_not_read_data_sees_no_words_of_people_and_no_people(told: Told) -> None:
    key = told.server.api("POST", "/workspace/api-keys", {"name": "Reader", "scopes": ["read"]})["key"]
    reader = {"authorization": f"Bearer {key}"}
    (form,) = told.numbers(headers=reader)["forms"]
    assert [(field["hidden"], len(field["answers"])) for field in form["fields"]] == [(False, 1), (True, 0)]
    assert "'=1+1" not in _csv(told, f"numbers.csv?{PERIOD}", key)
    told.server.api("GET", f"{told.path}/viewers", headers=reader, status=403)


def test_a_goal_is_met_by_what_any_source_tells(told: Told) -> None:
    (goal,) = told.numbers()["goals"]
    assert {name: goal[name] for name in ("name", "event", "viewers", "converted", "rate", "medianHours")} == {
        "name": "Made a report",
        "event": "Report Created",
        "viewers": 3,
        "converted": 1,
        "rate": 0.3333,
        "medianHours": 3.0,
    }


def test_who_saw_it(told: Told) -> None:
    page = told.server.api("GET", f"{told.path}/viewers?{PERIOD}")
    assert page["pagination"] == {"total": 3, "limit": 100, "offset": 0}
    stranger, bob, ann = page["data"]
    assert (stranger["userId"], stranger["views"], stranger["email"]) == (None, 1, None)
    assert (bob["userId"], bob["views"], bob["interactions"]) == ("bob", 2, 0)
    assert (ann["userId"], ann["email"], ann["views"], ann["interactions"]) == ("ann", "ann@example.com", 2, 2)
    assert ann["lastViewAt"] == "2026-03-02T08:00:00.000Z"
    sought = told.server.api("GET", f"{told.path}/viewers?{PERIOD}&q=ANN@")["data"]
    assert [each["userId"] for each in sought] == ["ann"]


def test_both_as_files_that_are_safe_to_open(told: Told) -> None:
    lines = list(csv.reader(io.StringIO(_csv(told, f"numbers.csv?{PERIOD}", told.server.token))))
    assert ["totals", "", "uniqueViewers", "3"] in lines
    assert ["segment", "Members", "views", "2"] in lines
    assert ["answer", f"Intro - Feedback: {OWN_WORDS}", "'=1+1", "1"] in lines
    people = list(csv.DictReader(io.StringIO(_csv(told, f"viewers.csv?{PERIOD}", told.server.token))))
    assert [(each["userId"], each["views"]) for each in people] == [("", "1"), ("bob", "2"), ("ann", "2")]


def test_found_by_slug_and_contentid_and_empty_where_nothing_was_told(told: Told) -> None:
    for name in (told.content["slug"], told.content["contentId"]):
        assert told.server.api("GET", f"/content/{name}/numbers?{PERIOD}")["totals"]["views"] == 5
    recent = told.server.api("GET", f"{told.path}/numbers")
    assert (recent["totals"]["views"], len(recent["series"]), recent["byPath"]) == (0, 31, [])


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("from=yesterday", "`from` is 'yesterday'; allowed is an ISO 8601 time"),
        ("from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "`from` must lie before `to`"),
        ("from=2999-01-01T00:00:00Z", "`from` must lie before `to`, or before now"),
        ("from=2001-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "allowed are 1,096"),
        (f"path={'x' * 3000}", "`path` has 3,000 characters"),
    ],
)
def test_what_cannot_be_asked_is_said(told: Told, query: str, says: str) -> None:
    refused = told.server.api("GET", f"{told.path}/numbers?{query}", status=400)
    assert says in refused["error"]["message"]
    assert refused["error"]["message"].endswith("Nothing was read.")


def test_there_is_no_such_content(told: Told) -> None:
    told.server.api("GET", "/content/nowhere/numbers", status=404)
    told.server.api("GET", "/content/nowhere/viewers", status=404)


MEMBERS = {"trait": "plan", "op": "equals", "value": "pro"}
TREE = {
    "kind": "inline",
    "blocks": [
        {
            "id": "b",
            "type": "button",
            "props": {"text": "Try it", "actions": [{"type": "url", "href": "https://example.com/"}]},
        },
        {
            "id": "f",
            "type": "form",
            "props": {"name": "Feedback"},
            "blocks": [
                {
                    "id": "q",
                    "type": "field",
                    "props": {"kind": "choice", "label": QUESTION, "options": ["Well", "Not"]},
                },
                {"id": "w", "type": "field", "props": {"kind": "area", "label": OWN_WORDS}},
            ],
        },
    ],
}


def _published(server: Server) -> dict[str, Any]:
    made = server.api("POST", "/content", {"name": "Intro", "slug": "intro-of-numbers", "tree": TREE})
    change = {
        "revision": made["revision"],
        "placements": [{"id": "p1", "selectors": ["#top"]}],
        "goals": [{"id": "g1", "name": "Made a report", "event": "Report Created"}],
    }
    server.api("PATCH", f"/content/{made['id']}", change)
    return server.api("POST", f"/content/{made['id']}/publish", {})


def _events(told: Told) -> Iterator[dict[str, Any]]:
    members = {"segmentId": told.members}
    ann, bob = {"userId": "ann", "anonymousId": "a-1"}, {"userId": "bob", "anonymousId": "b-1"}
    yield _event("01T09:00:00", "Identify", traits={"email": "ann@example.com", "plan": "pro"}, **ann)
    yield _view(told, "01T10:00:00", **members, **ann)
    yield _use(told, "01T10:00:05", **members, **ann)
    yield _use(told, "01T10:00:09", **members, **ann)
    yield _view(told, "02T08:00:00", "/reports", **members, **ann)
    yield _view(told, "02T09:00:00", "/reports", anonymousId="b-1")
    yield _view(told, "02T09:05:00", "/reports", **bob)
    yield _answer(told, "02T09:06:00", **bob)
    yield _view(told, "03T23:59:59", anonymousId="c-1")
    dismissed = _about(told, "Everyone")
    yield _event("03T23:59:59", "Track", eventName=f"{SDK}.dismiss", properties=dismissed, anonymousId="c-1")
    yield _view(told, "04T00:00:00", anonymousId="c-1")


SDK = "candu.sdk.content"


def _view(told: Told, at: str, path: str = "/", segmentId: str = "Everyone", **who: str) -> dict[str, Any]:  # noqa: N803
    return _event(at, "Screen", path, screenName=SDK, properties=_about(told, segmentId), **who)


def _use(told: Told, at: str, segmentId: str, **who: str) -> dict[str, Any]:  # noqa: N803
    properties = _about(told, segmentId) | {"eventName": "Intro - Try it clicked", "category": "Native"}
    return _event(at, "Track", eventName=f"{SDK}.interaction", properties=properties, **who)


def _answer(told: Told, at: str, **who: str) -> dict[str, Any]:
    name = "Intro - Feedback"
    properties = {"formName": name, "formId": told.form_id, "formResponseId": "0a1b2c3d4e"}
    properties |= {f"{name}_{QUESTION}": "Well", f"{name}_{OWN_WORDS}": "=1+1"}
    event = _event(at, "FormSubmission", eventName=f"{name}_responded", properties=properties, **who)
    return event | {"context": {"library": {"name": "API", "version": "latest"}, "source": "UserGenerated"}}


def _about(told: Told, segment_id: str) -> dict[str, Any]:
    document = told.content["documents"][0]
    about = {"contentId": told.content["contentId"], "documentId": document["id"], "versionId": told.version}
    return about | {"segmentId": segment_id, "placementId": "p1", "slug": told.content["slug"]}


def _event(at: str, kind: str, path: str = "/", **fields: Any) -> dict[str, Any]:
    moment = f"2026-03-{at}.000Z"
    context = {"page": {"path": path, "url": f"https://app.example.com{path}"}}
    return {"id": f"numbers-{next(COUNT)}", "type": kind, "sentAt": moment, "context": context, "version": 2, **fields}


def _post(server: Server, events: list[dict[str, Any]]) -> None:
    answer = server.send(f"/api/events/batch?token={client_token(server)}", events)
    assert (answer.status_code, answer.json()) == (200, {"success": True})


def _csv(told: Told, path: str, token: str) -> str:
    headers = {"authorization": f"Bearer {token}"}
    answer = httpx.get(f"{told.server.url}/api/v1{told.path}/{path}", headers=headers, timeout=60)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    return answer.text

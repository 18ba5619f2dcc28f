"""`headwater demo`: the seeded workspace, its sample traffic, and the question that it answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from headwater.app.demo import PEOPLE, QUERY
from tests.e2e.people import until
from tests.server import Server

LIVE = ["published", "published"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo whose past is told and whose content is live."""
    server = Server(tmp_path_factory.mktemp("demo") / "data", command="demo")
    server.rows(QUERY, all_told, wait_s=120)
    until(lambda: server.api("GET", "/content")["data"], lambda found: [each["status"] for each in found] == LIVE)
    yield server
    assert server.stop() == 0, server.stderr()


def all_told(rows: list[list[Any]]) -> bool:
    if len(rows) != 2 or sum(row[1] for row in rows) != PEOPLE:
        return False
    (saw, saw_people, saw_adopted, _), (_, other_people, other_adopted, _) = rows
    return saw and min(saw_people, other_people) > 80 and saw_adopted > (other_adopted or 0) + 10


def test_who_saw_the_content_adopts_more_often(demo: Server) -> None:
    demo.wait_closed()
    assert all_told(demo.sql(QUERY))


def test_sample_traffic_goes_on(demo: Server) -> None:
    def accepted() -> int:
        return sum(source["accepted"] for source in demo.api("GET", "/accounting")["sources"])

    before = accepted()
    deadline = time.monotonic() + 60
    while accepted() < before + 2 and time.monotonic() < deadline:
        time.sleep(0.5)
    assert accepted() >= before + 2


def test_what_people_see_reaches_the_inbox_in_both_formats_and_goes_on_into_the_sources(demo: Server) -> None:
    deadline = time.monotonic() + 60
    bodies: list[str] = []
    while not (any('"payload"' in body for body in bodies) and any('"blocks"' in body for body in bodies)):
        assert time.monotonic() < deadline, bodies
        bodies = [item["body"] for item in demo.api("GET", "/inbox")["data"]]
        time.sleep(0.5)
    integrations = demo.api("GET", "/integrations")["data"]
    assert all(each["enabled"] and not each["sourceGone"] for each in integrations)
    demo.rows(
        "SELECT count(*) FROM candu_prod.tutorial_view v JOIN customer_events.candu_sdk_content c "
        "ON v.user_id = c.user_id AND v.tutorial_id = c.document_id AND v.received_at >= c.received_at",
        lambda rows: bool(rows) and rows[0][0] > 0,
        wait_s=60,
    )


def test_people_are_divided_by_what_they_are_and_did(demo: Server) -> None:
    def counts() -> dict[str, int | None]:
        return {each["name"]: each["count"] for each in demo.api("GET", "/segments")["data"]}

    found = until(counts, lambda told: len(told) == 6 and told["Everyone"] == PEOPLE and all(told.values()))
    assert all(0 < (count or 0) < PEOPLE for name, count in found.items() if name != "Everyone")


def test_its_content_is_live_for_members_and_for_everyone_and_has_numbers(demo: Server) -> None:
    content = demo.api("GET", "/content/reports-intro")
    assert (content["status"], [each["segmentName"] for each in content["documents"]]) == (
        "published",
        ["Members", "Everyone"],
    )

    def numbers() -> dict[str, Any]:
        return demo.api("GET", "/content/reports-intro/numbers")

    found = until(numbers, lambda told: len(told["bySegment"]) == 2 and told["totals"]["formResponses"] > 0)
    totals = found["totals"]
    assert 0 < totals["uniqueInteractors"] < totals["uniqueViewers"] < PEOPLE
    assert {each["number"] for each in found["byVersion"]} == {1}
    assert sum(each["count"] for each in found["forms"][0]["fields"][0]["answers"]) == totals["formResponses"]
    assert found["goals"][0]["name"] == "Made a report"
    assert found["goals"][0]["converted"] > 0


def test_the_sample_product_is_open_and_speaks_to_this_workspace(demo: Server) -> None:
    page = httpx.get(f"{demo.url}/demo/reports", timeout=30)
    assert page.status_code == 200
    for rule in ("script-src 'self'", "style-src 'self'", "require-trusted-types-for 'script'"):
        assert rule in page.headers["content-security-policy"]
    told = httpx.get(f"{demo.url}/demo/config.json", timeout=30).json()
    assert told["clientToken"] == demo.api("GET", "/workspace")["clientToken"]
    assert "Members" in told["segments"].values()
    moved = httpx.get(f"{demo.url}/demo?token=x", timeout=30)
    assert (moved.status_code, moved.headers["location"]) == (308, "/demo/?token=x")


def test_the_sources_of_the_seeds_are_there_once_also_after_a_restart(demo: Server) -> None:
    demo.restart()
    time.sleep(2)
    names = [source["name"] for source in demo.api("GET", "/sources?limit=100")["data"]]
    assert {"Candu_Prod", "Produktly_Prod", "Web_App"} <= set(names)
    assert len(names) == len(set(names))
    assert len(demo.api("GET", "/webhooks")["data"]) == 2
    assert len(demo.api("GET", "/segments")["data"]) == 6
    assert len(demo.api("GET", "/content")["data"]) == 2


def test_pages_written_for_others_find_their_scripts(demo: Server) -> None:
    for path in ("/sdk/latest/headwater.js", "/sdk/latest/candu.umd.js", "/js/main.js"):
        answer = httpx.get(demo.url + path, timeout=30)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")

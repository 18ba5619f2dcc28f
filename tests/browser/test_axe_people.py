"""The screens of people, segments and signed identities, light and wide, dark and 320 pixels: axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.sending import ARRIVES_MS
from tests.browser.test_axe import check
from tests.browser.test_people import rest
from tests.browser.window import signed_in, type_into
from tests.e2e.people import client_token, person, segment
from tests.server import Server

pytestmark = pytest.mark.browser

BOTH = (("light", 1280), ("dark", 320))
"""Colours do not change with the width: each is looked at once."""

RULE = {
    "all": [
        {"event": "Ordered", "count": {"atLeast": 1, "atMost": 9}, "withinDays": 7, "where": [
            {"property": "total", "op": "between", "value": [1, 100]}
        ]},
        {"any": [{"trait": "plan", "op": "isOneOf", "value": ["pro", 1]}, {"groupTrait": "size", "op": "exists"}]},
        {"not": {"person": "lastSeenAt", "op": "moreThanDaysAgo", "value": 30}},
        {"trait": "beta", "op": "equals", "value": True},
    ]
}  # fmt: skip


class Known:
    """People, one with everything, a segment of every kind of condition, and a user id without a signature."""

    def __init__(self, server: Server) -> None:
        self.server = server
        key = server.api("POST", "/workspace/api-keys", {"name": "Backend"})["key"]
        traits: dict[str, Any] = {"name": "Ada", "Email": "ada@example.com", "plan": "pro", "home": {"city": "London"}}
        ordered = {"type": "track", "userId": "ada", "event": "Ordered", "properties": {"total": 12}}
        group = {"type": "group", "userId": "ada", "groupId": "acme", "traits": {"size": 9}}
        others = [{"type": "identify", "userId": f"other-{n}", "traits": {"plan": "free"}} for n in range(55)]
        rest(
            server, key, *others, {"type": "identify", "userId": "ada", "traits": traits}, group, ordered, {"type": "x"}
        )
        self.ada = person(server, "ada", lambda each: len(each["groups"]) == 1)["id"]
        self.segment = segment(server, "Every condition", RULE)
        server.api("PATCH", "/workspace", {"identityVerification": "observe"})
        server.api("POST", "/workspace/identity-secrets", {"name": "Back end"})
        event = {"type": "Track", "userId": "posing", "eventName": "Came", "properties": {}}
        door = f"{server.url}/api/events/batch?token={client_token(server)}"
        assert httpx.post(door, json=[event], timeout=30).status_code == 200


@pytest.fixture(scope="module")
def known(shared_server: Server) -> Known:
    return Known(shared_server)


@pytest.fixture(scope="module", params=BOTH, ids=lambda view: f"{view[0]}-{view[1]}")
def view_of(request: pytest.FixtureRequest, browser: Browser, known: Known) -> Iterator[Page]:
    scheme, width = request.param
    with signed_in(browser, known.server, scheme=scheme, width=width, patience_ms=ARRIVES_MS) as page:
        yield page


def go(page: Page, known: Known, path: str) -> None:
    page.goto(f"{known.server.url}{path}")
    page.get_by_role("heading", level=1).wait_for()


def test_people(view_of: Page, known: Known) -> None:
    go(view_of, known, "/people")
    view_of.get_by_role("button", name="Next").wait_for()
    check(view_of)
    type_into(view_of.get_by_label("User id, e-mail or name"), "nobody at all")
    view_of.get_by_text("Nobody matches.").wait_for()
    check(view_of)


CONTRAST = """
    field => {
        const parts = text => text.match(/[\\d.]+/g).slice(0, 3).map(part => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        const light = text => parts(text).reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
        const { borderTopColor, backgroundColor } = getComputedStyle(field);
        const [low, high] = [light(borderTopColor), light(backgroundColor)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    }
"""
"""Between the line around a field and the field, as WCAG 2.2 counts it. axe looks at text alone."""


def test_the_lines_of_fields_are_seen(view_of: Page, known: Known) -> None:
    go(view_of, known, "/people")
    for field in (view_of.get_by_label("Trait", exact=True), view_of.get_by_label("Segment")):
        assert field.evaluate(CONTRAST) >= 3


def test_where_nobody_was_seen(view_of: Page, known: Known) -> None:
    made = known.server.api("POST", "/workspaces", {"name": "Empty", "region": "us"})
    view_of.evaluate("id => sessionStorage.setItem('headwater-workspace', id)", made["id"])
    go(view_of, known, "/people")
    view_of.get_by_role("region", name="call of the REST door").wait_for()
    view_of.get_by_role("region", name="script for your pages").wait_for()
    check(view_of)
    view_of.evaluate("sessionStorage.removeItem('headwater-workspace')")


def test_a_person(view_of: Page, known: Known) -> None:
    go(view_of, known, f"/people/{known.ada}")
    line = view_of.get_by_role("list", name="Events of the person").get_by_role("listitem").filter(has_text="Ordered")
    line.get_by_role("button").first.click()
    line.get_by_role("region", name="Payload").wait_for()
    view_of.get_by_label("Segment", exact=True).select_option(value=known.segment)
    view_of.get_by_role("list", name="Why").wait_for()
    check(view_of)
    view_of.get_by_role("button", name="Erase…").click()
    view_of.get_by_role("dialog").wait_for()
    check(view_of)


def test_segments(view_of: Page, known: Known) -> None:
    go(view_of, known, "/segments")
    view_of.get_by_role("link", name="Every condition").wait_for()
    view_of.get_by_label("Segments hold anonymous people too").wait_for()
    check(view_of)
    go(view_of, known, "/segments/Everyone")
    view_of.get_by_text("It cannot be changed or deleted.").wait_for()
    check(view_of)


def test_the_builder(view_of: Page, known: Known) -> None:
    go(view_of, known, f"/segments/{known.segment}")
    view_of.get_by_text("right now").wait_for()
    check(view_of)
    type_into(view_of.get_by_label("Condition 1, property 1: from"), "many")
    view_of.get_by_role("alert").wait_for()
    view_of.get_by_role("button", name="Save").click()
    view_of.get_by_role("alert").filter(has_text="It was not saved").wait_for()
    check(view_of)
    view_of.get_by_text("JSON", exact=True).click()
    view_of.get_by_label("Rule as JSON").wait_for()
    check(view_of)
    view_of.get_by_role("button", name="Delete segment").click()
    view_of.get_by_role("dialog").wait_for()
    check(view_of)


def test_signed_identities(view_of: Page, known: Known) -> None:
    go(view_of, known, "/settings/identities")
    view_of.get_by_role("list", name="User ids without a right signature").wait_for()
    view_of.get_by_text("How to sign", exact=True).click()
    type_into(view_of.get_by_label("Name of a new secret"), "Another")
    view_of.get_by_role("button", name="Create secret").click()
    view_of.get_by_role("region", name="identity secret").wait_for()
    check(view_of)
    view_of.get_by_role("button", name="Remove Another").first.click()
    view_of.get_by_role("dialog").wait_for()
    check(view_of)
    view_of.keyboard.press("Escape")
    view_of.get_by_role("dialog").wait_for(state="detached")
    view_of.get_by_role("radio", name="Require").click()
    view_of.get_by_role("dialog").wait_for()
    check(view_of)


def test_why_traits_are_missing(view_of: Page, known: Known) -> None:
    go(view_of, known, "/people/troubleshooting")
    view_of.get_by_role("list", name="Names that look like slips").wait_for()
    view_of.get_by_role("list", name="Refused at the REST door").wait_for()
    for fold in view_of.locator("summary").all():
        fold.click()
    check(view_of)


def test_what_is_advanced_of_a_webhook(view_of: Page, known: Known) -> None:
    go(view_of, known, "/settings/integrations/webhooks/new")
    view_of.get_by_text("Advanced", exact=True).click()
    view_of.get_by_label("Retries").select_option("own")
    view_of.get_by_role("button", name="Set up webhook").click()
    expect(view_of.get_by_text("Give times such as 5 s, 5 min, 2 h, 1 d.")).to_be_visible()
    check(view_of)

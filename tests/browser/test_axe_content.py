"""Every page of the studio, light and dark, wide and narrow: axe finds nothing, and what is pressed is big enough."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.sending import ARRIVES_MS
from tests.browser.showing import block, draft, placement, tree
from tests.browser.test_axe import check
from tests.browser.test_people import rest
from tests.browser.window import signed_in, type_into
from tests.e2e.people import client_token, person, segment, until
from tests.server import Server

pytestmark = pytest.mark.browser

VIEWS = list(itertools.product(("light", "dark"), (1280, 320)))

SMALL = """() => [...document.querySelectorAll("main :is(button, input, select, [role=tab])")]
    .filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .map((each) => (each.type === "checkbox" || each.type === "radio" ? each.parentElement.parentElement : each))
    .map((each) => [each.getBoundingClientRect(), each.outerHTML.slice(0, 160)])
    .filter(([{ width, height }]) => width > 1 && (width < 24 || height < 24))
    .map(([{ width, height }, html]) => `${width} x ${height}: ${html}`)"""
"""Targets below 24 pixels (WCAG 2.2, 2.5.8). A box counts with its label."""


class Made:
    """A content with two segments, two versions, a draft, a placement of every kind of rule, views and answers."""

    def __init__(self, server: Server) -> None:
        self.server = server
        pays = segment(server, "Pays", {"trait": "plan", "op": "equals", "value": "pro"})
        form = block("form", "ask", [block("field", "how", kind="scale", label="How likely?")], name="Feedback")
        picture = block("image", "pic", src="/headwater.svg", alt="")
        shown = tree(block("heading", "head", text="Hello **{{user.name|there}}**"), form)
        pages = {"match": "all", "show": [{"kind": "path", "value": "/a/*"}, {"kind": "query", "value": "tab"}]}
        placed = placement(pages=pages | {"hide": [{"kind": "subdomain", "value": "admin"}]}, name="Above the table")
        made = draft(server, "Looked at", shown, placed)
        path = f"/content/{made['id']}"
        made = server.api("POST", f"{path}/documents", {"segmentId": pays, "copyOf": made["documents"][0]["id"]})
        goals = [{"id": "g1", "name": "Orders", "event": "Ordered"}]
        server.api("PATCH", path, {"revision": made["revision"], "goals": goals, "folder": "Onboarding"})
        server.api("POST", f"{path}/publish", {"note": "The first"})
        self.write(made["id"], tree(block("heading", "head", text="Hello"), form))
        live = server.api("POST", f"{path}/publish", {})
        self.write(made["id"], tree(block("heading", "head", text="Good day"), form, picture))
        self.id, self.path = made["id"], f"/content/{made['id']}"
        self._see(live)
        server.api("POST", "/content", {"name": "A window", "kind": "modal"})
        entry = {"name": "rating", "kind": "element", "tag": "acme-rating", "title": "Rating"}
        props = [{"name": "size", "type": "choice", "options": ["small", "large"], "default": "small"}]
        server.api("PUT", "/workspace/components", {"components": [entry | {"props": props}]})

    def write(self, id_: int, shown: dict[str, Any]) -> None:
        one = self.server.api("GET", f"/content/{id_}")["documents"][0]
        body = {"revision": one["revision"], "tree": shown}
        self.server.api("PATCH", f"/content/{id_}/documents/{one['id']}", body)

    def _see(self, live: dict[str, Any]) -> None:
        key = self.server.api("POST", "/workspace/api-keys", {"name": "Backend"})["key"]
        rest(self.server, key, {"type": "identify", "userId": "ada", "traits": {"name": "Ada", "plan": "pro"}})
        person(self.server, "ada")
        one = live["documents"][0]
        ids = {"contentId": live["contentId"], "slug": live["slug"], "versionId": one["versionId"]}
        ids |= {"segmentId": one["segmentId"], "documentId": one["id"]}
        label = {"eventName": "Looked at - Go clicked", "trigger": "OnClick"}
        form = one["tree"]["blocks"][1]["props"]["formId"]
        answer = {"formName": "Looked at - Feedback", "formId": form, "formResponseId": "1234567890"}
        events = [
            {"type": "Screen", "userId": "ada", "screenName": "candu.sdk.content", "properties": ids},
            {"type": "Track", "userId": "ada", "eventName": "candu.sdk.content.interaction", "properties": ids | label},
            {
                "type": "FormSubmission",
                "userId": "ada",
                "eventName": "Looked at - Feedback_responded",
                "properties": answer | {"Looked at - Feedback_How likely?": "9"},
            },
        ]
        door = f"{self.server.url}/api/events/batch?token={client_token(self.server)}"
        assert httpx.post(door, json=events, timeout=30).status_code == 200
        numbers = f"/content/{live['id']}/numbers"
        until(
            lambda: self.server.api("GET", numbers)["totals"],
            lambda found: found["views"] == found["formResponses"] == 1,
        )


@pytest.fixture(scope="module")
def made(shared_server: Server) -> Made:
    return Made(shared_server)


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: f"{view[0]}-{view[1]}")
def view_of(request: pytest.FixtureRequest, browser: Browser, made: Made) -> Iterator[Page]:
    scheme, width = request.param
    with signed_in(browser, made.server, scheme=scheme, width=width, patience_ms=ARRIVES_MS) as page:
        yield page


def go(page: Page, made: Made, path: str) -> None:
    page.goto(f"{made.server.url}{path}")
    page.get_by_role("heading", level=1).wait_for()


def look(page: Page) -> None:
    check(page)
    assert page.evaluate(SMALL) == []


def test_the_list(view_of: Page, made: Made) -> None:
    go(view_of, made, "/content")
    view_of.get_by_role("link", name="Looked at").wait_for()
    look(view_of)
    view_of.get_by_role("button", name="New content").click()
    view_of.get_by_role("dialog").get_by_role("button", name="Create").click()
    view_of.get_by_text("Give the content a name.").wait_for()
    check(view_of)
    view_of.keyboard.press("Escape")
    view_of.get_by_role("button", name="Import").click()
    view_of.get_by_role("dialog").get_by_label("File").wait_for()
    check(view_of)
    view_of.keyboard.press("Escape")
    type_into(view_of.get_by_label("Name or slug"), "nothing of the kind")
    view_of.get_by_text("Nothing matches.").wait_for()
    check(view_of)


def test_the_design(view_of: Page, made: Made) -> None:
    go(view_of, made, made.path)
    view_of.get_by_role("region", name="Canvas").wait_for()
    look(view_of)
    view_of.get_by_role("button", name="Add segment").click()
    view_of.get_by_role("dialog").wait_for()
    check(view_of)
    view_of.keyboard.press("Escape")
    view_of.get_by_text("JSON", exact=True).click()
    view_of.get_by_label("Design as JSON").fill("{")
    view_of.get_by_text("This is no JSON object").wait_for()
    check(view_of)


def test_two_at_once(view_of: Page, made: Made) -> None:
    go(view_of, made, made.path)
    view_of.get_by_text("JSON", exact=True).click()
    field = view_of.get_by_label("Design as JSON")
    current = made.server.api("GET", made.path)["documents"][0]["tree"]
    current["blocks"][0]["props"]["text"] += "!"
    made.write(made.id, current)
    warning = view_of.get_by_role("alert").filter(has_text="changed this design")
    warning.wait_for()
    field.fill(field.input_value().replace("Good day", "Good evening"))
    check(view_of)
    warning.get_by_role("button", name="See what differs").click()
    dialog = view_of.get_by_role("dialog")
    dialog.get_by_role("list", name="How yours differs from theirs").wait_for()
    check(view_of)
    dialog.get_by_role("button", name="Take theirs").click()
    expect(view_of.get_by_test_id("saving")).to_have_text("Saved")


def test_publishing(view_of: Page, made: Made) -> None:
    go(view_of, made, made.path)
    view_of.get_by_role("button", name="Publish…").click()
    view_of.get_by_role("list", name="What the check found").wait_for()
    check(view_of)
    view_of.keyboard.press("Escape")
    view_of.get_by_role("button", name="Preview…").click()
    dialog = view_of.get_by_role("dialog")
    dialog.get_by_role("button", name="Show it there").click()
    dialog.get_by_text("This is no whole address of a page.").wait_for()
    check(view_of)


def test_what_is_not_saved(view_of: Page, made: Made) -> None:
    go(view_of, made, f"{made.path}?tab=settings")
    view_of.get_by_role("textbox", name="Name", exact=True).fill("Another name")
    view_of.get_by_role("button", name="Publish…").click()
    view_of.get_by_role("list", name="Not saved yet").wait_for()
    check(view_of)
    view_of.keyboard.press("Escape")
    view_of.get_by_role("dialog").wait_for(state="detached")
    view_of.get_by_role("navigation", name="Where this is").get_by_role("link", name="Content").click()
    view_of.get_by_role("button", name="Leave without saving").wait_for()
    check(view_of)
    view_of.get_by_role("button", name="Leave without saving").click()
    view_of.get_by_role("heading", name="Content", level=1).wait_for()


def test_the_placements(view_of: Page, made: Made) -> None:
    go(view_of, made, f"{made.path}?tab=placements")
    view_of.get_by_role("list", name="Placements").wait_for()
    look(view_of)
    view_of.get_by_role("button", name="Change Above the table").click()
    view_of.get_by_label("It begins").select_option("click")
    view_of.get_by_label("How often", exact=True).select_option("times")
    type_into(view_of.get_by_label("Try an address"), "https://app.example.com/a/b?tab=1")
    view_of.get_by_text("It shows there.").wait_for()
    look(view_of)
    view_of.get_by_role("button", name="Save placement").click()
    view_of.get_by_text("Write the selector of what is clicked.").wait_for()
    check(view_of)


def test_the_numbers(view_of: Page, made: Made) -> None:
    go(view_of, made, f"{made.path}?tab=numbers")
    view_of.get_by_role("group", name="By label", exact=True).get_by_role("table").wait_for()
    view_of.get_by_role("link", name="ada").wait_for()
    look(view_of)


def test_the_versions(view_of: Page, made: Made) -> None:
    go(view_of, made, f"{made.path}?tab=versions")
    view_of.get_by_role("list", name="Differences").wait_for()
    look(view_of)
    view_of.get_by_role("button", name=re.compile("Bring back")).first.click()
    view_of.get_by_role("dialog").get_by_role("list", name="Differences").wait_for()
    check(view_of)


def test_why(view_of: Page, made: Made) -> None:
    go(view_of, made, f"{made.path}?tab=why")
    type_into(view_of.get_by_label("User id, e-mail or name"), "ada")
    type_into(view_of.get_by_label("Address of the page"), "https://app.example.com/a/b")
    view_of.get_by_role("button", name="Find out").click()
    view_of.get_by_role("list", name="Placements").wait_for()
    look(view_of)


def test_the_settings(view_of: Page, made: Made) -> None:
    go(view_of, made, f"{made.path}?tab=settings")
    view_of.get_by_role("button", name="Add goal").click()
    view_of.get_by_text("A goal needs a name and an event.").wait_for()
    look(view_of)
    view_of.get_by_role("button", name="Duplicate").click()
    view_of.get_by_role("dialog").wait_for()
    check(view_of)


def test_the_style_guide(view_of: Page, made: Made) -> None:
    go(view_of, made, "/settings/styleguide")
    look(view_of)
    type_into(view_of.get_by_label("Colours: border", exact=True), "#eeeeee")
    view_of.get_by_role("button", name="Save style guide").click()
    view_of.get_by_role("alert").filter(has_text="It was not saved").wait_for()
    check(view_of)


def test_the_components(view_of: Page, made: Made) -> None:
    go(view_of, made, "/settings/components")
    view_of.get_by_role("list", name="Components").wait_for()
    look(view_of)
    view_of.get_by_role("button", name="Change Rating").click()
    view_of.get_by_role("dialog").get_by_label("Prop 1: name").wait_for()
    check(view_of)
    view_of.keyboard.press("Escape")
    view_of.get_by_role("dialog").wait_for(state="detached")
    view_of.get_by_role("button", name="Delete Rating").click()
    view_of.get_by_role("dialog").wait_for()
    check(view_of)

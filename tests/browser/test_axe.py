"""Every screen, light and dark, wide and 320 pixels: axe finds nothing, and no page scrolls sideways."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.window import arrived, ask, signed_in, type_into
from tests.server import Server

pytestmark = pytest.mark.browser

AT_REST = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(
    document.getAnimations().every(each => each.playState !== 'running')
    && [...document.querySelectorAll('[role=dialog], [role=alertdialog]')].every(each => {
        for (let at = each; at; at = at.parentElement) if (getComputedStyle(at).opacity !== '1') return false
        return true
    })))))"""
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOVING = """() => document.getAnimations().some(
  (each) => each.playState === "running" && each.effect.getTiming().iterations !== Infinity
)"""
STICKING_OUT = """() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth)
  .map((each) => each.outerHTML.slice(0, 160))"""
VIEWS = list(itertools.product(("light", "dark"), (1280, 320)))


@pytest.fixture(scope="module")
def source(shared_server: Server) -> dict[str, Any]:
    """A source with one event of each fate that the door can give, and one that differs from its description."""
    made = shared_server.add_source("candu", "Candu_Prod")
    key = made["writeKeys"][0]
    good = {"tutorialId": 1, "segmentId": "Everyone", "portalId": 2, "versionId": "v"}
    for body in (
        {"type": "screen", "userId": "u", "name": "tutorial.view", "messageId": "twin", "properties": good},
        {"type": "screen", "userId": "u", "name": "tutorial.view", "messageId": "twin", "properties": good},
        {"type": "track", "userId": "u", "event": "tutorial.interaction", "properties": {"tutorialId": "one"}},
    ):
        assert shared_server.send("/v1/batch", {"batch": [body]}, key=key).status_code == 200
    assert shared_server.send("/v1/track", {"userId": "u"}, key=key).status_code == 400
    return made


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: f"{view[0]}-{view[1]}")
def view(request: pytest.FixtureRequest, browser: Browser, shared_server: Server) -> Iterator[Page]:
    scheme, width = request.param
    with signed_in(browser, shared_server, scheme=scheme, width=width, patience_ms=10_000) as page:
        yield page


def check(page: Page) -> None:
    """No finding of axe in the page as it is now, and nothing wider than the window."""
    wait_until_still(page)
    page.evaluate(AXE.read_text())
    page.wait_for_function(AT_REST)  # a dialog that is still fading in has no contrast to speak of
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    told = [
        f"{fault['id']}: {fault['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
    assert told == []
    assert len(found["passes"]) > 10
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0, f"the page is {too_wide} px wider than its window: {page.evaluate(STICKING_OUT)}"


def wait_until_still(page: Page) -> None:
    """No dialog slides in any more and no row fades; what moves for ever (the waiting dot) does not count."""
    deadline = time.monotonic() + 30
    while page.evaluate(MOVING):
        assert time.monotonic() < deadline, "something moves on and on"
        page.wait_for_timeout(50)


def test_signing_in(view: Page, shared_server: Server) -> None:
    view.goto(f"{shared_server.url}/sign-in")
    view.get_by_label("Sign-in link").wait_for()
    check(view)
    type_into(view.get_by_label("Sign-in link"), f"{shared_server.url}/sign-in#token=spent")
    view.keyboard.press("Enter")
    expect(view.get_by_role("alert")).to_contain_text("does not sign you in")
    check(view)


def test_sources(view: Page, shared_server: Server, source: dict[str, Any]) -> None:
    view.goto(f"{shared_server.url}/sources")
    view.get_by_role("link", name=source["name"]).wait_for()
    check(view)
    view.get_by_role("button", name="You and this session").click()
    view.get_by_role("radio", name="Dark").wait_for()
    check(view)


def test_the_catalogue(view: Page, shared_server: Server) -> None:
    view.goto(f"{shared_server.url}/catalog")
    view.get_by_role("heading", name="Candu", level=2).wait_for()
    check(view)
    type_into(view.get_by_label("Search the catalogue"), "no such tool")
    view.get_by_text("Nothing in the catalogue matches").wait_for()
    check(view)
    view.goto(f"{shared_server.url}/catalog/sources/candu")
    view.get_by_role("heading", name="tutorial.view").wait_for()
    check(view)


def test_adding_a_source(view: Page, shared_server: Server, source: dict[str, Any]) -> None:
    view.goto(f"{shared_server.url}/catalog/sources/candu/add")
    view.get_by_role("button", name="Add Source").click()
    expect(view.get_by_label("Label")).to_be_focused()
    check(view)
    type_into(view.get_by_label("Label"), source["name"])
    view.get_by_role("button", name="Add Source").click()
    expect(view.get_by_role("alert")).to_contain_text("taken")
    check(view)


def test_a_source(view: Page, shared_server: Server, source: dict[str, Any]) -> None:
    view.goto(f"{shared_server.url}/sources/{source['id']}")
    for word in ("rejected", "duplicate", "violation"):
        view.get_by_role("list", name="Events, newest first").get_by_text(word).first.wait_for()
    arrived(view, "tutorial.interaction").click()
    view.get_by_text("Differs from what the catalogue declares").wait_for()
    check(view)
    view.get_by_text("Raw", exact=True).click()
    view.get_by_role("button", name="Set-up steps").click()
    view.get_by_role("tab", name="Python").click()
    check(view)
    view.get_by_role("button", name="Delete this source").click()
    view.get_by_role("dialog").wait_for()
    check(view)


def test_waiting_for_the_first_event(view: Page, shared_server: Server) -> None:
    made = shared_server.add_source("http-api", f"Quiet {view.viewport_size} {view.evaluate('Math.random()')}")
    view.goto(f"{shared_server.url}/sources/{made['id']}?added=true")
    view.get_by_text("Waiting for the first event").wait_for()
    view.get_by_role("button", name="Add a new key").click()
    view.get_by_role("button", name="Remove write key 1").wait_for()
    check(view)
    view.get_by_role("button", name="Remove write key 1").click()
    view.get_by_role("dialog").wait_for()
    check(view)


def test_sql(view: Page, shared_server: Server, source: dict[str, Any]) -> None:
    view.goto(f"{shared_server.url}/sql")
    view.get_by_role("button", name=source["schema"]).click()
    view.get_by_role("button", name="tutorial_view (table)").click()
    ask(view, "SELECT i, i / 3 AS third, 'text ' || i AS words, NULL AS nothing FROM range(300) AS r(i)")
    view.get_by_role("heading", name="Result").wait_for()
    check(view)
    ask(view, "SELECT * FROM nowhere.nothing")
    view.get_by_role("alert").filter(has_text="Could not run the query").wait_for()
    check(view)


def test_an_address_that_leads_nowhere(view: Page, shared_server: Server) -> None:
    view.goto(f"{shared_server.url}/nowhere")
    view.get_by_role("heading", name="No such page").wait_for()
    check(view)

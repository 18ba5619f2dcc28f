"""The sample product at /demo/: who is signed in sees what is meant for them, and what they answer comes back."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from headwater.app.demo_content import BUTTON, OTHER_BUTTON, RHYTHMS, TRAIT
from tests.browser.test_axe import check
from tests.browser.window import Faults
from tests.e2e.people import person, until
from tests.server import Server

pytestmark = pytest.mark.browser

FOR_MEMBERS = "Reports for the blue team"
FOR_OTHERS = "Reports come with Pro"
ANSWERED = "Said how often they look"
STEPS = ["shown", "seen", "used", "sent", "back"]
PATIENCE_MS = 30_000
VIEWS = list(itertools.product(("light", "dark"), (1280, 320)))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo whose content is live."""
    running = Server(tmp_path_factory.mktemp("demo") / "data", command="demo")
    until(lambda: _statuses(running), lambda found: found == ["published", "published"])
    yield running
    assert running.stop() == 0, running.stderr()


def _statuses(server: Server) -> list[str]:
    return [each["status"] for each in server.api("GET", "/content")["data"]]


def become(page: Page, who: str) -> None:
    page.get_by_role("radio", name=re.compile(f"^{who}")).check()


def content(page: Page) -> Locator:
    return page.locator("#overview-content .headwater-content")


def lit(page: Page, step: str) -> Locator:
    return page.locator(f'li[data-step="{step}"][data-lit="true"]')


def user_id(page: Page) -> str:
    """As the page's settings show it."""
    page.get_by_role("link", name="Settings").click()
    return page.locator("dt:text-is('User id') + dd").inner_text()


def opened(page: Page, demo: Server, who: str) -> None:
    page.goto(f"{demo.url}/demo/")
    become(page, who)


@pytest.mark.seed("S2.1", "shown")
@pytest.mark.seed("S2.2", "shown")
def test_members_others_and_strangers_see_what_is_theirs(page: Page, demo: Server) -> None:
    page.goto(f"{demo.url}/demo/")
    expect(content(page).get_by_role("heading", name=FOR_OTHERS)).to_be_visible()
    become(page, "Non-member")
    expect(page.locator("[data-whose^=basin-free]")).to_contain_text("Everyone")
    expect(content(page).get_by_role("heading", name=FOR_OTHERS)).to_be_visible()
    expect(content(page).get_by_role("link", name=OTHER_BUTTON)).to_be_visible()
    become(page, "Member")
    expect(content(page).get_by_role("heading", name=FOR_MEMBERS)).to_be_visible()
    expect(content(page).get_by_text(FOR_OTHERS)).to_have_count(0)
    expect(page.get_by_text("Reports a week: 3, 5, 4, 8, 7, 11")).to_be_visible()
    expect(page.get_by_text("3 of 10 reports used")).to_be_visible()
    become(page, "Nobody")
    expect(content(page).get_by_role("heading", name=FOR_OTHERS)).to_be_visible()
    expect(content(page).get_by_text(FOR_MEMBERS)).to_have_count(0)


@pytest.mark.seed("S1.12", "fires")
@pytest.mark.seed("S1.13", "fires")
def test_an_answer_comes_back_as_a_trait_and_a_segment_and_the_picture_lights_up(page: Page, demo: Server) -> None:
    opened(page, demo, "Member")
    for step in ("shown", "seen"):
        expect(lit(page, step)).to_be_visible()
    expect(lit(page, "used")).to_have_count(0)
    page.get_by_role("radio", name=RHYTHMS[1]).check()
    content(page).get_by_role("button", name="Answer").click()
    for step in STEPS:
        expect(lit(page, step)).to_be_visible()
    expect(page.get_by_role("img", name="A ring of five steps")).to_have_accessible_name(
        re.compile("Shown, Seen, Clicked or answered, Sent, Back as a segment happened")
    )
    expect(lit(page, "back")).to_contain_text(f"You are now in “{ANSWERED}”")
    expect(page.locator("[data-whose]")).to_contain_text(ANSWERED)
    content(page).get_by_role("button", name=BUTTON).click()
    expect(page.get_by_role("heading", name="Reports", level=1)).to_be_focused()
    _arrived(demo, user_id(page))


def _arrived(demo: Server, user: str) -> None:
    """The trait in the profile; a view and an interaction, each once, in the tables of the source; the answer."""
    person(demo, user, lambda found: found["traits"].get(TRAIT) == RHYTHMS[1])
    made = demo.api("GET", "/content/reports-intro")
    members = made["documents"][0]
    ids = [members["id"], made["id"], members["segmentId"], members["versionId"]]
    columns = "tutorial_id, portal_id, segment_id, version_id"
    place = f"WHERE user_id = '{user}'"
    demo.rows(f"SELECT {columns} FROM candu_prod.tutorial_view {place}", lambda rows: rows == [ids], wait_s=30)
    label = f"Reports intro - {BUTTON} clicked"
    interactions = f"SELECT {columns}, event_name FROM candu_prod.tutorial_interaction {place}"
    demo.rows(interactions, lambda rows: rows == [[*ids, label]], wait_s=30)
    forms = f"SELECT form_name FROM customer_events.form_submissions {place}"
    demo.rows(forms, lambda rows: rows == [["Reports intro - Rhythm"]], wait_s=30)


def test_the_products_own_components_tell_that_they_were_used(page: Page, demo: Server) -> None:
    opened(page, demo, "Member")
    page.get_by_role("button", name="Explain this figure").click()
    expect(lit(page, "used")).to_contain_text("Reports intro - Sparkline clicked")
    page.get_by_role("button", name="Ask for more").click()
    expect(lit(page, "used")).to_contain_text("Reports intro - Plan meter clicked")


def test_a_button_of_the_page_opens_the_news_over_it(page: Page, demo: Server) -> None:
    page.goto(f"{demo.url}/demo/")
    opener = page.get_by_role("button", name="What’s new")
    expect(content(page)).to_be_visible()  # the renderer is there, and so what waits for the click
    dialog = page.get_by_role("dialog", name="What’s new in Basin")
    opener.click()
    expect(dialog.get_by_role("heading", name="Funnels")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()


def test_it_goes_by_keyboard_alone(page: Page, demo: Server) -> None:
    page.goto(f"{demo.url}/demo/")
    expect(content(page)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    _tab_to(page, page.get_by_role("radio", name=re.compile("^Nobody")))
    page.keyboard.press("ArrowRight")  # round to the first one
    expect(page.get_by_role("radio", name=re.compile("^Member"))).to_be_checked()
    choice = page.get_by_role("radio", name=RHYTHMS[0])
    expect(choice).to_be_visible()
    _tab_to(page, choice)
    page.keyboard.press("Space")
    _tab_to(page, content(page).get_by_role("button", name="Answer"))
    page.keyboard.press("Enter")
    expect(lit(page, "back")).to_be_visible()


def _tab_to(page: Page, target: Locator) -> None:
    for _ in range(30):
        if target.evaluate("(each) => each.getRootNode().activeElement === each"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the key Tab does not lead there")


def test_a_page_of_a_workspace_that_is_none_says_so(page: Page, demo: Server) -> None:
    page.route("**/demo/config.json", lambda route: route.fulfill(json={"clientToken": None, "segments": {}}))
    page.goto(f"{demo.url}/demo/")
    expect(page.get_by_role("heading", name="This page belongs to no workspace yet")).to_be_visible()


def test_a_token_in_the_address_names_another_workspace(page: Page, demo: Server) -> None:
    second = demo.api("POST", "/workspaces", {"name": "Second", "region": "us"})
    headers = {"x-workspace": second["id"]}
    token = demo.api("GET", "/workspace", headers=headers)["clientToken"]
    page.goto(f"{demo.url}/demo/?token={token}")
    become(page, "Member")
    expect(page.locator("[data-whose^=basin-member]")).to_have_text("Everyone")
    expect(content(page)).to_have_count(0)
    assert "token" not in page.url
    user = user_id(page)
    until(lambda: demo.api("GET", f"/people?userId={user}", headers=headers)["data"], bool)


@contextmanager
def window(
    browser: Browser, scheme: Literal["light", "dark"], width: int, **more: Any
) -> Iterator[tuple[Page, list[str]]]:
    made = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce", **more
    )
    made.set_default_timeout(PATIENCE_MS)
    page = made.new_page()
    faults = Faults(page)
    yield page, faults.seen
    made.close()
    assert faults.seen == []


@pytest.mark.parametrize(("scheme", "width"), VIEWS, ids=lambda each: str(each))
def test_axe_finds_nothing(browser: Browser, demo: Server, scheme: Literal["light", "dark"], width: int) -> None:
    with window(browser, scheme, width) as (page, _):
        opened(page, demo, "Member")
        expect(content(page).get_by_role("heading", name=FOR_MEMBERS)).to_be_visible()
        expect(lit(page, "sent")).to_be_visible()
        check(page)
        page.evaluate("document.documentElement.dir = 'rtl'")
        check(page)
        page.get_by_role("button", name="What’s new").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        check(page)
        page.keyboard.press("Escape")
        for name in ("Reports", "Settings"):
            page.get_by_role("link", name=name, exact=True).click()
            expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
            check(page)


def test_lit_steps_differ_without_colours_of_the_page(browser: Browser, demo: Server) -> None:
    with window(browser, "light", 1280, forced_colors="active") as (page, _):
        page.goto(f"{demo.url}/demo/")
        expect(lit(page, "sent")).to_be_visible()
        assert page.locator(".picture .tick").count() == page.locator('li[data-lit="true"]').count()
        fills = page.locator(".picture .step circle").evaluate_all("(all) => all.map((e) => getComputedStyle(e).fill)")
        assert len(set(fills)) == 2

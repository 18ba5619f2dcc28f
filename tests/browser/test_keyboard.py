"""With the keyboard alone: everything is reached, the focus is seen, and it is where one expects it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.window import add_source, arrived, type_into
from tests.server import Server

pytestmark = pytest.mark.browser

SEEN = """() => {
  const ringed = (element) => {
    const style = getComputedStyle(element);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  };
  const inside = [];
  for (let at = document.activeElement; at && at !== document.body; at = at.parentElement) inside.push(at);
  return inside.some(ringed) || [...(inside[0]?.parentElement?.children ?? [])].some(ringed);
}"""


def focused(page: Page) -> str:
    """The text or name of what has the focus."""
    return page.evaluate(
        "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText ?? '').trim()"
    )


def tab_to(page: Page, name: str, *, most: int = 60) -> None:
    """Presses Tab until something of this name has the focus; whatever is passed shows that it has it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue  # past the last one the focus goes once round by the browser itself
        assert page.evaluate(SEEN), (
            f"one cannot see that {page.evaluate('document.activeElement.outerHTML')[:200]} has the focus"
        )
        if name in focused(page) or name in labels(page):
            return
    raise AssertionError(f"no {name!r} within {most} steps")


def labels(page: Page) -> str:
    return page.evaluate("[...(document.activeElement.labels ?? [])].map(label => label.innerText).join(' ')")


def test_the_skip_link_comes_first(inside: Page, shared_server: Server) -> None:
    page = inside
    page.goto(f"{shared_server.url}/catalog")
    page.get_by_role("heading", name="Catalogue", level=1).wait_for()
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    tab_to(page, "Search the catalogue", most=4)


def test_a_source_is_added_and_its_event_read_without_a_mouse(inside: Page, shared_server: Server) -> None:
    page, press = inside, inside.keyboard.press
    tab_to(page, "Add Source")
    press("Enter")
    expect(page.get_by_role("heading", name="Catalogue", level=1)).to_be_focused()
    assert page.title() == "Catalogue · headwater"
    tab_to(page, "Search the catalogue")
    page.keyboard.type("candu")
    page.get_by_text("1 source for “candu”").wait_for()
    tab_to(page, "Candu")
    press("Enter")
    expect(page.get_by_role("heading", name="Candu", level=1)).to_be_focused()
    tab_to(page, "Add Source")
    press("Enter")
    expect(page.get_by_role("heading", name="Add Source: Candu")).to_be_focused()
    tab_to(page, "Label")
    page.keyboard.type("Keys Only")
    press("Enter")
    expect(page.get_by_role("heading", name="Keys Only", level=1)).to_be_focused()
    assert page.title() == "Keys Only · headwater"

    key = page.get_by_test_id("write-key").inner_text().strip()
    page.get_by_text("Waiting for the first event").wait_for()
    event = {"userId": "u", "event": "tutorial.interaction", "properties": {}}
    assert shared_server.send("/v1/track", event, key=key).status_code == 200
    expect(page.get_by_role("status").filter(has_text="New event: tutorial.interaction")).to_be_attached()
    tab_to(page, "tutorial.interaction")
    press("Enter")
    expect(arrived(page, "tutorial.interaction")).to_have_attribute("aria-expanded", "true")
    tab_to(page, "Pretty")
    press("ArrowRight")
    expect(page.get_by_role("region", name="raw event")).to_contain_text('"event": "tutorial.interaction"')


def test_the_copy_button_says_that_it_copied(inside: Page, shared_server: Server) -> None:
    page = inside
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    add_source(page, shared_server.url, "http-api", "Copied")
    tab_to(page, "Copy")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied write key")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == page.get_by_test_id("write-key").inner_text().strip()


def test_keys_are_rotated_with_overlap(inside: Page, shared_server: Server) -> None:
    page = inside
    add_source(page, shared_server.url, "http-api", "Rotated")
    event = {"userId": "u", "event": "Ping"}
    keys = page.get_by_test_id("write-key")
    old = keys.inner_text().strip()
    tab_to(page, "Add a new key")
    page.keyboard.press("Enter")
    expect(keys).to_have_count(2)
    new = keys.nth(1).inner_text().strip()
    assert [shared_server.send("/v1/track", event, key=key).status_code for key in (old, new)] == [200, 200]
    page.get_by_role("button", name="Remove write key 1").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(old)
    tab_to(page, "Remove the key")
    page.keyboard.press("Enter")
    expect(keys).to_have_count(1)
    expect(dialog).to_have_count(0)
    assert shared_server.send("/v1/track", event, key=new).status_code == 200
    assert shared_server.send("/v1/track", event, key=old).status_code == 401


def test_a_dialog_keeps_the_focus_and_gives_it_back(inside: Page, shared_server: Server) -> None:
    page = inside
    add_source(page, shared_server.url, "http-api", "Kept")
    opener = page.get_by_role("button", name="Delete this source")
    opener.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Delete Kept?").wait_for()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_renaming_switching_and_deleting(inside: Page, shared_server: Server) -> None:
    page = inside
    add_source(page, shared_server.url, "http-api", "Before")
    key = page.get_by_test_id("write-key").inner_text().strip()
    label = page.get_by_role("region", name="Settings").get_by_label("Label")
    label.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("After")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="After", level=1)).to_be_visible()
    expect(page.get_by_text("Schema before", exact=True)).to_be_visible()
    switch = page.get_by_role("switch", name="Enabled")
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    expect(page.get_by_text("This source is disabled: what arrives is dropped")).to_be_visible()
    assert shared_server.send("/v1/track", {"userId": "u", "event": "Ping"}, key=key).status_code == 200
    line = arrived(page, "Ping")
    expect(line).to_contain_text("dropped")
    line.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Events")).to_contain_text("source_disabled")
    page.get_by_role("button", name="Delete this source").focus()
    page.keyboard.press("Enter")
    tab_to(page, "Delete the source")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Sources", level=1).wait_for()
    expect(page.get_by_role("link", name="After", exact=True)).to_have_count(0)
    assert shared_server.send("/v1/track", {"userId": "u", "event": "Ping"}, key=key).status_code == 401


def test_the_sql_editor_runs_and_lets_go(inside: Page) -> None:
    page = inside
    tab_to(page, "SQL")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="SQL", level=1)).to_be_focused()
    page.get_by_label("SQL query").wait_for()
    tab_to(page, "SQL query")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("select 6 * 7 as answer")
    page.keyboard.press("Control+Enter")
    rows = page.get_by_role("region", name="Rows of the result")
    expect(rows).to_contain_text("answer")
    expect(rows).to_contain_text("42")
    assert "q=" in page.url
    page.keyboard.press("Tab")
    assert focused(page) == "Run"


def test_the_colours_are_chosen_and_kept(inside: Page) -> None:
    page, scheme = inside, "document.documentElement.dataset.mantineColorScheme"
    tab_to(page, "You and this session")
    page.keyboard.press("Enter")
    tab_to(page, "Like the system")
    assert page.evaluate(scheme) == "light"
    page.keyboard.press("ArrowUp")
    assert page.evaluate(scheme) == "dark"
    page.keyboard.press("Escape")
    expect(page.get_by_role("radio", name="Dark")).to_have_count(0)
    expect(page.get_by_role("button", name="You and this session")).to_be_focused()
    page.reload()
    page.get_by_role("heading", name="Sources", level=1).wait_for()
    assert page.evaluate(scheme) == "dark"


def test_who_sits_here_says_so_and_is_named_where_something_changed(inside: Page) -> None:
    page = inside
    tab_to(page, "You and this session")
    page.keyboard.press("Enter")
    name = page.get_by_role("textbox", name="Your name")
    expect(name).to_have_value(re.compile("Session [0-9a-f]{4}"))
    name.press("Control+a")
    page.keyboard.type("Ada Ö.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("Saved.")).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Content", exact=True).click()
    page.get_by_role("button", name="New content").click()
    type_into(page.get_by_role("dialog").get_by_label("Name"), "Hello")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Hello", level=1).wait_for()
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_text("by Ada Ö.")).to_be_visible()


def test_signing_out_ends_the_session(inside: Page, shared_server: Server) -> None:
    page = inside
    tab_to(page, "You and this session")
    page.keyboard.press("Enter")
    tab_to(page, "Sign out")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Sign in", level=1).wait_for()
    page.goto(f"{shared_server.url}/sql")
    page.get_by_role("heading", name="Sign in", level=1).wait_for()


def test_nothing_moves_for_who_wants_no_motion(inside: Page, shared_server: Server) -> None:
    page = inside
    page.emulate_media(reduced_motion="reduce")
    add_source(page, shared_server.url, "http-api", "Still")
    page.get_by_text("Waiting for the first event").wait_for()
    assert page.evaluate("document.getAnimations().filter(a => a.playState === 'running').length") == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate("document.getAnimations().filter(a => a.playState === 'running').length") > 0

"""What is typed in the studio and not saved outlives its tab, is asked about before it is lost, and goes not live."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Request, expect

from tests.browser.showing import block, draft, placement, tree
from tests.browser.test_studio import as_json, content, go, heading, tab
from tests.browser.window import type_into
from tests.server import Server

pytestmark = pytest.mark.browser

NO_ADDRESS = "This is no whole address of a page. One has a site, and begins with https:// or http://"


def change_placement(page: Page) -> None:
    page.get_by_role("button", name="Change").first.click()
    type_into(page.get_by_role("textbox", name="Name", exact=True), "Beside the bill")
    page.get_by_label("How often", exact=True).select_option("once")


def test_a_placement_outlives_the_tabs_and_is_not_published_unsaved(inside: Page, shared_server: Server) -> None:
    page = inside
    made = draft(shared_server, "Kept", tree(heading("Hello")), placement(name="First"))
    go(page, shared_server, f"/content/{made['id']}?tab=placements")
    change_placement(page)
    tab(page, "Numbers")
    expect(page.get_by_role("tab", name="Placements (not saved)")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_count(0)

    page.get_by_role("button", name="Publish…").click()
    dialog = page.get_by_role("dialog", name="Publish Kept")
    expect(dialog.get_by_role("alert")).to_contain_text("They are not checked, and do not go live")
    expect(dialog.get_by_role("list", name="Not saved yet")).to_have_text("Placement: Beside the bill")
    dialog.get_by_role("button", name="Go back to Placements").click()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Beside the bill")
    expect(page.get_by_label("How often", exact=True)).to_have_value("once")

    # A design that saved itself meanwhile is no other author.
    tab(page, "Design")
    field = as_json(page)
    field.fill(field.input_value().replace("Hello", "Hello again"))
    expect(page.get_by_test_id("saving")).to_have_text("Saved")
    page.get_by_role("tab", name="Placements").click()
    page.get_by_role("button", name="Save placement").click()
    expect(page.get_by_role("list", name="Placements").get_by_role("listitem")).to_contain_text("Beside the bill")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("tab", name="Placements", exact=True)).to_be_visible()
    (kept,) = content(shared_server, made["id"])["placements"]
    assert (kept["name"], kept["frequency"]) == ("Beside the bill", {"kind": "once"})
    page.get_by_role("button", name="Publish…").click()
    expect(dialog.get_by_text("The check found nothing.")).to_be_visible()


def test_leaving_asks_before_a_name_is_lost(inside: Page, shared_server: Server) -> None:
    page = inside
    made = draft(shared_server, "Typed", tree(heading("Hello")), placement())
    go(page, shared_server, f"/content/{made['id']}?tab=settings")
    name = page.get_by_role("textbox", name="Name", exact=True)
    type_into(name, "Typed anew")
    page.get_by_role("button", name="Add goal").click()
    type_into(page.get_by_label("Goal 1: name"), "Paid")
    tab(page, "Versions")
    page.get_by_role("tab", name="Settings (not saved)").click()
    expect(name).to_have_value("Typed anew")
    expect(page.get_by_label("Goal 1: name")).to_have_value("Paid")

    away = page.get_by_role("navigation", name="Main").get_by_role("link", name="Sources", exact=True)
    away.click()
    dialog = page.get_by_role("dialog", name="Leave without saving?")
    expect(dialog.get_by_role("listitem")).to_have_text(["Settings: name", "Settings: goals"])
    dialog.get_by_role("button", name="Stay").click()
    expect(dialog).to_have_count(0)
    expect(name).to_have_value("Typed anew")

    asked: list[str] = []

    def stay(shown: Dialog) -> None:
        asked.append(shown.type)
        shown.dismiss()

    page.once("dialog", stay)
    page.evaluate("location.reload()")
    expect(name).to_have_value("Typed anew")
    assert asked == ["beforeunload"]

    away.click()
    dialog.get_by_role("button", name="Leave without saving").click()
    expect(page.get_by_role("heading", name="Sources", level=1)).to_be_visible()
    assert content(shared_server, made["id"])["name"] == "Typed"


def test_a_goal_is_saved_once_by_a_double_click(inside: Page, shared_server: Server) -> None:
    page = inside
    made = draft(shared_server, "Goals", tree(heading("Hello")), placement())
    go(page, shared_server, f"/content/{made['id']}?tab=settings")
    page.get_by_role("button", name="Add goal").click()
    type_into(page.get_by_label("Goal 1: name"), "Paid")
    type_into(page.get_by_label("Goal 1: event"), "Paid")
    saves: list[str] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            saves.append(request.url)

    page.on("request", note)
    page.get_by_role("button", name="Save goals").dblclick()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert len(saves) == 1
    assert [goal["event"] for goal in content(shared_server, made["id"])["goals"]] == ["Paid"]


@pytest.mark.parametrize("given", ["/orders", "kaputt", "javascript:alert(1)"])
def test_no_site_is_guessed_for_what_is_no_address(inside: Page, shared_server: Server, given: str) -> None:
    page = inside
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "author-sessions" in request.url else None)
    everywhere = {"match": "any", "show": [{"kind": "path", "value": "/"}], "hide": []}
    made = draft(shared_server, "Addressed", tree(heading("Hello")), placement(pages=everywhere))
    go(page, shared_server, f"/content/{made['id']}?tab=placements")
    page.get_by_role("button", name="Change").first.click()
    type_into(page.get_by_label("Try an address"), given)
    expect(page.get_by_text(NO_ADDRESS)).to_be_visible()
    expect(page.get_by_text("It shows there.")).to_have_count(0)
    type_into(page.get_by_label("Page with the element"), given)
    page.get_by_role("button", name="Choose on page").click()
    expect(page.get_by_text(NO_ADDRESS)).to_have_count(2)
    expect(page.get_by_text("Waiting for the page to open.")).to_have_count(0)
    assert (asked, len(page.context.pages)) == ([], 1)


def test_a_path_without_its_slash_is_said_at_the_field(inside: Page, shared_server: Server) -> None:
    page = inside
    odd: dict[str, Any] = {"match": "any", "show": [], "hide": [{"kind": "path", "value": "nope**[/orders**"}]}
    made = draft(shared_server, "Odd rule", tree(heading("Hello")), placement(pages=odd))
    go(page, shared_server, f"/content/{made['id']}?tab=placements")
    page.get_by_role("button", name="Publish…").click()
    dialog = page.get_by_role("dialog", name="Publish Odd rule")
    expect(dialog.get_by_role("list", name="What the check found")).to_contain_text("does not begin with /")
    dialog.get_by_role("link", name="Open the placements").click()
    page.get_by_role("button", name="Change").first.click()
    page.get_by_role("button", name="Save placement").click()
    expect(page.get_by_text("A path begins with /, as in /nope**[/orders**.")).to_be_visible()
    expect(page.get_by_label("Hide on, rule 1: value")).to_be_focused()
    type_into(page.get_by_label("Hide on, rule 1: value"), "/orders/**")
    page.get_by_role("button", name="Save placement").click()
    expect(page.get_by_role("list", name="Placements").get_by_role("listitem")).to_contain_text("path /orders/**")


def test_what_a_link_may_not_lead_to_is_named(inside: Page, shared_server: Server) -> None:
    page = inside
    made = draft(shared_server, "Bad link", tree(block("text", "t", text="[bad](javascript:alert(1))")), placement())
    go(page, shared_server, f"/content/{made['id']}")
    page.get_by_role("button", name="Publish…").click()
    dialog = page.get_by_role("dialog", name="Publish Bad link")
    expect(dialog.get_by_role("list", name="What the check found")).to_contain_text("javascript:alert(1)")
    expect(dialog.get_by_role("button", name="Publish", exact=True)).to_be_disabled()


def test_a_preview_says_when_it_ends(inside: Page, shared_server: Server) -> None:
    page = inside
    made = draft(shared_server, "Ends", tree(heading("Hello")), placement())
    go(page, shared_server, f"/content/{made['id']}")
    page.get_by_role("button", name="Preview…").click()
    dialog = page.get_by_role("dialog", name="Preview")
    with page.expect_popup() as opened:
        dialog.get_by_role("button", name="Show it on the demo page").click()
    opened.value.close()
    expect(dialog.get_by_role("status")).to_contain_text("It ends in")
    expect(dialog.locator("time")).to_contain_text("min")

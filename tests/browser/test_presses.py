"""One press does one thing: a double click makes nothing twice, and a dialog stays what it was until it is gone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.showing import block, publish, tree
from tests.browser.window import type_into
from tests.server import Server

pytestmark = pytest.mark.browser

TITLES = """() => {
  const dialog = document.querySelector("[role=dialog]");
  const seen = () => dialog.isConnected && window.titles.add(dialog.querySelector("h2").textContent);
  window.titles = new Set();
  seen();
  new MutationObserver(seen).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


def double_click(page: Page, button: Locator, path: str, shown: Locator) -> None:
    """Twice on a button that makes something at `path` of the API; `shown` is what stands there once it is made."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method) if request.url.endswith(path) else None)
    button.dblclick()
    expect(shown).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert asked.count("POST") == 1


def go(page: Page, server: Server, path: str) -> None:
    page.goto(f"{server.url}{path}")
    page.get_by_role("heading", level=1).wait_for()


def names(server: Server, path: str) -> list[str]:
    return [each["name"] for each in server.api("GET", path)["data"]]


def test_an_api_key_is_made_once(inside: Page, shared_server: Server) -> None:
    go(inside, shared_server, "/settings/workspaces")
    type_into(inside.get_by_label("Name of a new key"), "Twice")
    shown = inside.get_by_role("region", name="API key", exact=True)
    double_click(inside, inside.get_by_role("button", name="Create key"), "/workspace/api-keys", shown)
    assert names(shared_server, "/workspace/api-keys").count("Twice") == 1


def test_a_client_token_is_made_once_by_each_press(inside: Page, shared_server: Server) -> None:
    go(inside, shared_server, "/settings/workspaces")
    add = inside.get_by_role("button", name="Add a new token")
    double_click(inside, add, "/workspace/client-tokens", inside.get_by_role("button", name="Copy client token 2"))
    assert len(shared_server.api("GET", "/workspace")["clientTokens"]) == 2
    add.click()
    expect(inside.get_by_role("button", name="Copy client token 3")).to_be_visible()


def test_an_identity_secret_is_made_once(inside: Page, shared_server: Server) -> None:
    go(inside, shared_server, "/settings/identities")
    type_into(inside.get_by_label("Name of a new secret"), "Twice")
    shown = inside.get_by_role("region", name="identity secret")
    double_click(inside, inside.get_by_role("button", name="Create secret"), "/workspace/identity-secrets", shown)
    assert names(shared_server, "/workspace/identity-secrets") == ["Twice"]


def test_a_webhook_is_set_up_once(inside: Page, shared_server: Server) -> None:
    go(inside, shared_server, "/settings/integrations/webhooks/new")
    type_into(inside.get_by_label("URL"), "headwater:inbox")
    type_into(inside.get_by_label("Name"), "Twice")
    shown = inside.get_by_role("heading", name="Twice", level=1)
    double_click(inside, inside.get_by_role("button", name="Set up webhook"), "/webhooks", shown)
    assert names(shared_server, "/webhooks") == ["Twice"]


def test_a_content_is_duplicated_once(inside: Page, shared_server: Server) -> None:
    made = publish(shared_server, "Sale", tree(block("heading", "head", text="Sale")))
    go(inside, shared_server, f"/content/{made['id']}?tab=settings")
    expect(inside.get_by_text("to undo it, publish again")).to_be_visible()
    expect(inside.get_by_text("To undo it, restore it here")).to_be_visible()
    inside.get_by_role("button", name="Duplicate…").click()
    copy = inside.get_by_role("dialog").get_by_role("button", name="Duplicate", exact=True)
    shown = inside.get_by_role("heading", name="Sale (copy)", level=1)
    double_click(inside, copy, f"/content/{made['id']}/duplicate", shown)
    assert sorted(names(shared_server, "/content")) == ["Sale", "Sale (copy)"]


def rating(title: str) -> dict[str, Any]:
    return {"name": title.lower(), "kind": "react", "tag": "", "title": title, "props": []}


def test_a_dialog_keeps_its_title_until_it_is_gone(inside: Page, shared_server: Server) -> None:
    shared_server.api("PUT", "/workspace/components", {"components": [rating("Rating"), rating("Chart")]})
    go(inside, shared_server, "/settings/components")
    for button, title in (("Change Rating", "Change Rating"), ("Delete Chart", "Delete the component Chart?")):
        opener = inside.get_by_role("button", name=button)
        opener.click()
        dialog = inside.get_by_role("dialog", name=title)
        expect(dialog).to_be_visible()
        inside.evaluate(TITLES)
        inside.keyboard.press("Escape")
        expect(inside.get_by_role("dialog")).to_have_count(0)
        assert inside.evaluate("[...window.titles]") == [title]
        expect(opener).to_be_focused()


def test_a_component_is_deleted_after_a_question(inside: Page, shared_server: Server) -> None:
    shared_server.api("PUT", "/workspace/components", {"components": [rating("Rating"), rating("Chart")]})
    go(inside, shared_server, "/settings/components")
    inside.get_by_role("button", name="Delete Chart").click()
    dialog = inside.get_by_role("dialog")
    expect(dialog).to_contain_text("content that holds it can no longer be published")
    assert len(shared_server.api("GET", "/workspace/components")["components"]) == 2
    dialog.get_by_role("button", name="Delete the component").click()
    expect(inside.get_by_role("button", name="Delete Chart")).to_have_count(0)
    expect(inside.get_by_role("list", name="Components")).to_be_focused()
    (left,) = shared_server.api("GET", "/workspace/components")["components"]
    assert left["name"] == "rating"


def test_the_contrasts_say_what_they_list(inside: Page, shared_server: Server) -> None:
    go(inside, shared_server, "/settings/styleguide")
    colours = inside.get_by_role("region", name="Colours", exact=True)
    expect(colours.get_by_role("status")).to_have_text("Every pair of colours can be told apart.")
    listed = colours.get_by_role("list", name="Colours: contrasts").get_by_role("listitem")
    expect(listed).to_have_count(0)
    colours.get_by_label("List the contrast of all 8 pairs").check()
    expect(listed).to_have_count(8)
    expect(listed.first).to_contain_text("is enough")

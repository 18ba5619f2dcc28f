"""The dashboard where the machine has little time: a page that draws late loses no key, no click and no focus."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.showing import block, placement, publish, tree
from tests.browser.window import sign_in, type_into
from tests.server import Server

pytestmark = pytest.mark.browser

LATE = """(() => {
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (message, ...more) {
    if (message !== null) return post.call(this, message, ...more);
    setTimeout(() => post.call(this, message), 500);
  };
  const ask = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (draw) => ask(() => setTimeout(() => draw(performance.now()), 500));
})()"""
"""What the page puts off until it has time (React's scheduler wakes itself by such a message) comes late."""


@pytest.fixture
def late(context: BrowserContext, page: Page, shared_server: Server) -> Page:
    sign_in(page, shared_server)
    context.add_init_script(LATE)
    return page


def test_who_closes_a_placement_is_where_they_opened_it(late: Page, shared_server: Server) -> None:
    content = publish(shared_server, "Late", tree(block("heading", "h", text="Late")), placement())
    late.goto(f"{shared_server.url}/content/{content['id']}")
    late.get_by_role("tab", name="Placements").click()
    adder = late.get_by_role("button", name="Add placement")
    adder.click()
    late.get_by_role("button", name="Save placement").click()
    expect(late.get_by_label("Selectors")).to_be_focused()
    late.keyboard.insert_text("#slot")
    late.get_by_role("button", name="Save placement").click()
    expect(adder).to_be_focused()


def test_a_mark_is_around_what_is_typed_next(late: Page, shared_server: Server) -> None:
    content = publish(shared_server, "Marked", tree(block("text", "t", text="So")), placement())
    late.goto(f"{shared_server.url}/content/{content['id']}")
    late.get_by_role("treeitem", name="Text").click()
    field = late.get_by_role("textbox", name="Text", exact=True)
    type_into(field, "So ")
    late.get_by_role("group", name="Marks in Text").get_by_role("button", name="Bold").click()
    late.keyboard.insert_text("much")
    expect(field).to_have_value("So **much**")

"""What the tests of the sending screens do again and again, as a person does it, and a way to send as pages do."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.window import type_into
from tests.e2e.test_customer_events import post
from tests.server import Server

ALLOWED = {"HEADWATER_EGRESS_ALLOW": "127.0.0.0/8"}
ARRIVES_MS = 30_000


def customer_events(server: Server, *events: dict[str, Any]) -> None:
    """By the door that pages use, with the workspace's client token."""
    token = server.api("GET", "/workspace")["clientToken"]
    assert post(server, token, list(events)).json() == {"success": True}


def to_integrations(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings").click()
    page.get_by_role("heading", name="Integrations", level=1).wait_for()


def set_up_webhook(page: Page, name: str, url: str, *, is_slack: bool = False, without: tuple[str, ...] = ()) -> None:
    """Settings > Integrations > Outgoing Webhooks > Set up a new webhook, to the page of the new one."""
    to_integrations(page)
    expect(page.get_by_role("heading", name="Outgoing Webhooks")).to_be_visible()
    page.get_by_role("link", name="Set up a new webhook").click()
    page.get_by_role("heading", name="Set up a new webhook", level=1).wait_for()
    type_into(page.get_by_label("URL"), url)
    type_into(page.get_by_label("Name"), name)
    if is_slack:
        page.get_by_role("radio", name="Slack").check()
    for topic in without:
        page.get_by_role("checkbox", name=topic).uncheck()
    page.get_by_role("button", name="Set up webhook").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_focused()


def log_lines(page: Page) -> Locator:
    return page.get_by_role("list", name="Attempts, newest first").locator(":scope > li")


def log_line(page: Page, message_id: str, mark: str) -> Locator:
    """The newest line about an event that has come to this, once it is there."""
    line = log_lines(page).filter(has_text=message_id).filter(has_text=mark).first
    expect(line).to_be_visible(timeout=ARRIVES_MS)
    return line


def opened(line: Locator) -> Locator:
    """The line of a log, with request and answer unfolded."""
    line.get_by_role("button").first.click()
    request(line).wait_for()
    return line


def request(line: Locator) -> Locator:
    """What was sent, of an opened line."""
    return line.get_by_role("region", name="request of attempt")


def response(line: Locator) -> Locator:
    return line.get_by_role("region", name="response of attempt")


def settings(page: Page) -> Locator:
    return page.get_by_role("region", name="Settings")


def save(page: Page) -> None:
    settings(page).get_by_role("button", name="Save").click()
    expect(settings(page).get_by_role("status").filter(has_text="Saved.")).to_be_visible()


def recover(page: Page) -> None:
    """Sends what never arrived since yesterday, as the dialog proposes."""
    page.get_by_role("button", name="Recover…").click()
    dialog = page.get_by_role("dialog", name="Send what never arrived")
    dialog.get_by_role("button", name="Recover").click()
    expect(dialog.get_by_role("status").filter(has_text="Under way")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)

"""The screens of what is sent, light and dark, wide and 320 pixels: axe finds nothing, nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.sending import ALLOWED, ARRIVES_MS, customer_events, log_line, log_lines, response
from tests.browser.test_axe import VIEWS, check
from tests.browser.window import signed_in, type_into
from tests.e2e.test_customer_events import answers_of_form, click, view
from tests.receivers import Receiver, answer
from tests.server import Server

pytestmark = pytest.mark.browser

SEEN = view()


class Sent:
    """A webhook that is refused, one to the inbox for Slack, one that is switched off, a sender, a destination."""

    def __init__(self, server: Server, url: str) -> None:
        self.server = server
        self.broken = self._webhook("Broken receiver", url)
        self.inbox = self._webhook("Team channel", "headwater:inbox", format="slack")
        self.off = self._webhook("Switched off", url, enabled=False)
        server.api("POST", f"/webhooks/{self.off}/pause")
        source = server.add_source("candu", "Candu_Prod")
        server.api("PUT", "/integrations/candu-segment", {"enabled": True, "writeKey": source["writeKeys"][0]})
        settings = {"url": url, "sharedSecret": "open-sesame"}
        body = {"catalog": "webhook", "name": "Mirror", "sourceIds": ["customer-events"], "settings": settings}
        self.destination = server.api("POST", "/destinations", body)["id"]

    def _webhook(self, name: str, url: str, **more: Any) -> str:
        topics = ["content.view", "content.interaction", "form.submission"]
        return self.server.api("POST", "/webhooks", {"name": name, "url": url, "topics": topics, **more})["id"]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    server = Server(tmp_path_factory.mktemp("sent") / "data", environment=ALLOWED)
    with Receiver(then=answer(500, b'{"error":"no such inbox"}')) as receiver:
        made = Sent(server, receiver.url)
        customer_events(server, SEEN, click(), answers_of_form())
        receiver.wait_for(6)
        yield made
    assert server.stop() == 0, server.stderr()


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: f"{view[0]}-{view[1]}")
def view_of(request: pytest.FixtureRequest, browser: Browser, sent: Sent) -> Iterator[Page]:
    scheme, width = request.param
    with signed_in(browser, sent.server, scheme=scheme, width=width, patience_ms=ARRIVES_MS) as page:
        yield page


def go(page: Page, sent: Sent, path: str) -> None:
    page.goto(f"{sent.server.url}{path}")
    page.get_by_role("heading", level=1).wait_for()


def test_integrations(view_of: Page, sent: Sent) -> None:
    go(view_of, sent, "/settings/integrations")
    view_of.get_by_role("link", name="Broken receiver").wait_for()
    view_of.get_by_role("link", name="Produktly to Segment").wait_for()
    check(view_of)


def test_access_keys(view_of: Page, sent: Sent) -> None:
    go(view_of, sent, "/settings/workspaces")
    type_into(view_of.get_by_label("Name of a new key"), "Reporting")
    view_of.get_by_role("button", name="Create key").click()
    view_of.get_by_text("Copy it now").wait_for()
    view_of.get_by_role("list", name="API keys").wait_for()
    check(view_of)
    view_of.get_by_role("button", name="Remove Reporting").first.click()
    view_of.get_by_role("dialog").wait_for()
    check(view_of)


def test_the_form_of_a_new_webhook(view_of: Page, sent: Sent) -> None:
    go(view_of, sent, "/settings/integrations/webhooks/new")
    view_of.get_by_text("Filters", exact=True).click()
    view_of.get_by_role("button", name="Set up webhook").click()
    view_of.get_by_text("Give the webhook a name.").wait_for()
    check(view_of)


def test_a_webhook_with_its_log_and_dialogs(view_of: Page, sent: Sent) -> None:
    go(view_of, sent, f"/settings/integrations/webhooks/{sent.broken}")
    line = log_line(view_of, SEEN["id"], "failed · 500")
    line.get_by_role("button").first.click()
    response(line).wait_for()
    another = log_lines(view_of).filter(has_not_text=SEEN["id"]).last  # a second click would fold the same line again
    another.get_by_role("button").first.click()
    response(another).wait_for()
    delivery = view_of.get_by_role("region", name="Event Delivery, last 24 hours")
    delivery.get_by_role("button", name="Answered 500").click()
    view_of.get_by_role("region", name="Troubleshooting").get_by_text("yes").first.wait_for()
    view_of.get_by_role("button", name="Show", exact=True).click()
    view_of.get_by_role("region", name="newest secret").wait_for()
    view_of.get_by_role("button", name="Send a test").click()
    told = view_of.get_by_role("region", name="State and actions").get_by_role("status")
    expect(told).to_contain_text("500", timeout=ARRIVES_MS)
    check(view_of)
    view_of.get_by_role("button", name="Recover…").click()
    view_of.get_by_role("dialog").wait_for()
    check(view_of)
    view_of.keyboard.press("Escape")
    view_of.get_by_role("button", name="Delete webhook").click()
    view_of.get_by_role("dialog").wait_for()
    check(view_of)


def test_a_webhook_that_is_off(view_of: Page, sent: Sent) -> None:
    go(view_of, sent, f"/settings/integrations/webhooks/{sent.off}")
    log_line(view_of, SEEN["id"], "skipped")
    type_into(view_of.get_by_label("Search the log"), "no such line")
    view_of.get_by_text("No attempt matches.").wait_for()
    check(view_of)


def test_the_senders(view_of: Page, sent: Sent) -> None:
    go(view_of, sent, "/settings/integrations/candu-segment")
    log_line(view_of, SEEN["id"], "delivered · 200")
    view_of.get_by_role("list", name="What it sends").wait_for()
    view_of.get_by_role("link", name="Candu_Prod").wait_for()
    check(view_of)
    go(view_of, sent, "/settings/integrations/produktly-segment")
    view_of.get_by_role("list", name="What it sends").wait_for()
    view_of.get_by_role("button", name="Activate").click()
    view_of.get_by_role("alert").wait_for()
    check(view_of)


def test_destinations(view_of: Page, sent: Sent) -> None:
    go(view_of, sent, "/destinations")
    view_of.get_by_role("link", name="Mirror").click()
    view_of.get_by_role("heading", name="Mirror", level=1).wait_for()
    line = log_line(view_of, SEEN["id"], "failed · 500")
    line.get_by_role("button").first.click()
    response(line).wait_for()
    view_of.get_by_role("button", name="Preview").click()
    view_of.get_by_role("region", name="request 1 to be sent").wait_for()
    check(view_of)
    go(view_of, sent, "/destinations")
    view_of.get_by_role("link", name="Mirror").wait_for()
    check(view_of)


def test_the_catalogue_of_destinations(view_of: Page, sent: Sent) -> None:
    go(view_of, sent, "/catalog/destinations")
    view_of.get_by_role("heading", name="Segment", exact=True).wait_for()
    check(view_of)
    go(view_of, sent, "/catalog/destinations/candu")
    view_of.get_by_role("heading", name="Troubleshooting").wait_for()
    check(view_of)
    for slug in ("segment", "files"):
        go(view_of, sent, f"/catalog/destinations/{slug}/add")
        view_of.get_by_label("Name").fill("")
        view_of.get_by_role("button", name="Add Destination").click()
        view_of.get_by_text("Give the destination a name.").wait_for()
        check(view_of)


def test_the_inbox(view_of: Page, sent: Sent) -> None:
    go(view_of, sent, "/inbox")
    row = view_of.get_by_role("list", name="Deliveries, newest first").get_by_role("button").first
    row.wait_for()
    row.click()
    view_of.get_by_role("region", name="delivery").wait_for()
    check(view_of)


def test_the_flow_and_the_built_in_sources(view_of: Page, sent: Sent) -> None:
    go(view_of, sent, f"/flow?event={SEEN['id']}")
    view_of.get_by_role("list", name="Deliveries").wait_for()
    view_of.get_by_role("region", name="Replay").get_by_label("Reader").select_option("send")
    view_of.get_by_label("Connection").wait_for()
    check(view_of)
    go(view_of, sent, "/sources/customer-events")
    view_of.get_by_test_id("client-token").wait_for()
    check(view_of)
    go(view_of, sent, "/sources/rest")
    view_of.get_by_role("region", name="curl snippet").wait_for()
    check(view_of)

"""The screens of what is sent, with the keyboard alone: forms, the log, dialogs; the focus is seen wherever it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import ALLOWED, ARRIVES_MS, customer_events, log_line, log_lines, response, settings
from tests.browser.test_keyboard import focused, labels, tab_to
from tests.browser.window import sign_in
from tests.e2e.test_customer_events import view
from tests.receivers import Receiver, answer
from tests.server import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("sending") / "data", environment=ALLOWED)
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture
def inside(page: Page, sending: Server) -> Page:
    sign_in(page, sending)
    return page


def test_a_webhook_is_set_up_read_and_mended_without_a_mouse(inside: Page, sending: Server) -> None:
    page, press, sent = inside, inside.keyboard.press, view()
    with Receiver(then=answer(500, b"it is broken")) as broken, Receiver() as mended:
        tab_to(page, "Settings")
        press("Enter")
        expect(page.get_by_role("heading", name="Integrations", level=1)).to_be_focused()
        tab_to(page, "Set up a new webhook")
        press("Enter")
        expect(page.get_by_role("heading", name="Set up a new webhook", level=1)).to_be_focused()
        tab_to(page, "URL")
        page.keyboard.type(broken.url)
        tab_to(page, "Name")
        page.keyboard.type("Keys Only")
        tab_to(page, "Default")
        press("ArrowDown")
        expect(page.get_by_role("radio", name="Slack")).to_be_checked()
        press("ArrowUp")
        tab_to(page, "Content Interactions")
        press("Space")
        expect(page.get_by_role("checkbox", name="Content Interactions")).not_to_be_checked()
        tab_to(page, "Status: Enabled")
        tab_to(page, "Set up webhook")
        press("Enter")
        expect(page.get_by_role("heading", name="Keys Only", level=1)).to_be_focused()

        customer_events(sending, sent)
        line = log_line(page, sent["id"], "failed · 500")
        tab_to(page, "Search the log")
        tab_to(page, "Attempt")
        press("Enter")
        opened = log_lines(page).filter(has=page.get_by_text("The receiver answered 500")).first
        expect(response(opened)).to_contain_text("it is broken")
        tab_to(page, "response of attempt")
        assert line.is_visible()

        form = settings(page)
        form.get_by_label("URL").focus()
        press("ControlOrMeta+a")
        page.keyboard.type(mended.url)
        press("Enter")
        expect(form.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
        opened.get_by_role("button", name="Resend").focus()
        press("Enter")
        log_line(page, sent["id"], "delivered · 200")
        assert focused(page) == "Resend"


def test_the_dialogs_keep_the_focus_and_give_it_back(inside: Page, sending: Server) -> None:
    page, press = inside, inside.keyboard.press
    made = sending.api("POST", "/webhooks", {"name": "Asked", "url": "headwater:inbox", "topics": ["content.view"]})
    page.goto(f"{sending.url}/settings/integrations/webhooks/{made['id']}")
    for opener, title in (("Recover…", "Send what never arrived"), ("Delete webhook", "Delete Asked?")):
        button = page.get_by_role("button", name=opener)
        button.focus()
        press("Enter")
        page.get_by_role("dialog", name=title).wait_for()
        for _ in range(8):
            press("Tab")
            assert page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
        press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(button).to_be_focused()


def test_a_destination_is_added_and_tried_without_a_mouse(inside: Page, sending: Server) -> None:
    page, press = inside, inside.keyboard.press
    with Receiver() as receiver:
        tab_to(page, "Destinations")
        press("Enter")
        expect(page.get_by_role("heading", name="Destinations", level=1)).to_be_focused()
        tab_to(page, "Add Destination")
        press("Enter")
        expect(page.get_by_role("heading", name="Catalogue of destinations", level=1)).to_be_focused()
        tab_to(page, "Search the destinations")
        page.keyboard.type("webhook")
        expect(page.get_by_role("heading", name="Segment", exact=True)).to_have_count(0)
        tab_to(page, "Webhook")
        press("Enter")
        expect(page.get_by_role("heading", name="Webhook", level=1)).to_be_focused()
        tab_to(page, "Add Destination")
        press("Enter")
        expect(page.get_by_role("heading", name="Add Destination: Webhook", level=1)).to_be_focused()
        page.get_by_role("checkbox", name="Customer events").wait_for()
        tab_to(page, "Customer events")
        press("Space")
        tab_to(page, "URL")
        page.keyboard.type(receiver.url)
        press("Enter")
        expect(page.get_by_role("link", name="Webhook")).to_be_visible()
        tab_to(page, "Send a test")
        press("Enter")
        told = page.get_by_role("region", name="State and actions").get_by_role("status")
        expect(told).to_contain_text("delivered · 200", timeout=ARRIVES_MS)
        tab_to(page, "Event", most=80)
        while "Event" not in labels(page):
            tab_to(page, "Event")
        press("Tab")
        assert focused(page) == "Preview"
        press("Enter")
        expect(page.get_by_role("region", name="request 1 to be sent")).to_be_visible()
        assert len(receiver.requests) == 1


def test_a_sender_is_activated_without_a_mouse(inside: Page, sending: Server) -> None:
    page, press = inside, inside.keyboard.press
    key = sending.add_source("candu", "Candu_Keys")["writeKeys"][0]
    tab_to(page, "Settings")
    press("Enter")
    expect(page.get_by_role("heading", name="Integrations", level=1)).to_be_focused()
    page.get_by_role("link", name="Candu to Segment").wait_for()
    tab_to(page, "Candu to Segment")
    press("Enter")
    expect(page.get_by_role("heading", name="Candu to Segment", level=1)).to_be_focused()
    tab_to(page, "Segment write key")
    page.keyboard.insert_text(key)
    press("Enter")
    expect(page.get_by_role("status").filter(has_text="Active.")).to_be_visible()
    tab_to(page, "Candu_Keys")
    press("Enter")
    expect(page.get_by_role("heading", name="Candu_Keys", level=1)).to_be_focused()

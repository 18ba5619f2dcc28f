"""The fourth walk: what is sent on. The two senders, destinations with their pages, Event Delivery, and the flow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.sending import (
    ALLOWED,
    ARRIVES_MS,
    customer_events,
    log_line,
    log_lines,
    opened,
    request,
    save,
    set_up_webhook,
    settings,
    to_integrations,
)
from tests.browser.window import add_source, answered, copied, sign_in, type_into
from tests.e2e.test_customer_events import click, event, view
from tests.receivers import Receiver, answer
from tests.server import Server

pytestmark = pytest.mark.browser

STEP = {"tour_id": 5488, "metadata": {"stepIndex": 1, "type": "next"}}


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("sending") / "data", environment=ALLOWED)
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture
def inside(page: Page, sending: Server) -> Page:
    sign_in(page, sending)
    return page


def activate(page: Page, sender: str, key: str) -> None:
    """Pastes a write key into a sender of Settings > Integrations, and switches it on."""
    to_integrations(page)
    page.get_by_role("link", name=sender).click()
    page.get_by_role("heading", name=sender, level=1).wait_for()
    field = page.get_by_role("textbox", name="Segment write key")
    field.click()
    page.keyboard.insert_text(key)
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("status").filter(has_text="Active.")).to_be_visible()
    expect(field).to_have_value("")


def make_a_test(page: Page) -> None:
    page.get_by_role("button", name="Send a test").click()
    told = page.get_by_role("region", name="State and actions").get_by_role("status")
    expect(told).to_contain_text("delivered · 200", timeout=ARRIVES_MS)


def has_row(page: Page, server: Server, query: str) -> list[dict[str, str]]:
    """The rows as the SQL screen shows them, once there are some."""
    server.rows(query, lambda rows: len(rows) > 0, wait_s=60)
    page.goto(f"{server.url}/sql")
    page.get_by_label("SQL query").wait_for()
    return answered(page, query)


@pytest.mark.seed("S1.6")
def test_the_write_key_of_a_candu_source_connects_its_sending_side(inside: Page, sending: Server) -> None:
    page = inside
    add_source(page, sending.url, "candu", "Candu_Prod")
    activate(page, "Candu to Segment", copied(page, "write key"))
    expect(page.get_by_role("link", name="Candu_Prod")).to_be_visible()
    sends = page.get_by_role("list", name="What it sends").get_by_role("listitem")
    expect(sends).to_have_text(["tutorial.view screen call", "tutorial.interaction track call"])
    expect(page.get_by_role("list", name="What it takes")).to_contain_text("candu.sdk.content.interaction")
    make_a_test(page)
    assert len(has_row(page, sending, "SELECT id FROM candu_prod.tutorial_view")) == 1
    seen, clicked = view(), click()
    customer_events(sending, seen, clicked)
    query = "SELECT user_id, event_name, tutorial_id FROM candu_prod.tutorial_interaction"
    label = clicked["properties"]["eventName"]
    assert has_row(page, sending, query) == [{"user_id": "user-42", "event_name": label, "tutorial_id": "1234"}]
    sending.rows("SELECT 1 FROM candu_prod.tutorial_view", lambda rows: len(rows) == 2, wait_s=60)


@pytest.mark.seed("S4.5")
def test_the_write_key_of_a_produktly_source_activates_its_sending_side(inside: Page, sending: Server) -> None:
    page = inside
    add_source(page, sending.url, "produktly", "Produktly_Prod")
    activate(page, "Produktly to Segment", copied(page, "write key"))
    expect(page.get_by_role("list", name="What it sends").get_by_role("listitem")).to_have_count(14)
    make_a_test(page)
    customer_events(sending, event("Track", eventName="Tour Step", properties=STEP))
    place = "FROM produktly_prod.tour_step WHERE user_id = 'user-42'"
    query = f"SELECT tour_id, metadata_step_index AS step, metadata_type AS way {place}"
    assert has_row(page, sending, query) == [{"tour_id": "5488", "step": "1", "way": "next"}]
    to_integrations(page)
    page.get_by_role("link", name="Produktly to Segment").click()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("status").filter(has_text="Not active.")).to_be_visible()
    to_integrations(page)
    expect(page.get_by_role("link", name="Produktly to Segment")).to_contain_text("not active")


def test_a_key_of_nobody_is_refused_with_the_reason(inside: Page, sending: Server) -> None:
    page = inside
    to_integrations(page)
    page.get_by_role("link", name="Produktly to Segment").click()
    type_into(page.get_by_role("textbox", name="Segment write key"), "a" * 32)
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("alert", name="It was not saved")).to_contain_text(
        "No source of this workspace has that write key."
    )


@pytest.mark.seed("S1.11")
def test_the_candu_source_and_the_candu_destination_lead_to_each_other(inside: Page, sending: Server) -> None:
    page = inside
    page.goto(f"{sending.url}/catalog/sources/candu")
    about = page.get_by_role("region", name="About")
    about.get_by_role("link", name="Candu", exact=True).click()
    expect(page.get_by_role("heading", name="Candu", level=1)).to_be_focused()
    assert page.url.endswith("/catalog/destinations/candu")
    expect(about).to_contain_text("Sends users")
    about.get_by_role("link", name="Candu", exact=True).click()
    expect(page.get_by_role("heading", name="tutorial.view")).to_be_visible()
    assert page.url.endswith("/catalog/sources/candu")
    add_source(page, sending.url, "candu", "Candu_Linked")
    page.get_by_text("related destination").get_by_role("link", name="Candu").click()
    expect(page.get_by_role("link", name="Add Destination")).to_be_visible()


def add_webhook_destination(page: Page, name: str, source: str, url: str) -> None:
    """Destinations > Add Destination > the catalogue's entry > its form, to the page of the new one."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Destinations").click()
    page.get_by_role("link", name="Add Destination").first.click()
    type_into(page.get_by_label("Search the destinations"), "webhook")
    page.get_by_role("link").filter(has=page.get_by_role("heading", name="Webhook", exact=True)).click()
    page.get_by_role("link", name="Add Destination").click()
    type_into(page.get_by_label("Name"), name)
    page.get_by_role("checkbox", name=source, exact=True).check()
    type_into(page.get_by_label("URL"), url)
    page.get_by_role("button", name="Add Destination").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_focused()


def track(server: Server, source: dict[str, Any], message_id: str) -> None:
    call = {"messageId": message_id, "userId": "user-1", "event": "Tour Step", "properties": STEP}
    assert server.send("/v1/track", call, key=source["writeKeys"][0]).status_code == 200


def part(line: Locator, title: str) -> Locator:
    return line.get_by_role("region", name=f"{title} sample")


@pytest.mark.seed("S4.25")
@pytest.mark.seed("S4.26")
@pytest.mark.seed("S4.27")
def test_a_destination_shows_what_arrived_and_why_something_did_not(inside: Page, sending: Server) -> None:
    page = inside
    source = sending.add_source("produktly", "Tours")
    refusal = b'{"error":"the account is closed"}'
    with Receiver(answer(200), then=answer(402, refusal)) as receiver:
        add_webhook_destination(page, "Own server", "Tours", receiver.url)
        assert "/destinations/" in page.url
        track(sending, source, "arrives")
        line = opened(log_line(page, "arrives", "delivered · 200"))
        for shown in ('"Tour Step"', '"tour_id": 5488', '"stepIndex": 1', '"type": "next"', '"userId": "user-1"'):
            expect(request(line)).to_contain_text(shown)

        track(sending, source, "arrives-not")
        log_line(page, "arrives-not", "402")
    delivery = page.get_by_role("region", name="Event Delivery, last 24 hours")
    why = delivery.get_by_role("list", name="Errors, most frequent first").get_by_role("listitem")
    expect(why).to_contain_text("Answered 402", timeout=ARRIVES_MS)
    why.get_by_role("button").first.click()
    expect(part(why, "received")).to_contain_text('"Tour Step"')
    expect(part(why, "sent")).to_contain_text('"tour_id": 5488')
    expect(part(why, "answered")).to_contain_text("the account is closed")
    troubles = page.get_by_role("region", name="Troubleshooting")
    expect(troubles).to_contain_text("Every attempt is blocked")

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Destinations").click()
    row = page.get_by_role("table", name="Destinations").get_by_role("row").filter(has_text="Own server")
    expect(row).to_contain_text("webhook")
    expect(row).to_contain_text("Enabled")


def test_a_destination_is_changed_tried_and_deleted(inside: Page, sending: Server) -> None:
    page = inside
    sending.add_source("http-api", "Shop")
    with Receiver() as receiver:
        add_webhook_destination(page, "Tried out", "Shop", receiver.url)
        tester = page.get_by_role("region", name="Event tester")
        tester.get_by_role("button", name="Preview").click()
        shown = tester.get_by_role("region", name="request 1 to be sent")
        expect(shown).to_contain_text('"Order Completed"')
        assert receiver.requests == []
        tester.get_by_role("button", name="Send it").click()
        expect(tester.get_by_role("heading", name="Answered 200")).to_be_visible(timeout=ARRIVES_MS)
        assert len(receiver.requests) == 1
        expect(log_lines(page)).to_have_count(0)
        type_into(tester.get_by_label("Event"), "[1]")
        tester.get_by_role("button", name="Preview").click()
        expect(tester).to_contain_text("Write one event as a JSON object.")

        form = settings(page)
        type_into(form.get_by_role("textbox", name="Shared secret"), "open-sesame")
        form.get_by_label("Name").click()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.press("Delete")
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_label("Name")).to_be_focused()
        type_into(form.get_by_label("Name"), "Tried and found good")
        save(page)
        expect(page.get_by_role("heading", name="Tried and found good", level=1)).to_be_visible()
        expect(form.get_by_role("textbox", name="Shared secret")).to_have_attribute(
            "placeholder", "Kept. Type to change it."
        )
        page.get_by_role("button", name="Send a test").click()
        expect(log_lines(page).first).to_contain_text("delivered · 200", timeout=ARRIVES_MS)
        assert receiver.requests[-1].header("X-Signature") is not None
    page.get_by_role("button", name="Delete destination").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("heading", name="Destinations", level=1).wait_for()
    expect(page.get_by_role("link", name="Tried and found good")).to_have_count(0)


def test_the_flow_tells_where_an_event_was_sent_and_sends_it_again(inside: Page, sending: Server) -> None:
    page, sent = inside, view()
    with Receiver() as receiver:
        set_up_webhook(page, "Watched", receiver.url)
        customer_events(sending, sent)
        log_line(page, sent["id"], "delivered · 200")
        page.get_by_role("link", name="Flow", exact=True).click()
        expect(page.get_by_role("rowheader", name="send", exact=True)).to_be_visible()
        type_into(page.get_by_label("messageId"), sent["id"])
        page.keyboard.press("Enter")
        deliveries = page.get_by_role("list", name="Deliveries").get_by_role("listitem")
        ours = deliveries.filter(has=page.get_by_role("link", name="Watched"))
        expect(ours).to_contain_text("done")
        expect(ours).to_contain_text("1 attempt")

        replay = page.get_by_role("region", name="Replay")
        replay.get_by_label("Reader").select_option("send")
        replay.get_by_label("Connection").select_option(label="Watched (webhook)")
        replay.get_by_role("button", name="Start the replay").click()
        done = replay.get_by_role("status").filter(has_text="The replay is finished")
        expect(done).to_be_visible(timeout=ARRIVES_MS)
        # Views that came before this webhook was there match it now, and go out with it.
        (first, *_) = receiver.wait_for(2)
        again = [each for each in receiver.requests if each.json()["payload"]["id"] == sent["id"]]
        assert len(again) == 2
        assert {each.header("webhook-id") for each in again} == {first.header("webhook-id")}
        ours.get_by_role("link", name="Watched").click()
        expect(page.get_by_role("heading", name="Watched", level=1)).to_be_focused()


def test_a_built_in_source_tells_how_to_send_to_it(inside: Page, sending: Server) -> None:
    page = inside
    page.get_by_role("link", name="Customer events").click()
    page.get_by_role("heading", name="Customer events", level=1).wait_for()
    token = sending.api("GET", "/workspace")["clientToken"]
    assert copied(page, "Client token") == token
    expect(page.get_by_role("region", name="curl snippet")).to_contain_text(f"/api/events/batch?token={token}")
    expect(page.get_by_test_id("write-key")).to_have_count(0)
    page.goto(f"{sending.url}/sources/rest")
    expect(page.get_by_role("region", name="curl snippet")).to_contain_text(f"{sending.url}/api/eventWebhook")

"""Retries, pace, order and the shared secret, set by the forms of a webhook and of a destination."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import save, set_up_webhook, settings
from tests.browser.window import type_into
from tests.server import Server

pytestmark = pytest.mark.browser


def test_of_a_webhook(inside: Page, shared_server: Server) -> None:
    page = inside
    set_up_webhook(page, "Patient", "https://receiver.example/in")
    made = shared_server.api("GET", "/webhooks")["data"][0]
    assert (made["schedule"], made["perSecond"], made["ordered"], made["sharedSecret"]) == (None, None, False, None)
    form = settings(page)
    form.get_by_text("Advanced", exact=True).click()
    form.get_by_label("Retries").select_option("own")
    type_into(form.get_by_label("Wait before each further try"), "5 s, soon")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Give times such as 5 s, 5 min, 2 h, 1 d.")).to_be_visible()
    expect(form.get_by_label("Wait before each further try")).to_be_focused()
    type_into(form.get_by_label("Wait before each further try"), "5 s, 5 min, 2 h")
    type_into(form.get_by_label("Deliveries a second, at most"), "2.5")
    form.get_by_label("Each person's events strictly in order").check()
    type_into(form.get_by_role("textbox", name="Shared secret"), "open-sesame")
    save(page)
    made = shared_server.api("GET", f"/webhooks/{made['id']}")
    assert (made["schedule"], made["perSecond"], made["ordered"]) == ([5, 300, 7200], 2.5, True)
    assert made["sharedSecret"] == "********"
    page.reload()
    form.get_by_text("Advanced", exact=True).click()
    expect(form.get_by_label("Wait before each further try")).to_have_value("5 s, 5 min, 2 h")
    form.get_by_role("button", name="Take the shared secret away").click()
    form.get_by_label("Retries").select_option("none")
    form.get_by_label("Deliveries a second, at most").fill("")
    save(page)
    made = shared_server.api("GET", f"/webhooks/{made['id']}")
    assert (made["schedule"], made["perSecond"], made["ordered"], made["sharedSecret"]) == ([], None, True, None)


def test_of_a_destination(inside: Page, shared_server: Server) -> None:
    page = inside
    body = {"catalog": "webhook", "name": "Mirror", "settings": {"url": "https://receiver.example"}}
    made = shared_server.api("POST", "/destinations", body)
    page.goto(f"{shared_server.url}/destinations/{made['id']}")
    form = settings(page)
    form.get_by_text("Advanced", exact=True).click()
    form.get_by_label("Retries").select_option("own")
    type_into(form.get_by_label("Wait before each further try"), "90 s")
    form.get_by_label("Each person's events strictly in order").check()
    save(page)
    made = shared_server.api("GET", f"/destinations/{made['id']}")
    assert (made["schedule"], made["perSecond"], made["ordered"]) == ([90], None, True)
    form.get_by_label("Retries").select_option("usual")
    save(page)
    assert shared_server.api("GET", f"/destinations/{made['id']}")["schedule"] is None

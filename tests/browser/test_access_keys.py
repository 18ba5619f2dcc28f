"""Settings > Workspaces > Access Keys: the client token that pages carry, and API keys, in a real browser."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.window import copied, type_into
from tests.server import Server

pytestmark = pytest.mark.browser

VIEW = {"anonymousId": "a-1", "type": "Screen", "screenName": "candu.sdk.content", "properties": {"slug": "x"}}


@pytest.mark.seed("S3.21")
def test_the_client_token_is_found_copied_and_lets_a_page_send(inside: Page, shared_server: Server) -> None:
    inside.get_by_role("link", name="Settings", exact=True).click()
    inside.get_by_role("link", name="Workspaces › Access Keys").click()
    inside.get_by_role("heading", name="Access Keys", level=1).wait_for()
    token = copied(inside, "client token")
    assert token == shared_server.api("GET", "/workspace")["clientToken"]
    answer = httpx.post(f"{shared_server.url}/api/events/batch", params={"token": token}, json=VIEW, timeout=30)
    assert (answer.status_code, answer.json()) == (200, {"success": True})


def test_client_tokens_rotate_with_overlap(inside: Page, shared_server: Server) -> None:
    inside.goto(f"{shared_server.url}/settings/workspaces")
    inside.get_by_role("button", name="Add a new token").click()
    expect(inside.get_by_role("button", name="Copy client token 2")).to_be_visible()
    old, new = shared_server.api("GET", "/workspace")["clientTokens"]
    inside.get_by_role("button", name="Remove client token 1").click()
    dialog = inside.get_by_role("dialog", name="Remove this client token?")
    expect(dialog).to_contain_text("Pages that still carry")
    inside.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(inside.get_by_role("button", name="Remove client token 1")).to_be_focused()
    assert shared_server.api("GET", "/workspace")["clientTokens"] == [old, new]
    inside.get_by_role("button", name="Remove client token 1").click()
    dialog.get_by_role("button", name="Remove the token").click()
    expect(inside.get_by_role("button", name="Copy client token 2")).to_have_count(0)
    (left,) = shared_server.api("GET", "/workspace")["clientTokens"]
    assert left in (old, new)
    gone = old if left == new else new
    answer = httpx.post(f"{shared_server.url}/api/events/batch", params={"token": gone}, json=VIEW, timeout=30)
    assert answer.status_code == 403


def test_an_api_key_is_made_shown_once_and_removed(inside: Page, shared_server: Server) -> None:
    inside.goto(f"{shared_server.url}/settings/workspaces")
    type_into(inside.get_by_label("Name of a new key"), "Reporting")
    inside.get_by_label("Scope").select_option(value="read")
    inside.get_by_role("button", name="Create key").click()
    key = inside.get_by_role("region", name="API key", exact=True).inner_text().strip()
    bearer = {"authorization": f"Bearer {key}"}
    assert httpx.get(f"{shared_server.url}/api/v1/sources", headers=bearer, timeout=30).status_code == 200
    inside.reload()
    expect(inside.get_by_role("list", name="API keys")).to_contain_text("Reporting")
    expect(inside.get_by_text(key)).to_have_count(0)
    inside.get_by_role("button", name="Remove Reporting").click()
    dialog = inside.get_by_role("dialog", name="Remove the API key Reporting?")
    expect(dialog).to_contain_text(key[:6])
    expect(dialog).to_contain_text("refused with 401")
    inside.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(inside.get_by_role("button", name="Remove Reporting")).to_be_focused()
    assert httpx.get(f"{shared_server.url}/api/v1/sources", headers=bearer, timeout=30).status_code == 200
    inside.keyboard.press("Enter")
    dialog.get_by_role("button", name="Remove the key").click()
    expect(inside.get_by_text("No API key yet.")).to_be_visible()
    expect(inside.get_by_role("region", name="API keys", exact=True)).to_be_focused()
    assert httpx.get(f"{shared_server.url}/api/v1/sources", headers=bearer, timeout=30).status_code == 401

"""The settings of a source, changed where the source is shown."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.window import type_into
from tests.server import Server


def test_a_setting_is_changed_kept_and_taken_back(inside: Page, shared_server: Server) -> None:
    source = shared_server.add_source("http-api", "Set Here")

    def stored() -> dict[str, str]:
        return shared_server.api("GET", f"/sources/{source['id']}")["settings"]

    inside.goto(f"{shared_server.url}/sources/{source['id']}")
    settings = inside.get_by_role("region", name="Settings")
    field = settings.get_by_label("Shared secret", exact=True)
    save = settings.get_by_role("button", name="Save the settings")
    type_into(field, "hunter2")
    save.click()
    expect(settings.get_by_text("Saved")).to_be_visible()
    assert stored() == {"sharedSecret": "********"}

    inside.reload()
    save.click()
    expect(settings.get_by_text("Saved")).to_be_visible()
    assert stored() == {"sharedSecret": "********"}

    type_into(field, "x")
    field.fill("")
    save.click()
    expect(settings.get_by_text("Saved")).to_be_visible()
    assert stored() == {}

"""The second walk: Produktly is added, its key copied, its fourteen events arrive and are tables to query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.window import answered, arrived, copied, sign_in, type_into
from tests.server import Server

pytestmark = pytest.mark.browser

EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "Tour Available": ("tour_available", {"tour_id": 5488}),
    "Tour Start": ("tour_start", {"tour_id": 5488}),
    "Tour Auto Start": ("tour_auto_start", {"tour_id": 5488}),
    "Tour Continue": ("tour_continue", {"tour_id": 5488}),
    "Tour Finish": ("tour_finish", {"tour_id": 5488}),
    "Tour Step": ("tour_step", {"tour_id": 5488, "metadata": {"stepIndex": 1, "type": "next"}}),
    "Checklist Step Completed": ("checklist_step_completed", {"checklist_id": 12, "metadata": {"stepId": 7}}),
    "Checklist Finished": ("checklist_finished", {"checklist_id": 12}),
    "Smart Tip Available": ("smart_tip_available", {"smart_tip_id": 3}),
    "Smart Tip Open": ("smart_tip_open", {"smart_tip_id": 3}),
    "Announcement Shown": ("announcement_shown", {"announcement_id": 9}),
    "Announcement Action Clicked": ("announcement_action_clicked", {"announcement_id": 9}),
    "Announcement Closed": ("announcement_closed", {"announcement_id": 9}),
    "Nps Widget Shown": ("nps_widget_shown", {"nps_widget_id": 4}),
}


def every_event_arrives(test: Callable[..., None]) -> Callable[..., None]:
    """Marks the facts S4.9 to S4.22, one for each event."""
    for number in range(9, 9 + len(EVENTS)):
        test = pytest.mark.seed(f"S4.{number}", "arrives")(test)
    return test


@every_event_arrives
@pytest.mark.seed("S4.3")
@pytest.mark.seed("S4.4")
@pytest.mark.seed("S4.7", "stored")
@pytest.mark.seed("S4.23")
@pytest.mark.seed("S4.24")
def test_from_the_catalogue_to_fourteen_tables(page: Page, server: Server) -> None:
    sign_in(page, server)
    page.get_by_role("link", name="Catalogue").click()
    type_into(page.get_by_label("Search the catalogue"), "Produktly")
    page.get_by_role("link").filter(has=page.get_by_role("heading", name="Produktly")).click()
    for name in EVENTS:
        expect(page.get_by_role("heading", name=name, level=3)).to_be_visible()
    page.get_by_role("link", name="Add Source").click()
    type_into(page.get_by_label("Label"), "Produktly_Prod")
    expect(page.get_by_test_id("schema-preview")).to_have_text("Schema: produktly_prod")
    page.get_by_role("button", name="Add Source").click()
    page.get_by_text("Waiting for the first event").wait_for()
    expect(page.get_by_role("region", name="Set-up")).to_contain_text("Activate")
    key = copied(page, "write key")

    for name, (_, properties) in EVENTS.items():
        call = {"userId": "user-1", "event": name, "properties": properties}
        assert server.send("/v1/track", call, key=key).status_code == 200
        line = arrived(page, name).first
        expect(line).to_be_visible()
        expect(line).to_contain_text("clean")
        expect(line).not_to_contain_text("violation")
    expect(page.get_by_role("list", name="Events, newest first").get_by_role("listitem")).to_have_count(14)

    server.rows("SELECT 1 FROM produktly_prod.tracks", lambda rows: len(rows) == 14)
    page.get_by_role("link", name="SQL", exact=True).click()
    page.get_by_role("button", name="produktly_prod").click()
    for table, _ in EVENTS.values():
        expect(page.get_by_role("button", name=f"{table} (table)", exact=True)).to_be_visible()
    counts = " UNION ALL ".join(
        f"SELECT event_text, {next(iter(properties))} AS id FROM produktly_prod.{table}"
        for table, properties in EVENTS.values()
    )
    assert {row["event_text"]: row["id"] for row in answered(page, counts)} == {
        name: str(next(iter(properties.values()))) for name, (_, properties) in EVENTS.items()
    }
    step = "SELECT metadata_step_index AS step, metadata_type AS way FROM produktly_prod.tour_step"
    assert answered(page, step) == [{"step": "1", "way": "next"}]
    done = "SELECT metadata_step_id AS step FROM produktly_prod.checklist_step_completed"
    assert answered(page, done) == [{"step": "7"}]

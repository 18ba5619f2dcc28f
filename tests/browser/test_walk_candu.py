"""The first walk: Candu is found in the catalogue, added, its key copied, its first event seen, its rows queried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.window import add_source, answered, arrived, copied, sign_in, type_into
from tests.server import Server

pytestmark = pytest.mark.browser

VIEW = {
    "userId": "user-1",
    "name": "tutorial.view",
    "properties": {"tutorialId": 32470, "segmentId": "Everyone", "portalId": 977, "versionId": "81dc9bdb52d0"},
}
INTERACTION = {
    "userId": "user-1",
    "event": "tutorial.interaction",
    "properties": {**VIEW["properties"], "eventName": "Start the tour"},
}


@pytest.mark.seed("S1.1")
def test_candu_is_found_in_the_catalogue(inside: Page) -> None:
    page = inside
    page.get_by_role("link", name="Add Source").first.click()
    page.get_by_role("heading", name="Catalogue", level=1).wait_for()
    type_into(page.get_by_label("Search the catalogue"), "Candu")
    expect(page.get_by_text("1 source for “Candu”")).to_be_visible()
    tile = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Candu"))
    expect(tile).to_contain_text("public")
    expect(tile).to_contain_text("Maintained by Candu")
    expect(tile).to_contain_text("Analytics, Personalization, Customer Success")
    tile.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Candu", level=1)).to_be_focused()
    about = page.get_by_role("region", name="About")
    expect(about).to_contain_text("Was in beta")
    expect(about.get_by_role("link", name="support@candu.ai")).to_have_attribute("href", "mailto:support@candu.ai")


@pytest.mark.seed("S1.2")
@pytest.mark.seed("S1.3")
@pytest.mark.seed("S1.5")
@pytest.mark.seed("S1.12", "arrives")
@pytest.mark.seed("S1.13", "arrives")
@pytest.mark.seed("S1.16")
def test_from_the_catalogue_to_the_first_rows(page: Page, server: Server) -> None:
    sign_in(page, server)
    page.get_by_role("link", name="Add Source").first.click()
    type_into(page.get_by_label("Search the catalogue"), "Candu")
    page.get_by_role("link").filter(has=page.get_by_role("heading", name="Candu")).click()
    page.get_by_role("link", name="Add Source").click()
    type_into(page.get_by_label("Label"), "Candu_Prod")
    expect(page.get_by_test_id("schema-preview")).to_have_text("Schema: candu_prod")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Candu_Prod", level=1)).to_be_focused()
    steps = page.get_by_role("region", name="Set-up").get_by_role("listitem")
    expect(steps.filter(has_text="Copy the write key")).to_be_visible()
    expect(steps.filter(has_text="Settings > Integrations > Segment Source")).to_be_visible()
    expect(steps.filter(has_text=f"give {server.url}.")).to_be_visible()
    expect(steps.filter(has_text="Add Source")).to_have_count(0)
    expect(page.get_by_text("Waiting for the first event")).to_be_visible()
    key = copied(page, "write key")
    assert re.fullmatch(r"[A-Za-z0-9]{32}", key)

    tables = page.context.new_page()
    tables.goto(f"{server.url}/sql")
    for table in ("tutorial_view", "tutorial_interaction"):
        assert answered(tables, f"SELECT count(*) AS n FROM candu_prod.{table}") == [{"n": "0"}]
    tables.close()

    page.evaluate("window.stillTheSamePage = true")
    assert server.send("/v1/screen", VIEW, key=key).status_code == 200
    expect(arrived(page, "tutorial.view")).to_be_visible()
    assert server.send("/v1/track", INTERACTION, key=key).status_code == 200
    expect(arrived(page, "tutorial.interaction")).to_be_visible()
    assert page.evaluate("window.stillTheSamePage")
    newest_first = page.get_by_role("list", name="Events, newest first").get_by_role("listitem")
    expect(newest_first.nth(0)).to_contain_text("tutorial.interaction")
    expect(newest_first.nth(1)).to_contain_text("tutorial.view")
    expect(newest_first.nth(0)).to_contain_text("clean")

    server.rows("SELECT 1 FROM candu_prod.tutorial_interaction", lambda rows: len(rows) == 1)
    page.get_by_role("link", name="Query with SQL").click()
    page.get_by_role("button", name="Run").click()
    view = answered(page, "SELECT * FROM candu_prod.tutorial_view")
    assert len(view) == 1
    assert {name: view[0][name] for name in ("user_id", "tutorial_id", "segment_id", "portal_id", "version_id")} == {
        "user_id": "user-1",
        "tutorial_id": "32470",
        "segment_id": "Everyone",
        "portal_id": "977",
        "version_id": "81dc9bdb52d0",
    }
    told = answered(page, "SELECT tutorial_id, event_name FROM candu_prod.tutorial_interaction")
    assert told == [{"tutorial_id": "32470", "event_name": "Start the tour"}]


@pytest.mark.seed("S1.4")
def test_labels_keep_environments_apart(inside: Page, shared_server: Server) -> None:
    page, keys = inside, {}
    for label in ("Candu_Prod", "Candu_Staging", "Candu_Dev"):
        add_source(page, shared_server.url, "candu", label)
        keys[label] = copied(page, "write key")
    assert len(set(keys.values())) == 3
    assert shared_server.send("/v1/screen", VIEW, key=keys["Candu_Staging"]).status_code == 200
    shared_server.rows("SELECT 1 FROM candu_staging.tutorial_view", lambda rows: len(rows) == 1)
    page.goto(f"{shared_server.url}/sql")
    counts = " UNION ALL ".join(
        f"SELECT '{schema}' AS schema, count(*) AS n FROM {schema}.tutorial_view"
        for schema in ("candu_prod", "candu_staging", "candu_dev")
    )
    assert {row["schema"]: row["n"] for row in answered(page, counts)} == {
        "candu_prod": "0",
        "candu_staging": "1",
        "candu_dev": "0",
    }


def test_a_taken_schema_is_told_before_and_by_the_server(inside: Page, shared_server: Server) -> None:
    page = inside
    add_source(page, shared_server.url, "http-api", "Shop Front")
    page.goto(f"{shared_server.url}/catalog/sources/http-api/add")
    type_into(page.get_by_label("Label"), "shop-front")
    expect(page.get_by_test_id("schema-preview")).to_contain_text("shop_front belongs to another source")
    page.get_by_role("button", name="Add Source").click()
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("This schema name is taken")
    expect(refusal).to_contain_text("shop_front")


@pytest.mark.seed("S1.10")
def test_a_workspace_elsewhere_is_told_why_it_cannot_connect(page: Page, tmp_path: Path) -> None:
    server = Server(tmp_path / "eu", environment={"HEADWATER_REGION": "eu"})
    try:
        sign_in(page, server)
        expect(page.get_by_role("banner")).to_contain_text("eu", ignore_case=True)
        page.get_by_role("link", name="Catalogue").click()
        tile = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Candu"))
        expect(tile).to_contain_text("US only")
        expect(tile).to_contain_text("Not for the region of this workspace")
        tile.get_by_role("link").click()
        why = page.get_by_role("alert").filter(has_text="Not for this workspace")
        expect(why).to_contain_text("region us only")
        expect(page.get_by_role("link", name="Add Source")).to_have_count(0)
        refused = server.api("POST", "/sources", {"catalog": "candu", "name": "Candu_Prod"}, status=422)
        assert refused["error"]["code"] == "region_unsupported"
        page.goto(f"{server.url}/catalog/sources/candu/add")
        expect(page.get_by_text("region us only")).to_be_visible()
        expect(page.get_by_label("Label")).to_have_count(0)
        add_source(page, server.url, "produktly", "Produktly_Prod")
    finally:
        server.stop()

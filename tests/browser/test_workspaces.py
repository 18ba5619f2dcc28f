"""Who may pick a workspace picks it in the header, and every screen of the tab shows that one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.window import add_source
from tests.server import Server

pytestmark = pytest.mark.browser


def test_a_tab_shows_the_workspace_that_was_picked_and_the_stream_of_its_events(
    inside: Page, shared_server: Server
) -> None:
    expect(inside.get_by_label("Workspace")).to_have_count(0)
    second = shared_server.api("POST", "/workspaces", {"name": "Second house", "region": "eu"})
    inside.reload()
    inside.get_by_label("Workspace").select_option(label="Second house")
    expect(inside.get_by_title("The region of the workspace, fixed at its creation")).to_have_text("eu")
    add_source(inside, shared_server.url, "http-api", "Only there")
    mine = {"X-Workspace": second["id"]}
    source = next(
        each for each in shared_server.api("GET", "/sources", headers=mine)["data"] if each["name"] == "Only there"
    )
    body = {"userId": "u1", "event": "Picked"}
    assert shared_server.send("/v1/track", body, key=source["writeKeys"][0]).status_code == 200
    expect(inside.get_by_role("button", name="Picked")).to_be_visible()
    assert all(each["name"] != "Only there" for each in shared_server.api("GET", "/sources")["data"])


def test_at_320_px_the_result_comes_into_view_and_the_tables_stand_below(inside: Page, shared_server: Server) -> None:
    inside.set_viewport_size({"width": 320, "height": 640})
    inside.goto(f"{shared_server.url}/sql")
    inside.get_by_label("SQL query").wait_for()
    inside.get_by_role("button", name="Run").click()
    result = inside.get_by_role("heading", name="Result")
    expect(result).to_be_in_viewport()
    tables = inside.get_by_role("heading", name="Tables")
    result_box, tables_box = result.bounding_box(), tables.bounding_box()
    assert result_box is not None
    assert tables_box is not None
    assert tables_box["y"] > result_box["y"]

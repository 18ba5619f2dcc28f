"""Segments in a real browser: built with mouse, keyboard or as JSON, counted while one writes, and deleted."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_keyboard import focused, tab_to
from tests.browser.window import type_into
from tests.e2e.people import person, segment
from tests.server import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def people(shared_server: Server) -> list[str]:
    """Twelve people: every third one pays, every other one has ordered twice."""
    key = shared_server.add_source("http-api", "App_Backend")["writeKeys"][0]
    batch: list[dict[str, Any]] = []
    for n in range(12):
        traits = {"plan": "free" if n % 3 else "pro", "seats": n, "name": f"Person {n}"}
        batch.append({"type": "identify", "userId": f"user-{n}", "traits": traits})
        order = {"type": "track", "userId": f"user-{n}", "event": "Ordered", "properties": {"total": n * 10}}
        batch += [order, order] if n % 2 else []
    assert shared_server.send("/v1/batch", {"batch": batch}, key=key).status_code == 200
    person(shared_server, "user-11")
    return [f"user-{n}" for n in range(12)]


def go(page: Page, server: Server, path: str) -> None:
    page.goto(f"{server.url}{path}")
    page.get_by_role("heading", level=1).wait_for()


def preview(page: Page, text: str) -> Locator:
    found = page.get_by_role("region", name="Who is in it")
    expect(found.get_by_role("status")).to_contain_text(text)
    return found


def condition(page: Page, number: str) -> Locator:
    return page.get_by_role("group", name=f"Condition {number}", exact=True)


def test_a_segment_is_built_and_counted_on_the_way(inside: Page, shared_server: Server, people: list[str]) -> None:
    page = inside
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Segments").click()
    everyone = page.get_by_role("row").filter(has_text="Everyone")
    expect(everyone).to_contain_text("built in")
    expect(everyone).to_contain_text("12")
    page.get_by_role("link", name="New segment").click()
    expect(page.get_by_role("heading", name="New segment", level=1)).to_be_focused()
    preview(page, "Finish the conditions")
    first = condition(page, "1")
    type_into(first.get_by_label("name of the trait"), "plan")
    type_into(first.get_by_label("Condition 1: value"), "pro")
    sample = preview(page, "4 people right now").get_by_role("list", name="Some of the people")
    expect(sample).to_contain_text("Person 9")

    page.get_by_role("button", name="Add condition to the whole rule").click()
    second = condition(page, "2")
    expect(second.get_by_label("what it looks at")).to_be_focused()
    second.get_by_label("what it looks at").select_option("event")
    type_into(second.get_by_label("name of the event"), "Ordered")
    type_into(second.get_by_label("Condition 2: times"), "2")
    type_into(second.get_by_label("within how many days"), "7")
    preview(page, "2 people right now")
    second.get_by_role("button", name="Where property").click()
    type_into(second.get_by_label("name of the property"), "total")
    second.get_by_label("operator").select_option("greaterThan")
    type_into(second.get_by_label("number"), "50")
    preview(page, "1 person right now")

    page.get_by_label("The whole rule: how its conditions are joined").select_option("any")
    page.get_by_role("button", name="Add group to the whole rule").click()
    group = page.get_by_role("group", name="Group 3", exact=True)
    group.get_by_label("how its conditions are joined").select_option("none")
    third = condition(page, "3.1")
    type_into(third.get_by_label("name of the trait"), "seats")
    third.get_by_label("operator").select_option("between")
    third.get_by_label("kind of values").select_option("number")
    type_into(third.get_by_label("Condition 3.1: from"), "1")
    type_into(third.get_by_label("Condition 3.1: to"), "20")
    # Who pays, who has ordered twice for more than 50, and who has no seats.
    preview(page, "6 people right now")

    type_into(page.get_by_label("Name", exact=False).first, "Worth a call")
    page.get_by_role("button", name="Create segment").click()
    expect(page.get_by_role("heading", name="Worth a call", level=1)).to_be_focused()
    expect(page.get_by_text("People: 6")).to_be_visible()
    made = next(each for each in shared_server.api("GET", "/segments")["data"] if each["name"] == "Worth a call")
    where = [{"property": "total", "op": "greaterThan", "value": 50}]
    assert made["rule"] == {
        "any": [
            {"trait": "plan", "op": "equals", "value": "pro"},
            {"event": "Ordered", "op": "performed", "count": {"atLeast": 2}, "withinDays": 7, "where": where},
            {"not": {"trait": "seats", "op": "between", "value": [1, 20]}},
        ]
    }
    page.get_by_role("link", name="Show them").click()
    expect(page.get_by_role("status").filter(has_text="6 people")).to_be_visible()


def test_what_is_wrong_is_said_where_it_is(inside: Page, shared_server: Server, people: list[str]) -> None:
    page = inside
    go(page, shared_server, "/segments/new")
    type_into(page.get_by_label("Name", exact=False).first, "Mistaken")
    first = condition(page, "1")
    type_into(first.get_by_label("name of the trait"), "seats")
    first.get_by_label("operator").select_option("greaterThan")
    type_into(first.get_by_label("number"), "many")
    expect(first.get_by_role("alert")).to_have_text('“is more than” takes a number, and there is "many".')
    expect(page.get_by_role("alert")).to_have_count(1)
    preview(page, "once the rule is right")
    page.get_by_role("button", name="Create segment").click()
    expect(page.get_by_role("alert").filter(has_text="It was not saved")).to_be_visible()
    type_into(first.get_by_label("number"), "9")
    expect(page.get_by_role("alert")).to_have_count(0)
    preview(page, "2 people right now")


def test_a_rule_is_written_as_json_too(inside: Page, shared_server: Server, people: list[str]) -> None:
    page = inside
    go(page, shared_server, "/segments/new")
    page.get_by_text("JSON", exact=True).click()
    field = page.get_by_label("Rule as JSON")
    field.fill('{"any":[{"trait":"plan","op":"isOneOf","value":["pro"]},{"trait":"seats","op":"equals","value":1}]}')
    preview(page, "5 people right now")
    page.get_by_text("Builder", exact=True).click()
    expect(condition(page, "1").get_by_label("values, one a line")).to_have_value("pro")
    type_into(condition(page, "2").get_by_label("Condition 2: value"), "2")
    page.get_by_text("JSON", exact=True).click()
    expect(field).to_have_value(re.compile('"value": 2'))
    rule = [{"trait": "plan", "op": "isOneOf", "value": ["pro"]}, {"trait": "seats", "op": "equals", "value": 2}]
    assert json.loads(field.input_value()) == {"any": rule}
    field.fill('{"al": []}')
    expect(page.get_by_text('the nearest is "all"')).to_be_visible()
    field.fill("{")
    expect(page.get_by_text("This is no JSON object.")).to_be_visible()
    page.get_by_text("Builder", exact=True).click()
    page.get_by_role("button", name="Begin a new rule").click()
    expect(page.get_by_text("No condition yet.")).to_be_visible()


def test_a_segment_is_changed_and_deleted_once_nothing_names_it(
    inside: Page, shared_server: Server, people: list[str]
) -> None:
    page = inside
    named = segment(shared_server, "Named", {"trait": "plan", "op": "equals", "value": "pro"})
    user = segment(shared_server, "User", {"not": {"segment": named}})
    go(page, shared_server, f"/segments/{named}")
    expect(page.get_by_text("People: 4")).to_be_visible()
    page.get_by_role("button", name="Delete segment").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is part of the rule of")
    dialog.get_by_role("button", name="Keep it").click()

    go(page, shared_server, f"/segments/{user}")
    expect(condition(page, "1.1").or_(condition(page, "1")).get_by_label("segment").last).to_have_value(named)
    expect(page.get_by_text("People: 8")).to_be_visible()
    condition(page, "1").get_by_label("what it looks at").select_option("trait")
    type_into(condition(page, "1").get_by_label("name of the trait"), "seats")
    condition(page, "1").get_by_label("operator").select_option("exists")
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(page.get_by_text("People: 0")).to_be_visible()

    go(page, shared_server, f"/segments/{named}")
    page.get_by_role("button", name="Delete segment").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_role("heading", name="Segments", level=1).wait_for()
    expect(page.get_by_role("row").filter(has_text="Named")).to_have_count(0)


def test_everyone_is_built_in(inside: Page, shared_server: Server, people: list[str]) -> None:
    go(inside, shared_server, "/segments/Everyone")
    expect(inside.get_by_text("People: 12")).to_be_visible()
    expect(inside.get_by_text("It cannot be changed or deleted.")).to_be_visible()
    expect(inside.get_by_role("button", name="Delete segment")).to_have_count(0)


def test_a_rule_is_built_without_a_mouse(inside: Page, shared_server: Server, people: list[str]) -> None:
    page, press = inside, inside.keyboard.press
    go(page, shared_server, "/segments/new")
    tab_to(page, "Name")
    page.keyboard.type("By keys alone")
    tab_to(page, "Condition 1: name of the trait")
    page.keyboard.type("plan")
    tab_to(page, "Condition 1: value")
    page.keyboard.type("pro")
    tab_to(page, "Add condition")
    press("Enter")
    assert focused(page) == "Condition 2: what it looks at"
    page.keyboard.type("Ev")
    expect(condition(page, "2").get_by_label("what it looks at")).to_have_value("event")
    tab_to(page, "Condition 2: name of the event")
    page.keyboard.type("Ordered")
    tab_to(page, "Where property")
    press("Enter")
    assert focused(page) == "Condition 2, property 1: name of the property"
    tab_to(page, "Remove condition 2, property 1")
    press("Enter")
    assert focused(page).startswith("Where property")
    tab_to(page, "Add group")
    press("Enter")
    assert focused(page) == "Group 3: how its conditions are joined"
    press("Tab")
    assert focused(page).startswith("Remove")
    press("Enter")
    assert focused(page).startswith("Add condition")
    preview(page, "2 people right now")
    tab_to(page, "Create segment")
    press("Enter")
    expect(page.get_by_role("heading", name="By keys alone", level=1)).to_be_focused()

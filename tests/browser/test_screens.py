"""What the screens keep to besides the two walks: sign-in, searching and pausing events, CSV, schema names."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from headwater.base.errors import Conflict
from headwater.base.naming import RESERVED_SCHEMAS, schema_name, snake_case
from tests.browser.window import add_source, answered, arrived, ask, copied, sign_in, type_into
from tests.server import Server

VECTORS = Path(__file__).parents[2] / "web" / "apps" / "dashboard" / "src" / "words" / "fold.vectors.json"


def test_the_form_and_the_server_fold_labels_alike() -> None:
    vectors = json.loads(VECTORS.read_text("utf-8"))
    assert [[text, snake_case(text)] for text, _ in vectors["fold"]] == vectors["fold"]
    assert [[label, schema_name(label, ())] for label, _ in vectors["schema"]] == vectors["schema"]
    assert set(vectors["reserved"]) == RESERVED_SCHEMAS
    for name in vectors["reserved"]:
        with pytest.raises(Conflict):
            schema_name(name, ())


@pytest.mark.browser
def test_a_link_signs_in_once(page: Page, shared_server: Server) -> None:
    link = shared_server.sign_in_link()
    page.goto(f"{shared_server.url}/catalog/sources/candu")
    page.get_by_role("heading", name="Sign in", level=1).wait_for()
    type_into(page.get_by_label("Sign-in link"), "not a link")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This is not a sign-in link")).to_be_visible()
    type_into(page.get_by_label("Sign-in link"), link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Candu", level=1)).to_be_visible()
    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("headwater link")
    assert "token" not in page.url


@pytest.mark.browser
def test_nothing_is_asked_of_another_host(inside: Page, shared_server: Server) -> None:
    asked: list[str] = []
    inside.on("request", lambda request: asked.append(request.url))
    add_source(inside, shared_server.url, "candu", "Hosts")
    inside.goto(f"{shared_server.url}/sql")
    inside.get_by_label("SQL query").wait_for()
    foreign = [url for url in asked if not url.startswith((shared_server.url, "data:", "blob:"))]
    assert len(asked) > 5
    assert foreign == []


@pytest.mark.browser
def test_events_are_searched_and_held_back(inside: Page, shared_server: Server) -> None:
    page = inside
    add_source(page, shared_server.url, "http-api", "Searched")
    key = page.get_by_test_id("write-key").inner_text().strip()

    def send(event: str, plan: str) -> None:
        body = {"userId": "u", "event": event, "properties": {"plan": plan}}
        assert shared_server.send("/v1/track", body, key=key).status_code == 200

    send("First", "free")
    send("Second", "enterprise")
    expect(arrived(page, "Second")).to_be_visible()
    type_into(page.get_by_label("Search in events"), "ENTERPRISE")
    expect(page.get_by_text("1 of 2 events match")).to_be_visible()
    expect(arrived(page, "First")).to_have_count(0)
    type_into(page.get_by_label("Search in events"), " ")
    page.get_by_role("button", name="Pause").click()
    send("Third", "free")
    resume = page.get_by_role("button", name="Resume (1 waiting)")
    expect(resume).to_be_visible()
    expect(arrived(page, "Third")).to_have_count(0)
    resume.click()
    expect(arrived(page, "Third")).to_be_visible()


@pytest.mark.browser
def test_events_go_on_after_the_server_was_away(context: BrowserContext, tmp_path: Path) -> None:
    page = context.new_page()
    server = Server(tmp_path / "data", "--port", str(free_port()))
    try:
        sign_in(page, server)
        add_source(page, server.url, "http-api", "Patient")
        page.get_by_text("Waiting for the first event").wait_for()
        key = page.get_by_test_id("write-key").inner_text().strip()
        server.stop()
        expect(page.get_by_text("connection lost, trying again")).to_be_visible()
        server.start()
        assert server.send("/v1/track", {"userId": "u", "event": "Back"}, key=key).status_code == 200
        expect(arrived(page, "Back")).to_be_visible()
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.browser
def test_a_result_is_cut_paged_and_saved(inside: Page, shared_server: Server) -> None:
    page = inside
    page.goto(f"{shared_server.url}/sql")
    rows = answered(
        page, "SELECT i, 'a,\"' || i AS t, CASE WHEN i = 0 THEN NULL ELSE '' END AS e FROM range(250) AS r(i)"
    )
    assert len(rows) == 100
    page.get_by_role("button", name="Page 3").click()
    expect(page.get_by_role("region", name="Rows of the result").locator("tbody tr")).to_have_count(50)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download CSV").click()
    text = Path(waiting.value.path()).read_bytes().decode()
    assert text.startswith("i,t,e\r\n0,")
    assert [row["t"] for row in csv.DictReader(io.StringIO(text))] == [f'a,"{i}' for i in range(250)]
    answered(page, "SELECT i FROM range(10001) AS r(i)")
    expect(page.get_by_text("There are more rows")).to_be_visible()


@pytest.mark.browser
def test_a_result_has_every_digit(inside: Page, shared_server: Server) -> None:
    page = inside
    page.goto(f"{shared_server.url}/sql")
    row = {"a": "9007199254740993", "b": "9223372036854775807", "k": '{"n":9007199254740993}', "d": "1.0"}
    assert answered(page, f"SELECT {row['a']} a, {row['b']} b, '{row['k']}'::JSON k, 1.0::DOUBLE d") == [row]
    expect(page.get_by_role("cell", name=row["b"])).to_have_class(re.compile("hw-number"))
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download CSV").click()
    text = Path(waiting.value.path()).read_bytes().decode()
    assert list(csv.DictReader(io.StringIO(text))) == [row]


@pytest.mark.browser
def test_an_event_has_every_digit(inside: Page, shared_server: Server) -> None:
    page = inside
    add_source(page, shared_server.url, "http-api", "Digits")
    key = page.get_by_test_id("write-key").inner_text().strip()
    numbers = {"big": 12345678901234567890, "odd": 9007199254740993, "whole": 1.0}
    body = {"userId": "u", "event": "Counted", "messageId": "digits/1", "properties": numbers}
    assert shared_server.send("/v1/track", body, key=key).status_code == 200
    arrived(page, "Counted").click()
    fields = page.get_by_role("region", name="Payload").get_by_role("row")
    for name, value in numbers.items():
        field = fields.filter(has=page.get_by_role("rowheader", name=f"properties.{name}"))
        expect(field.get_by_role("cell")).to_have_text(json.dumps(value))
    page.get_by_text("Raw", exact=True).click()
    assert_digits(copied(page, "raw event"), numbers)
    page.reload()
    arrived(page, "Counted").click()
    page.get_by_text("Raw", exact=True).click()
    assert_digits(page.get_by_role("region", name="raw event").inner_text(), numbers)
    shared_server.wait_closed()
    page.goto(f"{shared_server.url}/flow?event=digits/1")
    assert_digits(page.get_by_role("region", name="payload of the event").inner_text(), numbers)
    expect(page.get_by_role("list", name="The way of the event")).not_to_contain_text("[]")


def assert_digits(shown: str, numbers: dict[str, float]) -> None:
    assert json.dumps(json.loads(shown)["properties"], sort_keys=True) == json.dumps(numbers, sort_keys=True)


@pytest.mark.browser
def test_a_table_of_the_list_goes_into_the_query(inside: Page, shared_server: Server) -> None:
    page = inside
    shared_server.add_source("candu", "Listed")
    page.goto(f"{shared_server.url}/sql")
    page.get_by_role("button", name="listed (schema)").click()
    page.get_by_role("button", name="tutorial_view (table)").click()
    expect(page.get_by_role("listitem").filter(has_text="portal_id").last).to_contain_text("bigint")
    editor = page.get_by_label("SQL query")
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("SELECT count(*) AS n FROM ")
    page.get_by_role("button", name="Insert listed.tutorial_view").click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Rows of the result")).to_contain_text("0")


@pytest.mark.browser
def test_a_wrong_query_is_told_why(inside: Page, shared_server: Server) -> None:
    page = inside
    page.goto(f"{shared_server.url}/sql")
    ask(page, "SELECT * FROM nowhere.nothing")
    expect(page.get_by_role("alert")).to_contain_text("nothing")
    ask(page, "DROP SCHEMA headwater")
    expect(page.get_by_role("alert")).to_contain_text("SELECT")


@pytest.mark.browser
def test_every_page_says_whose_project_it_is(page: Page, shared_server: Server) -> None:
    page.goto(shared_server.url)
    page.get_by_role("heading", name="Sign in", level=1).wait_for()
    expect(page.get_by_role("contentinfo")).to_contain_text("not affiliated with Twilio, Candu or Produktly")
    sign_in(page, shared_server)
    expect(page.get_by_role("contentinfo")).to_contain_text("not affiliated with Twilio, Candu or Produktly")
    page.get_by_role("link", name="Third-party notices").click()
    expect(page.get_by_text("react-dom").first).to_be_visible()

"""People in a real browser: how they come in, found and looked at, why in a segment, and why traits do not appear."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import uuid
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.window import sign_in, type_into
from tests.e2e.people import client_token, person, segment
from tests.server import Server

pytestmark = pytest.mark.browser

ACME = {"name": "ACME", "employees": 329}


def rest(server: Server, key: str, *calls: dict[str, Any]) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {key}"}
    answer = httpx.post(f"{server.url}/api/eventWebhook", json=list(calls), headers=headers, timeout=30)
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture(scope="module")
def key(shared_server: Server) -> str:
    return shared_server.api("POST", "/workspace/api-keys", {"name": "Backend"})["key"]


@pytest.fixture(scope="module")
def ada(shared_server: Server, key: str) -> dict[str, Any]:
    """Someone with traits, a group and orders; beside her there are a hundred others."""
    ordered = {"type": "track", "userId": "ada", "event": "Ordered", "properties": {"total": 12, "id": 2**53 + 1}}
    traits = {"name": "Ada", "email": "ada@example.com", "plan": "pro", "home": {"city": "London"}}
    others = [{"type": "identify", "userId": f"other-{n}", "traits": {"plan": "free"}} for n in range(60)]
    rest(shared_server, key, *others, {"type": "identify", "userId": "ada", "traits": traits})
    rest(shared_server, key, {"type": "group", "userId": "ada", "groupId": "acme", "traits": ACME}, ordered)
    return person(shared_server, "ada", lambda each: len(each["groups"]) == 1)


def test_where_nobody_was_seen_the_three_ways_in_are_shown(inside: Page, shared_server: Server) -> None:
    page, made = inside, shared_server.api("POST", "/workspaces", {"name": "Empty", "region": "us"})
    page.evaluate("id => sessionStorage.setItem('headwater-workspace', id)", made["id"])
    page.goto(f"{shared_server.url}/people")
    expect(page.get_by_role("heading", name="Nobody has been seen yet")).to_be_visible()
    script = page.get_by_role("region", name="script for your pages")
    expect(script).to_contain_text(f"{shared_server.url}/sdk/latest/headwater.js")
    expect(script).to_contain_text(made["clientToken"])
    expect(page.get_by_role("region", name="address for Segment's Webhooks destination")).to_have_text(
        f"{shared_server.url}/api/eventWebhook"
    )
    expect(page.get_by_role("region", name="call of the REST door")).to_contain_text('"type": "identify"')
    page.get_by_role("link", name="The REST door").click()
    page.get_by_role("heading", name="REST API", level=1).wait_for()


def test_people_are_found_by_id_address_trait_and_segment(inside: Page, shared_server: Server, ada: Any) -> None:
    page = inside
    paying = segment(shared_server, "Paying", {"trait": "plan", "op": "equals", "value": "pro"})
    page.get_by_role("navigation", name="Main").get_by_role("link", name="People").click()
    table = page.get_by_role("table", name="People")
    expect(page.get_by_role("status").filter(has_text="1–50 of 61 people")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("status").filter(has_text="51–61 of 61 people")).to_be_visible()
    search = page.get_by_label("User id, e-mail or name")
    for text in ("ada@exam", "Ada", ada["userIds"][0]):
        type_into(search, text)
        expect(page.get_by_role("status").filter(has_text="1 person")).to_be_visible()
        expect(table.get_by_role("link", name="Ada")).to_be_visible()
    type_into(search, "nobody at all")
    expect(page.get_by_text("Nobody matches.")).to_be_visible()
    search.fill("")
    type_into(page.get_by_label("Trait", exact=True), "plan")
    type_into(page.get_by_label("Value of the trait"), "pro")
    expect(page.get_by_role("status").filter(has_text="1 person")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Value of the trait")).to_have_value("pro")
    expect(page.get_by_role("status").filter(has_text="1 person")).to_be_visible()
    page.get_by_label("Value of the trait").fill("")
    expect(page.get_by_role("status").filter(has_text="of 61 people")).to_be_visible()
    page.get_by_label("Segment").select_option(value=paying)
    expect(page.get_by_role("status").filter(has_text="1 person")).to_be_visible()
    table.get_by_role("link", name="Ada").click()
    expect(page.get_by_role("heading", name="Ada", level=1)).to_be_focused()


def test_a_person_with_ids_traits_groups_and_events(inside: Page, shared_server: Server, ada: Any) -> None:
    page = inside
    page.goto(f"{shared_server.url}/people/{ada['id']}")
    traits = page.get_by_role("region", name="The traits of the person")
    expect(traits.get_by_role("row", name="plan pro")).to_be_visible()
    expect(traits.get_by_role("row", name="home.city London")).to_be_visible()
    expect(page.get_by_role("region", name="Ids")).to_contain_text(ada["id"])
    expect(page.get_by_role("region", name="The traits of the group acme")).to_contain_text("329")
    expect(page.get_by_role("list", name="Segments of the person")).to_contain_text("Everyone")
    line = page.get_by_role("list", name="Events of the person, newest first").get_by_role("listitem")
    ordered = line.filter(has_text="Ordered")
    expect(ordered).to_contain_text("clean")
    expect(ordered).to_contain_text("row")
    ordered.get_by_role("button").first.click()
    expect(ordered.get_by_role("region", name="Payload")).to_contain_text("properties.total")
    ordered.get_by_text("Raw", exact=True).click()
    expect(ordered.get_by_role("region", name="raw event")).to_contain_text(f'"id": {2**53 + 1}')


def test_why_a_person_is_in_a_segment_and_not_in_another(inside: Page, shared_server: Server, ada: Any) -> None:
    page = inside
    inside_of = segment(
        shared_server,
        "Buyers",
        {"all": [{"trait": "plan", "op": "equals", "value": "pro"}, {"event": "Ordered", "op": "performed"}]},
    )
    outside_of = segment(
        shared_server,
        "Others",
        {
            "any": [
                {"trait": "plan", "op": "equals", "value": "free"},
                {"trait": "seats", "op": "greaterThan", "value": 5},
            ]
        },
    )
    page.goto(f"{shared_server.url}/people/{ada['id']}")
    explain = page.get_by_role("region", name="Why is this person (not) in this segment?")
    explain.get_by_label("Segment").select_option(value=inside_of)
    expect(explain.get_by_role("status")).to_contain_text("In Buyers")
    expect(explain.get_by_text('plan is "pro" the person has "pro"')).to_be_visible()
    expect(explain.get_by_text("the person did it once")).to_be_visible()
    explain.get_by_label("Segment").select_option(value=outside_of)
    expect(explain.get_by_role("status")).to_contain_text("Not in Others")
    expect(explain.get_by_text('plan is "free" the person has "pro"')).to_be_visible()
    expect(explain.get_by_text("seats is more than 5 the person has none")).to_be_visible()
    assert explain.get_by_text("no", exact=True).count() == 3


@pytest.mark.seed("S2.16")
@pytest.mark.seed("S2.17")
@pytest.mark.seed("S2.18")
def test_why_traits_do_not_appear(page: Page, server: Server) -> None:
    sign_in(page, server)
    page.goto(f"{server.url}/people")
    page.get_by_role("link", name="Traits are not appearing?").click()
    expect(page.get_by_role("heading", name="Traits are not appearing", level=1)).to_be_focused()

    def question(name: str, answer: str) -> Any:
        asked = page.get_by_role("region", name=name)
        expect(asked.get_by_text(answer, exact=True).first).to_be_visible()
        return asked

    script = question("Is the script loaded in your pages?", "no")
    expect(script).to_contain_text(client_token(server))
    script.get_by_text("Look at it in the browser").click()
    expect(script.get_by_role("region", name="what to ask in the console")).to_contain_text("Candu.providerProps")
    question("Is a source on that sends identify calls?", "no")
    question("Do the identify calls carry traits?", "no")
    question("Does the REST door take what your back end sends?", "not used")
    question("Are all trait names written as they should be?", "yes")

    source = server.add_source("http-api", "App_Backend")
    destination = server.api(
        "POST",
        "/destinations",
        {"catalog": "webhook", "name": "Mirror", "settings": {"url": "https://receiver.example"}},
    )
    server.api("PATCH", f"/destinations/{destination['id']}", {"enabled": False})
    for name in ("email", "Email", "emial", "company", "comapny"):
        call = {"type": "identify", "userId": f"user-of-{name}", "traits": {name: "x@example.com", "plan": "pro"}}
        assert server.send("/v1/identify", call, key=source["writeKeys"][0]).status_code == 200
    rest_key = server.api("POST", "/workspace/api-keys", {"name": "Backend"})["key"]
    good = {"type": "identify", "userId": "u", "traits": {"plan": "pro"}}
    bad = ({"type": "track", "userId": "u", "properties": {}}, {"type": "identify", "traits": {}})
    answered = rest(server, rest_key, good, *bad)
    codes = [each["code"] for each in answered["rejected"]]
    assert codes == ["event_not_defined", "no_user_anon_id"]
    looked = {"id": str(uuid.uuid4()), "type": "Track", "anonymousId": "a-1", "eventName": "Looked", "properties": {}}
    door = f"{server.url}/api/events/batch?token={client_token(server)}"
    assert httpx.post(door, content=json.dumps([looked]), timeout=30).status_code == 200
    person(server, "user-of-comapny")
    expect(look_again(page, "App_Backend", "5")).to_contain_text("enabled")

    question("Is the script loaded in your pages?", "yes")
    identifies = question("Is a source on that sends identify calls?", "yes")
    expect(identifies.get_by_role("list", name="Destinations")).to_contain_text("Mirror: disabled")
    question("Do the identify calls carry traits?", "yes")
    refused = question("Does the REST door take what your back end sends?", "no")
    for code in codes:
        expect(refused.get_by_role("list", name="Refused at the REST door")).to_contain_text(code)
    expect(refused).to_contain_text("2 of the latest 3 items were refused")
    names = question("Are all trait names written as they should be?", "no")
    slips = names.get_by_role("list", name="Names that look like slips").get_by_role("listitem")
    expect(slips.filter(has_text="Email:")).to_contain_text("is it meant as “email”?")
    expect(slips.filter(has_text="emial:")).to_contain_text("1 person has it")
    expect(slips).to_have_count(3)

    silent = {"type": "track", "userId": "silent ", "event": "Came"}
    rest(server, rest_key, silent, {"type": "identify", "userId": "u", "traits": {"plan": "pro", "": 1}})
    person(server, "silent ")
    person(server, "u", lambda each: "" in each["traits"])
    server.restart()
    page.goto(f"{server.url}/people/troubleshooting")
    expect(question("Is the script loaded in your pages?", "yes")).to_contain_text("A page sent its last event")
    carried = question("Do the identify calls carry traits?", "yes, 6 of 7")
    expect(carried.get_by_role("list", name="Users without traits")).to_have_text(re.compile(r"^silent .*\(a blank\)"))
    rest_door = page.get_by_role("region", name="Does the REST door take what your back end sends?")
    expect(rest_door).to_contain_text("before the server was started")
    expect(slips.filter(has_text="(empty):")).to_contain_text("nothing of this name can be seen")
    expect(slips).to_have_count(4)


def test_blanks_of_an_id_are_seen_and_said(inside: Page, shared_server: Server, key: str) -> None:
    rest(shared_server, key, *({"type": "track", "userId": id, "event": "Came"} for id in ("blank", " blank")))
    found = person(shared_server, " blank")
    inside.goto(f"{shared_server.url}/people?q=blank")
    expect(inside.get_by_role("link", name="(a blank) blank")).to_be_visible()
    expect(inside.get_by_role("link", name="blank", exact=True)).to_be_visible()
    inside.goto(f"{shared_server.url}/people/{found['id']}")
    ids = inside.get_by_role("region", name="Ids")
    expect(ids).to_contain_text("(a blank) blank")
    mark = ids.locator(".hw-blank").bounding_box()
    assert mark is not None
    assert mark["width"] > 5


def look_again(page: Page, source: str, identifies: str) -> Any:
    """The line of a source, asked for until so many of its identify calls have their row."""
    line = (
        page.get_by_role("row")
        .filter(has_text=source)
        .filter(has=page.get_by_role("cell", name=identifies, exact=True))
    )
    for _ in range(60):
        page.get_by_role("button", name="Look again").click()
        page.wait_for_timeout(500)
        if line.count() == 1:
            break
    return line


def test_signatures_are_observed_then_required(inside: Page, shared_server: Server) -> None:
    page, server = inside, shared_server
    page.get_by_role("link", name="Settings", exact=True).click()
    page.get_by_role("link", name="Signed identities").click()
    page.get_by_role("heading", name="Signed identities", level=1).wait_for()
    type_into(page.get_by_label("Name of a new secret"), "Back end")
    page.get_by_role("button", name="Create secret").click()
    secret = page.get_by_role("region", name="identity secret").inner_text().strip()
    page.get_by_role("radio", name="Observe").click()
    expect(page.get_by_text("No user id has come from a page")).to_be_visible()

    def told(user_id: str, signature: str | None) -> int:
        event = {"id": str(uuid.uuid4()), "type": "Track", "userId": user_id, "eventName": "Came", "properties": {}}
        door = f"{server.url}/api/events/batch?token={client_token(server)}"
        return httpx.post(door, json=[event | ({"hmac": signature} if signature else {})], timeout=30).status_code

    signature = hmac.new(secret.encode(), b"honest", hashlib.sha256).hexdigest()
    assert [told("honest", signature), told("posing", None), told("wrong", signature)] == [200, 200, 200]
    row = page.get_by_role("row").filter(has_text="Customer events")
    expect(row.get_by_role("cell")).to_have_text(["1", "1", "1"])
    newest = page.get_by_role("list", name="User ids without a right signature")
    expect(newest.get_by_role("listitem").filter(has_text="posing")).to_contain_text("no signature")
    expect(newest.get_by_role("listitem").filter(has_text="wrong").first).to_contain_text("wrong signature")

    page.get_by_role("radio", name="Require").click()
    page.get_by_role("dialog").get_by_role("button", name="Require signatures").click()
    expect(page.get_by_role("radio", name="Require")).to_be_checked()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [told("honest", signature), told("posing", None)] == [200, 403]
    page.reload()
    expect(page.get_by_role("list", name="Identity secrets")).to_contain_text("Back end")
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name="Remove Back end").click()
    dialog = page.get_by_role("dialog", name="Remove the secret Back end?")
    expect(dialog).to_contain_text("It is the last secret, and signatures are required: every user id from a page")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Remove Back end")).to_be_focused()
    assert told("honest", signature) == 200
    page.get_by_role("radio", name="Off").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("button", name="Remove Back end").click()
    expect(dialog).to_contain_text("Signatures are not asked for just now")
    dialog.get_by_role("button", name="Remove the secret").click()
    expect(page.get_by_text("No secret yet.")).to_be_visible()
    assert told("posing", None) == 200


def test_what_is_held_is_handed_out_then_erased(inside: Page, shared_server: Server, key: str) -> None:
    page, who = inside, f"leaves-{uuid.uuid4().hex[:8]}"
    rest(shared_server, key, {"type": "identify", "userId": who, "traits": {"email": f"{who}@example.com"}})
    page.goto(f"{shared_server.url}/people/{person(shared_server, who)['id']}")
    held = page.get_by_role("region", name="What is held of them")
    with page.expect_download() as waiting:
        held.get_by_role("link", name="Download all of it").click()
    assert f"{who}@example.com" in waiting.value.path().read_text()
    held.get_by_role("button", name="Erase…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Take no events of theirs any more").check()
    dialog.get_by_role("button", name="Erase", exact=True).click()
    expect(dialog.get_by_role("status")).to_contain_text("Erased from all")
    dialog.get_by_role("button", name="To the people").click()
    page.get_by_role("heading", name="People", level=1).wait_for()
    type_into(page.get_by_label("User id, e-mail or name"), who)
    expect(page.get_by_text("Nobody matches.")).to_be_visible()

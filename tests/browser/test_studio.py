"""The studio: contents from their first name to published, placed, compared, brought back, put away and carried."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.showing import block, draft, placement, publish, tree
from tests.browser.test_keyboard import focused, tab_to
from tests.browser.test_people import rest
from tests.browser.window import copied, type_into
from tests.e2e.people import client_token, person, segment, until
from tests.server import Server

pytestmark = pytest.mark.browser

Json = dict[str, Any]


def heading(text: str, id_: str = "head") -> Json:
    return block("heading", id_, text=text)


def go(page: Page, server: Server, path: str) -> None:
    page.goto(f"{server.url}{path}")
    page.get_by_role("heading", level=1).wait_for()


def content(server: Server, id_: Any) -> Json:
    return server.api("GET", f"/content/{id_}")


def write(server: Server, made: Json, shown: Json, at: int = 0) -> Json:
    """Saves a draft by the API, as somebody else does while the studio is open."""
    one = content(server, made["id"])["documents"][at]
    path = f"/content/{made['id']}/documents/{one['id']}"
    return server.api("PATCH", path, {"revision": one["revision"], "tree": shown})


def first_text(server: Server, made: Json) -> str:
    return content(server, made["id"])["documents"][0]["tree"]["blocks"][0]["props"]["text"]


def as_json(page: Page) -> Locator:
    page.get_by_text("JSON", exact=True).click()
    return page.get_by_label("Design as JSON")


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def test_a_content_goes_from_its_name_to_people(inside: Page, shared_server: Server) -> None:
    page = inside
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Content", exact=True).click()
    page.get_by_role("button", name="New content").click()
    dialog = page.get_by_role("dialog", name="New content")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_text("Give the content a name.")).to_be_visible()
    type_into(dialog.get_by_label("Name"), "Spring banner")
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Spring banner", level=1)).to_be_focused()
    assert content(shared_server, "spring-banner")["name"] == "Spring banner"
    page.wait_for_url(re.compile(r"/content/\d+"))
    made = content(shared_server, re.search(r"/content/(\d+)", page.url)[1])
    write(shared_server, made, tree(heading("Spring is here")))

    tab(page, "Placements")
    page.get_by_role("button", name="Add placement").click()
    page.get_by_role("button", name="Save placement").click()
    expect(page.get_by_text("Choose the element on the page, or write a selector.")).to_be_visible()
    expect(page.get_by_label("Selectors")).to_be_focused()
    type_into(page.get_by_label("Selectors"), "#slot")
    page.get_by_label("Show it", exact=True).select_option("before")
    page.get_by_role("button", name="Add rule to show on").click()
    expect(page.get_by_label("Show on, rule 1: value")).to_be_focused()
    page.keyboard.type("/shop/*")
    type_into(page.get_by_label("Try an address"), "https://app.example.com/shop/7")
    expect(page.get_by_text("It shows there.")).to_be_visible()
    type_into(page.get_by_label("Try an address"), "https://app.example.com/shop")
    expect(page.get_by_text("It does not show there. It does not fit path /shop/*.")).to_be_visible()
    page.get_by_label("How often", exact=True).select_option("times")
    type_into(page.get_by_label("Times", exact=True), "2")
    page.get_by_label("Phone (up to 639 px)").check()
    page.get_by_role("button", name="Save placement").click()
    line = page.get_by_role("list", name="Placements").get_by_role("listitem")
    expect(line).to_contain_text("before #slot; on path /shop/*")
    expect(line).to_contain_text("at most 2 times within 30 days; on mobile")
    expect(page.get_by_role("button", name="Add placement")).to_be_focused()
    kept = content(shared_server, made["id"])["placements"][0]
    assert (kept["frequency"], kept["devices"]) == ({"kind": "times", "times": 2, "days": 30}, ["mobile"])

    page.get_by_role("button", name="Publish…").click()
    dialog = page.get_by_role("dialog", name="Publish Spring banner")
    type_into(dialog.get_by_label("Note"), "For the shop")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(dialog.get_by_text("Published. Whoever opens a page now sees it")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Publish…")).to_be_focused()
    page.get_by_role("navigation", name="Where this is").get_by_role("link", name="Content").click()
    expect(row(page, "Spring banner")).to_contain_text("Published")
    assert content(shared_server, made["id"])["livePlacements"] == [kept]

    write(shared_server, made, tree(heading("Spring is over")))
    page.reload()
    expect(row(page, "Spring banner")).to_contain_text("Changed")
    page.get_by_label("Status").select_option("draft")
    expect(row(page, "Spring banner")).to_have_count(0)


@pytest.mark.seed("S3.12")
def test_the_slug_of_a_content_stands_in_its_settings(inside: Page, shared_server: Server) -> None:
    page = inside
    made = publish(shared_server, "Trial nears its end", tree(heading("Three days")), placement())
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Content", exact=True).click()
    row(page, "Trial nears its end").get_by_role("link").first.click()
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_role("textbox", name="Slug")).to_have_value(made["slug"])
    assert copied(page, "slug") == made["slug"]
    assert copied(page, "contentId") == made["contentId"]
    type_into(page.get_by_role("textbox", name="Slug"), "trial-end")
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert content(shared_server, made["id"])["slug"] == "trial-end"


def test_what_would_break_cannot_go_out(inside: Page, shared_server: Server) -> None:
    page = inside
    picture = block("image", "pic", src="/headwater.svg", alt="")
    made = draft(shared_server, "Broken", tree(heading("Look"), picture), placement())
    go(page, shared_server, f"/content/{made['id']}?tab=settings")
    page.get_by_role("button", name="Publish…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("This would break for people")).to_be_visible()
    expect(dialog.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    dialog.get_by_role("list", name="What the check found").get_by_role("link", name="Open the block").first.click()
    expect(page.get_by_role("tab", name="Design")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("treeitem", selected=True).or_(page.locator("[aria-current=true]")).first).to_contain_text(
        "Image"
    )


def test_versions_are_compared_and_brought_back(inside: Page, shared_server: Server) -> None:
    page = inside
    made = publish(shared_server, "Versions", tree(heading("First"), block("divider", "line")), placement())
    write(shared_server, made, tree(heading("Second")))
    shared_server.api("POST", f"/content/{made['id']}/publish", {"note": "Shorter"})
    go(page, shared_server, f"/content/{made['id']}?tab=versions")
    second = page.get_by_role("row").filter(has_text="Shorter")
    expect(second).to_contain_text("live")
    expect(page.get_by_text("They are the same.")).to_be_visible()
    page.get_by_label("From", exact=True).select_option("version 1")
    found = page.get_by_role("list", name="Differences")
    expect(found).to_contain_text("First")
    expect(found.locator("ins")).to_have_text("Second")
    expect(found).to_contain_text("divider")
    page.get_by_role("button", name="Bring back… version 1").click()
    dialog = page.get_by_role("dialog", name="Bring back version 1?")
    expect(dialog.get_by_role("list", name="Differences").locator("ins")).to_have_text("First")
    dialog.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_role("row").filter(has_text="Shorter")).not_to_contain_text("live")
    assert first_text(shared_server, made) == "First"
    tab(page, "Design")
    expect(page.get_by_role("region", name="Canvas").get_by_role("heading", name="First")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_second_editor_is_warned_before_anything_is_lost(inside: Page, shared_server: Server) -> None:
    page = inside
    made = draft(shared_server, "Shared", tree(heading("Mine")))
    go(page, shared_server, f"/content/{made['id']}")
    field = as_json(page)
    write(shared_server, made, tree(heading("Theirs"), block("divider", "line")))
    warning = page.get_by_role("alert").filter(has_text="changed this design")
    expect(warning).to_be_visible()

    # What is written on top of the older one is not saved before the author has chosen.
    field.fill(field.input_value().replace("Mine", "Mine again"))
    expect(page.get_by_test_id("saving")).to_have_text("Not saved: somebody else changed it")
    warning.get_by_role("button", name="See what differs").click()
    dialog = page.get_by_role("dialog", name="Theirs and yours")
    changes = dialog.get_by_role("list", name="How yours differs from theirs")
    expect(changes.locator("del")).to_have_text("Theirs")
    expect(changes.locator("ins")).to_have_text("Mine again")
    expect(changes).to_contain_text("divider")
    assert first_text(shared_server, made) == "Theirs"
    dialog.get_by_role("button", name="Overwrite with mine").click()
    expect(page.get_by_test_id("saving")).to_have_text("Saved")
    assert first_text(shared_server, made) == "Mine again"

    write(shared_server, made, tree(heading("Theirs once more")))
    page.get_by_role("button", name="Take theirs").click()
    expect(field).to_have_value(re.compile("Theirs once more"))
    expect(page.get_by_test_id("saving")).to_have_text("Saved")
    field.fill(field.input_value().replace("once more", "and mine"))
    expect(page.get_by_test_id("saving")).to_have_text("Saved")
    assert first_text(shared_server, made) == "Theirs and mine"

    # The same in the editor: what it does is saved, and what somebody else did is drawn once it is taken.
    page.get_by_text("Editor", exact=True).click()
    canvas = page.get_by_role("region", name="Canvas")
    expect(canvas.get_by_role("heading", name="Theirs and mine")).to_be_visible()
    page.get_by_role("button", name="Add Badge").click()
    expect(page.get_by_test_id("saving")).to_have_text("Saved")
    types = [each["type"] for each in content(shared_server, made["id"])["documents"][0]["tree"]["blocks"]]
    assert types == ["heading", "badge"]
    write(shared_server, made, tree(heading("The last word")))
    page.get_by_role("button", name="Take theirs").click()
    expect(canvas.get_by_role("heading", name="The last word")).to_be_visible()


def test_what_belongs_to_the_whole_content_is_not_overwritten_unseen(inside: Page, shared_server: Server) -> None:
    page = inside
    made = draft(shared_server, "Renamed", tree(heading("Hello")))
    go(page, shared_server, f"/content/{made['id']}?tab=settings")
    type_into(page.get_by_role("textbox", name="Name", exact=True), "Renamed here")
    revision = content(shared_server, made["id"])["revision"]
    shared_server.api("PATCH", f"/content/{made['id']}", {"revision": revision, "name": "Renamed there"})
    page.get_by_role("button", name="Save", exact=True).click()
    warning = page.get_by_role("alert").filter(has_text="was faster")
    expect(warning).to_contain_text("Renamed there")
    expect(warning).to_contain_text("Renamed here")
    assert content(shared_server, made["id"])["name"] == "Renamed there"
    warning.get_by_role("button", name="Overwrite with mine").click()
    expect(page.get_by_role("heading", name="Renamed here", level=1)).to_be_visible()


def test_segments_are_added_ordered_and_copied(inside: Page, shared_server: Server) -> None:
    page = inside
    pays = segment(shared_server, "Pays", {"trait": "plan", "op": "equals", "value": "pro"})
    tries = segment(shared_server, "Tries", {"trait": "plan", "op": "equals", "value": "free"})
    made = draft(shared_server, "For several", tree(heading("For all")))
    go(page, shared_server, f"/content/{made['id']}")
    for each in (pays, tries):
        page.get_by_role("button", name="Add segment").click()
        dialog = page.get_by_role("dialog", name="Add a segment")
        dialog.get_by_label("Segment").select_option(each)
        dialog.get_by_label("Begin with").select_option(label="a copy of that for Everyone")
        dialog.get_by_role("button", name="Add segment").click()
        expect(dialog).to_have_count(0)

    def order() -> list[str]:
        return [each["segmentId"] for each in content(shared_server, made["id"])["documents"]]

    assert order() == [pays, tries, "Everyone"]
    expect(page.get_by_role("tab", name="2 Tries")).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Move earlier").click()
    expect(page.get_by_role("tab", name="1 Tries")).to_be_visible()
    assert order() == [tries, pays, "Everyone"]
    page.get_by_role("tab", name="2 Pays").drag_to(page.get_by_role("tab", name="1 Tries"))
    expect(page.get_by_role("tab", name="1 Pays")).to_be_visible()
    until(order, lambda found: found == [pays, tries, "Everyone"])
    page.get_by_role("tab", name="3 Everyone").click()
    expect(page.get_by_role("button", name="Move earlier")).to_have_attribute("aria-disabled", "true")

    page.get_by_role("tab", name="1 Pays").click()
    field = as_json(page)
    field.fill(field.input_value().replace("For all", "For those who pay"))
    expect(page.get_by_test_id("saving")).to_have_text("Saved")
    page.get_by_role("tab", name="2 Tries").click()
    page.get_by_role("button", name="Copy from").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Copy it").click()
    expect(dialog).to_have_count(0)
    texts = [each["tree"]["blocks"][0]["props"]["text"] for each in content(shared_server, made["id"])["documents"]]
    assert texts == ["For those who pay", "For those who pay", "For all"]
    asks = segment(shared_server, "Asks", {"trait": "asks", "op": "exists"})
    page.reload()
    page.get_by_role("button", name="Change segment").click()
    page.get_by_role("dialog").get_by_label("Segment").select_option(asks)
    page.get_by_role("dialog").get_by_role("button", name="Change segment").click()
    expect(page.get_by_role("tab", name="2 Asks")).to_be_visible()
    assert order() == [pays, asks, "Everyone"]
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("tab", name="Asks")).to_have_count(0)
    assert order() == [pays, "Everyone"]


def test_a_content_is_put_away_and_comes_back(inside: Page, shared_server: Server) -> None:
    page = inside
    made = publish(shared_server, "Summer sale", tree(heading("Sale")), placement())
    go(page, shared_server, f"/content/{made['id']}?tab=settings")
    page.get_by_role("button", name="Delete content").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("button", name="Restore")).to_be_visible()
    expect(page.get_by_role("button", name="Publish…")).to_have_count(0)
    page.get_by_role("navigation", name="Where this is").get_by_role("link", name="Content").click()
    page.get_by_role("heading", name="Content", level=1).wait_for()
    expect(row(page, "Summer sale")).to_have_count(0)
    page.get_by_label("Status").select_option("archived")
    row(page, "Summer sale").get_by_role("link").click()
    tab(page, "Settings")
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("button", name="Archive")).to_be_visible()
    page.get_by_role("button", name="Delete content").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_role("heading", name="Content", level=1).wait_for()
    shared_server.api("GET", f"/content/{made['id']}", status=404)


def test_a_content_goes_out_as_a_file_and_comes_in_again(inside: Page, shared_server: Server, tmp_path: Path) -> None:
    page = inside
    made = draft(shared_server, "To carry", tree(heading("Carried")), placement(page="/home"))
    go(page, shared_server, f"/content/{made['id']}?tab=settings")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert json.loads(file.read_text())["headwater"] == "content"

    go(page, shared_server, "/content")
    page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog", name="Import content")
    other = tmp_path / "other.json"
    other.write_text("[]")
    dialog.get_by_label("File").set_input_files(other)
    expect(dialog.get_by_role("alert")).to_have_text("other.json holds no exported content.")
    dialog.get_by_label("File").set_input_files(file)
    dialog.get_by_role("button", name="Import To carry").click()
    expect(page.get_by_role("heading", name="To carry", level=1)).to_be_focused()
    brought = content(shared_server, re.sub(r"[?#].*", "", page.url).rsplit("/", 1)[-1])
    assert brought["id"] != made["id"]
    assert [each["tree"] for each in brought["documents"]] == [each["tree"] for each in made["documents"]]
    assert brought["placements"][0]["selectors"] == ["#slot"]


def test_an_element_is_chosen_on_the_page_itself(inside: Page, shared_server: Server) -> None:
    page = inside
    made = draft(shared_server, "Picked", tree(heading("Here")))
    go(page, shared_server, f"/content/{made['id']}?tab=placements")
    page.get_by_role("button", name="Add placement").click()
    type_into(page.get_by_label("Page with the element"), f"{shared_server.url}/demo/")
    with page.context.expect_page() as opening:
        page.get_by_role("button", name="Choose on page").click()
    there = opening.value
    there.wait_for_url(re.compile("headwater_author="), timeout=PATIENCE_MS)
    code = there.url.split("headwater_author=")[1].split("&")[0]
    door = f"{shared_server.url}/api/author?token={client_token(shared_server)}&code={code}"
    assert httpx.get(door, timeout=30).status_code == 200
    chosen = {"selectors": ["#team", "main > section"], "text": "Your team", "url": f"{shared_server.url}/demo/"}
    assert httpx.post(door, json=chosen, timeout=30).status_code == 200
    expect(page.get_by_label("Selectors")).to_have_value("#team\nmain > section")
    expect(page.get_by_label("Text of the element")).to_have_value("Your team")
    there.close()
    expect(page.get_by_label("Show on, rule 1: value")).to_have_value("/demo/")
    keeps_room(page)
    page.get_by_role("button", name="Save placement").click()
    expect(page.get_by_role("list", name="Placements")).to_contain_text("#team")
    saved = content(shared_server, made["id"])["placements"][0]
    assert (saved["text"], saved["pages"]["show"]) == ("Your team", [{"kind": "path", "value": "/demo/"}])


def keeps_room(page: Page) -> None:
    """The lines for the page's own styles, as high as the design is."""
    page.get_by_text("Keep room for a first visit").click()
    lines = page.get_by_role("region", name="styles that keep room")
    expect(lines).to_have_text(re.compile(r'^\[data-headwater="[\w-]+"\] \{ min-height: [1-9]\d*px \}'))
    page.get_by_label("Show it", exact=True).select_option("inside")
    expect(lines).to_have_text(re.compile(r"^#team \{ min-height: [1-9]\d*px \}"))


def test_why_somebody_sees_it_or_not(inside: Page, shared_server: Server) -> None:
    page = inside
    key = shared_server.api("POST", "/workspace/api-keys", {"name": "Backend"})["key"]
    rest(shared_server, key, {"type": "identify", "userId": "wendy", "traits": {"plan": "pro"}})
    person(shared_server, "wendy")
    pays = segment(shared_server, "Payers", {"trait": "plan", "op": "equals", "value": "pro"})
    made = draft(shared_server, "Explained", tree(heading("Why")), placement(page="/home"))
    shared_server.api(
        "POST", f"/content/{made['id']}/documents", {"segmentId": pays, "copyOf": made["documents"][0]["id"]}
    )
    shared_server.api("POST", f"/content/{made['id']}/publish", {})
    go(page, shared_server, f"/content/{made['id']}?tab=why")
    type_into(page.get_by_label("User id, e-mail or name"), "wendy")
    type_into(page.get_by_label("Address of the page"), "https://app.example.com/home")
    page.get_by_role("button", name="Find out").click()
    expect(page.get_by_text(re.compile("wendy gets the design for Payers"))).to_be_visible()
    expect(page.get_by_role("list", name="Segments")).to_contain_text('the person has "pro"')
    type_into(page.get_by_label("Address of the page"), "https://app.example.com/elsewhere")
    page.get_by_role("button", name="Find out").click()
    expect(page.get_by_text(re.compile("wendy sees nothing of it"))).to_be_visible()
    expect(page.get_by_role("list", name="Placements")).to_contain_text("shown on path /home")


def test_a_draft_is_looked_at_on_the_demo_page(inside: Page, shared_server: Server) -> None:
    page = inside
    made = publish(shared_server, "Previewed", tree(heading("What is live")), placement(selectors=("main",)))
    write(shared_server, made, tree(heading("What is a draft")))
    go(page, shared_server, f"/content/{made['id']}")
    page.get_by_role("button", name="Preview…").click()
    dialog = page.get_by_role("dialog", name="Preview")
    with page.context.expect_page() as opening:
        dialog.get_by_role("button", name="Show it on the demo page").click()
    there = opening.value
    expect(there.get_by_role("heading", name="What is a draft")).to_be_visible()
    expect(there.get_by_role("heading", name="What is live")).to_have_count(0)
    there.close()
    expect(dialog.get_by_role("link", name="Open the preview")).to_be_visible()


def test_what_it_brought_about_is_counted(inside: Page, shared_server: Server, tmp_path: Path) -> None:
    page = inside
    made = publish(shared_server, "Counted", tree(heading("Look")), placement())
    one = made["documents"][0]
    ids = {"contentId": made["contentId"], "slug": made["slug"], "versionId": one["versionId"]}
    ids |= {"segmentId": "Everyone", "documentId": one["id"]}
    used = ids | {"eventName": "Counted - Go clicked", "trigger": "OnClick"}
    events = [
        {"type": "Screen", "userId": "vera", "screenName": "candu.sdk.content", "properties": ids},
        {"type": "Screen", "anonymousId": "someone", "screenName": "candu.sdk.content", "properties": ids},
        {"type": "Track", "userId": "vera", "eventName": "candu.sdk.content.interaction", "properties": used},
    ]
    door = f"{shared_server.url}/api/events/batch?token={client_token(shared_server)}"
    assert httpx.post(door, json=events, timeout=30).status_code == 200
    numbers = f"/content/{made['id']}/numbers"
    until(lambda: shared_server.api("GET", numbers)["totals"], lambda each: each["views"] == 2 and each["interactions"])
    go(page, shared_server, f"/content/{made['id']}?tab=numbers")
    totals = page.get_by_role("region", name="In all")
    expect(totals).to_contain_text(re.compile(r"Views\s*2\s*Unique viewers\s*2\s*Interactions\s*1"))
    expect(totals).to_contain_text(re.compile(r"Conversion\s*50 %"))
    expect(page.get_by_role("group", name="By label", exact=True).get_by_role("row").last).to_contain_text(
        "Counted - Go clicked"
    )
    viewers = page.get_by_role("table", name="Who saw it, the latest first")
    expect(viewers.get_by_role("link", name="vera")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Viewers as CSV").click()
    file = tmp_path / "viewers.csv"
    waiting.value.save_as(file)
    assert file.read_text().count("vera") == 1
    type_into(page.get_by_label("Path of the page"), "/nowhere")
    expect(totals).to_contain_text(re.compile(r"Views\s*0"))


def test_colours_that_cannot_be_read_are_refused(inside: Page, shared_server: Server) -> None:
    page = inside
    go(page, shared_server, "/settings/styleguide")
    field = page.get_by_label("Colours: muted", exact=True)
    type_into(field, "#aaaaaa")
    expect(page.get_by_text("2 pairs of colours are too alike.")).to_be_visible()
    page.get_by_role("button", name="Save style guide").click()
    refusal = page.get_by_role("alert").filter(has_text="It was not saved")
    expect(refusal).to_contain_text("4.5:1 is needed")
    for _ in range(3):  # the nearest that does before one ground may not do before the other
        refusal.get_by_role("button", name=re.compile("Take #")).click()
        with page.expect_response(lambda response: response.request.method == "PUT"):
            page.get_by_role("button", name="Save style guide").click()
        expect(page.get_by_text("Saved.", exact=True).or_(refusal)).to_be_visible()
        if not refusal.is_visible():
            break
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert shared_server.api("GET", "/workspace/styleguide")["colors"]["muted"] == field.input_value()


def test_a_component_of_the_page_is_made_known(inside: Page, shared_server: Server) -> None:
    page = inside
    go(page, shared_server, "/settings/components")
    page.get_by_role("button", name="Add component").click()
    dialog = page.get_by_role("dialog", name="Add a component")
    type_into(dialog.get_by_label("Title"), "Rating")
    type_into(dialog.get_by_label("Name", exact=False).first, "rating")
    type_into(dialog.get_by_label("Tag"), "Rating")
    dialog.get_by_role("button", name="Add prop").click()
    expect(dialog.get_by_label("Prop 1: name")).to_be_focused()
    page.keyboard.type("stars")
    dialog.get_by_label("Prop 1: type").select_option("number")
    type_into(dialog.get_by_label("Prop 1: value at first"), "3")
    dialog.get_by_role("button", name="Save component").click()
    expect(dialog.get_by_role("alert")).to_contain_text("no tag of a custom element")
    type_into(dialog.get_by_label("Tag"), "acme-rating")
    dialog.get_by_role("button", name="Save component").click()
    expect(page.get_by_role("list", name="Components")).to_contain_text("custom element <acme-rating>; props stars")
    expect(page.get_by_role("region", name="registration of the components")).to_contain_text("acme-rating")
    kept = shared_server.api("GET", "/workspace/components")["components"]
    assert kept[-1]["props"] == [{"name": "stars", "type": "number", "default": 3}]


def test_a_component_is_not_saved_over_what_somebody_else_changed(inside: Page, shared_server: Server) -> None:
    page, path = inside, "/workspace/components"
    go(page, shared_server, "/settings/components")
    page.get_by_role("button", name="Add component").click()
    dialog = page.get_by_role("dialog", name="Add a component")
    type_into(dialog.get_by_label("Title"), "Mine")
    type_into(dialog.get_by_label("Name", exact=False).first, "Mine")
    dialog.get_by_label("It is a").select_option("react")
    theirs = {"name": "Theirs", "kind": "react", "title": "Theirs", "props": []}
    shared_server.api("PUT", path, {"components": [*shared_server.api("GET", path)["components"], theirs]})
    dialog.get_by_role("button", name="Save component").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Installation changed the components meanwhile")
    assert shared_server.api("GET", path)["components"][-1] == theirs
    dialog.get_by_role("button", name="Save component").click()
    expect(dialog).to_have_count(0)
    assert [each["name"] for each in shared_server.api("GET", path)["components"]][-2:] == ["Theirs", "Mine"]


def test_a_content_is_made_placed_and_published_without_a_mouse(inside: Page, shared_server: Server) -> None:
    page, press = inside, inside.keyboard.press
    go(page, shared_server, "/content")
    tab_to(page, "New content")
    press("Enter")
    expect(page.get_by_role("dialog", name="New content").get_by_label("Name")).to_be_focused()
    page.keyboard.type("By keys alone")
    press("Enter")
    expect(page.get_by_role("heading", name="By keys alone", level=1)).to_be_focused()
    made = content(shared_server, "by-keys-alone")
    write(shared_server, made, tree(heading("Keys")))
    tab_to(page, "Design")
    press("ArrowRight")
    expect(page.get_by_role("tab", name="Placements")).to_have_attribute("aria-selected", "true")
    tab_to(page, "Add placement")
    press("Enter")
    expect(page.get_by_role("heading", name="New placement")).to_be_focused()
    for _ in range(40):
        press("Tab")
        if page.get_by_label("Selectors").evaluate("each => each === document.activeElement"):
            break
    page.keyboard.type("#slot")
    tab_to(page, "Save placement")
    press("Enter")
    expect(page.get_by_role("button", name="Add placement")).to_be_focused()
    page.get_by_role("button", name="Publish…").focus()
    press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).wait_for()
    tab_to(page, "Publish")
    press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Close")).to_be_visible()
    press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert focused(page) == "Publish…"
    assert content(shared_server, made["id"])["status"] == "published"

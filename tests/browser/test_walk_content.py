"""The whole loop: content made, placed on a page of another origin and published; seen, answered and clicked by those
it is for; and found again at the webhook, in the warehouse, in the profile and in the studio's numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, TimeoutError, expect

from headwater.app.demo_content import COMPONENTS
from tests.browser.test_studio_editor import box, shape, tab_to
from tests.browser.window import Faults, sign_in, type_into
from tests.e2e.people import client_token, person, until
from tests.e2e.test_send_delivery import SHORT, add_webhook
from tests.receivers import Receiver
from tests.server import Server

pytestmark = pytest.mark.browser

NAME = "Reports launch"
HEADING = "Reports for {{user.team|your team}}"
FIELD = ("field", {"kind": "area", "label": "What do you think?", "trait": "wish"}, [])
BUILT = [
    ("heading", {"text": HEADING}, []),
    ("component", {"name": "sparkline", "props": {"points": "3,5,4,8", "label": "Reports a week"}}, []),
    ("component", {"name": "plan-meter", "props": {"used": 3, "limit": 10, "unit": "reports"}}, []),
    ("form", {"name": "Feedback"}, [FIELD]),
    ("button", {"text": "Got it", "actions": [{"type": "dismiss"}]}, []),
]
TITLES = ("Heading", "Sparkline", "Plan meter", "Form", "Button")
TOPICS = ["content.view", "content.interaction", "form.submission"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "data", environment=SHORT)
    running.api("PUT", "/workspace/components", {"components": COMPONENTS})
    source = running.add_source("candu", "Candu_Prod")["id"]
    running.api("PUT", "/integrations/candu-segment", {"sourceId": source, "enabled": True})
    pays = {"trait": "plan", "op": "equals", "value": "pro"}
    running.api("POST", "/segments", {"name": "Members", "rule": pays})
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture
def studio(page: Page, server: Server) -> Page:
    sign_in(page, server)
    return page


def made(studio: Page, name: str) -> None:
    """A new content with a design for members, empty, before that for everyone."""
    studio.get_by_role("navigation", name="Main").get_by_role("link", name="Content", exact=True).click()
    studio.get_by_role("button", name="New content").click()
    dialog = studio.get_by_role("dialog", name="New content")
    type_into(dialog.get_by_label("Name"), name)
    dialog.get_by_role("button", name="Create").click()
    canvas(studio).wait_for()
    studio.get_by_role("button", name="Add segment").click()
    dialog = studio.get_by_role("dialog", name="Add a segment")
    dialog.get_by_label("Segment").select_option(label="Members")
    dialog.get_by_role("button", name="Add segment").click()
    expect(dialog).to_have_count(0)
    expect(studio.get_by_role("tab", name="1 Members")).to_have_attribute("aria-selected", "true")


def canvas(studio: Page) -> Locator:
    return studio.get_by_role("region", name="Canvas")


def block(studio: Page, kind: str, at: int = 0) -> Locator:
    return canvas(studio).locator(f"[data-type={kind}]").nth(at)


def drag(studio: Page, title: str, to: Locator, y: float = 0.98) -> None:
    entry = studio.get_by_role("button", name=f"Add {title}", exact=True)
    to.scroll_into_view_if_needed()
    entry.scroll_into_view_if_needed()
    start, end = box(entry), box(to)
    studio.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    studio.mouse.down()
    studio.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] * y, steps=8)
    studio.mouse.up()
    expect(studio.get_by_test_id("editor-said")).to_contain_text("added")


def by_mouse(studio: Page) -> None:
    drag(studio, "Heading", canvas(studio), y=0.5)
    drag(studio, "Sparkline", block(studio, "heading"))
    drag(studio, "Plan meter", block(studio, "component"))
    drag(studio, "Form", block(studio, "component", 1))
    drag(studio, "Button", block(studio, "form"))
    block(studio, "heading").dblclick()
    expect(canvas(studio).get_by_role("textbox", name="Text of")).to_be_focused()
    studio.keyboard.press("ControlOrMeta+a")
    studio.keyboard.insert_text(HEADING)
    studio.keyboard.press("Enter")
    block(studio, "field").click(position={"x": 5, "y": 5})
    type_into(studio.get_by_label("Keep the answer as trait"), "wish")


def by_keys(studio: Page) -> None:
    press = studio.keyboard.press
    for title in TITLES:
        tab_to(studio, f"Add {title}")
        press("Enter")
        if title == "Button":  # it was put after what was chosen, which stands in the form
            tab_to(studio, "Button")
            press("Alt+ArrowLeft")
            expect(studio.get_by_test_id("editor-said")).to_contain_text("moved out")
    press("Home")
    press("F2")
    expect(canvas(studio).get_by_role("textbox", name="Text of")).to_be_focused()
    press("ControlOrMeta+a")
    studio.keyboard.insert_text(HEADING)
    press("Enter")
    field = studio.get_by_role("treeitem", name="Field “What do you think?”")
    for _ in range(10):
        if field.evaluate("each => each === document.activeElement"):
            break
        press("ArrowDown")
    press("Enter")
    for _ in range(20):
        if studio.get_by_label("Keep the answer as trait").evaluate("each => each === document.activeElement"):
            break
        press("Tab")
    studio.keyboard.type("wish")


@pytest.mark.parametrize("build", [by_mouse, by_keys])
def test_the_same_is_built_by_mouse_and_by_keys(studio: Page, server: Server, build: Callable[[Page], None]) -> None:
    made(studio, build.__name__)
    build(studio)
    until(lambda: built(server, build.__name__.replace("_", "-")), lambda found: found == BUILT)


def built(server: Server, slug: str) -> list[Any]:
    return shape(server.api("GET", f"/content/{slug}")["documents"][0]["tree"]["blocks"])


@pytest.mark.seed("S1.12", "fires")
@pytest.mark.seed("S1.13", "fires")
@pytest.mark.seed("S2.1", "shown")
def test_content_from_its_making_to_its_numbers(studio: Page, server: Server, context: BrowserContext) -> None:
    made(studio, NAME)
    by_mouse(studio)
    until(lambda: built(server, "reports-launch"), lambda found: found == BUILT)
    for_everyone(studio)
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    place(studio, context, f"{elsewhere}/demo/?token={client_token(server)}")
    with Receiver() as receiver:
        hook = add_webhook(server, receiver.url, topics=TOPICS)
        publish(studio)
        member = visited(context, elsewhere, server)
        answered_and_clicked(member)
        user = user_of(member)
        told(server, receiver, user)
        server.api("DELETE", f"/webhooks/{hook['id']}")
    for who in ("Non-member", "Nobody"):
        other = opened(context, elsewhere, server, who)
        expect(shown(other).get_by_role("heading", name="Reports come with Pro")).to_be_visible()
        expect(shown(other)).to_have_count(1)
        other.close()
    numbers(studio)
    assert [each["duplicate"] for each in server.api("GET", "/accounting")["sources"] if each["duplicate"]] == []
    again_and_back(studio, member)


def for_everyone(studio: Page) -> None:
    studio.get_by_role("tab", name="2 Everyone").click()
    expect(canvas(studio).get_by_text("Drag a block here")).to_be_visible()
    drag(studio, "Heading", canvas(studio), y=0.5)
    block(studio, "heading").dblclick()
    expect(canvas(studio).get_by_role("textbox", name="Text of")).to_be_focused()
    studio.keyboard.press("ControlOrMeta+a")
    studio.keyboard.insert_text("Reports come with Pro")
    studio.keyboard.press("Enter")
    expect(studio.get_by_test_id("saving")).to_have_text("Saved")


def place(studio: Page, context: BrowserContext, url: str) -> None:
    """Before the news of the sample product, which is at another origin: chosen there, by a click."""
    studio.get_by_role("tab", name="Placements", exact=True).click()
    studio.get_by_role("button", name="Add placement").click()
    type_into(studio.get_by_label("Page with the element"), url)
    with context.expect_page() as opening:
        studio.get_by_role("button", name="Choose on page").click()
    there = opening.value
    bar = there.get_by_role("region", name="headwater")
    expect(bar.get_by_role("heading")).to_have_text(f"Choose where “{NAME}” goes")
    news = box(there.get_by_role("region", name="News"))
    there.mouse.move(news["x"] + news["width"] - 12, news["y"] + 12)
    there.mouse.click(news["x"] + news["width"] - 12, news["y"] + 12)
    expect(bar.get_by_role("status")).to_contain_text("Chosen: go back to the studio.")
    there.close()
    expect(studio.get_by_label("Selectors")).not_to_have_value("")
    studio.get_by_label("Show it", exact=True).select_option("before")
    studio.get_by_role("button", name="Save placement").click()
    expect(studio.get_by_role("list", name="Placements")).to_contain_text("before")


def publish(studio: Page) -> None:
    studio.get_by_role("button", name="Publish…").click()
    dialog = studio.get_by_role("dialog", name=f"Publish {NAME}")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(dialog.get_by_text("Published. Whoever opens a page now sees it")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()


def opened(context: BrowserContext, elsewhere: str, server: Server, who: str) -> Page:
    page = context.new_page()
    page.goto(f"{elsewhere}/demo/?token={client_token(server)}")
    page.get_by_role("radio", name=re.compile(f"^{who}")).check()
    return page


def visited(context: BrowserContext, elsewhere: str, server: Server) -> Page:
    member = opened(context, elsewhere, server, "Member")
    expect(shown(member).get_by_role("heading", name=re.compile("^Reports for the blue team$"))).to_be_visible()
    return member


def shown(page: Page) -> Locator:
    return page.locator(".headwater-content")


def answered_and_clicked(member: Page) -> None:
    expect(member.get_by_text("Reports a week: 3, 5, 4, 8")).to_be_visible()
    expect(member.get_by_text("3 of 10 reports used")).to_be_visible()
    expect(member.locator('li[data-step="seen"][data-lit="true"]')).to_be_visible()
    type_into(shown(member).get_by_label("What do you think?"), "More funnels")
    shown(member).get_by_role("button", name="Send").click()
    expect(shown(member).get_by_text("Thank you.")).to_be_visible()
    shown(member).get_by_role("button", name="Got it").click()
    expect(shown(member)).to_have_count(0)


def user_of(member: Page) -> str:
    member.get_by_role("link", name="Settings").click()
    return member.locator("dt:text-is('User id') + dd").inner_text()


def told(server: Server, receiver: Receiver, user: str) -> None:
    """The three webhooks, the rows, the trait; of this content, and each once."""
    one = server.api("GET", "/content/reports-launch")
    document = one["documents"][0]
    ids = {"contentId": one["contentId"], "documentId": document["id"], "versionId": document["versionId"]}
    sent = [each.json()["payload"] for each in receiver.wait_for(3, timeout_s=30)]
    own = {each.get("screenName") or each["eventName"]: each for each in sent if each["userId"] == user}
    assert set(own) == {
        "candu.sdk.content",
        "candu.sdk.content.interaction",
        f"{NAME} - Feedback_responded",
    }, json.dumps(sent)[:2000]
    for each in ("candu.sdk.content", "candu.sdk.content.interaction"):
        assert ids.items() <= own[each]["properties"].items()
    label = f"{NAME} - Got it clicked"
    assert own["candu.sdk.content.interaction"]["properties"]["eventName"] == label
    answer = own[f"{NAME} - Feedback_responded"]["properties"]
    assert answer[f"{NAME} - Feedback_What do you think?"] == "More funnels"
    row = [document["id"], one["id"], document["segmentId"], document["versionId"]]
    columns, place = "tutorial_id, portal_id, segment_id, version_id", f"WHERE user_id = '{user}'"
    seen = f"SELECT {columns} FROM candu_prod.tutorial_view {place}"
    server.rows(seen, lambda rows: rows == [row], wait_s=30)
    clicked = f"SELECT {columns}, event_name FROM candu_prod.tutorial_interaction {place}"
    server.rows(clicked, lambda rows: rows == [[*row, label]], wait_s=30)
    person(server, user, lambda found: found["traits"].get("wish") == "More funnels")


def numbers(studio: Page) -> None:
    def looked() -> str:
        studio.reload()
        studio.get_by_role("tab", name="Numbers", exact=True).click()
        studio.get_by_role("heading", name=re.compile("label|Interactions", re.IGNORECASE)).first.wait_for()
        return studio.get_by_role("main").inner_text()

    until(looked, lambda text: f"{NAME} - Got it clicked" in text and "More funnels" in text)


def again_and_back(studio: Page, member: Page) -> None:
    """A further version reaches who looks; the first one is brought back; a second editor is warned."""
    studio.get_by_role("tab", name="Design", exact=True).click()
    second = studio.context.new_page()
    faults = Faults(second)
    second.goto(studio.url)
    canvas(second).wait_for()
    rewrite(studio, "Reports are here")
    expect(second.get_by_role("alert").filter(has_text="changed this design")).to_be_visible()
    second.close()
    publish(studio)
    sees(member, "Reports are here")
    studio.get_by_role("tab", name="Versions", exact=True).click()
    studio.get_by_role("button", name="Bring back… version 1").click()
    studio.get_by_role("dialog").get_by_role("button", name="Bring it back").click()
    expect(studio.get_by_role("dialog")).to_have_count(0)
    sees(member, "Reports for the blue team")
    assert faults.seen == []


def rewrite(studio: Page, text: str) -> None:
    block(studio, "heading").dblclick()
    expect(canvas(studio).get_by_role("textbox", name="Text of")).to_be_focused()
    studio.keyboard.press("ControlOrMeta+a")
    studio.keyboard.insert_text(text)
    studio.keyboard.press("Enter")
    expect(studio.get_by_test_id("saving")).to_have_text("Saved")


def sees(member: Page, heading: str) -> None:
    member.get_by_role("link", name="Overview").click()

    def told() -> bool:
        member.reload()
        member.get_by_role("radio", name=re.compile("^Member")).check()  # the others have left theirs in the browser
        found = shown(member).get_by_role("heading", name=heading)
        try:
            found.wait_for(timeout=3_000)
        except TimeoutError:
            return False
        return True

    until(told, lambda found: found)

"""The editor of content: the same document by the mouse and by the keyboard alone, undone, told of, and seen by axe."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.test_axe import check
from tests.browser.window import sign_in, signed_in, type_into
from tests.server import Server

pytestmark = pytest.mark.browser

USAGE = {
    "name": "usage",
    "kind": "react",
    "title": "Usage meter",
    "props": [{"name": "seats", "type": "number", "title": "Seats", "default": 3}],
}
HEADING = "Welcome, {{user.name|there}}"
FIELD = ("field", {"kind": "text", "label": "Your answer"}, [])
FIRST_FIELD = ("field", {"kind": "area", "label": "What do you think?"}, [])
BUTTON = ("button", {"text": "Got it", "actions": [{"type": "dismiss"}]}, [])
WANTED = [
    ("heading", {"text": HEADING}, []),
    (
        "columns",
        {},
        [("column", {}, [("text", {"text": "Write what you want to say."}, [])]), ("column", {}, [BUTTON])],
    ),
    ("form", {"name": "Feedback"}, [FIRST_FIELD, FIELD]),
    ("component", {"name": "usage", "props": {"seats": 5}}, []),
    ("section", {}, [("badge", {"text": "Beta"}, [])]),
]

FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.getAttribute('aria-label') || at?.labels?.[0]?.textContent || at?.textContent || '';
}"""


def shape(blocks: list[dict[str, Any]]) -> list[Any]:
    """The blocks without what is drawn by lot: ids."""
    return [
        (
            each["type"],
            {name: value for name, value in each["props"].items() if name != "formId"},
            shape(each.get("blocks", [])),
        )
        for each in blocks
    ]


@pytest.fixture(scope="module")
def studio(shared_server: Server) -> Server:
    shared_server.api("PUT", "/workspace/components", {"components": [USAGE]})
    return shared_server


class Drawn:
    """A new content, open in the editor of a page."""

    def __init__(self, page: Page, server: Server, name: str, *blocks: dict[str, Any]) -> None:
        self.page = page
        self.server = server
        given = {"name": name, "tree": {"kind": "inline", "blocks": list(blocks)}}
        self.id = server.api("POST", "/content", given)["id"]
        page.goto(f"{server.url}/content/{self.id}")
        page.get_by_role("region", name="Canvas").wait_for()

    @property
    def canvas(self) -> Locator:
        return self.page.get_by_role("region", name="Canvas")

    @property
    def outline(self) -> Locator:
        return self.page.get_by_role("tree", name="Outline")

    def entry(self, title: str) -> Locator:
        return self.page.get_by_role("button", name=f"Add {title}", exact=True)

    def block(self, kind: str, at: int = 0) -> Locator:
        return self.canvas.locator(f"[data-type={kind}]").nth(at)

    def said(self, text: str) -> None:
        expect(self.page.get_by_test_id("editor-said")).to_contain_text(text)

    def kept(self) -> list[Any]:
        return shape(self.server.api("GET", f"/content/{self.id}")["documents"][0]["tree"]["blocks"])

    def is_kept(self, wanted: list[Any]) -> None:
        """Waits until the server has this tree."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while self.kept() != wanted:
            assert time.monotonic() < deadline, f"kept is {self.kept()}"
            time.sleep(0.1)

    def drag(self, what: Locator, to: Locator, *, x: float = 0.5, y: float = 0.5) -> None:
        """To a point of the other's box, by shares of its width and height, as a hand does it: in several moves."""
        to.scroll_into_view_if_needed()
        what.scroll_into_view_if_needed()
        start, end = box(what), box(to)
        mouse = self.page.mouse
        mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
        mouse.down()
        mouse.move(end["x"] + end["width"] * x, end["y"] + end["height"] * y, steps=8)
        mouse.up()


def box(what: Locator) -> Any:
    found = what.bounding_box()
    assert found is not None
    return found


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what is so called has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if str(page.evaluate(FOCUSED)).strip().startswith(name):
            return
    raise AssertionError(f"Tab does not come to {name!r}")


@pytest.fixture
def desk(page: Page, studio: Server) -> Page:
    sign_in(page, studio)
    return page


def test_by_the_mouse(desk: Page, studio: Server) -> None:
    drawn = Drawn(desk, studio, "By mouse")
    page = desk
    expect(drawn.canvas.get_by_text("Drag a block here")).to_be_visible()
    drawn.drag(drawn.entry("Columns"), drawn.canvas)
    drawn.said("Columns added: 1 of 1 in the document.")
    drawn.drag(drawn.entry("Heading"), drawn.block("columns"), y=0.02)
    drawn.said("added: 1 of 2 in the document.")
    drawn.drag(drawn.entry("Button"), drawn.block("column", 1))
    drawn.said("added: 1 of 1 in Column.")
    drawn.drag(drawn.entry("Text"), drawn.block("column"))
    drawn.drag(drawn.entry("Section"), drawn.block("columns"), y=0.98)
    drawn.said("Section added: 3 of 3 in the document.")
    drawn.drag(drawn.entry("Badge"), drawn.block("heading"), x=0.3, y=0.2)
    drawn.said("added: 1 of 4 in the document.")
    drawn.drag(drawn.block("badge"), drawn.block("section"))
    drawn.said("Badge “New” moved: 1 of 1 in Section.")
    drawn.drag(drawn.entry("Field"), drawn.block("heading"))
    drawn.said("Field cannot stand there.")
    drawn.drag(drawn.entry("Form"), drawn.block("section"), y=0.02)
    drawn.said("Form “Feedback” added: 3 of 4 in the document.")
    drawn.drag(drawn.entry("Field"), drawn.block("field"), y=0.95)
    drawn.said("added: 2 of 2 in Form “Feedback”.")
    drawn.drag(drawn.entry("Usage meter"), drawn.block("section"), y=0.02)
    drawn.said("Usage meter added: 4 of 5 in the document.")
    type_into(page.get_by_label("Seats"), "5")
    for kind, text in (("heading", HEADING), ("badge", "Beta")):
        drawn.block(kind).dblclick()
        writer = drawn.canvas.get_by_role("textbox", name="Text of")
        expect(writer).to_be_focused()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.insert_text(text)
        page.keyboard.press("Enter")
        expect(writer).to_have_count(0)
    expect(drawn.canvas.get_by_role("heading", name="Welcome, there")).to_be_visible()
    drawn.is_kept(WANTED)


def test_by_the_keyboard_alone(desk: Page, studio: Server) -> None:
    drawn = Drawn(desk, studio, "By keys")
    page, keyboard = desk, desk.keyboard
    for title in ("Heading", "Columns", "Text", "Button"):
        tab_to(page, f"Add {title}")
        keyboard.press("Enter")
    drawn.said("Button “Got it” added: 2 of 2 in Column.")
    tab_to(page, "Button “Got it”")
    keyboard.press("Alt+ArrowLeft")
    drawn.said("moved out: 1 of 1 in Column.")
    for title, steps in (("Form", 1), ("Field", 0), ("Usage meter", 1), ("Section", 0), ("Badge", 0)):
        tab_to(page, f"Add {title}")
        keyboard.press("Enter")
        if steps:
            tab_to(page, title)
        for _ in range(steps):
            keyboard.press("Alt+ArrowLeft")
            drawn.said(f"{title}")
    tab_to(page, "Badge “New”")
    keyboard.press("F2")
    expect(drawn.canvas.get_by_role("textbox", name="Text of Badge")).to_be_focused()
    keyboard.press("ControlOrMeta+a")
    keyboard.insert_text("Beta")
    keyboard.press("Escape")
    expect(drawn.outline.get_by_role("treeitem", name="Badge “Beta”")).to_be_focused()
    keyboard.press("Home")
    keyboard.press("Enter")
    keyboard.press("ControlOrMeta+a")
    keyboard.insert_text(HEADING)
    keyboard.press("Enter")
    expect(drawn.outline.get_by_role("treeitem", name="Heading “Welcome, there”")).to_be_focused()
    for _ in range(40):
        if "Usage meter" in page.evaluate(FOCUSED):
            break
        keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(page.get_by_label("Seats")).to_be_focused()
    keyboard.press("ControlOrMeta+a")
    keyboard.insert_text("5")
    drawn.is_kept(WANTED)


def test_what_is_done_can_be_undone(desk: Page, studio: Server) -> None:
    first = {"id": "a", "type": "heading", "props": {"text": "One"}}
    section = {
        "id": "s",
        "type": "section",
        "props": {},
        "blocks": [{"id": "b", "type": "text", "props": {"text": "Two"}}],
    }
    drawn = Drawn(desk, studio, "Undone", first, section)
    before = drawn.kept()
    keyboard = desk.keyboard
    rows = drawn.outline.get_by_role("treeitem")
    rows.filter(has_text="Section").click()
    keyboard.press("Alt+ArrowUp")
    keyboard.press("Control+d")
    expect(rows).to_have_count(5)
    keyboard.press("Delete")
    expect(drawn.outline.get_by_role("treeitem", name="Heading “One”")).to_be_focused()
    drawn.is_kept([before[1], before[0]])
    for _ in range(3):
        keyboard.press("Control+z")
    drawn.is_kept(before)
    expect(desk.get_by_role("button", name="Undo")).to_have_attribute("aria-disabled", "true")
    for _ in range(3):
        keyboard.press("Control+Shift+z")
    drawn.is_kept([before[1], before[0]])
    desk.get_by_role("button", name="Undo").click()
    drawn.said("Undone.")
    drawn.drag(drawn.block("heading"), drawn.block("section"))
    drawn.said("Heading “One” moved")


@pytest.mark.seed("S3.14")
def test_the_label_of_an_interaction(desk: Page, studio: Server) -> None:
    """Set and seen in the tab Interactions; what stands there greyed is what counts by default."""
    actions = [{"type": "url", "href": "/plans"}]
    button = {"id": "b", "type": "button", "props": {"text": "See plans", "actions": actions}}
    drawn = Drawn(desk, studio, "Upgrade", button)
    desk.get_by_role("tab", name="Interactions (1)").click()
    label = desk.get_by_role("textbox", name="Label of Button “See plans”")
    expect(label).to_have_value("")
    expect(label).to_have_attribute("placeholder", "Upgrade - See plans clicked")
    type_into(label, "Plans asked for")
    drawn.is_kept([("button", {"text": "See plans", "actions": actions, "label": "Plans asked for"}, [])])
    desk.reload()
    desk.get_by_role("tab", name="Interactions (1)").click()
    expect(label).to_have_value("Plans asked for")
    desk.get_by_role("tab", name="Block", exact=True).click()
    drawn.outline.get_by_role("treeitem", name="Button").click()
    expect(desk.get_by_role("textbox", name="Label of the interaction")).to_have_value("Plans asked for")
    label_of_the_live_one = studio.api("POST", f"/content/{drawn.id}/check")
    assert [each for each in label_of_the_live_one["problems"] if each["severity"] == "error"] == []


def test_texts_get_marks_links_and_variables(desk: Page, studio: Server) -> None:
    text = {"id": "t", "type": "text", "props": {"text": "Hello you, see plans"}}
    drawn = Drawn(desk, studio, "Marks", text)
    drawn.block("text").click()
    field = desk.get_by_role("textbox", name="Text", exact=True)
    marks = desk.get_by_role("group", name="Marks in Text")
    select(field, 0, 5)
    marks.get_by_role("button", name="Bold").click()
    expect(field).to_have_value("**Hello** you, see plans")
    select(field, 10, 13)
    marks.get_by_role("button", name="Variable").click()
    expect(desk.get_by_label("Variable", exact=True)).to_be_focused()
    desk.keyboard.insert_text("user.name")
    expect(desk.get_by_label("Where it is missing, say")).to_have_value("you")
    desk.keyboard.press("Enter")
    expect(field).to_have_value("**Hello** {{user.name|you}}, see plans")
    value = field.input_value()
    select(field, value.index("plans"), len(value))
    marks.get_by_role("button", name="Link").click()
    desk.keyboard.insert_text("/plans")
    wanted = "**Hello** {{user.name|you}}, see [plans](/plans)"
    expect(field).to_have_value(wanted)
    drawn.is_kept([("text", {"text": wanted}, [])])
    expect(drawn.canvas.get_by_role("link", name="plans")).to_be_visible()


def select(field: Locator, start: int, end: int) -> None:
    field.evaluate("(field, [start, end]) => { field.focus(); field.setSelectionRange(start, end); }", [start, end])


ALL = [
    {"id": "h", "type": "heading", "props": {"text": "Hello"}},
    {"id": "i", "type": "image", "props": {"src": "", "alt": ""}},
    {"id": "c", "type": "columns", "props": {}, "blocks": [{"id": "c1", "type": "column", "props": {}, "blocks": [
        {"id": "k", "type": "card", "props": {"actions": [{"type": "url", "href": "/x"}]}, "blocks": [
            {"id": "ct", "type": "text", "props": {"text": "in a card"}}]}]},
        {"id": "c2", "type": "column", "props": {}}]},
    {"id": "b", "type": "button", "props": {"text": "Go", "actions": [{"type": "dismiss"}]}},
    {"id": "f", "type": "form", "props": {"formId": "f" * 21, "name": "Poll"}, "blocks": [
        {"id": "q", "type": "field", "props": {"kind": "choice", "label": "Which?", "options": ["a", "b"]}},
        {"id": "n", "type": "field", "props": {"kind": "scale", "label": "How likely?"}}]},
    {"id": "u", "type": "component", "props": {"name": "usage", "props": {}}},
]  # fmt: skip


@pytest.fixture(params=(("light", 1280), ("dark", 320)), ids=lambda view: f"{view[0]}-{view[1]}")
def view(request: pytest.FixtureRequest, browser: Browser, studio: Server) -> Iterator[Page]:
    scheme, width = request.param
    with signed_in(browser, studio, scheme=scheme, width=width, patience_ms=PATIENCE_MS) as page:
        yield page


def test_axe_finds_nothing(view: Page, studio: Server) -> None:
    drawn = Drawn(view, studio, "Looked at", *ALL)
    for fold in ("Blocks", "Outline"):
        button = view.get_by_role("button", name=fold, exact=True)
        if button.get_attribute("aria-expanded") == "false":
            button.click()
    check(view)
    for name in ("Image", "Button “Go”", "Form", "Field “Which?”", "Usage meter"):
        drawn.outline.get_by_role("treeitem", name=name).first.click()
        check(view)
    view.get_by_role("tab", name="Interactions").click()
    view.get_by_role("list", name="Interactions").wait_for()
    check(view)
    view.get_by_role("tab", name="Whole").click()
    view.get_by_label("In a window over the page").check()
    view.get_by_label("Title of the window").wait_for()
    check(view)


def test_from_right_to_left(desk: Page, studio: Server) -> None:
    """The arrows point the other way there, and so do the moves; nothing sticks out."""
    drawn = Drawn(desk, studio, "Right to left", *ALL[:1], {"id": "s", "type": "section", "props": {}})
    desk.evaluate("document.documentElement.dir = 'rtl'")
    drawn.outline.get_by_role("treeitem", name="Heading").click()
    desk.keyboard.press("Alt+ArrowLeft")
    drawn.said("Heading “Hello” moved in: 1 of 1 in Section.")
    desk.keyboard.press("Alt+ArrowRight")
    drawn.said("Heading “Hello” moved out: 2 of 2 in the document.")
    drawn.drag(drawn.entry("Badge"), drawn.block("section"))
    drawn.said("Badge “New” added: 1 of 1 in Section.")
    assert desk.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_written_in_the_canvas(desk: Page, studio: Server) -> None:
    """The marks are one Tab away from the text, and the focus comes back to it, and then to where it came from."""
    text = {"id": "t", "type": "text", "props": {"text": "Hello"}}
    drawn = Drawn(desk, studio, "Written", text)
    row = drawn.outline.get_by_role("treeitem", name="Text “Hello”")
    row.click()
    desk.keyboard.press("Enter")
    writer = drawn.canvas.get_by_role("textbox", name="Text of Text “Hello”")
    expect(writer).to_be_focused()
    desk.keyboard.press("Tab")
    expect(
        desk.get_by_role("group", name="Marks in the text in the canvas").get_by_role("button").first
    ).to_be_focused()
    desk.keyboard.press("Enter")
    expect(writer).to_be_focused()
    expect(writer).to_have_value("**Hello**")
    desk.keyboard.press("Escape")
    expect(row).to_be_focused()
    expect(writer).to_have_count(0)
    drawn.is_kept([("text", {"text": "**Hello**"}, [])])
    drawn.block("text").click()
    desk.get_by_role("button", name="Edit text").click()
    expect(writer).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("button", name="Edit text")).to_be_focused()


def test_problems_stand_at_their_block(desk: Page, studio: Server) -> None:
    drawn = Drawn(desk, studio, "Faulty", *ALL[:2])
    row = drawn.outline.get_by_role("treeitem", name="Image , has a problem")
    row.click()
    desk.get_by_text("The image has no address.").wait_for()
    source = desk.get_by_role("textbox", name="Address of the image")
    expect(source).to_have_attribute("aria-invalid", "true")
    type_into(source, "/logo.png")
    type_into(desk.get_by_role("textbox", name="What it shows"), "Our logo")
    expect(drawn.outline.get_by_role("treeitem", name="has a problem")).to_have_count(0)
    expect(source).not_to_have_attribute("aria-invalid", "true")


def test_keys_work_in_the_canvas_too(desk: Page, studio: Server) -> None:
    drawn = Drawn(desk, studio, "Keys in the canvas", *ALL[2:4])
    drawn.block("text").click()
    desk.keyboard.press("Escape")
    expect(drawn.outline.get_by_role("treeitem", name="Card", exact=True)).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("Alt+ArrowLeft")
    drawn.said("Card moved out: 1 of 1 in Column.")
    drawn.block("button").click()
    desk.keyboard.press("Control+d")
    desk.keyboard.press("Delete")
    desk.keyboard.press("Delete")
    drawn.said("deleted.")
    expect(drawn.block("button")).to_have_count(0)
    card = ("card", {"actions": [{"type": "url", "href": "/x"}]}, [("text", {"text": "in a card"}, [])])
    drawn.is_kept([("columns", {}, [("column", {}, []), ("column", {}, [card])])])

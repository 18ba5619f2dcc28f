"""Choosing a place and looking at a draft on a page of another origin, opened from the dashboard, with no extension."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.showing import block, draft, page_of, placement, publish, shown, strict, tree
from tests.browser.test_content_a11y import AXE, RULES
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

PAGE = """
<section data-testid="billing"><h2>Billing</h2><p>All about it.</p>
  <div class="css-1a2b3c"><button class="sc-bdVaJa">Save</button><button>Cancel</button></div>
</section>
<section><h2>Invoices</h2><ul><li>One</li><li id="two">Two</li></ul></section>
<div id="scroller"><p>Top</p><p id="low">Far below</p></div>
<div id="component"></div>
<dialog id="dialog"><p id="inner">In a dialog</p></dialog>
"""
STYLE = """
* { color: #333 !important; font-size: 11px !important; }
headwater-author, headwater-author * { display: none !important; }
#scroller { height: 120px; overflow: auto; } #low { margin-top: 900px; }
"""
SMALL = """(all) => all.map((each) => (each.closest("label") || each).getBoundingClientRect())
  .filter(({ width, height }) => width < 24 || height < 24).length"""
LISTEN = """
window.reached = [];
const deep = Object.assign(document.createElement("p"), { id: "deep", textContent: "Within a component" });
document.querySelector("#component").attachShadow({ mode: "open" }).append(deep);
for (const type of ["click", "mousedown", "pointerdown", "keydown", "submit"]) {
  document.addEventListener(type, (event) => reached.push(`${type} ${event.target.localName}`));
}
document.querySelector("button").addEventListener("click", () => reached.push("saved"));
customElements.define("acme-rating", class extends HTMLElement {
  connectedCallback() { this.textContent = "Five stars"; }
});
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        running.put("/page.css", STYLE, {"Content-Type": "text/css"})
        running.put("/page.js", LISTEN)
        yield running


def session(server: Server, content: dict[str, Any], mode: str, url: str, **more: Any) -> dict[str, Any]:
    return server.api("POST", f"/content/{content['id']}/author-sessions", {"mode": mode, "url": url, **more})


def status(server: Server, content: dict[str, Any], code: str) -> dict[str, Any]:
    return server.api("GET", f"/content/{content['id']}/author-sessions/{code}")


def picked(server: Server, content: dict[str, Any], code: str, text: str) -> dict[str, Any]:
    """What the studio is told, once it is of an element that says this."""
    deadline = time.monotonic() + 30
    while True:
        found = status(server, content, code)
        if found["status"] == "picked" and found["target"]["text"] == text:
            return found["target"]
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


@pytest.fixture
def content(shared_server: Server) -> dict[str, Any]:
    shown = tree(block("heading", "h", text="Pick me a place"), block("text", "t", text="Hello {{user.name|there}}"))
    return draft(shared_server, "Greeting", shown)


def lay(site: Site, server: Server) -> None:
    """Puts the page there, under a strict policy."""
    html = page_of(server, PAGE, head='<link rel="stylesheet" href="/page.css"><script src="/page.js" defer></script>')
    site.put("/app.html", html, strict(server, scripts="'self'"))


def open_page(page: Page, server: Server, site: Site, url: str) -> Locator:
    """Opens the page of an author session; gives the author's bar."""
    lay(site, server)
    page.goto(url)
    bar = page.get_by_role("region", name="headwater")
    bar.wait_for()
    return bar


def start(page: Page, server: Server, site: Site, content: dict[str, Any]) -> tuple[Locator, str]:
    made = session(server, content, "pick", f"{site.url}/app.html?tab=a#part")
    assert status(server, content, made["code"])["status"] == "waiting"
    bar = open_page(page, server, site, made["url"])
    assert status(server, content, made["code"])["status"] == "opened"
    expect(bar.get_by_role("heading")).to_have_text("Choose where “Greeting” goes")
    return bar, made["code"]


def test_by_mouse(page: Page, shared_server: Server, site: Site, content: dict[str, Any]) -> None:
    bar, code = start(page, shared_server, site, content)
    save = page.get_by_text("Save", exact=True).bounding_box()
    assert save is not None
    page.mouse.move(save["x"] + 5, save["y"] + 5)
    expect(bar.get_by_role("status")).to_have_text("button “Save”")
    page.mouse.click(save["x"] + 5, save["y"] + 5)
    expect(bar.get_by_role("status")).to_contain_text("Chosen: go back to the studio.")
    target = picked(shared_server, content, code, "Save")
    assert target["url"] == f"{site.url}/app.html?tab=a#part"
    assert target["selectors"][0] == '[data-testid="billing"] > div > button:nth-of-type(1)'
    assert not [each for each in target["selectors"] if "css-" in each or "sc-" in each]
    for selector in target["selectors"]:
        assert page.locator(selector).inner_text() == "Save"
    assert page.evaluate("reached.filter((each) => !each.endsWith('headwater-author'))") == []
    bar.get_by_text("Found again by").click()
    expect(bar.get_by_role("listitem").first).to_contain_text("1 element")

    bar.get_by_role("button", name="Choose another element").click()
    two = page.locator("#two").bounding_box()
    assert two is not None
    page.mouse.click(two["x"] + 5, two["y"] + 5)
    assert picked(shared_server, content, code, "Two")["selectors"][0] == "#two"

    bar.get_by_role("button", name="Choose another element").click()
    deep = page.locator("#deep").bounding_box()
    assert deep is not None
    page.mouse.click(deep["x"] + 5, deep["y"] + 5)
    assert picked(shared_server, content, code, "Within a component")["selectors"] == ["#deep"]


def test_by_keyboard_alone(page: Page, shared_server: Server, site: Site, content: dict[str, Any]) -> None:
    bar, code = start(page, shared_server, site, content)
    told = bar.get_by_role("status")
    for key, what in (
        ("Tab", "h1 “A page”"),
        ("ArrowDown", "section “Billing All about it. Save Cancel”"),
        ("ArrowRight", "h2 “Billing”"),
        ("ArrowDown", "p “All about it.”"),
        ("ArrowDown", "div “Save Cancel”"),
        ("Tab", "button “Save”"),
        ("Shift+Tab", "div “Save Cancel”"),
        ("ArrowUp", "p “All about it.”"),
        ("ArrowLeft", "section “Billing All about it. Save Cancel”"),
        ("ArrowRight", "h2 “Billing”"),
    ):
        page.keyboard.press(key)
        expect(told).to_have_text(what)
    page.keyboard.press("Enter")
    expect(told).to_contain_text("Chosen: go back to the studio.")
    assert picked(shared_server, content, code, "Billing")["selectors"][0] == '[data-testid="billing"] h2'
    expect(bar.get_by_role("button", name="Choose another element")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(bar.get_by_role("button", name="Choose an element")).to_be_focused()
    assert page.evaluate("reached") == []
    page.keyboard.press("Escape")
    bar.wait_for(state="detached")
    assert page.evaluate("[location.search, sessionStorage.length]") == ["?tab=a", 0]
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.locator("headwater-author").count() == 0


def test_the_page_can_be_used_meanwhile(page: Page, shared_server: Server, site: Site, content: dict[str, Any]) -> None:
    """To open what is to be chosen: also a dialog, which makes all else inert, and another page of the site."""
    bar, code = start(page, shared_server, site, content)
    box = page.locator("#scroller").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.wheel(0, 2000)
    until_scrolled = "document.querySelector('#scroller').scrollTop > 100"
    deadline = time.monotonic() + 30
    while not page.evaluate(until_scrolled):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    bar.get_by_role("button", name="Use the page").click()
    page.get_by_role("button", name="Save").click()
    assert "saved" in page.evaluate("reached")
    page.evaluate("document.querySelector('#dialog').showModal()")
    bar.get_by_role("button", name="Choose an element").click()
    inner = page.locator("#inner").bounding_box()
    assert inner is not None
    page.mouse.click(inner["x"] + 5, inner["y"] + 5)
    assert picked(shared_server, content, code, "In a dialog")["selectors"][0] == "#inner"

    html = page_of(shared_server, '<p id="next">The next page</p>')
    page.goto(site.put("/next.html", html, strict(shared_server)))
    expect(bar.get_by_role("heading")).to_have_text("Choose where “Greeting” goes")
    next_ = page.locator("#next").bounding_box()
    assert next_ is not None
    page.mouse.click(next_["x"] + 5, next_["y"] + 5)
    assert picked(shared_server, content, code, "The next page")["url"] == f"{site.url}/next.html"


def test_an_old_link_changes_nothing_for_who_follows_it(
    context: BrowserContext, shared_server: Server, site: Site
) -> None:
    live = tree(block("heading", "h", text="For everybody"))
    made = publish(shared_server, "Live", live, placement(selectors=["#two"], place="after"))
    page = context.new_page()  # that the code is known no more, the browser says in its console
    lay(site, shared_server)
    page.goto(f"{site.url}/app.html?headwater_author={'x' * 32}&tab=a")
    expect(shown(page).get_by_role("heading", name="For everybody")).to_be_visible()
    assert page.evaluate("[location.search, sessionStorage.length]") == ["?tab=a", 0]
    assert page.locator("headwater-author").count() == 0
    shared_server.api("POST", f"/content/{made['id']}/unpublish", {})


def test_an_author_is_told_that_the_session_has_ended(
    context: BrowserContext, shared_server: Server, site: Site, content: dict[str, Any]
) -> None:
    page = context.new_page()
    bar, _ = start(page, shared_server, site, content)
    opened = {"Access-Control-Allow-Origin": "*"}
    page.route("**/api/author?*", lambda route: route.fulfill(status=404, headers=opened, body="{}"))
    page.reload()
    expect(bar.get_by_role("alert")).to_contain_text("has ended")
    assert page.evaluate("[location.search, sessionStorage.length]") == ["?tab=a", 0]
    bar.get_by_role("button", name="Close").click()
    bar.wait_for(state="detached")


def test_a_preview_draws_custom_elements(page: Page, shared_server: Server, site: Site) -> None:
    rating = {"name": "Rating", "kind": "element", "tag": "acme-rating", "title": "Rating", "props": []}
    shared_server.api("PUT", "/workspace/components", {"components": [rating]})
    written = tree(block("component", "r", name="Rating", props={}))
    content = draft(shared_server, "Rated", written, placement(selectors=["#two"], place="after"))
    made = session(shared_server, content, "preview", f"{site.url}/app.html")
    open_page(page, shared_server, site, made["url"])
    expect(page.locator("acme-rating")).to_have_text("Five stars")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bar_is_for_everybody(
    browser: Browser, shared_server: Server, site: Site, content: dict[str, Any], scheme: Any, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    bar, _ = start(page, shared_server, site, content)
    page.keyboard.press("Tab")
    for pressed in ("Use the page", "Choose an element"):
        page.evaluate(AXE.read_text())
        found = page.evaluate("(rules) => axe.run({include: [['headwater-author']]}, {runOnly: rules})", RULES)
        faults = [(each["id"], node["html"][:120]) for each in found["violations"] for node in each["nodes"]]
        assert [each for each in faults if each[0] != "region"] == []
        assert bar.locator("button, input, summary").evaluate_all(SMALL) == 0
        left, right = bar.evaluate("(each) => [each.getBoundingClientRect().left, each.getBoundingClientRect().right]")
        assert left >= 0
        assert right <= width
        bar.get_by_role("button", name=pressed).click()
    context.close()


def test_a_preview_records_nothing(page: Page, shared_server: Server, site: Site) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    written = tree(
        block("heading", "h", text="A draft"),
        block("button", "b", text="Try it", actions=[{"type": "track", "event": "Tried"}]),
        block("form", "f", [block("field", "n", kind="text", label="Name")], formId="B" * 21, name="Ask"),
    )
    first = placement(selectors=["[data-testid=billing]"], place="before", name="Above billing")
    second = placement(selectors=["#two"], place="after", name="After two")
    content = draft(shared_server, "Drafted", written, first, second)
    made = session(shared_server, content, "preview", f"{site.url}/app.html")
    bar = open_page(page, shared_server, site, made["url"])
    expect(bar).to_contain_text("Preview: nothing is recorded")
    host = shown(page)
    expect(host.get_by_role("heading", name="A draft")).to_be_visible()
    before = "document.querySelector('[data-testid=billing]').previousElementSibling.className"
    assert page.evaluate(before) == "headwater-content"
    host.get_by_role("button", name="Try it").click()
    host.get_by_label("Name").fill("Ann")
    host.get_by_role("button", name="Send").click()
    expect(host.get_by_role("status")).to_have_text("Thank you.")
    bar.get_by_label("Placement").select_option(label="After two")
    expect(page.locator("#two + .headwater-content")).to_be_visible()
    assert page.locator(".headwater-content").count() == 1
    bar.get_by_role("button", name="End").click()
    bar.wait_for(state="detached")
    assert page.locator(".headwater-content").count() == 0
    page.wait_for_timeout(1500)  # a view is told after one second
    page.evaluate("headwater.flush()")
    assert not [each for each in sent if "candu.sdk" in each or "Tried" in each or "FormSubmission" in each]


def test_a_preview_of_a_modal(page: Page, shared_server: Server, site: Site) -> None:
    button = block("button", "b", text="Close it", actions=[{"type": "dismiss"}])
    written = tree(block("heading", "h", text="Over the page"), button, kind="modal", title="A modal draft")
    content = draft(shared_server, "Modal", written, placement(selectors=(), trigger={"on": "manual"}))
    made = session(shared_server, content, "preview", f"{site.url}/app.html")
    html_bar = open_page(page, shared_server, site, made["url"])
    dialog = page.get_by_role("dialog", name="A modal draft")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Close it").click()
    expect(dialog).to_be_hidden()
    html_bar.get_by_role("button", name="Show it again").click()
    expect(dialog).to_be_visible()

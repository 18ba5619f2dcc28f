"""Large content is drawn over several frames: it shows whole or not at all, moves nothing, and ends cleanly."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sdk import until
from tests.browser.showing import block, page_of, placement, publish, show, shown, strict, tree, withdraw
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

MANY = 200
WATCH = """
  window.frames_ = [];
  const look = () => {
    const root = document.querySelector(".headwater-content")?.shadowRoot;
    const drawn = root ? [...root.querySelectorAll("p")] : [];
    if (drawn.length) {
      root.querySelector("button")?.focus();
      frames_.push({
        blocks: drawn.length,
        isSeen: drawn[0].checkVisibility({visibilityProperty: true}) && !root.querySelector(".hw-drawing"),
        isFocused: root.activeElement !== null,
        heightPx: root.host.offsetHeight,
        isInsteadSeen: !!document.querySelector("#instead")?.checkVisibility(),
      });
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);"""
SHIFTS = """
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({type: "layout-shift", buffered: true});"""
LEAVE = """
  new MutationObserver(() => {
    if (!document.querySelector(".headwater-content") || window.left) return;
    window.left = true;
    requestAnimationFrame(() => requestAnimationFrame(() => history.pushState({}, "", "/elsewhere.html")));
  }).observe(document, {childList: true, subtree: true});
  addEventListener("candu.sdk.screen", () => { window.viewed = true; });"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_left(shared_server: Server) -> Iterator[None]:
    yield
    withdraw(shared_server)


def large() -> dict[str, object]:
    lines = [block("text", f"t{number}", text=f"Line {number} of **{MANY}**") for number in range(MANY)]
    button = block("button", "go", text="Go", actions=[{"type": "track", "event": "Went"}])
    return tree(button, block("section", "all", lines))


def calm(page: Page, ms: int = 1500) -> None:
    page.wait_for_timeout(ms)


def test_it_shows_whole_or_not_at_all(page: Page, shared_server: Server, site: Site) -> None:
    where = placement(page="/large.html", selectors=["#instead"], place="instead")
    publish(shared_server, "Large", large(), where)
    page.add_init_script(WATCH)
    show(page, shared_server, site, "/large.html", page_of(shared_server, '<p id="instead">What stood there</p>'))
    until(page, "window.frames_.some(({isSeen}) => isSeen)")
    frames = page.evaluate("window.frames_")
    between = [each for each in frames if not each["isSeen"]]
    assert between != [], "it was drawn in one frame, which this test is not about"
    for each in frames:
        assert each["isSeen"] == (each["heightPx"] > 0), each
        assert not each["isSeen"] or each["blocks"] == MANY, each
        assert each["isInsteadSeen"] != each["isSeen"], each
    assert not any(each["isFocused"] for each in between)
    expect(page.get_by_role("button", name="Go")).to_be_focused()


def test_it_ends_in_the_middle_when_the_page_goes_elsewhere(page: Page, shared_server: Server, site: Site) -> None:
    publish(shared_server, "Large", large(), placement(page="/left.html", selectors=["#spot"], place="instead"))
    page.add_init_script(WATCH + LEAVE)
    page.goto(site.put("/left.html", page_of(shared_server, '<p id="spot">Below</p>'), strict(shared_server)))
    until(page, "window.left && !document.querySelector('.headwater-content')")
    calm(page)
    assert page.evaluate(
        "[document.querySelectorAll('.headwater-content, .headwater-room').length, !!window.viewed]"
    ) == [
        0,
        False,
    ]
    assert not any(each["isSeen"] for each in page.evaluate("window.frames_"))
    assert page.evaluate("document.querySelector('#spot').outerHTML") == '<p id="spot">Below</p>'
    page.evaluate("history.pushState({}, '', '/left.html')")
    shown(page)
    until(page, f"document.querySelector('.headwater-content').shadowRoot.querySelectorAll('p').length === {MANY}")


def test_a_message_opens_once_all_of_it_is_drawn(page: Page, shared_server: Server, site: Site) -> None:
    lines = [block("text", f"t{number}", text=f"Line {number}") for number in range(MANY)]
    publish(
        shared_server,
        "Long",
        tree(*lines, kind="modal", title="A long message"),
        placement(page="/long.html", selectors=[]),
    )
    page.goto(site.put("/long.html", page_of(shared_server), strict(shared_server)))
    dialog = page.get_by_role("dialog", name="A long message")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("(each) => each.querySelectorAll('p').length") == MANY
    expect(dialog).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


ROOM = "<style>#room { min-height: %dpx }</style>"
LONG = "<p>More of the page, which is longer than the window</p>" * 80


def measured(page: Page, server: Server, site: Site) -> int:
    """How high the content is, in pixels: what an author would write into their page."""
    shown_there = show(page, server, site, "/room.html", page_of(server, '<div id="room"></div>' + LONG))
    return int(shown_there.evaluate("(each) => Math.ceil(each.getBoundingClientRect().height)"))


def loose(server: Server) -> dict[str, str]:
    """Styles in the page, as the test writes them there."""
    given = strict(server)["Content-Security-Policy"]
    return {"Content-Security-Policy": given.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")}


def test_a_first_visit_moves_nothing_where_the_page_keeps_room(page: Page, shared_server: Server, site: Site) -> None:
    few = [block("text", f"t{number}", text=f"A line, number {number}") for number in range(12)]
    publish(shared_server, "Room", tree(*few), placement(page="/room.html", selectors=["#room"]))
    height_px = measured(page, shared_server, site)
    page.evaluate("localStorage.clear()")
    page.add_init_script(SHIFTS)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    kept = page_of(shared_server, '<div id="room"></div>' + LONG, head=ROOM % height_px)
    page.evaluate("addEventListener('pagehide', () => localStorage.clear())")
    show(page, shared_server, site, "/room.html", kept, loose(shared_server))
    calm(page)
    assert height_px > 200
    assert page.evaluate("window.shift") <= 0.001


def test_what_comes_above_what_is_looked_at_moves_nothing(page: Page, shared_server: Server, site: Site) -> None:
    """On a first visit, without room: the browser keeps what is on the screen where it is."""
    where = placement(
        page="/above.html", selectors=["#above"], place="after", trigger={"on": "event", "event": "Ready"}
    )
    publish(shared_server, "Above", large(), where)
    page.add_init_script(SHIFTS)
    body = '<p id="above">Above</p>' + LONG * 2 + '<p id="here">Here</p>' + LONG * 2
    page.goto(site.put("/above.html", page_of(shared_server, body), strict(shared_server)))
    until(page, "window.headwater && headwater.providerProps")
    page.evaluate("document.querySelector('#here').scrollIntoView({block: 'center'})")
    calm(page, 500)
    before = page.evaluate("[window.shift, document.querySelector('#here').getBoundingClientRect().top]")
    page.evaluate("headwater.track('Ready')")
    shown(page)
    until(page, "document.querySelector('.headwater-content').offsetHeight > 1000")
    calm(page, 500)
    after = page.evaluate("[window.shift, document.querySelector('#here').getBoundingClientRect().top]")
    assert abs(after[1] - before[1]) <= 1
    assert after[0] - before[0] <= 0.001


def test_the_console_says_once_that_there_is_nothing_of_a_slug(page: Page, shared_server: Server, site: Site) -> None:
    said: list[str] = []
    quiet = page.context.new_page()
    quiet.on("console", lambda message: said.append(message.text))
    quiet.goto(site.put("/unknown.html", page_of(shared_server), strict(shared_server)))
    until(quiet, "window.headwater && headwater.providerProps")
    quiet.evaluate("headwater.showContent('no-such')")
    quiet.evaluate("headwater.showContent('no-such')")
    deadline = time.monotonic() + 30
    while not said and time.monotonic() < deadline:
        quiet.wait_for_timeout(100)
    quiet.wait_for_timeout(1000)
    assert said == ["headwater: the content no-such was to be shown, but nothing of that slug is live for this user."]
    quiet.close()

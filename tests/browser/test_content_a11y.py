"""Every block type, for whoever does not see it, has no pointer, a small window, or colours of their own."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.blocks import COMPONENT, MANIFEST, PICTURE, every_block
from tests.browser.sdk import until
from tests.browser.showing import block, page_of, placement, publish, shown, strict, tree
from tests.browser.window import Faults
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = list(itertools.product(("light", "dark"), (1280, 320), ("ltr", "rtl")))
LEAST_PX = 24
STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; padding: 8px; font-family: serif; background: #ffffff; color: #222222; }
@media (prefers-color-scheme: dark) { body { background: #14181f; color: #eeeeee; } }
#open, #after { min-height: 32px; }
.counter { min-height: 32px; }
"""
BODY = '<button id="open">Open</button><div id="slot"></div><button id="after">After</button>'

DEEP = """() => {
  const all = [];
  const walk = (root) => {
    for (const each of root.querySelectorAll("*")) {
      all.push(each);
      if (each.shadowRoot) walk(each.shadowRoot);
    }
  };
  for (const host of document.querySelectorAll(".headwater-content")) {
    walk(host);
    walk(host.shadowRoot);
  }
  return all;
}"""
SMALL = """(least) => DEEP()
  .filter((each) => each.matches("a[href], button, input, select, textarea, summary, [tabindex='0']"))
  .filter((each) => each.checkVisibility())
  .filter((each) => !(each.matches("a") && getComputedStyle(each).display === "inline"))  // in a sentence
  .map((each) => [each, (each.closest("label") || each).getBoundingClientRect()])
  .filter(([, { width, height }]) => width < least - 0.1 || height < least - 0.1)
  .map(([each, { width, height }]) => `${each.outerHTML.slice(0, 120)} ${width}x${height}`)
""".replace("DEEP", f"({DEEP})")
TOO_WIDE = """() => DEEP()
  .filter((each) => each.checkVisibility())
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, { left, right }]) => right > document.documentElement.clientWidth + 0.5 || left < -0.5)
  .map(([each]) => each.outerHTML.slice(0, 120))
""".replace("DEEP", f"({DEEP})")
LINES = """(all) => all.map((each) => getComputedStyle(each))
  .map(({ borderStyle, borderWidth }) => `${borderStyle} ${borderWidth}`)
"""
LOOKS = "(each) => [getComputedStyle(each).outlineStyle, getComputedStyle(each).borderWidth].join()"
FOCUSED = """() => {
  let at = document.activeElement;
  while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
  return at;
}"""
NAMED = f"""() => {{
  const at = ({FOCUSED})();
  const inside = at.matches("input[type=radio]") && at.labels.length ? at.labels[0].querySelector("span") : null;
  const drawn = (each) => {{
    const {{ outlineStyle, outlineWidth }} = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
  }};
  const box = at.getBoundingClientRect();
  return {{
    id: at.id,
    tag: at.localName,
    name: at.name || at.getAttribute("aria-label") || at.textContent.trim() || at.localName,
    isRing: drawn(at) || (inside !== null && drawn(inside)),
    isSeen: box.bottom > 0 && box.top < innerHeight,
  }};
}}"""
"""What has the focus, whether one sees that it has, and whether it is in the window."""

WATCH_EVENTS = """
window.told = [];
addEventListener("headwater.track", (event) => told.push(event.detail));
"""


@pytest.fixture(scope="module")
def site(shared_server: Server) -> Iterator[Site]:
    with Site() as running:
        running.put("/page.css", STYLE, {"Content-Type": "text/css"})
        running.put("/component.js", COMPONENT)
        running.put("/pic.svg", PICTURE, {"Content-Type": "image/svg+xml"})
        running.put("/film.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nA field\n", {"Content-Type": "text/vtt"})
        running.put("/film.mp4", b"", {"Content-Type": "video/mp4"})
        yield running


@pytest.fixture(scope="module")
def contents(shared_server: Server) -> None:
    shared_server.api("PUT", "/workspace/components", MANIFEST)
    publish(shared_server, "All blocks", tree(*every_block()), placement(page="/inline.html"))
    whole = tree(*every_block(component=False), kind="modal", title="All blocks", size="large")
    opened = {"on": "click", "selector": "#open"}
    publish(shared_server, "All in a modal", whole, placement(page="/modal.html", selectors=(), trigger=opened))
    short = tree(
        block("heading", "h", text="Welcome"),
        block("text", "t", text="Have a look at [what is new](/new)."),
        block("button", "b", text="Show me", actions=[{"type": "track", "event": "Shown"}]),
        block("button", "d", text="Not now", style="secondary", actions=[{"type": "dismiss"}]),
        kind="modal",
        title="Welcome to Acme",
    )
    publish(shared_server, "Short", short, placement(page="/short.html", selectors=(), trigger=opened))


@contextmanager
def opened(
    browser: Browser,
    server: Server,
    site: Site,
    path: str,
    *,
    scheme: Literal["light", "dark"] = "light",
    width: int = 1280,
    direction: str = "ltr",
    head: str = '<link rel="stylesheet" href="/page.css">',
    forced_colors: Literal["active", "none"] = "none",
) -> Iterator[Page]:
    """A page of a site under a strict policy, in a window of its own that fades nothing in."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        reduced_motion="reduce",
        forced_colors=forced_colors,
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    faults = Faults(page)
    page.add_init_script(WATCH_EVENTS)
    html = page_of(
        server,
        BODY,
        head=f'{head}<script src="/component.js" defer></script>',
        attributes=f'lang="en" dir="{direction}"',
    )
    page.goto(site.put(path, html, strict(server, scripts="'self'")))
    until(page, "window.headwater && headwater.providerProps")
    yield page
    context.close()
    assert faults.seen == []


def check(page: Page) -> None:
    """Axe finds nothing, no target is small, nothing is wider than the window."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    told = [
        f"{fault['id']}: {fault['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
    assert told == []
    assert len(found["passes"]) > 10
    assert page.evaluate(SMALL, LEAST_PX) == []
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def open_modal(page: Page) -> None:
    """By the key that presses a button. What it sets off is loaded with the page, and may come a moment later."""
    dialog = page.get_by_role("dialog")
    deadline = time.monotonic() + 30
    while not dialog.is_visible():
        assert time.monotonic() < deadline, "no dialog"
        page.locator("#open").focus()
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)


def deep(page: Page, selector: str) -> int:
    return page.locator(f".headwater-content {selector}").count()


@pytest.mark.usefixtures("contents")
@pytest.mark.parametrize(("scheme", "width", "direction"), VIEWS, ids=lambda each: str(each))
def test_all_blocks(
    browser: Browser, shared_server: Server, site: Site, scheme: Literal["light", "dark"], width: int, direction: str
) -> None:
    given: dict[str, Any] = {"scheme": scheme, "width": width, "direction": direction}
    with opened(browser, shared_server, site, "/inline.html", **given) as page:
        shown(page).locator("h2").first.wait_for()
        assert deep(page, "input") > 10
        assert page.evaluate("getComputedStyle(document.querySelector('.headwater-content')).direction") == direction
        inner = page.locator(".headwater-content .hw-section").first
        assert inner.evaluate("(each) => getComputedStyle(each).direction") == direction
        check(page)


@pytest.mark.usefixtures("contents")
@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_blocks_in_a_modal(
    browser: Browser, shared_server: Server, site: Site, scheme: Literal["light", "dark"], width: int
) -> None:
    with opened(browser, shared_server, site, "/modal.html", scheme=scheme, width=width) as page:
        open_modal(page)
        check(page)


@pytest.mark.usefixtures("contents")
@pytest.mark.parametrize("background", ["#ffffff", "#101418"])
def test_a_page_of_one_scheme(browser: Browser, shared_server: Server, site: Site, background: str) -> None:
    """Most pages are light whatever the system says, some are dark: what is written on them can be read on both."""
    style = f"html, body {{ background: {background}; color: {'#222' if background == '#ffffff' else '#eee'} }}"
    site.put("/fixed.css", style, {"Content-Type": "text/css"})
    head = '<link rel="stylesheet" href="/fixed.css">'
    for scheme in ("light", "dark"):
        with opened(browser, shared_server, site, "/inline.html", scheme=scheme, head=head) as page:
            shown(page).locator("h2").first.wait_for()
            page.evaluate(AXE.read_text())
            only = {"include": [[".headwater-content"]]}
            found = page.evaluate("(only) => axe.run(only, {runOnly: ['color-contrast']})", only)
            assert [node["html"][:150] for fault in found["violations"] for node in fault["nodes"]] == []


@pytest.mark.usefixtures("contents")
def test_colours_of_the_system(browser: Browser, shared_server: Server, site: Site) -> None:
    """Forced colours: each control keeps a line around it, and what is chosen is told by more than a background."""
    with opened(browser, shared_server, site, "/inline.html", forced_colors="active") as page:
        shown(page).locator("h2").first.wait_for()
        check(page)
        lines = page.locator(".headwater-content button:not(.hw-cover):not(.hw-style-link)").evaluate_all(LINES)
        assert set(lines) <= {"solid 1px", "solid 2px", "outset 2px"}
        step = page.locator(".headwater-content .hw-step input").nth(3)
        span = page.locator(".headwater-content .hw-step span").nth(3)
        before = span.evaluate(LOOKS)
        step.check()
        page.locator("#after").focus()
        assert span.evaluate(LOOKS) != before


@pytest.mark.usefixtures("contents")
def test_nothing_moves_for_whom_it_should_not(browser: Browser, shared_server: Server, site: Site) -> None:
    with opened(browser, shared_server, site, "/short.html") as page:
        open_modal(page)
        moving = "document.getAnimations().map((each) => String(each.animationName))"
        assert page.evaluate(moving) == []


@pytest.mark.usefixtures("contents")
def test_a_walk_by_keyboard(browser: Browser, shared_server: Server, site: Site) -> None:
    """Tab meets every control once, in the order in which they stand, shows where it is, and gets out again."""
    with opened(browser, shared_server, site, "/inline.html") as page:
        shown(page).locator("h2").first.wait_for()
        page.locator("x-counter button").wait_for()
        expected = page.evaluate(EXPECTED)
        page.locator("#open").focus()
        met: list[dict[str, Any]] = []
        for _ in range(len(expected) + 5):
            page.keyboard.press("Tab")
            at = page.evaluate(NAMED)
            if at["id"] == "after":
                break
            met.append(at)
        own = [each for each in met if each["tag"] != "video"]  # whose controls are the browser's
        assert [each["name"] for each in own] == expected
        assert [each for each in own if not each["isRing"]] == []
        assert [each for each in met if not each["isSeen"]] == []
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(NAMED)["name"] == met[-1]["name"]


EXPECTED = f"""() => {{
  const groups = new Set();
  const inside = [...document.querySelectorAll("x-counter button")];
  return ({DEEP})()
    .filter((each) => each.matches("a[href], button, input, select, textarea") && each.checkVisibility())
    .filter((each) => !inside.includes(each))
    .filter((each) => each.type !== "radio" || (!groups.has(each.name) && groups.add(each.name)))
    .map((each) => each.name || each.getAttribute("aria-label") || each.textContent.trim() || each.localName)
    .concat(inside.map((each) => each.textContent));
}}"""
"""The names of all that can have the focus, as they stand; of a group of radio buttons the first."""


@pytest.mark.usefixtures("contents")
def test_keys_do_what_clicks_do(browser: Browser, shared_server: Server, site: Site) -> None:
    with opened(browser, shared_server, site, "/inline.html") as page:
        host = shown(page)
        for key, name in (("Enter", "A primary one"), ("Space", "A secondary one"), ("Enter", "A card to click")):
            host.get_by_role("button", name=name).focus()
            page.keyboard.press(key)
            label = f"All blocks - {name} clicked"
            until(page, f"told.some((each) => each.properties && each.properties.eventName === {label!r})")


@pytest.mark.usefixtures("contents")
def test_a_form_by_keyboard(browser: Browser, shared_server: Server, site: Site) -> None:
    """What is missing is said in words, where it is missing, and the focus goes there; thanks are read out."""
    with opened(browser, shared_server, site, "/inline.html") as page:
        form = shown(page).get_by_role("form", name="Feedback")
        form.get_by_role("button", name="Send").focus()
        page.keyboard.press("Enter")
        alerts = form.get_by_role("alert")
        expect(alerts).to_have_count(6)
        first = form.get_by_label("Name")
        expect(first).to_be_focused()
        expect(first).to_have_attribute("aria-invalid", "true")
        expect(first).to_have_accessible_description("As on your badge " + alerts.first.inner_text())
        check(page)
        page.keyboard.type("Ann")
        page.keyboard.press("Tab")
        page.keyboard.type("Quite good")
        page.keyboard.press("Tab")
        page.keyboard.type("ann@example.com")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")  # the first role
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")  # used for work
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")  # agreed
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        assert form.get_by_role("radio", name="Manager").is_checked()
        assert form.get_by_role("radio", name="1", exact=True).is_checked()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        thanks = shown(page).get_by_role("status")
        expect(thanks).to_have_text("Thank you.")
        expect(thanks).to_be_focused()
        check(page)


@pytest.mark.usefixtures("contents")
def test_a_modal_holds_the_focus_and_gives_it_back(browser: Browser, shared_server: Server, site: Site) -> None:
    with opened(browser, shared_server, site, "/short.html") as page:
        dialog = page.get_by_role("dialog", name="Welcome to Acme")
        for close in ("Escape", "Not now", "Close"):
            open_modal(page)
            inside = f"Boolean(({FOCUSED})().closest('dialog, [role=dialog]'))"
            assert page.evaluate(inside)
            seen = set[str]()
            for _ in range(10):
                page.keyboard.press("Tab")
                assert page.evaluate(f"({FOCUSED})() === document.body || {inside}")
                seen.add(page.evaluate(NAMED)["name"])
            assert {"what is new", "Show me", "Not now"} <= seen
            assert not {"Open", "After"} & seen
            if close == "Escape":
                page.keyboard.press("Escape")
            else:
                dialog.get_by_role("button", name=close).focus()
                page.keyboard.press("Enter")
            dialog.wait_for(state="hidden")
            expect(page.locator("#open")).to_be_focused()

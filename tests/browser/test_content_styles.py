"""The page's styles do not reach content, and those of content do not reach the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.blocks import COMPONENT, MANIFEST, PICTURE, every_block
from tests.browser.showing import page_of, placement, publish, shown, strict, tree
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

HOSTILE = """
* {
  color: rgb(255, 0, 0) !important; font: italic 900 7px/3 cursive !important; letter-spacing: 9px !important;
  word-spacing: 9px !important; text-transform: uppercase !important; text-align: right !important;
  text-indent: 40px !important; text-shadow: 0 0 9px red !important; visibility: hidden !important;
  cursor: none !important; white-space: pre !important; border: 5px dashed red !important; margin: 33px !important;
  padding: 17px !important; background: yellow !important; opacity: 0.2 !important; box-sizing: content-box !important;
  list-style: square !important; quotes: "x" "y" !important; hyphens: auto !important; tab-size: 19 !important;
  zoom: 1.3 !important;
}
html, body, main {
  visibility: visible !important; opacity: 1 !important; margin: 0 !important; padding: 0 !important;
  border: 0 !important; zoom: 1 !important;
}
div { display: none !important; }
div.headwater-content, [data-headwater-slug] { display: none !important; filter: blur(9px) !important; }
button, input, select, textarea, a, p, h2, h3, fieldset, dialog, ::slotted(*) { display: none !important; }
.hw, .hw-button, .hw-section, .hw-text, .hw-card { display: none !important; color: red !important; }
:host, :root { --hw-text: red !important; --hw-primary: red !important; --hw-size: 3px !important; }
::before, ::after { content: "leak" !important; }
#slot {
  display: block !important; opacity: 1 !important; visibility: visible !important; zoom: 1 !important;
}
x-counter, x-counter * { display: revert !important; zoom: 1 !important; }
"""
"""As bad as resets and themes get, and worse."""

INSIDE = """(host) => [...host.shadowRoot.querySelectorAll(".hw, .hw :not(.hw-component *)")].map((each) => {
  const style = getComputedStyle(each);
  const names = [...style].filter((name) => !name.startsWith("--"));
  const told = Object.fromEntries(names.map((name) => [name, style[name]]));
  for (const part of ["::before", "::after"]) told[part] = getComputedStyle(each, part).content;
  return [`${each.localName}.${each.className}`, told];
})"""
"""What each element of a content looks like, in everything that there is of a style."""

OF_PAGE = """() => [...document.querySelectorAll("html, head, body, .theirs, .theirs *")].map((each) => {
  const style = getComputedStyle(each);
  return [each.localName, Object.fromEntries([...style].map((name) => [name, style.getPropertyValue(name)]))];
})"""
THEIRS = """
<section class="theirs hw hw-section hw-bg-primary"><h2 class="hw-heading">Ours</h2><p class="hw-text">Text</p>
<button class="hw-button hw-style-primary">Button</button><a href="/x">Link</a><input class="hw-input"></section>
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        running.put("/hostile.css", HOSTILE, {"Content-Type": "text/css"})
        running.put("/component.js", COMPONENT)
        running.put("/pic.svg", PICTURE, {"Content-Type": "image/svg+xml"})
        yield running


@pytest.fixture(scope="module", autouse=True)
def contents(shared_server: Server) -> None:
    shared_server.api("PUT", "/workspace/components", MANIFEST)
    for path in ("/plain.html", "/hostile.html", "/theirs.html"):
        publish(shared_server, f"All on {path}", tree(*every_block()), placement(page=path))


def looks(page: Page, server: Server, site: Site, path: str, head: str = "") -> list[tuple[str, dict[str, Any]]]:
    html = page_of(server, head=f'{head}<script src="/component.js" defer></script>')
    page.goto(site.put(path, html, strict(server, scripts="'self'")))
    host = shown(page)
    host.locator(".hw-ends").first.wait_for(state="attached")
    page.locator("x-counter button").wait_for(state="attached")
    return host.evaluate(INSIDE)


MEASURES = {"perspective-origin", "transform-origin", "inline-size", "block-size", "width", "height", "bottom", "top"}
"""What follows from the room that the page gives."""


def unmeasured(looks: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, {each: told[each] for each in told if each not in MEASURES}) for name, told in looks]


def test_the_pages_styles_stay_outside(page: Page, shared_server: Server, site: Site) -> None:
    plain = looks(page, shared_server, site, "/plain.html")
    hostile = looks(page, shared_server, site, "/hostile.html", '<link rel="stylesheet" href="/hostile.css">')
    assert [name for name, _ in plain] == [name for name, _ in hostile]
    differing = {
        f"{name} {each}: {before[each]} -> {after[each]}"
        for (name, before), (_, after) in zip(plain, hostile, strict=True)
        for each in before
        if each not in MEASURES and before[each] != after[each]
    }
    assert differing == set()
    assert shown(page).get_by_role("button", name="A primary one").is_visible()
    assert len(plain) > 150


def test_the_styles_of_content_stay_inside(page: Page, shared_server: Server, site: Site) -> None:
    """Nothing of the page looks different, though it uses the very names that content does."""
    html = page_of(shared_server, THEIRS + '<div id="slot"></div>', head='<script src="/component.js" defer></script>')
    address = site.put("/theirs.html", html, strict(shared_server, scripts="'self'"))
    page.route("**/api/bootstrap?*", lambda route: route.fulfill(json={"segments": [], "experiences": []}))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    before = page.evaluate(OF_PAGE)
    page.unroute("**/api/bootstrap?*")
    page.goto(address)
    shown(page).locator(".hw-ends").first.wait_for()
    after = page.evaluate(OF_PAGE)
    assert unmeasured(before) == unmeasured(after)
    assert page.evaluate("[document.adoptedStyleSheets.length, document.querySelectorAll('style').length]") == [0, 0]

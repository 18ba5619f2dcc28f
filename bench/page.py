"""What the SDK costs a page that shows content, on a weak machine: Chromium with its processor slowed down four times.

    python -m bench.page [runs]

- `evaluate`: the core and the renderer compiled and run, each as one script in a page of its own; no network.
- `visit`: a page of another origin with a content of forty blocks, under a strict policy, beside the same page without
  the SDK: tasks of more than 50 ms, how much moved (the sum of layout shifts), when all of the content was to be seen.
  The first visit of a browser and those after it, as the second one has room held ready. `reserved` is the same page
  with the room kept by its own styles, as the guide has it.

Each figure is the median of the runs; the machine's load stands beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from tests.browser.sdk import token_of
from tests.browser.showing import block, page_of, placement, publish, strict, tree
from tests.browser.window import FLAGS
from tests.compat.site import Site
from tests.server import Server

from bench import machine

GOALS = {"evaluateMs": 25, "longestTaskMs": 50, "addedShift": 0.01}
SLOWER = 4
RUNS = 7
SETTLED_MS = 5_000
SIZE = ViewportSize(width=1280, height=800)
CHROMIUM = os.environ.get("HEADWATER_CHROMIUM", "/usr/bin/chromium")
SCRIPTS = Path(__file__).parents[1] / "src" / "headwater" / "app" / "scripts" / "sdk"

WATCH = """
  window.seen = {tasks: [], shift: 0, shownMs: null};
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) seen.tasks.push(Math.round(each.duration));
  }).observe({type: "longtask", buffered: true});
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) seen.shift += each.value;
  }).observe({type: "layout-shift", buffered: true});
  const look = () => {
    const inner = document.querySelector(".headwater-content")?.shadowRoot?.querySelector(".hw");
    const isShown = inner?.firstElementChild && !inner.classList.contains("hw-drawing");
    if (isShown) seen.shownMs = Math.round(performance.now());
    else requestAnimationFrame(look);
  };
  look();"""
EVALUATE = """(code) => {
  const began = performance.now();
  (0, eval)(code);
  return performance.now() - began;
}"""


def content() -> dict[str, Any]:
    cards = [
        block(
            "card",
            f"card{at}",
            [
                block("heading", f"head{at}", text="Hello **{{user.name|there}}**", level=3),
                block("text", f"text{at}", text="Some words, _with_ a [link](/docs), and then some more of them."),
                block("button", f"button{at}", text="Go", actions=[{"type": "url", "href": "/go"}]),
            ],
        )
        for at in range(8)
    ]
    fields = [block("field", f"field{at}", kind=kind, label=kind) for at, kind in enumerate(("text", "scale", "email"))]
    return tree(*cards, block("form", "form", fields, name="Feedback", formId="V1StGXR8_Z5jdHi6B-myT"))


def slowed(page: Page) -> Page:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


def evaluated(browser: Browser, site: Site, name: str, runs: int) -> dict[str, Any]:
    code = (SCRIPTS / name).read_text("utf-8")
    # A module, as a script: what it exports it keeps to itself.
    code = f"(() => {{{code.rpartition('export{')[0]}}})()" if "export{" in code[-200:] else code
    times = []
    for _ in range(runs):
        page = slowed(browser.new_page())
        page.goto(site.put("/blank.html", "<!doctype html><title>Blank</title>"))
        times.append(page.evaluate(EVALUATE, code))
        page.close()
    return {"script": name, "medianMs": round(statistics.median(times), 1), "mostMs": round(max(times), 1)}


def visited(browser: Browser, address: str, runs: int) -> dict[str, Any]:
    """The first visit and the second of a new window, over and over."""
    seen: dict[str, list[dict[str, Any]]] = {"first": [], "second": []}
    for _ in range(runs):
        context = browser.new_context(viewport=SIZE)
        context.add_init_script(WATCH)
        for visit in seen.values():
            page = slowed(context.new_page())
            page.goto(address)
            page.wait_for_timeout(SETTLED_MS)
            visit.append(page.evaluate("window.seen"))
            page.close()
        context.close()
    return {name: summed(visits) for name, visits in seen.items()}


def summed(visits: list[dict[str, Any]]) -> dict[str, Any]:
    shown = [each["shownMs"] for each in visits if each["shownMs"] is not None]
    return {
        "shift": round(statistics.median(each["shift"] for each in visits), 4),
        "longestTaskMs": statistics.median(max(each["tasks"], default=0) for each in visits),
        "shownMs": statistics.median(shown) if shown else None,
    }


def visits(browser: Browser, server: Server, site: Site, runs: int) -> dict[str, Any]:
    publish(server, "Bench", content(), placement(page="/with.html", selectors=["#spot"], place="before"))
    below = '<p id="spot">Below</p>' + "<p>More of the page, which is longer than the window.</p>" * 60
    whole = page_of(server, below, user_id="somebody")
    bare = whole.replace(f'data-client-token="{token_of(server)}"', "").replace("/sdk/latest/headwater.js", "/none.js")
    site.put("/with.html", whole, strict(server))
    site.put("/without.html", bare, strict(server))
    publish(server, "Reserved", content(), placement(page="/reserved.html", selectors=["#room"]))
    reserve(browser, server, site, '<div id="room"></div>' + below)
    return {name: visited(browser, f"{site.url}/{name}.html", runs) for name in ("without", "with", "reserved")}


def reserve(browser: Browser, server: Server, site: Site, body: str) -> None:
    """Puts the page with the room that its content needs, measured as an author would: on the page as it is."""
    policy = {name: value.replace("style-src", "style-src 'unsafe-inline'") for name, value in strict(server).items()}
    page = browser.new_page(viewport=SIZE)
    page.goto(site.put("/reserved.html", page_of(server, body, user_id="somebody"), policy))
    page.wait_for_timeout(SETTLED_MS)
    height_px = page.evaluate("Math.ceil(document.querySelector('#room').getBoundingClientRect().height)")
    page.close()
    head = f"<style>#room {{ min-height: {height_px}px }}</style>"
    site.put("/reserved.html", page_of(server, body, head=head, user_id="somebody"), policy)


def main() -> None:
    parser = argparse.ArgumentParser(description="What the SDK costs a page.")
    parser.add_argument("runs", type=int, nargs="?", default=RUNS)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder, Site() as site, sync_playwright() as playwright:
        server = Server(Path(folder) / "data")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        scripts = [evaluated(browser, site, name, runs) for name in ("headwater.js", "surfaces.js")]
        both = visits(browser, server, site, runs)
        browser.close()
        server.stop()
    total = round(sum(each["medianMs"] for each in scripts), 1)
    print(json.dumps({"bench": "page.evaluate", "slower": SLOWER, "scripts": scripts, "totalMs": total, "goalMs": 25}))
    added = round(both["with"]["second"]["shift"] - both["without"]["second"]["shift"], 4)
    reserved = round(both["reserved"]["first"]["shift"] - both["without"]["first"]["shift"], 4)
    goals = {"addedShift": added, "addedShiftReserved": reserved, "goals": GOALS}
    print(json.dumps({"bench": "page.visit", "runs": runs, **both, **goals, **machine.described()}))


if __name__ == "__main__":
    main()

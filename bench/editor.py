"""How long an edit of content takes in the dashboard's editor, with a document of 200 blocks.

    python -m bench.editor [blocks]

A real server, the built dashboard, Chromium at 1280 pixels. An edit is a press of a button of the editor; its time ends
when the frame that shows it is painted. Of typing, the time is that of the browser's own event timing, from the key to
the next frame. Tasks of more than 50 ms on the page's thread, while all this goes on, are listed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from tests.browser.window import FLAGS, sign_in
from tests.server import Server

from bench import machine

GOAL_MS = 100
TURNS = 12
CHROMIUM = os.environ.get("HEADWATER_CHROMIUM", "/usr/bin/chromium")

WATCH = """() => {
  window.seen = { keys: [], tasks: [] };
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (each.name === "keydown") window.seen.keys.push(each.duration);
  }).observe({ type: "event", durationThreshold: 16 });
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) window.seen.tasks.push(Math.round(each.duration));
  }).observe({ type: "longtask" });
}"""
PRESS = """async (button) => {
  const began = performance.now();
  button.click();
  await new Promise((painted) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = painted;
    channel.port2.postMessage(0);
  }));
  return performance.now() - began;
}"""


def tree(blocks: int) -> dict[str, Any]:
    """Sections of nine blocks each: headings, texts, buttons."""

    def leaf(section: int, at: int) -> dict[str, Any]:
        text = f"Words {section} {at}"
        props: dict[str, Any] = {"text": text}
        if at % 3 == 2:
            props["actions"] = [{"type": "dismiss"}]
        return {"id": f"b{section}-{at}", "type": ("heading", "text", "button")[at % 3], "props": props}

    sections = [
        {"id": f"s{section}", "type": "section", "props": {}, "blocks": [leaf(section, at) for at in range(9)]}
        for section in range(blocks // 10)
    ]
    return {"kind": "inline", "blocks": sections}


def measure(page: Page) -> dict[str, Any]:
    page.evaluate(WATCH)
    choose(page)
    edits = {
        name: presses(page, button)
        for name, button in (
            ("insert", "Add Heading"),
            ("move", "Move up"),
            ("duplicate", "Duplicate"),
            ("delete", "Delete"),
            ("undo", "Undo"),
        )
    }
    choose(page)
    page.get_by_role("textbox", name="Text", exact=True).click()
    for key in "typed into it":
        page.keyboard.press("Space" if key == " " else key)
        page.wait_for_timeout(100)
    page.wait_for_timeout(500)
    seen = page.evaluate("window.seen")
    keys = seen["keys"] or [0]  # none: each was painted within 16 ms
    edits["typing"] = {"medianMs": statistics.median(keys), "mostMs": max(keys), "over16Ms": len(seen["keys"])}
    return {"edits": edits, "longTasksMs": seen["tasks"]}


def choose(page: Page) -> None:
    page.get_by_role("tree", name="Outline").get_by_role("treeitem", name="Text “Words 3 4").click()


def presses(page: Page, button: str) -> dict[str, float]:
    found = page.get_by_role("button", name=button, exact=True)
    times = []
    for _ in range(TURNS if button != "Move up" else 3):
        times.append(found.evaluate(PRESS))
        page.wait_for_timeout(50)
    return {"medianMs": round(statistics.median(times), 1), "mostMs": round(max(times), 1)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("blocks", type=int, nargs="?", default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        server = Server(Path(directory) / "data")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            made = server.api("POST", "/content", {"name": "Long", "tree": tree(given.blocks)})
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            sign_in(page, server)
            page.goto(f"{server.url}/content/{made['id']}")
            page.get_by_text("Words 3 4").first.wait_for()
            told = {"bench": "editor", "blocks": given.blocks, "goalMs": GOAL_MS}
            print(json.dumps(told | machine.described() | measure(page)), flush=True)
        finally:
            browser.close()
            server.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

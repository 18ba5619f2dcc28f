"""Pages that carry the browser client, and waiting for what it sends."""

from __future__ import annotations

import json
from typing import Any

from tests.compat.clients import NODE_PARTS, installed_node
from tests.compat.faults import FaultyProxy
from tests.compat.site import Site

UMD = NODE_PARTS / "node_modules" / "@segment" / "analytics-next" / "dist" / "umd" / "index.js"

VIEWS = "(count) => { for (let n = 0; n < count; n++) analytics.track('Item Viewed', {n}); }"
"""A script that makes so many tracks at once, `n` running from 0."""


def npm_page(site: Site, key: str, cdn: str, options: dict[str, Any]) -> str:
    """The address of a page that carries the client as npm has it."""
    installed_node()
    site.put("/client.js", UMD.read_bytes())
    load = f"AnalyticsNext.AnalyticsBrowser.load({{writeKey: '{key}', cdnURL: '{cdn}'}}, {json.dumps(options)})"
    script = f"<script src=/client.js></script><script>window.analytics = {load}</script>"
    return site.put(f"/{key}.html", f"<!doctype html><title>Setup guide</title>{script}")


def open_page(page: Any, address: str, referrer: str = "") -> list[str]:
    """Opens it; the list fills with what goes wrong in it."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(address, wait_until="load", **({"referer": referrer} if referrer else {}))
    page.wait_for_function("!!(window.analytics && window.analytics.track)")
    return troubles


def wait_for_answers(page: Any, proxy: FaultyProxy, count: int) -> None:
    """Until the client has had an answer for each event, the lost ones again too."""
    for _ in range(300):
        answered = [seen for seen in proxy.posts if seen.status == 200 and seen.fault is None]
        if len({event["messageId"] for seen in answered for event in seen.events}) >= count:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the client gave up before every event was answered")

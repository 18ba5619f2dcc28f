"""Content made by the management API and shown in pages of a site of one's own."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser.sdk import tag, token_of
from tests.compat.site import Site
from tests.server import Server

COUNT = itertools.count(1)
SLOT = '<div id="slot"></div>'

STRICT = (
    "default-src 'none'; script-src {server} {scripts}; connect-src {server}; img-src 'self'; media-src 'self'; "
    "style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""No inline script, no inline style, no policy that could make one: only the server's scripts and the site's files."""


def block(type_: str, id_: str, blocks: Sequence[dict[str, Any]] | None = None, /, **props: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"id": id_, "type": type_, "props": props}
    return made if blocks is None else made | {"blocks": list(blocks)}


def tree(*blocks: dict[str, Any], kind: str = "inline", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "blocks": list(blocks)} | more


def placement(
    *, selectors: Sequence[str] = ("#slot",), place: str = "inside", page: str = "", **more: Any
) -> dict[str, Any]:
    """`page`: the path of the only page that shows it."""
    show = [{"kind": "path", "value": page}] if page else []
    pages = {"match": "any", "show": show, "hide": []}
    given = {"id": f"p{next(COUNT):05}", "selectors": list(selectors), "place": place, "pages": pages}
    return given | {"trigger": {"on": "load"}, "delayS": 0, "frequency": {"kind": "always"}} | more


def publish(server: Server, name: str, shown: dict[str, Any], *placements: dict[str, Any]) -> dict[str, Any]:
    """A content for everyone, live when this returns."""
    made = draft(server, name, shown, *placements)
    return server.api("POST", f"/content/{made['id']}/publish", {})


def withdraw(server: Server) -> None:
    """Deletes all content, so that nothing of one test is shown in another, or in its second run."""
    for each in server.api("GET", "/content", params={"limit": 100})["data"]:
        if each["status"] in ("published", "changed"):
            server.api("POST", f"/content/{each['id']}/unpublish", {})
        server.api("DELETE", f"/content/{each['id']}")


def draft(server: Server, name: str, shown: dict[str, Any], *placements: dict[str, Any]) -> dict[str, Any]:
    made = server.api("POST", "/content", {"name": name, "kind": shown["kind"], "tree": shown})
    change = {"revision": made["revision"], "placements": list(placements)}
    return server.api("PATCH", f"/content/{made['id']}", change)


def strict(server: Server, *, scripts: str = "") -> dict[str, str]:
    """`scripts`: further sources of scripts, such as 'self' in quotes."""
    return {"Content-Security-Policy": STRICT.format(server=server.url, scripts=scripts)}


def page_of(server: Server, body: str = SLOT, *, head: str = "", attributes: str = 'lang="en"', **data: str) -> str:
    """A page with the SDK, whose body has a heading and `body` in its main part."""
    script = tag(server, client_token=token_of(server), **data)
    return (
        f'<!doctype html><html {attributes}><head><meta charset="utf-8"><title>A page</title>'
        f'<meta name="viewport" content="width=device-width">{head}{script}</head>'
        f"<body><main><h1>A page</h1>{body}</main></body></html>"
    )


def show(
    page: Page, server: Server, site: Site, path: str, html: str, headers: Mapping[str, str] | None = None
) -> Locator:
    """Opens the page and gives its first content, once it is drawn."""
    page.goto(site.put(path, html, strict(server) if headers is None else headers))
    return shown(page)


def shown(page: Page) -> Locator:
    found = page.locator(".headwater-content").first
    found.wait_for(state="attached")
    # What is large is drawn over several frames, and shows once all of it is there.
    page.locator(".headwater-content .hw-drawing").first.wait_for(state="detached")
    return found

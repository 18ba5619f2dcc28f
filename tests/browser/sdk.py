"""Pages of a site of one's own that carry the SDK, under a strict policy, and what arrives of them."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from playwright.sync_api import Page

from tests.compat.site import Site
from tests.server import Server

WAIT_S = 40.0
EMPTY = "<!doctype html><title>A page</title>"


def token_of(server: Server) -> str:
    return server.api("GET", "/workspace")["clientToken"]


def policy(server: Server, html: str) -> dict[str, str]:
    """A policy that lets in the server's scripts and, by their hashes, the page's own: nothing else inline."""
    inline = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in inline]
    sources = " ".join((server.url, *hashes))
    return {"Content-Security-Policy": f"default-src 'none'; script-src {sources}; connect-src {server.url}"}


def trusted_types(server: Server) -> dict[str, str]:
    """As strict as it gets: no inline script, no policy that could make one."""
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src {server.url}; connect-src {server.url}; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )
    }


def tag(server: Server, script: str = "/sdk/latest/headwater.js", **data: str) -> str:
    attributes = "".join(f' data-{name.replace("_", "-")}="{value}"' for name, value in data.items())
    return f'<script src="{server.url}{script}"{attributes}></script>'


def open_page(
    page: Page, site: Site, html: str, headers: Mapping[str, str] | None = None, *, path: str = "/index.html"
) -> str:
    """Gives the page's address."""
    address = site.put(path, html, headers)
    page.goto(address)
    return address


def until(page: Page, expression: str, *, wait_s: float = 30.0) -> None:
    """Asks from outside: what the browser's tool runs inside to wait is refused by a strict policy."""
    deadline = time.monotonic() + wait_s
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < deadline, f"never true within {wait_s} s: {expression}"
        time.sleep(0.05)


def loaded(page: Page, name: str = "headwater") -> None:
    until(page, f"window.{name} && {name}.providerProps")


def rows(server: Server, query: str, expected: Callable[[list[list[Any]]], bool] | list[list[Any]]) -> list[list[Any]]:
    """The rows of a query once they are as expected; none while a table or a column is not there yet."""
    check = expected if callable(expected) else lambda found: found == expected
    deadline = time.monotonic() + WAIT_S
    while not check(found := _rows(server, query)):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def _rows(server: Server, query: str) -> list[list[Any]]:
    headers = {"authorization": f"Bearer {server.token}"}
    answer = httpx.post(f"{server.url}/api/v1/sql", json={"query": query}, headers=headers, timeout=60)
    if answer.status_code == 400 and re.search("unknown_table|not found in FROM", answer.text):
        return []
    assert answer.status_code == 200, f"{query}: {answer.status_code} {answer.text}"
    return answer.json()["rows"]


def emptied(page: Page) -> None:
    """All that waited has been taken by the server."""
    until(page, "!Object.keys(localStorage).some((key) => key.startsWith('headwater:q:'))")


def waiting(page: Page) -> int:
    """How many events are kept in the page's storage."""
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('headwater:q:')).length")

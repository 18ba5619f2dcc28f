"""Fixtures of the compatibility tests: a proxy that fails on purpose, web pages of another origin, a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.compat import clients
from tests.compat.faults import FaultyProxy
from tests.compat.site import Site
from tests.server import Server

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def proxy(shared_server: Server) -> Iterator[FaultyProxy]:
    """Between the client and the module's server."""
    with FaultyProxy(shared_server.url) as running:
        yield running


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Web pages on an origin of their own."""
    with Site() as running:
        yield running


@pytest.fixture(scope="module")
def chromium():
    """A real browser; each test opens a context of its own. It goes with the module, and its event loop with it."""
    executable = clients.chromium()
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    context = chromium.new_context(ignore_https_errors=True)
    opened = context.new_page()
    yield opened
    context.close()

"""A real Chromium against a real server. What a test does in the page, it does with the mouse and the keyboard."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.window import FLAGS, Faults, sign_in
from tests.server import Server

CHROMIUM = Path(os.environ.get("HEADWATER_CHROMIUM", "/usr/bin/chromium"))
PATIENCE_MS = 30_000
"""How long is waited for what must come. A machine may be slow; only a test that fails takes so long."""

DASHBOARD = Path(__file__).parents[2] / "src" / "headwater" / "app" / "dashboard" / "index.html"

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module; it goes with the module, so that its event loop is in nobody's way."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no browser at {CHROMIUM}; HEADWATER_CHROMIUM names another one")
    if not DASHBOARD.exists():
        pytest.skip("the dashboard is not built; `make setup` builds it")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window of its own: no cookie, nothing kept, English, light, 1280 pixels wide."""
    opened = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-GB", color_scheme="light", accept_downloads=True
    )
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


@pytest.fixture
def page(request: pytest.FixtureRequest, context: BrowserContext) -> Iterator[Page]:
    """A page that must log no error and throw none: a broken policy, a missing file, a failed script.

    A server of the test's own outlives the page, which would complain that nobody answers any more.
    """
    for own in {"server", "empty"} & set(request.fixturenames):
        request.getfixturevalue(own)
    opened = context.new_page()
    faults = Faults(opened)
    yield opened
    assert faults.seen == []


@pytest.fixture
def inside(page: Page, shared_server: Server) -> Page:
    """A page that is signed in to the module's server, at the list of sources."""
    sign_in(page, shared_server)
    return page

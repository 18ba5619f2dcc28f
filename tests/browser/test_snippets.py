"""The snippets of a source's page work as they are copied: what they send arrives on that page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.window import add_source, arrived, copied
from tests.compat.clients import NODE_PARTS, installed_node
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser


def run(command: list[str], cwd: Path | None = None) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done


def snippet(page: Page, title: str) -> str:
    page.get_by_role("tab", name=title).click()
    return copied(page, f"{title} snippet")


def expect_clean(page: Page, name: str) -> None:
    line = arrived(page, name)
    expect(line).to_be_visible()
    expect(line).to_contain_text("clean")
    expect(line).not_to_contain_text("violation")


def test_curl(inside: Page, shared_server: Server) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    add_source(inside, shared_server.url, "candu", "By curl")
    run(["sh", "-c", snippet(inside, "curl")])
    expect_clean(inside, "tutorial.view")


def test_python(inside: Page, shared_server: Server) -> None:
    add_source(inside, shared_server.url, "candu", "By Python")
    run([sys.executable, "-c", snippet(inside, "Python")])
    expect_clean(inside, "tutorial.view")


def test_node(inside: Page, shared_server: Server) -> None:
    node = installed_node()
    add_source(inside, shared_server.url, "produktly", "By Node")
    run([str(node.node), "--input-type=module", "-e", snippet(inside, "Node")], cwd=NODE_PARTS)
    expect_clean(inside, "Tour Available")


def test_browser(inside: Page, shared_server: Server) -> None:
    add_source(inside, shared_server.url, "javascript", "By browser")
    assert inside.get_by_role("tab", name="Browser").get_attribute("aria-selected") == "true"
    tags = snippet(inside, "Browser")
    with Site() as shop:
        theirs = inside.context.new_page()
        theirs.goto(shop.put("/index.html", tags))
        expect_clean(inside, "Signed Up")
        expect_clean(inside, "identify")
        theirs.close()


def test_curl_to_the_built_in_sources(inside: Page, shared_server: Server) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    for source, event in (("customer-events", "candu.sdk.content"), ("rest", "identify")):
        inside.goto(f"{shared_server.url}/sources/{source}")
        run(["sh", "-c", snippet(inside, "curl")])
        expect_clean(inside, event)


def test_a_page_sends_customer_events_by_beacon(inside: Page, shared_server: Server) -> None:
    inside.goto(f"{shared_server.url}/sources/customer-events")
    script = snippet(inside, "Browser")
    shared_server.wait_closed()
    count = "SELECT count(*) FROM customer_events.candu_sdk_content"
    ((before,),) = shared_server.sql(count)
    with Site() as shop:
        theirs = inside.context.new_page()
        theirs.goto(shop.put("/index.html", f"<!doctype html><script>{script}</script>"))
        shared_server.rows(count, lambda rows: rows == [[before + 1]], wait_s=30)
        theirs.close()

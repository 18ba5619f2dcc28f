"""What the browser tests do again and again, as a person does it: clicking, typing, copying, looking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from playwright.sync_api import Browser, Locator, Page, Response, expect

from tests.server import Server

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Faults:
    """Everything a page complains of, but the answers 4xx that a test asked for."""

    def __init__(self, page: Page) -> None:
        self.seen: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.seen.append(f"thrown: {error}"))

    def _note(self, kind: str, text: str) -> None:
        refused = re.search(r"the server responded with a status of 4\d\d", text)
        if kind in ("error", "warning") and not refused:
            self.seen.append(f"{kind}: {text}")


def sign_in(page: Page, server: Server) -> None:
    """Opens a sign-in link and waits for what it leads to."""
    page.goto(server.sign_in_link())
    page.get_by_role("heading", name="Sources", level=1).wait_for()


@contextmanager
def signed_in(
    browser: Browser, server: Server, *, scheme: Literal["light", "dark"], width: int, patience_ms: int
) -> Iterator[Page]:
    """A signed-in page in a window of its own, where nothing fades: half faded, texts have no contrast to speak of."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(patience_ms)
    page = context.new_page()
    faults = Faults(page)
    sign_in(page, server)
    yield page
    context.close()
    assert faults.seen == []


def type_into(field: Locator, text: str) -> None:
    """Clicks into a field and types over what is there."""
    field.click()
    field.press("ControlOrMeta+a")
    field.press_sequentially(text)


def ask(page: Page, query: str) -> None:
    """Writes a query into the SQL screen's editor and runs it with Ctrl and Enter."""
    editor = page.get_by_label("SQL query")
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(query)
    page.keyboard.press("Control+Enter")


def answer(page: Page) -> list[dict[str, str]]:
    """The rows of the result as the screen shows them, by column."""
    grid = page.get_by_role("region", name="Rows of the result")
    grid.wait_for()
    names = grid.locator("thead th").all_inner_texts()
    rows = grid.locator("tbody tr").all()
    return [dict(zip(names, row.locator("td").all_inner_texts(), strict=False)) for row in rows]


def answered(page: Page, query: str) -> list[dict[str, str]]:
    """The answer of a query, as the screen shows it once it is there."""
    with page.expect_response(lambda response: is_answer(response, query)) as waiting:
        ask(page, query)
    assert waiting.value.status == 200, waiting.value.text()
    expect(page.get_by_role("button", name="Run")).not_to_have_attribute("data-loading", "true")
    return answer(page)


def is_answer(response: Response, query: str) -> bool:
    asked = response.request
    return asked.method == "POST" and asked.url.endswith("/api/v1/sql") and asked.post_data_json["query"] == query


def add_source(page: Page, url: str, catalog: str, label: str) -> None:
    """From the catalogue's page of a tool to the new source's page."""
    page.goto(f"{url}/catalog/sources/{catalog}/add")
    type_into(page.get_by_label("Label"), label)
    page.get_by_role("button", name="Add Source").click()
    page.get_by_role("heading", name=label, level=1).wait_for()


def copied(page: Page, what: str) -> str:
    """Presses a copy button and gives what is in the clipboard then."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=f"Copy {what}").click()
    expect(page.get_by_text(f"Copied {what}").first).to_be_attached()
    text: Any = page.evaluate("navigator.clipboard.readText()")
    assert isinstance(text, str)
    return text


def arrived(page: Page, name: str) -> Locator:
    """The line of an event in the list of the source's page."""
    return page.get_by_role("list", name="Events, newest first").get_by_role("button", name=name)

"""A page of another origin sends customer events: by fetch, by beacon as it is left, and by image as old clients do."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><title>{name}</title><script>
const door = "{url}/api/events/batch?token={token}";
const event = (id) => ({{id, type: "Track", eventName: "Sent from a page", anonymousId: "a", sentAt: new Date()}});
{script}
</script>"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


def visit(page: Page, server: Server, site: Site, script: str) -> None:
    """Opens a page with the script, and leaves it."""
    token = server.api("GET", "/workspace")["clientToken"]
    name = f"/{uuid.uuid4()}.html"
    page.goto(site.put(name, PAGE.format(name=name, url=server.url, token=token, script=script)))
    page.wait_for_function("document.title === 'done'")
    page.goto(site.put("/next.html", "<!doctype html><title>next</title>"))


def arrived(server: Server, *ids: str) -> None:
    query = f"SELECT id FROM customer_events.sent_from_a_page WHERE id IN {(*ids, '')} ORDER BY id"
    server.rows(query, lambda rows: rows == [[each] for each in sorted(ids)], wait_s=30)


def fresh() -> str:
    return str(uuid.uuid4())


def test_a_page_posts_json_and_reads_the_answer(page: Page, shared_server: Server, site: Site) -> None:
    one, two = fresh(), fresh()
    visit(page, shared_server, site, f"""
      fetch(door, {{method: "POST", headers: {{"content-type": "application/json"}}, credentials: "include",
                    body: JSON.stringify([event("{one}"), event("{two}")])}})
        .then((answer) => answer.json())
        .then((said) => {{ document.title = said.success ? "done" : "refused"; }});
    """)  # fmt: skip
    arrived(shared_server, one, two)


def test_beacons_of_text_and_of_json_go_out_as_the_page_is_left(page: Page, shared_server: Server, site: Site) -> None:
    text, blob, last = fresh(), fresh(), fresh()
    visit(page, shared_server, site, f"""
      navigator.sendBeacon(door, JSON.stringify(event("{text}")));
      navigator.sendBeacon(door, new Blob([JSON.stringify([event("{blob}")])], {{type: "application/json"}}));
      addEventListener("pagehide", () => navigator.sendBeacon(door, JSON.stringify([event("{last}")])));
      document.title = "done";
    """)  # fmt: skip
    arrived(shared_server, text, blob, last)


def test_the_old_door_from_a_page(page: Page, shared_server: Server, site: Site) -> None:
    one = fresh()
    visit(page, shared_server, site, f"""
      fetch(door.replace("/batch", "") + "&blob=" + encodeURIComponent(btoa(JSON.stringify(event("{one}")))))
        .then((answer) => {{ document.title = answer.ok ? "done" : "refused"; }});
    """)  # fmt: skip
    arrived(shared_server, one)


def test_only_listed_origins_may_post_json_when_some_are_listed(
    browser: Browser, page: Page, shared_server: Server, site: Site
) -> None:
    ours, theirs = fresh(), fresh()
    post = """fetch(door, {{method: "POST", headers: {{"content-type": "application/json"}},
                            body: JSON.stringify(event("{id}"))}})
      .then((answer) => answer.json()).then(() => {{ document.title = "{then}"; }})
      .catch(() => {{ document.title = "{otherwise}"; }});"""
    shared_server.api("PATCH", "/workspace", {"allowedOrigins": [site.url]})
    try:
        visit(page, shared_server, site, post.format(id=ours, then="done", otherwise="blocked"))
        shared_server.api("PATCH", "/workspace", {"allowedOrigins": ["https://other.example"]})
        # A window of its own: the other one remembers that it may. Its console tells of the refusal, as it should.
        other = browser.new_context()
        visit(other.new_page(), shared_server, site, post.format(id=theirs, then="readable", otherwise="done"))
        other.close()
    finally:
        shared_server.api("PATCH", "/workspace", {"allowedOrigins": []})
    arrived(shared_server, ours)
    shared_server.wait_closed()
    query = f"SELECT count(*) FROM customer_events.sent_from_a_page WHERE id = '{theirs}'"
    assert shared_server.sql(query) == [[0]]

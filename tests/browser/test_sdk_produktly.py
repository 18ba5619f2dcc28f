"""A page with Produktly's snippet, and what the sender to Segment makes of its people."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.sdk import EMPTY, emptied, open_page, policy, rows, tag, token_of, until
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

SNIPPET = """<script>
(function(d){
var script = d.createElement('script');
script.async = true;
script.id = 'produktlyScript';
script.src = 'HOST/js/main.js';
script.setAttribute('data-client-token', 'TOKEN');
d.head.appendChild(script);
})(document);
window.onload = function () { window.onloaded = true; };
</script>"""


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("server") / "data", environment={"HEADWATER_COMPAT": "on"})
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


def visit(page: Page, server: Server, site: Site, path: str) -> None:
    """Opens a page of the site: Produktly's snippet, and our own script for the events that the page tells of."""
    snippet = SNIPPET.replace("HOST", server.url).replace("TOKEN", token_of(server))
    html = f"{EMPTY}{snippet}{tag(server)}"
    open_page(page, site, html, policy(server, html), path=path)
    until(page, "window.Produktly && window.headwater.providerProps")


def tour(page: Page, tour_id: int) -> None:
    page.evaluate("(id) => headwater.track('Tour Start', {tour_id: id})", tour_id)
    emptied(page)


def sent(server: Server, schema: str, tour_id: int) -> list[Any]:
    """[userId, anonymousId] of the one call that told of the tour."""
    query = f"SELECT user_id, anonymous_id FROM {schema}.tour_start WHERE tour_id = {tour_id}"
    (row,) = server.rows(query, lambda found: len(found) == 1, wait_s=40)
    return row


@pytest.mark.seed("S4.8")
def test_who_is_not_identified_has_an_id_that_stays_with_the_browser(
    page: Page, context: BrowserContext, shared_server: Server, site: Site
) -> None:
    source = shared_server.add_source("produktly", "Produktly")
    schema = source["schema"]
    place = "/integrations/produktly-segment"
    settings = {"sourceId": source["id"], "enabled": True}
    shared_server.api("PUT", place, {**settings, "uuidAsUserId": False})

    visit(page, shared_server, site, "/one.html")
    tour(page, 1)
    visit(page, shared_server, site, "/two.html")
    tour(page, 2)
    user_id, anonymous_id = sent(shared_server, schema, 1)
    assert user_id is None
    assert uuid.UUID(anonymous_id).version == 4
    assert sent(shared_server, schema, 2) == [None, anonymous_id]

    page.evaluate("Produktly.identifyUser(123, {plan: 'startup', companyId: 42})")
    tour(page, 3)
    assert sent(shared_server, schema, 3) == ["123", anonymous_id]
    traits = "SELECT anonymous_id, plan, company_id FROM customer_events.identifies WHERE user_id = '123'"
    rows(shared_server, traits, [[anonymous_id, "startup", 42]])

    # Read strictly: the UUID is the userId of who is not identified, and of nobody else.
    shared_server.api("PUT", place, {**settings, "uuidAsUserId": True})
    visit(page, shared_server, site, "/three.html")
    tour(page, 4)
    assert sent(shared_server, schema, 4) == [anonymous_id, anonymous_id]
    page.evaluate("Produktly.identifyUser('123')")
    tour(page, 5)
    assert sent(shared_server, schema, 5) == ["123", anonymous_id]

    # Another browser is somebody else.
    assert context.browser is not None
    other = context.browser.new_context()
    elsewhere = other.new_page()
    visit(elsewhere, shared_server, site, "/one.html")
    tour(elsewhere, 6)
    other.close()
    assert sent(shared_server, schema, 6)[0] not in (anonymous_id, None)


def test_a_hash_signs_the_user_as_text_or_in_an_object(
    context: BrowserContext, shared_server: Server, site: Site
) -> None:
    secret = shared_server.api("POST", "/workspace/identity-secrets", {"name": "produktly"})["key"]
    page = context.new_page()
    shared_server.api("PATCH", "/workspace", {"identityVerification": "require"})
    users = [f"user-{uuid.uuid4()}" for _ in range(3)]
    hashes = [hmac.new(secret.encode(), user.encode(), hashlib.sha256).hexdigest() for user in users]
    try:
        visit(page, shared_server, site, "/signed.html")
        page.evaluate(
            """([users, hashes]) => {
              Produktly.identifyUser(users[0], {a: 1}, hashes[0]);
              Produktly.identifyUser(users[1], {a: 1}, {hash: hashes[1]});
              Produktly.identifyUser(users[2], {a: 1}, hashes[0]);
            }""",
            [users, hashes],
        )
        emptied(page)
    finally:
        shared_server.api("PATCH", "/workspace", {"identityVerification": "off"})
    listed = ", ".join(f"'{user}'" for user in users)
    query = f"SELECT user_id FROM customer_events.identifies WHERE user_id IN ({listed}) ORDER BY user_id"
    rows(shared_server, query, [[user] for user in sorted(users[:2])])


def test_start_tour_says_quietly_that_there_are_none(page: Page, shared_server: Server, site: Site) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    visit(page, shared_server, site, "/tour.html")
    page.evaluate("Produktly.startTour({tourId: '5488'}); Produktly.startTour({tourId: '5489'})")
    assert said == ["info: headwater: there are no tours yet; startTour does nothing."] * 2


def test_the_doors_are_closed_unless_they_are_opened(tmp_path_factory: pytest.TempPathFactory, page: Page) -> None:
    server = Server(tmp_path_factory.mktemp("closed") / "data")
    try:
        for path, status in (
            ("/sdk/latest/headwater.js", 200),
            ("/sdk/latest/candu.umd.js", 404),
            ("/js/main.js", 404),
        ):
            answer = page.request.get(server.url + path)
            assert (answer.status, "compat is off" in answer.text()) == (status, status == 404)
    finally:
        assert server.stop() == 0

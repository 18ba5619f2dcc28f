"""The SDK when things go wrong: no server, lost answers, no storage, no crypto, a page that ends. Nothing is lost, and
nothing counts twice; the page never notices."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.sdk import EMPTY, emptied, loaded, open_page, rows, tag, token_of, trusted_types, until, waiting
from tests.compat.faults import CutOff, FaultyProxy, LoseAnswer, Refuse
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

NO_STORAGE = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("The page may not.", "SecurityError"); }});"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """One that comes back where it was."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Server(tmp_path / "data", "--port", str(port))
    yield running
    assert running.process is not None
    if running.process.poll() is None:
        assert running.stop() == 0, running.stderr()


@pytest.fixture
def errors(context: BrowserContext) -> Iterator[list[str]]:
    """What pages of the window threw; the test fails when there is any."""
    thrown: list[str] = []
    context.on("weberror", lambda error: thrown.append(str(error.error)))
    yield thrown
    assert thrown == []


@pytest.fixture
def quiet(context: BrowserContext, errors: list[str]) -> Page:
    """A page whose console may tell of the network; it must throw nothing."""
    return context.new_page()


def start(page: Page, server: Server, site: Site, *, path: str = "/index.html", **data: str) -> None:
    html = EMPTY + tag(server, client_token=token_of(server), **data)
    open_page(page, site, html, trusted_types(server), path=path)
    loaded(page)


def fresh() -> str:
    return f"user-{uuid.uuid4()}"


def track(page: Page, name: str, count: int, first: int = 0) -> None:
    script = "([name, count, first]) => { for (let n = 0; n < count; n++) headwater.track(name, {n: first + n}); }"
    page.evaluate(script, [name, count, first])


def test_a_server_that_is_away_and_comes_back(quiet: Page, own_server: Server, site: Site) -> None:
    user = fresh()
    start(quiet, own_server, site, user_id=user)
    emptied(quiet)
    assert own_server.stop() == 0
    track(quiet, "While away", 120)
    expect(quiet).to_have_title("A page")
    assert waiting(quiet) == 120
    # The page is left and opened again while the server is still away: its tag finds no script, so nothing is sent.
    quiet.goto(site.put("/next.html", EMPTY))
    own_server.start()
    start(quiet, own_server, site, user_id=user)
    track(quiet, "While away", 30, 120)
    counts = "SELECT count(*), count(DISTINCT n), count(DISTINCT id)"
    query = f"{counts} FROM customer_events.while_away WHERE user_id = '{user}'"
    rows(own_server, query, [[150, 150, 150]])
    emptied(quiet)
    own_server.wait_closed()
    assert own_server.sql(query) == [[150, 150, 150]]


def test_refusals_and_lost_answers_lose_and_double_nothing(quiet: Page, shared_server: Server, site: Site) -> None:
    user = fresh()
    with FaultyProxy(shared_server.url) as proxy:
        proxy.plan({0: Refuse(503), 1: LoseAnswer(), 2: Refuse(429, retry_after_s=1), 3: CutOff(), 5: LoseAnswer()})
        script = f'<script src="{proxy.url}/sdk/latest/headwater.js" data-client-token="{token_of(shared_server)}"'
        open_page(quiet, site, f'{EMPTY}{script} data-user-id="{user}"></script>')
        loaded(quiet)
        track(quiet, "Through faults", 250)
        emptied(quiet)
        assert proxy.faults_left == 0
        ids = [event["id"] for seen in proxy.posts if seen.status == 200 for event in seen.json]  # pyright: ignore
        assert len(ids) > len(set(ids)) == 251
        query = f"SELECT count(*), count(DISTINCT n) FROM customer_events.through_faults WHERE user_id = '{user}'"
        rows(shared_server, query, [[250, 250]])
        shared_server.wait_closed()
        assert shared_server.sql(query) == [[250, 250]]
        kinds = {(seen.method, seen.headers.get("content-type")) for seen in proxy.seen}
        assert kinds == {("GET", None), ("POST", "text/plain;charset=UTF-8")}
        assert not any("cookie" in seen.headers for seen in proxy.posts)


def test_a_page_that_is_left_at_once_delivers(page: Page, shared_server: Server, site: Site) -> None:
    user = fresh()
    start(page, shared_server, site, user_id=user)
    page.evaluate(
        "(address) => { headwater.track('Left at once', {n: 1}); location.href = address; }",
        site.put("/next.html", "<!doctype html><title>next</title>"),
    )
    page.wait_for_url("**/next.html")
    query = f"SELECT n FROM customer_events.left_at_once WHERE user_id = '{user}'"
    rows(shared_server, query, [[1]])


def test_a_window_that_is_closed_delivers(context: BrowserContext, shared_server: Server, site: Site) -> None:
    user = fresh()
    page = context.new_page()
    start(page, shared_server, site, user_id=user)
    track(page, "Closed window", 20)
    page.close(run_before_unload=False)
    query = f"SELECT count(*) FROM customer_events.closed_window WHERE user_id = '{user}'"
    rows(shared_server, query, [[20]])


def test_two_windows_share_what_waits(context: BrowserContext, own_server: Server, site: Site) -> None:
    user = fresh()
    one, two = context.new_page(), context.new_page()
    start(one, own_server, site, user_id=user)
    start(two, own_server, site, user_id=user, path="/two.html")
    emptied(two)
    own_server.stop()
    track(one, "Of two windows", 10)
    track(two, "Of two windows", 10, 10)
    one.close()
    own_server.start()
    start(two, own_server, site, user_id=user, path="/three.html")
    query = f"SELECT count(*), count(DISTINCT n) FROM customer_events.of_two_windows WHERE user_id = '{user}'"
    rows(own_server, query, [[20, 20]])
    emptied(two)
    own_server.wait_closed()
    assert own_server.sql(query) == [[20, 20]]


def test_cookies_keep_the_anonymous_id_where_there_is_no_storage(page: Page, shared_server: Server, site: Site) -> None:
    page.add_init_script(NO_STORAGE)
    start(page, shared_server, site)
    first = page.evaluate("[headwater.providerProps.storage, headwater.providerProps.anonymousId]")
    start(page, shared_server, site, path="/other.html")
    assert page.evaluate("[headwater.providerProps.storage, headwater.providerProps.anonymousId]") == first
    assert first[0] == "cookie"
    user = fresh()
    page.evaluate("(user) => { headwater.identify(user); headwater.track('Without storage'); }", user)
    query = f"SELECT anonymous_id FROM customer_events.without_storage WHERE user_id = '{user}'"
    rows(shared_server, query, [[first[1]]])


def test_a_sandboxed_page_that_may_keep_nothing(page: Page, shared_server: Server, site: Site) -> None:
    """Its origin is its own: storage and cookies throw."""
    user = fresh()
    html = EMPTY + tag(shared_server, client_token=token_of(shared_server), user_id=user)
    policy = trusted_types(shared_server)["Content-Security-Policy"]
    open_page(page, site, html, {"Content-Security-Policy": f"{policy}; sandbox allow-scripts"})
    loaded(page)
    assert page.evaluate("headwater.providerProps.storage") == "memory"
    page.evaluate("headwater.track('Sandboxed')")
    rows(shared_server, f"SELECT count(*) FROM customer_events.sandboxed WHERE user_id = '{user}'", [[1]])


def test_a_page_without_crypto_beacon_and_intl(page: Page, shared_server: Server, site: Site) -> None:
    page.add_init_script("""
      Object.defineProperty(window, "crypto", {value: undefined});
      Object.defineProperty(navigator, "sendBeacon", {value: undefined});
      Object.defineProperty(window, "Intl", {value: {}});
      Object.defineProperty(window, "navigation", {value: undefined});""")
    user = fresh()
    start(page, shared_server, site, user_id=user, pages="")
    page.evaluate("headwater.track('Without much')")
    rows(shared_server, f"SELECT count(*) FROM customer_events.without_much WHERE user_id = '{user}'", [[1]])
    assert uuid.UUID(page.evaluate("headwater.providerProps.anonymousId")).version == 4


def test_a_page_that_has_broken_everything_hears_nothing(browser: Browser, shared_server: Server, site: Site) -> None:
    context = browser.new_context()
    thrown: list[str] = []
    context.on("weberror", lambda error: thrown.append(str(error.error)))
    page = context.new_page()
    page.add_init_script("""
      const refuse = () => { throw new Error("of the page"); };
      window.fetch = refuse; navigator.sendBeacon = refuse; JSON.stringify = refuse;
      Storage.prototype.setItem = refuse; Storage.prototype.getItem = refuse;
      window.dispatchEvent = refuse; Date.prototype.toISOString = refuse; history.pushState = refuse;
      Object.defineProperty(window, "navigation", {value: undefined});""")
    html = EMPTY + tag(shared_server, client_token=token_of(shared_server), user_id="ann", pages="")
    open_page(page, site, html, trusted_types(shared_server))
    until(page, "window.headwater")
    said = page.evaluate("""async () => {
      headwater.init({clientToken: "x", userId: "ann", traits: {a: 1}, pages: true});
      headwater.identify("ben"); headwater.track("One"); headwater.screen("Two"); headwater.group("g");
      headwater.track(null, 7); headwater.identify({}, 7); headwater.group(undefined); headwater.init(7);
      headwater.reset();
      await headwater.page(); await headwater.flush();
      return await headwater.getMembership();
    }""")
    assert said == []
    page.goto("about:blank")
    assert thrown == []
    context.close()

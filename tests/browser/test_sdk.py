"""The SDK in real pages: what it sends, how it starts, what it tells the page, under the strictest policies."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.sdk import EMPTY, loaded, open_page, policy, rows, tag, token_of, trusted_types, until, waiting
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

LIMIT_BYTES = 6000


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


def fresh() -> str:
    return f"user-{uuid.uuid4()}"


def start(page: Page, server: Server, site: Site, html: str = "", *, path: str = "/index.html", **data: str) -> str:
    """Opens a page whose tag starts the SDK, under Trusted Types; gives its address."""
    whole = EMPTY + tag(server, client_token=token_of(server), **data) + html
    address = open_page(page, site, whole, trusted_types(server), path=path)
    loaded(page)
    return address


def test_every_call_under_trusted_types(page: Page, shared_server: Server, site: Site) -> None:
    user = fresh()
    address = start(page, shared_server, site, user_id=user)
    page.evaluate("""async () => {
      headwater.identify(headwater.providerProps.userId, {email: "ann@example.com", plan: "pro", logins: 5});
      headwater.track("Ordered by page", {total: 12.5, items: [1, 2]});
      headwater.screen("Basket", {tab: "new"});
      headwater.group("acme-" + headwater.providerProps.userId, {name: "Acme", employees: 329});
      await headwater.page("Shop");
    }""")
    anonymous = page.evaluate("headwater.providerProps.anonymousId")
    who = f"user_id = '{user}'"
    both = [[user, anonymous]]
    select = "SELECT user_id, anonymous_id"
    rows(shared_server, f"{select} FROM customer_events.ordered_by_page WHERE {who} AND total = 12.5", both)
    traits = "email = 'ann@example.com' AND plan = 'pro' AND logins = 5"
    rows(shared_server, f"{select} FROM customer_events.identifies WHERE {who} AND {traits}", both)
    rows(shared_server, f"{select} FROM customer_events.screens WHERE {who} AND name = 'Basket' AND tab = 'new'", both)
    rows(shared_server, f"{select} FROM customer_events.pages WHERE {who} AND name = 'Shop'", both)
    group = f"SELECT name, employees FROM customer_events.groups WHERE {who} AND group_id = 'acme-{user}'"
    rows(shared_server, group, [["Acme", 329]])
    context = """SELECT context_page_url, context_page_path, context_page_title, context_screen_width,
      context_locale, context_timezone IS NOT NULL, context_user_agent, context_library_name, context_sdk_name
      FROM customer_events.ordered_by_page"""
    width, agent = page.evaluate("[screen.width, navigator.userAgent]")
    seen: list[Any] = [address, "/index.html", "A page", width, "en-GB", True, agent]
    assert shared_server.sql(f"{context} WHERE {who}") == [[*seen, "headwater.js", "@headwater/browser"]]


def test_the_scripts_as_loaded_are_small_and_kept(page: Page, shared_server: Server, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.resource_type == "script" else None)
    with page.expect_response("**/sdk/latest/headwater.js") as waited:
        start(page, shared_server, site)
    answer = waited.value
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) <= LIMIT_BYTES
    page.evaluate("headwater.track('Looked')")
    page.evaluate("headwater.flush()")
    assert asked == [f"{shared_server.url}/sdk/latest/headwater.js"]
    again = page.request.get(answer.url, headers={"if-none-match": answer.headers["etag"], "accept-encoding": "gzip"})
    assert (again.status, again.body()) == (304, b"")


def test_calls_in_a_list_wait_for_the_script(page: Page, shared_server: Server, site: Site) -> None:
    user = fresh()
    inline = f"""
      (window.headwater = window.headwater || []).push((sdk) => sdk.identify("{user}", {{plan: "list"}}));
      window.addEventListener("headwater.ready", () => {{ document.title = "ready"; }});"""
    script = tag(shared_server, client_token=token_of(shared_server)).replace("<script", "<script async")
    html = f"<!doctype html><title>A page</title><script>{inline}</script>{script}"
    open_page(page, site, html, policy(shared_server, html))
    until(page, "document.title === 'ready'")
    rows(shared_server, f"SELECT plan FROM customer_events.identifies WHERE user_id = '{user}'", [["list"]])


def test_an_async_tag_and_a_later_init(page: Page, shared_server: Server, site: Site) -> None:
    """Calls that come before `init` wait for it."""
    user = fresh()
    html = EMPTY + tag(shared_server)
    open_page(page, site, html, trusted_types(shared_server))
    until(page, "window.headwater && window.headwater.version")
    assert page.evaluate("headwater.providerProps") is None
    page.evaluate("headwater.track('Before init')")
    page.evaluate("(given) => headwater.init(given)", {"clientToken": token_of(shared_server), "userId": user})
    rows(shared_server, f"SELECT count(*) FROM customer_events.before_init WHERE user_id = '{user}'", [[1]])


def test_variables_never_leave_the_page(page: Page, shared_server: Server, site: Site) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
    start(page, shared_server, site)
    user = fresh()
    page.evaluate(
        """async ([token, user]) => {
          headwater.init({clientToken: token, userId: user, variables: {salary: "s3cr3t-value"},
                          callbacks: {open: function opensTheDrawer() {}}});
          headwater.track("With variables");
          await headwater.flush();
        }""",
        [token_of(shared_server), user],
    )
    rows(shared_server, f"SELECT count(*) FROM customer_events.with_variables WHERE user_id = '{user}'", [[1]])
    assert page.evaluate("headwater.providerProps.variables.salary") == "s3cr3t-value"
    assert "With variables" in "".join(sent)
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "s3cr3t-value" not in "".join(sent) + kept
    assert "opensTheDrawer" not in "".join(sent) + kept


def test_the_page_hears_of_content(page: Page, shared_server: Server, site: Site) -> None:
    start(page, shared_server, site)
    heard = page.evaluate("""() => {
      const heard = [];
      for (const name of ["candu.sdk.screen", "candu.sdk.track", "headwater.track", "headwater.screen"])
        window.addEventListener(name, ({detail}) => heard.push([name, detail]));
      headwater.screen("candu.sdk.content", {slug: "welcome", documentId: 77936});
      headwater.track("candu.sdk.content.interaction", {trigger: "OnClick", eventName: "Open"});
      headwater.track("Something else");
      return heard;
    }""")
    shown = {"screenName": "candu.sdk.content", "properties": {"slug": "welcome", "documentId": 77936}}
    clicked = {
        "eventName": "candu.sdk.content.interaction",
        "properties": {"trigger": "OnClick", "eventName": "Open"},
    }
    assert heard == [
        ["candu.sdk.screen", shown],
        ["headwater.screen", shown],
        ["candu.sdk.track", clicked],
        ["headwater.track", clicked],
        ["headwater.track", {"eventName": "Something else", "properties": None}],
    ]


@pytest.mark.parametrize("by", ["navigation", "history"])
def test_routes_of_a_single_page_application(page: Page, shared_server: Server, site: Site, by: str) -> None:
    if by == "history":
        page.add_init_script("Object.defineProperty(window, 'navigation', {value: undefined})")
    user = fresh()
    start(page, shared_server, site, path=f"/{by}.html", user_id=user, pages="")
    went = """async () => {
      const went = (title, action) => new Promise((done) => {
        action(); document.title = title; setTimeout(done, 60);
      });
      await went("One", () => history.pushState({}, "", "/one"));
      await went("Two", () => history.replaceState({}, "", "/two?tab=1"));
      await went("Two", () => history.replaceState({changed: 1}, "", "/two?tab=1"));
      await went("Two", () => { location.hash = "part"; });
      await went("Three", () => { location.hash = "#/three"; });
      history.go(-2);
    }"""
    page.evaluate(went)
    query = f"SELECT name, context_page_path FROM customer_events.pages WHERE user_id = '{user}' ORDER BY timestamp, id"
    found = rows(shared_server, query, lambda found: len(found) == 5)
    assert sorted(found[:4]) == sorted([["A page", f"/{by}.html"], ["One", "/one"], ["Two", "/two"], ["Three", "/two"]])
    assert found[4][1] == "/two"


def test_no_page_calls_unless_wanted(page: Page, shared_server: Server, site: Site) -> None:
    user = fresh()
    start(page, shared_server, site, user_id=user)
    page.evaluate("history.pushState({}, '', '/elsewhere')")
    page.evaluate("headwater.track('Last of no pages')")
    rows(shared_server, f"SELECT count(*) FROM customer_events.last_of_no_pages WHERE user_id = '{user}'", [[1]])
    assert rows(shared_server, f"SELECT count(*) FROM customer_events.tracks WHERE user_id = '{user}'", [[1]])
    names = shared_server.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'customer_events'")
    if ["pages"] in names:
        assert shared_server.sql(f"SELECT count(*) FROM customer_events.pages WHERE user_id = '{user}'") == [[0]]


def test_the_anonymous_id_stays_and_reset_makes_another(page: Page, shared_server: Server, site: Site) -> None:
    get = "headwater.providerProps.anonymousId"
    start(page, shared_server, site)
    first = page.evaluate(get)
    start(page, shared_server, site, path="/other.html")
    assert page.evaluate(get) == first
    page.evaluate("headwater.reset()")
    second = page.evaluate(get)
    start(page, shared_server, site)
    assert page.evaluate(get) == second != first


def test_a_wrong_token_is_told_once(context: BrowserContext, shared_server: Server, site: Site) -> None:
    page = context.new_page()
    said: list[str] = []
    thrown: list[object] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: thrown.append(error))
    open_page(page, site, EMPTY + tag(shared_server, client_token="nosuchtokn"), trusted_types(shared_server))
    loaded(page)
    for _ in range(3):
        page.evaluate("headwater.track('Nowhere'); headwater.flush()")
    until(page, "performance.getEntriesByType('resource').some((one) => one.responseStatus === 403)")
    page.evaluate("headwater.flush()")
    ours = [text for text in said if text.startswith("headwater:")]
    assert len(ours) == 1
    assert "invalid_client_token" in ours[0]
    assert ours[0].endswith(".")
    assert not ours[0].endswith("..")
    assert thrown == []


def test_signed_identities_from_the_page(context: BrowserContext, shared_server: Server, site: Site) -> None:
    secret = shared_server.api("POST", "/workspace/identity-secrets", {"name": "pages"})["key"]
    token = token_of(shared_server)
    right, forged = fresh(), fresh()
    signature = hmac.new(secret.encode(), right.encode(), hashlib.sha256).hexdigest()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    shared_server.api("PATCH", "/workspace", {"identityVerification": "require"})
    try:
        open_page(page, site, EMPTY + tag(shared_server), trusted_types(shared_server))
        page.evaluate(
            """async ([token, right, signature, forged]) => {
              headwater.init({clientToken: token, userId: forged, hmac: signature, traits: {plan: "signed"}});
              headwater.init({clientToken: token, userId: right, hmac: signature, traits: {plan: "signed"}});
              await headwater.flush();
            }""",
            [token, right, signature, forged],
        )
        query = f"SELECT user_id FROM customer_events.identifies WHERE user_id IN ('{right}', '{forged}')"
        rows(shared_server, query, [[right]])
        shared_server.wait_closed()
        assert shared_server.sql(query) == [[right]]
    finally:
        shared_server.api("PATCH", "/workspace", {"identityVerification": "off"})
    ours = [text for text in said if text.startswith("headwater:")]
    assert len(ours) == 1
    assert "identity_invalid" in ours[0]
    assert waiting(page) == 0

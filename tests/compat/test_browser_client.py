"""The unmodified browser client in a real browser, on pages of another origin than the server's."""

from __future__ import annotations

import json
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import certificate
from tests.compat.calls import ACCOUNT, USER
from tests.compat.clients import NODE_PARTS, installed_node
from tests.compat.faults import CutOff, FaultyProxy, LoseAnswer, Refuse
from tests.compat.pages import VIEWS, npm_page, open_page, wait_for_answers
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

SCRIPTS = Path(__file__).parents[2] / "src" / "headwater" / "app" / "scripts"
GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "clients.md"

EVERY_CALL = """async () => {
  await analytics.page("Docs", "Setup", {step: 1});
  await analytics.identify("user-7", {email: "seven@example.com", plan: "pro", logins: 5});
  await analytics.track("Order Completed", {total: 12.5, quantity: 3, first: true, product: {sku: "A-1"}});
  await analytics.screen("Home", {tab: "new"});
  await analytics.group("account-3", {name: "Acme", employees: 12});
  await analytics.alias("user-7", "user-before");
  return (await analytics.user()).anonymousId();
}"""
BATCHING = {"integrations": {"Segment.io": {"deliveryStrategy": {"strategy": "batching", "config": {"size": 10}}}}}


def check_every_call(server: Server, schema: str, anonymous: str, address: str) -> None:
    server.wait_closed()
    assert server.sql(f"SELECT user_id, previous_id FROM {schema}.aliases") == [[USER, "user-before"]]
    both = [USER, anonymous]
    pages = f"SELECT anonymous_id, user_id, category, name, title, url, step, context_page_url FROM {schema}.pages"
    assert server.sql(pages) == [[anonymous, None, "Docs", "Setup", "Setup guide", address, 1, address]]
    traits = f"SELECT user_id, anonymous_id, email, plan, logins FROM {schema}.identifies"
    assert server.sql(traits) == [[*both, "seven@example.com", "pro", 5]]
    assert server.sql(f"SELECT id, email, logins FROM {schema}.users") == [[USER, "seven@example.com", 5]]
    orders = f'SELECT user_id, anonymous_id, total, quantity, "first", product_sku FROM {schema}.order_completed'
    assert server.sql(orders) == [[*both, 12.5, 3, True, "A-1"]]
    assert server.sql(f"SELECT user_id, anonymous_id, name, tab FROM {schema}.screens") == [[*both, "Home", "new"]]
    groups = f"SELECT user_id, anonymous_id, group_id, name, employees FROM {schema}.groups"
    assert server.sql(groups) == [[*both, ACCOUNT, "Acme", 12]]
    assert server.sql(f"SELECT id, employees FROM {schema}.accounts") == [[ACCOUNT, 12]]
    came_from = f"SELECT DISTINCT context_library_name, context_ip FROM {schema}.tracks"
    assert server.sql(came_from) == [["analytics.js", "127.0.0.1"]]


def test_every_call_of_the_npm_package(shared_server: Server, proxy: FaultyProxy, site: Site, page: Any):
    source = shared_server.add_source("javascript", "Npm page")
    key = source["writeKeys"][0]
    address = npm_page(site, key, proxy.url, {})
    troubles = open_page(page, address)
    anonymous = page.evaluate(EVERY_CALL)
    check_every_call(shared_server, source["schema"], anonymous, address)
    asked = {seen.path for seen in proxy.seen if seen.method == "OPTIONS" and seen.status == 204}
    assert {"/v1/p", "/v1/i", "/v1/t", "/v1/s", "/v1/g", "/v1/a"} <= asked
    assert {seen.headers["content-type"] for seen in proxy.posts} == {"text/plain"}
    assert all("authorization" in seen.headers for seen in proxy.posts)
    assert troubles == []


@pytest.mark.parametrize(("options", "path"), [({}, "/v1/t"), (BATCHING, "/v1/b")], ids=["single", "batching"])
def test_refusals_and_lost_answers_lose_and_double_nothing(
    options: dict[str, Any], path: str, shared_server: Server, proxy: FaultyProxy, site: Site, page: Any
):
    source = shared_server.add_source("javascript", f"Faults {path}")
    proxy.plan({0: Refuse(429, retry_after_s=1), 1: LoseAnswer(), 2: Refuse(503), 3: CutOff()})
    open_page(page, npm_page(site, source["writeKeys"][0], proxy.url, options))
    page.evaluate(VIEWS, 40)
    wait_for_answers(page, proxy, 40)
    accounting = shared_server.wait_closed()
    assert {seen.path for seen in proxy.posts} == {path}
    assert proxy.faults_left == 0
    assert proxy.stored_again() > 0
    whole = (
        f"SELECT count(*), count(DISTINCT id), count(DISTINCT n), min(n), max(n) FROM {source['schema']}.item_viewed"
    )
    assert shared_server.sql(whole) == [[40, 40, 40, 0, 39]]
    mine = next(entry for entry in accounting["sources"] if entry["sourceId"] == source["id"])
    assert (mine["clean"], mine["duplicate"]) == (40, proxy.stored_again())


def test_what_waits_in_a_batch_is_sent_when_the_page_goes_away(
    shared_server: Server, proxy: FaultyProxy, site: Site, page: Any
):
    source = shared_server.add_source("javascript", "Page goes away")
    patient = {"strategy": "batching", "config": {"size": 50, "timeout": 60_000}}
    options = {"integrations": {"Segment.io": {"deliveryStrategy": patient}}}
    open_page(page, npm_page(site, source["writeKeys"][0], proxy.url, options))
    page.evaluate(VIEWS, 3)
    page.wait_for_timeout(300)
    assert proxy.posts == []
    page.goto("about:blank")
    wait_for_answers(page, proxy, 3)
    shared_server.wait_closed()
    assert shared_server.sql(f"SELECT n FROM {source['schema']}.item_viewed ORDER BY n") == [[0], [1], [2]]


def test_an_unknown_key_has_no_settings(proxy: FaultyProxy, site: Site, page: Any):
    address = npm_page(site, "x" * 32, proxy.url, {})
    page.goto(address)
    said = page.evaluate("() => window.analytics.then(() => 'loaded', (error) => String(error))")
    assert said != "loaded"
    assert [seen.status for seen in proxy.seen] == [404]


def own_scripts() -> None:
    if not (SCRIPTS / "standalone.js").is_file():
        pytest.skip("the browser client is not built into the package (make setup does it)")


def test_the_guides_script_tags_load_the_client_from_the_server(
    shared_server: Server, proxy: FaultyProxy, site: Site, page: Any
):
    own_scripts()
    source = shared_server.add_source("javascript", "Script tags")
    tags = GUIDE.read_text("utf-8").partition("```html\n")[2].partition("```")[0]
    tags = tags.replace("https://headwater.example.com", proxy.url).replace("WRITE_KEY", source["writeKeys"][0])
    address = site.put("/tags.html", f"<!doctype html><title>Tags</title>{tags}")
    troubles = open_page(page, f"{address}?ajs_event=Coupon%20Seen&ajs_prop_code=A7")
    page.evaluate("() => analytics.track('Opened', {n: 1})")
    wait_for_answers(page, proxy, 3)
    shared_server.wait_closed()
    schema = source["schema"]
    assert shared_server.sql(f"SELECT title FROM {schema}.pages") == [["Tags"]]
    assert shared_server.sql(f"SELECT n FROM {schema}.opened") == [[1]]
    assert shared_server.sql(f"SELECT code FROM {schema}.coupon_seen") == [["A7"]]
    loaded = [seen.path for seen in proxy.seen if seen.method == "GET" and seen.status == 200]
    assert any(path.startswith("/analytics-next/bundles/queryString.bundle.") for path in loaded)
    assert troubles == []


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that speaks TLS with a certificate that it made itself."""
    folder = tmp_path_factory.mktemp("tls")
    certificate_file, key_file = map(str, certificate(folder))
    trusting = ssl.create_default_context(cafile=certificate_file)
    running = Server(folder / "data", "--tls-cert", certificate_file, "--tls-key", key_file, verify=trusting)
    yield running
    assert running.stop() == 0, running.stderr()


def test_the_unmodified_snippet_with_its_host_set_to_the_server(tls_server: Server, site: Site, page: Any):
    own_scripts()
    source = tls_server.add_source("javascript", "Snippet")
    node = installed_node()
    options = {
        "apiKey": source["writeKeys"][0],
        "host": tls_server.url.removeprefix("https://"),
        "useHostForBundles": True,
        "page": False,
    }
    command = [str(node.node), str(NODE_PARTS / "snippet.mjs")]
    snippet = subprocess.run(command, input=json.dumps(options), capture_output=True, text=True, check=True).stdout
    early = "analytics.track('Before Load', {n: 1})"
    address = site.put("/snippet.html", f"<!doctype html><title>Setup guide</title><script>{snippet};{early}</script>")
    troubles = open_page(page, address)
    page.wait_for_function("!!window.analytics.initialized")
    anonymous = page.evaluate(EVERY_CALL)
    schema = source["schema"]
    check_every_call(tls_server, schema, anonymous, address)
    assert tls_server.sql(f"SELECT n FROM {schema}.before_load") == [[1]]
    assert troubles == []

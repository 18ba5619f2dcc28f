"""The server's own rate limit against unmodified clients: they wait as told, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.compat.calls import views
from tests.compat.clients import NodeClient, PythonClient
from tests.compat.faults import FaultyProxy
from tests.compat.pages import VIEWS, npm_page, open_page, wait_for_answers
from tests.compat.rows import check_views
from tests.compat.site import Site
from tests.server import Server

PER_S = 100
BURST = 10 * PER_S
WAIT_S = 3
OTHERS = BURST + WAIT_S * PER_S
CLIENTS = [
    PythonClient("segment", "2.4.0"),
    PythonClient("segment", "2.3.4", pinned="segment-analytics-python==2.3.4"),
    PythonClient("rudder", "2.1.9"),
    NodeClient("@segment/analytics-node"),
]


@pytest.fixture(scope="module")
def limited_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {"HEADWATER_SOURCE_EVENTS_PER_S": str(PER_S)}
    running = Server(tmp_path_factory.mktemp("limited") / "data", environment=environment)
    yield running
    assert running.stop() == 0, running.stderr()


def source_at_its_limit(server: Server, name: str) -> dict[str, Any]:
    """A source that has just sent more than a burst, and must wait WAIT_S seconds now."""
    source = server.add_source("http-api", name)
    other = [{"type": "track", "userId": "u", "event": "Before"} for _ in range(OTHERS)]
    assert server.send("/v1/batch", {"batch": other}, key=source["writeKeys"][0]).status_code == 200
    refusal = server.send("/v1/track", other[0], key=source["writeKeys"][0])
    assert (refusal.status_code, refusal.json()["code"]) == (429, "too_many_requests")
    assert refusal.headers["retry-after"] == refusal.headers["x-ratelimit-reset"]
    assert 1 <= int(refusal.headers["retry-after"]) <= WAIT_S + 1
    return source


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_clients_wait_and_lose_nothing(client: PythonClient | NodeClient, limited_server: Server):
    source = source_at_its_limit(limited_server, f"Limited {client}")
    with FaultyProxy(limited_server.url) as proxy:
        report = client.run(proxy.url, source["writeKeys"][0], views(150))
        assert report["errors"] == []
        assert 429 in {seen.status for seen in proxy.posts}
        check_views(limited_server, source, proxy, 150, others=OTHERS)


@pytest.mark.browser
def test_the_browser_client_reads_how_long_to_wait(limited_server: Server, site: Site, page: Any):
    source = source_at_its_limit(limited_server, "Limited page")
    with FaultyProxy(limited_server.url) as proxy:
        open_page(page, npm_page(site, source["writeKeys"][0], proxy.url, {}))
        page.evaluate(VIEWS, 10)
        wait_for_answers(page, proxy, 10)
        statuses = [seen.status for seen in proxy.posts]
        assert set(statuses) == {429, 200}
        assert statuses.count(429) <= 10, "a client that knows how long to wait is refused once for each event at most"
        limited_server.wait_closed()
        assert limited_server.sql("SELECT count(*), count(DISTINCT n) FROM limited_page.item_viewed") == [[10, 10]]

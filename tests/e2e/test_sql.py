"""Questions over HTTP: whatever is asked, and however much at once, each fails alone and says why."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from headwater.base.query import MAX_QUERY_CHARS
from tests.server import Server

TIMEOUT_S = 2
ROWS = 500
SETTINGS = {"HEADWATER_QUERY_TIMEOUT_S": str(TIMEOUT_S), "HEADWATER_QUERY_ROWS": str(ROWS)}
AT_ONCE = 22
"""More than run and wait."""

ENDLESS = "SELECT count(*) FROM range(10000000000) a WHERE md5(a.range::VARCHAR) = 'x'"
QUICK_S = 10.0
"""Less than a call waits behind the long queries, far more than it takes on a busy machine."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Its queries have little time and give few rows."""
    server = Server(tmp_path_factory.mktemp("sql") / "data", environment=SETTINGS)
    yield server
    assert server.stop() == 0, server.stderr()


def ask(server: Server, query: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {server.token}"}
    return httpx.post(f"{server.url}/api/v1/sql", json={"query": query}, headers=headers, timeout=120)


def outcome(answer: httpx.Response) -> str:
    return "200" if answer.status_code == 200 else f"{answer.status_code} {answer.json()['error']['code']}"


def test_long_queries_end_each_by_itself_and_keep_no_other_call_waiting(running: Server) -> None:
    answers: list[httpx.Response] = []
    asking = [
        threading.Thread(target=lambda: answers.append(ask(running, ENDLESS)), daemon=True) for _ in range(AT_ONCE)
    ]
    for thread in asking:
        thread.start()
    slowest_s = 0.0
    while any(thread.is_alive() for thread in asking):
        began = time.monotonic()
        running.api("GET", "/accounting")
        running.api("GET", "/sources")
        assert httpx.get(f"{running.url}/readyz", timeout=60).status_code == 200
        slowest_s = max(slowest_s, time.monotonic() - began)
        time.sleep(0.2)
    counts = Counter(outcome(answer) for answer in answers)
    assert slowest_s < QUICK_S, counts
    assert counts.total() == AT_ONCE
    assert counts.keys() == {"400 query_timeout", "503 busy"}
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)
    assert running.sql("SELECT 1") == [[1]]


@pytest.mark.parametrize(
    "query", ["; SELECT 1", ";;SELECT 1", "/* */; SELECT 1", "SELECT 1;;", "-- x\n;SELECT 1; -- y"]
)
def test_empty_statements_are_no_statements(running: Server, query: str) -> None:
    assert running.sql(query) == [[1]]


@pytest.mark.parametrize("query", [";", ";;", "/* */;", "--", "SELECT 1; SELECT 2", "; SELECT 1;; SELECT 2"])
def test_none_and_several_statements_are_refused(running: Server, query: str) -> None:
    assert outcome(ask(running, query)) == "400 query_not_allowed"


def test_what_there_is_to_read_names_no_books_of_the_server(running: Server) -> None:
    running.add_source("http-api", "Shown")
    sources = {source["schema"] for source in running.api("GET", "/sources?limit=100")["data"]}
    tables = running.sql("SELECT table_catalog, table_schema, table_name FROM information_schema.tables")
    assert {schema for _, schema, _ in tables} == sources
    assert "headwater" not in str(tables)
    schemas = running.sql("SELECT schema_name FROM information_schema.schemata")
    assert {schema for (schema,) in schemas} == sources | {"information_schema"}


def test_a_query_may_have_so_many_characters_and_no_more(running: Server) -> None:
    longest = "SELECT 'é'".ljust(MAX_QUERY_CHARS)
    assert running.sql(longest) == [["é"]]
    answer = ask(running, longest + " ")
    assert outcome(answer) == "400 validation_error"
    assert str(MAX_QUERY_CHARS) in answer.json()["error"]["message"]


def test_without_a_limit_the_setting_says_how_many_rows_there_are(running: Server) -> None:
    query = f"SELECT * FROM range({ROWS + 1})"
    answer = ask(running, query).json()
    assert (len(answer["rows"]), answer["truncated"]) == (ROWS, True)
    more = running.api("POST", "/sql", {"query": query, "limit": ROWS + 1})
    assert (len(more["rows"]), more["truncated"]) == (ROWS + 1, False)

"""A source's life over HTTP alone: found, added, fed, watched, rotated, renamed, removed."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.test_processes import children
from tests.server import Server

NUMBERS = itertools.count(1)
STREAMS = 130
"""More than a client session holds at once when nobody tells it otherwise."""


@pytest.fixture(scope="module")
def running(shared_server: Server) -> Server:
    return shared_server


def add(server: Server, catalog: str = "http-api") -> dict[str, Any]:
    return server.add_source(catalog, f"Life {next(NUMBERS)}")


def track(message_id: str, **changes: Any) -> dict[str, Any]:
    return {"type": "track", "userId": "u1", "event": "Ordered", "messageId": message_id, **changes}


def tables(server: Server, schema: str) -> dict[str, list[str]]:
    rows = server.sql(
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        f"WHERE table_schema = '{schema}' ORDER BY table_name, column_name"
    )
    found: dict[str, list[str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, []).append(f"{column} {kind}")
    return found


def eventually(check: Any, *, wait_s: float = 60.0) -> Any:
    deadline = time.monotonic() + wait_s
    while True:
        found = check()
        if found or time.monotonic() >= deadline:
            assert found
            return found
        time.sleep(0.05)


@pytest.mark.seed("S1.3")
def test_the_schema_with_empty_typed_tables_is_there_with_the_answer(running: Server) -> None:
    source = running.add_source("candu", "Candu_Prod")
    assert source["schema"] == "candu_prod"
    found = tables(running, "candu_prod")
    assert {"tutorial_id BIGINT", "segment_id VARCHAR", "portal_id BIGINT", "version_id VARCHAR"} <= set(
        found["tutorial_view"]
    )
    assert "event_name VARCHAR" in found["tutorial_interaction"]
    assert running.sql("SELECT count(*) FROM candu_prod.tutorial_view") == [[0]]


@pytest.mark.seed("S1.4")
def test_labels_keep_environments_apart(running: Server) -> None:
    staging, development = running.add_source("candu", "Candu_Staging"), running.add_source("candu", "Candu_Dev")
    for source, name in ((staging, "candu_staging"), (development, "candu_dev")):
        assert source["schema"] == name
        body = {"userId": name, "name": "tutorial.view", "properties": {"tutorialId": 1}, "messageId": name}
        assert running.send("/v1/screen", body, key=source["writeKeys"][0]).status_code == 200
    for name in ("candu_staging", "candu_dev"):
        assert running.rows(f"SELECT user_id FROM {name}.tutorial_view", lambda rows: bool(rows)) == [[name]]


@pytest.mark.seed("S4.4")
def test_a_schema_comes_from_the_label_and_a_rename_leaves_it(running: Server) -> None:
    source = running.add_source("produktly", "Produktly Prod")
    renamed = running.api("PATCH", f"/sources/{source['id']}", {"name": "Tours"})
    assert (source["schema"], renamed["name"], renamed["schema"]) == ("produktly_prod", "Tours", "produktly_prod")
    assert "tour_step" in tables(running, "produktly_prod")
    taken = running.api("POST", "/sources", {"catalog": "produktly", "name": "produktly-prod"}, status=409)
    assert taken["error"]["code"] == "schema_taken"


def test_write_keys_rotate_with_overlap_and_a_removed_one_fails_at_once(running: Server) -> None:
    source = add(running)
    old, new = source["writeKeys"][0], running.api("POST", f"/sources/{source['id']}/write-keys")["key"]
    for key in (old, new):
        assert running.send("/v1/track", track(f"rotate-{key}"), key=key).status_code == 200
    running.api("DELETE", f"/sources/{source['id']}/write-keys/{old}")
    refused = running.send("/v1/track", track("rotate-late"), key=old)
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_write_key")
    assert running.send("/v1/track", track("rotate-more"), key=new).status_code == 200
    running.wait_closed()
    assert running.sql(f"SELECT count(*) FROM {source['schema']}.ordered") == [[3]]


def test_a_disabled_source_answers_200_and_says_what_became_of_the_event(running: Server) -> None:
    source = add(running)
    running.api("PATCH", f"/sources/{source['id']}", {"enabled": False})
    assert running.send("/v1/track", track("while-off"), key=source["writeKeys"][0]).status_code == 200
    trail = eventually(lambda: _trail(running, "while-off"))
    assert [(fate["fate"], fate["reason"], fate["sourceId"]) for fate in trail["fates"]] == [
        ("dropped", "source_disabled", source["id"])
    ]
    running.api("PATCH", f"/sources/{source['id']}", {"enabled": True})
    running.send("/v1/track", track("while-on"), key=source["writeKeys"][0])
    books = running.wait_closed()
    assert running.sql(f"SELECT id FROM {source['schema']}.ordered") == [["while-on"]]
    account = next(each for each in books["sources"] if each["sourceId"] == source["id"])
    assert (account["accepted"], account["dropped"], account["clean"]) == (2, {"source_disabled": 1}, 1)


def test_the_debugger_marks_what_the_catalogue_does_not_declare(running: Server) -> None:
    source = add(running, "candu")
    properties = {"tutorialId": "seven", "segmentId": "s", "portalId": 1, "versionId": "v"}
    body = {"userId": "u", "name": "tutorial.view", "messageId": "wrong-type", "properties": properties}
    running.send("/v1/screen", body, key=source["writeKeys"][0])
    events = eventually(lambda: running.api("GET", f"/sources/{source['id']}/events")["data"])
    assert (events[0]["messageId"], events[0]["type"], events[0]["name"], events[0]["fate"]) == (
        "wrong-type",
        "screen",
        "tutorial.view",
        "clean",
    )
    assert [violation["field"] for violation in events[0]["violations"]] == ["properties.tutorialId"]
    assert events[0]["payload"]["properties"] == properties
    seen = running.api("GET", f"/sources/{source['id']}")["lastEventAt"]
    assert seen == events[0]["receivedAt"]


def test_write_keys_in_bodies_are_shown_to_nobody(running: Server) -> None:
    """Who may read events may not therefore send some."""
    source = add(running)
    key, other = source["writeKeys"][0], add(running)["writeKeys"][0]
    reader = running.api("POST", "/workspace/api-keys", {"name": "Reader", "scopes": ["data"]})["key"]
    headers = {"authorization": f"Bearer {reader}"}
    body = {"writeKey": key, "context": {"writeKey": key, "page": {"url": f"https://a.example/?k={other}"}}}
    assert running.send("/v1/track", track("with-key", **body)).status_code == 200
    assert running.send("/v1/batch", {"writeKey": key, "batch": [track("with-key-2", writeKey=key)]}).status_code == 200
    url = f"/sources/{source['id']}/events"
    eventually(lambda: len(running.api("GET", url)["data"]) == 2)
    running.wait_closed()
    first = running.api("GET", "/events/with-key", headers=headers)
    told = [running.api("GET", url, headers=headers), first, running.api("GET", "/events/with-key-2", headers=headers)]
    stream = f"{running.url}/api/v1{url}/stream?recent=2"
    with httpx.stream("GET", stream, headers=headers, timeout=30) as response:
        told += itertools.islice(_events(response.iter_lines()), 2)
    assert not any(secret in json.dumps(each) for each in told for secret in (key, other))
    shown = first["payload"]
    assert (shown["writeKey"], shown["context"]["page"]["url"]) == (f"{key[:4]}…", f"https://a.example/?k={other[:4]}…")
    assert running.sql(f"SELECT count(*) FROM {source['schema']}.ordered") == [[2]]


def test_events_arrive_live(running: Server) -> None:
    source = add(running)
    headers = {"authorization": f"Bearer {running.token}"}
    url = f"{running.url}/api/v1/sources/{source['id']}/events/stream"
    with httpx.stream("GET", url, headers=headers, timeout=60) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.iter_lines()
        assert next(lines).startswith("retry")
        sender = threading.Thread(target=_send_some, args=(running, source["writeKeys"][0]))
        sender.start()
        events = list(itertools.islice(_events(lines), 3))
        sender.join()
    assert [event["messageId"] for event in events] == ["live-0", "live-1", "live-2"]


def test_the_live_stream_goes_on_when_the_pipeline_was_killed(server: Server) -> None:
    source = add(server)
    headers = {"authorization": f"Bearer {server.token}"}
    url = f"{server.url}/api/v1/sources/{source['id']}/events/stream"
    with httpx.stream("GET", url, headers=headers, timeout=60) as response:
        events = _events(response.iter_lines())
        server.send("/v1/track", track("before"), key=source["writeKeys"][0])
        assert next(events)["messageId"] == "before"
        os.kill(children(server)["pipeline"], signal.SIGKILL)
        server.send("/v1/track", track("after"), key=source["writeKeys"][0])
        assert "after" in (event["messageId"] for event in events)


def test_live_streams_that_were_closed_leave_nothing_behind(running: Server) -> None:
    pids = children(running)
    before = {role: sockets(pids[role]) for role in ("collect", "web")}
    url = f"{running.url}/api/v1/sources/{add(running)['id']}/events/stream"
    headers = {"authorization": f"Bearer {running.token}"}
    limits = httpx.Limits(max_connections=None)
    with httpx.Client(timeout=60, limits=limits, headers=headers) as client, contextlib.ExitStack() as open_streams:
        for _ in range(STREAMS):
            stream = open_streams.enter_context(client.stream("GET", url))
            assert next(stream.iter_lines()).startswith("retry")
        assert quick(running, "SELECT 1") == [[1]]
    assert quick(running, "SELECT 2") == [[2]]
    for role, count in before.items():
        eventually(lambda: sockets(pids[role]) < count + STREAMS // 10, wait_s=60)  # noqa: B023 - called here


def quick(server: Server, query: str) -> list[list[Any]]:
    """The rows of a query that others must not keep from being answered."""
    began = time.monotonic()
    rows = server.sql(query)
    assert time.monotonic() - began < 30
    return rows


def sockets(pid: int) -> int:
    """How many a process holds open."""
    found = 0
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            found += os.readlink(entry).startswith("socket:")
    return found


def test_a_source_is_removed_with_its_rows_and_its_name_is_free(running: Server) -> None:
    source = running.add_source("http-api", "Short Lived")
    running.send("/v1/track", track("short"), key=source["writeKeys"][0])
    running.wait_closed()
    assert running.sql("SELECT count(*) FROM short_lived.ordered") == [[1]]
    running.api("DELETE", f"/sources/{source['id']}?dropSchema=true")
    assert running.send("/v1/track", track("too-late"), key=source["writeKeys"][0]).status_code == 401
    assert tables(running, "short_lived") == {}
    again = running.add_source("http-api", "Short Lived")
    assert (again["schema"], again["id"] != source["id"]) == ("short_lived", True)


def test_a_source_removed_without_its_rows_keeps_name_and_rows(running: Server) -> None:
    source = running.add_source("http-api", "Kept Rows")
    running.send("/v1/track", track("kept"), key=source["writeKeys"][0])
    running.wait_closed()
    assert running.sql("SELECT count(*) FROM kept_rows.ordered") == [[1]]
    running.api("DELETE", f"/sources/{source['id']}")
    assert running.sql("SELECT count(*) FROM kept_rows.ordered") == [[1]]
    taken = running.api("POST", "/sources", {"catalog": "http-api", "name": "Kept Rows"}, status=409)
    assert taken["error"]["code"] == "schema_taken"


@pytest.mark.seed("S1.10")
def test_a_us_only_source_is_refused_in_eu_and_the_reason_is_told(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", environment={"HEADWATER_REGION": "eu"})
    try:
        assert server.api("GET", "/workspace")["region"] == "eu"
        error = server.api("POST", "/sources", {"catalog": "candu", "name": "Candu_Prod"}, status=422)["error"]
        assert error["code"] == "region_unsupported"
        assert "us only" in error["message"]
        assert server.api("GET", "/catalog/sources/candu")["refusal"] == error["message"]
        assert server.add_source("produktly", "Produktly")["schema"] == "produktly"
    finally:
        server.stop()


def _trail(server: Server, message_id: str) -> dict[str, Any] | None:
    answer = httpx.get(f"{server.url}/api/v1/events/{message_id}", headers={"authorization": f"Bearer {server.token}"})
    return answer.json() if answer.status_code == 200 else None


def _send_some(server: Server, key: str) -> None:
    for number in range(3):
        server.send("/v1/track", track(f"live-{number}"), key=key)


def _events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def test_a_deleted_source_stays_in_the_accounting(server: Server) -> None:
    source = server.add_source("http-api", "Short Lived")
    batch = [{"type": "track", "event": "Seen", "userId": "u", "messageId": f"m{n % 8}"} for n in range(10)]
    assert server.send("/v1/batch", {"batch": batch}, key=source["writeKeys"][0]).status_code == 200
    before = server.wait_closed()
    server.api("DELETE", f"/sources/{source['id']}", status=200)
    assert server.api("GET", "/accounting") == before
    assert [(row["accepted"], row["duplicate"], row["clean"]) for row in before["sources"]] == [(10, 2, 8)]

"""A server to which nothing happens holds no engine of the warehouse in memory; what happens first finds it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.e2e.command_line import CommandLine
from tests.e2e.test_own_tables import upload
from tests.server import Server, children

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what a process maps from /proc")

ENGINE = "_duckdb"


def is_awake(server: Server) -> bool:
    return ENGINE in Path(f"/proc/{children(server)['warehouse']}/maps").read_text()


def wait_awake(server: Server, *, wait_s: float = 60.0) -> None:
    deadline = time.monotonic() + wait_s
    while not is_awake(server):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_engine_comes_with_the_first_event_the_first_question_or_the_first_copy(
    server: Server, tmp_path: Path
) -> None:
    assert not is_awake(server)
    assert (server.data / "warehouse.duckdb").exists()
    source = server.add_source()
    key = source["writeKeys"][0]
    server.restart()
    assert not is_awake(server)

    event = {"type": "track", "userId": "u", "event": "Step Done", "messageId": "m1"}
    assert server.send("/v1/track", event, key=key).status_code == 200
    wait_awake(server)
    server.rows("SELECT id FROM web.step_done", lambda rows: rows == [["m1"]])
    server.wait_closed()
    assert upload(server, "accounts", b"id\n1\n2\n").status_code == 201

    server.restart()
    assert not is_awake(server)
    metrics = httpx.get(f"{server.url}/metrics", timeout=60).text
    assert "headwater_warehouse_lag_bytes 0.0" in metrics
    assert not is_awake(server), "figures are asked for every few seconds, and are no reason"
    CommandLine(tmp_path, server).ok("backup", "kept")
    assert (tmp_path / "kept" / "warehouse.duckdb").stat().st_size > 0

    server.restart()
    assert not is_awake(server)
    assert server.sql("SELECT (SELECT count(*) FROM web.step_done), (SELECT count(*) FROM production.accounts)") == [
        [1, 2]
    ]
    assert is_awake(server)

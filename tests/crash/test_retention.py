"""Retention in a running server: what is read goes, what is unread never; then 503, or counted as expired."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from headwater.app.backup import restore
from tests.server import Server, children

SEGMENT = 50_000
GIB = 1024**3
SMALL = {
    "HEADWATER_JOURNAL_SEGMENT_BYTES": str(SEGMENT),
    "HEADWATER_JOURNAL_KEEP_GIB": str(2 * SEGMENT / GIB),
    "HEADWATER_JOURNAL_FREE_GIB": "0",
    "HEADWATER_JOURNAL_MAX_GIB": str(12 * SEGMENT / GIB),
}


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[tuple[Server, str]]:
    server = Server(folder / "data", environment=SMALL | settings)
    try:
        yield server, server.add_source()["writeKeys"][0]
        assert server.stop() == 0, server.stderr()
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()


class Sender:
    """Posts batches of 50 events, some 20 KB each, and knows which were acknowledged."""

    def __init__(self, server: Server, key: str) -> None:
        self._server = server
        self._key = key
        self.ids: list[str] = []
        self._number = 0

    def send(self) -> httpx.Response:
        ids = [f"m{self._number}-{place}" for place in range(50)]
        self._number += 1
        calls = [
            {"type": "track", "event": "Done", "userId": "u", "messageId": id_, "properties": {"text": "x" * 300}}
            for id_ in ids
        ]
        answer = self._server.send("/v1/batch", {"batch": calls}, key=self._key)
        if answer.status_code == 200:
            self.ids += ids
        return answer

    def until_refused(self) -> httpx.Response:
        for _ in range(200):
            answer = self.send()
            if answer.status_code != 200:
                return answer
        raise AssertionError("the door never refused")


def journal_bytes(server: Server, name: str) -> int:
    return sum(path.stat().st_size for path in (server.data / "journal" / name).glob("*.log"))


def until(what: str, condition: Any, wait_s: float = 30.0) -> None:
    deadline = time.monotonic() + wait_s
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def test_what_is_read_goes_and_accounting_replay_and_restart_still_hold(tmp_path: Path) -> None:
    with running(tmp_path, HEADWATER_JOURNAL_MAX_GIB="1") as (server, key):
        sender = Sender(server, key)
        for _ in range(30):
            assert sender.send().status_code == 200
        server.wait_closed()
        for name in ("raw", "clean"):
            until(f"{name} is still large", lambda name=name: journal_bytes(server, name) < 4 * SEGMENT)
        for _ in range(2):
            books = server.wait_closed()
            (source,) = books["sources"]
            assert (source["accepted"], source["clean"]) == (len(sender.ids), len(sender.ids))
            early = {"reader": "pipeline", "from": "2020-01-01T00:00:00Z"}
            refused = server.api("POST", "/replay", early, status=422)["error"]
            assert refused["code"] == "gone"
            earliest = refused["details"]["earliest"]
            replay = server.api("POST", "/replay", {"reader": "pipeline", "from": earliest})
            until("the replay runs on", lambda replay=replay: state(server, replay)["status"] != "RUNNING")
            assert state(server, replay)["status"] == "FINISHED"
            assert 0 < state(server, replay)["events"] < len(sender.ids)
            server.restart()
        for _ in range(10):
            assert sender.send().status_code == 200
        rows = server.rows("SELECT count(*), count(DISTINCT id) FROM web.done", lambda rows: rows[0][0] >= 2000)
        assert rows == [[len(sender.ids)] * 2]
        server.wait_closed()


def state(server: Server, replay: dict[str, Any]) -> dict[str, Any]:
    return server.api("GET", f"/replay/{replay['id']}")


def test_while_the_readers_are_behind_the_door_refuses_and_loses_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as (server, key):
        sender = Sender(server, key)
        os.kill(children(server)["warehouse"], signal.SIGSTOP)
        refused = sender.until_refused()
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert int(refused.headers["retry-after"]) >= 1
        assert journal_bytes(server, "raw") <= 12 * SEGMENT
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        os.kill(children(server)["warehouse"], signal.SIGCONT)
        until("the door goes on refusing", lambda: sender.send().status_code == 200)
        server.wait_closed()
        found = server.sql("SELECT DISTINCT id FROM web.done")
        assert sorted(id_ for (id_,) in found) == sorted(sender.ids)


def test_if_so_set_the_oldest_that_wait_are_counted_as_expired(tmp_path: Path) -> None:
    with running(tmp_path, HEADWATER_JOURNAL_WHEN_FULL="expire") as (server, key):
        sender = Sender(server, key)
        os.kill(children(server)["pipeline"], signal.SIGSTOP)
        sender.until_refused()
        os.kill(children(server)["pipeline"], signal.SIGCONT)
        (source,) = server.wait_closed()["sources"]
        expired = source["dropped"]["expired"]
        assert source["accepted"] == len(sender.ids)
        assert 0 < expired < len(sender.ids)
        assert source["clean"] == len(sender.ids) - expired
        found = {id_ for (id_,) in server.sql("SELECT DISTINCT id FROM web.done")}
        assert found == set(sender.ids[expired:])


def test_limits_that_would_refuse_while_there_is_room_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"journal_max_gib is 0\.0001; it must be above journal_keep_gib"):
        Server(tmp_path / "data", environment=SMALL | {"HEADWATER_JOURNAL_MAX_GIB": "0.0001"})


def test_a_backup_taken_after_something_went_closes_where_it_is_restored(tmp_path: Path) -> None:
    with running(tmp_path, HEADWATER_JOURNAL_MAX_GIB="1") as (server, key):
        sender = Sender(server, key)
        for _ in range(12):
            assert sender.send().status_code == 200
        server.wait_closed()
        until("nothing goes", lambda: not (server.data / "journal" / "raw" / f"{0:020d}.log").exists())
        server.api("POST", "/backup", {"dir": str(tmp_path / "kept")})
    restore(tmp_path / "kept", tmp_path / "again")
    restored = Server(tmp_path / "again")
    try:
        (source,) = restored.wait_closed()["sources"]
        assert (source["accepted"], source["clean"]) == (len(sender.ids), len(sender.ids))
    finally:
        assert restored.stop() == 0

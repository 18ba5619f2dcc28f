"""Events from the command line: sent, asked for, traced, parked, replayed."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from headwater.base.raw import RawRecord
from headwater.journal.local import LocalWriter
from tests.e2e.command_line import CommandLine
from tests.server import HEADWATER, Server


@pytest.fixture
def headwater(shared_server: Server, tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path, shared_server)


def track(number: int, **more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Counted", "userId": "u", "properties": {"n": number}} | more


def write(path: Path, *lines: Any) -> str:
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return str(path)


# send


def test_a_file_in_several_batches_comes_in_once_even_when_sent_twice(
    headwater: CommandLine, shared_server: Server, tmp_path: Path
):
    key = shared_server.add_source(name="Sent")["writeKeys"][0]
    file = write(tmp_path / "events.ndjson", *map(track, range(1203)))
    assert headwater.ok("send", file, "--write-key", key) == "1,203 events accepted, 0 lines rejected.\n"
    wanted = [[1203, sum(range(1203))]]
    shared_server.rows("SELECT count(*), sum(n)::BIGINT FROM sent.counted", lambda rows: rows == wanted)
    assert headwater.json("send", file, "--write-key", key)["accepted"] == 1203
    books = shared_server.wait_closed()
    (source,) = [each for each in books["sources"] if each["accepted"] == 2406]
    assert (source["clean"], source["duplicate"]) == (1203, 1203)
    assert shared_server.sql("SELECT count(*), sum(n)::BIGINT FROM sent.counted") == wanted


def test_standard_input_gets_new_ids_each_time(headwater: CommandLine, shared_server: Server):
    key = shared_server.add_source(name="Piped")["writeKeys"][0]
    for _ in range(2):
        headwater.ok("send", "-", "--write-key", key, given=json.dumps(track(7)))
    shared_server.rows("SELECT count(*) FROM piped.counted", lambda rows: rows == [[2]])


def test_refused_lines_are_named_and_the_others_stored(headwater: CommandLine, shared_server: Server, tmp_path: Path):
    key = shared_server.add_source(name="Mixed")["writeKeys"][0]
    long = track(4, properties={"text": "x" * 40_000})
    file = write(
        tmp_path / "f", track(1), "nope", "", {"type": "track", "userId": "u"}, long, track(6), {"type": "sing"}
    )
    done = headwater("send", file, "--write-key", key, "--json")
    result = json.loads(done.out)
    assert done.status == 1
    assert (result["accepted"], result["stoppedAtLine"], result["error"]) == (2, None, None)
    told = [(each["line"], each["code"]) for each in result["rejected"]]
    assert told == [
        (2, "bad_request"),
        (4, "event_not_defined"),
        (5, "payload_too_large"),
        (7, result["rejected"][3]["code"]),
    ]
    done = headwater("send", file, "--write-key", key)
    assert done.status == 1
    assert done.out == "2 events accepted, 4 lines rejected.\n"
    assert "line 4: event_not_defined: " in done.err
    shared_server.rows("SELECT count(*) FROM mixed.counted", lambda rows: rows == [[2]])


def test_a_batch_without_a_good_line_is_told_line_by_line(
    headwater: CommandLine, shared_server: Server, tmp_path: Path
):
    key = shared_server.add_source(name="Bad")["writeKeys"][0]
    file = write(tmp_path / "f", {"type": "track", "userId": "u"}, {"type": "track", "event": "x"}, track(1, userId=5))
    result = json.loads(headwater("send", file, "--write-key", key, "--json").out)
    assert [each["line"] for each in result["rejected"]] == [1, 2, 3]
    assert [each["code"] for each in result["rejected"]] == ["event_not_defined", "no_user_anon_id", "id_not_string"]


def test_an_unknown_key_stops_at_once(headwater: CommandLine, tmp_path: Path):
    file = write(tmp_path / "f", track(1))
    result = json.loads(headwater("send", file, "--write-key", "wrong", "--json").out)
    assert (result["accepted"], result["stoppedAtLine"]) == (0, 1)
    assert "No source has this write key" in result["error"]


def test_the_rest_of_a_file_can_be_sent(headwater: CommandLine, shared_server: Server, tmp_path: Path):
    key = shared_server.add_source(name="Remainder")["writeKeys"][0]
    file = write(tmp_path / "f", *map(track, range(5)))
    assert headwater.json("send", file, "--write-key", key, "--from-line", "4")["accepted"] == 2
    shared_server.rows("SELECT n FROM remainder.counted ORDER BY n", lambda rows: rows == [[3], [4]])


def test_a_file_that_is_not_there(headwater: CommandLine):
    assert "none.ndjson cannot be read" in headwater.refusal("send", "none.ndjson", "--write-key", "k")


def test_a_server_that_takes_fewer_is_waited_for(tmp_path: Path):
    server = Server(tmp_path / "data", environment={"HEADWATER_SOURCE_EVENTS_PER_S": "100"})
    try:
        key = server.add_source(name="Slow")["writeKeys"][0]
        file = write(tmp_path / "f", *map(track, range(1600)))
        began = time.monotonic()
        done = CommandLine(tmp_path, server)("send", file, "--write-key", key)
        assert done.out == "1,600 events accepted, 0 lines rejected.\n"
        assert "Trying again in " in done.err
        assert time.monotonic() - began >= 2
        server.rows("SELECT count(*) FROM slow.counted", lambda rows: rows == [[1600]])
    finally:
        assert server.stop() == 0


# sql


def test_a_query_as_table_as_csv_and_as_json(headwater: CommandLine, shared_server: Server):
    source = shared_server.add_source(name="Asked")
    for number, text in ((1, 'a "quoted", one'), (2, None), (3, "é\n\x1b[31m")):
        shared_server.send("/v1/track", track(number, properties={"n": number, "t": text}), key=source["writeKeys"][0])
    query = "SELECT n, t FROM asked.counted ORDER BY n"
    shared_server.rows(query, lambda rows: len(rows) == 3)
    result = headwater.json("sql", query)
    assert [column["name"] for column in result["columns"]] == ["n", "t"]
    assert result["rows"] == [[1, 'a "quoted", one'], [2, None], [3, "é\n\x1b[31m"]]
    done = headwater("sql", query)
    assert "null" in done.out
    assert "\x1b" not in done.out
    assert done.err == "3 rows\n"
    rows = list(csv.reader(io.StringIO(headwater.ok("sql", query, "--csv"), newline="")))
    assert rows == [["n", "t"], ["1", 'a "quoted", one'], ["2", ""], ["3", "é\n\x1b[31m"]]
    assert headwater.json("sql", "-", given=query) == result


def test_a_limit_says_that_there_is_more(headwater: CommandLine):
    query = "SELECT * FROM information_schema.tables"
    done = headwater("sql", query, "--limit", "2")
    assert done.err == "2 rows\nThere are more rows than these; --limit N gives more.\n"
    assert headwater.json("sql", query, "--limit", "2")["truncated"] is True


@pytest.mark.parametrize("query", ["SELECT * FROM nowhere.x", "DROP TABLE x", "SELECT 1; SELECT 2", "COPY x TO 'y'"])
def test_what_is_no_allowed_select_is_refused(headwater: CommandLine, query: str):
    assert headwater.refusal("sql", query)


def test_who_watches_sees_progress(shared_server: Server):
    watching, terminal = pty.openpty()
    words = ["sql", "SELECT 1 AS one", "--data", str(shared_server.data)]
    environment = os.environ | {"TERM": "xterm"}
    done = subprocess.run([HEADWATER, *words], env=environment, stdout=subprocess.PIPE, stderr=terminal, timeout=60)
    os.close(terminal)
    shown = os.read(watching, 100_000).decode()
    os.close(watching)
    assert done.returncode == 0
    assert "asking" in shown
    assert b"asking" not in done.stdout


def test_csv_and_json_exclude_each_other(headwater: CommandLine):
    assert "exclude each other" in headwater.refusal("sql", "SELECT 1", "--csv", "--json")


# where


def test_where_an_event_is(headwater: CommandLine, shared_server: Server):
    source = shared_server.add_source(name="Traced")
    key = source["writeKeys"][0]
    for _ in range(2):
        shared_server.send("/v1/track", track(1, messageId="traced-1"), key=key)
    shared_server.rows("SELECT count(*) FROM traced.counted", lambda rows: rows == [[1]])
    trail = headwater.json("where", "traced-1")
    assert [fate["fate"] for fate in trail["fates"]] == ["clean", "duplicate"]
    assert [each["reader"] for each in trail["readers"]] == ["warehouse", "send", "profiles"]
    assert trail["readers"][0]["status"] == "done"
    out = headwater.ok("where", "traced-1")
    assert out.startswith("traced-1: 2 arrivals\n")
    assert "at Traced: clean. It was taken" in out
    assert "at Traced: duplicate. The same messageId had come" in out
    assert "warehouse: done, with a row in traced.tracks, traced.counted" in out


def test_where_a_dropped_event_is(headwater: CommandLine, shared_server: Server):
    source = shared_server.add_source(name="Off")
    shared_server.api("PATCH", f"/sources/{source['id']}", {"enabled": False})
    deadline = time.monotonic() + 60
    while True:  # the door hears of it a moment later
        message_id = f"off-{time.monotonic_ns()}"
        shared_server.send("/v1/track", track(1, messageId=message_id), key=source["writeKeys"][0])
        shared_server.wait_closed()
        trail = headwater.json("where", message_id)
        if trail["fates"][0]["fate"] == "dropped" or time.monotonic() > deadline:
            break
    assert [(fate["fate"], fate["reason"]) for fate in trail["fates"]] == [("dropped", "source_disabled")]
    assert trail["readers"] == []
    assert (
        "dropped. It was acknowledged and goes no further, because the source was disabled when it came"
        in headwater.ok("where", message_id)
    )


def test_where_no_event_is_named(headwater: CommandLine):
    assert headwater.refusal("where", "") == (
        "the name or id that was given is empty; say which one is meant. Nothing was asked."
    )


def test_where_an_event_is_that_never_came(headwater: CommandLine):
    assert "no event with the messageId 'never/came'" in headwater.refusal("where", "never/came")


# parked and release


def test_an_event_that_cannot_be_read_is_parked_and_told(server: Server, tmp_path: Path):
    """As a door of another version might have taken it: it is in the journal, and this pipeline cannot read it."""
    headwater = CommandLine(tmp_path, server)
    source = server.add_source(name="Parking")
    workspace = server.api("GET", "/workspace")["id"]
    assert headwater.ok("parked") == "No event is parked.\n"
    server.stop()
    key = source["writeKeys"][0]
    event = msgspec.Raw(b'{"type":"hum","messageId":"parked-1","userId":"u","writeKey":"%s"}' % key.encode())
    record = RawRecord(source_id=source["id"], workspace_id=workspace, received_ms=1_800_000_000_000, events=[event])
    writer = LocalWriter(server.data / "journal" / "raw", segment_bytes=64 * 1024 * 1024)
    writer.append([msgspec.json.encode(record)])
    writer.append([b"from another version: %s" % key.encode()])
    writer.close()
    server.start()
    server.wait_closed()

    whole, parked = sorted(headwater.json("parked"), key=lambda each: each["messageId"])
    assert (whole["sourceId"], whole["payload"]) == ("", f"from another version: {key[:4]}…")
    made = server.api("POST", "/workspace/api-keys", {"name": "k", "scopes": ["admin"]})
    seen = httpx.get(f"{server.url}/api/v1/parked", headers={"authorization": f"Bearer {made['key']}"}).json()["data"]
    assert [each["id"] for each in seen] == [parked["id"]]
    assert (parked["messageId"], parked["reason"]) == ("parked-1", "unreadable")
    assert parked["payload"]["writeKey"] == f"{key[:4]}…"
    assert "parked-1" in headwater.ok("parked")
    (fate,) = headwater.json("where", "parked-1")["fates"]
    assert (fate["fate"], fate["reason"]) == ("parked", "unreadable")
    out = headwater.ok("where", "parked-1")
    assert "at Parking: parked. It was acknowledged, cannot go on now, and is kept, because it cannot be read" in out
    assert "`headwater release` lets it go on" in out
    checks = {check["name"]: check for check in headwater.json("doctor")["checks"]}
    assert checks["parked events"]["status"] == "warn"
    assert parked["hindrance"].startswith("This version cannot read it (")
    assert parked["hindrance"] in " ".join(headwater.ok("parked").split())
    assert "0 events released" in headwater.ok("release", "--all")
    refusal = headwater.refusal("release", parked["id"])
    assert f"{parked['id']} cannot be released now. This version cannot read it" in refusal
    assert "Nothing was released" in headwater.refusal("release", "999-0")
    assert len(headwater.json("parked")) == 2
    assert "not both and not neither" in headwater.refusal("release")


# replay


def test_a_replay_doubles_nothing(headwater: CommandLine, shared_server: Server, tmp_path: Path):
    key = shared_server.add_source(name="Again")["writeKeys"][0]
    headwater.ok("send", write(tmp_path / "f", *map(track, range(50))), "--write-key", key)
    shared_server.rows("SELECT count(*) FROM again.counted", lambda rows: rows == [[50]])
    for reader in ("warehouse", "pipeline"):
        replay = headwater.json("replay", "start", reader)
        assert (replay["reader"], replay["status"]) == (reader, "FINISHED")
        assert replay["events"] >= 50
        assert headwater.json("replay", "show", replay["id"]) == replay
        assert f"Replay {replay['id']} for {reader} is finished" in headwater.ok("replay", "show", replay["id"])
        assert replay["id"] in headwater.ok("replay", "list")
    shared_server.wait_closed()
    assert shared_server.sql("SELECT count(*) FROM again.counted") == [[50]]


def test_a_replay_of_a_stretch_that_is_none(headwater: CommandLine):
    times = ("--from", "2026-01-02T00:00:00Z", "--to", "2026-01-01T00:00:00Z")
    assert "must lie before" in headwater.refusal("replay", "start", "warehouse", *times)
    assert "yesterday" in headwater.refusal("replay", "start", "warehouse", "--from", "yesterday")
    assert headwater.refusal("replay", "start", "nobody")
    assert headwater.refusal("replay", "show", "none")

"""A backup of a running server, put back elsewhere, holds the same; an export is what other tools read."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from tests.e2e.command_line import CommandLine
from tests.server import Server

COUNTS = """SELECT table_schema, table_name FROM information_schema.tables
WHERE table_schema NOT IN ('information_schema', 'pg_catalog', 'headwater') ORDER BY ALL"""


def counts(server: Server) -> dict[str, int]:
    """Rows by table."""
    names = [f'"{schema}"."{table}"' for schema, table in server.sql(COUNTS)]
    return {name: server.sql(f"SELECT count(*) FROM {name}")[0][0] for name in names}


def people(server: Server) -> list[dict[str, Any]]:
    return sorted(server.api("GET", "/people?limit=100")["data"], key=lambda each: each["id"])


def fill(server: Server, events: int) -> None:
    candu = server.add_source("candu", "Candu_Prod")["writeKeys"][0]
    web = server.add_source("http-api", "Web")["writeKeys"][0]
    views = [view(number) for number in range(events)]
    assert server.send("/v1/batch", {"batch": views}, key=candu).status_code == 200
    mixed = [{"type": "identify", "userId": f"u{n}", "messageId": f"i{n}", "traits": {"n": n}} for n in range(events)]
    assert server.send("/v1/batch", {"batch": [*mixed, *mixed[:5]]}, key=web).status_code == 200


def view(number: int) -> dict[str, Any]:
    properties = {"tutorialId": number, "portalId": 1, "segmentId": "Everyone", "versionId": "v"}
    event = {"type": "screen", "name": "tutorial.view", "userId": f"u{number}", "messageId": f"v{number}"}
    return event | {"properties": properties}


def test_a_backup_of_a_running_server_restored_elsewhere_gives_the_same(server: Server, tmp_path: Path):
    headwater = CommandLine(tmp_path, server)
    fill(server, 40)
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("user_id,plan\nu1,pro\nu2,free\n")
    headwater.ok("table", "add", str(accounts))
    books = server.wait_closed()
    wanted, everybody = counts(server), people(server)
    assert len(everybody) == 40
    done = headwater.json("backup", "kept")
    assert done["dir"] == str(tmp_path / "kept")
    assert done["files"] > 4
    assert done["sizeBytes"] > 10_000
    assert "is not empty" in headwater.refusal("backup", "kept")

    elsewhere = CommandLine(tmp_path)
    assert "restored. `headwater serve" in elsewhere.ok("restore", "kept", "--data", "again")
    assert "is not empty" in elsewhere.refusal("restore", "kept", "--data", "again")
    restored = Server(tmp_path / "again")
    try:
        assert restored.token == server.token
        assert restored.wait_closed() == books
        assert counts(restored) == wanted
        assert people(restored) == everybody
        assert restored.sql("SELECT plan FROM production.accounts ORDER BY ALL") == [["free"], ["pro"]]
        keys = {each["name"]: each["writeKeys"] for each in restored.api("GET", "/sources")["data"]}
        assert keys == {each["name"]: each["writeKeys"] for each in server.api("GET", "/sources")["data"]}
        again = {"batch": [view(0), view(1), view(40)]}
        assert restored.send("/v1/batch", again, key=keys["Candu_Prod"][0]).status_code == 200
        after = restored.wait_closed()
        (candu,) = [each for each in after["sources"] if each["accepted"] == 43]
        assert (candu["clean"], candu["duplicate"]) == (41, 2)
        restored.rows("SELECT count(*) FROM candu_prod.tutorial_view", lambda rows: rows == [[41]])
    finally:
        assert restored.stop() == 0


def test_a_backup_taken_while_events_pour_in_is_whole(server: Server, tmp_path: Path):
    key = server.add_source(name="Busy")["writeKeys"][0]
    stop = threading.Event()
    sent: list[int] = []

    def pour() -> None:
        while not stop.is_set():
            batch = [{"type": "track", "event": "Poured", "userId": "u", "properties": {"n": n}} for n in range(50)]
            assert server.send("/v1/batch", {"batch": batch}, key=key).status_code == 200
            sent.append(len(batch))

    pouring = threading.Thread(target=pour)
    pouring.start()
    try:
        server.rows("SELECT count(*) FROM busy.poured", lambda rows: bool(rows) and rows[0][0] > 100)
        before = sum(sent)
        CommandLine(tmp_path, server).ok("backup", "kept")
        after = sum(sent)
    finally:
        stop.set()
        pouring.join()
    CommandLine(tmp_path).ok("restore", "kept", "--data", "again")
    restored = Server(tmp_path / "again")
    try:
        books = restored.wait_closed()
        (busy,) = books["sources"]
        assert before <= busy["accepted"] <= after + 50
        assert busy["accepted"] == busy["clean"]
        for table in ("poured", "tracks"):
            restored.rows(
                f"SELECT count(*), count(DISTINCT id) FROM busy.{table}",
                lambda rows: rows == [[busy["clean"], busy["clean"]]],
            )
    finally:
        assert restored.stop() == 0


def test_an_export_is_a_parquet_file_for_each_table(server: Server, tmp_path: Path):
    headwater = CommandLine(tmp_path, server)
    fill(server, 7)
    server.wait_closed()
    wanted = counts(server)
    done = headwater.json("export", "out")
    assert done["dir"] == str(tmp_path / "out")
    found = {f'"{each["schema"]}"."{each["table"]}"': each["rows"] for each in done["tables"]}
    assert found == wanted
    for each in done["tables"]:
        table = parquet.read_table(tmp_path / "out" / each["file"])
        assert table.num_rows == each["rows"]
    (views,) = [each for each in done["tables"] if (each["schema"], each["table"]) == ("candu_prod", "tutorial_view")]
    read = parquet.read_table(tmp_path / "out" / views["file"])
    assert sorted(read["tutorial_id"].to_pylist()) == list(range(7))
    assert "is not empty" in headwater.refusal("export", "out")
    out = headwater.ok("export", "out2")
    assert "candu_prod.tutorial_view" in out
    assert f"{len(wanted)} tables in {tmp_path / 'out2'}." in out


def test_a_directory_that_cannot_be_written_is_named_in_a_sentence(server: Server, tmp_path: Path):
    headwater = CommandLine(tmp_path, server)
    (tmp_path / "file").touch()
    for given, reason in (("/proc/x", "No such file or directory"), ("file/sub", "Not a directory")):
        wanted = f"{tmp_path / given} cannot be made: {reason}. Name another directory; nothing was written."
        assert headwater.refusal("backup", given) == wanted
        assert headwater.refusal("export", given) == wanted
    assert "is not empty" in headwater.refusal("backup", "file")

    headwater.ok("backup", "kept")
    (tmp_path / "kept" / "gone").symlink_to("nowhere")
    elsewhere = CommandLine(tmp_path)
    assert elsewhere.refusal("restore", "kept", "--data", "/proc/x").startswith("/proc/x cannot be made: ")
    told = elsewhere.refusal("restore", "kept", "--data", "again")
    assert "No such file or directory" in told
    assert told.endswith("What was copied is removed again.")
    assert list((tmp_path / "again").iterdir()) == []
    (tmp_path / "kept" / "gone").unlink()
    elsewhere.ok("restore", "kept", "--data", "again")


@pytest.mark.parametrize("command", ["backup", "export"])
def test_no_copy_into_the_live_data_directory(server: Server, tmp_path: Path, command: str):
    headwater = CommandLine(tmp_path, server)
    before = sorted(path.name for path in server.data.iterdir())
    for target in (server.data / "copy", server.data, server.data / "files" / ".." / "copy"):
        assert "lies in the server's own data directory" in headwater.refusal(command, str(target))
    (tmp_path / "link").symlink_to(server.data)
    told = server.api("POST", f"/{command}", {"dir": str(tmp_path / "link" / "copy")}, status=400)
    assert "lies in the server's own data directory" in told["error"]["message"]
    assert sorted(path.name for path in server.data.iterdir()) == before


def test_no_restore_under_a_running_server(server: Server, tmp_path: Path):
    headwater = CommandLine(tmp_path, server)
    headwater.ok("backup", "kept")
    told = headwater.refusal("restore", "kept")
    assert "runs on" in told
    assert "Stop it first. Nothing was restored." in told
    assert "Stop it first. Nothing was changed." in headwater.refusal("migrate")

"""The doctor of a server that is well, of one that is half away, and over TLS."""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import Any

import httpx

from tests.certificates import certificate
from tests.e2e.command_line import CommandLine
from tests.e2e.people import until
from tests.server import Server

GUIDE = Path(__file__).parents[2] / "docs/guide/operating.md"


def checks(found: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["status"] for check in found["checks"]}


def test_a_server_that_is_well(shared_server: Server, tmp_path: Path):
    headwater = CommandLine(tmp_path, shared_server)
    key = shared_server.add_source(name="Well")["writeKeys"][0]
    shared_server.send("/v1/track", {"type": "track", "event": "x", "userId": "u"}, key=key)
    found = headwater.json("doctor")
    assert found["status"] == "ok", found
    assert set(checks(found)) >= {
        "disk space", "permissions of admin-token", "permissions of secret.key", "clock", "server", "parts", "pipeline",
        "loader", "people", "dedupe window", "token", "warehouse builtin", "accounting", "parked events", "sending",
        "columns", "warehouse log",
    }  # fmt: skip
    assert all(set(check) == {"name", "status", "meaning", "advice"} for check in found["checks"])
    out = headwater.ok("doctor")
    assert out.count("\n") == len(found["checks"])
    assert "ok    accounting: It closes over " in out


def test_made_up_names_are_told_and_hold_up_no_query(server: Server, tmp_path: Path):
    key = server.add_source(name="Wide")["writeKeys"][0]
    for number in range(2):
        traits = {f"t{number}_{each}": "x" for each in range(1_500)}
        server.send("/v1/identify", {"type": "identify", "userId": "u", "traits": traits}, key=key)
        until(
            lambda: server.sql("SELECT (SELECT count(*) FROM wide.identifies), (SELECT count(*) FROM wide.users)"),
            lambda rows, expected=[[number + 1, 1]]: rows == expected,
        )
    headwater = CommandLine(tmp_path, server)
    found = headwater.json("doctor")
    assert found["status"] == "warn", found
    seen = checks(found)
    assert (seen["columns"], seen["warehouse log"], seen["accounting"]) == ("warn", "ok", "ok")
    assert "2 tables have no room" in headwater.ok("doctor")


def test_a_door_alone_is_told_from_a_whole_system(tmp_path: Path):
    whole = Server(tmp_path / "data")
    assert whole.stop() == 0
    door = Server(tmp_path / "data", "--roles", "collect")
    try:
        headwater = CommandLine(tmp_path, door)
        assert "not there" in headwater.refusal("source", "list")
        done = headwater("doctor")
        assert done.status == 1
        assert "fail  lag: The pipeline or the warehouse gives no figures" in done.out
        assert "fail  token: It could not be asked" in done.out
    finally:
        assert door.stop() == 0


def test_a_token_for_strangers_fails(shared_server: Server, tmp_path: Path):
    (shared_server.data / "admin-token").chmod(0o644)
    done = CommandLine(tmp_path, shared_server)("doctor")
    (shared_server.data / "admin-token").chmod(0o600)
    assert done.status == 1
    assert f"chmod 600 {shared_server.data / 'admin-token'}" in done.out


def test_a_server_that_is_gone_says_how_to_start_it(tmp_path: Path):
    server = Server(tmp_path / "data")
    headwater = CommandLine(tmp_path, server)
    server.kill()
    told = headwater.refusal("source", "list")
    assert f"{server.url} cannot be reached" in told
    assert f"`headwater serve --data {server.data}`" in told
    assert "fail  server: " in headwater("doctor").out
    assert "is up to date already" in headwater.ok("migrate")


def test_every_command_goes_over_tls(tmp_path: Path):
    cert, key = certificate(tmp_path)
    trusting = ssl.create_default_context(cafile=str(cert))
    server = Server(tmp_path / "data", "--tls-cert", cert.name, "--tls-key", key.name, verify=trusting)
    try:
        assert server.url.startswith("https://127.0.0.1:")
        (tmp_path / "elsewhere").mkdir()
        headwater = CommandLine(tmp_path / "elsewhere", server)
        made = headwater.json("source", "add", "--catalog", "http-api", "--name", "Secure")
        event = '{"type":"track","event":"x","userId":"u","messageId":"secure-1"}'
        assert headwater.json("send", "-", "--write-key", made["writeKeys"][0], given=event)["accepted"] == 1
        server.rows("SELECT count(*) FROM secure.x", lambda rows: rows == [[1]])
        assert headwater.json("sql", "SELECT id FROM secure.x")["rows"] == [["secure-1"]]
        found = headwater.json("doctor")
        assert checks(found)["TLS certificate"] == "warn"  # it is valid for two days
        stranger = CommandLine(tmp_path)
        told = stranger.refusal("source", "list", "--url", server.url, "--token", server.token)
        assert "not one that this machine trusts" in told
        told_so = {"SSL_CERT_FILE": str(cert)}
        assert stranger.json("source", "list", "--url", server.url, "--token", server.token, environment=told_so)
    finally:
        assert server.stop() == 0


def test_the_guide_lists_every_metric(shared_server: Server):
    key = shared_server.add_source(name="Measured")["writeKeys"][0]
    shared_server.send("/v1/track", {"type": "track", "event": "x", "userId": "u"}, key=key)
    shared_server.wait_closed()
    text = httpx.get(f"{shared_server.url}/metrics").text
    families = set(re.findall(r"^# TYPE (headwater_\w+) ", text, re.MULTILINE))
    assert set(re.findall(r"^\| `(headwater_\w+)` \|", GUIDE.read_text(), re.MULTILINE)) == families

"""Erasing, suppressing and handing out from the command line; and whom an erasure leaves alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import CommandLine
from tests.e2e.people import people, until
from tests.server import Server

SEEN = "SELECT count(*) FROM erasures.tracks WHERE user_id = '{}'"


@pytest.fixture(scope="module")
def key(shared_server: Server) -> str:
    return shared_server.add_source("http-api", "Erasures")["writeKeys"][0]


@pytest.fixture
def headwater(shared_server: Server, tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path, shared_server)


def seen(server: Server, key: str, user: str, **more: Any) -> None:
    call = {"userId": user, "event": "Seen", "properties": {"mail": f"{user}@example.com"}} | more
    assert server.send("/v1/track", call, key=key).status_code == 200


def settled(server: Server, *users: str) -> None:
    for user in users:
        server.rows(SEEN.format(user), lambda rows: rows == [[1]])
        until(lambda user=user: people(server, userId=user), lambda found: len(found) == 1)


def test_people_are_erased_and_no_longer_taken(headwater: CommandLine, shared_server: Server, key: str) -> None:
    for user in ("cli-ann", "cli-bob", "cli-cid"):
        seen(shared_server, key, user)
    settled(shared_server, "cli-ann", "cli-bob", "cli-cid")
    told = headwater.ok("erase", "cli-ann", "cli-bob", "--yes")
    assert "SUPPRESS_WITH_DELETE of 2 ids is FINISHED" in told
    assert [store in told for store in ("journal", "warehouse", "profiles", "attempts")] == [True] * 4
    assert "cli-ann" not in told
    for user, count in (("cli-ann", 0), ("cli-bob", 0), ("cli-cid", 1)):
        assert shared_server.sql(SEEN.format(user)) == [[count]]
    seen(shared_server, key, "cli-ann")
    seen(shared_server, key, "cli-after")
    settled(shared_server, "cli-after")
    assert shared_server.sql(SEEN.format("cli-ann")) == [[0]]
    listed = headwater.json("regulation", "list")
    assert (listed[0]["regulationType"], listed[0]["status"]) == ("SUPPRESS_WITH_DELETE", "FINISHED")
    assert "null" not in headwater.ok("regulation", "list")  # it waits for nothing
    assert "FINISHED" in headwater.ok("regulation", "show", listed[0]["id"])
    assert headwater.json("unsuppress", "cli-ann")["status"] == "FINISHED"
    seen(shared_server, key, "cli-ann")
    settled(shared_server, "cli-ann")


def test_a_store_that_cannot_be_rewritten_holds_it_up_and_says_so(
    headwater: CommandLine, shared_server: Server, key: str
) -> None:
    seen(shared_server, key, "cli-hans")
    settled(shared_server, "cli-hans")
    in_the_way = shared_server.data / "warehouse.duckdb.renew-old"
    in_the_way.mkdir()
    try:
        made = headwater.json("erase", "cli-hans", "--no-wait")
        path = f"/regulations/{made['id']}"
        assert [store["status"] for store in made["stores"]] == ["INITIALIZED"] * 9
        waits = until(lambda: shared_server.api("GET", path), lambda found: found["error"] is not None)
        assert waits["status"] == "RUNNING"
        stores = {store["name"]: (store["status"], store["error"]) for store in waits["stores"]}
        assert (stores["deliveries"], stores["identities"]) == (("FINISHED", None), ("INITIALIZED", None))
        assert stores["warehouse"][0] == "RUNNING"
        assert "cannot be written anew" in (stores["warehouse"][1] or "")
        assert "It waits:" in headwater.ok("regulation", "show", made["id"])
        assert headwater.json("suppress", "cli-somebody-else")["status"] == "FINISHED"  # which waits for nobody
    finally:
        in_the_way.rmdir()
    done = until(lambda: shared_server.api("GET", path), lambda found: found["status"] == "FINISHED")
    assert {(store["status"], store["error"]) for store in done["stores"]} == {("FINISHED", None)}
    assert shared_server.sql(SEEN.format("cli-hans")) == [[0]]


def test_who_is_suppressed_keeps_what_is_stored(headwater: CommandLine, shared_server: Server, key: str) -> None:
    seen(shared_server, key, "cli-dora")
    settled(shared_server, "cli-dora")
    assert headwater.json("suppress", "cli-dora")["status"] == "FINISHED"
    seen(shared_server, key, "cli-dora")
    seen(shared_server, key, "cli-later")
    settled(shared_server, "cli-later", "cli-dora")


def test_a_person_is_handed_out(headwater: CommandLine, shared_server: Server, key: str, tmp_path: Path) -> None:
    seen(shared_server, key, "cli-emil")
    settled(shared_server, "cli-emil")
    lines = headwater.json("people", "export", "cli-emil")
    assert [line["kind"] for line in lines] == ["person", "row", "row"]
    assert "cli-emil@example.com" in str(lines)
    headwater.ok("people", "export", "cli-emil", "--file", str(tmp_path / "emil.ndjson"))
    assert [json.loads(line) for line in (tmp_path / "emil.ndjson").read_text().splitlines()] == lines
    assert "Nobody is known" in headwater.refusal("people", "export", "cli-nobody")


def test_an_anonymous_id_stands_for_what_names_no_user(headwater: CommandLine, shared_server: Server, key: str) -> None:
    seen(shared_server, key, "", anonymousId="cli-device", event="Looked")
    seen(shared_server, key, "cli-fred", anonymousId="cli-device")
    settled(shared_server, "cli-fred")
    shared_server.rows("SELECT count(*) FROM erasures.looked", lambda rows: rows == [[1]])
    headwater.ok("erase", "cli-device", "--anonymous", "--yes")
    assert shared_server.sql("SELECT count(*) FROM erasures.looked") == [[0]]
    assert shared_server.sql(SEEN.format("cli-fred")) == [[1]]
    assert len(people(shared_server, userId="cli-fred")) == 1


def test_a_namesake_in_another_workspace_is_left_alone(headwater: CommandLine, shared_server: Server, key: str) -> None:
    other = shared_server.api("POST", "/workspaces", {"name": "Namesakes", "region": "us"})["id"]
    there = {"X-Workspace": other}
    body = {"catalog": "http-api", "name": "Theirs"}
    their_key = shared_server.api("POST", "/sources", body, headers=there)["writeKeys"][0]
    for each in (key, their_key):
        seen(shared_server, each, "cli-gustav")
    settled(shared_server, "cli-gustav")

    def theirs() -> Any:
        query = {"query": "SELECT count(*) FROM theirs.tracks WHERE user_id = 'cli-gustav'"}
        return shared_server.api("POST", "/sql", query, headers=there)["rows"]

    until(theirs, lambda rows: rows == [[1]])
    headwater.ok("erase", "cli-gustav", "--yes")
    assert shared_server.sql(SEEN.format("cli-gustav")) == [[0]]
    assert theirs() == [[1]]
    seen(shared_server, their_key, "cli-gustav")
    until(theirs, lambda rows: rows == [[2]])
    assert shared_server.api("GET", "/people", headers=there)["pagination"]["total"] == 1

"""The past again: a replay changes nobody, and a lost file of people is made anew from the journal."""

from __future__ import annotations

import time
from typing import Any

from headwater.app.home import Home
from tests.server import Server


def people(server: Server) -> list[dict[str, Any]]:
    return sorted(server.api("GET", "/people?limit=100")["data"], key=lambda each: each["id"])


def fill(server: Server) -> None:
    key = server.add_source()["writeKeys"][0]
    batch: list[dict[str, Any]] = []
    for n in range(12):
        user = {"userId": f"u{n}", "anonymousId": f"a{n % 5}"}
        batch.append({"type": "page", "anonymousId": f"b{n}"})
        batch.append({"type": "identify", **user, "traits": {"plan": ["free", "pro"][n % 2], "n": n}})
        batch.append({"type": "group", "userId": f"u{n}", "groupId": f"g{n % 3}", "traits": {"seats": n}})
    batch.append({"type": "alias", "userId": "u1", "previousId": "u0"})
    batch.append({"type": "identify", "userId": "u2", "traits": {"plan": None}})
    for event in batch:  # each known before the next one comes, so that their order is known, too
        assert server.send("/v1/batch", {"batch": [event]}, key=key).status_code == 200


def test_people_come_out_the_same_again(server: Server) -> None:
    fill(server)
    books = server.wait_closed()
    before = people(server)
    assert len(before) == 23  # twelve users, two of them one, and twelve devices of nobody
    started = server.api("POST", "/replay", {"reader": "profiles"})
    deadline = time.monotonic() + 60
    while (state := server.api("GET", f"/replay/{started['id']}"))["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert (state["status"], state["reader"], state["events"]) == ("FINISHED", "profiles", 38)
    assert server.wait_closed() == books
    assert server.stop() == 0
    home = Home(server.data)
    for name in ("profiles.db", "profiles.db-wal", "profiles.db-shm"):
        (home.directory / name).unlink(missing_ok=True)
    server.start()
    server.wait_closed()
    while len(people(server)) < len(before):
        assert time.monotonic() < deadline + 60
        time.sleep(0.05)
    assert people(server) == before

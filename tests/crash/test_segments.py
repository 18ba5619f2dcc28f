"""kill -9 while people move between segments: afterwards everybody is in what a reading in peace puts them in, and each
coming and going was told once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from headwater.app.home import Home
from headwater.app.wiring import open_directory
from headwater.journal.local import LocalReader
from headwater.profiles.ports import PastEvent
from headwater.profiles.run import Profiles
from headwater.profiles.segments import PeopleSegments
from headwater.profiles.store import Store
from headwater.profiles.view import Asked, View
from tests.crash.siege import free_port
from tests.crash.test_people import Traffic, strike
from tests.server import Server

BLOWS = ("profiles", "tree", "profiles", "collect")
WAIT_S = 90.0
RULES: dict[str, Any] = {
    "pro": {"trait": "plan", "op": "equals", "value": "pro"},
    "not pro": {"trait": "plan", "op": "notEquals", "value": "pro"},
    "crowded": {"groupTrait": "seats", "op": "greaterThan", "value": 25},
    "reporting": {"event": "Report Exported", "count": {"atLeast": 3}},
    "lately": {"event": "Report Exported", "withinDays": 3_000},
    "two devices": {"all": [{"person": "anonymousId", "op": "exists"}, {"trait": "t3", "op": "exists"}]},
}

Membership = dict[str, list[str]]
"""The names of the segments by the person's id."""


class NoPast:
    def events(
        self, workspace_id: str, event: str, since_ms: int, properties: Sequence[str], until: int
    ) -> Iterator[PastEvent]:
        return iter(())


@pytest.mark.timeout(400)
def test_segments_are_the_same_whatever_is_killed(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", "--port", str(free_port()))
    traffic = Traffic(server.url, server.add_source("candu", "Candu_Prod")["writeKeys"][0])
    try:
        names = {define(server, name, rule): name for name, rule in RULES.items()}
        named = {"all": [{"segment": next(iter(names))}, {"not": {"segment": list(names)[-1]}}]}
        names[define(server, "of segments", named)] = "of segments"
        traffic.start()
        for blow in BLOWS:
            time.sleep(1.0)
            strike(server, blow)
        time.sleep(1.0)
        traffic.end()
        server.wait_closed(wait_s=120)
        told_once(server)
        assert server.stop() == 0, server.stderr()[-3000:]
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
    home = Home(tmp_path / "data")
    found, anew = looked_at(home, Store(home.profiles)), looked_at(home, Store(None))
    assert found == anew
    seen = Counter(id for held in found.values() for id in held)
    assert set(seen) >= {"Everyone", *names}


def define(server: Server, name: str, rule: Any) -> str:
    id = server.api("POST", "/segments", {"name": name, "rule": rule}, status=201)["id"]
    deadline = time.monotonic() + WAIT_S
    while (server.api("GET", f"/segments/{id}")["state"] or {}).get("status") != "READY":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return id


def told_once(server: Server) -> None:
    """For each person that there is and each segment: who came in once more than out is in it, and nobody else."""
    query = (
        "SELECT person_id, segment_id, count(*) FILTER (event = 'segment_entered') - "
        "count(*) FILTER (event = 'segment_left') FROM ("
        "SELECT event, person_id, segment_id FROM segments.segment_entered UNION ALL "
        "SELECT event, person_id, segment_id FROM segments.segment_left) GROUP BY ALL"
    )
    deadline = time.monotonic() + WAIT_S
    while True:
        people = server.api("GET", "/people?limit=1000")["data"]
        told = {(person, segment): count for person, segment, count in server.sql(query)}
        there = {each["id"] for each in people}
        inside = {(each["id"], segment): 1 for each in people for segment in each["segments"] if segment != "Everyone"}
        if {key: count for key, count in told.items() if count != 0 and key[0] in there} == inside:
            return
        assert time.monotonic() < deadline, (told, inside)
        time.sleep(0.2)


def looked_at(home: Home, store: Store) -> Membership:
    """Who is in what, after what is left of the journal has been read."""
    directory, clean = open_directory(home), LocalReader(home.clean)
    segments = PeopleSegments(
        store=store, definitions=directory.segments, history=NoPast(), clock=time.time, log=lambda text: None
    )
    profiles = Profiles(
        store=store,
        clean=clean,
        sources=directory,
        segments=segments,
        clock=time.time,
        passed=lambda offset: None,
        announced=lambda: None,
        log=lambda text: None,
    )
    while profiles.turn() or profiles.lag_bytes():
        pass
    workspace_id = store.workspace_of(1)
    view = View(store, segments)
    people, _ = view.search(workspace_id, Asked(), limit=100_000, offset=0)
    found = {person.id: segments.of(person) for person in people}
    states = segments.states(workspace_id)
    counts = Counter(id for held in found.values() for id in held)
    assert {id: state["count"] for id, state in states.items()} == {id: counts[id] for id in states}
    clean.close()
    directory.close()
    store.close()
    return found

"""kill -9 while events of people come in: afterwards everybody is as if the journal had been read once, in peace."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from headwater.app.home import Home
from headwater.app.wiring import open_directory
from headwater.journal.local import LocalReader
from headwater.profiles.run import Profiles
from headwater.profiles.store import Store
from headwater.profiles.view import Asked, View
from tests.crash.siege import free_port
from tests.server import Server, children
from tests.unit.profiles.no_segments import NoSegments

USERS = 40
DEVICES = 60
BATCH = 40
BLOWS = ("profiles", "tree", "profiles", "pipeline")


class Traffic(threading.Thread):
    """Posts batches one after another, each again until it is acknowledged."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(daemon=True)
        self._url = f"{url}/v1/batch"
        self._key = key
        self._ended = threading.Event()
        self.acknowledged = 0

    def run(self) -> None:
        chance = random.Random(1)
        number = 0
        while not self._ended.is_set():
            body = {"batch": [call(number + place, chance) for place in range(BATCH)]}
            while not self._post(body):
                time.sleep(0.05)
            number += BATCH
            self.acknowledged += BATCH

    def end(self) -> None:
        self._ended.set()
        self.join(60)
        assert not self.is_alive()

    def _post(self, body: Any) -> bool:
        try:
            return httpx.post(self._url, json=body, auth=(self._key, ""), timeout=20).status_code == 200
        except httpx.TransportError:
            return False


def call(number: int, chance: random.Random) -> dict[str, Any]:
    """Of somebody known, of a device, or of both: sometimes those that were others' before."""
    known, device = f"user-{chance.randrange(USERS)}", f"device-{chance.randrange(DEVICES)}"
    made: dict[str, Any] = {"messageId": f"m-{number}", "timestamp": stamp(chance.randrange(10**6))}
    kind = chance.choices(["identify", "track", "page", "group", "alias"], [4, 6, 2, 2, 0.05])[0]
    made |= chance.choice([{"userId": known}, {"anonymousId": device}, {"userId": known, "anonymousId": device}])
    if kind == "identify":
        made["traits"] = {"plan": chance.choice(["free", "pro", None]), f"t{number % 30}": number}
    elif kind == "group":
        made |= {"groupId": f"group-{number % 7}", "traits": {"seats": number % 50}}
    elif kind == "alias":
        made |= {"userId": known, "previousId": f"user-{chance.randrange(USERS)}"}
    elif kind == "track":
        made["event"] = "Report Exported"
    return made | {"type": kind}


def stamp(offset_s: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_760_000_000 + offset_s))


@pytest.mark.timeout(300)
def test_people_are_the_same_whatever_is_killed(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", "--port", str(free_port()))
    traffic = Traffic(server.url, server.add_source("candu", "Candu_Prod")["writeKeys"][0])
    try:
        traffic.start()
        for blow in BLOWS:
            time.sleep(1.0)
            strike(server, blow)
        time.sleep(1.0)
        traffic.end()
        readers = {each["reader"]: each for each in server.wait_closed(wait_s=120)["readers"]}
        assert server.stop() == 0, server.stderr()[-3000:]
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
    assert traffic.acknowledged > 1_000
    assert (readers["profiles"]["done"], readers["profiles"]["dead"]) == (traffic.acknowledged, 0)
    home = Home(tmp_path / "data")
    found, anew = Store(home.profiles), made_anew(home)
    workspace_id = found.workspace_of(1)
    people = everybody(found, workspace_id)
    assert len(people) > USERS / 2
    assert people == everybody(anew, workspace_id)
    assert found.counts(workspace_id) == anew.counts(workspace_id)
    assert found.refusals(workspace_id) == anew.refusals(workspace_id)
    for store in (found, anew):
        store.close()


def strike(server: Server, blow: str) -> None:
    if blow == "tree":
        server.kill()
        server.start()
    else:
        os.kill(children(server)[blow], signal.SIGKILL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{server.url}/readyz", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"not ready within 60 s: {server.stderr()[-3000:]}")


def made_anew(home: Home) -> Store:
    """The people of the clean journal, read from its beginning into a file in memory."""
    store, directory, clean = Store(None), open_directory(home), LocalReader(home.clean)
    profiles = Profiles(
        store=store,
        clean=clean,
        sources=directory,
        segments=NoSegments(),
        clock=time.time,
        passed=lambda offset: None,
        announced=lambda: None,
        log=lambda text: None,
    )
    while profiles.lag_bytes():
        profiles.turn()
    clean.close()
    directory.close()
    return store


def everybody(store: Store, workspace_id: str) -> list[dict[str, Any]]:
    view = View(store, NoSegments())
    found, _ = view.search(workspace_id, Asked(), limit=100_000, offset=0)
    return sorted((view.export(person) | {"eventTimes": {}} for person in found), key=lambda each: each["id"])

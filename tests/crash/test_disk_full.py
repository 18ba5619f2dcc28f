"""A server whose disk is full: it says 503, goes on answering, loses nothing, and recovers by itself.

The data directory lies on a small disk in memory, mounted in a namespace of the server's own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.crash.siege import free_port
from tests.server import HEADWATER, Server, children

SIZE_MB = 64
ROOT = Path(__file__).parents[2]
SETTINGS = {"HEADWATER_JOURNAL_SEGMENT_BYTES": "1000000", "HEADWATER_JOURNAL_FREE_GIB": "0"}


def on_disk_of(size_mb: int, folder: Path) -> tuple[str, ...]:
    """What runs a command where a disk of this size is mounted at the folder, for it alone."""
    mount = f'mount -t tmpfs -o size={size_mb}m tmpfs "$0" && exec "$@"'
    return ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, str(folder))


class Mounted:
    """A small disk that stays while servers on it come and go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        command = [*on_disk_of(SIZE_MB, folder), "sh", "-c", "echo mounted && exec sleep 1000"]
        self._holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == "mounted\n"

    @property
    def within(self) -> tuple[str, ...]:
        """What runs a command where the disk is."""
        return ("nsenter", "--user", "--mount", "--preserve-credentials", "--target", str(self._holder.pid))

    @property
    def inside(self) -> Path:
        """How the disk is reached from here."""
        return Path(f"/proc/{self._holder.pid}/root{self.folder}")

    def unmount(self) -> None:
        self._holder.kill()
        self._holder.wait(10)
        assert self._holder.stdout is not None
        self._holder.stdout.close()


class SmallDisk(Server):
    """A server on a disk of 64 MB."""

    def __init__(self, mounted: Mounted) -> None:
        self.mounted = mounted
        port = str(free_port())
        super().__init__(mounted.folder / "data", "--port", port, within=mounted.within, environment=SETTINGS)

    @property
    def inside(self) -> Path:
        return self.mounted.inside / "data"

    @property
    def token(self) -> str:
        return (self.inside / "admin-token").read_text().strip()

    @property
    def ballast(self) -> Path:
        return self.inside.parent / "ballast"

    def fill(self) -> None:
        fill(self.ballast)

    def give_back(self, size_bytes: int) -> None:
        os.truncate(self.ballast, max(0, self.ballast.stat().st_size - size_bytes))


def fill(ballast: Path) -> None:
    """Takes the last byte of the disk."""
    handle = os.open(ballast, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    size = 1 << 20
    try:
        while size:
            try:
                os.write(handle, bytes(size))
            except OSError:
                size //= 2
    finally:
        os.close(handle)


class Watch:
    """Asks /healthz all the time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers = 0
        self.trouble: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _ask(self) -> None:
        with httpx.Client(timeout=10) as client:
            while not self._stop.wait(0.05):
                try:
                    status = client.get(f"{self.url}/healthz").status_code
                except httpx.HTTPError as error:
                    self.trouble.append(repr(error))
                    continue
                self.answers += 1
                if status != 200:
                    self.trouble.append(str(status))


class Sender:
    """Posts batches of 50 tracks and 50 identifies; knows what was acknowledged and what has to be sent again."""

    def __init__(self, server: Server, key: str) -> None:
        self._server = server
        self._key = key
        self._waiting: list[list[dict[str, Any]]] = []
        self.number = 0
        self.ids: set[str] = set()
        self.refusals: list[httpx.Response] = []

    def send(self) -> bool:
        """A new batch; True when it was taken."""
        batch = [call(f"m{self.number}-{place}", place) for place in range(100)]
        self.number += 1
        return self._post(batch)

    def send_again(self) -> None:
        """Everything that was refused, until it is taken."""
        deadline = time.monotonic() + 60
        while self._waiting:
            assert time.monotonic() < deadline, "the door goes on refusing"
            if not self._post(self._waiting.pop(0)):
                time.sleep(0.1)

    def _post(self, batch: list[dict[str, Any]]) -> bool:
        answer = self._server.send("/v1/batch", {"batch": batch}, key=self._key)
        if answer.status_code == 200:
            self.ids.update(call["messageId"] for call in batch)
            return True
        self.refusals.append(answer)
        self._waiting.append(batch)
        return False


def call(message_id: str, place: int) -> dict[str, Any]:
    shared = {"userId": f"u{place}", "messageId": message_id, "context": {"text": "x" * 400}}
    if place % 2:
        return {"type": "identify", "traits": {"plan": message_id}, **shared}
    return {"type": "track", "event": "Done", "properties": {"place": place}, **shared}


@pytest.fixture(scope="module")
def namespace(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("mount")
    tried = subprocess.run([*on_disk_of(1, folder), "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"no mount in a namespace of one's own here: {tried.stderr.strip()}")


@pytest.fixture
def server(namespace: None, tmp_path: Path) -> Iterator[SmallDisk]:
    mounted = Mounted(tmp_path / "disk")
    running = SmallDisk(mounted)
    try:
        yield running
        assert running.stop() == 0, running.stderr()
    finally:
        if running.process is not None and running.process.poll() is None:
            running.kill()
        mounted.unmount()


def everything_is_there(server: Server, sender: Sender) -> None:
    accounting = server.wait_closed(wait_s=60)
    (source,) = accounting["sources"]
    assert source["clean"] == len(sender.ids)
    assert source["accepted"] == source["clean"] + source["duplicate"]
    for table, ids in (("tracks", even(sender)), ("done", even(sender)), ("identifies", sender.ids - even(sender))):
        found = [id_ for (id_,) in server.sql(f"SELECT id FROM web.{table}")]
        assert sorted(found) == sorted(ids)


def even(sender: Sender) -> set[str]:
    return {id_ for id_ in sender.ids if int(id_.split("-")[1]) % 2 == 0}


@pytest.mark.timeout(240)
def test_a_full_disk_is_said_survived_and_recovered_from(server: SmallDisk) -> None:
    sender = Sender(server, server.add_source()["writeKeys"][0])
    for _ in range(20):
        assert sender.send()
    server.rows("SELECT count(*) FROM web.tracks", lambda rows: rows == [[1000]])
    before = children(server)
    watch = Watch(server.url)
    try:
        server.fill()
        while not sender.refusals:
            sender.send()
        for _ in range(10):
            sender.send()
            time.sleep(0.2)
        refused = sender.refusals[-1]
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert int(refused.headers["retry-after"]) >= 1
        assert server.sql("SELECT count(*) FROM web.tracks WHERE id LIKE 'm1-%'") == [[50]]
        server.ballast.unlink()
        sender.send_again()
        for _ in range(10):
            assert sender.send()
        everything_is_there(server, sender)
    finally:
        watch.stop()
    assert watch.trouble == []
    assert watch.answers > 20
    assert children(server) == before


@pytest.mark.timeout(240)
def test_each_reader_meets_the_full_disk_and_goes_on_when_there_is_room(server: SmallDisk) -> None:
    """A backlog, no room, then a little room again and again, so that each store is cut short somewhere."""
    sender = Sender(server, server.add_source()["writeKeys"][0])
    assert sender.send()
    server.rows("SELECT count(*) FROM web.tracks", lambda rows: rows == [[50]])
    readers = [children(server)[name] for name in ("pipeline", "warehouse")]
    for reader in readers:
        os.kill(reader, signal.SIGSTOP)
    for _ in range(100):
        assert sender.send()
    server.fill()
    for reader in readers:
        os.kill(reader, signal.SIGCONT)
    watch = Watch(server.url)
    try:
        for _ in range(30):
            sender.send()
            server.give_back(200_000)
            time.sleep(0.15)
        server.fill()
        time.sleep(1)
        server.ballast.unlink()
        sender.send_again()
        everything_is_there(server, sender)
    finally:
        watch.stop()
    assert sender.refusals
    assert watch.trouble == []


@pytest.mark.timeout(240)
@pytest.mark.parametrize("dies", ["collect", "pipeline web", "warehouse send profiles", "tree"])
def test_whatever_dies_on_a_full_disk_comes_back_and_the_door_says_it_is_full(server: SmallDisk, dies: str) -> None:
    sender = Sender(server, server.add_source()["writeKeys"][0])
    for _ in range(30):
        assert sender.send()
    server.fill()
    if dies == "tree":
        server.kill()
        server.start(wait=False)
    else:
        for name in dies.split():
            os.kill(children(server)[name], signal.SIGKILL)
    until("the door does not answer", lambda: answers(server))
    while sender.send():
        pass
    assert sender.refusals[-1].status_code == 503, sender.refusals[-1].text
    time.sleep(3)
    assert httpx.get(f"{server.url}/healthz").status_code == 200
    server.ballast.unlink()
    sender.send_again()
    until("not ready", lambda: httpx.get(f"{server.url}/readyz", timeout=10).status_code == 200)
    everything_is_there(server, sender)


def test_a_first_start_on_a_full_disk_says_so_in_a_sentence(namespace: None, tmp_path: Path) -> None:
    mounted = Mounted(tmp_path / "disk")
    ballast = mounted.inside / "ballast"
    fill(ballast)
    try:
        for room in (0, 64_000, 200_000):
            os.truncate(ballast, (SIZE_MB << 20) - room)
            command = [*mounted.within, HEADWATER, "serve", "--port", "0", "--data", str(mounted.folder / f"of {room}")]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
            assert done.returncode == 1
            assert done.stderr.startswith("headwater: ")
            assert "full" in done.stderr or "written" in done.stderr or "opened" in done.stderr
            assert len(done.stderr.splitlines()) == 1
    finally:
        mounted.unmount()


def answers(server: Server) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{server.url}/healthz", timeout=5).status_code == 200
    return False


def until(what: str, condition: Callable[[], bool], wait_s: float = 30.0) -> None:
    deadline = time.monotonic() + wait_s
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def test_each_store_takes_what_it_can_and_goes_on(namespace: None, tmp_path: Path) -> None:
    command = [*on_disk_of(16, tmp_path), sys.executable, "-m", "tests.crash.stores_on_small_disk", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=150)
    assert done.returncode == 0, done.stdout + done.stderr[:5000]
    assert len(done.stdout.splitlines()) == 4

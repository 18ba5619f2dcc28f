"""The process tree: parts that die come back, nothing acknowledged is lost, the door stays open, stopping is clean."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.e2e.command_line import CommandLine
from tests.server import HEADWATER, Server, children


def ready_again(server: Server) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{server.url}/readyz", timeout=5).status_code == 200:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    return False


def track(number: int) -> dict[str, object]:
    return {"type": "track", "userId": f"u{number}", "event": "Step Done", "messageId": f"m{number}"}


def test_children_do_one_thing_each_and_end_with_their_parent(server: Server) -> None:
    pids = children(server)
    assert set(pids) == {"collect", "pipeline", "profiles", "send", "warehouse", "web"}
    server.kill()
    deadline = time.monotonic() + 60
    while any(os.path.exists(f"/proc/{pid}/exe") for pid in pids.values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    alive = [name for name, pid in pids.items() if os.path.exists(f"/proc/{pid}/exe")]
    assert alive == []


@pytest.mark.parametrize("part", ["collect", "pipeline", "profiles", "send", "warehouse", "web"])
def test_a_killed_part_is_back_by_itself_and_nothing_is_lost(server: Server, part: str) -> None:
    source = server.add_source()
    key = source["writeKeys"][0]
    assert server.send("/v1/batch", {"batch": [track(number) for number in range(50)]}, key=key).status_code == 200
    before = children(server)[part]
    os.kill(before, signal.SIGKILL)
    assert ready_again(server)
    assert children(server)[part] != before
    assert server.send("/v1/batch", {"batch": [track(number) for number in range(40, 90)]}, key=key).status_code == 200
    server.rows("SELECT count(*), count(DISTINCT id) FROM web.step_done", lambda rows: rows == [[90, 90]])
    accounting = server.wait_closed()
    assert [(row["accepted"], row["duplicate"], row["clean"]) for row in accounting["sources"]] == [(100, 10, 90)]


@pytest.mark.parametrize("part", ["pipeline", "warehouse", "web"])
def test_the_door_never_waits_for_another_part(server: Server, part: str) -> None:
    key = server.add_source()["writeKeys"][0]
    os.kill(children(server)[part], signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert server.send("/v1/track", track(1), key=key).json() == {"success": True}
        assert time.monotonic() - began < 20
    finally:
        os.kill(children(server)[part], signal.SIGCONT)
    server.rows("SELECT count(*) FROM web.step_done", lambda rows: rows == [[1]])


def test_ids_are_remembered_over_a_restart(server: Server) -> None:
    key = server.add_source()["writeKeys"][0]
    for number in range(20):
        server.send("/v1/track", track(number), key=key)
    server.rows("SELECT count(*) FROM web.tracks", lambda rows: rows == [[20]])
    server.restart()
    for number in range(10, 30):
        assert server.send("/v1/track", track(number), key=key).status_code == 200
    server.rows("SELECT count(*), count(DISTINCT id) FROM web.tracks", lambda rows: rows == [[30, 30]])
    accounting = server.wait_closed()
    assert [(row["accepted"], row["duplicate"], row["clean"]) for row in accounting["sources"]] == [(40, 10, 30)]


def test_when_a_source_last_had_an_event_is_known_after_a_restart(server: Server) -> None:
    first, second = server.add_source(name="Web"), server.add_source(name="App")
    server.send("/v1/track", track(1), key=first["writeKeys"][0])
    server.rows("SELECT count(*) FROM web.tracks", lambda rows: rows == [[1]])
    server.send("/v1/track", track(1), key=second["writeKeys"][0])
    server.rows("SELECT count(*) FROM app.tracks", lambda rows: rows == [[1]])
    before = last_events(server)
    assert before[first["id"]] is not None
    assert before[second["id"]] is not None
    server.restart()
    assert last_events(server) == before


def last_events(server: Server) -> dict[str, str | None]:
    return {each["id"]: each["lastEventAt"] for each in server.api("GET", "/sources")["data"]}


def test_sigterm_ends_it_with_0_and_soon(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    key = server.add_source()["writeKeys"][0]
    server.send("/v1/track", track(1), key=key)
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 30
    assert not (tmp_path / "data" / "server.json").exists()


def takes_sigterm(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) & 1 << (signal.SIGTERM - 1))


def of_directory(data: Path) -> list[str]:
    """The processes that were told of it."""
    found: list[str] = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(data).encode() in command.read_bytes():
                found.append(command.parent.name)
    return found


@pytest.mark.parametrize("there", ["", "journal/raw", "state.db", "run/collect.sock"])
def test_sigterm_in_the_middle_of_the_start_ends_it_with_0(tmp_path: Path, there: str) -> None:
    """When its program has just begun, while the directory is made ready, and while its parts begin."""
    data = tmp_path / "data"
    command = [HEADWATER, "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as starting:
        deadline = time.monotonic() + 60
        while not (takes_sigterm(starting.pid) and (not there or (data / there).exists())):
            assert starting.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.005)
        starting.terminate()
        _, told = starting.communicate(timeout=60)
    assert (starting.returncode, told) == (0, "")
    assert of_directory(data) == []
    assert not (data / "server.json").exists()


def test_stopping_in_the_middle_of_everything_is_quiet(tmp_path: Path) -> None:
    """Queries, an open stream and a client that goes on asking: each is answered, and no fault is told of."""
    server = Server(tmp_path / "data")
    source = server.add_source()
    headers = {"authorization": f"Bearer {server.token}"}
    long = {"query": "SELECT count(*) FROM range(10000000000) a WHERE md5(a.range::VARCHAR) = 'x'"}
    statuses: list[int] = []

    def ask(method: str, path: str, body: dict[str, str] | None = None) -> None:
        with contextlib.suppress(httpx.TransportError):  # as nobody listens any more
            while not statuses or statuses[-1] == 200:
                answer = httpx.request(method, f"{server.url}/api/v1{path}", json=body, headers=headers, timeout=60)
                statuses.append(answer.status_code)

    asking = [threading.Thread(target=ask, args=("POST", "/sql", long)) for _ in range(4)]
    asking += [threading.Thread(target=ask, args=("GET", path)) for path in ("/sources", "/accounting")]
    with httpx.stream("GET", f"{server.url}/api/v1/sources/{source['id']}/events/stream", headers=headers) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        for thread in asking:
            thread.start()
        time.sleep(1)
        assert server.stop() == 0
        list(lines)  # it comes to its end
    for thread in asking:
        thread.join(60)
    assert set(statuses) <= {200, 503}
    assert server.stderr() == ""


def test_a_taken_port_is_said_and_ends_it(server: Server, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    with pytest.raises(AssertionError, match=rf"cannot listen on 127\.0\.0\.1 port {port}"):
        Server(tmp_path / "other", "--port", port)


def test_a_second_server_on_a_data_directory_is_refused_and_changes_nothing(server: Server, tmp_path: Path) -> None:
    said, parts = (server.data / "server.json").read_bytes(), children(server)
    sockets = {path.name: path.stat().st_ino for path in (server.data / "run").glob("*.sock")}
    told = CommandLine(tmp_path).refusal("serve", "--port", "0", "--data", str(server.data))
    assert server.process is not None
    assert told.startswith(f"a headwater server (process {server.process.pid}, {server.url}) runs on {server.data}")
    assert told.endswith("Nothing was started.")
    assert (server.data / "server.json").read_bytes() == said
    assert {path.name: path.stat().st_ino for path in (server.data / "run").glob("*.sock")} == sockets
    assert children(server) == parts
    assert ready_again(server)
    assert server.stderr() == ""


def test_an_unknown_setting_is_said_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="public_url"):
        Server(tmp_path / "data", environment={"HEADWATER_PUBLIC_ULR": "https://example.com"})


def test_roles_may_run_in_trees_of_their_own(tmp_path: Path) -> None:
    door = Server(tmp_path / "data", "--roles", "collect,web")
    command = [HEADWATER, "serve", "--data", str(tmp_path / "data"), "--roles", "work"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as work:
        try:
            assert work.stdout is not None
            assert work.stdout.readline() == "ready: work\n"
            key = door.add_source()["writeKeys"][0]
            assert door.send("/v1/track", track(1), key=key).status_code == 200
            door.rows("SELECT id FROM web.step_done", lambda rows: rows == [["m1"]])
        finally:
            work.terminate()
    assert work.returncode == 0
    assert (tmp_path / "data" / "server.json").exists()
    assert door.stop() == 0

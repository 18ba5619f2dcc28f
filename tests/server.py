"""A real server for tests: the command a user types, on a free port, with a data directory of its own."""

from __future__ import annotations

import base64
import json
import os
import queue
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx

from headwater.app.supervisor import NAME_PREFIX

START_S = 60.0
HEADWATER = str(Path(sys.executable).parent / "headwater")


class Server:
    """Starts `headwater serve` and stops it. `token` may do everything; `sign_in_link` opens one session."""

    def __init__(
        self,
        data: Path,
        *arguments: str,
        environment: dict[str, str] | None = None,
        verify: ssl.SSLContext | bool = True,
        command: str = "serve",
        within: tuple[str, ...] = (),
    ) -> None:
        """`within`: a command that runs the server in surroundings of its own, and becomes it."""
        self.data = data
        self.verify = verify
        self._command = command
        self._within = within
        self._arguments = arguments
        self._environment = environment or {}
        self._lines: queue.Queue[str] = queue.Queue()
        self.process: subprocess.Popen[str] | None = None
        self.url = ""
        self.first_link = ""
        self.start()

    def start(self, *, wait: bool = True) -> None:
        """Without `wait` it is at the address it had before, as soon as it can be."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("HEADWATER_")}
        self._errors = self.data.parent / f"{self.data.name}.stderr"
        with self._errors.open("a") as errors:
            self.process = subprocess.Popen(
                [*self._within, HEADWATER, self._command, "--port", "0", "--data", str(self.data), *self._arguments],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=clean | self._environment,
                cwd=self.data.parent,
            )
        self._reading = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self._reading.start()
        if not wait:
            return
        self.url = self._wait_for("listening on ").split()[-1]
        self.first_link = self._wait_for("sign in once").split()[-1]

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self._lines.put(line.rstrip("\n"))

    def _wait_for(self, beginning: str) -> str:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                line = self._lines.get(timeout=0.1)
            except queue.Empty:
                assert self.process is not None
                assert self.process.poll() is None, f"the server ended: {self.stderr()[-3000:]}"
                continue
            if line.startswith(beginning):
                return line
        raise AssertionError(f"the server said no {beginning!r} within {START_S} s: {self.stderr()[-3000:]}")

    def stderr(self) -> str:
        return self._errors.read_text()

    @property
    def token(self) -> str:
        return (self.data / "admin-token").read_text().strip()

    def stop(self, *, wait_s: float = 60.0) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self._ended(wait_s)

    def _ended(self, wait_s: float) -> int:
        assert self.process is not None
        status = self.process.wait(wait_s)
        self._reading.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def kill(self) -> None:
        """As if the power of this process tree were cut: the children go with the parent."""
        assert self.process is not None
        self.process.kill()
        self._ended(60)

    def restart(self) -> None:
        self.stop()
        self.start()

    def sign_in_link(self) -> str:
        token = self.api("POST", "/sign-in-links")["token"]
        return f"{self.url}/sign-in#token={token}"

    def api(self, method: str, path: str, body: Any = None, *, status: int | None = None, **more: Any) -> Any:
        """A call of the management API as the installation's admin; fails on another status than expected."""
        headers = {"authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        answer = httpx.request(
            method, f"{self.url}/api/v1{path}", json=body, headers=headers, timeout=60, verify=self.verify, **more
        )
        expected = (status,) if status is not None else (200, 201, 202)
        assert answer.status_code in expected, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def add_source(self, catalog: str = "http-api", name: str = "Web", **settings: Any) -> dict[str, Any]:
        return self.api("POST", "/sources", {"catalog": catalog, "name": name, "settings": settings})

    def send(self, path: str, body: Any, *, key: str | None = None) -> httpx.Response:
        headers = {}
        if key is not None:
            headers["authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        return httpx.post(
            f"{self.url}{path}", content=json.dumps(body), headers=headers, timeout=30, verify=self.verify
        )

    def sql(self, query: str) -> list[list[Any]]:
        return self.api("POST", "/sql", {"query": query})["rows"]

    def rows(self, query: str, expected: Callable[[list[list[Any]]], bool], *, wait_s: float = 60.0) -> Any:
        """The rows of a query once they are as expected; none while a table is not there yet."""
        deadline = time.monotonic() + wait_s
        while True:
            rows = self._rows(query)
            if expected(rows) or time.monotonic() >= deadline:
                assert expected(rows), rows
                return rows
            time.sleep(0.1)

    def _rows(self, query: str) -> list[list[Any]]:
        headers = {"authorization": f"Bearer {self.token}"}
        answer = httpx.post(
            f"{self.url}/api/v1/sql", json={"query": query}, headers=headers, timeout=60, verify=self.verify
        )
        if answer.status_code == 400 and answer.json()["error"]["code"] == "unknown_table":
            return []
        assert answer.status_code == 200, f"{query}: {answer.status_code} {answer.text}"
        return answer.json()["rows"]

    def wait_closed(self, *, wait_s: float = 60.0) -> dict[str, Any]:
        """The accounting once nothing is pending any more."""
        deadline = time.monotonic() + wait_s
        while True:
            accounting = self.api("GET", "/accounting")
            if closes(accounting) or time.monotonic() >= deadline:
                assert closes(accounting), accounting
                return accounting
            time.sleep(0.1)


def closes(accounting: dict[str, Any]) -> bool:
    """accepted = duplicate + dropped + parked + clean, and for each reader nothing pending."""
    return all(_source_closes(source) for source in accounting["sources"]) and all(
        reader["clean"] == reader["done"] + reader["dead"] + reader["skipped"] for reader in accounting["readers"]
    )


def _source_closes(source: dict[str, Any]) -> bool:
    lost: Iterable[int] = (*source["dropped"].values(), *source["parked"].values())
    return source["accepted"] == source["duplicate"] + sum(lost) + source["clean"]


def children(server: Server) -> dict[str, int]:
    """Name → process id, read from the kernel."""
    assert server.process is not None
    found: dict[str, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            name = (entry / "comm").read_text().strip()
        except (OSError, IndexError):
            continue
        if parent == server.process.pid and name.startswith(NAME_PREFIX):
            found[name.removeprefix(NAME_PREFIX)] = int(entry.name)
    return found

"""The command line as a user runs it: a process of its own, in a directory without settings."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.server import HEADWATER, Server


class Done(NamedTuple):
    status: int
    out: str
    err: str


class CommandLine:
    """`headwater …` against one server, found by its data directory unless told otherwise."""

    def __init__(self, folder: Path, server: Server | None = None, within: tuple[str, ...] = ()) -> None:
        """`within`: a command that runs others in surroundings of its own."""
        self.folder = folder
        self._within = within
        self._data = ["--data", str(server.data)] if server is not None else []

    def __call__(self, *words: str, given: str = "", environment: Mapping[str, str] | None = None) -> Done:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("HEADWATER_")}
        done = subprocess.run(
            [*self._within, HEADWATER, *words, *self._data],
            input=given.encode(),
            capture_output=True,
            cwd=self.folder,
            env=clean | dict(environment or {}),
            timeout=120,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def ok(self, *words: str, **more: Any) -> str:
        done = self(*words, **more)
        assert done.status == 0, done
        return done.out

    def json(self, *words: str, **more: Any) -> Any:
        return json.loads(self.ok(*words, "--json", **more))

    def refusal(self, *words: str, **more: Any) -> str:
        """The one sentence that a failing command says."""
        done = self(*words, **more)
        assert (done.status, done.out) == (1, ""), done
        assert done.err.startswith("headwater: ")
        assert done.err.count("\n") == 1
        return done.err.removeprefix("headwater: ").strip()

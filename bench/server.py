"""A headwater to measure: the command as a user types it, on a free port, in a directory of its own."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from headwater.catalog.load import load_catalog
from headwater.control.bootstrap import bootstrap, open_store

HEADWATER = str(Path(sys.executable).with_name("headwater"))


class Source:
    def __init__(self, source_id: str, schema: str, key: str) -> None:
        self.source_id = source_id
        self.schema = schema
        self.key = key
        self.authorization = "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def add_sources(data: Path, slugs: tuple[str, ...]) -> dict[str, Source]:
    """Sources made before the server starts, as no management API runs beside the door alone."""
    store = open_store(data)
    try:
        workspace = bootstrap(store, data, "us")
        catalog = load_catalog()
        made = [
            store.create_source(workspace.id, spec=catalog.source(slug), name=f"{slug} bench", settings={})
            for slug in slugs
        ]
        return {slug: Source(one.id, one.schema, one.write_keys[0]) for slug, one in zip(slugs, made, strict=True)}
    finally:
        store.close()


class Server:
    """`started_s` is the time from the command to `listening on`."""

    def __init__(self, data: Path, *arguments: str, environment: dict[str, str] | None = None) -> None:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("HEADWATER_")}
        began = time.monotonic()
        self._errors = (data.parent / f"{data.name}.stderr").open("a")
        self.process = subprocess.Popen(
            [HEADWATER, "serve", "--port", "0", "--data", str(data), *arguments],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=clean | (environment or {}),
        )
        self.url = self._address()
        self.started_s = time.monotonic() - began
        self.port = int(self.url.rpartition(":")[2])

    @property
    def pid(self) -> int:
        return self.process.pid

    def _address(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("listening on "):
                return line.split()[-1]
        raise RuntimeError(f"the server ended with {self.process.wait()}; see {self._errors.name}")

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(20)
        self._errors.close()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return status

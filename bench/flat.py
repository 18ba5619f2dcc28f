"""Whether loading stays as quick when there is much: 10,000,000 rows in the tables and 5,000,000 events of backlog.

A backlog is taken in by the door alone; then the whole server starts and is watched until all of it is in the tables.
First with empty tables and a small backlog, then with full tables and a large one. The ratio is of the two rates.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import machine
from bench.bodies import SLUGS
from bench.server import Server, Source, add_sources
from bench.whole import Whole, send

AT_ONCE_PER_S = 1_000_000.0
"""As fast as the door takes it."""
KEEP = {"HEADWATER_JOURNAL_KEEP_GIB": "4"}
PATIENCE_S = 3600.0


class Flat:
    def __init__(self, data: Path, sources: dict[str, Source], *, every_s: float) -> None:
        self._data = data
        self._sources = sources
        self._every_s = every_s
        self._rows = 0

    def take_in(self, count: int) -> dict[str, Any]:
        """So many events, by the door alone."""
        server = Server(self._data, "--roles", "collect", environment=KEEP)
        try:
            return send(server.port, self._sources, AT_ONCE_PER_S, count / AT_ONCE_PER_S)
        finally:
            server.stop()

    def load(self, count: int, name: str) -> dict[str, Any]:
        """Takes in a backlog, then says how quickly it went into the tables, and how much memory that took."""
        taken = self.take_in(count)
        server = Server(self._data, environment=KEEP)
        try:
            whole = Whole(server, self._data, self._sources)
            before, began = self._rows, time.monotonic()
            samples: list[dict[str, Any]] = []
            while not samples or samples[-1]["done"] < taken["events"]:
                if time.monotonic() - began > PATIENCE_S:
                    break
                time.sleep(self._every_s)
                memory = machine.pss_mib(server.pid)["total"]
                at_s, done = time.monotonic() - began, whole.done()[2] - before
                samples.append({"atS": round(at_s, 1), "done": done, "memoryMib": memory})
                print(json.dumps({"bench": "flat", "phase": name, "sample": samples[-1]}), flush=True)
            last = samples[-1]
            self._rows += last["done"]
            return {
                "bench": "flat",
                "phase": name,
                "backlog": taken["events"],
                "rowsBefore": before,
                "takenInPerS": round(taken["events"] / taken["seconds"]),
                "loadedPerS": round(last["done"] / last["atS"]),
                "missing": taken["events"] - last["done"],
                "memoryMib": [sample["memoryMib"] for sample in samples],
                "cpuByProcessS": {name: round(used, 1) for name, used in machine.cpu_by_process_s(server.pid).items()},
            }
        finally:
            server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=1_000_000, help="the backlog for empty tables")
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows that are there when the large one comes")
    parser.add_argument("--backlog", type=int, default=5_000_000, help="the large one")
    parser.add_argument("--every", type=float, default=2, help="seconds between samples")
    parser.add_argument("--dir", type=Path, default=None, help="where to keep the data meanwhile: a real disk")
    given = parser.parse_args()
    print(json.dumps({"bench": "flat"} | machine.described()), flush=True)
    with tempfile.TemporaryDirectory(dir=given.dir) as directory:
        data = Path(directory) / "data"
        flat = Flat(data, add_sources(data, SLUGS), every_s=given.every)
        small = flat.load(given.small, "small")
        filled = flat.load(max(0, given.rows - given.small), "filling")
        large = flat.load(given.backlog, "large")
    for each in (small, filled, large):
        print(json.dumps(each), flush=True)
    ratio = large["loadedPerS"] / small["loadedPerS"]
    print(json.dumps({"bench": "flat", "ratio": round(ratio, 3), "goal": 0.8}))
    return 0 if not any(each["missing"] for each in (small, filled, large)) else 1


if __name__ == "__main__":
    sys.exit(main())

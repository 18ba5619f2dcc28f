"""How soon the whole tree takes requests, and what it uses while nothing happens.

Memory is the proportional set size of every process of the tree, some seconds after the start.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench import machine
from bench.server import Server

GOAL_START_S = 2.0
GOAL_IDLE_MIB = 250.0


def measure(directory: Path, *, first: bool, settle_s: float) -> dict[str, Any]:
    """`first`: on a directory that does not exist yet, whose tables are made then."""
    began = time.monotonic()
    server = Server(directory)
    try:
        ready_s = _until_ready(server.url, began)
        time.sleep(settle_s)
        memory = machine.pss_mib(server.pid)
    finally:
        server.stop()
    return {
        "bench": "start",
        "first": first,
        "listeningS": round(server.started_s, 2),
        "readyS": round(ready_s, 2),
        "idleMib": memory,
    }


def _until_ready(url: str, began: float) -> float:
    while True:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            if answer.status == 200:
                return time.monotonic() - began
        time.sleep(0.01)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--settle", type=float, default=5.0, help="seconds before memory is read")
    given = parser.parse_args()
    print(json.dumps({"bench": "start"} | machine.described()), flush=True)
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        for run in range(given.runs):
            for first in (True, False):
                rows.append(measure(Path(directory) / f"data-{run}", first=first, settle_s=given.settle))
                print(json.dumps(rows[-1]), flush=True)
    print(_table(rows))
    return 0


def _table(rows: list[dict[str, Any]]) -> str:
    lines = ["| | goal | median | all |", "|---|---|---|---|"]
    for name, first in (("first start", True), ("start", False)):
        values = [row["listeningS"] for row in rows if row["first"] is first]
        lines.append(
            f"| {name}: seconds until it listens | {GOAL_START_S:g} | {statistics.median(values)} | {values} |"
        )
    values = [row["readyS"] for row in rows]
    lines.append(f"| seconds until /readyz | | {statistics.median(values)} | {values} |")
    totals = [row["idleMib"]["total"] for row in rows]
    lines.append(f"| idle memory of the tree, MiB | {GOAL_IDLE_MIB:g} | {statistics.median(totals)} | {totals} |")
    lines.append(f"| of which | | {json.dumps(rows[-1]['idleMib'])} | |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

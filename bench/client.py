"""How fast the client alone delivers, against wrk to the same sink: no queue, no journal, no signing.

Both post the same 1.2 KB with the same number of requests in flight to one nginx that answers at once. Runs alternate
in pairs, so that what else the machine does hits both; ratios are of one pair. The client has one core, the sink the
other.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

from bench import machine
from bench.door import missing, nginx_running
from headwater.base.outgoing import HttpRequest
from headwater.send.guard import Guard, networks
from headwater.send.transport import HttpTransport

HERE = Path(__file__).parent
BODY_BYTES = 1200
IN_FLIGHT = 200
GOAL = 0.25

SINK = """
worker_processes 1;
daemon off;
error_log {directory}/error.log crit;
pid {directory}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  keepalive_requests 1000000000;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ return 200 "ok"; }}
  }}
}}
"""


def _body() -> bytes:
    event = {"payload": {"type": "track", "event": "candu.sdk.content.interaction", "filler": ""}}
    event["payload"]["filler"] = "x" * (BODY_BYTES - len(json.dumps(event)))
    return json.dumps(event).encode()


def wrk(url: str, body: Path, seconds: float, in_flight: int) -> dict[str, Any]:
    command = ["taskset", "-c", "0", "wrk", "-t1", f"-c{in_flight}", f"-d{max(1, round(seconds))}s"]
    command += ["-s", str(HERE / "client.lua"), url, "--", str(body)]
    before = os.times()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = os.times()
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise RuntimeError(f"wrk gave no result: {done.stdout}{done.stderr}")
    requests, microseconds, p50, p99, errors = (int(word) for word in line.split()[1:])
    used_s = after.children_user + after.children_system - before.children_user - before.children_system
    return _row("wrk", requests, microseconds / 1e6, p50 / 1000, p99 / 1000, errors, used_s)


async def _deliver(url: str, body: bytes, seconds: float, in_flight: int) -> dict[str, Any]:
    transport = HttpTransport(guard=Guard(allowed=networks(["127.0.0.0/8"])), user_agent="headwater/bench")
    headers = [("Content-Type", "application/json")]
    headers += [(f"webhook-header-{number}", "0123456789abcdef0123456789abcdef") for number in (1, 2, 3)]
    request = HttpRequest(url=url, body=body, headers=tuple(headers))
    taken_ms: list[float] = []
    errors = 0

    async def one_after_the_other(until: float) -> None:
        nonlocal errors
        while time.perf_counter() < until:
            sent = await transport.send(request, timeout_s=10)
            taken_ms.append(sent.timings.total_ms)
            errors += sent.status != 200

    began, used_s = time.perf_counter(), time.process_time()
    await asyncio.gather(*[one_after_the_other(began + seconds) for _ in range(in_flight)])
    took_s, used_s = time.perf_counter() - began, time.process_time() - used_s
    await transport.close()
    taken_ms.sort()
    p50, p99 = taken_ms[len(taken_ms) // 2], taken_ms[len(taken_ms) * 99 // 100]
    return _row("headwater", len(taken_ms), took_s, p50, p99, errors, used_s)


def headwater(url: str, body: Path, seconds: float, in_flight: int) -> dict[str, Any]:
    """In this process, which is kept to the core that wrk has in its turn."""
    os.sched_setaffinity(0, {0})
    try:
        return uvloop.run(_deliver(url, body.read_bytes(), seconds, in_flight))
    finally:
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


def _row(
    side: str, requests: int, seconds: float, p50_ms: float, p99_ms: float, errors: int, used_s: float
) -> dict[str, Any]:
    return {
        "side": side,
        "perS": round(requests / seconds),
        "p50Ms": round(p50_ms, 2),
        "p99Ms": round(p99_ms, 2),
        "cpuUsPerRequest": round(used_s * 1e6 / max(requests, 1), 1),
        "errors": errors,
    }


def measure(*, pairs: int, seconds: float, in_flight: int, directory: Path) -> list[dict[str, Any]]:
    body = directory / "body.json"
    body.write_bytes(_body())
    rows = []
    with nginx_running(directory / "sink", SINK, core=(os.cpu_count() or 1) - 1) as sink:
        url = f"http://127.0.0.1:{sink.port}/hook"
        for side in (wrk, headwater):
            side(url, body, 1, in_flight)
        for pair in range(pairs):
            for side in (wrk, headwater) if pair % 2 == 0 else (headwater, wrk):
                rows.append({"bench": "client", "pair": pair} | side(url, body, seconds, in_flight))
                print(json.dumps(rows[-1]), flush=True)
    return rows


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    sides = {name: [row for row in rows if row["side"] == name] for name in ("wrk", "headwater")}
    by_pair = {row["pair"]: row["perS"] for row in sides["wrk"]}
    ratios = [row["perS"] / by_pair[row["pair"]] for row in sides["headwater"]]
    names = ("perS", "p50Ms", "p99Ms", "cpuUsPerRequest")
    medians = {
        side: {name: round(statistics.median(row[name] for row in of), 2) for name in names}
        for side, of in sides.items()
    }
    return {
        "bench": "client",
        "pairs": len(ratios),
        "ratio": round(statistics.median(ratios), 3),
        "ratioMin": round(min(ratios), 3),
        "ratioMax": round(max(ratios), 3),
        "goal": GOAL,
        "errors": sum(row["errors"] for row in rows),
        **medians,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--in-flight", type=int, default=IN_FLIGHT)
    given = parser.parse_args()
    if absent := missing():
        print(f"client: not measured, as {' and '.join(absent)} is not installed.")
        return 0
    print(json.dumps({"bench": "client"} | machine.described()), flush=True)
    with tempfile.TemporaryDirectory() as directory:
        rows = measure(pairs=given.pairs, seconds=given.seconds, in_flight=given.in_flight, directory=Path(directory))
    print(json.dumps(summary(rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How fast what the door accepted reaches receivers, by the durable queue, and what a bad receiver does to the others.

- `deliver`: customer events to fifty webhooks at one sink that answers after 2 ms, against wrk to that sink. Runs
  alternate; the rate is from the first post to the last delivery heard.
- `beside`: ten webhooks, all well, or one that hangs, or one that answers 500: how fast the others are delivered.
- `queued`: fifty paused webhooks hold a million deliveries; what the sending process uses of memory, and how fast they
  go out when they are resumed.
Everything (sink, wrk, server) shares the machine's cores.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench import machine, sink
from bench.client import BODY_BYTES
from bench.server import Server

HERE = Path(__file__).parent
ENDPOINTS = 50
GOALS = {"ratio": 0.1, "perS": 5000, "beside": 0.9, "queued": 0.8}


class Bench:
    """A server with webhooks to the sink."""

    def __init__(self, directory: Path, name: str) -> None:
        self.server = Server(directory / name, environment={"HEADWATER_EGRESS_ALLOW": "127.0.0.0/8"})
        token = (directory / name / "admin-token").read_text().strip()
        self._api = httpx.Client(
            base_url=f"{self.server.url}/api/v1", headers={"authorization": f"Bearer {token}"}, timeout=120
        )
        self._token = self._api.get("/workspace").json()["clientToken"]
        self._sent = 0

    def add(self, *urls: str) -> list[str]:
        made = []
        for number, url in enumerate(urls):
            body = {"name": f"{number}", "url": url, "topics": ["content.view"], "enabled": True, "format": "default"}
            answer = self._api.post("/webhooks", json=body)
            answer.raise_for_status()
            made.append(answer.json()["id"])
        return made

    def call(self, action: str, *ids: str) -> None:
        for id in ids:
            self._api.post(f"/webhooks/{id}/{action}").raise_for_status()

    def post(self, count: int) -> None:
        for start in range(0, count, 100):
            events = [self._event() for _ in range(min(100, count - start))]
            answer = self._api.post(f"{self.server.url}/api/events/batch", params={"token": self._token}, json=events)
            answer.raise_for_status()

    def pending(self) -> float:
        lines = self._api.get(f"{self.server.url}/metrics").text.splitlines()
        found = {line.split()[0]: float(line.split()[1]) for line in lines if line.startswith("headwater_")}
        return found["headwater_deliveries_pending"] + (found["headwater_send_lag_bytes"] > 0)

    def sender_mib(self) -> float:
        pid = next(pid for pid, name in machine.tree(self.server.pid).items() if name == "send")
        status = Path(f"/proc/{pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024

    def stop(self) -> None:
        self._api.close()
        self.server.stop()

    def _event(self) -> dict[str, Any]:
        self._sent += 1
        event = {
            "id": f"bench-{time.time_ns()}-{self._sent}",
            "type": "Screen",
            "screenName": "candu.sdk.content",
            "userId": f"user-{self._sent % 500}",
            "properties": {"contentId": "nBz41kQpXw", "slug": "onboarding", "documentId": 3107, "filler": ""},
        }
        event["properties"]["filler"] = "x" * max(0, BODY_BYTES - 320 - len(json.dumps(event)))
        return event


def heard(to: sink.Running, kind: str, wanted: int, *, within_s: float) -> float:
    """When the sink had heard so many, by the monotonic clock."""
    deadline = time.monotonic() + within_s
    while to.counts()[kind] < wanted:
        if time.monotonic() > deadline:
            raise RuntimeError(f"the sink heard {to.counts()} and not {wanted} {kind} within {within_s:g} s")
        time.sleep(0.05)
    return time.monotonic()


def wrk(to: sink.Running, body: Path, seconds: float) -> float:
    command = ["wrk", "-t1", "-c200", f"-d{max(1, round(seconds))}s", "-s", str(HERE / "client.lua")]
    done = subprocess.run(
        [*command, f"{to.url}/wrk/0", "--", str(body)], capture_output=True, text=True, check=True
    ).stdout
    requests, microseconds, *_ = next(line for line in done.splitlines() if line.startswith("RESULT ")).split()[1:]
    return int(requests) / (int(microseconds) / 1e6)


def run_of(bench: Bench, to: sink.Running, events: int, receivers: int) -> float:
    """Deliveries a second."""
    before = to.counts()["hook"]
    began = time.monotonic()
    bench.post(events)
    return events * receivers / (heard(to, "hook", before + events * receivers, within_s=300) - began)


def deliver(directory: Path, *, pairs: int, events: int) -> dict[str, Any]:
    body = directory / "body.json"
    body.write_text("x" * BODY_BYTES)
    bench = Bench(directory, "deliver")
    rates: list[float] = []
    ratios: list[float] = []
    with sink.running(2) as to:
        bench.add(*(f"{to.url}/hook/{number}" for number in range(ENDPOINTS)))
        run_of(bench, to, 50, ENDPOINTS)
        for pair in range(pairs):
            first = wrk(to, body, 3) if pair % 2 == 0 else 0.0
            before_s = machine.cpu_s(bench.server.pid)
            rate = run_of(bench, to, events, ENDPOINTS)
            used_us = (machine.cpu_s(bench.server.pid) - before_s) * 1e6 / (events * ENDPOINTS)
            reference = first or wrk(to, body, 3)
            rates.append(rate)
            ratios.append(rate / reference)
            row = {"bench": "send", "pair": pair, "perS": round(rate), "wrkPerS": round(reference)}
            print(json.dumps(row | {"cpuUsPerDelivery": round(used_us)}), flush=True)
        mib = bench.sender_mib()
    bench.stop()
    return {
        "bench": "send",
        "what": "deliver",
        "perS": round(statistics.median(rates)),
        "ratio": round(statistics.median(ratios), 3),
        "ratioMin": round(min(ratios), 3),
        "senderMiB": round(mib, 1),
    }


def beside(directory: Path, *, pairs: int, events: int) -> dict[str, Any]:
    """Each kind on a server of its own; the runs take turns."""
    with sink.running(2) as to, sink.running(2) as bad:
        benches = {kind: Bench(directory, f"beside-{kind}") for kind in ("well", "hang", "fail")}
        for kind, bench in benches.items():
            odd = f"{to.url}/hook/9" if kind == "well" else f"{bad.url}/{kind}/9"
            bench.add(*(f"{to.url}/hook/{number}" for number in range(9)), odd)
        rates: dict[str, list[float]] = {kind: [] for kind in benches}
        for pair in range(pairs + 1):
            kinds = list(benches)
            for kind in kinds[pair % 3 :] + kinds[: pair % 3]:
                time.sleep(1)  # what the last one left to be loaded into rows is loaded
                rate = run_of(benches[kind], to, events, 10 if kind == "well" else 9)
                if pair:  # the first is for warming up
                    rates[kind].append(rate * (0.9 if kind == "well" else 1))
        for bench in benches.values():
            bench.stop()
    medians = {kind: statistics.median(of) for kind, of in rates.items()}
    return {
        "bench": "send",
        "what": "beside",
        "othersPerS": {kind: round(rate) for kind, rate in medians.items()},
        "hang": round(medians["hang"] / medians["well"], 3),
        "fail": round(medians["fail"] / medians["well"], 3),
    }


def queued(directory: Path, *, deliveries: int) -> dict[str, Any]:
    bench = Bench(directory, "queued")
    with sink.running(2) as to:
        ids = bench.add(*(f"{to.url}/hook/{number}" for number in range(ENDPOINTS)))
        few = run_of(bench, to, 200, ENDPOINTS)
        small = bench.sender_mib()
        bench.call("pause", *ids)
        began = time.monotonic()
        bench.post(deliveries // ENDPOINTS)
        while bench.pending() < deliveries:
            time.sleep(0.5)
        took_s = time.monotonic() - began
        full = bench.sender_mib()
        before = to.counts()["hook"]
        began = time.monotonic()
        bench.call("resume", *ids)
        ended = heard(to, "hook", before + deliveries // 10, within_s=300)
        many = (deliveries // 10) / (ended - began)
        row = {"queuedPerS": round(deliveries / took_s), "smallMiB": round(small, 1), "fullMiB": round(full, 1)}
        row |= {"drainingMiB": round(bench.sender_mib(), 1), "perS": round(many), "fewPerS": round(few)}
    bench.stop()
    return {"bench": "send", "what": "queued", "deliveries": deliveries, **row, "ratio": round(many / few, 3)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["deliver", "beside", "queued"])
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--events", type=int, default=600)
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    given = parser.parse_args()
    print(json.dumps({"bench": "send", "goals": GOALS} | machine.described()), flush=True)
    with tempfile.TemporaryDirectory() as directory:
        for what in given.what:
            place = Path(directory)
            if what == "deliver":
                print(json.dumps(deliver(place, pairs=given.pairs, events=given.events)), flush=True)
            elif what == "beside":
                print(json.dumps(beside(place, pairs=given.pairs, events=given.events * 3)), flush=True)
            else:
                print(json.dumps(queued(place, deliveries=given.deliveries)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

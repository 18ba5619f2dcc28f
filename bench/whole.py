"""All roles together: batches of all sixteen events at a set rate, into their tables, for some minutes.

The client is a process of its own with a timetable: what the server cannot take in time shows as lateness, never as
a lower rate that nobody asked for. A second phase at a quarter of the rate asks how long a row takes from its 200
until a query finds it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from bench import machine
from bench.bodies import SLUGS, Bodies, encoded
from bench.server import Server, Source, add_sources

BATCH = 100
CONNECTIONS = 8
PROBE = "Bench Probe"
SETTLED_S = 60.0
"""By then caches are expected to be full: what memory does afterwards is its slope."""


class _Stamped:
    """Batches of one source whose ids are new each time they are sent."""

    def __init__(self, slug: str, source: Source, count: int = 20) -> None:
        events = Bodies((slug,)).events()
        self.authorization = source.authorization
        self._parts = []
        for _ in range(count):
            batch = [next(events) | {"messageId": "@" * 36} for _ in range(BATCH)]
            self._parts.append(encoded({"batch": batch}).split(b"@" * 36))

    def body(self, number: int) -> bytes:
        first, *rest = self._parts[number % len(self._parts)]
        stem = uuid.uuid4().hex[:24]
        pieces = [first]
        for place, part in enumerate(rest):
            pieces.append(b"%s%012d" % (stem.encode(), place))
            pieces.append(part)
        return b"".join(pieces)


def send(port: int, sources: dict[str, Source], rate: float, seconds: float) -> dict[str, Any]:
    """Events per second, for so long; runs in the client's process. Retries nothing, counts everything."""
    stamped = [_Stamped(slug, source) for slug, source in sources.items()]
    shares = [2, 14]  # as the catalogues' numbers of events, so that all sixteen come equally often
    turns = [one for one, share in zip(stamped, shares, strict=True) for _ in range(share)]
    total = int(rate * seconds / BATCH)
    numbers = iter(range(total))
    lock = threading.Lock()
    took: list[float] = []
    late: list[float] = []
    failed: list[int] = []
    began = time.monotonic()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            due = began + number * BATCH / rate
            one = turns[number % len(turns)]
            body = one.body(number)
            if (wait_s := due - time.monotonic()) > 0:
                time.sleep(wait_s)
            sent = time.monotonic()
            late.append(sent - due)
            headers = {"Authorization": one.authorization, "Content-Type": "application/json"}
            connection.request("POST", "/v1/batch", body, headers)
            answer = connection.getresponse()
            answer.read()
            took.append(time.monotonic() - sent)
            if answer.status != 200:
                failed.append(answer.status)

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.monotonic() - began
    return {
        "events": (len(took) - len(failed)) * BATCH,
        "seconds": lasted,
        "failed": len(failed),
        "p50Ms": round(1000 * statistics.median(took), 1),
        "p99Ms": round(1000 * _quantile(took, 0.99), 1),
        "latestS": round(max(late), 2),
        "clientCores": round(time.process_time() / lasted, 2),
    }


def _client(port: int, sources: dict[str, Source], rate: float, seconds: float, results: Any) -> None:
    results.put(send(port, sources, rate, seconds))


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, math.ceil(share * len(values)) - 1)]


class Whole:
    def __init__(self, server: Server, data: Path, sources: dict[str, Source]) -> None:
        self.server = server
        self.sources = sources
        self._token = (data / "admin-token").read_text().strip()

    def api(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.server.url}/api/v1{path}",
            data=None if body is None else encoded(body),
            method=method,
            headers={"authorization": f"Bearer {self._token}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def done(self) -> tuple[int, int, int]:
        """Events (accepted, clean, in the tables) so far."""
        accounting = self.api("GET", "/accounting")
        accepted = sum(one["accepted"] for one in accounting["sources"])
        clean = sum(one["clean"] for one in accounting["sources"])
        return accepted, clean, next(one["done"] for one in accounting["readers"] if one["reader"] == "warehouse")

    def sustained(self, rate: float, seconds: float, *, every_s: float) -> dict[str, Any]:
        """Sends, watches until all of it is in the tables, and says at which rate that went."""
        self._wait_for_rest()
        before, used = self.done()[2], machine.cpu_by_process_s(self.server.pid)
        began = time.monotonic()
        process, results = _started(self.server.port, self.sources, rate, seconds)
        samples = [self._sample(began, before)]
        while process.is_alive():
            process.join(every_s)
            samples.append(self._sample(began, before))
        found = results.get(timeout=10)
        while samples[-1]["done"] < found["events"] and time.monotonic() - began < 5 * seconds + 60:
            time.sleep(0.2)
            samples.append(self._sample(began, before))
        last = samples[-1]
        cpu_us = {
            name: round((value - used.get(name, 0.0)) * 1e6 / max(1, found["events"]), 1)
            for name, value in machine.cpu_by_process_s(self.server.pid).items()
        }
        return {
            "bench": "whole",
            "phase": "sustained",
            "asked": rate,
            "acknowledgedPerS": round(found["events"] / found["seconds"]),
            "loadedPerS": round(last["done"] / last["atS"]),
            "drainedAfterS": round(last["atS"] - found["seconds"], 1),
            "lost": found["events"] - last["done"],
            "cpuUsPerEvent": round(sum(cpu_us.values()), 1),
            "cpuUsByProcess": cpu_us,
            "client": found,
            "memoryMib": [sample["memoryMib"] for sample in samples],
            "memoryMibPerMinute": slope(samples, until_s=found["seconds"]),
            "memoryByProcessMibPerMinute": {
                name: slope(samples, until_s=found["seconds"], of=name) for name in samples[0]["memoryByProcess"]
            },
            "memoryByProcess": machine.pss_mib(self.server.pid),
        }

    def _wait_for_rest(self, wait_s: float = 60.0) -> None:
        deadline = time.monotonic() + wait_s
        while len(set(self.done())) > 1 and time.monotonic() < deadline:
            time.sleep(0.2)

    def _sample(self, began: float, before: int) -> dict[str, Any]:
        done = self.done()[2] - before
        memory = machine.pss_mib(self.server.pid)
        sample = {
            "atS": round(time.monotonic() - began, 1),
            "done": done,
            "memoryMib": memory["total"],
            "memoryByProcess": memory,
        }
        print(json.dumps({"bench": "whole", "sample": sample}), flush=True)
        return sample

    def freshness(self, rate: float, seconds: float) -> dict[str, Any]:
        """Seconds from a probe's 200 until a query finds its row, while the rest comes at `rate`."""
        self._probe()  # makes the table
        process, results = _started(self.server.port, self.sources, rate, seconds)
        waits = []
        while process.is_alive():
            waits.append(self._probe())
            time.sleep(0.25)
        found = results.get(timeout=10)
        return {
            "bench": "whole",
            "phase": "freshness",
            "asked": rate,
            "acknowledgedPerS": round(found["events"] / found["seconds"]),
            "probes": len(waits),
            "p50S": round(statistics.median(waits), 2),
            "p99S": round(_quantile(waits, 0.99), 2),
            "client": found,
        }

    def _probe(self) -> float:
        source = self.sources["produktly"]
        message_id = f"probe-{uuid.uuid4()}"
        body = {"event": PROBE, "userId": "probe", "messageId": message_id, "context": {}}
        headers = {"authorization": source.authorization, "content-type": "application/json"}
        request = urllib.request.Request(f"{self.server.url}/v1/track", data=encoded(body), headers=headers)
        urllib.request.urlopen(request, timeout=60).close()
        answered = time.monotonic()
        query = f"SELECT id FROM {source.schema}.bench_probe WHERE id = '{message_id}'"
        while not self._rows(query):
            if time.monotonic() - answered > 60:
                return math.inf
            time.sleep(0.02)
        return time.monotonic() - answered

    def _rows(self, query: str) -> list[Any]:
        try:
            return self.api("POST", "/sql", {"query": query})["rows"]
        except urllib.error.HTTPError as error:
            with error:
                if error.code != 400:
                    raise
            return []  # the table is made with the first row


def slope(samples: list[dict[str, Any]], *, until_s: float, of: str = "total") -> float | None:
    """MiB a minute of the line through what was measured from the first minute on; None: the run was too short."""
    points = [
        (sample["atS"] / 60, sample["memoryByProcess"].get(of, 0.0))
        for sample in samples
        if SETTLED_S <= sample["atS"] <= until_s
    ]
    if len(points) < 3:
        return None
    times, sizes = zip(*points, strict=True)
    return round(statistics.linear_regression(times, sizes).slope, 1)


def _started(port: int, sources: dict[str, Source], rate: float, seconds: float) -> tuple[Any, Any]:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=_client, args=(port, sources, rate, seconds, results))
    process.start()
    return process, results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20_000, help="events per second")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--every", type=float, default=5, help="seconds between samples")
    parser.add_argument("--dir", type=Path, default=None, help="where to keep the data meanwhile: a real disk")
    given = parser.parse_args()
    print(json.dumps({"bench": "whole"} | machine.described()), flush=True)
    with tempfile.TemporaryDirectory(dir=given.dir) as directory:
        data = Path(directory) / "data"
        sources = add_sources(data, SLUGS)
        server = Server(data)
        try:
            whole = Whole(server, data, sources)
            fresh = whole.freshness(given.rate / 4, given.seconds)
            print(json.dumps(fresh), flush=True)
            steady = whole.sustained(given.rate, given.seconds, every_s=given.every)
            print(json.dumps(steady), flush=True)
        finally:
            server.stop()
    print(_table(fresh, steady))
    return 0


def _per_minute(steady: dict[str, Any]) -> str:
    whole, parts = steady["memoryMibPerMinute"], steady["memoryByProcessMibPerMinute"]
    if whole is None:
        return "not known: the run was too short"
    return f"{whole:+} MiB a minute: {json.dumps({name: value for name, value in parts.items() if name != 'total'})}"


def _table(fresh: dict[str, Any], steady: dict[str, Any]) -> str:
    memory = steady["memoryMib"]
    limits = [phase["phase"] for phase in (fresh, steady) if phase["client"]["clientCores"] > 0.8]
    lines = [
        "| | |",
        "|---|---|",
        f"| events/s asked for, acknowledged, loaded | {steady['asked']:,.0f}, {steady['acknowledgedPerS']:,}, "
        f"**{steady['loadedPerS']:,}** |",
        f"| drained after | {steady['drainedAfterS']} s, {steady['lost']} missing |",
        f"| batch answered, p50 and p99 | {steady['client']['p50Ms']} ms, {steady['client']['p99Ms']} ms |",
        f"| memory, first and last, highest | {memory[0]} and {memory[-1]}, {max(memory)} MiB |",
        f"| memory after the first minute | {_per_minute(steady)} |",
        f"| CPU of all processes | {steady['cpuUsPerEvent']} us/event: {json.dumps(steady['cpuUsByProcess'])} |",
        f"| row queryable at {fresh['asked']:,.0f}/s, p50 and p99 | {fresh['p50S']} s, {fresh['p99S']} s "
        f"({fresh['probes']} probes) |",
        f"| client | {'was the limit in: ' + ', '.join(limits) if limits else 'not the limit'}, "
        f"{steady['client']['clientCores']} cores |",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

"""How long a page waits for `/api/bootstrap`, against the door's own `/healthz`, while events come in.

    python -m bench.bootstrap [--contents 200] [--segments 100] [--rate 500] [--ingest 1000]

A workspace with as many live contents, each with a document for one segment and a tenth of them with one for Everyone,
and people who are in some of the segments. Half the requests name a known person, half a browser that nobody knows. The
requests have a timetable: a latency is from when one was due, so what the server cannot take in time shows as waiting.
Both sides are asked at the same rate, in turns; ratios are of one pair. Meanwhile another process sends events in
batches of a hundred. Browsers ask for gzip, and so do they; the clients have a part of the same
cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

from bench import machine
from bench.server import Server, Source, add_sources
from bench.whole import send
from headwater.base.rules import EVERYONE
from headwater.control.bootstrap import open_store
from headwater.surfaces.drafts import Beginning, Change
from headwater.surfaces.model import SYSTEM, PageRule, Pages, Placement, tree_of
from headwater.surfaces.store import ContentStore

GOAL = 3.0
"""The p99 of bootstrap by that of /healthz, at most."""
CONNECTIONS = 32
PEOPLE = 2_000
SETTLE_S = 60.0


def fill(data: Path, contents: int, segments: int) -> str:
    """Makes segments and live contents; gives the client token."""
    store = open_store(data)
    try:
        workspace = store.workspaces()[0]
        made = [
            store.segments.create(
                workspace.id, name=f"Segment {n}", rule={"trait": f"t{n % 20}", "op": "equals", "value": n}
            ).id
            for n in range(segments)
        ]
        room = ContentStore(state=store.state)
        for n in range(contents):
            _content(room, workspace.id, n, made[n % segments])
        return workspace.client_token
    finally:
        store.close()


def _content(room: ContentStore, workspace_id: str, n: int, segment_id: str) -> None:
    documents = [(segment_id, _tree(n, "you"))]
    if n % 10 == 0:
        documents.append((EVERYONE, _tree(n, "everybody")))
    made = room.drafts.create(workspace_id, Beginning(name=f"Content {n}", documents=documents), by=SYSTEM)
    pages = Pages(show=(PageRule(kind="path", value=f"/app/{n}/**"),))
    change = Change(placements=(Placement(id="p00001", selectors=("main > h1", "#slot"), pages=pages),))
    room.drafts.update(workspace_id, str(made.id), change, revision=made.revision, by=SYSTEM)
    room.publishing.publish(workspace_id, str(made.id), document_ids=None, note="", by=SYSTEM)


def _tree(n: int, whom: str) -> Any:
    button = {"text": "Start", "actions": [{"type": "url", "href": f"/start/{n}"}]}
    texts = [
        {"id": "a", "type": "heading", "props": {"text": f"News {n} for {whom}"}},
        {"id": "b", "type": "text", "props": {"text": "Something that is worth a few lines of text. " * 5}},
        {"id": "c", "type": "button", "props": button},
    ]
    return tree_of({"kind": "inline", "blocks": texts})


async def people(port: int, source: Source) -> None:
    """Each is in as many segments as traits fit: five of a hundred."""
    chance = random.Random(7)
    for start in range(0, PEOPLE, 100):
        batch = [
            {
                "type": "identify",
                "userId": f"user-{n}",
                "anonymousId": f"browser-{n}",
                "traits": {f"t{place}": place + 20 * chance.randrange(5) for place in chance.sample(range(20), 5)},
            }
            for n in range(start, start + 100)
        ]
        body = json.dumps({"batch": batch}).encode()
        head = f"POST /v1/batch HTTP/1.1\r\nHost: a\r\nAuthorization: {source.authorization}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        status, _ = await _exchange(reader, writer, head.encode() + body)
        assert status == 200, status
        writer.close()


async def settled(port: int, token: str) -> None:
    """Until people are known: the last one's answer names more than Everyone."""
    request = _request(f"/api/bootstrap?token={token}&userId=user-{PEOPLE - 1}").replace(b"gzip", b"identity")
    deadline = time.monotonic() + SETTLE_S
    while time.monotonic() < deadline:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        status, body = await _exchange(reader, writer, request)
        writer.close()
        if status == 200 and len(json.loads(body)["segments"]) > 1:
            return
        await asyncio.sleep(0.2)
    raise RuntimeError("the people did not come to be known")


def _request(path: str) -> bytes:
    lines = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Origin: https://app.example.com", "Accept-Encoding: gzip")
    return "\r\n".join((*lines, "", "")).encode()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bytes]:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    size = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    return int(head[9:12]), await reader.readexactly(size)


async def asked(port: int, requests: list[bytes], rate: float, seconds: float) -> dict[str, Any]:
    """At so many a second, spread over the connections; latencies are from when each was due."""
    took_s: list[float] = []
    sizes: list[int] = []
    errors = 0
    total = int(rate * seconds)
    numbers = iter(range(total))
    began = time.perf_counter() + 0.1

    async def work() -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            due = began + number / rate
            if (wait_s := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait_s)
            status, body = await _exchange(reader, writer, requests[number % len(requests)])
            took_s.append(time.perf_counter() - due)
            sizes.append(len(body))
            errors += status != 200
        writer.close()

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    took_s.sort()
    return {
        "requests": total,
        "perS": round(total / (time.perf_counter() - began)),
        "p50Ms": round(1000 * statistics.median(took_s), 2),
        "p99Ms": round(1000 * took_s[int(len(took_s) * 0.99)], 2),
        "maxMs": round(1000 * took_s[-1], 2),
        "meanBytes": round(statistics.mean(sizes)),
        "errors": errors,
    }


def _client(port: int, requests: list[bytes], rate: float, seconds: float, results: Any) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        results.put(runner.run(asked(port, requests, rate, seconds)))


def _ingest(port: int, sources: dict[str, Source], rate: float, seconds: float) -> None:
    send(port, sources, rate, seconds)


def beside(server: Server, requests: list[bytes], rate: float, seconds: float) -> dict[str, Any]:
    """The figures of one run, whose client is a process of its own, with what each process of the server used."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    used = machine.cpu_by_process_s(server.pid)
    process = context.Process(target=_client, args=(server.port, requests, rate, seconds, results))
    process.start()
    found = results.get(timeout=seconds + 120)
    process.join()
    now = machine.cpu_by_process_s(server.pid)
    cores = {name: round((value - used.get(name, 0.0)) / seconds, 2) for name, value in now.items()}
    return found | {"cores": {name: value for name, value in cores.items() if value >= 0.01}}


def measure(given: argparse.Namespace, data: Path) -> list[dict[str, Any]]:
    sources = add_sources(data, ("produktly", "candu"))
    token = fill(data, given.contents, given.segments)
    server = Server(data)
    rows: list[dict[str, Any]] = []
    try:
        asyncio.run(people(server.port, sources["produktly"]))
        asyncio.run(settled(server.port, token))
        chance = random.Random(9)
        known = [_request(f"/api/bootstrap?token={token}&userId=user-{chance.randrange(PEOPLE)}") for _ in range(1_000)]
        unknown = [_request(f"/api/bootstrap?token={token}&anonymousId=nobody-{n}") for n in range(1_000)]
        sides = {
            "healthz": [_request("/healthz")],
            "bootstrap": [each for pair in zip(known, unknown, strict=True) for each in pair],
        }
        lasts_s = 2 * given.pairs * (given.seconds + 3) + 10
        events = multiprocessing.get_context("spawn").Process(
            target=_ingest, args=(server.port, sources, given.ingest, lasts_s), daemon=True
        )
        if given.ingest:
            events.start()
        for side in sides:
            beside(server, sides[side], given.rate, 2)
        for pair in range(given.pairs):
            for side in sides if pair % 2 == 0 else reversed(sides):
                row = {"bench": "bootstrap", "pair": pair, "side": side} | beside(
                    server, sides[side], given.rate, given.seconds
                )
                rows.append(row)
                print(json.dumps(row), flush=True)
        if given.ingest:
            events.kill()
    finally:
        server.stop()
    return rows


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    def of(side: str, what: str) -> list[float]:
        return [row[what] for row in sorted(rows, key=lambda row: row["pair"]) if row["side"] == side]

    ratios = [ours / door for ours, door in zip(of("bootstrap", "p99Ms"), of("healthz", "p99Ms"), strict=True)]
    return {
        "bench": "bootstrap",
        "goal": GOAL,
        "ratioP99": round(statistics.median(ratios), 2),
        "ratios": [round(each, 2) for each in ratios],
        "healthzP99Ms": statistics.median(of("healthz", "p99Ms")),
        "bootstrapP99Ms": statistics.median(of("bootstrap", "p99Ms")),
        "bootstrapP50Ms": statistics.median(of("bootstrap", "p50Ms")),
        "meanBytes": statistics.median(of("bootstrap", "meanBytes")),
        "errors": sum(of("bootstrap", "errors")),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contents", type=int, default=200)
    parser.add_argument("--segments", type=int, default=100)
    parser.add_argument("--rate", type=float, default=500, help="requests a second")
    parser.add_argument("--ingest", type=float, default=1_000, help="events a second meanwhile; 0: none")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8)
    given = parser.parse_args()
    print(json.dumps(machine.described() | {"contents": given.contents, "segments": given.segments}), flush=True)
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        rows = measure(given, Path(folder) / "data")
    found = summary(rows)
    print(json.dumps(found), flush=True)
    return 0 if found["ratioP99"] <= GOAL and not found["errors"] else 1


if __name__ == "__main__":
    sys.exit(main())

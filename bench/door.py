"""How fast the door takes events, against nginx that writes the same bodies to its access log without a flush.

Both sides run one after the other in pairs, so that what else the machine does hits both; ratios are of one pair.
Ours answers when the events are on disk; nginx's log is in the page cache only. The client takes a part of the
same cores on both sides.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import machine
from bench.bodies import Bodies
from bench.server import Server, add_sources

HERE = Path(__file__).parent
MODULES = Path("/usr/lib/nginx/modules")
BATCH = 100
CONNECTIONS = {"singles": 64, "batches": 8}
EVENTS = {"singles": 1, "batches": BATCH}
NEEDS = "apt-get install wrk nginx-light libnginx-mod-http-echo"


def missing() -> list[str]:
    """What of the reference and the client is not installed."""
    parts = [program for program in ("wrk", "nginx") if _program(program) is None]
    if not (MODULES / "ngx_http_echo_module.so").exists():
        parts.append("nginx's echo module")
    return parts


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


class Side:
    def __init__(self, name: str, pid: int, port: int) -> None:
        self.name, self.pid, self.port = name, pid, port

    def run(self, shape: str, requests: Path, authorization: str, seconds: float) -> dict[str, Any]:
        before = machine.cpu_s(self.pid)
        found = _wrk(self.port, CONNECTIONS[shape], requests, authorization, seconds)
        used_s = machine.cpu_s(self.pid) - before
        events = found["requests"] * EVENTS[shape]
        return {
            "shape": shape,
            "side": self.name,
            "eventsPerS": round(events / found["seconds"]),
            "p50Ms": found["p50Ms"],
            "p99Ms": found["p99Ms"],
            "cpuUsPerEvent": round(used_s * 1e6 / max(events, 1), 2),
            "cores": round(used_s / found["seconds"], 2),
            "errors": found["errors"],
        }


def _wrk(port: int, connections: int, requests: Path, authorization: str, seconds: float) -> dict[str, Any]:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(HERE / "door.lua")]
    command += [f"http://127.0.0.1:{port}", "--", str(requests), authorization]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise RuntimeError(f"wrk gave no result: {done.stdout}{done.stderr}")
    requests_done, microseconds, p50, p99, refused, broken = (int(word) for word in line.split()[1:])
    return {
        "requests": requests_done - refused,
        "seconds": microseconds / 1e6,
        "p50Ms": round(p50 / 1000, 2),
        "p99Ms": round(p99 / 1000, 2),
        "errors": refused + broken,
    }


def _nginx(directory: Path) -> contextlib.AbstractContextManager[Side]:
    return nginx_running(directory, (HERE / "nginx.conf").read_text())


@contextlib.contextmanager
def nginx_running(directory: Path, template: str, *, core: int | None = None) -> Iterator[Side]:
    """`template` is its configuration, with places for directory, modules and port; `core`: where it runs."""
    directory.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = directory / "nginx.conf"
    configuration.write_text(template.format(modules=MODULES, directory=directory, port=port))
    command = ["taskset", "-c", str(core)] if core is not None else []
    command += [_program("nginx") or "nginx", "-p", str(directory), "-c", str(configuration)]
    process = subprocess.Popen(command)
    try:
        _wait_for(port)
        yield Side("nginx", process.pid, port)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


def _write(requests: list[tuple[str, bytes]], path: Path) -> Path:
    path.write_bytes(b"".join(b"%s\t%s\n" % (way.encode(), body) for way, body in requests))
    return path


def measure(shapes: list[str], *, pairs: int, seconds: float, directory: Path) -> list[dict[str, Any]]:
    """The raw figures of each run, in order."""
    bodies = Bodies()
    files = {
        "singles": _write(bodies.singles(1000), directory / "singles.requests"),
        "batches": _write(bodies.batches(50, BATCH), directory / "batches.requests"),
    }
    rows = []
    for shape in shapes:
        data = directory / shape
        source = add_sources(data, ("produktly",))["produktly"]
        server = Server(data, "--roles", "collect")
        try:
            with _nginx(directory / f"nginx-{shape}") as nginx:
                ours = Side("headwater", server.pid, server.port)
                for side in (nginx, ours):
                    side.run(shape, files[shape], source.authorization, 1)
                for pair in range(pairs):
                    for side in (nginx, ours) if pair % 2 == 0 else (ours, nginx):
                        row = side.run(shape, files[shape], source.authorization, seconds)
                        rows.append({"bench": "door", "pair": pair} | row)
                        print(json.dumps(rows[-1]), flush=True)
                        _make_room(directory / f"nginx-{shape}" / "access.log")
        finally:
            server.stop()
            shutil.rmtree(data, ignore_errors=True)
    return rows


def _make_room(log: Path) -> None:
    with contextlib.suppress(FileNotFoundError), log.open("r+b") as file:
        file.truncate(0)


def summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Medians of each shape, and the median of the pairs' ratios."""
    found = []
    for shape in CONNECTIONS:
        sides = {
            side: [r for r in rows if r["shape"] == shape and r["side"] == side] for side in ("nginx", "headwater")
        }
        if not sides["nginx"]:
            continue
        by_pair = {r["pair"]: r["eventsPerS"] for r in sides["nginx"]}
        ratios = [r["eventsPerS"] / by_pair[r["pair"]] for r in sides["headwater"]]
        medians = {side: _medians(of) for side, of in sides.items()}
        found.append(
            {
                "bench": "door",
                "shape": shape,
                "pairs": len(ratios),
                "ratio": round(statistics.median(ratios), 3),
                "ratioMin": round(min(ratios), 3),
                "ratioMax": round(max(ratios), 3),
                "p99Ratio": round(medians["headwater"]["p99Ms"] / max(medians["nginx"]["p99Ms"], 0.01), 1),
                "errors": sum(r["errors"] for r in rows if r["shape"] == shape),
                **medians,
            }
        )
    return found


def _medians(rows: list[dict[str, Any]]) -> dict[str, float]:
    names = ("eventsPerS", "p50Ms", "p99Ms", "cpuUsPerEvent", "cores")
    return {name: round(statistics.median(row[name] for row in rows), 2) for name in names}


def table(found: list[dict[str, Any]]) -> str:
    lines = ["| | nginx events/s | headwater events/s | ratio (lowest, highest) | nginx p99 ms | headwater p99 ms |"]
    lines[0] += " nginx CPU us/event | headwater CPU us/event |"
    lines.append("|---|---|---|---|---|---|---|---|")
    for one in found:
        nginx, ours = one["nginx"], one["headwater"]
        lines.append(
            f"| {one['shape']} | {nginx['eventsPerS']:,.0f} | {ours['eventsPerS']:,.0f} | **{one['ratio']}** "
            f"({one['ratioMin']}, {one['ratioMax']}) | {nginx['p99Ms']} | {ours['p99Ms']} | {nginx['cpuUsPerEvent']} | "
            f"{ours['cpuUsPerEvent']} |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--shapes", default="singles,batches")
    parser.add_argument("--dir", type=Path, default=None, help="where to keep the data meanwhile: a real disk")
    given = parser.parse_args()
    if absent := missing():
        print(f"door: not measured, as {' and '.join(absent)} is not installed. On Debian: {NEEDS}")
        return 0
    print(json.dumps({"bench": "door"} | machine.described()), flush=True)
    with tempfile.TemporaryDirectory(dir=given.dir) as directory:
        rows = measure(given.shapes.split(","), pairs=given.pairs, seconds=given.seconds, directory=Path(directory))
    found = summary(rows)
    for one in found:
        print(json.dumps(one))
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())

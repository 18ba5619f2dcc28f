"""A server under traffic that is killed again and again, and the reckoning afterwards.

The reckoning is worked out here, from what the clients were answered: which rows there must be, which traits each user
must have, how many events the journal holds. Nothing is taken from headwater's own counts; they are compared.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import duckdb
import httpx
import msgspec
import pyarrow as pa

from tests.crash.traffic import BATCH, Expected, Plan, Sent, expected, traits
from tests.server import Server, children

Strike = Literal["tree", "tree twice", "collect", "pipeline", "profiles", "warehouse", "web"]
STRIKES: tuple[Strike, ...] = ("tree", "collect", "pipeline", "profiles", "tree twice", "warehouse", "web")
ROOT = Path(__file__).parents[2]
SCHEMAS = ("candu_prod", "produktly_prod")
STANDARD = {"track": "tracks", "screen": "screens", "identify": "identifies"}
Table = tuple[str, str]


class Figures(msgspec.Struct, kw_only=True):
    """What a siege came to. `events` were acknowledged; times in seconds."""

    rounds: int
    events: int
    attempts: int
    duplicates: int
    refused: dict[str, int]
    seconds: float
    events_per_s: float
    ready_s: list[float]
    longest_wait_s: float
    caught_up_s: float


class Siege:
    def __init__(self, folder: Path, *, clients: int, rate: float, seed: int) -> None:
        """`rate`: events a second that each client sends; 0: as many as it can."""
        self._chance = random.Random(seed)
        self.server = Server(folder / "data", "--port", str(free_port()))
        names = ("Candu_Prod", "Produktly_Prod")
        sources = [self.server.add_source(name.split("_")[0].lower(), name) for name in names]
        keys = (sources[0]["writeKeys"][0], sources[1]["writeKeys"][0])
        self._clients = [
            Traffic(Plan(client=number, url=self.server.url, keys=keys, rate=rate)) for number in range(clients)
        ]
        self._began = time.monotonic()
        self._counted = [0] * clients
        self._wanted: Counter[Table] = Counter()
        self.ready_s: list[float] = []
        self.rounds = 0

    def round(self, strike: Strike, *, pause_s: float) -> None:
        """Traffic for a while, a blow, and then everything that was acknowledged so far has its rows."""
        time.sleep(self._chance.uniform(0.3, 1.0) * pause_s)
        self._strike(strike)
        self.rounds += 1
        self._wait_for_rows([client.batches for client in self._clients])

    def finish(self) -> Figures:
        """Ends the traffic, lets all be loaded, and reckons. Raises AssertionError when anything is amiss."""
        sent = [client.finish() for client in self._clients]
        seconds = time.monotonic() - self._began
        began = time.monotonic()
        self._wait_for_rows([each.batches for each in sent])
        accounting = self.server.wait_closed(wait_s=120)
        caught_up_s = time.monotonic() - began
        assert self.server.stop() == 0, self.server.stderr()[-3000:]
        duplicates = reckon(self.server.data, sent, accounting)
        events = sum(each.batches for each in sent) * BATCH
        refused: Counter[str] = Counter()
        for each in sent:
            refused += Counter(each.refused)
        return Figures(
            rounds=self.rounds,
            events=events,
            attempts=sum(each.attempts for each in sent) * BATCH,
            duplicates=duplicates,
            refused=refused,
            seconds=round(seconds, 1),
            events_per_s=round(events / seconds),
            ready_s=[round(one, 2) for one in self.ready_s],
            longest_wait_s=round(max(each.longest_wait_s for each in sent), 2),
            caught_up_s=round(caught_up_s, 1),
        )

    def end(self) -> None:
        """Whatever happened before."""
        for client in self._clients:
            client.kill()
        if self.server.process is not None and self.server.process.poll() is None:
            self.server.kill()

    def _strike(self, strike: Strike) -> None:
        began = time.monotonic()
        if strike in ("tree", "tree twice"):
            self.server.kill()
            self.server.start()
            if strike == "tree twice":  # in the middle of its recovery
                time.sleep(self._chance.uniform(0.0, 0.4))
                self.server.kill()
                self.server.start()
        else:
            os.kill(children(self.server)[strike], signal.SIGKILL)
        self._wait_ready()
        self.ready_s.append(time.monotonic() - began)

    def _wait_ready(self) -> None:
        """Everything answers, within ten seconds at most on an idle machine; more is allowed to a busy one."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.server.url}/readyz", timeout=30).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not ready within 60 s: {self.server.stderr()[-3000:]}")

    def _wait_for_rows(self, batches: list[int]) -> None:
        """Until each table holds what was acknowledged before now, each id once."""
        for client, count in enumerate(batches):
            for batch in range(self._counted[client], count):
                self._wanted.update(table for event in expected(client, batch) for table in tables_of(event))
        self._counted = batches
        deadline = time.monotonic() + 120
        client, batch = (f"CAST(split_part(id, '-', {part}) AS BIGINT)" for part in (1, 2))
        acknowledged = f"{batch} < [{', '.join(map(str, batches))}][1 + {client}]"
        for (schema, table), count in self._wanted.items():
            query = f"SELECT count(*), count(DISTINCT id) FROM {schema}.{table} WHERE {acknowledged}"
            left_s = max(1.0, deadline - time.monotonic())
            self.server.rows(query, lambda rows, count=count: rows == [[count, count]], wait_s=left_s)


class Traffic:
    """A client's process."""

    def __init__(self, plan: Plan) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.traffic", msgspec.json.encode(plan).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self.batches = 0
        self._sent: Sent | None = None
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def finish(self) -> Sent:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._reading.join(180)
        assert self._process.wait(60) == 0
        assert self._sent is not None
        return self._sent

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(60)
        self._reading.join(60)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                self._sent = msgspec.json.decode(line, type=Sent)
            else:
                self.batches = int(line)


def tables_of(event: Expected) -> set[Table]:
    schema = SCHEMAS[event.source]
    return {(schema, STANDARD[event.kind]), (schema, event.table)}


def reckon(data: Path, sent: list[Sent], accounting: dict[str, Any]) -> int:
    """Compares the stopped server's files with what the clients were answered; gives how many events came again."""
    batches = [each.batches for each in sorted(sent, key=lambda each: each.client)]
    with duckdb.connect(str(data / "warehouse.duckdb")) as warehouse:
        _compare_tables(warehouse, batches)
        _compare_users(warehouse, batches)
    held, distinct = _in_journal(data / "journal" / "raw")
    events = sum(batches) * BATCH
    assert distinct == events, f"{events} events were acknowledged, the journal holds {distinct}"
    attempts = sum(each.attempts for each in sent) * BATCH
    assert events <= held <= attempts
    told = accounting["sources"]
    assert sum(source["accepted"] for source in told) == held
    assert sum(source["clean"] for source in told) == events
    assert sum(source["duplicate"] for source in told) == held - events
    assert all(not source["dropped"] and not source["parked"] for source in told)
    readers = {reader["reader"]: reader for reader in accounting["readers"]}
    for reader in ("warehouse", "profiles"):
        assert (readers[reader]["done"], readers[reader]["dead"]) == (events, 0)
    return held - events


def _events(batches: list[int]) -> Iterator[Expected]:
    for client, count in enumerate(batches):
        for batch in range(count):
            yield from expected(client, batch)


def _compare_tables(warehouse: duckdb.DuckDBPyConnection, batches: list[int]) -> None:
    ids: dict[Table, list[str]] = defaultdict(list)
    for event in _events(batches):
        for table in tables_of(event):
            ids[table].append(event.id)
    for (schema, table), wanted in ids.items():
        warehouse.register("wanted", pa.table({"id": pa.array(wanted)}))
        name = f'"{schema}"."{table}"'
        rows, distinct = _one(warehouse, f"SELECT count(*), count(DISTINCT id) FROM {name}")
        assert rows == distinct, f"{name} has {rows} rows of {distinct} ids"
        missing = _one(warehouse, f"SELECT count(*), min(id) FROM wanted WHERE id NOT IN (SELECT id FROM {name})")
        assert missing[0] == 0, f"{missing[0]} acknowledged events have no row in {name}, as {missing[1]}"
        assert rows == len(wanted), f"{name} has {rows} rows, {len(wanted)} were acknowledged"
        warehouse.unregister("wanted")


def _compare_users(warehouse: duckdb.DuckDBPyConnection, batches: list[int]) -> None:
    """The latest identify of each user decides, whatever the order of arrival."""
    latest: dict[str, Expected] = {}
    for event in _events(batches):
        if event.kind == "identify" and event.moment >= latest.get(event.user, event).moment:
            latest[event.user] = event
    wanted = sorted((user, *traits(event).values()) for user, event in latest.items())
    found = warehouse.execute(f"SELECT id, plan, logins FROM {SCHEMAS[0]}.users ORDER BY id").fetchall()
    assert found == wanted


def _one(warehouse: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    return warehouse.execute(query).fetchall()[0]


class _Event(msgspec.Struct):
    id: str = msgspec.field(name="messageId")


class _Request(msgspec.Struct):
    events: list[_Event] = msgspec.field(name="e", default_factory=list)


def _in_journal(directory: Path) -> tuple[int, int]:
    """(events, distinct ids) of the raw journal, read by what ADR 0001 says of its form."""
    decoder = msgspec.json.Decoder(_Request)
    count, ids = 0, set[str]()
    for path in sorted(directory.glob("*.log")):
        content = path.read_bytes()
        at = 0
        while at + 8 <= len(content):
            length, checksum = struct.unpack_from("<II", content, at)
            payload = content[at + 8 : at + 8 + length]
            assert zlib.crc32(payload) == checksum
            found = [event.id for event in decoder.decode(payload).events]
            count += len(found)
            ids.update(found)
            at += 8 + length
    return count, len(ids)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]

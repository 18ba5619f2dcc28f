"""Ten thousand generated requests through the door of a running server, and each accepted event in its table.

The requests come from the generator that the door's own property tests use: right calls, calls with one known
fault, batches of both, zipped or not, and broken bytes. What must have become of them is counted here, on our side.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from headwater.base.naming import table_name
from tests.e2e.wire import Answer, Connection, post_all
from tests.property.generate import SHORT, Sent, request
from tests.server import Server

REQUESTS = 10_000
SEED = 20261121
TABLES = {"identify": "identifies", "page": "pages", "screen": "screens", "group": "groups", "alias": "aliases"}
PAGE = 50_000


@dataclass
class Count:
    """Our own books: `ids` by table, in each how many events came without an id of their own (`nameless`)."""

    accepted: int = 0
    duplicate: int = 0
    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    nameless: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)

    def add(self, kind: str, event: dict[str, Any]) -> None:
        self.accepted += 1
        message_id = event.get("messageId")
        if message_id and message_id in self.seen:
            self.duplicate += 1
            return
        for table in tables_of(kind, event):
            if message_id:
                self.ids[table].add(message_id)
            else:
                self.nameless[table] += 1
        if message_id:
            self.seen.add(message_id)


def tables_of(kind: str, event: dict[str, Any]) -> tuple[str, ...]:
    return ("tracks", table_name(event["event"])) if kind == "track" else (TABLES[kind],)


def body_of(sent: Sent) -> Any:
    body = gzip.decompress(sent.body) if sent.headers.get("content-encoding") == "gzip" else sent.body
    return json.loads(body.removeprefix(b"\xef\xbb\xbf"))


def kind_of(path: str) -> str | None:
    """The kind of call that the path names; None: a batch."""
    name = path.removeprefix("/v1/")
    return next((kind for kind, letter in SHORT.items() if name in (kind, letter)), None)


def accepted_of(sent: Sent, answer: Answer) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, event) of each event that the answer says is stored."""
    rejected = {item["index"] for item in json.loads(answer.body).get("rejected", ())}
    kind, body = kind_of(sent.path), body_of(sent)
    items = [body] if kind else body["batch"]
    for index, item in enumerate(items):
        if index not in rejected:
            yield kind or item["type"], item


def check_answer(sent: Sent, answer: Answer) -> None:
    """As far as it is known what the request must be answered with, it was."""
    said = json.loads(answer.body)
    assert answer.status in (200, 400), (sent, answer)
    if sent.rejected is None:
        return
    if sent.accepted:
        assert answer.status == 200, (sent, answer)
        assert {item["index"]: item["code"] for item in said.get("rejected", ())} == sent.rejected
    else:
        assert (answer.status, said["code"]) == (400, sent.rejected[0]), (sent, answer)


def ids_in(server: Server, schema: str, tables: Iterable[str]) -> dict[str, list[str]]:
    """The ids of every row, by table."""
    found: dict[str, list[str]] = {}
    for table in tables:
        ids: list[str] = []
        while len(ids) % PAGE == 0:
            query = f'SELECT id FROM {schema}."{table}" ORDER BY id LIMIT {PAGE} OFFSET {len(ids)}'
            more = server.api("POST", "/sql", {"query": query, "limit": PAGE})["rows"]
            ids += [row[0] for row in more]
            if not more:
                break
        found[table] = ids
    return found


@pytest.mark.timeout(170)
def test_what_is_accepted_is_stored_and_the_accounting_closes(shared_server: Server):
    source = shared_server.add_source("http-api", "Fuzz")
    rng = Random(SEED)
    requests = [request(rng) for _ in range(REQUESTS)]
    key = "Basic " + base64.b64encode(f"{source['writeKeys'][0]}:".encode()).decode()

    async def send(connection: Connection, sent: Sent) -> Answer:
        return await connection.post(sent.path, sent.body, {**sent.headers, "authorization": key})

    answers = post_all(shared_server.url, requests, send)
    count = Count()
    for sent, answer in zip(requests, answers, strict=True):
        check_answer(sent, answer)
        if answer.status == 200:
            for kind, event in accepted_of(sent, answer):
                count.add(kind, event)
    check_rows(shared_server, source, count)


def check_rows(server: Server, source: dict[str, Any], count: Count) -> None:
    assert count.accepted > REQUESTS
    accounting = server.wait_closed(wait_s=90)
    mine = next(entry for entry in accounting["sources"] if entry["sourceId"] == source["id"])
    assert (mine["accepted"], mine["duplicate"]) == (count.accepted, count.duplicate)
    assert (mine["dropped"], mine["parked"]) == ({}, {})
    reader = next(entry for entry in accounting["readers"] if entry["reader"] == "warehouse")
    assert (reader["pending"], reader["dead"]) == (0, 0)
    found = ids_in(server, source["schema"], set(count.ids) | set(count.nameless))
    for table, ids in found.items():
        stored = Counter(ids)
        missing = count.ids[table] - stored.keys()
        assert not missing, f"{len(missing)} accepted ids are not in {table}, such as {sorted(missing)[:3]}"
        assert max(stored.values()) == 1, f"{table} holds an id twice"
        assert len(stored) == len(count.ids[table]) + count.nameless[table]
    assert not re.search(r"Traceback|\[error", server.stderr())

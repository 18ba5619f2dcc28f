"""Server-sent events over a real socket: the test client would wait for an end that never comes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn

from headwater.api import source_events
from headwater.api.app import create_app
from headwater.catalog.load import load_catalog
from headwater.control.model import Workspace, builtin_id
from headwater.control.store import Store
from tests.unit.api.conftest import ADMIN
from tests.unit.api.nearby import Nearby, NearbyProfiles, NearbySending, seen_event


async def serving(store: Store, work: Nearby, uploads: Path) -> tuple[uvicorn.Server, asyncio.Task[None], str]:
    parts = {"store": store, "work": work, "sending": NearbySending(), "profiles": NearbyProfiles()}
    app = create_app(**parts, catalog=load_catalog(), public_url="http://x", uploads=uploads)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    return server, task, f"http://127.0.0.1:{listener.getsockname()[1]}"


async def messages(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    fields: dict[str, Any] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if line == "" and "data" in fields:
            yield {"id": fields["id"], "event": msgspec.json.decode(fields["data"]), "named": "event" in fields}
            fields = {}
        elif name:
            fields[name] = value


async def first(work: Nearby, url: str, source: str, count: int, *, query: str = "", **headers: str) -> list[Any]:
    """The first messages of the stream; `seen` grows by one event every few milliseconds meanwhile."""
    headers["Authorization"] = f"Bearer {ADMIN}"
    found: list[Any] = []
    async with (
        httpx.AsyncClient(timeout=60) as client,
        client.stream("GET", f"{url}/api/v1/sources/rest/events/stream{query}", headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        arriving = asyncio.create_task(_arrive(work, source))
        async for message in messages(response):
            found.append(message)
            if len(found) == count:
                break
        arriving.cancel()
    return found


async def _arrive(work: Nearby, source: str) -> None:
    for seq in range(10, 1000):
        work.seen[source].append(seen_event(seq))
        await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("query", "headers", "ids"),
    [
        ("", {}, ["10", "11", "12"]),
        ("?recent=2", {}, ["2", "3", "10", "11"]),
        ("?recent=2", {"Last-Event-ID": "1"}, ["2", "3", "10"]),
        ("", {"Last-Event-ID": "nonsense"}, ["10", "11"]),
    ],
)
def test_events_stream_as_they_arrive(
    store: Store,
    workspace: Workspace,
    work: Nearby,
    tmp_path: Path,
    query: str,
    headers: dict[str, str],
    ids: list[str],
) -> None:
    source = builtin_id(workspace.id, "rest")
    work.seen[source] = [seen_event(seq) for seq in (1, 2, 3)]

    async def scenario() -> list[Any]:
        server, task, url = await serving(store, work, tmp_path)
        try:
            return await first(work, url, source, len(ids), query=query, **headers)
        finally:
            server.should_exit = True
            await task

    found = asyncio.run(scenario())
    assert [message["id"] for message in found] == ids
    assert [str(message["event"]["seq"]) for message in found] == ids
    assert not any(message["named"] for message in found)  # browsers give unnamed messages to `onmessage`


def test_a_stream_outlives_the_worker(
    store: Store, workspace: Workspace, work: Nearby, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_events, "RETRY_S", 0.05)
    source = builtin_id(workspace.id, "rest")
    work.seen[source] = []

    async def fall_and_rise() -> None:
        await asyncio.sleep(0.1)
        work.away = True
        work.seen[source] = [seen_event(7)]
        await asyncio.sleep(0.3)
        work.away = False

    async def scenario() -> list[Any]:
        server, task, url = await serving(store, work, tmp_path)
        falling = asyncio.create_task(fall_and_rise())
        try:
            return await first(work, url, source, 1)
        finally:
            await falling
            server.should_exit = True
            await task

    monkeypatch.setattr("tests.unit.api.test_stream._arrive", lambda *_: asyncio.sleep(60))
    assert asyncio.run(scenario())[0]["id"] == "7"

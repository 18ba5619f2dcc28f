"""What becomes of requests that are under way when a process must end, or when the one behind it has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from headwater.app.listen import Listener
from headwater.app.proxy import WebProxy
from headwater.app.rpc import RpcClient
from headwater.app.sockets import bind_tcp, bind_unix
from headwater.base.errors import Transient


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """`/never` does not answer, `/stream` and `/half` begin and do not go on."""
    if scope["path"] == "/quick":
        await begin(send, b"text/plain", (b"content-length", b"2"))
        await send({"type": "http.response.body", "body": b"ok"})
    if scope["path"] == "/stream":
        await begin(send, b"text/event-stream")
        await send({"type": "http.response.body", "body": b": open\n\n", "more_body": True})
    if scope["path"] == "/half":
        await begin(send, b"text/plain", (b"content-length", b"4"))
        await send({"type": "http.response.body", "body": b"ha", "more_body": True})
    if scope["path"] != "/quick":
        await asyncio.sleep(600)


async def begin(send: Any, kind: bytes, *more: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind), *more]})


async def bound(application: Any) -> tuple[Listener, str]:
    sock = bind_tcp("127.0.0.1", 0)
    listener = Listener(application)
    await listener.start(sock)
    return listener, f"http://127.0.0.1:{sock.getsockname()[1]}"


async def asked(session: aiohttp.ClientSession, url: str, begun: asyncio.Event) -> tuple[int, str]:
    """The status and what came; `broken` when it did not come to its end."""
    async with session.get(url) as answer:
        begun.set()
        try:
            return answer.status, await answer.text()
        except aiohttp.ClientPayloadError:
            return answer.status, "broken"


async def when_stopped(path: str, stop: Callable[[Listener], Awaitable[None]]) -> tuple[int, str]:
    listener, url = await bound(application)
    begun = asyncio.Event()
    async with aiohttp.ClientSession() as session:
        asking = asyncio.create_task(asked(session, url + path, begun))
        if path == "/never":
            while not listener.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        else:
            await begun.wait()
        await stop(listener)
        return await asking


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/quick", 200, "ok"),
        ("/never", 503, "the server is being stopped"),
        ("/stream", 200, ": open\n\n"),
        ("/half", 200, "broken"),
    ],
)
def test_what_is_under_way_at_the_end_is_answered_or_cut(
    path: str, status: int, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    found = asyncio.run(when_stopped(path, lambda listener: listener.stop(drain_s=0.2)))
    assert found[0] == status
    assert told in found[1]
    assert not [record for record in caplog.records if record.exc_info]
    assert path == "/half" or caplog.records == []


def test_streams_do_not_keep_a_process_from_ending() -> None:
    async def ending() -> float:
        began = asyncio.get_running_loop().time()
        await when_stopped("/stream", lambda listener: listener.stop(drain_s=60))
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(ending()) < 30


ANSWERS = {
    "nothing": b"",
    "stream": b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n: a\r\n",
    "half": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha",
}


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [("nothing", 503, "the web process is not there"), ("stream", 200, ": a"), ("half", 200, "broken")],
)
def test_the_door_answers_for_a_web_process_that_dies(
    answer: str, status: int, told: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The process behind ends in the middle of an answer, as when the kernel ends it."""

    async def dies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWERS[answer])
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()

    async def through_the_door() -> tuple[int, str]:
        path = str(tmp_path / "web")
        behind = await asyncio.start_unix_server(dies, path)
        proxy = WebProxy(path, https=False, trusted=[])
        door, url = await bound(proxy)
        async with aiohttp.ClientSession() as session:
            found = await asked(session, f"{url}/x", asyncio.Event())
        await door.stop(drain_s=1)
        await proxy.close()
        behind.close()
        return found

    found = asyncio.run(through_the_door())
    assert found[0] == status
    assert told in found[1]
    assert not [record for record in caplog.records if record.exc_info]


def test_a_call_to_a_process_that_is_being_stopped_may_be_tried_again(tmp_path: Path) -> None:
    async def call() -> None:
        reached = asyncio.Event()

        async def never(scope: dict[str, Any], receive: Any, send: Any) -> None:
            reached.set()
            await asyncio.sleep(600)

        behind = Listener(never)
        await behind.start(bind_unix(str(tmp_path / "work")))
        client = RpcClient(str(tmp_path / "work"), name="working")
        calling = asyncio.create_task(client.call("never"))
        await reached.wait()
        await behind.stop(drain_s=0.1)
        try:
            with pytest.raises(Transient, match="is being stopped"):
                await calling
        finally:
            await client.close()

    asyncio.run(call())

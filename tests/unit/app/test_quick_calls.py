"""The short way between processes: answers go to who asked, errors come as they were raised, nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import uvloop

from headwater.app.page_calls import PATHS, PageAnswers, PageWay
from headwater.app.quick_calls import QuickClient, QuickServer
from headwater.base.errors import InvalidInput, Terminal, Transient

WAIT_S = 30.0


def with_both(path: Path, handle: Any, act: Callable[[QuickClient, QuickServer], Awaitable[Any]]) -> Any:
    """Acts on a client of a server that answers with `handle`."""

    async def run() -> Any:
        server = QuickServer(handle, log=lambda _call, _error: None)
        await server.start(str(path / "quick.sock"))
        client = QuickClient(str(path / "quick.sock"), name="other")
        try:
            return await act(client, server)
        finally:
            await client.close()
            await server.stop()
            await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the processes do
        return runner.run(run())


def test_many_calls_at_once_get_each_their_own_answer(tmp_path: Path) -> None:
    async def later(asked: dict[str, Any]) -> Any:
        await asyncio.sleep(0.001 * (asked["n"] % 7))
        return asked

    def handle(asked: dict[str, Any]) -> Any:
        return later(asked) if asked["n"] % 2 else asked

    async def act(client: QuickClient, _: QuickServer) -> Any:
        calls = (client.call(WAIT_S, n=n, text="ä" * n * 50, wide=2**70, raw=b"\xff") for n in range(200))
        return await asyncio.gather(*calls)

    told = with_both(tmp_path, handle, act)
    assert told == [{"n": n, "text": "ä" * n * 50, "wide": 2**70, "raw": b"\xff"} for n in range(200)]


def test_an_error_comes_as_it_was_raised(tmp_path: Path) -> None:
    async def later() -> Any:
        raise InvalidInput("too late", details={"field": "b"})

    def handle(asked: dict[str, Any]) -> Any:
        if asked["what"] == "now":
            raise InvalidInput("at once", code="own_code")
        if asked["what"] == "fault":
            raise KeyError("secret of the inside")
        return later()

    async def act(client: QuickClient, _: QuickServer) -> None:
        with pytest.raises(InvalidInput, match="at once") as now:
            await client.call(WAIT_S, what="now")
        assert now.value.code == "own_code"
        with pytest.raises(InvalidInput, match="too late") as then:
            await client.call(WAIT_S, what="later")
        assert then.value.details == {"field": "b"}
        with pytest.raises(Terminal, match="internal fault") as fault:
            await client.call(WAIT_S, what="fault")
        assert "secret" not in str(fault.value)

    with_both(tmp_path, handle, act)


def test_nobody_there_is_said_at_once_and_who_comes_back_is_found(tmp_path: Path) -> None:
    path = str(tmp_path / "quick.sock")

    async def run() -> None:
        client = QuickClient(path, name="other")
        with pytest.raises(Transient, match="the other process is not there"):
            await client.call(WAIT_S)
        for answer in ("first", "second"):
            server = QuickServer(lambda _, answer=answer: answer, log=lambda _call, _error: None)
            await server.start(path)
            assert await client.call(WAIT_S) == answer
            await server.stop()
            await asyncio.sleep(0.01)
            with pytest.raises(Transient):
                await client.call(WAIT_S)
        await client.close()

    asyncio.run(run())


def test_a_call_under_way_fails_when_the_other_side_ends(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def never(_: dict[str, Any]) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def act(client: QuickClient, server: QuickServer) -> None:
        call = asyncio.ensure_future(client.call(WAIT_S))
        await begun.wait()
        await server.stop()
        with pytest.raises(Transient, match="ended in the middle"):
            await call

    with_both(tmp_path, never, act)


def test_a_call_waits_no_longer_than_it_says(tmp_path: Path) -> None:
    async def slow(asked: dict[str, Any]) -> str:
        await asyncio.sleep(asked["for_s"])
        return "done"

    async def act(client: QuickClient, _: QuickServer) -> None:
        with pytest.raises(Transient, match=r"too busy to answer within 0\.05 s"):
            await client.call(0.05, for_s=0.2)
        await asyncio.sleep(0.3)  # the late answer finds nobody
        assert await client.call(WAIT_S, for_s=0) == "done"

    with_both(tmp_path, slow, act)


class Door:
    """Tells what it was asked."""

    def __init__(self, path: str) -> None:
        self.path = path

    def owns(self, path: str) -> bool:
        return path == self.path

    async def __call__(self, scope: Any, _receive: Any, send: Any, /) -> None:
        headers = [(b"x-query", scope["query_string"]), *((b"x-" + name, value) for name, value in scope["headers"])]
        await send({"type": "http.response.start", "status": 206, "headers": headers})
        await send({"type": "http.response.body", "body": scope["method"].encode()})


async def inner(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"the long way"})


def test_what_pages_ask_goes_the_short_way_and_all_else_the_long_one(tmp_path: Path) -> None:
    async def act(client: QuickClient, server: QuickServer) -> list[Any]:
        way = PageWay(inner, client)

        async def ask(path: str, method: str = "GET") -> tuple[int, list[list[bytes]], bytes]:
            sent: list[Any] = []

            async def send(message: Any) -> None:
                sent.append(message)

            headers = [(b"origin", b"https://a.example"), (b"cookie", b"a=b")]
            scope = {"type": "http", "method": method, "path": path, "query_string": b"a=1", "headers": headers}
            await way(scope, None, send)
            return sent[0]["status"], sent[0]["headers"], sent[1]["body"]

        assert await ask(PATHS[0]) == (206, [[b"x-query", b"a=1"], [b"x-origin", b"https://a.example"]], b"GET")
        found = [(await ask(*each))[0] for each in ((PATHS[0], "POST"), ("/api/bootstrapped",), ("/api/v1/me",))]
        await server.stop()
        await asyncio.sleep(0.01)
        return [*found, (await ask(PATHS[0]))[0]]

    assert with_both(tmp_path, PageAnswers([Door(PATHS[0])]), act) == [299] * 4

"""A small HTTP client over plain sockets: many requests at once, each as its bytes are, none mended on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

ANSWER_S = 30.0
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One connection that is kept open from request to request, and opened anew when the server ended it."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._host, self._port = place.hostname or "", place.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        lines = [f"POST {path} HTTP/1.1", f"host: {self._host}:{self._port}", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        reader, writer = await self._open()
        writer.write("\r\n".join((*lines, "", "")).encode() + body)
        answer = await asyncio.wait_for(_read_answer(reader), ANSWER_S)
        if answer.headers.get("connection") == "close":
            await self.close()
        return answer

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        return self._streams

    async def close(self) -> None:
        if self._streams is not None:
            writer = self._streams[1]
            writer.close()
            await writer.wait_closed()
            self._streams = None


async def _read_answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Answer(int(head[0].split(" ")[1]), headers, body)


def post_all(
    url: str, wanted: Sequence[T], send: Callable[[Connection, T], Awaitable[Answer]], *, connections: int = 8
) -> list[Answer]:
    """The answers in the order of `wanted`; each connection sends one request after the other."""
    return asyncio.run(_post_all(url, wanted, send, connections))


async def _post_all(
    url: str, wanted: Sequence[T], send: Callable[[Connection, T], Awaitable[Answer]], connections: int
) -> list[Answer]:
    answers: list[Answer | None] = [None] * len(wanted)
    waiting = iter(range(len(wanted)))
    await asyncio.gather(*(_work(Connection(url), wanted, waiting, send, answers) for _ in range(connections)))
    assert all(answers)
    return [answer for answer in answers if answer is not None]


async def _work(
    connection: Connection,
    wanted: Sequence[T],
    waiting: Iterable[int],
    send: Callable[[Connection, T], Awaitable[Answer]],
    answers: list[Answer | None],
) -> None:
    for number in waiting:
        answers[number] = await send(connection, wanted[number])
    await connection.close()

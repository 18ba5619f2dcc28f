"""Calls between processes of one tree that a page waits for: one connection, many calls at once, little work for each.

`rpc` is for all else. Both ways go frames of four bytes of length, four bytes of the call's number, one byte (0, or in
answers 1: an error), and MessagePack. Only the owner of the data directory reaches the socket. Nothing is kept or tried
again: when the other side is away the call fails at once, as does every call under way when the connection ends.
"""

from __future__ import annotations

import asyncio
import inspect
import struct
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from headwater.app.rpc import decoded, encoded, error_in, fault_of
from headwater.app.sockets import bind_unix
from headwater.base.errors import HeadwaterError, Transient

MAX_WAITING: Final = 2_000
"""Calls under way on one connection; beyond that the other side does not keep up, and a call fails at once."""
DIAL_S: Final = 1.0

_HEAD: Final = struct.Struct(">IIB")

Handle = Callable[[dict[str, Any]], Any | Awaitable[Any]]
"""Gives the answer to a call's arguments, at once or when it is awaited; an error is raised on the other side."""
Log = Callable[[str, BaseException], None]


class _Frames(asyncio.Protocol, ABC):
    """Takes a stream apart, and ends it when it is none of these frames."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        data = self._data + data if self._data else data
        at = 0
        while len(data) - at >= _HEAD.size:
            size, number, mark = _HEAD.unpack_from(data, at)
            end = at + _HEAD.size + size
            if end > len(data):
                break
            self.frame(number, mark, data[at + _HEAD.size : end])
            at = end
        self._data = data[at:]

    @abstractmethod
    def frame(self, number: int, mark: int, body: bytes) -> None:
        """Takes one frame, whole."""

    def send(self, number: int, mark: int, body: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(_HEAD.pack(len(body), number, mark) + body)


class _Answering(_Frames):
    def __init__(self, handle: Handle, *, log: Log, all_of_it: set[_Answering]) -> None:
        super().__init__()
        self._handle = handle
        self._log = log
        self._all = all_of_it
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._all.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._all.discard(self)
        for task in self._tasks:
            task.cancel()

    def frame(self, number: int, mark: int, body: bytes) -> None:
        try:
            found = self._handle(decoded(body))
            if not inspect.isawaitable(found):
                self.send(number, 0, encoded(found))
                return
        except Exception as error:
            self._fail(number, error)
            return
        task = asyncio.ensure_future(self._later(number, found))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _later(self, number: int, found: Awaitable[Any]) -> None:
        try:
            answer = encoded(await found)
        except Exception as error:
            self._fail(number, error)
            return
        self.send(number, 0, answer)

    def _fail(self, number: int, error: Exception) -> None:
        if not isinstance(error, HeadwaterError):
            self._log("a page's call", error)
        self.send(number, 1, encoded(fault_of(error)))


class QuickServer:
    """Answers at a Unix socket. `handle` is called on the loop, in the order in which calls come."""

    def __init__(self, handle: Handle, *, log: Log) -> None:
        self._handle = handle
        self._log = log
        self._connections: set[_Answering] = set()
        self._server: asyncio.AbstractServer | None = None

    async def start(self, path: str) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(
            lambda: _Answering(self._handle, log=self._log, all_of_it=self._connections), sock=bind_unix(path)
        )

    async def stop(self) -> None:
        """Takes no further calls; those under way fail where they were made."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.transport.close()


class _Asking(_Frames):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.waiting: dict[int, asyncio.Future[Any]] = {}
        self.is_open = True

    def frame(self, number: int, mark: int, body: bytes) -> None:
        future = self.waiting.pop(number, None)
        if future is None or future.done():
            return  # nobody waits for it any more
        if mark:
            future.set_exception(error_in(body))
        else:
            future.set_result(decoded(body))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(
                    Transient(f"the {self._name} process ended in the middle of the call. Try again in a moment.")
                )
        self.waiting.clear()


class QuickClient:
    """Calls another process at its socket. Transient when it is away, or busy for longer than the caller waits."""

    def __init__(self, path: str, *, name: str) -> None:
        self._path = path
        self._name = name
        self._connection: _Asking | None = None
        self._dialling: asyncio.Lock | None = None
        self._number = 0

    async def call(self, timeout_s: float, /, **arguments: Any) -> Any:
        connection = self._connection
        if connection is None or not connection.is_open:
            connection = await self._dial()
        if len(connection.waiting) >= MAX_WAITING:
            raise Transient(f"the {self._name} process is too busy. Try again in a moment.")
        self._number = number = (self._number + 1) & 0xFFFFFFFF
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        connection.waiting[number] = future
        connection.send(number, 0, encoded(arguments))
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError as error:
            raise Transient(
                f"the {self._name} process was too busy to answer within {timeout_s:g} s. Try again in a moment."
            ) from error
        finally:
            connection.waiting.pop(number, None)

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.transport.close()

    async def _dial(self) -> _Asking:
        if self._dialling is None:
            self._dialling = asyncio.Lock()
        async with self._dialling:
            if self._connection is not None and self._connection.is_open:
                return self._connection
            loop = asyncio.get_running_loop()
            try:
                async with asyncio.timeout(DIAL_S):
                    _, made = await loop.create_unix_connection(lambda: _Asking(self._name), self._path)
            except (OSError, TimeoutError) as error:
                raise Transient(
                    f"the {self._name} process is not there; it is started again by itself. Try again in a moment."
                ) from error
            self._connection = made
            return made

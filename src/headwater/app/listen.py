"""Listening: an ASGI application, or a protocol of our own, on a socket that is already bound.

uvicorn's HTTP protocol does the wire (keep-alive, pipelining, chunks, flow control); its server is left out, as
the parent process holds the listening socket and the signals.

A request that is not answered when the process must end is answered 503; a stream of events ends. Neither is a fault.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any

import msgspec
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

DRAIN_S = 5.0
CUT_S = 0.5
"""What is left after the drain has this long to say so."""


class Listener:
    """One listening socket and its connections."""

    def __init__(
        self,
        application: Any,
        *,
        protocol: type[HttpToolsProtocol] = HttpToolsProtocol,
        keep_alive_s: int = 75,
        tls: tuple[str, str] | None = None,
        **protocol_arguments: Any,
    ) -> None:
        self._endings = _Endings(application)
        self._config = uvicorn.Config(
            self._endings,
            http=protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=keep_alive_s,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
        )
        self._config.load()
        self._state = ServerState()
        self._protocol = protocol
        self._arguments = protocol_arguments
        self._server: asyncio.Server | None = None

    @property
    def connections(self) -> int:
        return len(self._state.connections)

    async def start(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()

        def connection() -> asyncio.Protocol:
            return self._protocol(
                config=self._config, server_state=self._state, app_state={}, _loop=loop, **self._arguments
            )

        self._server = await loop.create_server(connection, sock=sock, ssl=self._config.ssl, backlog=2048)

    async def stop(self, *, drain_s: float = DRAIN_S) -> None:
        """Takes no new connections, lets requests under way finish for a while, then ends what is left."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        self._endings.end_streams()
        deadline = asyncio.get_running_loop().time() + drain_s
        while self._state.connections and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # uvicorn tells nobody when a connection ends
        if left := list(self._state.tasks):
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=CUT_S)
        for connection in list(self._state.connections):
            connection.transport.abort()


class _Endings:
    """The application, whose requests may be cancelled: what has not begun to answer says 503 then."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._streams: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        begun: dict[str, Any] = {}

        async def noting(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                begun.update(message)
                if is_event_stream(message["headers"]):
                    self._remember(asyncio.current_task())
            await send(message)

        try:
            await self._inner(scope, receive, noting)
        except asyncio.CancelledError:
            if not begun:
                await unavailable(send, "the server is being stopped. Try again in a moment.")
            elif is_event_stream(begun["headers"]):
                with contextlib.suppress(RuntimeError):  # it had ended already
                    await send({"type": "http.response.body", "body": b""})
            # else the connection is closed, as what is missing must not look complete

    def end_streams(self) -> None:
        """They never end by themselves; their clients open them anew."""
        for task in self._streams:
            task.cancel()

    def _remember(self, task: asyncio.Task[Any] | None) -> None:
        if task is not None:
            self._streams.add(task)
            task.add_done_callback(self._streams.discard)


def is_event_stream(headers: Any) -> bool:
    """Of the headers of an answer, as ASGI has them."""
    return any(
        bytes(name).lower() == b"content-type" and bytes(value).startswith(b"text/event-stream")
        for name, value in headers
    )


async def unavailable(send: Any, message: str) -> None:
    """Answer 503 in the shape of the management API's errors."""
    body = msgspec.json.encode({"error": {"code": "unavailable", "message": message, "details": None}})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", b"2"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})

"""Listening: an ASGI application, or a protocol of our own, on a socket that is already bound.

uvicorn's HTTP protocol does the wire (keep-alive, pipelining, chunks, flow control); its server is left out, as
the parent process holds the listening socket and the signals.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

DRAIN_S = 5.0


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
        self._config = uvicorn.Config(
            application,
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
        """Takes no new connections, lets requests under way finish for a while, then cuts what is left."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        deadline = asyncio.get_running_loop().time() + drain_s
        while self._state.connections and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # uvicorn tells nobody when a connection ends
        for connection in list(self._state.connections):
            connection.transport.abort()

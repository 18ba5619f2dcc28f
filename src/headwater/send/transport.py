"""One attempt to deliver over HTTP/1.1: it never raises for what the other side does, and is over when its time is.

Redirects are not followed, proxies of the environment are not asked, nothing is decompressed and no cookie is kept.
An answer counts when it is whole, or when its body is longer than what is kept. Why this client is our own:
docs/adr/0071.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from headwater.base.outgoing import HttpRequest
from headwater.send.guard import Guard
from headwater.send.ports import Sent
from headwater.send.resolve import Lookup, Resolver, system_lookup
from headwater.send.transport_connection import Connection
from headwater.send.transport_dial import Dialler
from headwater.send.transport_fault import Fault
from headwater.send.transport_pool import Origin, Pool
from headwater.send.transport_trace import Trace
from headwater.send.wire_answer import AnswerReader
from headwater.send.wire_request import request_bytes
from headwater.send.wire_target import Target, target_of

IDLE_S: Final = 20.0
IDLE_MOST: Final = 512


class HttpTransport:
    """For one event loop. `resolve_ttl_s`: the longest that a change of a name goes unnoticed."""

    def __init__(
        self,
        *,
        guard: Guard,
        user_agent: str,
        ca_file: Path | None = None,
        lookup: Lookup = system_lookup,
        resolve_ttl_s: float = 5.0,
        idle_s: float = IDLE_S,
    ) -> None:
        self._resolver = Resolver(guard=guard, lookup=lookup, ttl_s=resolve_ttl_s)
        self._dialler = Dialler(guard=guard, ca_file=ca_file)
        self._pool = Pool(idle_s=idle_s, most=IDLE_MOST)
        self._user_agent = user_agent

    async def send(self, request: HttpRequest, *, timeout_s: float, unix_socket: str | None = None) -> Sent:
        """`timeout_s` is for all of it, from resolving to the last byte. The guard has no say about `unix_socket`."""
        trace = Trace(timeout_s, asyncio.get_running_loop().time() + timeout_s)
        try:
            target = target_of(request.url)
            message, trace.request_headers = request_bytes(request, target, self._user_agent)
            if unix_socket is None:
                await self._over_tcp(request, message, target, trace)
            else:
                await self._over_unix(request, message, target, unix_socket, trace)
        except TimeoutError:
            return trace.told(trace.timed_out())
        except Fault as fault:
            return trace.told(fault)
        return trace.told(None)

    async def close(self) -> None:
        """Ends the connections that wait; attempts under way are their callers' to cancel."""
        self._pool.close()
        await self._resolver.close()

    async def _over_tcp(self, request: HttpRequest, message: bytes, target: Target, trace: Trace) -> None:
        endpoints = self._resolver.known(target.host, target.port)
        if endpoints is None:
            async with asyncio.timeout_at(trace.until):
                endpoints = await self._resolver.resolve(target.host, target.port)
            trace.resolved()
        origin = (target.tls, target.host, target.port, None)
        kept = self._pool.take(origin, [endpoint.address for endpoint in endpoints])
        if kept is not None and await self._exchanged(request, message, origin, kept, trace, kept=True):
            return
        async with asyncio.timeout_at(trace.until):
            made = await self._dialler.dial(target, endpoints, trace)
        await self._exchanged(request, message, origin, made, trace)

    async def _over_unix(self, request: HttpRequest, message: bytes, target: Target, path: str, trace: Trace) -> None:
        origin = (False, target.host, target.port, path)
        kept = self._pool.take(origin, (path,))
        if kept is not None and await self._exchanged(request, message, origin, kept, trace, kept=True):
            return
        async with asyncio.timeout_at(trace.until):
            made = await self._dialler.dial_unix(path, trace)
        await self._exchanged(request, message, origin, made, trace)

    async def _exchanged(
        self,
        request: HttpRequest,
        message: bytes,
        origin: Origin,
        connection: Connection,
        trace: Trace,
        *,
        kept: bool = False,
    ) -> bool:
        """False: the kept connection had been closed before anything of an answer came; try a new one, once."""
        reader = AnswerReader(body=request.method != "HEAD")
        trace.asking(connection, reader)
        await connection.exchange(message, reader, until=trace.until)
        if connection.fit_for_more(reader):
            self._pool.put(origin, connection, reader.keep_alive)
        else:
            connection.abort()
        if reader.fault is None:
            return True
        if kept and not reader.began and reader.fault.error_class == "connection_reset":
            return False
        raise reader.fault

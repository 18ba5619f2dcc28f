"""Connections that wait for a next request: a few seconds, and only while their name still leads to their address."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Collection
from typing import Final

from headwater.send.resolve import SockAddress
from headwater.send.transport_connection import Connection

Origin = tuple[bool, str, int, str | None]
"""(TLS, host, port, unix socket): what two requests must share to share a connection."""

_SWEEP_EVERY_S: Final = 2.0
_TOLD: Final = re.compile(r"timeout=(\d{1,6})")


class Pool:
    """`idle_s`: how long one waits, shorter where the other side says when it will close; `most`: of all origins."""

    def __init__(self, *, idle_s: float, most: int) -> None:
        self._idle_s = idle_s
        self._most = most
        self._idle: dict[Origin, list[Connection]] = {}
        self._count = 0
        self._sweeper: asyncio.TimerHandle | None = None

    def take(self, origin: Origin, addresses: Collection[SockAddress | str]) -> Connection | None:
        """The one used last that is open and leads to one of these addresses; those that lead elsewhere are ended."""
        waiting = self._idle.get(origin)
        now = time.monotonic()
        while waiting:
            connection = waiting.pop()
            self._count -= 1
            if connection.open and connection.address in addresses and connection.idle_until > now:
                return connection
            connection.abort()
        return None

    def put(self, origin: Origin, connection: Connection, keep_alive: str | None) -> None:
        """`keep_alive` is the header of that name. One too many is ended."""
        idle_s = self._idle_for(keep_alive)
        if self._count >= self._most or idle_s <= 0:
            connection.abort()
            return
        connection.idle_until = time.monotonic() + idle_s
        self._idle.setdefault(origin, []).append(connection)
        self._count += 1
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(_SWEEP_EVERY_S, self._sweep)

    def close(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        for waiting in self._idle.values():
            for connection in waiting:
                connection.abort()
        self._idle.clear()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def _idle_for(self, keep_alive: str | None) -> float:
        """A second less than the other side says: a request must not cross its goodbye."""
        told = _TOLD.search(keep_alive) if keep_alive else None
        return min(self._idle_s, int(told[1]) - 1.0) if told else self._idle_s

    def _sweep(self) -> None:
        self._sweeper = None
        now = time.monotonic()
        for origin, waiting in list(self._idle.items()):
            kept = [one for one in waiting if one.open and one.idle_until > now]
            for connection in waiting:
                if connection not in kept:
                    connection.abort()
            if kept:
                self._idle[origin] = kept
            else:
                del self._idle[origin]
        self._count = sum(map(len, self._idle.values()))
        if self._count:
            self._sweeper = asyncio.get_running_loop().call_later(_SWEEP_EVERY_S, self._sweep)

"""A server with a script, in threads of its own: any test may use it, whether it has an event loop or not."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any, Self

import msgspec

WAIT_S = 60.0


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`connection` counts the receiver's connections from 1: equal numbers came over one connection."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int
    at: float

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self) -> Any:
        return json.loads(self.body)


class Exchange:
    """One request, and the socket that it came by. `stopping` is set when the receiver stops: nobody hangs longer."""

    def __init__(self, request: Request, connection: socket.socket, stopping: threading.Event) -> None:
        self.request = request
        self.connection = connection
        self.stopping = stopping

    def write(self, data: bytes) -> None:
        self.connection.sendall(data)

    def pause(self, seconds: float) -> bool:
        """False when the receiver stops."""
        return not self.stopping.wait(seconds)


Behaviour = Callable[[Exchange], bool]
"""Answers, and says whether the connection is kept for a next request."""


def _well(exchange: Exchange) -> bool:
    exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    return True


class Receiver:
    """Behaves by `script`, one after the other over all connections, and after it as `then`, for ever.

    `tls`: certificate and key. `before`: what is done with a connection before a request is read of it.
    """

    def __init__(
        self,
        *script: Behaviour,
        then: Behaviour | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        before: Callable[[socket.socket, threading.Event], None] | None = None,
    ) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._script = list(script)
        self._then = then or _well
        self._tls = tls
        self._before = before
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listening = socket.create_server((host, port), family=family, backlog=256)
        self.host, self.port = host, int(self._listening.getsockname()[1])

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return self.url_at(self.host)

    def url_at(self, host: str, path: str = "/hook") -> str:
        """The receiver under another name or address."""
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if self._tls else 'http'}://{shown}:{self.port}{path}"

    def behave(self, *script: Behaviour, then: Behaviour | None = None) -> None:
        """From the next request on."""
        with self._changed:
            self._script = list(script)
            self._then = then or self._then

    def wait_for(self, count: int, *, timeout_s: float = WAIT_S) -> list[Request]:
        """The requests, once there are so many. Raises AssertionError when they do not come."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.requests) >= count, timeout_s):
                raise AssertionError(f"{len(self.requests)} of {count} requests came within {timeout_s:g} s")
            return list(self.requests)

    def wait_until_closed(self, *, timeout_s: float = WAIT_S) -> bool:
        """Whether all connections come to be closed in that time."""
        deadline = time.monotonic() + timeout_s
        while self._open and time.monotonic() < deadline:
            time.sleep(0.01)
        return not self._open

    def close_kept(self) -> None:
        """Ends every connection that is open, as a server does with idle ones."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.close_kept()
        for thread in self._threads:
            thread.join(WAIT_S)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, connection, self.connections)

    def _serve(self, connection: socket.socket, number: int) -> None:
        self._open.add(connection)
        current = connection
        try:
            if self._before is not None:
                self._before(connection, self._stopping)
            if self._tls is not None:
                self._open.discard(connection)
                current = self._tls.wrap_socket(connection, server_side=True)
                self._open.add(current)
            self._converse(current, number)
        except (OSError, ValueError):
            pass  # the other side went away, which is its good right
        finally:
            self._open.discard(current)
            current.close()

    def _converse(self, connection: socket.socket, number: int) -> None:
        with connection.makefile("rb") as stream:
            while not self._stopping.is_set():
                request = _read(stream, number)
                if request is None:
                    return
                with self._changed:
                    behaviour = self._script.pop(0) if self._script else self._then
                    self.requests.append(request)
                    self._changed.notify_all()
                if not behaviour(Exchange(request, connection, self._stopping)):
                    return


def _read(stream: Any, number: int) -> Request | None:
    line = stream.readline().decode("latin-1")
    if not line.strip():
        return None
    method, target, _ = line.split(" ", 2)
    headers = []
    while (line := stream.readline().decode("utf-8", "replace").rstrip("\r\n")) != "":
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    length = int({name.lower(): value for name, value in headers}.get("content-length", "0"))
    return Request(
        method=method,
        target=target,
        headers=tuple(headers),
        body=stream.read(length),
        connection=number,
        at=time.time(),
    )


class Deaf:
    """Listens and never accepts: the connection is made by the kernel, and nothing is read or answered."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listening = socket.create_server((host, 0), family=family, backlog=8)
        self.host, self.port = host, int(self._listening.getsockname()[1])
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/hook"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._listening.close()

    def heard(self) -> bool:
        """Whether anyone has dialled."""
        self._listening.setblocking(False)
        try:
            self._listening.accept()[0].close()
        except BlockingIOError:
            return False
        return True


class Full(Deaf):
    """Takes no connection at all: its queue is full, and the kernel lets the next ones wait."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        super().__init__(host)
        self._listening.listen(0)
        self._fillers = [self._filler() for _ in range(16)]

    def __exit__(self, *exc: object) -> None:
        for filler in self._fillers:
            filler.close()
        super().__exit__(*exc)

    def _filler(self) -> socket.socket:
        filler = socket.socket(self._listening.family, socket.SOCK_STREAM)
        filler.setblocking(False)
        filler.connect_ex((self.host, self.port))
        return filler

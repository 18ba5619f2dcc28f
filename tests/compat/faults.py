"""A reverse proxy that goes wrong on purpose, for what clients do about it: real sockets, real requests, real losses.

It stands between an unmodified client and a running server. Which POST goes wrong, and how, is planned by its
number; all else is passed on as it came, so that the server sees the client's own bytes and host.
"""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "date", "server"}


@dataclass(frozen=True)
class Refuse:
    """Answered without asking the server, as it would answer itself."""

    status: int
    retry_after_s: int | None = None


@dataclass(frozen=True)
class LoseAnswer:
    """The server stores it, but its answer never arrives: the client cannot know, and sends again."""


@dataclass(frozen=True)
class CutOff:
    """The connection ends before the server hears of it."""


Fault = Refuse | LoseAnswer | CutOff


@dataclass(frozen=True)
class Seen:
    """One request, its header names in lower case. `status` is the server's; None: the server was not asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    fault: Fault | None
    status: int | None

    @property
    def json(self) -> dict[str, Any]:
        body = gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body
        return json.loads(body)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of a batch, or the one event."""
        whole = self.json
        return whole.get("batch", [whole])


class FaultyProxy:
    """`seen` holds every request that was read to its end."""

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream).netloc
        self._lock = threading.Lock()
        self._faults: dict[int, Fault] = {}
        self._posts = 0
        self.seen: list[Seen] = []
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FaultyProxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def plan(self, faults: Mapping[int, Fault]) -> None:
        """Which of the coming POSTs go wrong: 0 is the next one."""
        with self._lock:
            self._faults = {self._posts + number: fault for number, fault in faults.items()}

    @property
    def posts(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.method == "POST"]

    @property
    def faults_left(self) -> int:
        return len(self._faults)

    def stored_again(self) -> int:
        """How many events the server was given that it had already stored."""
        stored = [seen for seen in self.posts if seen.status == 200]
        given = Counter(event["messageId"] for seen in stored for event in seen.events)
        return given.total() - len(given)

    def take_fault(self, method: str) -> Fault | None:
        if method != "POST":
            return None
        with self._lock:
            self._posts += 1
            return self._faults.pop(self._posts - 1, None)

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> http.client.HTTPResponse:
        """The server's answer, its body not yet read."""
        connection = http.client.HTTPConnection(self._upstream, timeout=30)
        passed_on = {name: value for name, value in headers.items() if name.lower() not in ONE_HOP}
        connection.request(method, path, body=body or None, headers={**passed_on, "connection": "close"})
        return connection.getresponse()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that ends its connection in the middle is nothing to report."""


def _handler(proxy: FaultyProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            fault = proxy.take_fault(self.command)
            status, answer = None, None
            if fault is None or isinstance(fault, LoseAnswer):
                with proxy.forward(self.command, self.path, dict(self.headers.items()), body) as answer:
                    status, content = answer.status, answer.read()
            headers = {name.lower(): value for name, value in self.headers.items()}
            proxy.seen.append(Seen(self.command, self.path, headers, body, fault, status))
            if fault is None and answer is not None:
                self.answer(answer.status, dict(answer.headers.items()), content)
            elif isinstance(fault, Refuse):
                self.answer(fault.status, *_refusal(fault))
            else:
                self.hang_up()

        do_GET = do_POST = do_OPTIONS = do_HEAD = pass_on  # noqa: N815 - the names that the base class asks for

        def answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ONE_HOP | {"content-length"}:
                    self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def hang_up(self) -> None:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is written to the test's output."""

    return Handler


def _refusal(fault: Refuse) -> tuple[dict[str, str], bytes]:
    code = "too_many_requests" if fault.status == 429 else "overloaded"
    body = json.dumps({"success": False, "code": code, "message": "Nothing was stored; send again."}).encode()
    headers = {
        "Content-Type": "application/json",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Retry-After, X-RateLimit-Reset",
    }
    if fault.retry_after_s is not None:
        headers |= {"Retry-After": str(fault.retry_after_s), "X-RateLimit-Reset": str(fault.retry_after_s)}
    return headers, body

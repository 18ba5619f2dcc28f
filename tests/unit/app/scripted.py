"""An HTTP server that answers as a test tells it to: stands for servers that are not ours, or not well."""

from __future__ import annotations

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]


class Asked(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def handle_one(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        status, body, *more = self.server.owner.answer(
            Asked(self.command, self.path, {n.lower(): v for n, v in self.headers.items()}, self.rfile.read(length))
        )
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in (more[0] if more else {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


for _method in ("GET", "POST", "PATCH", "DELETE"):
    setattr(_Handler, f"do_{_method}", _Handler.handle_one)


class Scripted:
    """`script` is an answer for each path, or a list of answers to give one after the other; `asked` what came."""

    def __init__(self) -> None:
        self.script: dict[str, Answer | list[Answer]] = {}
        self.asked: list[Asked] = []
        self._scheme = "http"
        self._server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def secure(self, certificate: Path, key: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https"

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        answer = self.script.get(asked.path.partition("?")[0], (404, b"nothing"))
        return (answer.pop(0) if len(answer) > 1 else answer[0]) if isinstance(answer, list) else answer

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

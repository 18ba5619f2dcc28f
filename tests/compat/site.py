"""A tiny web site on an origin of its own: the pages that carry the browser client."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

TYPES = {"html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8"}


class Site:
    """Serves what is put into it, under `url`."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, dict[str, str]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.files))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Site:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def put(self, path: str, content: str | bytes, headers: Mapping[str, str] | None = None) -> str:
        """Gives the address of what was put at `/path`; `headers` come with it."""
        self.files[path] = (content.encode() if isinstance(content, str) else content, dict(headers or {}))
        return f"{self.url}{path}"


def _handler(files: dict[str, tuple[bytes, dict[str, str]]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            content, headers = files.get(path, (None, {}))
            self.send_response_only(200 if content is not None else 404)
            self.send_header("Content-Type", TYPES.get(path.rpartition(".")[2], "text/plain"))
            self.send_header("Content-Length", str(len(content or b"")))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is written to the test's output."""

    return Handler

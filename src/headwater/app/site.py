"""The files of an application in the browser: built by `web/build.py`, served from memory with headers that let a
browser keep them.

Every path that is no file is a page of the application, which decides itself what to show; it is open, as it holds
nothing: what the dashboard shows comes from the management API, and what the demo's page shows stands in it.
"""

from __future__ import annotations

import hashlib
import mimetypes
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

YEAR_S = 365 * 24 * 3600
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:;"
    " media-src 'self' https:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none';"
    " form-action 'self'; object-src 'none'"
)
"""What the dashboard's pages may. Pictures and films from elsewhere: the studio shows those of the author's content."""

NOT_BUILT = b"""<!doctype html><html lang="en"><title>headwater</title><main><h1>This page is not built</h1>
<p>Run <code>make setup</code> in the checkout, then start the server again. Everything else works without it.</p>
</main></html>"""


class _File(msgspec.Struct, frozen=True):
    body: bytes
    kind: bytes
    etag: bytes
    lasting: bool


class Site:
    """An ASGI application for everything below `base`. `folder` is in this package; `policy` is what its pages may."""

    def __init__(
        self, root: Traversable | None = None, *, folder: str = "dashboard", base: str = "/", policy: str = POLICY
    ) -> None:
        root = root or resources.files("headwater.app").joinpath(folder)
        self._base = base
        self._policy = policy.encode()
        self._files: dict[str, _File] = {}
        if root.is_dir():
            self._read(root, base)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await respond(scope, send, 405, [(b"allow", b"GET, HEAD")], b"")
            return
        file = self._files.get(scope["path"])
        if file is None and scope["path"].startswith(f"{self._base}assets/"):
            await respond(scope, send, 404, [(b"content-type", b"text/plain")], b"There is no such file.")
            return
        file = file or self._files.get(f"{self._base}index.html")
        if file is None:
            await respond(scope, send, 503, [(b"content-type", b"text/html; charset=utf-8")], NOT_BUILT)
            return
        headers = [*_headers(file), (b"content-security-policy", self._policy)]
        if any(name == b"if-none-match" and value == file.etag for name, value in scope["headers"]):
            await respond(scope, send, 304, headers, b"")
            return
        await respond(scope, send, 200, headers, file.body)

    def _read(self, directory: Traversable, prefix: str) -> None:
        for entry in directory.iterdir():
            if entry.is_dir():
                self._read(entry, f"{prefix}{entry.name}/")
            elif not entry.name.startswith("."):
                self._files[prefix + entry.name] = _load(entry, lasting=prefix.startswith(f"{self._base}assets/"))


def _load(entry: Traversable, *, lasting: bool) -> _File:
    body = entry.read_bytes()
    kind = mimetypes.guess_type(entry.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind.endswith(("javascript", "json", "svg+xml")):
        kind += "; charset=utf-8"
    etag = b'"' + hashlib.sha256(body).hexdigest()[:20].encode() + b'"'
    return _File(body, kind.encode(), etag, lasting)


def _headers(file: _File) -> list[tuple[bytes, bytes]]:
    caching = b"public, max-age=%d, immutable" % YEAR_S if file.lasting else b"no-cache"
    return [
        (b"content-type", file.kind),
        (b"etag", file.etag),
        (b"cache-control", caching),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]


async def respond(
    scope: dict[str, Any], send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, (b"content-length", b"%d" % len(body))] if status != 304 else headers,
        }
    )
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

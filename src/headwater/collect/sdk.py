"""The SDK's scripts, for pages that load them from here: `/sdk/latest/headwater.js`, two compatibility doors, and the
modules that any of them loads when there is something to show.

Open to every page: they hold nothing of anybody. All are read and zipped once, at start. A page asks again after some
minutes, and is told by the ETag when it has the newest. The compatibility doors answer to the addresses that snippets
written for Candu and Produktly load, so that such a page needs only another host; a setting opens and closes them.
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Final

import msgspec

from headwater.base.http import Reply, Request
from headwater.collect import answers

FOLDER: Final = "sdk"
OWN: Final = "/sdk/latest/headwater.js"
MODULES: Final = ("/sdk/latest/surfaces.js", "/sdk/latest/author.js")
COMPATIBLE: Final = ("/sdk/latest/candu.umd.js", "/js/main.js")

_PATHS: Final = (OWN, *MODULES, *COMPATIBLE)
_PREFIX: Final = "/sdk/latest/"
_METHODS: Final = ("GET", "HEAD", "OPTIONS")
_FRESH_S: Final = 600
_STALE_S: Final = 86_400
_HEADERS: Final = (
    (b"cache-control", b"public, max-age=%d, stale-while-revalidate=%d" % (_FRESH_S, _STALE_S)),
    (b"vary", b"Accept-Encoding"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
)


class _Coded(msgspec.Struct, frozen=True):
    """A script in one encoding."""

    body: bytes
    etag: bytes
    headers: answers.Headers


class SdkDoor:
    """`folder` is that of the built scripts; None, or without them: each answer is a 404 that says so."""

    def __init__(self, folder: Path | None, *, compatible: bool) -> None:
        paths = _PATHS
        self._closed = () if compatible else COMPATIBLE
        found = {path: folder / FOLDER / path.rpartition("/")[2] for path in paths} if folder is not None else {}
        self._scripts = {path: _coded(file.read_bytes()) for path, file in found.items() if file.is_file()}

    def paths(self) -> list[tuple[str, str]]:
        return [("GET", path) for path in _PATHS]

    def owns(self, path: str) -> bool:
        return path.startswith(_PREFIX) or path in COMPATIBLE

    def overloaded(self, request: Request, retry_after_s: float) -> Reply:
        return answers.opened_to_any(answers.overloaded(retry_after_s))

    def handle(self, request: Request) -> Reply:
        """Scripts may be asked for with CORS, as pages do that pin one by its hash, and as browsers do for modules."""
        return answers.opened_to_any(self._answer(request))

    def _answer(self, request: Request) -> Reply:
        path = request.path
        if path not in _PATHS:
            return answers.not_found(f"There is no script at {path[:80]}; the SDK is {OWN}.")
        if path in self._closed:
            return answers.not_found(f"{path} is closed: this server's setting compat is off. The SDK is {OWN}.")
        script = self._scripts.get(path)
        if script is None:
            return answers.not_found("The SDK is not built into this server; `make setup` builds it.")
        if request.method == "OPTIONS":
            return answers.preflight(request.headers, _METHODS)
        if request.method not in _METHODS:
            return answers.not_allowed(request.method, path, _METHODS)
        return _given(script[_takes_gzip(request)], request)


def _coded(script: bytes) -> tuple[_Coded, _Coded]:
    """Plain and zipped: each has an ETag of its own."""
    digest = hashlib.sha256(script).hexdigest()[:20].encode()
    kind = (b"content-type", b"text/javascript; charset=utf-8")
    plain, zipped = b'"%s"' % digest, b'"%s-gzip"' % digest
    return (
        _Coded(script, plain, (kind, (b"etag", plain), *_HEADERS)),
        _Coded(
            gzip.compress(script, 9, mtime=0),
            zipped,
            (kind, (b"etag", zipped), (b"content-encoding", b"gzip"), *_HEADERS),
        ),
    )


def _given(script: _Coded, request: Request) -> Reply:
    known = [each.strip().removeprefix("W/") for each in request.header(b"if-none-match").split(",")]
    if script.etag.decode() in known or "*" in known:
        return Reply(status=304, headers=script.headers)
    return Reply(status=200, body=b"" if request.method == "HEAD" else script.body, headers=script.headers)


def _takes_gzip(request: Request) -> bool:
    """`gzip;q=0` refuses it; a client that says nothing gets it plain."""
    for each in request.header(b"accept-encoding").lower().split(","):
        name, _, weight = each.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False

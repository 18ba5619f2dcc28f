"""What the doors for pages share: how a page says who it is, who may read the answer, and how it travels.

Open to whoever has a workspace's client token, which stands in pages and is no secret. Errors have the shape of the
tracking doors, as it is the same script that reads them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

import msgspec

from headwater.base.http import Reply
from headwater.base.outcome import RejectCode
from headwater.collect import answers, query
from headwater.collect.refusal import NotTaken, Refusal
from headwater.control.directory import WorkspaceEntry

MAX_QUERY_CHARS: Final = 8_192
MAX_BODY_BYTES: Final = 65_536
RETRY_AFTER_S: Final = 2.0
MIN_ZIPPED_BYTES: Final = 1_000
"""Of less there is nothing to win."""
ZIP_LEVEL: Final = 4
"""Within a few percent of the best, at half its price."""

JSON: Final = (b"content-type", b"application/json")
NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
VARY: Final = (b"vary", b"Accept-Encoding")
_ZIPPED: Final = (b"content-encoding", b"gzip")
_GZIP: Final = re.compile(
    rb"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?:0?\.\d*[1-9]\d*|1(?:\.0*)?)\s*)?(?=,|$)", re.IGNORECASE
)

UNKNOWN_TOKEN: Final = Refusal(
    RejectCode.INVALID_CLIENT_TOKEN,
    "No workspace has this client token, or none was given. Send the one of Settings > Workspaces > Access Keys as "
    "the parameter token.",
)

Headers = Mapping[bytes, bytes]


class Tokens(Protocol):
    def by_client_token(self, token: str) -> WorkspaceEntry | None: ...


class PageDoor(Protocol):
    """An ASGI application for the paths that it owns."""

    def owns(self, path: str) -> bool: ...
    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any, /) -> None: ...


def headers_of(scope: Mapping[str, Any]) -> dict[bytes, bytes]:
    """Of a repeated header the first counts."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name, value)
    return headers


def given_in(query_string: str) -> Mapping[str, str]:
    """The parameters of a query. NotTaken."""
    if len(query_string) > MAX_QUERY_CHARS:
        raise NotTaken(
            RejectCode.BAD_REQUEST,
            f"The query has {len(query_string)} characters; allowed are {MAX_QUERY_CHARS}. Nothing was read.",
        )
    return query.fields(query_string)


async def body_of(receive: Callable[[], Awaitable[Any]]) -> bytes:
    """NotTaken when there is too much of it."""
    parts: list[bytes] = []
    size_bytes = 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size_bytes += len(parts[-1])
        if size_bytes > MAX_BODY_BYTES:
            raise NotTaken(
                RejectCode.PAYLOAD_TOO_LARGE, f"The body is over {MAX_BODY_BYTES} bytes. Nothing of it was taken."
            )
        if not message.get("more_body"):
            return b"".join(parts)


async def send_reply(reply: Reply, scope: Mapping[str, Any], send: Any) -> None:
    if scope["method"] == "HEAD":
        reply = answers.headless(reply)
    length = [] if reply.status in (204, 304) else [(b"content-length", b"%d" % len(reply.body))]
    await send({"type": "http.response.start", "status": reply.status, "headers": [*reply.headers, *length]})
    await send({"type": "http.response.body", "body": reply.body})


def away(why: str) -> Reply:
    """503: the page keeps what it was told before, and comes again."""
    body = msgspec.json.encode({"success": False, "code": RejectCode.OVERLOADED, "message": f"{why} Ask again soon."})
    return msgspec.structs.replace(answers.overloaded(RETRY_AFTER_S), body=body)


def wants_zip(headers: Headers, size_bytes: int) -> bool:
    return size_bytes > MIN_ZIPPED_BYTES and _GZIP.search(headers.get(b"accept-encoding", b"")) is not None


def zipped(body: bytes) -> bytes:
    """gzip, the same for the same body."""
    packer = zlib.compressobj(ZIP_LEVEL, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def carried(reply: Reply, headers: Headers) -> Reply:
    """The reply, its body packed when whoever asks can unpack it and it is worth it."""
    reply = msgspec.structs.replace(reply, headers=(*reply.headers, VARY))
    if not wants_zip(headers, len(reply.body)):
        return reply
    return msgspec.structs.replace(reply, body=zipped(reply.body), headers=(*reply.headers, _ZIPPED))


def zip_marked(reply: Reply, body: bytes) -> Reply:
    """The reply with a body that was packed before."""
    return msgspec.structs.replace(reply, body=body, headers=(*reply.headers, _ZIPPED))

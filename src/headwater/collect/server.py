"""The door's socket side: tracking requests are answered without a framework; all else goes to the ASGI app.

The protocol derives from uvicorn's, which does the wire. A tracking request whose turn it is never becomes an
ASGI task: its body is gathered, the door decides, and the answer is written when the journal says so. A request
that comes while another is being answered (pipelining) takes uvicorn's queue, through the same door.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from headwater.base.errors import HeadwaterError
from headwater.base.event import MAX_BODY_BYTES
from headwater.base.http import Reply, Request
from headwater.collect.door import Door, Durable, Refused

_HTTP2_OFFER = re.compile(rb"\r\nupgrade:[ \t]*h2c[ \t]*(?=\r\n)", re.IGNORECASE)

READ_AHEAD_BYTES = 8 * MAX_BODY_BYTES
"""A body that is too large is read (and forgotten) so far, so that the client gets its answer; then it is cut."""

Done = Callable[[HeadwaterError | None], None]
Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]


class Journal(Protocol):
    def submit(self, payloads: Sequence[bytes], done: Done) -> None: ...


class Accepted(Protocol):
    def __call__(self, source_id: str, count: int) -> None: ...


class _Waiting:
    """Stands in uvicorn's place for the request under way, so that its queue holds back what comes after."""

    def __init__(self, keep_alive: bool) -> None:
        self.response_complete = False
        self.disconnected = False
        self.keep_alive = keep_alive
        self.body = bytearray()
        self.dropped_bytes = 0
        self.message_event = self

    def set(self) -> None:
        """uvicorn wakes a waiting application by this; here nobody waits."""


class DoorProtocol(HttpToolsProtocol):
    def __init__(
        self, *, door: Door, journal: Journal, accepted: Accepted, trusted: Networks = (), **rest: Any
    ) -> None:
        super().__init__(**rest)
        self._door = door
        self._journal = journal
        self._accepted = accepted
        self._trusted = trusted
        self._fast: _Waiting | None = None

    def data_received(self, data: bytes) -> None:
        """Some clients (Java's for one) offer HTTP/2 with a request, and the parser would then skip its body."""
        if self._fast is None and b"h2c" in data:
            head, end, body = data.partition(b"\r\n\r\n")
            data = _HTTP2_OFFER.sub(b"", head + end) + body
        super().data_received(data)

    def on_headers_complete(self) -> None:
        # uvicorn sets it to None before the first request, in spite of its annotation.
        free = self.cycle is None or self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison]
        path, _, _ = self.url.partition(b"?")
        if not free or not self._door.owns(path.decode("latin-1")):
            self._fast = None
            super().on_headers_complete()
            return
        parser = self.parser
        keep_alive = parser is not None and parser.get_http_version() != "1.0" and parser.should_keep_alive()
        self._fast = _Waiting(keep_alive)
        self.cycle = self._fast  # pyright: ignore[reportAttributeAccessIssue]
        if self.expect_100_continue:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        waiting = self._fast
        if waiting is None:
            super().on_body(body)
        elif len(waiting.body) + len(body) <= MAX_BODY_BYTES and not waiting.dropped_bytes:
            waiting.body += body
        else:
            waiting.dropped_bytes += len(body)
            if waiting.dropped_bytes > READ_AHEAD_BYTES and not waiting.response_complete:
                waiting.keep_alive = False
                self._answer(waiting, self._door.too_large())

    def on_message_complete(self) -> None:
        waiting = self._fast
        if waiting is None:
            super().on_message_complete()
            return
        self._fast = None
        if waiting.response_complete:
            return
        if waiting.dropped_bytes:
            self._answer(waiting, self._door.too_large())
            return
        self._decide(waiting, self._request(waiting))

    def _request(self, waiting: _Waiting) -> Request:
        path, _, query = self.url.partition(b"?")
        headers: dict[bytes, bytes] = {}
        for name, value in self.headers:
            headers.setdefault(name, value)
        return Request(
            method=self.parser.get_method().decode("ascii") if self.parser else "",
            path=path.decode("latin-1"),
            query=query.decode("latin-1"),
            headers=headers,
            body=bytes(waiting.body),
            peer=client_address(self.client[0] if self.client else "", headers, self._trusted),
        )

    def _decide(self, waiting: _Waiting, request: Request) -> None:
        decision = self._door.handle(request)
        if isinstance(decision, Reply):
            self._answer(waiting, decision)
            return
        submit(
            decision,
            journal=self._journal,
            accepted=self._accepted,
            answer=lambda reply: self._answer(waiting, reply),
            overloaded=lambda: self._door.overloaded(request),
        )

    def _answer(self, waiting: _Waiting, reply: Reply) -> None:
        if waiting.response_complete:
            return
        waiting.response_complete = True
        if waiting.disconnected or self.transport.is_closing():
            return
        self.transport.write(encode_reply(reply, keep_alive=waiting.keep_alive))
        if not waiting.keep_alive:
            self.transport.close()
        self.on_response_complete()


class DoorApplication:
    """The door for requests that wait their turn on a connection (pipelining); all else goes to `inner`."""

    def __init__(self, inner: Any, *, door: Door, journal: Journal, accepted: Accepted, trusted: Networks = ()) -> None:
        self._inner = inner
        self._door = door
        self._journal = journal
        self._accepted = accepted
        self._trusted = trusted

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not self._door.owns(scope["raw_path"].decode("latin-1")):
            await self._inner(scope, receive, send)
            return
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name, value)
        body = await _read_bounded(receive)
        if body is None:
            await _send(send, self._door.too_large())
            return
        request = Request(
            method=scope["method"],
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
            peer=client_address(scope["client"][0] if scope["client"] else "", headers, self._trusted),
        )
        await _send(send, await self._decide(request))

    async def _decide(self, request: Request) -> Reply:
        decision = self._door.handle(request)
        if isinstance(decision, Reply):
            return decision
        answered: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        submit(
            decision,
            journal=self._journal,
            accepted=self._accepted,
            answer=lambda reply: None if answered.done() else answered.set_result(reply),
            overloaded=lambda: self._door.overloaded(request),
        )
        return await answered


async def _read_bounded(receive: Any) -> bytes | None:
    """The body; None when it is larger than any that the door takes."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        if len(body) <= MAX_BODY_BYTES:
            body += message["body"]
        if not message.get("more_body"):
            return bytes(body) if len(body) <= MAX_BODY_BYTES else None


async def _send(send: Any, reply: Reply) -> None:
    headers = [*reply.headers, (b"content-length", b"%d" % len(reply.body))]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


def submit(
    decision: Durable | Refused,
    *,
    journal: Journal,
    accepted: Accepted,
    answer: Callable[[Reply], None],
    overloaded: Callable[[], Reply],
) -> None:
    """Stores what must be stored and answers when it is durable; what is only noted never delays an answer."""
    if isinstance(decision, Refused):
        if decision.notes:
            _note(journal, decision.notes)
        answer(decision.reply)
        return

    def done(error: HeadwaterError | None) -> None:
        if error is None:
            accepted(decision.source_id, decision.count)
            answer(decision.reply)
        else:
            answer(overloaded())

    try:
        journal.submit([*decision.records, *decision.notes], done)
    except HeadwaterError:
        answer(overloaded())


def _note(journal: Journal, notes: Sequence[bytes]) -> None:
    try:
        journal.submit(notes, lambda _error: None)
    except HeadwaterError:
        return


def encode_reply(reply: Reply, *, keep_alive: bool) -> bytes:
    lines = [b"HTTP/1.1 %d %s\r\n" % (reply.status, _PHRASES.get(reply.status, b""))]
    lines += [b"%s: %s\r\n" % header for header in reply.headers]
    if not keep_alive:
        lines.append(b"connection: close\r\n")
    if reply.status != HTTPStatus.NO_CONTENT:
        lines.append(b"content-length: %d\r\n" % len(reply.body))
    return b"".join((*lines, b"\r\n", reply.body))


_PHRASES = {status.value: status.phrase.encode("ascii") for status in HTTPStatus}


def client_address(peer: str, headers: dict[bytes, bytes], trusted: Networks) -> str:
    """Who sent this: the nearest address that is not a trusted proxy's."""
    forwarded = headers.get(b"x-forwarded-for")
    if forwarded is None or not _within(peer, trusted):
        return peer
    for hop in reversed(forwarded.decode("latin-1").split(",")):
        peer = hop.strip()
        if not _within(peer, trusted):
            break
    return peer


def _within(address: str, networks: Networks) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)

"""The door's socket side: tracking requests are answered without a framework; all else goes to the ASGI app.

The protocol derives from uvicorn's, which does the wire. A tracking request whose turn it is never becomes an
ASGI task: its body is gathered, the door decides, and the answer is written when the journal says so. A request
that comes while another is being answered (pipelining) takes uvicorn's queue, through the same door.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Sequence
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from headwater.base.event import MAX_BODY_BYTES
from headwater.base.http import Reply, Request
from headwater.collect import answers
from headwater.collect.asked import WITHOUT_LENGTH, Accepted, Asked, Door, Journal, decide
from headwater.collect.turn import Connection, Head, Known, Turn, Waiting

_HTTP2_OFFER = re.compile(rb"\r\nupgrade:[ \t]*h2c[ \t]*(?=\r\n)", re.IGNORECASE)

_CHANGING = {b"connection", b"expect", b"transfer-encoding", b"upgrade"}

READ_AHEAD_BYTES = 8 * MAX_BODY_BYTES
"""A body that is too large is read (and forgotten) so far, so that the client gets its answer; then it is cut."""

MAX_HEADS = 2048
MAX_HEAD_BYTES = 2048
"""More heads than this, and longer ones, are not remembered."""
MAX_PIECES = 64
"""A body that comes in more is put together on the way: many small pieces take far more memory than it."""

Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]


class _Reading(Waiting):
    """A request whose body the parser reads."""

    __slots__ = ("dropped_bytes", "headers")

    def __init__(self, connection: Connection, headers: dict[bytes, bytes], *, keep_alive: bool) -> None:
        super().__init__(connection, keep_alive=keep_alive)
        self.headers = headers
        self.body = b""
        self.dropped_bytes = 0


class Heads:
    """Heads that came before, byte for byte. Clients send few different ones: the parser reads each once.

    Only heads after which a connection goes on as before are kept: no closing, no upgrade, no chunks, no Expect.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Head] = {}
        self.get = self._known.get

    def keep(self, head: bytes, *, url: bytes, headers: dict[bytes, bytes], lines: int) -> None:
        """`lines`: how many header lines the parser read; it may end a head elsewhere than we do."""
        length = headers.get(b"content-length", b"")
        is_plain = head.startswith(b"POST ") and head.count(b"\n") == head.count(b"\r\n") == lines + 2
        if not is_plain or not length.isdigit() or len(length) > len(str(MAX_BODY_BYTES)) or _CHANGING & headers.keys():
            return
        if len(self._known) >= MAX_HEADS:
            self._known.clear()
        path, _, query = url.partition(b"?")
        self._known[head] = Head(path.decode("latin-1"), query.decode("latin-1"), headers, int(length))


class DoorProtocol(HttpToolsProtocol):
    """`heads` and `turn` are one for all connections."""

    def __init__(
        self,
        *,
        door: Door,
        journal: Journal,
        accepted: Accepted,
        heads: Heads,
        turn: Turn,
        trusted: Networks = (),
        **rest: Any,
    ) -> None:
        super().__init__(**rest)
        self._door = door
        self._journal = journal
        self._accepted = accepted
        self._trusted = trusted
        self._heads = heads
        self._turn = turn
        self._known = Known(self, keep_alive=True)
        self._head = b""
        self._pieces: list[bytes] = []
        self._missing_bytes = 0
        self._within = False
        self._fast: _Reading | None = None
        self._path = ""
        self._quiet = False
        self._quiet_since_s = 0.0

    def data_received(self, data: bytes) -> None:
        """Some clients (Java's for one) offer HTTP/2 with a request, and the parser would then skip its body."""
        if self._missing_bytes:
            self._gather(data)
            return
        size = data.find(b"\r\n\r\n") + 4
        if self._within or not 4 <= size <= MAX_HEAD_BYTES:
            self._head = b""
        else:
            self._head = data[:size]
            head = self._heads.get(self._head)
            if head is not None and self._came_before(head, data, size):
                return
        if self._fast is None and data.find(b"h2c", 0, size) >= 0:
            data = _HTTP2_OFFER.sub(b"", data[:size]) + data[size:]
        super().data_received(data)

    def _came_before(self, head: Head, data: bytes, size: int) -> bool:
        """Takes a request whose head (`size` bytes) came before, when its turn has come."""
        missing_bytes = head.size_bytes - len(data) + size
        if missing_bytes < 0 or head.size_bytes > MAX_BODY_BYTES or not self._is_free():
            return False
        self._head = b""
        self._quiet = False
        known = self._known
        known.head = head
        known.response_complete = False
        self.cycle = known  # pyright: ignore[reportAttributeAccessIssue]
        if missing_bytes:
            self._missing_bytes = missing_bytes
            self._pieces = [data[size:]]
        else:
            known.body = data[size:]
            self._turn.add(known)
        return True

    def _gather(self, data: bytes) -> None:
        """The body of a request whose head came before, and what may come behind it."""
        missing_bytes = self._missing_bytes
        pieces = self._pieces
        if len(data) < missing_bytes:
            self._missing_bytes = missing_bytes - len(data)
            pieces.append(data)
            if len(pieces) > MAX_PIECES:
                self._pieces = [b"".join(pieces)]
            return
        pieces.append(data[:missing_bytes])
        self._missing_bytes = 0
        self._pieces = []
        self._known.body = b"".join(pieces)
        self._turn.add(self._known)
        if len(data) > missing_bytes:
            self.data_received(data[missing_bytes:])

    def _is_free(self) -> bool:
        """No request of this connection is waiting for its answer."""
        # uvicorn sets it to None before the first request, in spite of its annotation.
        return self.cycle is None or self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison]

    def on_message_begin(self) -> None:
        """uvicorn makes the scope of an ASGI request here; most requests need none."""
        self._within = True
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        headers = dict(reversed(self.headers))
        self.expect_100_continue = headers.get(b"expect", b"").lower() == b"100-continue"
        path, _, _ = self.url.partition(b"?")
        self._path = path.decode("latin-1")
        if not self._is_free() or not self._door.owns(self._path):
            self._head = b""
            self._fast = None
            self._leave_to_uvicorn()
            return
        keep_alive = self._keeps_alive(headers)
        if self._head and keep_alive:
            self._heads.keep(self._head, url=self.url, headers=headers, lines=len(self.headers))
        self._head = b""
        self._fast = _Reading(self, headers, keep_alive=keep_alive)
        self.cycle = self._fast  # pyright: ignore[reportAttributeAccessIssue]
        if self.expect_100_continue:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        waiting = self._fast
        if waiting is None:
            super().on_body(body)
        elif waiting.dropped_bytes or len(waiting.body) + len(body) > MAX_BODY_BYTES:
            self._drop(waiting, len(body))
        elif not waiting.body:
            waiting.body = body  # the most of them come in one piece
        elif isinstance(waiting.body, bytearray):
            waiting.body += body
        else:
            waiting.body = bytearray(waiting.body) + body

    def on_message_complete(self) -> None:
        self._within = False
        waiting = self._fast
        if waiting is None:
            super().on_message_complete()
            return
        self._fast = None
        if waiting.response_complete:
            return
        if waiting.dropped_bytes:
            waiting.answer(self._door.too_large())
            return
        request = self._request(waiting)
        decide(request, waiting, door=self._door, journal=self._journal, accepted=self._accepted)

    def on_response_complete(self) -> None:
        if self.transport.is_closing():
            super().on_response_complete()
        else:
            self.be_quiet(self.loop.time())

    def be_quiet(self, now_s: float) -> None:
        """As uvicorn's, but one timer serves all the requests of a connection: it looks when it is due."""
        if self.pipeline:
            super().on_response_complete()
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        self._quiet = True
        self._quiet_since_s = now_s
        if self.timeout_keep_alive_task is None:
            self._look_after(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        self.timeout_keep_alive_task = None
        if not self._quiet:
            return  # the answer to the request under way sets the timer anew
        left_s = self._quiet_since_s + self.timeout_keep_alive - self.loop.time()
        if left_s > 0:
            self._look_after(left_s)
        else:
            super().timeout_keep_alive_handler()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._pieces = []
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None

    def _unset_keepalive_if_required(self) -> None:
        """uvicorn's word for: something has come in."""
        self._quiet = False

    def _look_after(self, delay_s: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(delay_s, self.timeout_keep_alive_handler)

    def _leave_to_uvicorn(self) -> None:
        url, headers, expected = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expected
        self.headers += headers
        super().on_headers_complete()

    def _keeps_alive(self, headers: dict[bytes, bytes]) -> bool:
        """HTTP/1.0 is never kept, and only with a header of its own does the parser think it may be."""
        parser = self.parser
        if parser is None or not parser.should_keep_alive():
            return False
        return b"connection" not in headers or parser.get_http_version() != "1.0"

    def _drop(self, waiting: _Reading, size_bytes: int) -> None:
        waiting.dropped_bytes += size_bytes
        if waiting.dropped_bytes > READ_AHEAD_BYTES and not waiting.response_complete:
            waiting.keep_alive = False
            waiting.answer(self._door.too_large())

    def _request(self, waiting: _Reading) -> Request:
        _, _, query = self.url.partition(b"?")
        headers = waiting.headers
        return Request(
            method=self.parser.get_method().decode("ascii") if self.parser else "",
            path=self._path,
            query=query.decode("latin-1"),
            headers=headers,
            body=bytes(waiting.body),
            peer=self.peer(headers),
        )

    def peer(self, headers: dict[bytes, bytes]) -> str:
        return client_address(self.client[0] if self.client else "", headers, self._trusted)


class DoorApplication:
    """The door for requests that wait their turn on a connection (pipelining); all else goes to `inner`.

    `inside`: only processes of this installation can reach it.
    """

    def __init__(
        self,
        inner: Any,
        *,
        door: Door,
        journal: Journal,
        accepted: Accepted,
        trusted: Networks = (),
        inside: bool = False,
    ) -> None:
        self._inner = inner
        self._inside = inside
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
            inside=self._inside,
        )
        await _send(send, await self._decide(request))

    async def _decide(self, request: Request) -> Reply:
        asked = _Awaited(asyncio.get_running_loop().create_future())
        decide(request, asked, door=self._door, journal=self._journal, accepted=self._accepted)
        return await asked.answered


async def nothing_here(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An application that has nothing at any path."""
    await _send(send, answers.not_found("There is nothing here but doors for events."))


class _Awaited(Asked):
    """A request that a task waits for the answer of."""

    __slots__ = ("answered",)

    def __init__(self, answered: asyncio.Future[Reply]) -> None:
        self.answered = answered

    def answer(self, reply: Reply) -> None:
        if not self.answered.done():
            self.answered.set_result(reply)


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
    length = () if reply.status in WITHOUT_LENGTH else ((b"content-length", b"%d" % len(reply.body)),)
    headers = [*reply.headers, *length]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


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

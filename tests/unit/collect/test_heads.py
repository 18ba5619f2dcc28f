"""A request whose head came before is read as the parser would read it, however its bytes come."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.server import ServerState

from headwater.base.errors import HeadwaterError
from headwater.base.http import Reply, Request
from headwater.collect import answers
from headwater.collect.asked import Door as AnyDoor
from headwater.collect.model import Decision, Durable
from headwater.collect.server import MAX_HEADS, DoorApplication, DoorProtocol, Heads
from headwater.collect.turn import Head, Turn
from tests.unit.collect.doors import KEY, basic, make_door

PLAIN = b"POST /v1/track HTTP/1.1\r\nHost: a\r\nAuthorization: Basic azo=\r\nContent-Length: 7\r\n\r\n"
ODD = {
    "closing": PLAIN.replace(b"Host: a", b"Connection: close"),
    "expecting": PLAIN.replace(b"Host: a", b"Expect: 100-continue"),
    "upgrading": PLAIN.replace(b"Host: a", b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c"),
    "empty lines first": b"\r\n\r\n" + PLAIN,
    "another method": PLAIN.replace(b"POST", b"PUT"),
    "no body": PLAIN.replace(b"Content-Length: 7\r\n", b""),
    "older": PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
}


class Door:
    """Takes every request and notes what it was."""

    def __init__(self) -> None:
        self.seen: list[Request] = []

    def owns(self, path: str) -> bool:
        return path.startswith("/v1/")

    def handle(self, request: Request) -> Decision:
        self.seen.append(request)
        return Durable(records=[request.body], count=1, reply=answers.OK, source_id="s", workspace_id="w", notes=[])

    def lane(self, request: Request) -> None:
        return None

    def too_large(self) -> Reply:
        return answers.OK

    def overloaded(self, request: Request) -> Reply:
        return answers.OK


class Journal:
    """Says that all is durable when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[HeadwaterError | None], None]] = []
        self.stored: list[bytes] = []

    def submit(self, payloads: Sequence[bytes], done: Callable[[HeadwaterError | None], None]) -> None:
        self.waiting.append(done)
        self.stored += payloads

    def flush(self) -> None:
        while self.waiting:
            self.waiting.pop(0)(None)


class Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__({"peername": ("203.0.113.9", 5), "sockname": ("127.0.0.1", 80)})
        self.written = b""
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


class Never(Heads):
    """Every head is new to it."""

    def keep(self, head: bytes, **_: Any) -> None: ...


def uncounted(source_id: str, count: int) -> None: ...


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


class Connection:
    """`through`: requests that wait their turn go to the door too; else to an application that has nothing."""

    def __init__(self, heads: Heads, door: AnyDoor, *, slow: bool = False, through: bool = False) -> None:
        self.journal, self.slow = Journal(), slow
        behind = DoorApplication(nothing, door=door, journal=self.journal, accepted=uncounted)
        config = uvicorn.Config(
            behind if through else nothing,
            http=DoorProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            date_header=False,
        )
        config.load()
        self.protocol = DoorProtocol(
            config=config,
            server_state=ServerState(),
            app_state={},
            _loop=asyncio.get_running_loop(),
            door=door,
            journal=self.journal,
            accepted=uncounted,
            heads=heads,
            turn=Turn(loop=asyncio.get_running_loop(), door=door, journal=self.journal, accepted=uncounted),
        )
        self.wire = Wire()
        self.protocol.connection_made(self.wire)

    async def feed(self, *pieces: bytes) -> bytes:
        for piece in pieces:
            if not self.wire.closed:
                self.protocol.data_received(piece)
            if not self.slow:
                await self.settle()
        await self.settle(30)
        self.protocol.connection_lost(None)
        return self.wire.written

    async def settle(self, turns: int = 6) -> None:
        for _ in range(turns):
            self.journal.flush()
            await asyncio.sleep(0)


def known(head: bytes, body: bytes = b'{"a":1}') -> Heads:
    """What is remembered after a connection sent this."""
    heads = Heads()

    async def send() -> None:
        await Connection(heads, Door()).feed(head + body)

    asyncio.run(send())
    return heads


def seen(heads: Heads, *pieces: bytes, slow: bool = False) -> tuple[list[Request], bytes]:
    door = Door()

    async def send() -> bytes:
        return await Connection(heads, door, slow=slow).feed(*pieces)

    written = asyncio.run(send())
    return door.seen, written


def test_a_plain_head_is_remembered_as_it_was_read() -> None:
    head = known(PLAIN).get(PLAIN)
    assert head == Head("/v1/track", "", {b"host": b"a", b"authorization": b"Basic azo=", b"content-length": b"7"}, 7)


@pytest.mark.parametrize("name", ODD)
def test_what_changes_a_connection_or_begins_otherwise_is_not(name: str) -> None:
    heads = known(ODD[name])
    assert heads.get(ODD[name]) is None
    assert heads.get(b"\r\n\r\n") is None


def test_a_head_that_ends_elsewhere_for_the_parser_is_not() -> None:
    heads = Heads()
    head = PLAIN.replace(b"Host: a\r\n", b"Host: a\n\nContent: b\r\n")
    heads.keep(head, url=b"/v1/track", headers={b"host": b"a", b"content-length": b"7"}, lines=3)
    assert heads.get(head) is None
    heads.keep(PLAIN, url=b"/v1/track", headers={b"content-length": b"7"}, lines=3)
    assert heads.get(PLAIN) is not None


def test_a_known_head_within_another_one_is_no_request() -> None:
    pieces = b"POST /v1/track HTTP/1.1\r\nX-Inner: ", PLAIN + b'{"a":1}'
    assert seen(known(PLAIN), *pieces) == seen(Never(), *pieces)


def test_others_do_not_learn_what_a_key_opens() -> None:
    """Who sends other bytes is read anew."""
    heads = known(PLAIN)
    requests, _ = seen(heads, b"\r\n\r\n" + b'{"a":1}', PLAIN.replace(b"azo=", b"eDo=") + b'{"a":2}')
    assert [request.headers[b"authorization"] for request in requests] in ([], [b"Basic eDo="])


def test_heads_are_bounded() -> None:
    heads, head = Heads(), PLAIN
    for index in range(MAX_HEADS + 5):
        head = PLAIN.replace(b"Host: a", b"Host: %d" % index)
        heads.keep(head, url=b"/v1/track", headers={b"content-length": b"7"}, lines=3)
    assert heads.get(head) is not None
    assert heads.get(PLAIN.replace(b"Host: a", b"Host: 0")) is None


REQUESTS = st.lists(
    st.sampled_from(
        [
            PLAIN + b'{"a":1}',
            PLAIN + b'{"b":2}',
            PLAIN.replace(b": 7", b": 70") + (PLAIN + b'{"a":1}')[:70].ljust(70, b" "),  # a request in a body
            PLAIN.replace(b"/v1/track", b"/v1/identify?x=1") + b'{"c":3}',
            PLAIN.replace(b"/v1/track", b"/elsewhere") + b'{"d":4}',
            b"GET /v1/track HTTP/1.1\r\nHost: a\r\n\r\n",
            PLAIN.replace(b"Content-Length: 7", b"Transfer-Encoding: chunked") + b'7\r\n{"e":5}\r\n0\r\n\r\n',
            ODD["expecting"] + b'{"f":6}',
            ODD["empty lines first"] + b'{"g":7}',
        ]
    ),
    min_size=1,
    max_size=8,
)


@given(REQUESTS, st.lists(st.integers(0, 1500), max_size=6), st.booleans(), st.booleans())
@settings(max_examples=150)
def test_however_the_bytes_come_the_door_sees_what_the_parser_reads(
    requests: list[bytes], cuts: list[int], whole: bool, slow: bool
) -> None:
    stream = b"".join(requests)
    if whole:
        pieces = requests
    else:
        marks = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
        pieces = [stream[start:end] for start, end in itertools.pairwise(marks)]
    heads = known(PLAIN)
    assert seen(heads, *pieces, slow=slow) == seen(Never(), *pieces, slow=slow)


@pytest.mark.parametrize("lane", [True, False])
def test_a_quiet_connection_keeps_nothing_of_what_came(lane: bool) -> None:
    body = b'{"event":"Clicked","userId":"u","properties":{"marked":"%s"}}' % (b"m" * 9000)
    head = b"POST /v1/%s HTTP/1.1\r\nHost: a\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n"
    request = head % (b"track" if lane else b"m", basic(KEY)[b"authorization"], len(body)) + body

    async def talk() -> int:
        connection = Connection(Heads(), make_door())
        for _ in range(3):
            connection.protocol.data_received(request[:4000])
            connection.protocol.data_received(request[4000:])
            await connection.settle()
        assert connection.wire.written.count(b"200 OK") == 3
        known: Any = connection.protocol.cycle
        kept = [getattr(known, name, None) for name in ("body", "request", "decision")]
        return len(repr(kept)) + sum(map(len, connection.protocol.__dict__["_pieces"]))

    assert asyncio.run(talk()) < 100


@pytest.mark.parametrize("more", [b"", PLAIN + b'{"b":2}'])
def test_a_body_in_many_small_pieces_is_put_together(more: bytes) -> None:
    body = bytes(range(48, 58)) * 40
    head = PLAIN.replace(b"Content-Length: 7", b"Content-Length: 400")
    pieces = [head, *(body[at : at + 1] for at in range(399)), body[399:] + more]
    heads = known(head, body)
    assert heads.get(head) is not None
    requests, written = seen(heads, *pieces)
    assert requests[0].body == body
    assert (requests, written) == seen(Never(), *pieces)


def test_who_leaves_in_the_middle_of_a_body_has_sent_nothing() -> None:
    assert seen(known(PLAIN), PLAIN + b'{"a":1}', PLAIN + b'{"a"')[0] == seen(Never(), PLAIN + b'{"a":1}')[0]

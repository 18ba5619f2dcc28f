"""Plain requests of one turn of the event loop, whichever connections they came on: decided, stored and answered
together, so that what is the same for all of them is done once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from headwater.base.errors import HeadwaterError
from headwater.base.http import Reply, Request
from headwater.collect.asked import Accepted, Asked, Door, Journal, decide, encode_reply
from headwater.collect.plain import Lane

MAX_TOGETHER: Final = 256
"""More are not stored all or none: this many single events have 8 MiB at most."""


class Connection(Protocol):
    """A client's, as far as answers go there."""

    transport: asyncio.Transport

    def peer(self, headers: dict[bytes, bytes]) -> str:
        """The client's address."""
        ...

    def on_response_complete(self) -> None: ...

    def be_quiet(self, now_s: float) -> None:
        """The answer is written, and nobody said that it is the last; `now_s` is the loop's time."""
        ...


class Head(msgspec.Struct, gc=False):
    """What the head of a POST says. `size_bytes`: of the body.

    `lane`: where all requests with it may go, once somebody has `sought` it: most heads come once only. `stored` are
    the bytes of the answer to what is stored there.
    """

    path: str
    query: str
    headers: dict[bytes, bytes]
    size_bytes: int
    sought: bool = False
    lane: Lane | None = None
    stored: bytes = b""


class Waiting(Asked):
    """Stands in uvicorn's place for the request under way, so that its queue holds back what comes after."""

    __slots__ = ("body", "connection", "disconnected", "keep_alive", "message_event", "response_complete")

    body: bytes | bytearray

    def __init__(self, connection: Connection, *, keep_alive: bool) -> None:
        self.connection = connection
        self.keep_alive = keep_alive
        self.response_complete = False
        self.disconnected = False
        self.message_event = self

    def set(self) -> None:
        """uvicorn wakes a waiting application by this; here nobody waits."""

    def answer(self, reply: Reply) -> None:
        if not self.response_complete:
            self.write(encode_reply(reply, keep_alive=self.keep_alive))

    def write(self, answer: bytes) -> None:
        self.response_complete = True
        self.body = b""  # a connection may be quiet for long
        connection = self.connection
        transport = connection.transport
        if self.disconnected or transport.is_closing():
            return
        transport.write(answer)
        if not self.keep_alive:
            transport.close()
        connection.on_response_complete()


class Known(Waiting):
    """A request whose head came before. One serves a connection for all of them: each waits for the one before."""

    __slots__ = ("head",)

    head: Head

    def say_stored(self, now_s: float) -> None:
        """`now_s`: the loop's time."""
        head = self.head
        if not self.keep_alive and head.lane is not None:
            self.answer(head.lane.reply)
            return
        self.response_complete = True
        self.body = b""
        connection = self.connection
        transport = connection.transport
        if not (self.disconnected or transport.is_closing()):
            transport.write(head.stored)
            connection.be_quiet(now_s)

    def whole(self) -> Request:
        head = self.head
        peer = self.connection.peer(head.headers)
        return Request(
            method="POST", path=head.path, query=head.query, headers=head.headers, body=bytes(self.body), peer=peer
        )


class _Alone(Asked):
    """One that is looked at by itself. What came of it is not kept by the connection."""

    __slots__ = ("known",)

    def __init__(self, known: Known) -> None:
        self.known = known

    def answer(self, reply: Reply) -> None:
        self.known.answer(reply)


class Turn:
    """One for all connections."""

    def __init__(self, *, loop: asyncio.AbstractEventLoop, door: Door, journal: Journal, accepted: Accepted) -> None:
        self._loop = loop
        self._door = door
        self._journal = journal
        self._accepted = accepted
        self._asked: list[Known] = []

    def add(self, asked: Known) -> None:
        head = asked.head
        if not head.sought:
            self._seek(head)
        if head.lane is None:
            self._by_itself(asked)
            return
        if not self._asked:
            self._loop.call_soon(self.decide)
        self._asked.append(asked)

    def _seek(self, head: Head) -> None:
        head.sought = True
        head.lane = self._door.lane(Request(method="POST", path=head.path, query=head.query, headers=head.headers))
        if head.lane is not None:
            head.stored = encode_reply(head.lane.reply, keep_alive=True)

    def _by_itself(self, asked: Known) -> None:
        try:
            decide(asked.whole(), _Alone(asked), door=self._door, journal=self._journal, accepted=self._accepted)
        except Exception as fault:  # the others of this turn are still to be decided
            self._tell("a request could not be decided", fault)
            asked.connection.transport.abort()

    def decide(self) -> None:
        """What has come in so far; also before the end of the turn, when the journal is about to flush anyway."""
        if not self._asked:
            return
        lanes: dict[Lane | None, list[Known]] = {}
        for asked in self._asked:
            lanes.setdefault(asked.head.lane, []).append(asked)
        self._asked = []
        for lane, group in lanes.items():
            for at in range(0, len(group), MAX_TOGETHER):
                self._take(lane, group[at : at + MAX_TOGETHER])

    def _take(self, lane: Lane | None, group: Sequence[Known]) -> None:
        bodies = [bytes(asked.body) for asked in group]
        try:
            taken = lane and lane.take(bodies, lambda at: group[at].connection.peer(group[at].head.headers))
        except HeadwaterError:
            taken = None  # each is answered by itself that it may come again
        except Exception as fault:
            self._tell("requests could not be decided together", fault)
            taken = None
        if taken is None:
            for asked in group:
                self._by_itself(asked)
            return
        records = [record for record in taken.records if record is not None]
        if len(records) < len(group):
            for asked, record in zip(group, taken.records, strict=True):
                if record is None:
                    self._by_itself(asked)
            group = [asked for asked, record in zip(group, taken.records, strict=True) if record is not None]
        if records:
            self._store(taken.source_id, group, records)

    def _store(self, source_id: str, group: Sequence[Known], records: Sequence[bytes]) -> None:
        def stored(error: HeadwaterError | None) -> None:
            if error is not None:
                self._refuse(group)
                return
            self._accepted(source_id, len(group))
            now_s = self._loop.time()
            for asked in group:
                try:
                    asked.say_stored(now_s)
                except Exception as fault:  # one's trouble must not leave the others without an answer
                    self._tell("an answer failed", fault)

        try:
            self._journal.submit(records, stored)
        except HeadwaterError:
            self._refuse(group)

    def _tell(self, what: str, fault: Exception) -> None:
        self._loop.call_exception_handler({"message": what, "exception": fault})

    def _refuse(self, group: Sequence[Known]) -> None:
        for asked in group:
            asked.answer(self._door.overloaded(asked.whole()))

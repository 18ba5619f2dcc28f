"""A request on its way through the door: it is decided, stored where it must be, and answered when it is durable."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Protocol

from headwater.base.errors import HeadwaterError
from headwater.base.http import Reply, Request
from headwater.collect import answers
from headwater.collect.model import Decision, Durable, Refused
from headwater.collect.plain import Lane

Done = Callable[[HeadwaterError | None], None]


class Door(Protocol):
    """What decides the answers: one door, or all as one."""

    def owns(self, path: str) -> bool: ...
    def handle(self, request: Request) -> Decision: ...
    def lane(self, request: Request) -> Lane | None:
        """Where POSTs with this head may go, whatever their bodies; None: each must be looked at by itself."""
        ...

    def too_large(self) -> Reply: ...
    def overloaded(self, request: Request) -> Reply: ...


class Journal(Protocol):
    def submit(self, payloads: Sequence[bytes], done: Done) -> None: ...


class Accepted(Protocol):
    def __call__(self, source_id: str, count: int) -> None: ...


class Asked(ABC):
    """How an answer gets back, whenever it is known."""

    __slots__ = ("accepted", "decision", "door", "request")

    door: Door
    accepted: Accepted
    request: Request
    decision: Durable

    @abstractmethod
    def answer(self, reply: Reply) -> None: ...

    def stored(self, error: HeadwaterError | None) -> None:
        """What the journal calls: nothing is answered 200 before."""
        if error is None:
            self.accepted(self.decision.source_id, self.decision.count)
            self.answer(self.decision.reply)
        else:
            self.answer(self.door.overloaded(self.request))


def decide(request: Request, asked: Asked, *, door: Door, journal: Journal, accepted: Accepted) -> None:
    """Stores what must be stored and answers when it is durable; what is only noted never delays an answer."""
    try:
        decision = door.handle(request)
    except HeadwaterError:  # who owns the key cannot be looked up now; the client keeps its events and comes again
        asked.answer(door.overloaded(request))
        return
    if isinstance(decision, Reply):
        asked.answer(decision)
        return
    if isinstance(decision, Refused):
        if decision.notes:
            _note(journal, decision.notes)
        asked.answer(decision.reply)
        return
    asked.door, asked.accepted, asked.request, asked.decision = door, accepted, request, decision
    try:
        journal.submit([*decision.records, *decision.notes] if decision.notes else decision.records, asked.stored)
    except HeadwaterError:
        asked.answer(door.overloaded(request))


def _note(journal: Journal, notes: Sequence[bytes]) -> None:
    try:
        journal.submit(notes, lambda _error: None)
    except HeadwaterError:
        return


def encode_reply(reply: Reply, *, keep_alive: bool) -> bytes:
    if reply is answers.OK and keep_alive:
        return _STORED
    lines = [b"HTTP/1.1 %d %s\r\n" % (reply.status, _PHRASES.get(reply.status, b""))]
    lines += [b"%s: %s\r\n" % header for header in reply.headers]
    if not keep_alive:
        lines.append(b"connection: close\r\n")
    if reply.status not in WITHOUT_LENGTH:
        lines.append(b"content-length: %d\r\n" % len(reply.body))
    return b"".join((*lines, b"\r\n", reply.body))


WITHOUT_LENGTH = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
"""Answers without a body: a length would be that of another answer."""

_PHRASES = {status.value: status.phrase.encode("ascii") for status in HTTPStatus}
_STORED = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
    len(answers.SUCCESS),
    answers.SUCCESS,
)

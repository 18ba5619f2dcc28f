"""What goes out, as values: a request that a destination wants made, a file that it wants written, and the answer.

A destination decides these and does nothing. Signing, guarding, sending, retrying and recording are done once,
by `send`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from headwater.base.event import CleanEvent


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to one connection.

    `id` is a UUID that is the same at every attempt and differs between connections: what a receiver may dedupe by.
    `topic` is the webhook topic that let the event through, None where topics play no part. `portal_id` is the
    integer of the content that the event is about, None when it names none. `mapped` holds what the destination's
    field mapping (the connection's own over the default) took out of the event.
    """

    id: str
    event: CleanEvent
    topic: str | None = None
    portal_id: int | None = None
    mapped: Mapping[str, Any] = {}


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is absolute, http or https. Headers are sent as given; Host and Content-Length are added.

    `jobs` are the ids of the jobs whose events it carries; empty: all those that were given. `stamped`: the body is a
    JSON object with a key at least, and gets `sentAt`, the time of each attempt, as its last.
    """

    url: str
    body: bytes = b""
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    jobs: tuple[str, ...] = ()
    stamped: bool = False


class FileWrite(msgspec.Struct, frozen=True, kw_only=True):
    """A file to be put, whole or not at all, under a folder that the operator allows. `name` is relative, with `/`.

    A file of that name is replaced, so that a second attempt leaves no second file. `jobs` as in `HttpRequest`.
    """

    name: str
    body: bytes
    jobs: tuple[str, ...] = ()


class NotSent(msgspec.Struct, frozen=True, kw_only=True):
    """These jobs' events can't go there: no request is made, they end as dead, and people read the `reason`.

    A job that is in no outgoing at all is one that the destination has no use for; that needs no reason.
    """

    jobs: tuple[str, ...]
    reason: str


Outgoing = HttpRequest | FileWrite | NotSent


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is capped; `headers` are as received, names in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

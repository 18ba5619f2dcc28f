"""Makes one attempt for deliveries that go together: render, sign, send, classify, and say what became of each.

Nothing is written here, but into the built-in inbox and the folder for files, which are receivers like others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from headwater.base.clock import Clock
from headwater.base.errors import HeadwaterError
from headwater.base.outgoing import FileWrite, HttpRequest, Job, NotSent, Outgoing
from headwater.catalog.destination import DestinationSpec
from headwater.control.directory import ConnectionEntry
from headwater.send.folder import Folder
from headwater.send.ports import Sent, Timings, Transport
from headwater.send.render import INBOX, SOURCE_GONE, Mask, Rendering, event_of, is_internal, outgoing, signed
from headwater.send.rows import Attempt, Due
from headwater.send.schedule import Verdict, classify


class Outcome(msgspec.Struct, frozen=True):
    """What one outgoing came to, for the jobs that it carries."""

    jobs: tuple[str, ...]
    sent: Sent
    verdict: Verdict
    url: str
    body: bytes | None
    reason: str = ""


class Made(msgspec.Struct, frozen=True):
    """`jobs` in the order of the deliveries. A job that no outcome names is one there was nothing to send for."""

    jobs: list[Job]
    outcomes: list[Outcome]
    mask: Mask
    began_ms: int


Receive = Callable[[ConnectionEntry, str, HttpRequest], None]
"""Takes what goes to the built-in inbox: the connection, the delivery's id, the request."""


class Attempts:
    """`door_socket` is where this server's own Tracking API listens for its own senders."""

    def __init__(
        self,
        *,
        transport: Transport,
        rendering: Rendering,
        folder: Folder,
        receive: Receive,
        timeout_s: float,
        door_socket: str,
        clock: Clock,
        log: Callable[[str], None],
    ) -> None:
        self._transport = transport
        self._rendering = rendering
        self._folder = folder
        self._receive = receive
        self._timeout_s = timeout_s
        self._door_socket = door_socket
        self._clock = clock
        self._log = log

    async def make(self, entry: ConnectionEntry, spec: DestinationSpec, rows: Sequence[Due]) -> Made:
        jobs = [self._rendering.job(entry, spec, event_of(row.body), row.topic) for row in rows]
        return await self.make_jobs(entry, spec, jobs)

    async def make_jobs(
        self,
        entry: ConnectionEntry,
        spec: DestinationSpec,
        jobs: list[Job],
    ) -> Made:
        settings, mask = self._rendering.settings(entry, spec)
        began_ms = int(self._clock() * 1000)
        ids = tuple(job.id for job in jobs)
        if (gone := self._rendering.source_gone(entry)) is not None:
            sent = Sent(error_class=SOURCE_GONE, error=gone)
            return Made(jobs, [Outcome(ids, sent, Verdict.GONE, "", None)], mask, began_ms)
        try:
            wanted = outgoing(spec, jobs, settings)
        except Exception as error:  # whatever a destination's file raises: it must not stop the others
            return Made(jobs, [self._unrendered(entry, ids, error)], mask, began_ms)
        outcomes = [await self._one(entry, spec, each, ids) for each in wanted]
        return Made(jobs, outcomes, mask, began_ms)

    async def _one(
        self, entry: ConnectionEntry, spec: DestinationSpec, each: Outgoing, ids: tuple[str, ...]
    ) -> Outcome:
        jobs = each.jobs or ids
        if isinstance(each, NotSent):
            sent = Sent(error_class="not_sendable", error=each.reason)
            return Outcome(jobs, sent, Verdict.TERMINAL, "", None, "not_sendable")
        if isinstance(each, FileWrite):
            sent = await self._write(entry, each)
            verdict = Verdict.DELIVERED if sent.error_class is None else Verdict.TRANSIENT
            return Outcome(jobs, sent, verdict, sent.address or each.name, None)
        request = signed(entry, each, id=jobs[0], at_s=self._clock())
        sent = await self._send(entry, jobs[0], request)
        return Outcome(jobs, sent, classify(sent, spec.retry), request.url, request.body)

    async def _send(self, entry: ConnectionEntry, id: str, request: HttpRequest) -> Sent:
        if request.url == INBOX:
            self._receive(entry, id, request)
            return Sent(status=200, body=b"ok", address="inbox", request_headers=request.headers)
        unix_socket = self._door_socket if is_internal(entry, request) else None
        return await self._transport.send(request, timeout_s=self._timeout_s, unix_socket=unix_socket)

    async def _write(self, entry: ConnectionEntry, write: FileWrite) -> Sent:
        began = time.perf_counter()
        try:
            path = await asyncio.to_thread(self._folder.put, entry.workspace_id, write)
        except HeadwaterError as error:
            return Sent(error_class="invalid_url", error=error.message)
        except OSError as error:
            return Sent(error_class="file_error", error=f"The file {write.name} cannot be written: {error.strerror}.")
        took_ms = (time.perf_counter() - began) * 1000
        return Sent(status=200, address=str(path), timings=Timings(total_ms=took_ms))

    def _unrendered(self, entry: ConnectionEntry, ids: tuple[str, ...], error: Exception) -> Outcome:
        self._log(f"the destination {entry.catalog} cannot make a request of an event: {type(error).__name__}: {error}")
        text = f"The destination {entry.catalog} could not make a request of this event; the server's log says more."
        return Outcome(ids, Sent(error_class="render_error", error=text), Verdict.TERMINAL, "", None, "render_error")


def attempt_of(
    made: Made, outcome: Outcome, job: Job, *, ref: int, row: Due | None, attempt: int, next_ms: int | None
) -> Attempt:
    """The line of the log. `next_ms` None: there will be no other attempt by itself."""
    sent, mask = outcome.sent, made.mask
    return Attempt(
        ref=ref,
        delivery=None if row is None else row.id,
        delivery_id=job.id,
        message_id=job.event.message_id,
        at_ms=made.began_ms,
        attempt=attempt,
        status=_status(outcome, final=next_ms is None),
        manual=row is None or row.manual,
        url=mask.text(outcome.url),
        response_status=sent.status,
        error_class=sent.error_class,
        error=mask.text(_sentence(outcome)),
        duration_ms=sent.timings.total_ms,
        timings=msgspec.to_builtins(sent.timings),
        address=sent.address,
        request_headers=mask.headers(sent.request_headers),
        request_body=None if outcome.body is None else mask.body(outcome.body),
        response_headers=mask.headers(sent.headers),
        response_body=mask.body(sent.body),
        next_ms=next_ms,
    )


def _status(outcome: Outcome, *, final: bool) -> Any:
    if outcome.verdict is Verdict.DELIVERED:
        return "delivered"
    if outcome.sent.error_class == "blocked":
        return "blocked"
    if outcome.sent.error_class == SOURCE_GONE:
        return "skipped"
    return "dead" if final else "failed"


def _sentence(outcome: Outcome) -> str:
    if outcome.sent.error or outcome.verdict is Verdict.DELIVERED:
        return outcome.sent.error
    return f"The receiver answered {outcome.sent.status}; it is delivered when the answer is 2xx."

"""The debugger: a source's latest events, once or as they arrive. A sample to look at, not a record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, HeaderParameter, QueryParameter
from litestar.response import Stream

from headwater.api.auth import data
from headwater.api.given import GivenCaller, GivenStore, GivenWork, Page, Pagination
from headwater.api.ports import SeenEvent, Work
from headwater.base.errors import HeadwaterError

WAIT_S: Final = 10.0
"""How long a quiet stream waits before it says that it is still there."""

RETRY_S: Final = 1.0
MAX_AT_ONCE: Final = 500

EventLimit = Annotated[int, QueryParameter(ge=1, le=500, description="How many of the latest events.")]
Recent = Annotated[int, QueryParameter(ge=0, le=500, description="How many of the latest events to begin with.")]
After = Annotated[str | None, HeaderParameter(name="Last-Event-ID", description="Go on after this event's id.")]


@get("/sources/{source_id:str}/events", operation_id="listSourceEvents", tags=["Sources"], guards=[data])
async def list_events(
    source_id: FromPath[str], caller: GivenCaller, store: GivenStore, work: GivenWork, limit: EventLimit = 50
) -> Page[SeenEvent]:
    """The latest events of a source as they came, newest first: what became of each, and why. Scope data.

    Write keys are masked in every payload that is shown; what is stored stays as it was sent.
    """
    source = await asyncio.to_thread(store.source, caller.workspace_id, source_id)
    seen = await _seen(work, source.id, limit, 0, 0)
    return Page(data=seen, pagination=Pagination(total=len(seen), limit=limit, offset=0))


@get(
    "/sources/{source_id:str}/events/stream",
    operation_id="streamSourceEvents",
    tags=["Sources"],
    guards=[data],
    media_type="text/event-stream",
    opt={"stream": "SeenEvent"},
)
async def stream_events(
    request: Request[Any, Any, Any],
    source_id: FromPath[str],
    caller: GivenCaller,
    store: GivenStore,
    work: GivenWork,
    last_event_id: After = None,
    recent: Recent = 0,
) -> Stream:
    """The same as server-sent events: each event as it arrives, after the `recent` ones, oldest first. Scope data.

    Each message's data is one event, its id is `seq`. A quiet stream sends a comment every 10 s.
    """
    source = await asyncio.to_thread(store.source, caller.workspace_id, source_id)
    known = last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit()
    first = await _seen(work, source.id, recent or 1, 0, 0)
    after = int(last_event_id or 0) if known else max((event.seq for event in first), default=0)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    messages = _messages(work, source.id, after, [] if known else first[:recent])
    return Stream(messages, media_type="text/event-stream", headers=headers)


async def _messages(work: Work, source_id: str, after: int, first: list[SeenEvent]) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n: open\n\n"
    seen = first
    while True:
        for event in reversed(seen):
            after = max(after, event.seq)
            yield b"id: %d\ndata: %s\n\n" % (event.seq, msgspec.json.encode(event))
        try:
            seen = await _seen(work, source_id, MAX_AT_ONCE, after, WAIT_S)
        except HeadwaterError:
            seen = []
            await asyncio.sleep(RETRY_S)
        if not seen:
            yield b": still here\n\n"


async def _seen(work: Work, source_id: str, limit: int, after: int, wait_s: float) -> list[SeenEvent]:
    answer = await work.source_events(source_id, limit, after, wait_s)
    return msgspec.convert(answer, list[SeenEvent])


ROUTES: list[HTTPRouteHandler] = [list_events, stream_events]

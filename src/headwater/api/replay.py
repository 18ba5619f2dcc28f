"""Working off the past again: replays by time, and the release of parked events."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from headwater.api.auth import admin, data
from headwater.api.given import (
    DEFAULT_LIMIT,
    Body,
    GivenCaller,
    GivenSending,
    GivenStore,
    GivenWork,
    Limit,
    Offset,
    Page,
    Pagination,
    page,
)
from headwater.api.integrations import SLUGS
from headwater.api.ports import ParkedEvent, ParkedPage, Replay
from headwater.api.times import span
from headwater.base.errors import InvalidInput, NotFound, Transient
from headwater.control.model import integration_id, public_id
from headwater.control.store import Store


class NewReplay(Body, frozen=True):
    """Received times, [from, to): ISO 8601. Left out: from the beginning, up to now."""

    reader: Literal["pipeline", "warehouse", "send", "profiles"]
    start: Annotated[str | None, msgspec.Meta(description="Received at or after.")] = msgspec.field(
        name="from", default=None
    )
    end: Annotated[str | None, msgspec.Meta(description="Received before.")] = msgspec.field(name="to", default=None)
    connection_id: str | None = None


class Release(Body, frozen=True):
    """Null: every parked event that can be released."""

    ids: list[str] | None = None


@post("/replay", operation_id="createReplay", tags=["Events"], guards=[admin], status_code=202)
async def create_replay(
    data: JSONBody[NewReplay], caller: GivenCaller, store: GivenStore, work: GivenWork, sending: GivenSending
) -> Replay:
    """Work off a stretch of the past again; rows are not doubled, figures not counted again. Scope admin.

    Reader send: the events go out once more, under the same ids, to every connection that they match or to the one
    named.

    422 with the earliest time there is when `from` lies before it.
    """
    start, end = span(data.start, data.end, "Nothing was replayed.")
    if data.reader == "send":
        connection = await asyncio.to_thread(_connection, store, caller.workspace_id, data.connection_id)
        return msgspec.convert(await sending.replay_send(caller.workspace_id, start, end, connection), Replay)
    if data.connection_id is not None:
        raise InvalidInput(
            f"`connectionId` is for the reader send alone; the reader {data.reader} has no connections. "
            "Nothing was replayed.",
            details={"field": "connectionId"},
        )
    answer = await work.replay(caller.workspace_id, data.reader, start, end, None)
    return msgspec.convert(answer, Replay)


@get("/replay", operation_id="listReplays", tags=["Events"])
async def list_replays(
    caller: GivenCaller,
    work: GivenWork,
    sending: GivenSending,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[Replay]:
    """The replays of this workspace, newest first; those of sending before the others. Any scope."""
    try:
        sent = msgspec.convert(await sending.send_replays(caller.workspace_id), list[Replay])
    except Transient:
        sent = []  # the others are of use without them
    return page(sent + msgspec.convert(await work.replays(caller.workspace_id), list[Replay]), limit, offset)


@get("/replay/{replay_id:str}", operation_id="getReplay", tags=["Events"])
async def get_replay(replay_id: FromPath[str], caller: GivenCaller, work: GivenWork, sending: GivenSending) -> Replay:
    """How far a replay or a recovery is. Any scope."""
    try:
        return msgspec.convert(await work.replay_status(caller.workspace_id, replay_id), Replay)
    except NotFound:
        return msgspec.convert(await sending.send_replay_status(caller.workspace_id, replay_id), Replay)


@get("/parked", operation_id="listParked", tags=["Events"], guards=[data])
async def list_parked(
    caller: GivenCaller, work: GivenWork, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[ParkedEvent]:
    """Acknowledged events that could not go on, newest first, with the reason and the payload. Scope data.

    `hindrance` says why one cannot be released just now. The installation's token also sees what cannot be read so far
    that its workspace is known: it may be anyone's.
    """
    given = await work.parked(caller.workspace_id, limit, offset, caller.installation)
    found = msgspec.convert(given, ParkedPage)
    events = [msgspec.structs.replace(each, source_id=public_id(each.source_id)) for each in found.data]
    return Page(data=events, pagination=Pagination(total=found.total, limit=limit, offset=offset))


@post("/parked/release", operation_id="releaseParked", tags=["Events"], guards=[admin], status_code=202)
async def release_parked(caller: GivenCaller, work: GivenWork, data: JSONBody[Release | None] = None) -> Replay:
    """Let parked events go on, now that what stopped them is mended. Scope admin.

    Without ids those that can be released are. With ids all of them are, or none: 404 for one that does not wait, 422
    `not_releasable` for one that cannot be released, with the reason.
    """
    ids = data.ids if data else None
    return msgspec.convert(await work.release(caller.workspace_id, ids, caller.installation), Replay)


def _connection(store: Store, workspace_id: str, given: str | None) -> str | None:
    """The stored id of a connection of the workspace, which an integration's slug names as well. Raises NotFound."""
    if given is None:
        return None
    stored = integration_id(workspace_id, given) if given in SLUGS else given
    return store.connections.get(workspace_id, stored).id


ROUTES: list[HTTPRouteHandler] = [create_replay, list_replays, get_replay, list_parked, release_parked]

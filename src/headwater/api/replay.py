"""Working off the past again: replays by time, and the release of parked events."""

from __future__ import annotations

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
    GivenWork,
    Limit,
    Offset,
    Page,
    Pagination,
    page,
)
from headwater.api.ports import ParkedEvent, ParkedPage, Replay
from headwater.base.clock import iso, parse_iso
from headwater.base.errors import InvalidInput
from headwater.control.model import public_id


class NewReplay(Body, frozen=True):
    """Received times, [from, to): ISO 8601. Left out: from the beginning, up to now."""

    reader: Literal["pipeline", "warehouse", "send", "profiles"]
    start: Annotated[str | None, msgspec.Meta(description="Received at or after.")] = msgspec.field(
        name="from", default=None
    )
    end: Annotated[str | None, msgspec.Meta(description="Received before.")] = msgspec.field(name="to", default=None)
    connection_id: str | None = None


class Release(Body, frozen=True):
    """Null: every parked event of the workspace."""

    ids: list[str] | None = None


@post("/replay", operation_id="createReplay", tags=["Events"], guards=[admin], status_code=202)
async def create_replay(data: JSONBody[NewReplay], caller: GivenCaller, work: GivenWork) -> Replay:
    """Work off a stretch of the past again; rows are not doubled, figures not counted again. Scope admin.

    422 with the earliest time there is when `from` lies before it.
    """
    start, end = _moment("from", data.start), _moment("to", data.end)
    if start is not None and end is not None and start >= end:
        raise InvalidInput("`from` must lie before `to`. Nothing was replayed.", details={"field": "from"})
    answer = await work.replay(caller.workspace_id, data.reader, start, end, data.connection_id)
    return msgspec.convert(answer, Replay)


@get("/replay", operation_id="listReplays", tags=["Events"])
async def list_replays(
    caller: GivenCaller, work: GivenWork, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[Replay]:
    """The replays of this workspace, newest first. Any scope."""
    return page(msgspec.convert(await work.replays(caller.workspace_id), list[Replay]), limit, offset)


@get("/replay/{replay_id:str}", operation_id="getReplay", tags=["Events"])
async def get_replay(replay_id: FromPath[str], caller: GivenCaller, work: GivenWork) -> Replay:
    """How far a replay is. Any scope."""
    return msgspec.convert(await work.replay_status(caller.workspace_id, replay_id), Replay)


@get("/parked", operation_id="listParked", tags=["Events"], guards=[data])
async def list_parked(
    caller: GivenCaller, work: GivenWork, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[ParkedEvent]:
    """Acknowledged events that could not go on, newest first, with the reason and the payload. Scope data."""
    found = msgspec.convert(await work.parked(caller.workspace_id, limit, offset), ParkedPage)
    events = [msgspec.structs.replace(each, source_id=public_id(each.source_id)) for each in found.data]
    return Page(data=events, pagination=Pagination(total=found.total, limit=limit, offset=offset))


@post("/parked/release", operation_id="releaseParked", tags=["Events"], guards=[admin], status_code=202)
async def release_parked(caller: GivenCaller, work: GivenWork, data: JSONBody[Release | None] = None) -> Replay:
    """Let parked events go on, now that what stopped them is mended. Scope admin."""
    return msgspec.convert(await work.release(caller.workspace_id, data.ids if data else None), Replay)


def _moment(field: str, given: str | None) -> str | None:
    if given is None:
        return None
    moment = parse_iso(given)
    if moment is None:
        raise InvalidInput(
            f"`{field}` is {given[:40]!r}; allowed is an ISO 8601 time like 2026-01-31T12:00:00Z. "
            "Nothing was replayed.",
            details={"field": field},
        )
    return iso(moment)


ROUTES: list[HTTPRouteHandler] = [create_replay, list_replays, get_replay, list_parked, release_parked]

"""What became of one event, and of all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from headwater.api.auth import data
from headwater.api.given import GivenCaller, GivenWork
from headwater.api.ports import Accounting, EventTrail
from headwater.control.model import public_id


@get("/events/{message_id:path}", operation_id="getEvent", tags=["Events"], guards=[data])
async def get_event(
    request: Request[Any, Any, Any], message_id: FromPath[Path], caller: GivenCaller, work: GivenWork
) -> EventTrail:
    """What became of a message: each arrival's fate, and where it stands at every reader. Scope data."""
    # A messageId may hold slashes; decoded, the path would no longer say which of them are the id's own.
    exact = unquote(request.scope["raw_path"].partition(b"/events/")[2])
    trail = msgspec.convert(await work.event(caller.workspace_id, exact), EventTrail)
    fates = [msgspec.structs.replace(fate, source_id=public_id(fate.source_id)) for fate in trail.fates]
    return msgspec.structs.replace(trail, fates=fates)


@get("/accounting", operation_id="getAccounting", tags=["Events"])
async def get_accounting(caller: GivenCaller, work: GivenWork) -> Accounting:
    """Where every accepted event went, by source and by reader; the sums close. Any scope.

    accepted = duplicate + dropped + parked + clean; per reader, clean = done + pending + dead + skipped.
    """
    books = msgspec.convert(await work.accounting(caller.workspace_id), Accounting)
    sources = [msgspec.structs.replace(each, source_id=public_id(each.source_id)) for each in books.sources]
    return msgspec.structs.replace(books, sources=sources)


ROUTES: list[HTTPRouteHandler] = [get_event, get_accounting]

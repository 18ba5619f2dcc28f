"""The built-in inbox: what webhooks with the address `headwater:inbox` delivered, to be looked at."""

from __future__ import annotations

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler

from headwater.api.auth import data
from headwater.api.given import DEFAULT_LIMIT, GivenCaller, GivenSending, Limit, Offset, Page, Pagination
from headwater.api.sending import InboxItem, InboxPage


@get("/inbox", operation_id="listInbox", tags=["Delivery"], guards=[data])
async def list_inbox(
    caller: GivenCaller, sending: GivenSending, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[InboxItem]:
    """What came to the built-in inbox, newest first. Scope data."""
    found = msgspec.convert(await sending.inbox(caller.workspace_id, limit, offset), InboxPage)
    return Page(data=found.data, pagination=Pagination(total=found.total, limit=limit, offset=offset))


ROUTES: list[HTTPRouteHandler] = [list_inbox]

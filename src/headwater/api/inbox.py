"""The built-in inbox: what webhooks with the address `headwater:inbox` delivered, to be looked at."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler

from headwater.api.auth import data
from headwater.api.given import (
    DEFAULT_LIMIT,
    GivenCaller,
    GivenSending,
    GivenStore,
    Limit,
    Offset,
    Page,
    Pagination,
)
from headwater.api.sending import InboxItem, InboxPage
from headwater.base.masking import masked_payload


@get("/inbox", operation_id="listInbox", tags=["Delivery"], guards=[data])
async def list_inbox(
    caller: GivenCaller,
    store: GivenStore,
    sending: GivenSending,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[InboxItem]:
    """What came to the built-in inbox, newest first. Scope data."""
    found = msgspec.convert(await sending.inbox(caller.workspace_id, limit, offset), InboxPage)
    keys = await asyncio.to_thread(store.write_keys, caller.workspace_id)
    items = [msgspec.structs.replace(item, body=masked_payload(item.body, keys)) for item in found.data]
    return Page(data=items, pagination=Pagination(total=found.total, limit=limit, offset=offset))


ROUTES: list[HTTPRouteHandler] = [list_inbox]

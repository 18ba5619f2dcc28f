"""Event Delivery: what became of events on their way out, per connection or over all."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from headwater.api.given import GivenCaller, GivenSending, GivenStore
from headwater.api.integrations import SLUGS
from headwater.api.sending import Delivery, DeliverySample
from headwater.api.times import span
from headwater.base.masking import masked_payload
from headwater.control.model import integration_id

ConnectionId = Annotated[
    str | None,
    QueryParameter(name="connectionId", description="A webhook, a destination or an integration; left out: all."),
]
From = Annotated[str | None, QueryParameter(name="from", description="At or after; left out: a day ago.")]
To = Annotated[str | None, QueryParameter(name="to", description="Before; left out: now.")]
NOTHING_READ: Final = "Nothing was read."


@get("/delivery", operation_id="getDelivery", tags=["Delivery"])
async def get_delivery(
    caller: GivenCaller,
    store: GivenStore,
    sending: GivenSending,
    connection_id: ConnectionId = None,
    start: From = None,
    end: To = None,
) -> Delivery:
    """Delivered, not delivered, pending, latency, and errors by kind. Any scope; samples need scope data."""
    first, last = span(start, end, NOTHING_READ)
    stored = connection_id
    if connection_id is not None:
        stored = integration_id(caller.workspace_id, connection_id) if connection_id in SLUGS else connection_id
        await asyncio.to_thread(store.connections.get, caller.workspace_id, stored)
    found = msgspec.convert(await sending.delivery(caller.workspace_id, stored, first, last), Delivery)
    keys = await asyncio.to_thread(store.write_keys, caller.workspace_id) if caller.may("data") else None
    errors = [
        msgspec.structs.replace(error, sample=None if keys is None else _masked(error.sample, keys))
        for error in found.errors
    ]
    return msgspec.structs.replace(found, errors=errors)


def _masked(sample: DeliverySample | None, keys: list[str]) -> DeliverySample | None:
    if sample is None:
        return None
    received, sent = masked_payload(sample.received, keys), masked_payload(sample.sent, keys)
    return msgspec.structs.replace(sample, received=received, sent=sent)


ROUTES: list[HTTPRouteHandler] = [get_delivery]

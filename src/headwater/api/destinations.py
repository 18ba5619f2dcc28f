"""Destinations: tools of the catalogue that the events of chosen sources are sent to."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from headwater.api.auth import Caller, admin
from headwater.api.connection_actions import PreviewEvent, action_routes, secret_routes
from headwater.api.connections import (
    ConnectionShape,
    States,
    Terms,
    common_shape,
    fields_of,
    forgotten,
    present_sources,
    shown_settings,
    states_of,
)
from headwater.api.given import (
    DEFAULT_LIMIT,
    Deleted,
    GivenCaller,
    GivenDestinations,
    GivenSending,
    GivenStore,
    Limit,
    Offset,
    Page,
    page,
)
from headwater.api.sending import Draft, Previewed
from headwater.base.errors import Unprocessable
from headwater.catalog.destination import DestinationSpec
from headwater.catalog.destination_load import Destinations
from headwater.control.model import Connection

TAG: Final = "Destinations"

Mapping = Annotated[
    dict[str, str] | None,
    Meta(
        description="Field of the destination → path in the event, over the destination's own. An empty path goes "
        "back to that one.",
        examples=[{"email": "traits.email|context.traits.email"}],
    ),
]
Settings = Annotated[
    dict[str, Any] | None,
    Meta(
        description="As the catalogue lists them. What is left out stays or is as usual, null goes back to the usual; "
        "a secret is shown masked, and the mask sent back keeps it.",
        examples=[{"writeKey": "a-write-key", "region": "eu"}],
    ),
]


class NewDestination(Terms, frozen=True, kw_only=True):
    """`catalog` is a slug of the catalogue. Without `sourceIds` nothing is sent to it yet."""

    catalog: Annotated[str, Meta(examples=["segment"])]
    name: str
    settings: Settings = None
    mapping: Mapping = None


class DestinationChange(Terms, frozen=True, kw_only=True):
    """What is null or left out stays; `schedule` and `perSecond` null go back to the usual."""

    name: str | None = None
    settings: Settings = None
    mapping: Mapping = None


class PreviewDraft(PreviewEvent, frozen=True, kw_only=True):
    """A destination that is not there yet, and an event to look at it with."""

    catalog: str


class DestinationShape(ConnectionShape, frozen=True):
    """A destination; secret settings are masked. Without scope data no more than the host of an address is shown.

    `mapping` holds the fields that differ from the destination's own.
    """

    catalog: str
    settings: dict[str, Any]
    mapping: dict[str, str]


class DestinationMade(DestinationShape, frozen=True):
    """`secret` signs its requests where the destination is one that is signed (`webhook`), else null."""

    secret: str | None


@get("/destinations", operation_id="listDestinations", tags=[TAG])
async def list_destinations(
    caller: GivenCaller, store: GivenStore, sending: GivenSending, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[DestinationShape]:
    """The workspace's destinations, newest first, and how each fares. Any scope."""
    found = await asyncio.to_thread(store.connections.of_workspace, caller.workspace_id, "destination")
    part = page(found, limit, offset)
    present, states = await present_sources(store, caller.workspace_id), await states_of(sending, caller.workspace_id)
    return Page(data=[_shape(made, caller, present, states) for made in part.data], pagination=part.pagination)


@post("/destinations", operation_id="createDestination", tags=[TAG], guards=[admin])
async def create_destination(
    data: JSONBody[NewDestination], caller: GivenCaller, store: GivenStore, destinations: GivenDestinations
) -> DestinationMade:
    """Add a destination. Scope admin.

    400 names the field that is wrong, 422 `unknown_source` the sources that there are, 422 `region_unsupported` when
    the tool does not serve the workspace's region.
    """
    made = await asyncio.to_thread(
        store.connections.create,
        caller.workspace_id,
        kind="destination",
        spec=_offered(destinations, data.catalog),
        fields=fields_of(data, name=data.name, settings=data.settings or {}, mapping=data.mapping),
        by=caller.actor,
    )
    live = await asyncio.to_thread(store.connections.newest_secret, made.workspace_id, made.id)
    present = await present_sources(store, caller.workspace_id)
    return DestinationMade(**_fields(made, caller, present, {}), secret=live)


@post("/destinations/preview", operation_id="previewDraft", tags=[TAG], guards=[admin], status_code=200)
async def preview_draft(
    data: JSONBody[PreviewDraft],
    caller: GivenCaller,
    store: GivenStore,
    sending: GivenSending,
    destinations: GivenDestinations,
) -> Previewed:
    """What a destination that is not there yet would send for an event; nothing is made or sent. Scope admin."""
    spec = _offered(destinations, data.catalog)
    settings, mapping = await asyncio.to_thread(
        store.connections.drafted,
        caller.workspace_id,
        kind="destination",
        spec=spec,
        settings=data.settings or {},
        mapping=data.mapping or {},
    )
    draft = Draft(id=None, kind="destination", catalog=spec.slug, settings=settings, mapping=mapping)
    wire = msgspec.to_builtins(draft)
    found = await sending.preview(caller.workspace_id, None, wire, data.message_id, data.event)
    return msgspec.convert(found, Previewed)


@get("/destinations/{connection_id:str}", operation_id="getDestination", tags=[TAG])
async def get_destination(
    connection_id: FromPath[str], caller: GivenCaller, store: GivenStore, sending: GivenSending
) -> DestinationShape:
    """One destination. Any scope."""
    made = await asyncio.to_thread(store.connections.get, caller.workspace_id, connection_id, "destination")
    present, states = await present_sources(store, caller.workspace_id), await states_of(sending, caller.workspace_id)
    return _shape(made, caller, present, states)


@patch("/destinations/{connection_id:str}", operation_id="updateDestination", tags=[TAG], guards=[admin])
async def update_destination(
    connection_id: FromPath[str],
    data: JSONBody[DestinationChange],
    caller: GivenCaller,
    store: GivenStore,
    sending: GivenSending,
    destinations: GivenDestinations,
) -> DestinationShape:
    """Change a destination; what waits goes by what is said now. Scope admin."""
    made = await asyncio.to_thread(store.connections.get, caller.workspace_id, connection_id, "destination")
    changed = await asyncio.to_thread(
        store.connections.update,
        caller.workspace_id,
        made.id,
        spec=destinations.destination(made.catalog),
        fields=fields_of(data, name=data.name, settings=data.settings, mapping=data.mapping),
        by=caller.actor,
    )
    present, states = await present_sources(store, caller.workspace_id), await states_of(sending, caller.workspace_id)
    return _shape(changed, caller, present, states)


@delete(
    "/destinations/{connection_id:str}",
    operation_id="deleteDestination",
    tags=[TAG],
    guards=[admin],
    status_code=200,
)
async def delete_destination(
    connection_id: FromPath[str], caller: GivenCaller, store: GivenStore, sending: GivenSending
) -> Deleted:
    """Remove a destination; what waits for it is never sent. Its log stays until its time is over. Scope admin."""
    made = await asyncio.to_thread(store.connections.get, caller.workspace_id, connection_id, "destination")
    await asyncio.to_thread(store.connections.delete, caller.workspace_id, made.id, by=caller.actor)
    await forgotten(sending, made)
    return Deleted(id=connection_id, deleted=True)


def _offered(destinations: Destinations, slug: str) -> DestinationSpec:
    spec = destinations.destination(slug)
    if not spec.offered:
        raise Unprocessable(f'"{slug}" is switched on under /integrations/{slug}, not here. Nothing was created.')
    return spec


def _shape(made: Connection, caller: Caller, present: set[str], states: States) -> DestinationShape:
    return DestinationShape(**_fields(made, caller, present, states))


def _fields(made: Connection, caller: Caller, present: set[str], states: States) -> dict[str, Any]:
    return common_shape(made, present, states) | {
        "catalog": made.catalog,
        "settings": shown_settings(made.settings, caller),
        "mapping": made.mapping,
    }


ROUTES: list[HTTPRouteHandler] = [
    list_destinations,
    create_destination,
    preview_draft,
    get_destination,
    update_destination,
    delete_destination,
    *secret_routes("destination", tag=TAG),
    *action_routes("destination", tag=TAG),
]

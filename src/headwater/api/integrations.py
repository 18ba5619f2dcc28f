"""The two senders: what customers see and do, told as Candu's two events or Produktly's fourteen.

To any host by a write key, or in-process to a source of this workspace.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from litestar import get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from headwater.api.auth import Caller, admin
from headwater.api.connection_actions import action_routes
from headwater.api.connections import States, shown_settings, states_of
from headwater.api.given import (
    DEFAULT_LIMIT,
    Body,
    GivenCaller,
    GivenDestinations,
    GivenSending,
    GivenStore,
    Limit,
    Offset,
    Page,
    page,
)
from headwater.api.ports import Shape
from headwater.api.sending import ConnectionState
from headwater.base.errors import InvalidInput, NotFound, Unprocessable
from headwater.catalog.destination import DestinationSpec
from headwater.catalog.destination_load import Destinations
from headwater.control.model import MASK, Connection, ConnectionFields, Source, integration_id, public_id
from headwater.control.store import Store

SLUGS: Final = ("candu-segment", "produktly-segment")
TAG: Final = "Integrations"
SOURCES: Final = ("customer-events",)


class IntegrationGiven(Body, frozen=True, kw_only=True):
    """Where the events go: to `sourceId`, a source of this workspace, in-process; or by `writeKey` to `host`.

    A write key without a host must be one of this workspace's sources. What is null or left out stays; an empty
    `host` or `sourceId` takes it away. `uuidAsUserId`: the browser's UUID stands in `userId`. `extended`: more
    properties than the documented ones.
    """

    enabled: bool
    write_key: Annotated[str | None, Meta(examples=["a-write-key"])] = None
    host: Annotated[str | None, Meta(examples=["https://events.example.com"])] = None
    source_id: str | None = None
    uuid_as_user_id: bool | None = None
    extended: bool | None = None


class Integration(Shape, frozen=True):
    """`id` is also its slug. `configured`: it has somewhere to send to. `writeKey` is masked.

    `sourceGone`: the source that it hands its events to was deleted.
    """

    id: str
    name: str
    description: str
    setup: list[str]
    events: list[str]
    configured: bool
    enabled: bool
    disabled_reason: str
    paused: bool
    write_key: str | None
    host: str | None
    source_id: str | None
    source_gone: bool
    uuid_as_user_id: bool
    extended: bool
    state: ConnectionState | None
    created_at: str | None


@get("/integrations", operation_id="listIntegrations", tags=[TAG])
async def list_integrations(
    caller: GivenCaller,
    store: GivenStore,
    sending: GivenSending,
    destinations: GivenDestinations,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[Integration]:
    """Both senders, switched on or not. Any scope."""
    found = [await _one(store, sending, destinations, caller, slug) for slug in SLUGS]
    return page(found, limit, offset)


@get("/integrations/{connection_id:str}", operation_id="getIntegration", tags=[TAG])
async def get_integration(
    connection_id: FromPath[str],
    caller: GivenCaller,
    store: GivenStore,
    sending: GivenSending,
    destinations: GivenDestinations,
) -> Integration:
    """One sender. Any scope."""
    return await _one(store, sending, destinations, caller, _known(connection_id))


@put("/integrations/{connection_id:str}", operation_id="putIntegration", tags=[TAG], guards=[admin])
async def put_integration(
    connection_id: FromPath[str],
    data: JSONBody[IntegrationGiven],
    caller: GivenCaller,
    store: GivenStore,
    sending: GivenSending,
    destinations: GivenDestinations,
) -> Integration:
    """Say where the events go, and switch the sender on or off. Scope admin.

    422 `nowhere_to_send` when it is to be on and has neither a source nor a host with a write key.
    """
    slug = _known(connection_id)
    spec = destinations.destination(slug)
    await asyncio.to_thread(_put, store, spec, caller, data)
    return await _one(store, sending, destinations, caller, slug)


def _put(store: Store, spec: DestinationSpec, caller: Caller, given: IntegrationGiven) -> None:
    stored_id = integration_id(caller.workspace_id, spec.slug)
    made = _found(store, caller.workspace_id, spec.slug)
    settings = _settings(store, caller.workspace_id, given, made)
    fields = ConnectionFields(
        name=spec.name, enabled=given.enabled, settings=_named(spec, settings), source_ids=SOURCES
    )
    if made is None:
        store.connections.create(
            caller.workspace_id, kind="integration", spec=spec, fields=fields, connection_id=stored_id, by=caller.actor
        )
    else:
        store.connections.update(caller.workspace_id, stored_id, spec=spec, fields=fields, by=caller.actor)


def _settings(store: Store, workspace_id: str, given: IntegrationGiven, made: Connection | None) -> dict[str, Any]:
    """The settings as they will be, None for those that go. Raises Unprocessable when nothing can be sent by them."""
    before = made.settings if made is not None else {}
    host, source_id = _place(given, before)
    key = before.get("writeKey") if given.write_key is None else given.write_key.strip()
    sources = [source for source in store.sources(workspace_id) if not source.builtin]
    if given.write_key and key != MASK and not host and not given.source_id:
        source_id = _owner(sources, key)
    elif source_id and (given.source_id or given.enabled):
        _require_source(sources, source_id)
    if given.enabled and not source_id and not (host and key):
        raise Unprocessable(
            "There is nowhere to send to: give the write key of a source of this workspace, a sourceId, or a host "
            "with its write key. Nothing was changed.",
            code="nowhere_to_send",
        )
    settings: dict[str, Any] = {"host": host or None, "sourceId": source_id or None}
    if given.write_key is not None:
        settings["writeKey"] = key or None
    options = {"uuidAsUserId": given.uuid_as_user_id, "extended": given.extended}
    return settings | {name: value for name, value in options.items() if value is not None}


def _place(given: IntegrationGiven, before: dict[str, Any]) -> tuple[str | None, str | None]:
    """(host, source): one of them at most. The one that is given takes the place of the other."""
    host = before.get("host") if given.host is None else given.host.strip()
    source_id = before.get("sourceId") if given.source_id is None else given.source_id.strip()
    if host and source_id and given.host and given.source_id:
        raise InvalidInput(
            "Give a host or a sourceId, not both: the events go to one place. Nothing was changed.",
            details={"field": "host"},
        )
    if host and source_id:
        return (host, None) if given.host else (None, source_id)
    return host, source_id


def _owner(sources: list[Source], key: str | None) -> str:
    """The source whose write key it is. A key of elsewhere needs its host beside it."""
    for source in sources:
        if key in source.write_keys:
            return public_id(source.id)
    raise Unprocessable(
        "No source of this workspace has that write key. If it belongs to another server, give its host too, like "
        "https://events.example.com. Nothing was changed.",
        code="unknown_write_key",
        details={"field": "writeKey"},
    )


def _require_source(sources: list[Source], given: str) -> None:
    allowed = {public_id(source.id): source.name for source in sources if source.write_keys}
    if given not in allowed:
        raise Unprocessable(
            f'There is no source "{given}" in this workspace that takes events. Allowed: '
            f"{', '.join(f'{each} ({name})' for each, name in allowed.items())}. Nothing was changed.",
            code="unknown_source",
            details={"field": "sourceId", "allowed": list(allowed)},
        )


def _named(spec: DestinationSpec, settings: dict[str, Any]) -> dict[str, Any]:
    """Without what the sender has no setting for, unless a value is given for it: then that is refused by name."""
    known = {setting.name for setting in spec.settings}
    return {name: value for name, value in settings.items() if name in known or value is not None}


async def _one(
    store: Store, sending: GivenSending, destinations: Destinations, caller: Caller, slug: str
) -> Integration:
    spec = destinations.destination(slug)
    made = await asyncio.to_thread(_found, store, caller.workspace_id, slug)
    sources = await asyncio.to_thread(store.sources, caller.workspace_id)
    states = await states_of(sending, caller.workspace_id) if made is not None else {}
    return _shape(spec, made, {public_id(source.id) for source in sources}, states, caller)


def _shape(
    spec: DestinationSpec, made: Connection | None, present: set[str], states: States, caller: Caller
) -> Integration:
    settings = {} if made is None else shown_settings(made.settings, caller)
    source_id = settings.get("sourceId")
    return Integration(
        id=spec.slug,
        name=spec.name,
        description=spec.description,
        setup=list(spec.setup),
        events=list(spec.events),
        configured=bool(source_id or (settings.get("host") and settings.get("writeKey"))),
        enabled=made is not None and made.enabled,
        disabled_reason=made.disabled_reason if made is not None else "",
        paused=made is not None and made.paused,
        write_key=settings.get("writeKey"),
        host=settings.get("host"),
        source_id=source_id,
        source_gone=bool(source_id) and source_id not in present,
        uuid_as_user_id=bool(settings.get("uuidAsUserId")),
        extended=bool(settings.get("extended")),
        state=None if made is None or states is None else states.get(made.id, ConnectionState()),
        created_at=made.created_at if made is not None else None,
    )


def _found(store: Store, workspace_id: str, slug: str) -> Connection | None:
    try:
        return store.connections.get(workspace_id, integration_id(workspace_id, slug), "integration")
    except NotFound:
        return None


def _known(slug: str) -> str:
    if slug not in SLUGS:
        raise NotFound(f'There is no integration "{slug}". There are: {", ".join(SLUGS)}.')
    return slug


ROUTES: list[HTTPRouteHandler] = [
    list_integrations,
    get_integration,
    put_integration,
    *action_routes("integration", tag=TAG),
]

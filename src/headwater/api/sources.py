"""Sources: added from the catalogue, renamed, switched, their write keys rotated, removed with or without rows."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from litestar import delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from headwater.api.auth import Caller, admin
from headwater.api.given import (
    DEFAULT_LIMIT,
    Body,
    Deleted,
    GivenCaller,
    GivenCatalog,
    GivenStore,
    GivenUrl,
    GivenWork,
    Limit,
    Offset,
    Page,
    page,
)
from headwater.api.ports import Shape, Work
from headwater.base.errors import NotFound, Transient
from headwater.catalog.load import Catalog
from headwater.catalog.model import Platform, SourceSpec
from headwater.control.model import MASK, Source, public_id
from headwater.control.store import Store


class NewSource(Body, frozen=True):
    """`catalog` is a slug of the catalogue, `name` the label that the schema is made from."""

    catalog: str
    name: str
    settings: dict[str, Any] | None = None


class SourceChange(Body, frozen=True):
    """What is null or left out stays. A new name changes the label, never the schema.

    Settings that are not named keep their value, null takes one back to its default.
    """

    name: str | None = None
    enabled: bool | None = None
    feeds_profiles: bool | None = None
    settings: dict[str, Any] | None = None


class SourceShape(Shape, frozen=True):
    """`writeKeys` are oldest first, all valid. Without scope admin they are masked and `inboundUrl` is null.

    `inboundUrl` is null, too, where the catalogue does not let the source's events come as webhooks.
    """

    id: str
    catalog: str
    name: str
    schema: str
    enabled: bool
    feeds_profiles: bool
    platform: Platform
    write_keys: list[str]
    inbound_url: str | None
    settings: dict[str, Any]
    builtin: bool
    last_event_at: str | None
    created_at: str


class WriteKey(Shape, frozen=True):
    key: str


DropSchema = Annotated[
    bool,
    QueryParameter(name="dropSchema", description="Drop the rows too, and free the schema's name. Not to be undone."),
]


@get("/sources", operation_id="listSources", tags=["Sources"])
async def list_sources(
    caller: GivenCaller,
    store: GivenStore,
    entries: GivenCatalog,
    work: GivenWork,
    public_url: GivenUrl,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[SourceShape]:
    """The workspace's sources, newest first, the built-in ones last. Any scope."""
    part = page(await asyncio.to_thread(store.sources, caller.workspace_id), limit, offset)
    shapes = await _shapes(part.data, caller, entries, work, public_url)
    return Page(data=shapes, pagination=part.pagination)


@post("/sources", operation_id="createSource", tags=["Sources"], guards=[admin])
async def create_source(
    data: JSONBody[NewSource],
    caller: GivenCaller,
    store: GivenStore,
    entries: GivenCatalog,
    work: GivenWork,
    public_url: GivenUrl,
) -> SourceShape:
    """Add a source; when it answers, its schema and empty typed tables can be queried. Scope admin.

    409 `schema_taken` when another source has the schema, `name_taken` when it has the label, 422
    `region_unsupported` when the tool does not serve the workspace's region.
    """
    spec = entries.source(data.catalog)
    made = await asyncio.to_thread(
        store.create_source,
        caller.workspace_id,
        spec=spec,
        name=data.name,
        settings=data.settings,
        by=caller.actor,
    )
    try:
        await work.ensure_source(made.id)
    except BaseException:
        store.delete_source(caller.workspace_id, made.id, free_schema=True, by=caller.actor)
        raise
    return _shape(made, spec, caller, public_url, None)


@get("/sources/{source_id:str}", operation_id="getSource", tags=["Sources"])
async def get_source(
    source_id: FromPath[str],
    caller: GivenCaller,
    store: GivenStore,
    entries: GivenCatalog,
    work: GivenWork,
    public_url: GivenUrl,
) -> SourceShape:
    """One source. Any scope."""
    source = await asyncio.to_thread(store.source, caller.workspace_id, source_id)
    return (await _shapes([source], caller, entries, work, public_url))[0]


@patch("/sources/{source_id:str}", operation_id="updateSource", tags=["Sources"], guards=[admin])
async def update_source(
    source_id: FromPath[str],
    data: JSONBody[SourceChange],
    caller: GivenCaller,
    store: GivenStore,
    entries: GivenCatalog,
    work: GivenWork,
    public_url: GivenUrl,
) -> SourceShape:
    """Rename, switch on or off, change settings. Scope admin.

    409 `name_taken` when another source has the label.
    """
    source = await asyncio.to_thread(store.source, caller.workspace_id, source_id)
    changed = await asyncio.to_thread(
        store.update_source,
        caller.workspace_id,
        source_id,
        spec=_spec_of(entries, source),
        name=data.name,
        enabled=data.enabled,
        feeds_profiles=data.feeds_profiles,
        settings=data.settings,
        by=caller.actor,
    )
    return (await _shapes([changed], caller, entries, work, public_url))[0]


@delete("/sources/{source_id:str}", operation_id="deleteSource", tags=["Sources"], guards=[admin], status_code=200)
async def delete_source(
    source_id: FromPath[str], caller: GivenCaller, store: GivenStore, work: GivenWork, drop_schema: DropSchema = False
) -> Deleted:
    """Remove a source; its keys are invalid at once. Its rows stay, and so does the schema's name. Scope admin.

    What was acknowledged before still gets its rows. With `dropSchema=true` the rows go too and the name is free again;
    what was still under way is counted as skipped.
    """
    deleting = (store.delete_source, caller.workspace_id, source_id)
    if drop_schema:
        source = await asyncio.to_thread(store.source, caller.workspace_id, source_id)
        if not source.builtin:
            await _stop(store, source, caller)
            await work.drop_schema(caller.workspace_id, source.schema)
    gone = await asyncio.to_thread(*deleting, by=caller.actor)
    if drop_schema:
        await drop_left_schema(store, work, caller, gone.schema)
    return Deleted(id=source_id, deleted=True)


@post("/sources/{source_id:str}/write-keys", operation_id="addWriteKey", tags=["Sources"], guards=[admin])
async def add_write_key(source_id: FromPath[str], caller: GivenCaller, store: GivenStore) -> WriteKey:
    """A further write key; the older ones stay valid until they are removed. Scope admin."""
    key = await asyncio.to_thread(store.add_write_key, caller.workspace_id, source_id, by=caller.actor)
    return WriteKey(key=key)


@delete(
    "/sources/{source_id:str}/write-keys/{key:str}",
    operation_id="removeWriteKey",
    tags=["Sources"],
    guards=[admin],
    status_code=200,
)
async def remove_write_key(
    source_id: FromPath[str], key: FromPath[str], caller: GivenCaller, store: GivenStore
) -> Deleted:
    """Make a write key invalid, at once; not the last one. Scope admin."""
    await asyncio.to_thread(store.remove_write_key, caller.workspace_id, source_id, key, by=caller.actor)
    return Deleted(id=key, deleted=True)


async def _shapes(
    sources: list[Source], caller: Caller, entries: Catalog, work: Work, public_url: str
) -> list[SourceShape]:
    try:
        last = await work.last_event_at([source.id for source in sources])
    except Transient:
        last = {}  # the list is of use without it
    return [_shape(source, _spec_of(entries, source), caller, public_url, last.get(source.id)) for source in sources]


def _shape(
    source: Source, spec: SourceSpec | None, caller: Caller, public_url: str, last_event_at: str | None
) -> SourceShape:
    trusted = caller.may("admin")
    inbound = trusted and spec is not None and spec.inbound
    return SourceShape(
        id=public_id(source.id),
        catalog=source.catalog,
        name=source.name,
        schema=source.schema,
        enabled=source.enabled,
        feeds_profiles=source.feeds_profiles,
        platform=source.platform,
        write_keys=[key if trusted else MASK for key in source.write_keys],
        inbound_url=f"{public_url}/hooks/{source.inbound_key}" if inbound else None,
        settings=source.settings,
        builtin=source.builtin,
        last_event_at=last_event_at,
        created_at=source.created_at,
    )


def _spec_of(catalog: Catalog, source: Source) -> SourceSpec | None:
    """The source's catalogue entry; None for built-in sources and for entries that are no longer there."""
    try:
        return None if source.builtin else catalog.source(source.catalog)
    except NotFound:
        return None


async def drop_left_schema(store: Store, work: Work, caller: Caller, schema: str) -> None:
    """The rows that a deleted source left, with those that were still under way; then the name is free."""
    await asyncio.to_thread(store.end_rows, caller.workspace_id, schema)
    await work.drop_schema(caller.workspace_id, schema)
    await asyncio.to_thread(store.free_schema, caller.workspace_id, schema, by=caller.actor)


async def _stop(store: Store, source: Source, caller: Caller) -> None:
    """Let nothing further in, so that the schema does not come back while it is dropped."""
    await asyncio.to_thread(store.update_source, source.workspace_id, source.id, enabled=False, by=caller.actor)


ROUTES: list[HTTPRouteHandler] = [
    list_sources,
    create_source,
    get_source,
    update_source,
    delete_source,
    add_write_key,
    remove_write_key,
]

"""Where rows go, how far behind each place is, and which schemas it has: also those whose source is gone."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import HttpMethod, delete, get, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from headwater.api.auth import admin
from headwater.api.given import (
    DEFAULT_LIMIT,
    Deleted,
    GivenCaller,
    GivenStore,
    GivenWork,
    Limit,
    Offset,
    Page,
    page,
)
from headwater.api.ports import Shape, Warehouse, Work
from headwater.api.problem import Unsupported
from headwater.api.sources import drop_left_schema
from headwater.base.errors import NotFound
from headwater.control.model import public_id


class WarehouseSchema(Shape, frozen=True):
    """`sourceId` is null when the source was deleted and its rows were left."""

    name: str
    source_id: str | None
    created_at: str


@get("/warehouses", operation_id="listWarehouses", tags=["Warehouse"])
async def list_warehouses(
    caller: GivenCaller, work: GivenWork, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[Warehouse]:
    """The workspace's warehouses; the first is the built-in one. Any scope."""
    return page(await _warehouses(work, caller.workspace_id), limit, offset)


@get("/warehouses/{warehouse_id:str}", operation_id="getWarehouse", tags=["Warehouse"])
async def get_warehouse(warehouse_id: FromPath[str], caller: GivenCaller, work: GivenWork) -> Warehouse:
    """One warehouse. Any scope."""
    return await _warehouse(work, caller.workspace_id, warehouse_id)


@get("/warehouses/{warehouse_id:str}/schemas", operation_id="listSchemas", tags=["Warehouse"])
async def list_schemas(
    warehouse_id: FromPath[str],
    caller: GivenCaller,
    store: GivenStore,
    work: GivenWork,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[WarehouseSchema]:
    """Every schema of a source, by name; those of deleted sources too, until they are dropped. Any scope."""
    await _warehouse(work, caller.workspace_id, warehouse_id)
    part = page(await asyncio.to_thread(store.schemas, caller.workspace_id), limit, offset)
    shapes = [
        WarehouseSchema(
            name=each.name, source_id=public_id(each.source_id) if each.source_id else None, created_at=each.created_at
        )
        for each in part.data
    ]
    return Page(data=shapes, pagination=part.pagination)


@delete(
    "/warehouses/{warehouse_id:str}/schemas/{name:str}",
    operation_id="dropSchema",
    tags=["Warehouse"],
    guards=[admin],
    status_code=200,
)
async def drop_schema(
    warehouse_id: FromPath[str], name: FromPath[str], caller: GivenCaller, store: GivenStore, work: GivenWork
) -> Deleted:
    """Drop what a deleted source left: all its rows, not to be undone. Its schema's name is free again. Scope admin.

    409 `schema_in_use` while a source has the schema.
    """
    await _warehouse(work, caller.workspace_id, warehouse_id)
    left = await asyncio.to_thread(store.left_schema, caller.workspace_id, name)
    await drop_left_schema(store, work, caller, left.name)
    return Deleted(id=left.name, deleted=True)


@route(
    ["/warehouses", "/warehouses/{warehouse_id:str}"],
    http_method=[HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE],
    include_in_schema=False,
)
async def unsupported() -> None:
    """Warehouses come and go with their workspaces."""
    raise Unsupported(
        "A workspace has its one built-in warehouse from its beginning to its end: none can be added, changed or "
        "deleted by itself. What can be deleted is a schema (DELETE /api/v1/warehouses/builtin/schemas/NAME) or the "
        "workspace. Nothing was changed.",
        allow="GET",
    )


async def _warehouse(work: Work, workspace_id: str, warehouse_id: str) -> Warehouse:
    for warehouse in await _warehouses(work, workspace_id):
        if warehouse.id == warehouse_id:
            return warehouse
    raise NotFound(f'There is no warehouse "{warehouse_id}" in this workspace.')


async def _warehouses(work: Work, workspace_id: str) -> list[Warehouse]:
    found = msgspec.convert(await work.warehouses(workspace_id), list[Warehouse])
    return [
        msgspec.structs.replace(each, source_ids=[public_id(source_id) for source_id in each.source_ids])
        for each in found
    ]


ROUTES: list[HTTPRouteHandler] = [list_warehouses, get_warehouse, list_schemas, drop_schema, unsupported]

"""Where rows go, and how far behind each place is."""

from __future__ import annotations

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from headwater.api.given import DEFAULT_LIMIT, GivenCaller, GivenWork, Limit, Offset, Page, page
from headwater.api.ports import Warehouse, Work
from headwater.base.errors import NotFound
from headwater.control.model import public_id


@get("/warehouses", operation_id="listWarehouses", tags=["Warehouse"])
async def list_warehouses(
    caller: GivenCaller, work: GivenWork, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[Warehouse]:
    """The workspace's warehouses; the first is the built-in one. Any scope."""
    return page(await _warehouses(work, caller.workspace_id), limit, offset)


@get("/warehouses/{warehouse_id:str}", operation_id="getWarehouse", tags=["Warehouse"])
async def get_warehouse(warehouse_id: FromPath[str], caller: GivenCaller, work: GivenWork) -> Warehouse:
    """One warehouse. Any scope."""
    for warehouse in await _warehouses(work, caller.workspace_id):
        if warehouse.id == warehouse_id:
            return warehouse
    raise NotFound(f'There is no warehouse "{warehouse_id}" in this workspace.')


async def _warehouses(work: Work, workspace_id: str) -> list[Warehouse]:
    found = msgspec.convert(await work.warehouses(workspace_id), list[Warehouse])
    return [
        msgspec.structs.replace(each, source_ids=[public_id(source_id) for source_id in each.source_ids])
        for each in found
    ]


ROUTES: list[HTTPRouteHandler] = [list_warehouses, get_warehouse]

"""Questions to the warehouse: one SELECT at a time."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody

from headwater.api.auth import data as data_scope
from headwater.api.given import Body, GivenCaller, GivenWork
from headwater.api.ports import SqlResult
from headwater.base.query import MAX_QUERY_CHARS, MAX_ROWS


class SqlQuery(Body, frozen=True):
    """One SELECT over the schemas of the sources, the tables of schema production, and information_schema."""

    query: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_QUERY_CHARS)]
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_ROWS, description="Null: the setting `query_rows`.")] | None = None


@post("/sql", operation_id="runSql", tags=["Warehouse"], guards=[data_scope], status_code=200)
async def run_sql(data: JSONBody[SqlQuery], caller: GivenCaller, work: GivenWork) -> SqlResult:
    """Run one SELECT. Scope data. 400 for anything else, an unknown table, or too much time or memory.

    Integers that 64 bits hold are numbers, whatever the column's type (`sum` of a BIGINT is a HUGEINT); larger ones
    and decimals are text; timestamps are ISO 8601 with Z.
    """
    return msgspec.convert(await work.sql(caller.workspace_id, data.query, data.limit), SqlResult)


ROUTES: list[HTTPRouteHandler] = [run_sql]

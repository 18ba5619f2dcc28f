"""Tables of the user's own, to join with: CSV and Parquet files, and copies of Postgres tables."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import Annotated, Final, Literal, get_args

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter, SkipValidation

from headwater.api.auth import admin
from headwater.api.given import DEFAULT_LIMIT, Body, Deleted, GivenCaller, GivenWork, Limit, Offset, Page, page
from headwater.api.ports import UserTable, Work
from headwater.api.request import JsonRequest
from headwater.api.uploads import MAX_FILE_BYTES, chunks_of, spooled, upload_of
from headwater.base.errors import InvalidInput, NotFound
from headwater.base.naming import snake_case

FileFormat = Literal["csv", "parquet"]
FORMATS: Final[tuple[str, ...]] = get_args(FileFormat)
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_TYPES: Final = {"text/csv": "csv", "application/vnd.apache.parquet": "parquet"}

GivenUploads = NamedDependency[SkipValidation[Path]]
Name = Annotated[str | None, QueryParameter(description="Name of the table; left out: the file's name.")]
Format = Annotated[FileFormat | None, QueryParameter(description="Left out: told from the file's name or type.")]


class PostgresTable(Body, frozen=True):
    """A table of a Postgres server to copy. `dsn` like postgres://user:password@host/database; it is a secret.

    `table` may be `schema.table`. `everySeconds`: copy again that often; null: only on demand.
    """

    name: str
    dsn: str
    table: str
    every_seconds: Annotated[int, msgspec.Meta(ge=60)] | None = None


_FILE: Final = {"type": "string", "format": "binary"}
_REQUEST_BODY: Final = {
    "required": True,
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/PostgresTable"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": _FILE,
                    "name": {"type": "string"},
                    "format": {"type": "string", "enum": list(FORMATS)},
                },
            }
        },
        "text/csv": {"schema": _FILE},
        "application/vnd.apache.parquet": {"schema": _FILE},
        "application/octet-stream": {"schema": _FILE},
    },
}


@get("/tables", operation_id="listTables", tags=["Tables"])
async def list_tables(
    caller: GivenCaller, work: GivenWork, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[UserTable]:
    """The read-only tables of schema production, by name. Any scope."""
    return page(await _tables(work, caller), limit, offset)


@post(
    "/tables",
    operation_id="putTable",
    tags=["Tables"],
    guards=[admin],
    opt={"request_body": _REQUEST_BODY},
    request_max_body_size=MAX_FILE_BYTES + 1024 * 1024,
)
async def put_table(
    request: JsonRequest,
    caller: GivenCaller,
    work: GivenWork,
    uploads: GivenUploads,
    name: Name = None,
    format: Format = None,
) -> UserTable:
    """Copy a CSV or Parquet file in (as the body, or as `file` of a form), or a Postgres table (JSON). Scope admin.

    A table of the same name is replaced whole.
    """
    media_type = request.content_type[0]
    if media_type == "application/json":
        return await _put_postgres(request, caller, work)
    if media_type == "multipart/form-data":
        upload, fields = await upload_of(request)
        chunks, file_name = chunks_of(upload), upload.filename
        name, given = fields.get("name") or name, fields.get("format") or format
    else:
        chunks, file_name, given = request.stream(), "", format
    kind = _checked_format(given or _TYPES.get(media_type) or PurePath(file_name).suffix.lstrip(".").lower())
    table = _checked_name(name or snake_case(PurePath(file_name).stem))
    async with spooled(chunks, uploads) as path:
        answer = await work.tables_put_file(caller.workspace_id, table, kind, str(path))
    return msgspec.convert(answer, UserTable)


@get("/tables/{name:str}", operation_id="getTable", tags=["Tables"])
async def get_table(name: FromPath[str], caller: GivenCaller, work: GivenWork) -> UserTable:
    """One table. Any scope."""
    for table in await _tables(work, caller):
        if table.name == name:
            return table
    raise NotFound(f'There is no table "{name}" in schema production.')


@post("/tables/{name:str}/refresh", operation_id="refreshTable", tags=["Tables"], guards=[admin], status_code=202)
async def refresh_table(name: FromPath[str], caller: GivenCaller, work: GivenWork) -> UserTable:
    """Copy a Postgres table again. Scope admin."""
    return msgspec.convert(await work.tables_refresh(caller.workspace_id, name), UserTable)


@delete("/tables/{name:str}", operation_id="deleteTable", tags=["Tables"], guards=[admin], status_code=200)
async def delete_table(name: FromPath[str], caller: GivenCaller, work: GivenWork) -> Deleted:
    """Remove a table and its rows. Scope admin."""
    await work.tables_remove(caller.workspace_id, name)
    return Deleted(id=name, deleted=True)


async def _put_postgres(request: JsonRequest, caller: GivenCaller, work: Work) -> UserTable:
    given = await request.body_as(PostgresTable)
    answer = await work.tables_put_postgres(
        caller.workspace_id, _checked_name(given.name), given.dsn, given.table, given.every_seconds
    )
    return msgspec.convert(answer, UserTable)


async def _tables(work: Work, caller: GivenCaller) -> list[UserTable]:
    return msgspec.convert(await work.tables_list(caller.workspace_id), list[UserTable])


def _checked_name(given: str) -> str:
    if not _NAME.fullmatch(given):
        raise InvalidInput(
            f"`name` is {given[:80]!r}; a table's name has 1 to 63 characters of a-z, 0-9 and _ and does not begin "
            "with a digit. Nothing was stored.",
            details={"field": "name"},
        )
    return given


def _checked_format(given: str) -> str:
    if given not in FORMATS:
        raise InvalidInput(
            f"`format` is {given[:40]!r}; allowed: {', '.join(FORMATS)}. Say it with ?format=, the Content-Type or "
            "the file's name. Nothing was stored.",
            details={"field": "format"},
        )
    return given


ROUTES: list[HTTPRouteHandler] = [list_tables, put_table, get_table, refresh_table, delete_table]

"""All that is held of one person, to hand out: as lines of JSON, whatever their number."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal, Protocol

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, SkipValidation
from litestar.response import Stream

from headwater.api.auth import admin
from headwater.api.given import GivenCaller
from headwater.api.ports import Shape


class ExportLine(Shape, frozen=True):
    """One line. `kind` tells what `data` is:

    `person`: what is known of them, with the time of each value. `row`: one of the warehouse, of the table
    `schema.table`. `event`: one that was sent on, with its deliveries and attempts. `parked`: one that waits to be
    released. `refused`: one of the latest that a door did not take, with the code and the sentence of its answer.
    """

    kind: Literal["person", "row", "event", "parked", "refused"]
    data: dict[str, Any]


class Exports(Protocol):
    """Those who hold something of people, together."""

    async def of_person(self, workspace_id: str, person_id: str) -> AsyncIterator[dict[str, Any]]:
        """→ ExportLines. `person_id` may be a user id too. NotFound when nobody is known by it, and nothing is held."""
        ...


GivenExports = NamedDependency[SkipValidation[Exports]]


@get(
    "/people/{person_id:str}/export",
    operation_id="exportPerson",
    tags=["People"],
    guards=[admin],
    media_type="application/x-ndjson",
    opt={"lines": "ExportLine"},
)
async def export_person(person_id: FromPath[str], caller: GivenCaller, exports: GivenExports) -> Stream:
    """Everything that is held of a person, in every store, a line of JSON each. Scope admin.

    `personId` is the person's id, or a user id. Events of an anonymous id that others used too are not among them. Of
    what doors refused, the latest that name the person are, as long as the debugger remembers them.
    """
    lines = await exports.of_person(caller.workspace_id, person_id)
    headers = {"Content-Disposition": 'attachment; filename="person.ndjson"'}
    return Stream(_encoded(lines), media_type="application/x-ndjson", headers=headers)


async def _encoded(lines: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    async for line in lines:
        yield msgspec.json.encode(line) + b"\n"


ROUTES: list[HTTPRouteHandler] = [export_person]

"""What all processes hold of one person, put together. Satisfies `api.person_export.Exports`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from headwater.app.processes import PIPELINE, PROFILES, SEND, WAREHOUSE
from headwater.app.rpc import LONG_S, RpcClient
from headwater.base.errors import NotFound

PART: Final = 500
PERSON_PREFIX: Final = "per_"

Line = dict[str, Any]


class RemoteExports:
    """`clients` by the process's name."""

    def __init__(self, clients: Mapping[str, RpcClient]) -> None:
        self._pipeline = clients[PIPELINE.name]
        self._profiles = clients[PROFILES.name]
        self._warehouse = clients[WAREHOUSE.name]
        self._send = clients[SEND.name]

    async def of_person(self, workspace_id: str, person_id: str) -> AsyncIterator[Line]:
        person = await self._person(workspace_id, person_id)
        users = [person_id] if person is None else person["userIds"]
        asked: dict[str, Any] = {"workspace_id": workspace_id, "user_ids": users}
        devices = await self._warehouse.call("devices_of", LONG_S, **asked)
        mine = {*devices["anonymousIds"], *(person or {}).get("anonymousIds", ())} - set(devices["shared"])
        asked["anonymous_ids"] = sorted(mine)
        first = await self._warehouse.call("person_tables", LONG_S, **asked)
        refused = await self._pipeline.call("person_refused", LONG_S, **asked)
        if person is None and not first and not refused:
            raise NotFound(f'Nobody is known as "{person_id[:60]}", and nothing is held of them.')
        return self._lines(person, first, refused, asked)

    async def _person(self, workspace_id: str, given: str) -> Line | None:
        id = given
        if not given.startswith(PERSON_PREFIX):
            found = await self._profiles.call("person_of", workspace_id=workspace_id, user_id=given)
            if found is None:
                return None
            id = found["id"]
        return await self._profiles.call("person_export", workspace_id=workspace_id, id=id)

    async def _lines(
        self, person: Line | None, tables: list[list[str]], refused: list[Line], asked: dict[str, Any]
    ) -> AsyncIterator[Line]:
        if person is not None:
            yield {"kind": "person", "data": person}
        for schema, table in tables:
            offset = 0
            while True:
                where: dict[str, Any] = {"schema": schema, "table": table, "limit": PART, "offset": offset}
                rows = await self._warehouse.call("person_rows", LONG_S, **asked, **where)
                for row in rows:
                    yield {"kind": "row", "data": {"schema": schema, "table": table, "row": row}}
                offset += len(rows)
                if len(rows) < PART:
                    break
        for event in await self._send.call("person_sent", LONG_S, **asked):
            yield {"kind": "event", "data": event}
        for event in await self._pipeline.call("person_parked", LONG_S, **asked):
            yield {"kind": "parked", "data": event}
        for item in refused:
            yield {"kind": "refused", "data": item}

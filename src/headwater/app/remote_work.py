"""The management API's view of the working process and the door, over their sockets. Satisfies `api.ports.Work`."""

from __future__ import annotations

from typing import Any

from headwater.app.rpc import RpcClient
from headwater.base.errors import Transient

LONG_S = 3600.0
QUERY_SLACK_S = 20.0
"""What a query may take beside its own time: its turn (`warehouse.query.WAIT_S`), its end, the way here."""


class RemoteWork:
    def __init__(self, *, work: RpcClient, door: RpcClient, query_timeout_s: float) -> None:
        self._work = work
        self._door = door
        self._query_timeout_s = query_timeout_s

    async def sql(self, workspace_id: str, query: str, limit: int) -> Any:
        timeout_s = self._query_timeout_s + QUERY_SLACK_S
        return await self._work.call("sql", timeout_s, workspace_id=workspace_id, query=query, limit=limit)

    async def source_events(self, source_id: str, limit: int, after_seq: int, wait_s: float) -> Any:
        return await self._work.call(
            "source_events", source_id=source_id, limit=limit, after_seq=after_seq, wait_s=wait_s
        )

    async def event(self, workspace_id: str, message_id: str) -> Any:
        return await self._work.call("event", workspace_id=workspace_id, message_id=message_id)

    async def accounting(self, workspace_id: str) -> Any:
        """The door's count is asked for first: whatever it counted, the rest may only have seen more since."""
        accepted = await self._door.call("accepted")
        return await self._work.call("accounting", workspace_id=workspace_id, accepted=accepted)

    async def ensure_source(self, source_id: str) -> None:
        await self._work.call("ensure_source", source_id=source_id)

    async def drop_schema(self, workspace_id: str, schema: str) -> None:
        await self._work.call("drop_schema", workspace_id=workspace_id, schema=schema)

    async def tables_list(self, workspace_id: str) -> Any:
        return await self._work.call("tables_list", workspace_id=workspace_id)

    async def tables_put_file(self, workspace_id: str, name: str, format: str, path: str) -> Any:
        return await self._work.call(
            "tables_put_file", LONG_S, workspace_id=workspace_id, name=name, format=format, path=path
        )

    async def tables_put_postgres(self, workspace_id: str, name: str, dsn: str, table: str, every_s: int | None) -> Any:
        return await self._work.call(
            "tables_put_postgres",
            LONG_S,
            workspace_id=workspace_id,
            name=name,
            dsn=dsn,
            table=table,
            every_s=every_s,
        )

    async def tables_refresh(self, workspace_id: str, name: str) -> Any:
        return await self._work.call("tables_refresh", LONG_S, workspace_id=workspace_id, name=name)

    async def tables_remove(self, workspace_id: str, name: str) -> None:
        await self._work.call("tables_remove", workspace_id=workspace_id, name=name)

    async def warehouses(self, workspace_id: str) -> Any:
        return await self._work.call("warehouses", workspace_id=workspace_id)

    async def parked(self, workspace_id: str, limit: int, offset: int) -> Any:
        return await self._work.call("parked", workspace_id=workspace_id, limit=limit, offset=offset)

    async def release(self, workspace_id: str, ids: list[str] | None) -> Any:
        return await self._work.call("release", LONG_S, workspace_id=workspace_id, ids=ids)

    async def replay(
        self, workspace_id: str, reader: str, start: str | None, end: str | None, connection_id: str | None
    ) -> Any:
        return await self._work.call(
            "replay", workspace_id=workspace_id, reader=reader, start=start, end=end, connection_id=connection_id
        )

    async def replay_status(self, workspace_id: str, replay_id: str) -> Any:
        return await self._work.call("replay_status", workspace_id=workspace_id, replay_id=replay_id)

    async def replays(self, workspace_id: str) -> Any:
        return await self._work.call("replays", workspace_id=workspace_id)

    async def last_event_at(self, source_ids: list[str]) -> dict[str, str | None]:
        """Lists of sources do not fail because the working process is being started again."""
        try:
            return await self._work.call("last_event_at", 5.0, source_ids=source_ids)
        except Transient:
            return {}

    async def backup(self, dir: str) -> Any:
        return await self._work.call("backup", LONG_S, dir=dir)

    async def export(self, workspace_id: str, dir: str) -> Any:
        return await self._work.call("export", LONG_S, workspace_id=workspace_id, dir=dir)

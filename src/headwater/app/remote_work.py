"""The management API's view of the other processes, over their sockets. Satisfies `api.ports.Work`.

Each call goes to the process that owns what it is about; what several know a part of is put together here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from headwater.app import person_events
from headwater.app.processes import COLLECT, PIPELINE, READERS, WAREHOUSE
from headwater.app.rpc import LONG_S, RpcClient
from headwater.base.errors import NotFound, Transient
from headwater.base.outcome import Fate

QUERY_SLACK_S = 20.0
"""What a query may take beside its own time: its turn (`warehouse.query.WAIT_S`), its end, the way here."""


class RemoteWork:
    """`clients` by the process's name."""

    def __init__(self, clients: Mapping[str, RpcClient], *, query_timeout_s: float) -> None:
        self._door = clients[COLLECT.name]
        self._pipeline = clients[PIPELINE.name]
        self._warehouse = clients[WAREHOUSE.name]
        self._readers = {name: clients[name] for name in READERS}
        self._query_timeout_s = query_timeout_s

    async def sql(self, workspace_id: str, query: str, limit: int | None) -> Any:
        timeout_s = self._query_timeout_s + QUERY_SLACK_S
        return await self._warehouse.call("sql", timeout_s, workspace_id=workspace_id, query=query, limit=limit)

    async def source_events(self, source_id: str, limit: int, after_seq: int, wait_s: float) -> Any:
        return await self._pipeline.call(
            "source_events", source_id=source_id, limit=limit, after_seq=after_seq, wait_s=wait_s
        )

    async def event(self, workspace_id: str, message_id: str) -> Any:
        asked: dict[str, Any] = {"workspace_id": workspace_id, "message_id": message_id}
        told, *readers = await asyncio.gather(
            self._pipeline.call("event", **asked),
            *(client.call("reader_event", **asked) for client in self._readers.values()),
        )
        return trail(message_id, told, dict(zip(self._readers, readers, strict=True)))

    async def person_events(
        self, workspace_id: str, user_ids: list[str], anonymous_ids: list[str], *, limit: int, offset: int
    ) -> Any:
        """The pipeline is asked first: what it remembers and has no row yet is on its way to one."""
        asked: dict[str, Any] = {"workspace_id": workspace_id, "user_ids": user_ids, "anonymous_ids": anonymous_ids}
        arrivals = await self._pipeline.call("person_events", **asked, limit=person_events.REMEMBERED)
        rows = await self._warehouse.call(
            "person_events", **asked, limit=offset + limit, offset=0, besides=person_events.besides(arrivals)
        )
        return person_events.joined(rows, arrivals, limit=limit, offset=offset)

    async def content_numbers(self, workspace_id: str, asked: dict[str, Any]) -> Any:
        return await self._warehouse.call("content_numbers", workspace_id=workspace_id, asked=asked)

    async def content_viewers(
        self, workspace_id: str, asked: dict[str, Any], words: str | None, limit: int, offset: int
    ) -> Any:
        return await self._warehouse.call(
            "content_viewers", workspace_id=workspace_id, asked=asked, words=words, limit=limit, offset=offset
        )

    async def identity_report(self, workspace_id: str) -> Any:
        return await self._door.call("identity_report", workspace_id=workspace_id)

    async def reset_identity_report(self, workspace_id: str) -> None:
        await self._door.call("reset_identity_report", workspace_id=workspace_id)

    async def accounting(self, workspace_id: str) -> Any:
        """The door's count is asked for first: whatever it counted, the rest may only have seen more since. And no
        reader can have done more than the pipeline, asked last, says there was."""
        accepted = await self._door.call("accepted")
        answers = await asyncio.gather(
            *(client.call("reader_account", workspace_id=workspace_id) for client in self._readers.values())
        )
        sources = await self._pipeline.call("accounting", workspace_id=workspace_id, accepted=accepted)
        clean = sum(source["clean"] for source in sources)
        accounts = zip(self._readers, answers, strict=True)
        return {"sources": sources, "readers": [reader_account(name, clean, answer) for name, answer in accounts]}

    async def ensure_source(self, source_id: str) -> None:
        await self._warehouse.call("ensure_source", source_id=source_id)

    async def drop_schema(self, workspace_id: str, schema: str) -> None:
        await self._warehouse.call("drop_schema", workspace_id=workspace_id, schema=schema)

    async def remove_warehouse(self, workspace_id: str) -> None:
        await self._warehouse.call("remove_warehouse", workspace_id=workspace_id)

    async def tables_list(self, workspace_id: str) -> Any:
        return await self._warehouse.call("tables_list", workspace_id=workspace_id)

    async def tables_put_file(self, workspace_id: str, name: str, format: str, path: str) -> Any:
        return await self._warehouse.call(
            "tables_put_file", LONG_S, workspace_id=workspace_id, name=name, format=format, path=path
        )

    async def tables_put_postgres(self, workspace_id: str, name: str, dsn: str, table: str, every_s: int | None) -> Any:
        return await self._warehouse.call(
            "tables_put_postgres",
            LONG_S,
            workspace_id=workspace_id,
            name=name,
            dsn=dsn,
            table=table,
            every_s=every_s,
        )

    async def tables_refresh(self, workspace_id: str, name: str) -> Any:
        return await self._warehouse.call("tables_refresh", LONG_S, workspace_id=workspace_id, name=name)

    async def tables_remove(self, workspace_id: str, name: str) -> None:
        await self._warehouse.call("tables_remove", workspace_id=workspace_id, name=name)

    async def warehouses(self, workspace_id: str) -> Any:
        return await self._warehouse.call("warehouses", workspace_id=workspace_id)

    async def parked(self, workspace_id: str, limit: int, offset: int, unowned: bool) -> Any:
        return await self._pipeline.call(
            "parked", workspace_id=workspace_id, limit=limit, offset=offset, unowned=unowned
        )

    async def release(self, workspace_id: str, ids: list[str] | None, unowned: bool) -> Any:
        return await self._pipeline.call("release", LONG_S, workspace_id=workspace_id, ids=ids, unowned=unowned)

    async def replay(
        self, workspace_id: str, reader: str, start: str | None, end: str | None, connection_id: str | None
    ) -> Any:
        return await self._pipeline.call(
            "replay", workspace_id=workspace_id, reader=reader, start=start, end=end, connection_id=connection_id
        )

    async def replay_status(self, workspace_id: str, replay_id: str) -> Any:
        return await self._pipeline.call("replay_status", workspace_id=workspace_id, replay_id=replay_id)

    async def replays(self, workspace_id: str) -> Any:
        return await self._pipeline.call("replays", workspace_id=workspace_id)

    async def last_event_at(self, source_ids: list[str]) -> dict[str, str | None]:
        """Lists of sources do not fail because the pipeline is being started again."""
        try:
            return await self._pipeline.call("last_event_at", 5.0, source_ids=source_ids)
        except Transient:
            return {}

    async def backup(self, dir: str) -> Any:
        return await self._pipeline.call("backup", LONG_S, dir=dir)

    async def export(self, workspace_id: str, dir: str) -> Any:
        return await self._warehouse.call("export", LONG_S, workspace_id=workspace_id, dir=dir)


_ROWS_DROPPED: Final = {
    "reader": WAREHOUSE.name,
    "status": "skipped",
    "detail": {"reason": "schema_dropped", "note": "Its source was deleted with its rows, so it has none."},
}


def trail(message_id: str, told: dict[str, Any], readers: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """What the pipeline and each reader say of an event, as one; NotFound when none of them knows it."""
    clean = told["clean"] or next((answer["event"] for answer in readers.values() if answer["event"]), None)
    if clean is None and not told["fates"]:
        raise NotFound(
            f"no event with the messageId {message_id!r} is known here. It was refused (then the client was"
            " told why), went to another workspace, or never arrived; or its person is suppressed (then it was counted"
            f" and nothing else kept) or was erased.{_maybe_lost(told)}"
        )
    fates = [clean | {"fate": Fate.CLEAN.value, "reason": None, "note": None}] if clean else []
    standings = [
        {"reader": name, "status": answer["status"], "detail": answer["detail"]} for name, answer in readers.items()
    ]
    if told.get("rowsDropped"):
        standings = [_ROWS_DROPPED if each["reader"] == WAREHOUSE.name else each for each in standings]
    return {
        "messageId": message_id,
        "fates": fates + told["fates"],
        "readers": standings if clean else [],
        "payload": told["payload"],
    }


def _maybe_lost(told: Mapping[str, Any]) -> str:
    count = told.get("damagedStretches", 0)
    if not count:
        return ""
    stretches = "a stretch" if count == 1 else f"{count:,} stretches"
    return (
        f" Or it was acknowledged and is lost: the disk has spoiled {stretches} of the journal, and which events"
        " lay there is not known. Sending it again is safe: a messageId counts once."
    )


def reader_account(name: str, clean: int, answer: dict[str, int]) -> dict[str, Any]:
    pending = max(0, clean - answer["done"] - answer["dead"] - answer["skipped"])
    return {"reader": name, "clean": clean, "pending": pending} | answer

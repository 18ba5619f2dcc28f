"""A worker and a sender in the test's own process: they keep what they are told in lists, and can be away.

The real ones run in processes of their own and are tested through `headwater serve`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from headwater.base.errors import HeadwaterError, NotFound, Transient
from headwater.control.store import Store


class Nearby:
    """`fails` is raised by the next call; `away` makes every call fail as a dead process does."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.away = False
        self.fails: HeadwaterError | None = None
        self.calls: list[tuple[Any, ...]] = []
        self.schemas: dict[str, str] = {}
        self.seen: dict[str, list[dict[str, Any]]] = {}
        self.trails: dict[tuple[str, str], dict[str, Any]] = {}
        self.books: dict[str, Any] = {"sources": [], "readers": []}
        self.tables: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.last: dict[str, str | None] = {}
        self.lived: list[dict[str, Any]] = []
        self.numbers: dict[str, Any] = {}
        self.viewers: dict[str, Any] = {"data": [], "total": 0}
        self.identities: dict[str, Any] = {"doors": [], "newest": []}
        self.parked_events: list[dict[str, Any]] = []
        self.rows: dict[str, Any] = {"columns": [], "rows": [], "truncated": False}

    def _noted(self, *call: Any) -> None:
        self.calls.append(call)
        if self.away:
            raise Transient("the working process is not there; it is started again by itself. Try again in a moment.")
        if self.fails is not None:
            error, self.fails = self.fails, None
            raise error

    async def sql(self, workspace_id: str, query: str, limit: int | None) -> Any:
        self._noted("sql", workspace_id, query, limit)
        return self.rows

    async def source_events(self, source_id: str, limit: int, after_seq: int, wait_s: float) -> Any:
        self._noted("source_events", source_id, limit, after_seq, wait_s)
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            found = [event for event in self.seen.get(source_id, []) if event["seq"] > after_seq]
            if found or asyncio.get_running_loop().time() >= deadline:
                return sorted(found, key=lambda event: -event["seq"])[:limit]
            await asyncio.sleep(0.01)

    async def event(self, workspace_id: str, message_id: str) -> Any:
        self._noted("event", workspace_id, message_id)
        if (workspace_id, message_id) not in self.trails:
            raise NotFound(f"no event with the messageId {message_id!r} is known here.")
        return self.trails[workspace_id, message_id]

    async def person_events(
        self, workspace_id: str, user_ids: list[str], anonymous_ids: list[str], *, limit: int, offset: int
    ) -> Any:
        self._noted("person_events", workspace_id, user_ids, anonymous_ids, limit, offset)
        found = [each for each in self.lived if each["userId"] in user_ids or each["anonymousId"] in anonymous_ids]
        return {"data": found[offset : offset + limit], "total": len(found)}

    async def content_numbers(self, workspace_id: str, asked: dict[str, Any]) -> Any:
        self._noted("content_numbers", workspace_id, asked)
        return self.numbers

    async def content_viewers(
        self, workspace_id: str, asked: dict[str, Any], words: str | None, limit: int, offset: int
    ) -> Any:
        self._noted("content_viewers", workspace_id, asked, words, limit, offset)
        return self.viewers

    async def identity_report(self, workspace_id: str) -> Any:
        self._noted("identity_report", workspace_id)
        return self.identities

    async def reset_identity_report(self, workspace_id: str) -> None:
        self._noted("reset_identity_report", workspace_id)

    async def accounting(self, workspace_id: str) -> Any:
        self._noted("accounting", workspace_id)
        return self.books

    async def ensure_source(self, source_id: str) -> None:
        self._noted("ensure_source", source_id)
        found = [s for w in self.store.workspaces() for s in self.store.sources(w.id) if s.id == source_id]
        self.schemas[source_id] = found[0].schema

    async def drop_schema(self, workspace_id: str, schema: str) -> None:
        self._noted("drop_schema", workspace_id, schema)

    async def remove_warehouse(self, workspace_id: str) -> None:
        self._noted("remove_warehouse", workspace_id)

    async def tables_list(self, workspace_id: str) -> Any:
        self._noted("tables_list", workspace_id)
        return [self.tables[name] for name in sorted(self.tables)]

    async def tables_put_file(self, workspace_id: str, name: str, format: str, path: str) -> Any:
        self._noted("tables_put_file", workspace_id, name, format)
        self.files[name] = await asyncio.to_thread(Path(path).read_bytes)
        self.tables[name] = _table(name, format)
        return self.tables[name]

    async def tables_put_postgres(self, workspace_id: str, name: str, dsn: str, table: str, every_s: int | None) -> Any:
        self._noted("tables_put_postgres", workspace_id, name, dsn, table, every_s)
        self.tables[name] = {**_table(name, "postgres"), "everySeconds": every_s}
        return self.tables[name]

    async def tables_refresh(self, workspace_id: str, name: str) -> Any:
        self._noted("tables_refresh", workspace_id, name)
        if name not in self.tables:
            raise NotFound(f"there is no table {name}")
        return self.tables[name]

    async def tables_remove(self, workspace_id: str, name: str) -> None:
        self._noted("tables_remove", workspace_id, name)
        if self.tables.pop(name, None) is None:
            raise NotFound(f"there is no table {name}")

    async def warehouses(self, workspace_id: str) -> Any:
        self._noted("warehouses", workspace_id)
        ids = [source.id for source in self.store.sources(workspace_id)]
        warehouse = {"id": "builtin", "kind": "duckdb", "sourceIds": ids, "enabled": True}
        return [{**warehouse, "lastLoadAt": None, "lagSeconds": 0}]

    async def parked(self, workspace_id: str, limit: int, offset: int, unowned: bool) -> Any:
        self._noted("parked", workspace_id, limit, offset, unowned)
        return {"data": self.parked_events[offset : offset + limit], "total": len(self.parked_events)}

    async def release(self, workspace_id: str, ids: list[str] | None, unowned: bool) -> Any:
        self._noted("release", workspace_id, ids, unowned)
        return _replay("pipeline")

    async def replay(
        self, workspace_id: str, reader: str, start: str | None, end: str | None, connection_id: str | None
    ) -> Any:
        self._noted("replay", workspace_id, reader, start, end, connection_id)
        return _replay(reader)

    async def replay_status(self, workspace_id: str, replay_id: str) -> Any:
        self._noted("replay_status", workspace_id, replay_id)
        if replay_id != "rep_1":
            raise NotFound(f"there is no replay {replay_id!r}")
        return _replay("warehouse")

    async def replays(self, workspace_id: str) -> Any:
        self._noted("replays", workspace_id)
        return [_replay("warehouse")]

    async def last_event_at(self, source_ids: list[str]) -> dict[str, str | None]:
        self._noted("last_event_at", *source_ids)
        return self.last

    async def backup(self, dir: str) -> Any:
        self._noted("backup", dir)
        return {"dir": dir, "files": 3, "sizeBytes": 1024}

    async def export(self, workspace_id: str, dir: str) -> Any:
        self._noted("export", workspace_id, dir)
        return {"dir": dir, "tables": [{"schema": "s", "table": "t", "file": "s/t.parquet", "rows": 2}]}


class NearbyProfiles:
    """`everyone` are the people there are, `states` what is counted; `away` makes every call fail."""

    def __init__(self) -> None:
        self.away = False
        self.calls: list[tuple[Any, ...]] = []
        self.everyone: list[dict[str, Any]] = []
        self.states: dict[str, dict[str, Any]] = {}
        self.explained: dict[str, Any] = {}

    def _noted(self, *call: Any) -> None:
        self.calls.append(call)
        if self.away:
            raise Transient("the profiles process is not there; it is started again by itself. Try again in a moment.")

    async def people(
        self,
        workspace_id: str,
        user_id: str | None,
        email: str | None,
        traits: dict[str, str],
        segment_id: str | None,
        query: str | None,
        limit: int,
        offset: int,
    ) -> Any:
        self._noted("people", workspace_id, user_id, email, traits, segment_id, query, limit, offset)
        found = [each for each in self.everyone if user_id in (None, *each["userIds"])]
        return {"data": found[offset : offset + limit], "total": len(found)}

    async def person(self, workspace_id: str, person_id: str) -> Any:
        self._noted("person", workspace_id, person_id)
        return next((each for each in self.everyone if each["id"] == person_id), None)

    async def person_of(
        self,
        workspace_id: str,
        user_id: str | None,
        anonymous_id: str | None,
        traits: list[str] | None = None,
        group_traits: list[str] | None = None,
    ) -> Any:
        self._noted("person_of", workspace_id, user_id, anonymous_id, *filter(None, (traits, group_traits)))
        for each in self.everyone:
            if user_id in each["userIds"] or (user_id is None and anonymous_id in each["anonymousIds"]):
                told = {"id": each["id"], "segments": each["segments"], "known": bool(each["userIds"])}
                of = {"traits": (each["traits"], traits), "groupTraits": (each.get("groupTraits", {}), group_traits)}
                return told | {
                    key: {name: has[name] for name in names if name in has} for key, (has, names) in of.items() if names
                }
        return None

    async def explain(self, workspace_id: str, person_id: str, segment_id: str) -> Any:
        self._noted("explain", workspace_id, person_id, segment_id)
        return self.explained

    async def segment_states(self, workspace_id: str) -> Any:
        self._noted("segment_states", workspace_id)
        return self.states

    async def preview(self, workspace_id: str, rule: dict[str, Any]) -> Any:
        self._noted("preview", workspace_id, rule)
        return {"count": len(self.everyone), "sample": self.everyone[:2]}


class NearbySending:
    """`log` holds the attempts by connection; `away` makes every call fail as a dead process does."""

    def __init__(self) -> None:
        self.away = False
        self.fails: HeadwaterError | None = None
        self.calls: list[tuple[Any, ...]] = []
        self.log: dict[str, list[dict[str, Any]]] = {}
        self.states: dict[str, dict[str, Any]] = {}
        self.figures: dict[str, Any] = {
            "delivered": 0, "notDelivered": 0, "pending": 0, "p95LatencyMs": None, "errors": [], "series": [],
        }  # fmt: skip
        self.received: list[dict[str, Any]] = []

    def _noted(self, *call: Any) -> None:
        self.calls.append(call)
        if self.away:
            raise Transient("the sending process is not there; it is started again by itself. Try again in a moment.")
        if self.fails is not None:
            error, self.fails = self.fails, None
            raise error

    async def attempts(
        self, workspace_id: str, connection_id: str, status: str | None, query: str | None, limit: int, offset: int
    ) -> Any:
        self._noted("attempts", workspace_id, connection_id, status, query, limit, offset)
        found = [each for each in self.log.get(connection_id, []) if status in (None, each["status"])]
        return {"data": found[offset : offset + limit], "total": len(found)}

    async def attempt(self, workspace_id: str, connection_id: str, attempt_id: str) -> Any:
        self._noted("attempt", workspace_id, connection_id, attempt_id)
        return self._attempt(connection_id, attempt_id)

    async def resend(self, workspace_id: str, connection_id: str, attempt_id: str) -> Any:
        self._noted("resend", workspace_id, connection_id, attempt_id)
        self._attempt(connection_id, attempt_id)
        return {"attemptId": "att_2"}

    async def recover(self, workspace_id: str, connection_id: str, since: str) -> Any:
        self._noted("recover", workspace_id, connection_id, since)
        return _replay("send")

    async def replay_send(
        self, workspace_id: str, start: str | None, end: str | None, connection_id: str | None
    ) -> Any:
        self._noted("replay_send", workspace_id, start, end, connection_id)
        return _replay("send")

    async def send_replay_status(self, workspace_id: str, id: str) -> Any:
        self._noted("send_replay_status", workspace_id, id)
        if id != "rep_send":
            raise NotFound(f"there is no replay {id!r}")
        return _replay("send") | {"id": id}

    async def send_replays(self, workspace_id: str) -> Any:
        self._noted("send_replays", workspace_id)
        return [_replay("send") | {"id": "rep_send"}]

    async def test(self, workspace_id: str, connection_id: str, event: dict[str, Any] | None) -> Any:
        self._noted("test", workspace_id, connection_id, event)
        made = attempt("att_test", trigger="manual", status="blocked")
        self.log.setdefault(connection_id, []).insert(0, made)
        return made

    async def try_event(self, workspace_id: str, connection_id: str, event: dict[str, Any]) -> Any:
        self._noted("try_event", workspace_id, connection_id, event)
        request = {"method": "POST", "url": "https://a.example", "headers": {}, "body": "{}"}
        return {"request": request, "answer": {"status": 200, "headers": {}, "body": "ok"}}

    async def preview(
        self,
        workspace_id: str,
        connection_id: str | None,
        draft: dict[str, Any] | None,
        message_id: str | None,
        event: dict[str, Any] | None,
    ) -> Any:
        self._noted("preview", workspace_id, connection_id, draft, message_id, event)
        return {"requests": [], "mapped": {"email": "ann@example.com"}}

    async def delivery(self, workspace_id: str, connection_id: str | None, start: str | None, end: str | None) -> Any:
        self._noted("delivery", workspace_id, connection_id, start, end)
        return self.figures

    async def connection_states(self, workspace_id: str) -> dict[str, Any]:
        self._noted("connection_states", workspace_id)
        return self.states

    async def forget_connection(self, workspace_id: str, connection_id: str) -> None:
        self._noted("forget_connection", workspace_id, connection_id)

    async def inbox(self, workspace_id: str, limit: int, offset: int) -> Any:
        self._noted("inbox", workspace_id, limit, offset)
        return {"data": self.received[offset : offset + limit], "total": len(self.received)}

    def _attempt(self, connection_id: str, attempt_id: str) -> dict[str, Any]:
        for each in self.log.get(connection_id, []):
            if each["id"] == attempt_id:
                return each
        raise NotFound(f"there is no attempt {attempt_id!r} of this connection")


def attempt(attempt_id: str, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": attempt_id,
        "eventId": "8a1b6a52-0000-5000-8000-000000000001",
        "messageId": "m-1",
        "url": "https://a.example/in",
        "attempt": 1,
        "trigger": "scheduled",
        "status": "failed",
        "responseStatus": 500,
        "responseBody": "no",
        "at": "2026-01-01T00:00:00.000Z",
    }
    return {**made, **changes}


def person(person_id: str, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": person_id,
        "userIds": [f"user-of-{person_id}"],
        "anonymousIds": [],
        "traits": {"plan": "pro"},
        "groups": [{"id": "acme", "traits": {"name": "ACME"}}],
        "segments": ["Everyone"],
        "firstSeenAt": "2026-01-01T00:00:00.000Z",
        "lastSeenAt": "2026-01-02T00:00:00.000Z",
    }
    return {**made, **changes}


def seen_event(seq: int, **changes: Any) -> dict[str, Any]:
    event: dict[str, Any] = {
        "seq": seq,
        "messageId": f"m-{seq}",
        "type": "track",
        "name": "Ordered",
        "receivedAt": "2026-01-01T00:00:00.000Z",
        "fate": "clean",
        "reason": None,
        "note": None,
        "violations": [],
        "payload": {"event": "Ordered"},
    }
    return {**event, **changes}


def _table(name: str, kind: str) -> dict[str, Any]:
    columns = [{"name": "id", "type": "BIGINT"}]
    table: dict[str, Any] = {"name": name, "schema": "production", "kind": kind, "columns": columns, "rows": 1}
    return {**table, "refreshedAt": "2026-01-01T00:00:00.000Z", "everySeconds": None, "error": None}


def _replay(reader: str) -> dict[str, Any]:
    return {"id": "rep_1", "reader": reader, "status": "RUNNING", "events": 0, "error": None}

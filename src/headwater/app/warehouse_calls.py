"""What the warehouse's process answers: queries, tables, copies, and where its reader stands.

Every public method is a call that another process may make (see `rpc`); arguments and answers are plain values.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from headwater.app.backup import copy_warehouses, make_empty, refuse_inside
from headwater.app.home import Home
from headwater.app.settings import Settings
from headwater.app.warehouses import Warehouses
from headwater.base.clock import Clock
from headwater.base.subject import Subject
from headwater.control.directory import Directory
from headwater.warehouse.report import Found, Parked
from headwater.warehouse.run import Loading

if TYPE_CHECKING:  # what needs the engine is imported with the first call that does
    from headwater.warehouse.intake import FileKind


class WarehouseCalls:
    def __init__(
        self,
        *,
        home: Home,
        settings: Settings,
        directory: Directory,
        warehouses: Warehouses,
        loading: Loading,
        clock: Clock,
        full_tables: int = 0,
    ) -> None:
        """`full_tables`: as of the start, for as long as no warehouse is open."""
        self._home = home
        self._settings = settings
        self._directory = directory
        self._warehouses = warehouses
        self._loading = loading
        self._clock = clock
        self._full_tables = full_tables

    def ping(self) -> bool:
        return True

    def figures(self) -> dict[str, Any]:
        warehouses = self._warehouses.all().values()
        return {
            "warehouseLagBytes": self._loading.lag_bytes(),
            "valuesUnfit": self._loading.unfit,
            "fullTables": sum(each.full_tables() for each in warehouses) if warehouses else self._full_tables,
            "logsUnread": sum(warehouse.engine.unread_logs for warehouse in warehouses),
        }

    # Sources and their tables

    def ensure_source(self, source_id: str) -> None:
        self._warehouses.ensure_source(source_id)

    def drop_schema(self, workspace_id: str, schema: str) -> None:
        owners = [*self._directory.sources(), *self._directory.deleted_sources()]
        mine = [each.source_id for each in owners if (each.workspace_id, each.schema) == (workspace_id, schema)]
        self._warehouses.of(workspace_id).drop_schema(schema, source_ids=mine)

    def remove_warehouse(self, workspace_id: str) -> None:
        self._warehouses.remove(workspace_id)

    # As a reader of the clean journal

    def reader_account(self, workspace_id: str) -> dict[str, int]:
        counts = self._warehouses.of(workspace_id).counts()
        return {"done": counts.done, "dead": counts.dead, "skipped": counts.skipped}

    def reader_event(self, workspace_id: str, message_id: str) -> dict[str, Any]:
        """Where it stands with an event; `event` is what it knows of it, None when it never saw it."""
        warehouse = self._warehouses.of(workspace_id)
        found, dead = warehouse.find(message_id), warehouse.dead(message_id)
        return _standing(found, dead) | {"event": self._seen(workspace_id, found, dead)}

    def erase(self, workspace_id: str, user_ids: list[str], anonymous_ids: list[str]) -> dict[str, int]:
        """Takes people out of the workspace's file, which is written anew."""
        subject = _subject(workspace_id, user_ids, anonymous_ids)
        return {"rowsDeleted": self._warehouses.of(workspace_id).erase(subject)}

    def devices_of(self, workspace_id: str, user_ids: list[str]) -> dict[str, list[str]]:
        """The anonymous ids that these users came with; `shared` are those that others came with too."""
        mine, shared = self._warehouses.of(workspace_id).devices_of(user_ids)
        return {"anonymousIds": sorted(mine), "shared": sorted(shared)}

    def groups_of(self, workspace_id: str, user_ids: list[str], anonymous_ids: list[str]) -> dict[str, list[int]]:
        """The groups that people said something of, each with when (ms since 1970-01-01 UTC)."""
        found = self._warehouses.of(workspace_id).groups_of(_subject(workspace_id, user_ids, anonymous_ids))
        return {group_id: sorted({round(moment / 1000) for moment in moments}) for group_id, moments in found.items()}

    def person_tables(self, workspace_id: str, user_ids: list[str], anonymous_ids: list[str]) -> list[tuple[str, str]]:
        """The tables that hold anything of a person."""
        return self._warehouses.of(workspace_id).tables_of(_subject(workspace_id, user_ids, anonymous_ids))

    def person_rows(
        self,
        workspace_id: str,
        user_ids: list[str],
        anonymous_ids: list[str],
        schema: str,
        table: str,
        limit: int,
        offset: int,
    ) -> list[dict[str, Any]]:
        """A person's rows of one of those, oldest first."""
        subject = _subject(workspace_id, user_ids, anonymous_ids)
        return self._warehouses.of(workspace_id).rows_of(subject, schema, table, limit=limit, offset=offset)

    def reader_copy(self, dir: str) -> None:
        """Copies of the files, as of now, into a data directory that is being made."""
        self._warehouses.open_all()
        copy_warehouses(self._home, Path(dir), self._warehouses)

    # Queries and copies

    def sql(self, workspace_id: str, query: str, limit: int | None = None) -> dict[str, Any]:
        result = self._warehouses.queries(workspace_id).run(
            query,
            limit=limit if limit is not None else self._settings.query_rows,
        )
        return msgspec.to_builtins(result)

    def person_events(
        self,
        workspace_id: str,
        user_ids: list[str],
        anonymous_ids: list[str],
        limit: int,
        offset: int,
        besides: list[str],
    ) -> dict[str, Any]:
        """The rows of a person's events, newest first; `loaded` are those of the messages `besides` that have one."""
        from headwater.warehouse.timeline import timeline

        engine = self._warehouses.of(workspace_id).engine
        found = timeline(engine, user_ids, anonymous_ids, limit=limit, offset=offset, besides=besides)
        sources = {each.schema: self._source_of(workspace_id, each.schema) for each in found.events}
        rows = [{"sourceId": sources[each.schema], **msgspec.to_builtins(each)} for each in found.events]
        return {"data": rows, "total": found.total, "loaded": sorted(found.loaded)}

    def past_events(
        self,
        workspace_id: str,
        event: str,
        since_ms: int,
        properties: list[str],
        after: list[Any] | None,
        limit: int,
    ) -> dict[str, Any]:
        """A page of the events of one name, of sources that feed profiles; `next` is to be given as `after`."""
        from headwater.warehouse.past import Place, past

        sources = [each for each in self._directory.sources() if each.workspace_id == workspace_id]
        page = past(
            self._warehouses.of(workspace_id).engine,
            [each.schema for each in sources if each.feeds_profiles],
            event,
            since_ms=since_ms,
            properties=properties,
            after=msgspec.convert(after, Place) if after is not None else Place(),
            limit=limit,
        )
        return {"rows": page.rows, "next": page.next}

    def content_numbers(self, workspace_id: str, asked: dict[str, Any]) -> dict[str, Any]:
        """What a content brought about; `asked` is an Asked."""
        from headwater.warehouse.content_numbers import numbers
        from headwater.warehouse.content_people import Asked

        engine = self._warehouses.of(workspace_id).engine
        return msgspec.to_builtins(numbers(engine, msgspec.convert(asked, Asked)))

    def content_viewers(
        self, workspace_id: str, asked: dict[str, Any], words: str | None, limit: int, offset: int
    ) -> dict[str, Any]:
        """Who saw a content, the latest first."""
        from headwater.warehouse.content_numbers import viewers
        from headwater.warehouse.content_people import Asked

        engine = self._warehouses.of(workspace_id).engine
        found = viewers(engine, msgspec.convert(asked, Asked), words=words, limit=limit, offset=offset)
        return msgspec.to_builtins(found)

    def warehouses(self, workspace_id: str) -> list[dict[str, Any]]:
        warehouse = self._warehouses.of(workspace_id)
        stats = warehouse.stats()
        sources = [entry.source_id for entry in self._directory.sources() if entry.workspace_id == workspace_id]
        return [
            {
                "id": "builtin",
                "kind": "duckdb",
                "sourceIds": sources,
                "enabled": True,
                "lastLoadAt": stats.last_load_at,
                "lagSeconds": self._loading.lag_s(self._clock()),
            }
        ]

    def tables_list(self, workspace_id: str) -> list[Any]:
        return [msgspec.to_builtins(table) for table in self._warehouses.tables(workspace_id).list()]

    def tables_put_file(self, workspace_id: str, name: str, format: FileKind, path: str) -> Any:
        return msgspec.to_builtins(self._warehouses.tables(workspace_id).put_file(name, format, Path(path)))

    def tables_put_postgres(self, workspace_id: str, name: str, dsn: str, table: str, every_s: int | None) -> Any:
        return msgspec.to_builtins(self._warehouses.tables(workspace_id).put_postgres(name, dsn, table, every_s))

    def tables_refresh(self, workspace_id: str, name: str) -> Any:
        return msgspec.to_builtins(self._warehouses.tables(workspace_id).refresh(name))

    def tables_remove(self, workspace_id: str, name: str) -> None:
        self._warehouses.tables(workspace_id).remove(name)

    def export(self, workspace_id: str, dir: str) -> dict[str, Any]:
        refuse_inside(self._home, Path(dir))
        make_empty(Path(dir))
        tables = self._warehouses.of(workspace_id).export(Path(dir))
        return {"dir": dir, "tables": [msgspec.to_builtins(table) for table in tables]}

    # Inside

    def _seen(self, workspace_id: str, found: list[Found], dead: list[Parked]) -> dict[str, Any] | None:
        if dead:
            event = dead[0].event
            return {"sourceId": event.source_id, "receivedAt": event.received_at}
        if found:
            return {
                "sourceId": self._source_of(workspace_id, found[0].schema),
                "receivedAt": found[0].received_at,
            }
        return None

    def _source_of(self, workspace_id: str, schema: str) -> str:
        """Whose rows a schema holds, be it deleted; '' when none is known. Workspaces may have schemas of one name."""
        entries = [*self._directory.sources(), *self._directory.deleted_sources()]
        mine = (each.source_id for each in entries if (each.workspace_id, each.schema) == (workspace_id, schema))
        return next(mine, "")


def _subject(workspace_id: str, user_ids: list[str], anonymous_ids: list[str]) -> Subject:
    users, devices = frozenset(user_ids), frozenset(anonymous_ids)
    return Subject(workspace_id=workspace_id, user_ids=users, anonymous_ids=devices)


def _standing(found: list[Found], dead: list[Parked]) -> dict[str, Any]:
    tables = [f"{place.schema}.{place.table}" for place in found]
    if dead and not tables:
        return {"status": "dead", "detail": {"reason": dead[0].reason.value, "note": dead[0].detail}}
    return {"status": "done" if tables else "pending", "detail": {"tables": tables}}

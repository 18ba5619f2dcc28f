"""What the working process answers: queries, the debugger, fates, accounting, copies of everything.

Every public method is a call that the web process may make (see `rpc`); arguments and answers are plain values.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from headwater.app.backup import require_empty, write_backup
from headwater.app.home import Home
from headwater.app.pruning import Pruning
from headwater.app.replays import Replays
from headwater.app.settings import Settings
from headwater.app.warehouses import Warehouses
from headwater.base.clock import Clock, iso_from_seconds, parse_iso
from headwater.base.errors import InvalidInput, NotFound, Unprocessable
from headwater.base.masking import masked_payload
from headwater.base.outcome import Fate
from headwater.catalog.load import Catalog
from headwater.catalog.violations import violations
from headwater.control.directory import Directory
from headwater.pipeline.debugger import Debugger, Seen
from headwater.pipeline.ledger import FateRow, Ledger
from headwater.pipeline.process import Item
from headwater.pipeline.replay import Span
from headwater.pipeline.run import Pipeline
from headwater.warehouse.intake import FileKind
from headwater.warehouse.loader import Found, Parked
from headwater.warehouse.run import READER, Loading

POLL_S = 0.05
MAX_WAIT_S = 30.0


class WorkService:
    def __init__(
        self,
        *,
        home: Home,
        settings: Settings,
        directory: Directory,
        catalog: Catalog,
        warehouses: Warehouses,
        ledger: Ledger,
        debugger: Debugger,
        pipeline: Pipeline,
        loading: Loading,
        pruning: Pruning,
        clock: Clock,
    ) -> None:
        self._home = home
        self._settings = settings
        self._directory = directory
        self._catalog = catalog
        self._warehouses = warehouses
        self._ledger = ledger
        self._debugger = debugger
        self._pipeline = pipeline
        self._loading = loading
        self._pruning = pruning
        self._clock = clock
        self._replays = Replays()

    def methods(self) -> dict[str, Callable[..., Any]]:
        found = inspect.getmembers(self, inspect.ismethod)
        return {name: method for name, method in found if not name.startswith("_") and name != "methods"}

    def ping(self) -> bool:
        return True

    # Sources and their tables

    def ensure_source(self, source_id: str) -> None:
        self._warehouses.ensure_source(source_id)

    def drop_schema(self, workspace_id: str, schema: str) -> None:
        self._warehouses.of(workspace_id).drop_schema(schema)

    def last_event_at(self, source_ids: list[str]) -> dict[str, str | None]:
        return {source_id: _iso_ms(self._debugger.last_received_ms(source_id)) for source_id in source_ids}

    # The debugger and fates

    async def source_events(
        self, source_id: str, limit: int = 100, after_seq: int = 0, wait_s: float = 0.0
    ) -> list[dict[str, Any]]:
        """Newest first. With `wait_s` it waits for something newer than `after_seq`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(wait_s, MAX_WAIT_S)
        while True:
            found = self._debugger.latest(source_id, limit=limit, after=after_seq)
            if found or loop.time() >= deadline:
                entry = self._directory.by_id(source_id)
                keys = self._write_keys(entry.workspace_id) if entry is not None else []
                return [self._shown(seen, keys) for seen in found]
            await asyncio.sleep(POLL_S)

    def event(self, workspace_id: str, message_id: str) -> dict[str, Any]:
        """What became of an event, arrival by arrival and at every reader; NotFound when nothing is known of it."""
        rows = self._ledger.by_message(message_id, workspace_id)
        recent = [item for item in self._debugger.find(message_id) if item.workspace_id == workspace_id]
        clean = [item for item in recent if item.fate is Fate.CLEAN]
        warehouse = self._warehouses.of(workspace_id)
        found, dead = warehouse.find(message_id), warehouse.dead(message_id)
        if not rows and not clean and not found and not dead:
            raise NotFound(
                f"no event with the messageId {message_id!r} is known here. It was refused (then the client was"
                " told why), went to another workspace, or never arrived."
            )
        fates = [_fate(row) for row in rows]
        if clean or found or dead:
            fates.insert(0, self._clean_fate(clean, found, dead))
        payloads = [item.raw for item in recent] + [row.payload for row in rows if row.payload]
        return {
            "messageId": message_id,
            "fates": fates,
            "readers": _readers(found, dead) if clean or found or dead else [],
            "payload": masked_payload(_payload(payloads[0]), self._write_keys(workspace_id)) if payloads else None,
        }

    # Accounting

    def accounting(self, workspace_id: str, accepted: dict[str, int]) -> dict[str, Any]:
        """`accepted` is the door's count by source; everything else is counted here."""
        totals = self._ledger.totals()
        mine = {entry.source_id: None for entry in self._directory.sources() if entry.workspace_id == workspace_id}
        mine |= {source_id: None for source_id, tally in totals.items() if tally.workspace_id == workspace_id}
        sources = []
        for source_id in mine:
            tally = totals.get(source_id)
            if tally is None and not accepted.get(source_id):
                continue
            counts = msgspec.to_builtins(tally) if tally else {}
            sources.append(
                {
                    "sourceId": source_id,
                    "accepted": accepted.get(source_id, 0),
                    "duplicate": counts.get("duplicate", 0),
                    "dropped": counts.get("dropped", {}),
                    "parked": counts.get("parked", {}),
                    "clean": counts.get("clean", 0),
                }
            )
        clean = sum(source["clean"] for source in sources)
        return {"sources": sources, "readers": [self._warehouse_reader(workspace_id, clean)]}

    def figures(self) -> dict[str, Any]:
        """For /metrics and `doctor`: the installation as a whole."""
        now = self._clock()
        return {
            "totals": msgspec.to_builtins(self._ledger.totals()),
            "pipelineLagBytes": self._pipeline.lag_bytes(),
            "warehouseLagBytes": self._loading.lag_bytes(),
            "journalBytes": self._pipeline.journal_bytes(),
            "dedupeWindowS": self._pipeline.window_s(now),
            "dedupeWindowWantedS": self._settings.dedupe_window_h * 3600,
        }

    def parked(self, workspace_id: str, limit: int = 50, offset: int = 0) -> dict[str, Any]:
        rows, total = self._ledger.parked(workspace_id, limit=limit, offset=offset)
        keys = self._write_keys(workspace_id)
        return {"data": [_parked(row, keys) for row in rows], "total": total}

    def release(self, workspace_id: str, ids: list[str] | None) -> dict[str, Any]:
        """Lets parked events go on, all of them or those named; the progress counts those that could."""
        places = None if ids is None else [_place(text) for text in ids]
        rows = self._ledger.parked_rows(workspace_id, places)

        def work(_replay_id: str) -> Iterator[int]:
            yield self._pipeline.release(rows)

        return self._replays.begin(workspace_id, "pipeline", work)

    def replay(
        self, workspace_id: str, reader: str, start: str | None, end: str | None, connection_id: str | None
    ) -> dict[str, Any]:
        """Both readers are replayed through the clean stream; the warehouse takes an id once."""
        if reader not in ("pipeline", READER):
            raise Unprocessable(f"there is no reader {reader!r} to replay; there are pipeline and {READER}.")
        if connection_id is not None:
            raise Unprocessable(f"the reader {reader!r} has no connections; leave connectionId out.")
        span = Span(workspace_id=workspace_id, start_ms=_milliseconds(start), end_ms=_milliseconds(end))
        earliest = self._pipeline.earliest_ms()
        if span.start_ms is not None and earliest is not None and span.start_ms < earliest and self._pipeline.pruned():
            raise Unprocessable(
                f"events from before {_iso_ms(earliest)} were removed by retention; begin there or later.",
                code="gone",
                details={"earliest": _iso_ms(earliest)},
            )
        return self._replays.begin(workspace_id, reader, lambda id: self._pipeline.replay(span, replay_id=id))

    def replay_status(self, workspace_id: str, replay_id: str) -> dict[str, Any]:
        return self._replays.status(workspace_id, replay_id)

    def replays(self, workspace_id: str) -> list[dict[str, Any]]:
        return self._replays.of(workspace_id)

    # Queries and copies

    def sql(self, workspace_id: str, query: str, limit: int | None = None) -> dict[str, Any]:
        result = self._warehouses.queries(workspace_id).run(
            query,
            limit=limit if limit is not None else self._settings.query_rows,
        )
        return msgspec.to_builtins(result)

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

    def backup(self, dir: str) -> dict[str, Any]:
        with self._pruning.paused():
            return write_backup(self._home, Path(dir), self._warehouses)

    def export(self, workspace_id: str, dir: str) -> dict[str, Any]:
        require_empty(Path(dir))
        tables = self._warehouses.of(workspace_id).export(Path(dir))
        return {"dir": dir, "tables": [msgspec.to_builtins(table) for table in tables]}

    # Inside

    def _write_keys(self, workspace_id: str) -> list[str]:
        """Those that are valid, of all its sources: they open the door, so no payload is to show one."""
        entries = self._directory.sources()
        return [key for entry in entries if entry.workspace_id == workspace_id for key in entry.write_keys]

    def _shown(self, seen: Seen, keys: list[str]) -> dict[str, Any]:
        item = seen.item
        return {
            "seq": seen.seq,
            "messageId": item.message_id,
            "type": _kind(item),
            "name": masked_payload(_name(item), keys),
            "receivedAt": _iso_ms(item.received_ms),
            "fate": item.fate.value,
            "reason": item.reason,
            "note": item.note,
            "violations": masked_payload(self._violations(item), keys),
            "payload": masked_payload(_payload(item.raw), keys),
        }

    def _violations(self, item: Item) -> list[dict[str, Any]]:
        entry = self._directory.by_id(item.source_id)
        if item.event is None or entry is None:
            return []
        try:
            spec = self._catalog.source(entry.catalog)
        except NotFound:
            return []
        return [msgspec.to_builtins(violation) for violation in violations(spec, item.event)]

    def _clean_fate(self, items: list[Item], found: list[Found], dead: list[Parked]) -> dict[str, Any]:
        if items:
            source_id, received_at = items[0].source_id, _iso_ms(items[0].received_ms)
        elif dead:
            source_id, received_at = dead[0].event.source_id, dead[0].event.received_at
        else:
            schemas = {entry.schema: entry.source_id for entry in self._directory.sources()}
            source_id, received_at = schemas.get(found[0].schema, ""), found[0].received_at
        return {
            "sourceId": source_id,
            "receivedAt": received_at,
            "fate": Fate.CLEAN.value,
            "reason": None,
            "note": None,
        }

    def _warehouse_reader(self, workspace_id: str, clean: int) -> dict[str, Any]:
        counts = self._warehouses.of(workspace_id).counts()
        return {
            "reader": READER,
            "clean": clean,
            "done": counts.done,
            "pending": max(0, clean - counts.done - counts.dead),
            "dead": counts.dead,
            "skipped": 0,
        }


def _place(text: str) -> tuple[int, int]:
    offset, _, position = text.partition("-")
    if not (offset.isdigit() and position.isdigit()):
        raise InvalidInput(f"{text!r} is no id of a parked event; GET /parked lists them. Nothing was released.")
    return int(offset), int(position)


def _milliseconds(text: str | None) -> int | None:
    if text is None:
        return None
    moment = parse_iso(text)
    if moment is None:
        raise InvalidInput(f"{text!r} is no time; write it as 2026-11-21T10:00:00Z. Nothing was replayed.")
    return round(moment.timestamp() * 1000)


def _iso_ms(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else iso_from_seconds(milliseconds / 1000)


def _payload(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return raw.decode("utf-8", "replace")


def _kind(item: Item) -> str | None:
    if item.event is not None:
        return item.event.type
    payload = _payload(item.raw)
    found = payload.get("type") if isinstance(payload, dict) else None
    return found if isinstance(found, str) else None


def _name(item: Item) -> str | None:
    if item.event is not None:
        return item.event.event or item.event.name
    payload = _payload(item.raw)
    found = (payload.get("event") or payload.get("name")) if isinstance(payload, dict) else None
    return found if isinstance(found, str) else None


def _readers(found: list[Found], dead: list[Parked]) -> list[dict[str, Any]]:
    tables = [f"{place.schema}.{place.table}" for place in found]
    if dead and not tables:
        detail = {"reason": dead[0].reason.value, "note": dead[0].detail}
        return [{"reader": READER, "status": "dead", "detail": detail}]
    return [{"reader": READER, "status": "done" if tables else "pending", "detail": {"tables": tables}}]


def _fate(row: FateRow) -> dict[str, Any]:
    return {
        "sourceId": row.source_id,
        "fate": row.fate,
        "reason": row.reason,
        "note": row.note,
        "receivedAt": _iso_ms(row.received_ms),
    }


def _parked(row: FateRow, keys: list[str]) -> dict[str, Any]:
    return {
        "id": f"{row.raw_offset}-{row.position}",
        "messageId": row.message_id,
        "sourceId": row.source_id,
        "reason": row.reason,
        "note": row.note,
        "receivedAt": _iso_ms(row.received_ms),
        "payload": masked_payload(_payload(row.payload or b""), keys),
    }

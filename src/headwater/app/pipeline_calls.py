"""What the pipeline's process answers: the debugger, fates, accounting, replays, copies of everything.

Every public method is a call that the web process may make (see `rpc`); arguments and answers are plain values.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from headwater.app.backup import begin_backup, finish_backup, refuse_inside
from headwater.app.home import Home
from headwater.app.processes import PIPELINE, PROFILES, WAREHOUSE
from headwater.app.pruning import Pruning
from headwater.app.replays import Replays
from headwater.app.rpc import LONG_S, RpcClient
from headwater.app.settings import Settings
from headwater.base.clean import Tally
from headwater.base.clock import Clock, iso_from_seconds, parse_iso
from headwater.base.errors import InvalidInput, NotFound, Unprocessable
from headwater.base.masking import masked_payload
from headwater.base.outcome import Fate, ParkReason
from headwater.base.subject import Subject
from headwater.catalog.load import Catalog
from headwater.catalog.violations import violations
from headwater.control.directory import Directory
from headwater.pipeline.debugger import Debugger, Seen, Wanted, ids_of
from headwater.pipeline.ledger import FateRow, Ledger
from headwater.pipeline.process import Item
from headwater.pipeline.replay import Span
from headwater.pipeline.run import Pipeline

REPLAYED = (PIPELINE.name, WAREHOUSE.name, PROFILES.name)
POLL_S = 0.05
MAX_WAIT_S = 30.0
_NAME_KEYS = ("event", "name", "eventName", "screenName", "pageName")
"""Where an event that went no further has its name."""


class PipelineCalls:
    def __init__(
        self,
        *,
        home: Home,
        settings: Settings,
        directory: Directory,
        catalog: Catalog,
        ledger: Ledger,
        debugger: Debugger,
        pipeline: Pipeline,
        pruning: Pruning,
        replays: Replays,
        readers: Mapping[str, RpcClient],
        clock: Clock,
    ) -> None:
        self._home = home
        self._settings = settings
        self._directory = directory
        self._catalog = catalog
        self._ledger = ledger
        self._debugger = debugger
        self._pipeline = pipeline
        self._pruning = pruning
        self._readers = readers
        self._clock = clock
        self._replays = replays
        self._lost: dict[str, int] = {}

    def ping(self) -> bool:
        return True

    # The debugger and fates

    def last_event_at(self, source_ids: list[str]) -> dict[str, str | None]:
        return {source_id: _iso_ms(self._last_ms(source_id)) for source_id in source_ids}

    def _last_ms(self, source_id: str) -> int | None:
        """The debugger knows it of events that were counted before the ledger kept the time of the last one."""
        return self._ledger.last_ms(source_id) or self._debugger.last_received_ms(source_id)

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
        """What the pipeline knows of an event, arrival by arrival; `clean` is None when it does not remember one."""
        rows = self._ledger.by_message(message_id, workspace_id)
        recent = [item for item in self._debugger.find(message_id) if item.workspace_id == workspace_id]
        clean = next((item for item in recent if item.fate is Fate.CLEAN), None)
        payloads = [item.raw for item in recent] + [row.payload for row in rows if row.payload]
        return {
            "fates": [_fate(row) for row in rows],
            "clean": {"sourceId": clean.source_id, "receivedAt": _iso_ms(clean.received_ms)} if clean else None,
            "damagedStretches": _damaged_stretches(self._ledger.totals()),
            "rowsDropped": clean is not None and self._rows_dropped(clean.source_id),
            "payload": masked_payload(_payload(payloads[0]), self._write_keys(workspace_id)) if payloads else None,
        }

    def person_events(
        self, workspace_id: str, user_ids: list[str], anonymous_ids: list[str], limit: int
    ) -> list[dict[str, Any]]:
        """The latest arrivals under any of these ids, newest first, as far as the debugger remembers them."""
        wanted = Wanted(user_ids, anonymous_ids)
        found = (item for item in self._debugger.of_workspace(workspace_id) if wanted.are_named_by(item))
        keys = self._write_keys(workspace_id)
        return [_arrival(item) | {"name": masked_payload(_about(item), keys)} for item in islice(found, limit)]

    def _rows_dropped(self, source_id: str) -> bool:
        gone = self._directory.deleted_source(source_id)
        return gone is not None and gone.schema is None

    # Accounting

    def accounting(self, workspace_id: str, accepted: dict[str, int]) -> list[dict[str, Any]]:
        """By source. `accepted` is the door's count; everything else is counted here.

        Once all that waits is read, what the door counted and nobody read lay in a damaged stretch, if there is one.
        """
        all_read = self._pipeline.lag_bytes() == 0
        totals = self._ledger.totals()
        settled = all_read and _damaged_stretches(totals) > 0
        mine = {entry.source_id: None for entry in self._directory.sources() if entry.workspace_id == workspace_id}
        mine |= {source_id: None for source_id, tally in totals.items() if tally.workspace_id == workspace_id}
        sources = []
        for source_id in mine:
            tally = totals.get(source_id)
            if not (tally and tally.total) and not accepted.get(source_id):
                continue
            counts = msgspec.to_builtins(tally) if tally else {}
            sources.append(
                {
                    "sourceId": source_id,
                    "accepted": accepted.get(source_id, 0),
                    "duplicate": counts.get("duplicate", 0),
                    "dropped": counts.get("dropped", {}),
                    "parked": counts.get("parked", {})
                    | self._lost_of(source_id, tally, accepted.get(source_id, 0), settled=settled),
                    "clean": counts.get("clean", 0),
                }
            )
        return sources

    def _lost_of(self, source_id: str, tally: Tally | None, accepted: int, *, settled: bool) -> dict[str, int]:
        """How many of a source's events lay in stretches that could not be read. Remembered: while events are on
        their way, they cannot be told from those that are lost."""
        if settled and source_id:
            missing = accepted - (tally.total if tally else 0)
            self._lost[source_id] = max(self._lost.get(source_id, 0), missing)
        lost = self._lost.get(source_id, 0)
        return {ParkReason.JOURNAL_DAMAGED.value: lost} if lost else {}

    def figures(self) -> dict[str, Any]:
        """For /metrics and `doctor`: the installation as a whole."""
        now = self._clock()
        return {
            "totals": msgspec.to_builtins(self._ledger.totals()),
            "pipelineLagBytes": self._pipeline.lag_bytes(),
            "journalBytes": self._pipeline.journal_bytes(),
            "dedupeWindowS": self._pipeline.window_s(now),
            "dedupeWindowWantedS": self._settings.dedupe_window_h * 3600,
        }

    def parked(self, workspace_id: str, limit: int = 50, offset: int = 0, unowned: bool = False) -> dict[str, Any]:
        """`unowned`: also what could not be read so far that its workspace is known."""
        rows, total = self._ledger.parked(_workspaces(workspace_id, unowned), limit=limit, offset=offset)
        keys = self._write_keys(None if unowned else workspace_id)
        hindrances = self._pipeline.hindrances(rows)
        return {"data": [_parked(row, why, keys) for row, why in zip(rows, hindrances, strict=True)], "total": total}

    def release(self, workspace_id: str, ids: list[str] | None, unowned: bool = False) -> dict[str, Any]:
        """Lets parked events go on: those named, when all of them can, or all that can. The progress counts them."""
        places = None if ids is None else [_place(text) for text in ids]
        rows = self._ledger.parked_rows(_workspaces(workspace_id, unowned), places)
        if ids is not None:
            self._require_free(ids, rows)

        def work(_replay_id: str) -> Iterator[int]:
            yield self._pipeline.release(rows)

        return self._replays.begin(workspace_id, "pipeline", work)

    def _require_free(self, ids: list[str], rows: list[FateRow]) -> None:
        missing = sorted(set(ids) - {_id_of(row) for row in rows})
        if missing:
            raise NotFound(
                f"No parked event has the id {', '.join(missing)}; GET /parked lists those that wait. "
                "Nothing was released."
            )
        reasons = zip(rows, self._pipeline.hindrances(rows), strict=True)
        held = [{"id": _id_of(row), "reason": why} for row, why in reasons if why is not None]
        if held:
            raise Unprocessable(
                f"{held[0]['id']} cannot be released now. {held[0]['reason']} Nothing was released.",
                code="not_releasable",
                details=held,
            )

    def replay(
        self, workspace_id: str, reader: str, start: str | None, end: str | None, connection_id: str | None
    ) -> dict[str, Any]:
        """All are replayed through the clean stream: the warehouse takes an id once, and people come out the same."""
        if reader not in REPLAYED:
            raise Unprocessable(f"there is no reader {reader!r} to replay; there are {', '.join(REPLAYED)} and send.")
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

    def person_parked(self, workspace_id: str, user_ids: list[str], anonymous_ids: list[str]) -> list[dict[str, Any]]:
        """A person's events that are parked, as they were sent."""
        users, devices = frozenset(user_ids), frozenset(anonymous_ids)
        subject = Subject(workspace_id=workspace_id, user_ids=users, anonymous_ids=devices)
        keys = self._write_keys(workspace_id)
        return [_parked(row, None, keys) for row in self._ledger.parked_of(subject)]

    def person_refused(self, workspace_id: str, user_ids: list[str], anonymous_ids: list[str]) -> list[dict[str, Any]]:
        """What doors refused of a person, newest first, as far as the debugger remembers it.

        What names nobody, as a batch that was refused as a whole or could not be read, is nobody's: it may be others'.
        """
        users, devices = frozenset(user_ids), frozenset(anonymous_ids)
        subject = Subject(workspace_id=workspace_id, user_ids=users, anonymous_ids=devices)
        keys = self._write_keys(workspace_id)
        found = (item for item in self._debugger.of_workspace(workspace_id) if item.fate is Fate.REJECTED)
        return [_refused(item, keys) for item in found if subject.owns(*ids_of(item))]

    # Copies

    async def backup(self, dir: str) -> dict[str, Any]:
        """Readers are copied before what they read; nothing is let go in between."""
        target = Path(dir)
        refuse_inside(self._home, target)
        await asyncio.to_thread(self._pruning.pause)
        try:
            await asyncio.to_thread(begin_backup, target)
            for reader in self._readers.values():
                await reader.call("reader_copy", LONG_S, dir=dir)
            return await asyncio.to_thread(finish_backup, self._home, target)
        finally:
            self._pruning.resume()

    # Inside

    def _write_keys(self, workspace_id: str | None) -> list[str]:
        """Those that are valid, of all its sources: they open the door, so no payload is to show one. None: of all."""
        entries = self._directory.sources()
        return [key for entry in entries if workspace_id in (None, entry.workspace_id) for key in entry.write_keys]

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


def _damaged_stretches(totals: Mapping[str, Tally]) -> int:
    """A stretch is parked as one thing without a source: which events it held is not known."""
    unowned = totals.get("")
    return unowned.parked.get(ParkReason.JOURNAL_DAMAGED.value, 0) if unowned else 0


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
    given = [payload.get(key) for key in _NAME_KEYS] if isinstance(payload, dict) else []
    return next((name for name in given if isinstance(name, str) and name), None)


def _arrival(item: Item) -> dict[str, Any]:
    """One arrival in the shape of `api.ports.PersonEvent`, but for its name."""
    received_at = _iso_ms(item.received_ms)
    user_id, anonymous_id = ids_of(item)
    return {
        "messageId": item.message_id,
        "sourceId": item.source_id,
        "type": _kind(item),
        "at": item.event.timestamp if item.event is not None else received_at,
        "receivedAt": received_at,
        "userId": user_id,
        "anonymousId": anonymous_id,
        "fate": item.fate.value,
        "reason": item.reason,
    }


def _about(item: Item) -> str | None:
    """What an event is called in a timeline, as its row will call it: a group's and an alias's by the other id."""
    if item.event is not None and item.event.type in ("group", "alias"):
        return item.event.group_id if item.event.type == "group" else item.event.previous_id
    return _name(item)


def _fate(row: FateRow) -> dict[str, Any]:
    return {
        "sourceId": row.source_id,
        "fate": row.fate,
        "reason": row.reason,
        "note": row.note,
        "receivedAt": _iso_ms(row.received_ms),
    }


def _workspaces(workspace_id: str, unowned: bool) -> list[str]:
    return [workspace_id, ""] if unowned else [workspace_id]


def _id_of(row: FateRow) -> str:
    return f"{row.raw_offset}-{row.position}"


def _refused(item: Item, keys: list[str]) -> dict[str, Any]:
    return {
        "sourceId": item.source_id,
        "receivedAt": _iso_ms(item.received_ms),
        "code": item.reason,
        "message": item.note,
        "payload": masked_payload(_payload(item.raw), keys),
    }


def _parked(row: FateRow, hindrance: str | None, keys: list[str]) -> dict[str, Any]:
    return {
        "id": _id_of(row),
        "messageId": row.message_id,
        "sourceId": row.source_id,
        "reason": row.reason,
        "note": row.note,
        "receivedAt": _iso_ms(row.received_ms),
        "hindrance": hindrance,
        "payload": masked_payload(_payload(row.payload or b""), keys),
    }

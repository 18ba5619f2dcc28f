"""Takes people out of the queue: what waits never goes out, and of what went nothing is left to be read.

Reading goes on beside the sending, a part at a time; changes are small transactions among all others. The books keep
counting what was delivered, given up and skipped.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from headwater.base.errors import Transient
from headwater.base.subject import Subject
from headwater.send.commits import Commits
from headwater.send.database import Database
from headwater.send.engine import Engine
from headwater.send.erase_files import erase_files
from headwater.send.history import History
from headwater.send.recovery import Recovery
from headwater.send.rows import State
from headwater.send.store import Change, Store, delivery_id

PART: Final = 500
READ_ROWS: Final = 2_000
IN_FLIGHT_S: Final = 90.0
"""An attempt under way ends before that; what came of it is erased too."""
SLICE_BYTES: Final = 8 * 1024 * 1024
REASON: Final = "erased"
BLANK: Final = b"(erased: it held data of a person who was erased)"
_NO_DETAIL: Final = msgspec.json.encode(["", "", {}, [], []])


class _Ids(msgspec.Struct, rename="camel"):
    source_id: str
    message_id: str
    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None


_IDS: Final = msgspec.json.Decoder(_Ids).decode


class Erased(msgspec.Struct, kw_only=True):
    """How much of each kind is gone: deliveries, attempts with what was sent and answered, lines of written files."""

    deliveries: int = 0
    attempts: int = 0
    files: int = 0


class _Found(msgspec.Struct):
    """By day: ids of events, of their deliveries, of attempts, of request bodies; and what receivers know them by."""

    events: dict[int, list[int]] = {}
    deliveries: dict[int, list[int]] = {}
    attempts: dict[int, list[int]] = {}
    shared: dict[int, list[int]] = {}
    bodies: dict[int, list[int]] = {}
    inbox: dict[int, list[int]] = {}
    names: set[str] = set()

    @property
    def is_empty(self) -> bool:
        return not self.count(self.events, self.attempts, self.shared, self.bodies, self.inbox)

    def count(self, *kinds: dict[int, list[int]]) -> int:
        return sum(len(ids) for kind in kinds for ids in kind.values())


class Erasing:
    """Of the loop of the sending process. `path` is the queue's file; `files_dir` where destinations put theirs."""

    def __init__(
        self,
        *,
        store: Store,
        commits: Commits,
        engine: Engine,
        recovery: Recovery,
        history: History,
        path: Path | None,
        files_dir: Path,
    ) -> None:
        self._store = store
        self._db: Database = store.db
        self._commits = commits
        self._engine = engine
        self._recovery = recovery
        self._history = history
        self._path = path
        self._files_dir = files_dir
        self._one_at_a_time = asyncio.Lock()

    async def erase(self, subject: Subject) -> Erased:
        """The clean journal must be without them already. Raises Transient when it could not be finished."""
        async with self._one_at_a_time:
            await self._recovery.stop()  # one that has read them already begins again, and reads nothing of theirs
            try:
                return await self._erase(subject)
            finally:
                self._recovery.resume()

    async def _erase(self, subject: Subject) -> Erased:
        """Looks through everything again and again until nothing is found: somebody may have sent something again."""
        erased = Erased()
        await self._commits.done(lambda: None)
        while not (found := await self._round(subject)).is_empty:
            erased.deliveries += found.count(found.deliveries)
            erased.attempts += found.count(found.attempts, found.inbox)
        if self._path is not None:
            await asyncio.to_thread(shred, self._path)
        erased.files = await asyncio.to_thread(erase_files, self._files_dir / subject.workspace_id, subject)
        return erased

    async def _round(self, subject: Subject) -> _Found:
        found = _Found()
        await asyncio.to_thread(self._find_events, subject, found)
        await self._hold(found)
        await asyncio.to_thread(self._find_rest, subject, found)
        for change in self._changes(found):
            await self._commits.done(change)
        self._store.forget_content([id for ids in found.events.values() for id in ids])
        return found

    def sent(self, subject: Subject) -> list[dict[str, Any]]:
        """What is held of a person here: each event with its deliveries, and the attempts to make them. Blocking."""
        found = _Found()
        self._find_events(subject, found)
        told: list[dict[str, Any]] = []
        for day, ids in found.events.items():
            for id in ids:
                told += self._sent(day, id)
        return told

    def _sent(self, day: int, event: int) -> list[dict[str, Any]]:
        bodies = self._db.read(f"SELECT body FROM events_{day} WHERE id = ?", (event,))
        rows = self._db.read(f"SELECT id, ref, state, attempts FROM deliveries_{day} WHERE event_id = ?", (event,))
        deliveries = [
            {
                "connectionId": self._store.connection_id(ref),
                "status": State(state).name.lower(),
                "attempts": count,
                "made": self._history.of_delivery(ref, id),
            }
            for id, ref, state, count in rows
        ]
        return [{"event": msgspec.json.decode(body), "deliveries": deliveries} for (body,) in bodies]

    # What is theirs

    def _find_events(self, subject: Subject, found: _Found) -> None:
        days = list(self._db.days)
        refs = {row[0] for day in days for row in self._db.read(f"SELECT DISTINCT ref FROM inbox_{day}")}
        receivers = [self._store.connection_id(ref) for ref in refs]
        for day in days:
            for id, body in self._rows(f"events_{day}", "id, body", workspace_id=subject.workspace_id):
                ids = _IDS(body)
                if subject.owns(ids.user_id, ids.anonymous_id, ids.previous_id):
                    found.events.setdefault(day, []).append(id)
                    found.names.update(delivery_id(each, ids.source_id, ids.message_id) for each in receivers)
            found.deliveries[day] = self._deliveries(day, found.events.get(day, []))

    def _deliveries(self, day: int, events: Sequence[int]) -> list[int]:
        return [
            row[0]
            for part in _parts(events)
            for row in self._db.read(
                f"SELECT id FROM deliveries_{day} WHERE event_id IN (SELECT value FROM json_each(?))", (_json(part),)
            )
        ]

    def _find_rest(self, subject: Subject, found: _Found) -> None:
        """Attempts of theirs, bodies that mention them, and other attempts that share those."""
        theirs = {id for ids in found.deliveries.values() for id in ids}
        for day in list(self._db.days):
            bodies = {id for id, body in self._rows(f"bodies_{day}", "id, body") if subject.mentions(body)}
            for row in self._rows(f"attempts_{day}", "id, delivery, request_body"):
                if row[1] in theirs:
                    found.attempts.setdefault(day, []).append(row[0])
                    bodies.update(row[2:] if row[2] is not None else ())
            mine = set(found.attempts.get(day, ()))
            for row in self._rows(f"attempts_{day}", "id, request_body, error, response_body, detail"):
                if row[0] not in mine and (row[1] in bodies or subject.mentions(_text(row[2:]))):
                    found.shared.setdefault(day, []).append(row[0])
            found.bodies[day] = sorted(bodies)
            found.inbox[day] = [
                row[0]
                for row in self._rows(
                    f"inbox_{day}", "id, delivery_id, headers, body", workspace_id=subject.workspace_id
                )
                if row[1] in found.names or subject.mentions(_text(row[2:]))
            ]

    def _rows(self, table: str, columns: str, *, workspace_id: str | None = None) -> Iterator[tuple[Any, ...]]:
        """All rows of a table, a part at a time; the first column is its id."""
        last = 0
        where = "id > ?" if workspace_id is None else "id > ? AND workspace_id = ?"
        while True:
            values = (last,) if workspace_id is None else (last, workspace_id)
            rows = self._db.read(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY id LIMIT {READ_ROWS}", values)
            yield from rows
            if len(rows) < READ_ROWS:
                return
            last = rows[-1][0]

    # What becomes of it

    async def _hold(self, found: _Found) -> None:
        """What waits ends, and what is on its way is waited for."""
        ids = [id for each in found.deliveries.values() for id in each]
        for part in _parts(ids):
            changes = [Change(id, State.SKIPPED, reason=REASON) for id in part]
            await self._commits.done(lambda changes=changes: self._store.change(changes, only_pending=True))
        deadline = asyncio.get_running_loop().time() + IN_FLIGHT_S
        while self._engine.give_back(ids):
            if asyncio.get_running_loop().time() >= deadline:
                raise Transient("an attempt for a person who is to be erased does not end; it is waited for")
            await asyncio.sleep(0.05)
        await self._commits.done(lambda: None)

    def _changes(self, found: _Found) -> Iterator[Callable[[], None]]:
        for day in list(self._db.days):
            blank = f"UPDATE bodies_{day} SET body = ? WHERE id IN (SELECT value FROM json_each(?))"
            yield from self._each(found.bodies.get(day, ()), blank, BLANK)
            clear = f"UPDATE attempts_{day} SET response_body = ?, error = '', detail = ?"
            where = " WHERE id IN (SELECT value FROM json_each(?))"
            yield from self._each(found.shared.get(day, ()), clear + where, b"", _NO_DETAIL)
            gone = {
                "attempts": found.attempts,
                "inbox": found.inbox,
                "deliveries": found.deliveries,
                "events": found.events,
            }
            for table, ids in gone.items():
                yield from self._each(ids.get(day, ()), f"DELETE FROM {table}_{day}{where}")

    def _each(self, ids: Sequence[int], statement: str, *values: Any) -> Iterator[Callable[[], None]]:
        for part in _parts(ids):

            def change(part: Sequence[int] = part) -> None:
                self._db.write("PRAGMA secure_delete=ON")
                self._db.write(statement, (*values, _json(part)))
                self._db.write("PRAGMA secure_delete=FAST")

            yield change


def shred(path: Path) -> None:
    """Overwrites what is free in a queue's file, and cuts the log beside it to nothing. Raises Transient."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10.0)) as db:
            db.execute("PRAGMA secure_delete=FAST")
            db.execute("DROP TABLE IF EXISTS shredding")
            db.execute("CREATE TABLE shredding (filling BLOB NOT NULL)")
            page_bytes = db.execute("PRAGMA page_size").fetchone()[0]
            while free := db.execute("PRAGMA freelist_count").fetchone()[0]:
                size = max(page_bytes, min(free * page_bytes, SLICE_BYTES) - page_bytes)
                db.execute("INSERT INTO shredding VALUES (zeroblob(?))", (size,))
            db.execute("DROP TABLE shredding")
            for _ in range(10):
                if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0:
                    return
    except sqlite3.Error as error:
        raise Transient(f"the queue cannot be cleared of what was deleted: {error}") from error
    raise Transient("the queue's log is being read all the time and cannot be cut; it is tried again")


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), PART):
        yield ids[start : start + PART]


def _json(ids: Iterable[int]) -> str:
    return msgspec.json.encode(list(ids)).decode()


def _text(values: Iterable[bytes | str]) -> bytes:
    return b"\n".join(value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value for value in values)

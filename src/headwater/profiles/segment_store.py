"""Which segments there are, in memory and in the file: their numbers, how many are in each, whether all is known."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from headwater.base.errors import InvalidInput
from headwater.base.rules import canonical
from headwater.base.rules_parse import parse
from headwater.control.directory import SegmentEntry
from headwater.profiles.segment_model import Definition, Segment, State, defined, in_order

TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS segments (number INTEGER PRIMARY KEY, workspace TEXT NOT NULL, id TEXT NOT NULL,"
    " form TEXT NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL)"
)
_NEXT: Final = "next_segment"


class _Row(msgspec.Struct):
    number: int
    workspace_id: str
    id: str
    form: str
    state: str
    count: int


class SegmentStore:
    """Of the one thread that writes, but for `of`, which any may ask. What changes is saved with the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._of: dict[str, tuple[Segment, ...]] = {}
        self._defined: dict[str, tuple[SegmentEntry, Definition | None]] = {}
        self.read()

    def read(self) -> None:
        """What is stored; the segments are there after `take_on`."""
        query = "SELECT number, workspace, id, form, state, count FROM segments"
        rows = [_Row(*row) for row in self._connection.execute(query)]
        self._rows = {(row.workspace_id, row.id): row for row in rows}
        last = self._connection.execute("SELECT value FROM meta WHERE name = ?", (_NEXT,)).fetchone()
        self._next = last[0] if last else 1
        self._by_number: dict[int, Segment] = {}
        self._dirty: set[int] = set()
        self._gone: set[int] = set()

    def workspaces(self) -> set[str]:
        return {workspace_id for workspace_id, _ in self._rows}

    def of(self, workspace_id: str) -> tuple[Segment, ...]:
        return self._of.get(workspace_id, ())

    def take_on(
        self,
        workspace_id: str,
        entries: Sequence[SegmentEntry],
        *,
        anonymous: bool,
        top: int,
        log: Callable[[str], None],
    ) -> tuple[list[Segment], list[int]]:
        """The segments that can be judged, each after those it names, and the numbers of those that hold
        nobody any more.

        One whose form is another than it was is to be looked for in all people. `top` is the last ref so far.
        """
        read = [definition for entry in entries if (definition := self._definition(entry, log)) is not None]
        forms: dict[str, str] = {}
        judged: list[Segment] = []
        for each in in_order(read):
            forms[each.id] = _form(each, forms, anonymous=anonymous)
            judged.append(self._segment(workspace_id, each, forms[each.id], top))
        known = {segment.id: segment for segment in judged}
        failed = [self._failed(workspace_id, entry) for entry in entries if entry.id not in known]
        for segment in failed:
            log(f'segment "{segment.id}" holds nobody: its rule cannot be judged; it may name itself by a detour')
        self._of[workspace_id] = tuple(
            segment
            for entry in entries
            for segment in [known.get(entry.id) or next(each for each in failed if each.id == entry.id)]
        )
        gone = self._forget(workspace_id, {entry.id for entry in entries})
        return judged, gone + [segment.number for segment in failed]

    def moved(self, number: int, by: int) -> None:
        segment = self._by_number.get(number)
        if segment is not None:
            segment.count += by
            self._dirty.add(number)

    def changed(self, segment: Segment) -> None:
        self._dirty.add(segment.number)

    def save(self) -> None:
        if not self._dirty and not self._gone:
            return
        self._connection.executemany("DELETE FROM segments WHERE number = ?", [(number,) for number in self._gone])
        kept = [self._by_number[number] for number in sorted(self._dirty) if number in self._by_number]
        for segment in kept:
            row = self._rows[segment.workspace_id, segment.id]
            row.form, row.state, row.count = segment.form, segment.state.value, segment.count
        self._connection.executemany(
            "INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?, ?, ?)",
            [(s.number, s.workspace_id, s.id, s.form, s.state.value, s.count) for s in kept],
        )
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_NEXT, self._next))
        self._dirty, self._gone = set(), set()

    def _definition(self, entry: SegmentEntry, log: Callable[[str], None]) -> Definition | None:
        """Read once for each form of an entry."""
        known = self._defined.get(entry.id)
        if known is None or known[0] is not entry:
            known = self._defined[entry.id] = entry, _read(entry, log)
        return known[1]

    def _segment(self, workspace_id: str, definition: Definition, form: str, top: int) -> Segment:
        row = self._row(workspace_id, definition.id)
        same = row.form == form and row.state != State.FAILED
        segment = Segment(
            number=row.number,
            id=definition.id,
            workspace_id=workspace_id,
            name=definition.name,
            form=form,
            rule=definition.rule,
            announces=definition.announces,
            looks=definition.looks,
            parts=definition.parts,
            updated_at=definition.updated_at,
            state=State(row.state) if same else State.RUNNING,
            count=row.count,
            top=top,
        )
        before = self._by_number.get(row.number)
        if before is not None and same:
            segment.count, segment.state = before.count, before.state
            segment.top = before.top
        elif before is not None:
            segment.count = before.count
        self._by_number[row.number] = segment
        self._dirty.add(row.number)
        return segment

    def _failed(self, workspace_id: str, entry: SegmentEntry) -> Segment:
        """Keeps its number; nobody is in it until it is mended."""
        nobody = defined(
            entry.id, entry.name, parse({"not": {"segment": "Everyone"}}), announces=False, updated_at=entry.updated_at
        )
        segment = self._segment(workspace_id, nobody, "", 0)
        segment.state, segment.count = State.FAILED, 0
        return segment

    def _row(self, workspace_id: str, id: str) -> _Row:
        row = self._rows.get((workspace_id, id))
        if row is None:
            row = self._rows[workspace_id, id] = _Row(self._next, workspace_id, id, "", State.RUNNING.value, 0)
            self._next += 1
        return row

    def _forget(self, workspace_id: str, kept: set[str]) -> list[int]:
        gone = [row for (owner, id), row in self._rows.items() if owner == workspace_id and id not in kept]
        for row in gone:
            del self._rows[row.workspace_id, row.id]
            self._by_number.pop(row.number, None)
            self._dirty.discard(row.number)
            self._gone.add(row.number)
            self._defined.pop(row.id, None)
        return [row.number for row in gone]


def _read(entry: SegmentEntry, log: Callable[[str], None]) -> Definition | None:
    try:
        return defined(
            entry.id,
            entry.name,
            parse(entry.rule, kept=True),
            announces=entry.announce_members,
            updated_at=entry.updated_at,
        )
    except InvalidInput as error:
        log(f'segment "{entry.id}" holds nobody: {error.message}')
        return None


def _form(definition: Definition, forms: dict[str, str], *, anonymous: bool) -> str:
    """Of what its members follow from: its rule, those of the segments that it names, who can be in segments."""
    named = {id: forms.get(id, "") for id in sorted(definition.looks.segments)}
    text = msgspec.json.encode([canonical(definition.rule), named, anonymous])
    return hashlib.sha256(text).hexdigest()[:32]

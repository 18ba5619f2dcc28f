"""The room of people with segments whose definitions, past events and clock a test sets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from headwater.base.errors import Transient
from headwater.base.rules_ops import date_ms
from headwater.control.directory import SegmentEntry, WorkspaceEntry
from headwater.journal.memory import MemoryLog
from headwater.profiles.ports import PastEvent
from headwater.profiles.segments import PeopleSegments
from headwater.profiles.store import Store
from tests.unit.profiles.room import START_MS, WORKSPACE, Room, Sources

START = START_MS / 1000
DAY_S = 86_400
PRO = {"trait": "plan", "op": "equals", "value": "pro"}


class Past:
    """Events as the warehouse would tell of them."""

    def __init__(self) -> None:
        self.list: list[tuple[str, PastEvent]] = []
        self.is_away = False
        self.asked: list[tuple[str, int, tuple[str, ...], int]] = []

    def add(self, event: str, user_id: str, at: str | int, message_id: str = "", **properties: Any) -> None:
        at_ms = date_ms(at) if isinstance(at, str) else at
        assert at_ms is not None
        text = msgspec.json.encode(properties)
        given = PastEvent(user_id, None, message_id or f"past{len(self.list)}", at_ms, text)
        self.list.append((event, given))

    def events(
        self, workspace_id: str, event: str, since_ms: int, properties: Sequence[str], until: int
    ) -> Iterator[PastEvent]:
        self.asked.append((event, since_ms, tuple(properties), until))
        if self.is_away:
            raise Transient("the warehouse is away")
        yield from (each for name, each in self.list if name == event and each.at_ms >= since_ms)


class SegmentRoom(Room):
    def __init__(self, *, path: Path | None = None, log: MemoryLog | None = None, store: Store | None = None) -> None:
        self.past = Past()
        self.definitions: list[SegmentEntry] = []
        self.anonymous = False
        self.now_s = START
        store = store or Store(path)
        self.people_segments = PeopleSegments(
            store=store,
            definitions=lambda: self.definitions,
            history=self.past,
            clock=lambda: self.now_s,
            log=lambda text: self.logged.append(text),
        )
        super().__init__(segments=self.people_segments, log=log, store=store)
        self.sources = _Settings(self)
        self.profiles._sources = self.sources  # type: ignore[assignment]

    def define(self, **rules: Any) -> None:
        """Segments by their ids; those there are stay, None takes one away."""
        known = {entry.id: entry for entry in self.definitions}
        for id, rule in rules.items():
            known.pop(id, None) if rule is None else known.update({id: entry_of(id, rule)})
        self.definitions = list(known.values())
        self.settle()

    def settle(self, turns: int = 500) -> None:
        """Until there is nothing left to do."""
        for _ in range(turns):
            if not self.profiles.turn() and all(
                state["status"] != "RUNNING" for state in self.people_segments.states(WORKSPACE).values()
            ):
                return
        raise AssertionError(f"it never came to rest: {self.people_segments.states(WORKSPACE)}, {self.logged}")

    def pass_time(self, seconds: float) -> None:
        self.now_s += seconds
        self.profiles.turn()

    def inside(self, user_id: str) -> list[str]:
        """The segments of a person but Everyone."""
        found = self.people_segments.of(self.known(user_id))
        assert found[0] == "Everyone"
        return found[1:]

    def told(self) -> list[tuple[str, str, str]]:
        """What was announced so far: (Entered or Left, segment, user), and forgets it."""
        rows = self.store.db.write("SELECT body FROM outbox ORDER BY seq")
        self.store.db.write("DELETE FROM outbox")
        events = [msgspec.json.decode(row[0]) for row in rows]
        return [
            (event["event"].split()[1], event["properties"]["segmentId"], event.get("userId", event.get("anonymousId")))
            for event in events
        ]

    def count(self, id: str) -> int:
        return self.people_segments.states(WORKSPACE)[id]["count"]

    def reopened(self) -> SegmentRoom:
        """As after the process died: another one on the same file and journal."""
        again = SegmentRoom(log=self.journal, store=self.store)
        again.definitions, again.past, again.now_s = self.definitions, self.past, self.now_s
        again.people_segments._asking._history = again.people_segments._history = self.past
        return again

    @property
    def connection(self) -> sqlite3.Connection:
        return self.store.db.writer


class _Settings(Sources):
    def __init__(self, room: SegmentRoom) -> None:
        super().__init__()
        self._room = room

    def workspaces(self) -> list[WorkspaceEntry]:
        return [
            msgspec.structs.replace(entry, segment_anonymous=self._room.anonymous) for entry in super().workspaces()
        ]


def entry_of(id: str, rule: Any, *, announces: bool = False) -> SegmentEntry:
    return SegmentEntry(
        id=id, workspace_id=WORKSPACE, name=f"The {id}", rule=rule, announce_members=announces, updated_at=repr(rule)
    )

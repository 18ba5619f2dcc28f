"""What people need of segments, of the outside and of other rooms; `app` gives it.

`Segments` is called by the loop on the room's one thread, within the transaction of a stretch, unless it says
otherwise. Whatever it keeps is in memory or in tables of its own in the same file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from headwater.base.event import CleanEvent
from headwater.control.directory import SourceEntry, WorkspaceEntry
from headwater.profiles.model import Changed, Group, Person, Transition


class People(Protocol):
    """The people and groups as they are now, with what the stretch under way has changed. Of the room's thread."""

    def load(self, refs: Sequence[int]) -> list[Person]:
        """Those of the refs that there still are, in the order of the refs given."""
        ...

    def after(self, workspace_id: str, ref: int, limit: int) -> list[Person]:
        """The next people of a workspace, in the order of their refs."""
        ...

    def count(self, workspace_id: str) -> int: ...

    def find(self, workspace_id: str, user_id: str | None, anonymous_id: str | None) -> int | None:
        """The ref of whom an id names; a user id goes before an anonymous one."""
        ...

    def group(self, workspace_id: str, group_id: str) -> Group | None: ...


class PastEvent(msgspec.Struct, frozen=True):
    """`properties` is JSON text, or empty."""

    user_id: str | None
    anonymous_id: str | None
    message_id: str
    at_ms: int
    properties: bytes


class History(Protocol):
    """Events that came before a segment asked for them."""

    def events(
        self, workspace_id: str, event: str, since_ms: int, properties: Sequence[str], until: int
    ) -> Iterator[PastEvent]:
        """Events of that name, each once, with the properties of these names (a dotted name as one key). All that stand
        in the clean journal before the offset `until` are among them. May wait. Raises Transient while they cannot be
        had. Of any thread."""
        ...


class Segments(Protocol):
    """The segment half of the room."""

    def open(self, connection: sqlite3.Connection) -> None:
        """Makes its tables where they are missing and reads them. Outside of any transaction, once, at start."""
        ...

    def save(self, connection: sqlite3.Connection) -> None:
        """Writes what changed, within the transaction under way, right before its commit."""
        ...

    def lost(self, connection: sqlite3.Connection) -> None:
        """The transaction under way was taken back: forgets what was not saved and reads again."""
        ...

    def sync(self, workspaces: Sequence[WorkspaceEntry]) -> None:
        """Before each stretch: takes on the definitions as they are now, if they changed. Quick when they did not."""
        ...

    def wants(self, event: CleanEvent) -> bool:
        """Whether `meter` may have a use for the event. Asked for every event: to be answered in well under a µs."""
        ...

    def meter(self, person: Person, event: CleanEvent, at_ms: int) -> bool:
        """Notes an event in the person's meters; says whether they changed. A message counts once, however often it
        comes, as replays give events again."""
        ...

    def joined(self, mine: Mapping[int, list[int]], theirs: Mapping[int, list[int]]) -> dict[int, list[int]]:
        """The meters of two that became one; whichever is named first."""
        ...

    def judge(self, person: Person, changed: Changed, now_ms: int, people: People) -> list[Transition]:
        """Which segments the person entered and left, given what changed; takes note of it. `people` as they are
        within the transaction."""
        ...

    def concerned(self, workspace_id: str, traits: set[str]) -> bool:
        """Whether a change of these traits of a group can move anybody; if so, its members are judged by and by."""
        ...

    def due(self, now_ms: int, limit: int) -> list[int]:
        """Refs of people for whom time alone may have changed something; they are judged, as a whole, right after."""
        ...

    def forget(self, ref: int) -> None:
        """There is no such person any more: erased, or gone into another one."""
        ...

    def work(self, until: Callable[[], bool]) -> bool:
        """A slice of what takes long (a new segment over all people), within a transaction of its own; ends soon after
        `until` says so. False when there is nothing left to do. Asked for between all stretches."""
        ...

    # For people who ask, from any thread; `people` is then a view of what is committed.

    def of(self, person: Person) -> list[str]:
        """The ids of the segments that a person is in, `Everyone` first."""
        ...

    def members(self, workspace_id: str, segment_id: str, after: int, limit: int) -> list[int]:
        """The next refs of those in a segment, in their order. NotFound when there is no such segment."""
        ...

    def states(self, workspace_id: str) -> dict[str, dict[str, Any]]:
        """By segment: `count`, `status` (READY, RUNNING, FAILED), `done` and `total` of the people looked at."""
        ...

    def explain(self, person: Person, segment_id: str, people: People) -> dict[str, Any]:
        """`{"segmentId","member","tree"}`; NotFound when there is no such segment."""
        ...

    def preview(self, workspace_id: str, rule: Any, people: People) -> tuple[int, list[int]]:
        """How many people a rule would hold, and the refs of a few of them. InvalidInput when it is none."""
        ...


class Announcer(Protocol):
    """Takes events of the built-in source `segments` to the door."""

    def announce(self, workspace_id: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Returns when they are accepted for good. Raises Transient when they are not, Terminal when they never will
        be. Of the draining thread."""
        ...


class Sources(Protocol):
    """What there is to know of sources and workspaces."""

    def by_id(self, source_id: str) -> SourceEntry | None: ...

    def workspace(self, workspace_id: str) -> WorkspaceEntry | None: ...

    def workspaces(self) -> list[WorkspaceEntry]: ...

    def gone_workspaces(self) -> frozenset[str]: ...

"""People without segments: everybody is in `Everyone` and in nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headwater.base.errors import NotFound
from headwater.base.event import CleanEvent
from headwater.control.directory import WorkspaceEntry
from headwater.profiles.model import Changed, Person, Transition
from headwater.profiles.ports import People

EVERYONE = "Everyone"


class NoSegments:
    """Satisfies `profiles.ports.Segments`."""

    def open(self, connection: sqlite3.Connection) -> None: ...

    def save(self, connection: sqlite3.Connection) -> None: ...

    def lost(self, connection: sqlite3.Connection) -> None: ...

    def sync(self, workspaces: Sequence[WorkspaceEntry]) -> None: ...

    def wants(self, event: CleanEvent) -> bool:
        return False

    def meter(self, person: Person, event: CleanEvent, at_ms: int) -> bool:
        return False

    def joined(self, mine: Mapping[int, list[int]], theirs: Mapping[int, list[int]]) -> dict[int, list[int]]:
        return {}

    def judge(self, person: Person, changed: Changed, now_ms: int, people: People) -> list[Transition]:
        return []

    def concerned(self, workspace_id: str, traits: set[str]) -> bool:
        return False

    def due(self, now_ms: int, limit: int) -> list[int]:
        return []

    def forget(self, ref: int) -> None: ...

    def work(self, until: Callable[[], bool]) -> bool:
        return False

    def of(self, person: Person) -> list[str]:
        return [EVERYONE]

    def members(self, workspace_id: str, segment_id: str, after: int, limit: int) -> list[int]:
        raise NotFound(f"there is no segment {segment_id!r}")

    def states(self, workspace_id: str) -> dict[str, dict[str, Any]]:
        return {}

    def explain(self, person: Person, segment_id: str, people: People) -> dict[str, Any]:
        raise NotFound(f"there is no segment {segment_id!r}")

    def preview(self, workspace_id: str, rule: Any, people: People) -> tuple[int, list[int]]:
        return 0, []

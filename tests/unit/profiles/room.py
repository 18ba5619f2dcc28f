"""The room of people on a journal in memory, with one workspace, whose sources and clock a test sets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from headwater.base.clean import CleanFrame, encode_frame
from headwater.base.clock import iso_from_seconds
from headwater.base.event import CleanEvent
from headwater.control.directory import SourceEntry, WorkspaceEntry
from headwater.journal.memory import MemoryLog
from headwater.profiles.model import Person
from headwater.profiles.ports import Segments
from headwater.profiles.run import Profiles
from headwater.profiles.store import Store
from headwater.profiles.view import Asked, View
from tests.unit.profiles.no_segments import NoSegments

WORKSPACE = "w1"
START_MS = 1_700_000_000_000


class Sources:
    """A server's source `server`, a browser's `browser`, and `silent`, which does not feed people."""

    def __init__(self) -> None:
        self.verification = "off"
        self.gone: frozenset[str] = frozenset()

    def by_id(self, source_id: str) -> SourceEntry | None:
        if source_id not in ("server", "browser", "silent"):
            return None
        return SourceEntry(
            source_id=source_id,
            workspace_id=WORKSPACE,
            catalog="candu",
            schema="s",
            enabled=True,
            platform="browser" if source_id == "browser" else "server",
            feeds_profiles=source_id != "silent",
            settings={},
            write_keys=(),
            name="S",
        )

    def workspace(self, workspace_id: str) -> WorkspaceEntry | None:
        return next((each for each in self.workspaces() if each.workspace_id == workspace_id), None)

    def workspaces(self) -> list[WorkspaceEntry]:
        entry = WorkspaceEntry(
            workspace_id=WORKSPACE,
            region="us",
            allowed_origins=(),
            identity_verification=self.verification,  # type: ignore[arg-type]
            identity_secrets=(),
            segment_anonymous=False,
        )
        return [] if WORKSPACE in self.gone else [entry]

    def gone_workspaces(self) -> frozenset[str]:
        return self.gone


class Room:
    def __init__(
        self,
        *,
        path: Path | None = None,
        segments: Segments | None = None,
        log: MemoryLog | None = None,
        store: Store | None = None,
    ):
        self.journal = log or MemoryLog()
        self.sources = Sources()
        self.segments = segments or NoSegments()
        self.logged: list[str] = []
        self.passed: list[int] = []
        self.now_s = START_MS / 1000
        self.store = store or Store(path)
        self.profiles = Profiles(
            store=self.store,
            clean=self.journal,
            sources=self.sources,
            segments=self.segments,
            clock=lambda: self.now_s,
            passed=self.passed.append,
            announced=lambda: None,
            log=self.logged.append,
        )
        self.view = View(self.store, self.segments)

    def write(self, *events: CleanEvent, replay: str | None = None) -> None:
        self.journal.append([encode_frame(CleanFrame(events=list(events), replay=replay))])

    def take(self, *events: CleanEvent, replay: str | None = None) -> None:
        """The events come in one frame and are taken in one stretch."""
        self.write(*events, replay=replay)
        self.turn()

    def turn(self) -> None:
        while self.profiles.lag_bytes():
            self.profiles.turn()

    def user(self, user_id: str) -> Person | None:
        return self.view.named(WORKSPACE, user_id, None)

    def anonymous(self, anonymous_id: str) -> Person | None:
        return self.view.named(WORKSPACE, None, anonymous_id)

    def known(self, user_id: str) -> Person:
        found = self.user(user_id)
        assert found is not None
        return found

    def traits(self, user_id: str) -> dict[str, Any]:
        return self.view.shape(self.known(user_id))["traits"]

    def everybody(self) -> list[dict[str, Any]]:
        """All people, as they are told, in an order that does not depend on their numbers."""
        found, total = self.view.search(WORKSPACE, Asked(), limit=10_000, offset=0)
        assert total == len(found)
        return sorted((self.view.export(person) for person in found), key=lambda each: each["id"])


_COUNT = iter(range(10**9))


def event(type: str, *, at_s: float = 0.0, received_s: float | None = None, **given: Any) -> CleanEvent:
    """A clean event `at_s` seconds after the start, received then or at `received_s`."""
    received = iso_from_seconds(START_MS / 1000 + (at_s if received_s is None else received_s))
    parts = {
        key: msgspec.Raw(json.dumps(given.pop(key)).encode())
        for key in ("traits", "context", "properties")
        if key in given
    }
    known: dict[str, Any] = {"message_id": f"m{next(_COUNT)}", "source_id": "server", "workspace_id": WORKSPACE}
    known |= {"received_at": received, "timestamp": iso_from_seconds(START_MS / 1000 + at_s)}
    return CleanEvent(type=type, **{**known, **given, **parts})  # type: ignore[arg-type]


def identify(user_id: str | None = "u1", *, at_s: float = 0.0, **given: Any) -> CleanEvent:
    return event("identify", user_id=user_id, at_s=at_s, **given)


def milliseconds(at_s: float) -> int:
    return START_MS + round(at_s * 1000)

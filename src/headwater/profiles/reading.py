"""Which clean events can change people, and what is to be known of each before it is taken."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from headwater.base.clean import CleanFrame
from headwater.base.event import CleanEvent
from headwater.profiles.occurrence import happened_ms, milliseconds, order_of, seen_ms
from headwater.profiles.ports import Segments, Sources
from headwater.profiles.store import Store
from headwater.profiles.take import Occurrence


class Feeding(msgspec.Struct, frozen=True):
    """A source that feeds profiles. `ids_signed`: what its workspace requires today, for those of its events of which
    it was not written down what it required when they came."""

    browser: bool
    ids_signed: bool


class Reading:
    """A source that does not feed profiles, or is gone, has no effect: its events are done when they are read."""

    def __init__(self, *, store: Store, sources: Sources, segments: Segments) -> None:
        self._store = store
        self._sources = sources
        self._segments = segments
        self._received_ms = -1
        self._place = 0

    def occurrences(self, frames: Sequence[CleanFrame]) -> list[Occurrence]:
        """Within a transaction: a workspace's first event gives it its number."""
        known: dict[str, Feeding | None] = {}
        times: dict[str, int] = {}
        found: list[Occurrence] = []
        for frame in frames:
            for event in frame.events:
                if event.source_id not in known:
                    known[event.source_id] = self._feeding(event)
                source = known[event.source_id]
                if source is None:
                    continue
                received_ms = times.get(event.received_at)
                if received_ms is None:
                    received_ms = times[event.received_at] = milliseconds(event.received_at)
                at_ms = happened_ms(event.timestamp, received_ms)
                found.append(
                    Occurrence(
                        event,
                        self._store.number(event.workspace_id),
                        at_ms,
                        seen_ms(at_ms, received_ms),
                        order_of(received_ms, self._placed(received_ms) if frame.replay is None else 0),
                        source.browser,
                        source.browser and (source.ids_signed if event.ids_signed is None else event.ids_signed),
                        self._segments.wants(event),
                        frame.replay is not None,
                    )
                )
        return found

    def _placed(self, received_ms: int) -> int:
        """Which one it is of those that were received in the same millisecond, in the order of the journal: the events
        of a request come at once. What is replayed goes before all of them, so that it changes nothing."""
        self._place = self._place + 1 if received_ms == self._received_ms else 1
        self._received_ms = received_ms
        return self._place

    def _feeding(self, event: CleanEvent) -> Feeding | None:
        """None: its events have no effect."""
        source = self._sources.by_id(event.source_id)
        if source is None or not source.feeds_profiles or source.workspace_id != event.workspace_id:
            return None
        workspace = self._sources.workspace(event.workspace_id)
        if workspace is None:
            return None
        return Feeding(source.platform == "browser", workspace.identity_verification == "require")

"""The latest events of each source, as people look at them while they set a source up. A sample, not a record."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable

import msgspec

from headwater.base.event import NO_JSON
from headwater.base.forms import text_of
from headwater.base.subject import Subject
from headwater.pipeline.process import Item

KEPT_PER_SOURCE = 500


class Seen(msgspec.Struct, frozen=True):
    seq: int
    item: Item


class _Ids(msgspec.Struct, frozen=True, rename="camel"):
    user_id: msgspec.Raw = NO_JSON
    anonymous_id: msgspec.Raw = NO_JSON


_IDS = msgspec.json.Decoder(_Ids).decode


def ids_of(item: Item) -> tuple[str | None, str | None]:
    """(user id, anonymous id) of an event, also of one that went no further than the door."""
    if item.event is not None:
        return item.event.user_id, item.event.anonymous_id
    try:
        ids = _IDS(item.raw)
        return text_of(ids.user_id), text_of(ids.anonymous_id)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, None


class Wanted:
    """Events of whoever has one of these ids."""

    def __init__(self, user_ids: Iterable[str], anonymous_ids: Iterable[str]) -> None:
        self._users = frozenset(user_ids)
        self._strangers = frozenset(anonymous_ids)

    def are_named_by(self, item: Item) -> bool:
        user_id, anonymous_id = ids_of(item)
        return user_id in self._users or anonymous_id in self._strangers


class Debugger:
    """Written by the pipeline's thread, read by any."""

    def __init__(self, *, kept: int = KEPT_PER_SOURCE) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._sources: dict[str, deque[Seen]] = {}
        self._last_ms: dict[str, int] = {}
        self._seq = time.time_ns() // 1000  # a stream that goes on after a restart must not wait for lost numbers

    def add(self, items: Iterable[Item]) -> None:
        with self._lock:
            for item in items:
                self._seq += 1
                ring = self._sources.get(item.source_id)
                if ring is None:
                    ring = self._sources[item.source_id] = deque(maxlen=self._kept)
                ring.append(Seen(self._seq, item))
                self._last_ms[item.source_id] = item.received_ms

    def latest(self, source_id: str, *, limit: int, after: int = 0) -> list[Seen]:
        """Newest first; with `after`, only what came later than that sequence number."""
        with self._lock:
            ring = self._sources.get(source_id, ())
            found: list[Seen] = []
            for seen in reversed(ring):
                if seen.seq <= after or len(found) >= limit:
                    break
                found.append(seen)
            return found

    def find(self, message_id: str) -> list[Item]:
        with self._lock:
            return [s.item for ring in self._sources.values() for s in ring if s.item.message_id == message_id]

    def of_workspace(self, workspace_id: str) -> list[Item]:
        """What is remembered of all its sources, newest first."""
        with self._lock:
            found = [s for ring in self._sources.values() for s in ring if s.item.workspace_id == workspace_id]
        return [seen.item for seen in sorted(found, key=lambda seen: -seen.seq)]

    def forget(self, subject: Subject) -> int:
        """Shows nothing of a person any more; gives how many events that were."""
        gone = 0
        with self._lock:
            for source_id, ring in self._sources.items():
                kept = [seen for seen in ring if not _is_of(subject, seen.item)]
                gone += len(ring) - len(kept)
                if len(kept) < len(ring):
                    self._sources[source_id] = deque(kept, maxlen=self._kept)
        return gone

    def last_received_ms(self, source_id: str) -> int | None:
        with self._lock:
            return self._last_ms.get(source_id)


def _is_of(subject: Subject, item: Item) -> bool:
    if item.workspace_id != subject.workspace_id:
        return False
    event = item.event
    if event is not None and subject.owns(event.user_id, event.anonymous_id, event.previous_id):
        return True
    return event is None and subject.mentions(item.raw + b"\n" + (item.note or "").encode())

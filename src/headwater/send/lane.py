"""One connection's queue, as far as memory holds it: a bounded window of what is due, in due order.

The rest waits in the store. What was taken from there is not taken again until its result is durable.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from headwater.catalog.destination import DestinationSpec, Limits
from headwater.control.directory import ConnectionEntry
from headwater.send.breaker import FIRST_S, LONGEST_S, Breaker
from headwater.send.rows import HELD_MS, Due
from headwater.send.store import Store
from headwater.send.throttle import Pace, Places

WINDOW: Final = 128
UNRECORDED: Final = 1024
"""When so many results wait to be written, no more is taken."""


class Lane:
    """`schedule_s`: the delays of retries where the connection has none of its own."""

    def __init__(
        self,
        entry: ConnectionEntry,
        spec: DestinationSpec,
        *,
        store: Store,
        ref: int,
        schedule_s: tuple[float, ...],
        at_once: int,
    ) -> None:
        self._store = store
        self._default_schedule_s = schedule_s
        self._window: deque[Due] = deque()
        self._taken: set[int] = set()
        self._alone: set[int] = set()
        self._more = True
        self._at_once = at_once
        self.ref = ref
        self.in_flight = 0
        self.waits_for_place = False
        self.configure(entry, spec)

    def configure(self, entry: ConnectionEntry, spec: DestinationSpec) -> None:
        """Takes on what a person changed: a receiver that has a new address has a clean slate."""
        self.entry, self.spec = entry, spec
        self.limits: Limits = spec.limits_for(entry.settings)
        self.schedule_s = entry.schedule_s if entry.schedule_s is not None else self._default_schedule_s
        first_s, longest_s = (min(self.schedule_s), max(self.schedule_s)) if self.schedule_s else (FIRST_S, LONGEST_S)
        self.breaker = Breaker(first_s=min(first_s, FIRST_S), longest_s=min(longest_s, LONGEST_S))
        self.pace = Pace(entry.per_second if entry.per_second is not None else self.limits.per_second)
        self.places = Places(self._at_once)
        self.look_again()

    @property
    def is_open(self) -> bool:
        """Whether anything may go out at all."""
        return self.entry.enabled and not self.entry.paused

    @property
    def taken(self) -> int:
        return len(self._taken)

    def holds(self, id: int) -> bool:
        return id in self._taken

    def taken_of(self, ids: set[int]) -> int:
        """How many of these are here or under way."""
        return len(self._taken & ids)

    def look_again(self) -> None:
        """There may be more in the store than is known here."""
        self._more = True

    def start_over(self) -> None:
        """Gives back what has not been begun, so that something else can come first."""
        self._taken.difference_update(row.id for row in self._window)
        self._window.clear()
        self._more = True

    def offer(self, rows: Iterable[Due]) -> None:
        """What was queued just now: taken as it comes, if all that was due before it is here already."""
        for row in rows:
            if self._more or len(self._window) >= WINDOW:
                self._more = True
                return
            if row.id not in self._taken:
                self._window.append(row)
                self._taken.add(row.id)

    def take(self, now_ms: int) -> list[Due]:
        """The next to go out together; empty when none is to go now."""
        if self._more and len(self._window) < max(WINDOW // 4, self.limits.max_batch):
            self._fill(now_ms)
        if not self._window or self.ripe_ms() > now_ms:
            return []
        if self._window[0].id in self._alone or self.limits.max_batch == 1:
            return [self._window.popleft()]
        batch: list[Due] = []
        while self._window and len(batch) < self.limits.max_batch and self._window[0].id not in self._alone:
            batch.append(self._window.popleft())
        return batch

    def ripe_ms(self) -> int:
        """When the window's first may go: at once, or when its batch is full or old enough."""
        first = self._window[0]
        full = len(self._window) >= self.limits.max_batch or first.tries > 0 or first.manual
        return first.due_ms if full else first.due_ms + int(self.limits.batch_wait_s * 1000)

    def next_ms(self) -> int | None:
        """When there is something to take again, if nothing happens before."""
        if self._window:
            return self.ripe_ms()
        keys = self._store.due(self.ref, until_ms=HELD_MS - 1, limit=len(self._taken) + 1)
        return next((due_ms for due_ms, id in keys if id not in self._taken), None)

    def release_lost(self) -> int:
        """Gives back what was taken and is neither in the window nor under way; only when no result is unwritten."""
        lost = self._taken - {row.id for row in self._window} if not self.in_flight else set[int]()
        self._taken -= lost
        return len(lost)

    def separate(self, id: int) -> None:
        """Of a batch that was refused: it goes by itself."""
        self._alone.add(id)

    def recorded(self, id: int, *, ended: bool) -> None:
        """Its result is durable."""
        self._taken.discard(id)
        if ended:
            self._alone.discard(id)

    def _fill(self, now_ms: int) -> None:
        if len(self._taken) - len(self._window) > UNRECORDED:
            return
        room = max(WINDOW, self.limits.max_batch) - len(self._window)
        limit = room + len(self._taken)
        keys = self._store.due(self.ref, until_ms=now_ms, limit=limit)
        self._more = len(keys) == limit
        rows = self._store.load([id for _, id in keys if id not in self._taken][:room])
        self._window.extend(rows)
        self._taken.update(row.id for row in rows)

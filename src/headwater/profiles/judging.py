"""Has the segments judge whom something changed for, and writes down what is to be announced.

Within a transaction of the loop. Members of a group whose traits changed, and people for whom time alone may have
changed something, come in slices, so that new events never wait for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from headwater.base.clock import Clock
from headwater.profiles.model import Changed, Person
from headwater.profiles.outbox import event_of
from headwater.profiles.ports import Segments
from headwater.profiles.store import Store
from headwater.profiles.working import Working

SLICE: Final = 500
"""People in one transaction beside the journal's: some tens of milliseconds."""
WHOLE: Final = Changed(whole=True)


class Judging:
    def __init__(self, *, store: Store, segments: Segments, clock: Clock) -> None:
        self._store = store
        self._segments = segments
        self._clock = clock

    def changed(self, working: Working) -> bool:
        """Everybody whom the transaction has changed; True when somebody entered or left."""
        for (no, group_id), names in working.groups_changed.items():
            if self._segments.concerned(self._store.workspace_of(no), names):
                working.members_wait(no, group_id)
        for ref in sorted(working.gone):
            self._segments.forget(ref)
            self._store.remove_outgoing_of(ref)
        pairs = [(working.person(ref), changed) for ref, changed in sorted(working.changed.items()) if changed]
        return self._judge(working, pairs)

    def waiting(self, working: Working) -> tuple[bool, bool]:
        """A slice of those who wait: whether there were any, and whether somebody entered or left."""
        refs = self._store.take_waiting(SLICE)
        return bool(refs), self._judge(working, [(person, WHOLE) for person in working.load(refs)])

    def due(self, working: Working) -> tuple[bool, bool]:
        """The same of those for whom time has passed."""
        refs = self._segments.due(self._now_ms(), SLICE)
        return bool(refs), self._judge(working, [(person, WHOLE) for person in working.load(refs)])

    def _judge(self, working: Working, pairs: Iterable[tuple[Person, Changed]]) -> bool:
        outgoing: list[tuple[str, int, bytes]] = []
        now_ms = self._now_ms()
        for person, changed in pairs:
            for transition in self._segments.judge(person, changed, now_ms, working):
                person.turned_ms = max(now_ms, person.turned_ms + 1)
                working.write(person)
                body = msgspec.json.encode(event_of(person, transition, person.turned_ms))
                outgoing.append((person.workspace_id, person.ref, body))
        self._store.add_outgoing(outgoing)
        return bool(outgoing)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

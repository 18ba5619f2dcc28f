"""Tells of transitions: events of the built-in source `segments`, handed to the door until it has taken them.

What is to be told is stored with what caused it, and goes when the door said 200. Whatever is cut short in between goes
again under the same messageId, which counts once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec

from headwater.base.clock import iso_from_seconds
from headwater.base.errors import HeadwaterError, Terminal
from headwater.base.ids import stable_uuid
from headwater.profiles.model import Person, Transition
from headwater.profiles.ports import Announcer
from headwater.profiles.store import Outgoing, Store

ENTERED: Final = "Segment Entered"
LEFT: Final = "Segment Left"
_BATCH: Final = 200
_IDLE_S: Final = 1.0
_RETRY_S: Final = 0.5
_RETRY_MOST_S: Final = 10.0


def event_of(person: Person, transition: Transition, at_ms: int) -> dict[str, Any]:
    """A track call as the Tracking API takes it. `at_ms` is different for each of a person's transitions."""
    kind = ENTERED if transition.entered else LEFT
    event = {
        "type": "track",
        "messageId": stable_uuid("transition", person.id, transition.segment_id, kind, str(at_ms)),
        "event": kind,
        "timestamp": iso_from_seconds(at_ms / 1000),
        "properties": {
            "segmentId": transition.segment_id,
            "segmentName": transition.segment_name,
            "personId": person.id,
        },
    }
    if (user_id := person.user_id) is not None:
        event["userId"] = user_id
    else:
        event["anonymousId"] = person.anonymous_id or person.id
    return event


class Outbox:
    """`remove` takes from the store what is announced, on the thread that writes, and waits for it."""

    def __init__(
        self,
        *,
        store: Store,
        announcer: Announcer,
        remove: Callable[[Sequence[int]], None],
        log: Callable[[str], None],
    ) -> None:
        self._store = store
        self._announcer = announcer
        self._remove = remove
        self._log = log
        self._news = threading.Event()
        self._stop = threading.Event()

    def wake(self) -> None:
        """Something was stored."""
        self._news.set()

    def run(self) -> None:
        """Until `stop`."""
        wait_s = _RETRY_S
        while not self._stop.is_set():
            try:
                moved = self.step()
            except HeadwaterError as error:
                self._log(f"what segments say waits: {error.message}")
                self._stop.wait(wait_s)
                wait_s = min(2 * wait_s, _RETRY_MOST_S)
                continue
            wait_s = _RETRY_S
            if not moved:
                self._news.wait(_IDLE_S)
                self._news.clear()

    def step(self) -> bool:
        """Hands over the oldest; False when there are none."""
        waiting = self._store.outgoing(_BATCH)
        for workspace_id, group in groupby(waiting, key=lambda each: each.workspace_id):
            self._announce(workspace_id, list(group))
        return bool(waiting)

    def stop(self) -> None:
        self._stop.set()
        self._news.set()

    def _announce(self, workspace_id: str, group: Sequence[Outgoing]) -> None:
        try:
            self._announcer.announce(workspace_id, [msgspec.json.decode(each.body) for each in group])
        except Terminal as error:  # the workspace or its source is gone: nobody can be told any more
            self._log(f"what segments say cannot be told: {error.message}")
        self._remove([each.seq for each in group])

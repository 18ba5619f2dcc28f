"""Pulls past events on a thread of its own, a few lists ahead, so that who counts them never waits."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from itertools import islice
from typing import Final

from headwater.base.errors import HeadwaterError, Terminal
from headwater.profiles.ports import PastEvent

_LIST: Final = 500
_AHEAD: Final = 8
_LOOK_S: Final = 0.2


class Pulling:
    def __init__(self, events: Iterator[PastEvent]) -> None:
        self._events = events
        self._lists: queue.Queue[list[PastEvent] | HeadwaterError] = queue.Queue(_AHEAD)
        self._stopped = threading.Event()
        threading.Thread(target=self._run, name="past events", daemon=True).start()

    def next(self) -> list[PastEvent] | None:
        """Some more, none when that was all; None: they are still on their way. Raises what made it end."""
        try:
            found = self._lists.get_nowait()
        except queue.Empty:
            return None
        if isinstance(found, HeadwaterError):
            raise found
        return found

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                some = list(islice(self._events, _LIST))
                self._put(some)
                if not some:
                    return
        except HeadwaterError as error:
            self._put(error)
        except Exception as error:  # whoever waits for events has to hear of it
            self._put(Terminal(f"{type(error).__name__}: {error}"))

    def _put(self, found: list[PastEvent] | HeadwaterError) -> None:
        while not self._stopped.is_set():
            try:
                self._lists.put(found, timeout=_LOOK_S)
                return
            except queue.Full:
                continue

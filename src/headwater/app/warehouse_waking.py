"""Whether there is anything for the warehouses to do: until then neither their files nor their engine are opened."""

from __future__ import annotations

import threading
from collections.abc import Callable

from headwater.journal.protocol import Reader

LOOK_EVERY_S = 0.25


class Waking:
    """`loaded`: where loading goes on in the clean journal. `is_wanted`: somebody asked for a warehouse."""

    def __init__(self, *, raw: Reader, clean: Reader, loaded: int, is_wanted: Callable[[], bool]) -> None:
        self._raw = raw
        self._clean = clean
        self._raw_end = raw.end()
        self._loaded = loaded
        self._is_wanted = is_wanted
        self._stop = threading.Event()

    def wait(self) -> bool:
        """Until there is something to do; False when it was stopped before.

        An event that the door took is enough: what is opened meanwhile is there when its clean form is.
        """
        while not self._stop.is_set():
            if self._is_wanted() or self._clean.end() > self._loaded or self._raw.end() > self._raw_end:
                return True
            self._raw.wait(self._raw_end, LOOK_EVERY_S)
        return False

    def stop(self) -> None:
        self._stop.set()
        self._raw.wake()

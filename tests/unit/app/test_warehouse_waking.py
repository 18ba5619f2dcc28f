"""When the warehouses are opened: when something waits to be loaded, is on its way, or was asked."""

from __future__ import annotations

import threading

import pytest

from headwater.app.warehouse_waking import Waking
from headwater.journal.memory import MemoryLog

WAIT_S = 30.0


class Waiting:
    """One that waits in a thread of its own."""

    def __init__(self, loaded: int = 0) -> None:
        self.raw, self.clean = MemoryLog(), MemoryLog()
        self.raw.append([b"of the time before"])
        self.wanted = False
        self.waking = Waking(raw=self.raw, clean=self.clean, loaded=loaded, is_wanted=lambda: self.wanted)
        self.found: list[bool] = []
        self._thread = threading.Thread(target=lambda: self.found.append(self.waking.wait()), daemon=True)
        self._thread.start()

    def ended(self, wait_s: float = WAIT_S) -> list[bool]:
        self._thread.join(wait_s)
        return self.found


@pytest.mark.parametrize("what", ["raw", "clean", "asked"])
def test_each_of_them_wakes(what: str) -> None:
    waiting = Waiting()
    assert waiting.ended(0.6) == [], "nothing happened, though there are events of the time before"
    if what == "asked":
        waiting.wanted = True
    else:
        getattr(waiting, what).append([b"an event"])
    assert waiting.ended() == [True]


def test_what_waits_already_wakes_at_once() -> None:
    waiting = Waiting(loaded=-1)
    assert waiting.ended() == [True]


def test_it_can_be_stopped() -> None:
    waiting = Waiting()
    waiting.waking.stop()
    assert waiting.ended() == [False]

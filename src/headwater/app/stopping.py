"""Asked to end before the processes run: the start goes on to where nothing is half done, and ends there with 0.

So a signal breaks off no import, no step of the tables' making and no clearing away; each would end in a traceback.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_asked: list[int] = []


def heed() -> None:
    """From now on SIGTERM and SIGINT are remembered and nothing more; the parent process does the same later on."""
    for number in _SIGNALS:
        signal.signal(number, _remember)


def is_asked() -> bool:
    return bool(_asked)


def end_if_asked() -> None:
    """Raises SystemExit with 0 then. For places that wait."""
    if _asked:
        raise SystemExit(0)


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Signals come after the block. A process started in it takes none of them, so that its work is done in whole."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _remember(number: int, _frame: FrameType | None) -> None:
    _asked.append(number)

"""The loops that a process is there for: when one of them ends, the process does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from threading import Thread

LOOK_EVERY_S = 0.5


async def watch(threads: Sequence[Thread], stop: asyncio.Event, error: Callable[[str], None]) -> None:
    """A loop that died takes the process with it: the parent starts it anew, from its cursors."""
    alive = True
    while alive:
        await asyncio.sleep(LOOK_EVERY_S)
        alive = all(thread.is_alive() for thread in threads)
    error("a loop of this process ended; the process ends and is started again")
    stop.set()

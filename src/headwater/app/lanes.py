"""Threads for calls that may take long: however many come, they keep no other call of the process waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from headwater.base.errors import Transient


class Lane:
    """At most `threads` calls at a time; a further one is refused at once, as it could only wait."""

    def __init__(self, name: str, *, threads: int) -> None:
        self._name = name
        self._free = threading.BoundedSemaphore(threads)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, method: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        """What the method gives. Transient `busy` when all threads are taken."""
        if not self._free.acquire(blocking=False):
            raise Transient(f"The server is busy with other {self._name}. Try again in a moment.", code="busy")
        future = self._pool.submit(partial(method, **arguments))
        future.add_done_callback(lambda _: self._free.release())
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Takes no more calls; waits for none."""
        self._pool.shutdown(wait=False, cancel_futures=True)

"""Commits what the others change, many changes at a time: while one commit is flushed, the next one gathers.

Changes are made in the loop's own thread (a thread beside it would fight over the interpreter for each row), the
flush to disk in another. What fails is tried again whole: a change must leave no trace but in the transaction, and
what follows from it goes into `then`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from headwater.base.errors import HeadwaterError, Transient
from headwater.send.store import Store

MOST_AT_ONCE = 64
RETRY_S = 0.5


class Work:
    """`slow`: its change is made in the flushing thread, alone, as it takes long."""

    def __init__(self, change: Callable[[], Any], then: Callable[[Any], None] | None, *, slow: bool) -> None:
        self.change = change
        self.then = then
        self.slow = slow
        self.result: Any = None
        self.failed: Callable[[BaseException], None] | None = None


class Commits:
    def __init__(self, store: Store, *, log: Callable[[str], None]) -> None:
        self._store = store
        self._log = log
        self._waiting: list[Work] = []
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="send-commit")
        self._busy = False
        self.failing = False
        """The disk takes nothing now; what was given to it is tried again."""

    def add(self, change: Callable[[], Any], then: Callable[[Any], None] | None = None, *, slow: bool = False) -> None:
        """`then` is called with what the change gave, when that is durable."""
        self._add(Work(change, then, slow=slow))

    async def done(self, change: Callable[[], Any], *, slow: bool = False) -> Any:
        """Waits until it is durable; gives what the change gave, or raises what it raised."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def succeeded(result: Any) -> None:
            if not future.done():
                future.set_result(result)

        def failed(error: BaseException) -> None:
            if not future.done():
                future.set_exception(error)

        work = Work(change, succeeded, slow=slow)
        work.failed = failed
        self._add(work)
        return await future

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._busy

    async def run(self) -> None:
        """Until it is cancelled; what was added before is committed by `drain`."""
        while True:
            await self._wake.wait()
            await self._round()

    async def drain(self, *, within_s: float) -> None:
        """Commits what waits, if the disk lets it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._waiting:
                    await self._round()
        self._thread.shutdown(wait=True)

    def _add(self, work: Work) -> None:
        self._waiting.append(work)
        self._wake.set()

    async def _round(self) -> None:
        works = self._take()
        self._busy = True
        try:
            await self._commit(works)
        except Transient as error:
            self._store.rollback()
            if not self.failing:
                self._log(f"deliveries wait: {error.message}")
            self.failing = True
            self._waiting[:0] = works
            await asyncio.sleep(RETRY_S)
        else:
            self.failing = False
            for work in works:
                if work.then is not None:
                    work.then(work.result)
        finally:
            self._busy = False
            if not self._waiting:
                self._wake.clear()

    def _take(self) -> list[Work]:
        if self._waiting and self._waiting[0].slow:
            return [self._waiting.pop(0)]
        count = next((at for at, work in enumerate(self._waiting) if work.slow), len(self._waiting))
        count = min(count, MOST_AT_ONCE)
        works, self._waiting = self._waiting[:count], self._waiting[count:]
        return works

    async def _commit(self, works: list[Work]) -> None:
        """A change that is refused is told to whom it concerns, and is left out; the others go on."""
        if not works:
            return
        loop = asyncio.get_running_loop()
        if works[0].slow:
            await loop.run_in_executor(self._thread, self._change, works)
        else:
            self._change(works)
        if self._store.db.in_memory:
            self._store.db.commit()
        else:
            await loop.run_in_executor(self._thread, self._store.db.commit)
        self._store.settle()

    def _change(self, works: list[Work]) -> None:
        self._store.begin()
        for work in list(works):
            self._one(work, works)
        self._store.flush()

    def _one(self, work: Work, works: list[Work]) -> None:
        try:
            work.result = work.change()
        except Transient:
            raise
        except HeadwaterError as error:
            if work.failed is None:
                raise
            work.failed(error)
            works.remove(work)

"""Group commit: many requests, one flush. A request is answered when the flush that holds it has returned.

Who flushes is decided by what it costs. A small group on a quick disk is flushed on the event loop itself, once per
turn of the loop: handing it to a thread and back would cost more than it saves. Large groups, and all groups on a
slower disk, go to a thread, so that the next requests are read meanwhile.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence

from headwater.base.errors import HeadwaterError
from headwater.journal.protocol import JournalBroken, JournalFull, Writer

Done = Callable[[HeadwaterError | None], None]
MAX_WAITING_BYTES = 64 * 1024 * 1024
SMALL_BYTES = 128 * 1024
QUICK_S = 0.001
"""The loop flushes groups of at most SMALL_BYTES itself while such a flush takes less than QUICK_S."""
_WEIGHT = 0.2


class GroupCommit:
    """Takes records on the event loop and flushes them there, or in a thread of its own; `submit` is of the loop.

    `submit` calls `done(None)` on the loop once they are durable, or `done(error)` when nothing was stored.
    `on_stored` is called on the loop after the `done`s of a flush, with the log's end as of that flush.
    `on_broken` is called, once, when the journal is broken: the process must end.
    """

    def __init__(
        self,
        writer: Writer,
        *,
        loop: asyncio.AbstractEventLoop,
        on_broken: Callable[[], None],
        on_stored: Callable[[int], None] = lambda _end: None,
        max_waiting_bytes: int = MAX_WAITING_BYTES,
    ) -> None:
        self._writer = writer
        self._loop = loop
        self._on_broken = on_broken
        self._on_stored = on_stored
        self._max_waiting_bytes = max_waiting_bytes
        self._payloads: list[bytes] = []
        self._waiting: list[Done] = []
        self._waiting_bytes = 0
        self._closing = False
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._threaded = True  # until the first flush has shown how long one takes
        self._in_thread = 0
        self._planned = False
        self._flush_s: float | None = None
        self._gather: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="journal-flush", daemon=True)
        self._thread.start()

    def gather_by(self, gather: Callable[[], None]) -> None:
        """`gather` is called on the loop before a flush there: what it submits is flushed together with what waits."""
        self._gather = gather

    def submit(self, payloads: Sequence[bytes], done: Done) -> None:
        size = sum(map(len, payloads))
        with self._lock:
            if self._closing:
                raise JournalFull("the journal is closing; send again to the next process")
            if self._waiting_bytes + size > self._max_waiting_bytes:
                raise JournalFull("the disk is slower than what comes in; send again in a moment")
            self._payloads.extend(payloads)
            self._waiting.append(done)
            self._waiting_bytes += size
            self._get_going()

    async def append(self, payloads: Sequence[bytes]) -> None:
        """Returns when the records are durable; raises when nothing was stored."""
        future: asyncio.Future[None] = self._loop.create_future()

        def done(error: HeadwaterError | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)

        self.submit(payloads, done)
        await future

    def close(self) -> None:
        """Flushes what waits, then ends the thread. The writer stays open."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _get_going(self) -> None:
        """With the lock, on the loop: sees to it that what waits is flushed, here or there."""
        if self._threaded:
            self._wake.notify()
        elif not self._in_thread and not self._planned:
            self._planned = True
            self._loop.call_soon(self._flush_here)

    def _flush_here(self) -> None:
        try:
            self._gather()
        except Exception as fault:  # what waits is flushed whatever comes of the rest
            self._loop.call_exception_handler({"message": "gathering for a flush failed", "exception": fault})
        with self._lock:
            self._planned = False
            if not self._payloads:
                return
            if self._waiting_bytes > SMALL_BYTES:
                self._threaded = True
                self._wake.notify()
                return
            # The lock is held meanwhile, as a thread that closes must not flush beside this.
            waiting, stored = self._flush(*self._take())
            self._choose()
        self._answer(waiting, stored)

    def _run(self) -> None:
        while True:
            with self._lock:
                while not (self._payloads and self._threaded) and not self._closing:
                    self._wake.wait()
                if not self._payloads:
                    return
                group = self._take()
                self._in_thread += 1
            waiting, stored = self._flush(*group)
            self._loop.call_soon_threadsafe(self._flushed_there, waiting, stored)
            if isinstance(stored, JournalBroken):
                return

    def _flushed_there(self, waiting: list[Done], stored: int | HeadwaterError) -> None:
        self._answer(waiting, stored)
        with self._lock:
            self._in_thread -= 1
            self._choose()
            if self._payloads:
                self._get_going()

    def _choose(self) -> None:
        quick = self._flush_s is not None and self._flush_s < QUICK_S
        self._threaded = not quick or self._waiting_bytes > SMALL_BYTES

    def _take(self) -> tuple[list[bytes], list[Done], bool]:
        """What waits, and whether it is so little that its flush tells how quick the disk is."""
        group = self._payloads, self._waiting, self._waiting_bytes <= SMALL_BYTES
        self._payloads, self._waiting, self._waiting_bytes = [], [], 0
        return group

    def _flush(
        self, payloads: list[bytes], waiting: list[Done], small: bool
    ) -> tuple[list[Done], int | HeadwaterError]:
        began = time.perf_counter()
        stored = self._store(payloads)
        if small:
            took_s = time.perf_counter() - began
            self._flush_s = took_s if self._flush_s is None else self._flush_s + _WEIGHT * (took_s - self._flush_s)
        return waiting, stored

    def _store(self, payloads: list[bytes]) -> int | HeadwaterError:
        """The log's new end, or why nothing was stored."""
        try:
            return self._writer.append(payloads)
        except HeadwaterError as error:
            return error
        except Exception as error:
            return JournalFull(f"the journal did not take the events: {error}")

    def _answer(self, waiting: list[Done], stored: int | HeadwaterError) -> None:
        error = stored if isinstance(stored, HeadwaterError) else None
        for done in waiting:
            try:
                done(error)
            except Exception as fault:  # one request's trouble must not leave the others without an answer
                self._loop.call_exception_handler({"message": "an answer failed", "exception": fault})
        if not isinstance(stored, HeadwaterError):
            self._on_stored(stored)
        elif isinstance(stored, JournalBroken):
            self._on_broken()

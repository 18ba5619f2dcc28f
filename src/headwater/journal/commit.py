"""Group commit: many requests, one flush. A request is answered when the flush that holds it has returned."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

from headwater.base.errors import HeadwaterError
from headwater.journal.protocol import JournalBroken, JournalFull, Writer

Done = Callable[[HeadwaterError | None], None]
MAX_WAITING_BYTES = 64 * 1024 * 1024


class GroupCommit:
    """Takes records on the event loop and flushes them in a thread of its own.

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
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="journal-flush", daemon=True)
        self._thread.start()

    def submit(self, payloads: Sequence[bytes], done: Done) -> None:
        size = sum(map(len, payloads))
        with self._wake:
            if self._closing:
                raise JournalFull("the journal is closing; send again to the next process")
            if self._waiting_bytes + size > self._max_waiting_bytes:
                raise JournalFull("the disk is slower than what comes in; send again in a moment")
            self._payloads.extend(payloads)
            self._waiting.append(done)
            self._waiting_bytes += size
            self._wake.notify()

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

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._payloads and not self._closing:
                    self._wake.wait()
                if not self._payloads:
                    return
                payloads, waiting = self._payloads, self._waiting
                self._payloads, self._waiting, self._waiting_bytes = [], [], 0
            stored = self._store(payloads)
            self._loop.call_soon_threadsafe(self._answer, waiting, stored)
            if isinstance(stored, JournalBroken):
                self._loop.call_soon_threadsafe(self._on_broken)
                return

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

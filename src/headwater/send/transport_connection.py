"""One connection: a request goes out, its answer comes in, one at a time."""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import cast

from headwater.send.resolve import SockAddress
from headwater.send.transport_fault import Fault
from headwater.send.wire_answer import AnswerReader


class Connection(asyncio.Protocol):
    """`address` is the socket address that was dialled. `idle_until` is set by whoever keeps it."""

    def __init__(self, address: SockAddress | str) -> None:
        self.address = address
        self.idle_until = 0.0
        self.first_byte_at = 0.0
        self._transport: asyncio.Transport | None = None
        self._reader: AnswerReader | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._lost = False

    @property
    def open(self) -> bool:
        return not self._lost and self._transport is not None and not self._transport.is_closing()

    async def exchange(self, message: bytes, reader: AnswerReader, *, until: float) -> None:
        """Returns when the reader is done, whatever it found. Cancelling it ends the connection.

        `until` is of the loop's clock. Raises TimeoutError. A timer of its own costs a third of asyncio.timeout.
        """
        if self._transport is None or not self.open:
            reader.end()
            return
        loop = asyncio.get_running_loop()
        self._reader, self.first_byte_at = reader, 0.0
        self._waiter = loop.create_future()
        timer = loop.call_at(until, self._finish)
        self._transport.write(message)
        try:
            await self._waiter
            if not reader.done:
                raise TimeoutError
        except BaseException:
            self.abort()
            raise
        finally:
            timer.cancel()
            self._reader = self._waiter = None

    def fit_for_more(self, reader: AnswerReader) -> bool:
        """Whether a next request may go out after that answer. Not when a part of ours is still to be written."""
        return (
            reader.reusable
            and self.open
            and self._transport is not None
            and not self._transport.get_write_buffer_size()
        )

    def abort(self) -> None:
        """At once, without a word to the other side."""
        self._lost = True
        if self._transport is not None:
            self._transport.abort()

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        reader = self._reader
        if reader is None or reader.done:
            self.abort()  # nobody asked: whatever it is must not be taken for the next answer
            return
        if not self.first_byte_at:
            self.first_byte_at = time.perf_counter()
        reader.feed(data)
        if reader.done:
            self._finish()

    def eof_received(self) -> bool:
        self._end(None)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc)

    def _end(self, error: Exception | None) -> None:
        self._lost = True
        reader = self._reader
        if reader is not None and not reader.done:
            reader.end()
            if isinstance(error, ssl.SSLError):
                reader.fault = Fault("tls_error", f"The encrypted connection broke: {error.reason or 'unknown'}.")
                reader.done = True
        self._finish()

    def _finish(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

"""From bytes to an answer, the same however they were split on the way.

The final status counts once the answer is whole, or once its body is longer than what is kept (then the rest is not
waited for). Interim answers (1xx) are skipped. What breaks HTTP's framing is a fault, with the status kept as evidence.
"""

from __future__ import annotations

from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from headwater.send.ports import BODY_BYTES
from headwater.send.transport_fault import Fault

HEAD_BYTES: Final = 64 * 1024
"""All heads of an answer, interim ones included, end within these."""

HEADERS: Final = 200
WIRE_BYTES: Final = 1024 * 1024
"""No more is read of an answer, however little of it is body (chunk extensions, trailers)."""


class AnswerReader:
    """Feed it until `done`. `body` False: the answer has none whatever its head says (HEAD was asked).

    `status` is None until the head is complete. `cut`: more would have come. `reusable`: the connection is at the
    beginning of a next answer, `keep_alive` is the header of that name.
    """

    __slots__ = (
        "_body_expected",
        "_chunked",
        "_head",
        "_header_count",
        "_interim",
        "_length",
        "_parser",
        "_taken",
        "body",
        "cut",
        "done",
        "fault",
        "headers",
        "keep_alive",
        "reusable",
        "status",
    )

    def __init__(self, *, body: bool = True) -> None:
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        self._body_expected = body
        self._taken = 0
        self._header_count = 0
        self._interim = False
        self._head = False
        self._length = self._chunked = False
        self.status: int | None = None
        self.headers: list[tuple[str, str]] = []
        self.keep_alive: str | None = None
        self.body = bytearray()
        self.done = self.cut = self.reusable = False
        self.fault: Fault | None = None

    @property
    def began(self) -> bool:
        """Whether anything of an answer came."""
        return self._taken > 0

    def feed(self, data: bytes) -> None:
        """What comes after the answer makes the connection unfit for another."""
        if not self._head:
            room = HEAD_BYTES - self._taken
            self._parse(data[:room])
            if not self._head and not self.done and len(data) >= room:
                self._end(_too_large())
            data = data[room:]
        if data and not self.done:
            room = WIRE_BYTES - self._taken
            self._parse(data[:room])
            if not self.done and self._taken >= WIRE_BYTES:
                self._cut()
        elif data:
            self.reusable = False

    def end(self) -> None:
        """The connection was closed by the other side."""
        if self.done:
            return
        if self._head and not self._length and not self._chunked:
            self.done = True
        elif self._taken:
            self._end(Fault("connection_reset", "The connection was closed in the middle of the answer."))
        else:
            self._end(Fault("connection_reset", "The connection was closed before an answer came."))

    def _parse(self, data: bytes) -> None:
        self._taken += len(data)
        if self._parser is None:
            return
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self._end(Fault("protocol_error", "The answer changes the protocol, which nobody asked for."))
        except HttpParserError as error:
            self.reusable = False
            self._end(Fault("protocol_error", f"The answer is not proper HTTP: {error}."))
        if self.done:
            self._parser = None  # it holds this reader: together they would wait for the garbage collector

    def _end(self, fault: Fault) -> None:
        """The first word counts: what follows a whole answer does not spoil it."""
        if not self.done:
            self.done, self.reusable, self.fault = True, False, fault

    def _cut(self) -> None:
        self.done = self.cut = True

    # Called by the parser.

    def on_message_begin(self) -> None:
        if self.done:
            self.reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head or self.done:  # a trailer, or what follows the answer
            return
        self._header_count += 1
        if self._header_count > HEADERS:
            self._end(_too_large())
            return
        text = name.decode("latin-1").lower()
        self.headers.append((text, value.decode("latin-1")))
        if text == "content-length":
            self._length = True
        elif text == "transfer-encoding":
            self._chunked = value.strip().lower().endswith(b"chunked")
        elif text == "keep-alive":
            self.keep_alive = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._head or self.done or self._parser is None:
            return
        status = self._parser.get_status_code()
        if 100 <= status < 200:
            self._interim = True
            self.headers.clear()
            self._length = self._chunked = False
            return
        self._interim = False
        self._head, self.status = True, status
        self.done = not self._body_expected

    def on_body(self, part: bytes) -> None:
        if self.done or self._interim:
            return
        room = BODY_BYTES - len(self.body)
        self.body += part[:room]
        if len(part) > room:
            self._cut()

    def on_message_complete(self) -> None:
        if self._head and not self.done and self._parser is not None:
            self.done = True
            self.reusable = bool(self._parser.should_keep_alive())


def _too_large() -> Fault:
    return Fault(
        "response_too_large",
        f"The head of the answer is longer than {HEAD_BYTES} bytes or {HEADERS} headers; the rest was not read.",
    )

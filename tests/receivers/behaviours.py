"""Ways to answer a request, good and bad. Each gives a function that answers one request on its socket."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence

from tests.receivers.receiver import Behaviour, Exchange

Headers = Sequence[tuple[str, str]]


def answer(status: int = 200, body: bytes = b"ok", headers: Headers = (), *, close: bool = False) -> Behaviour:
    """`answer(429, headers=[("Retry-After", "3")])`, `answer(410)`, …"""

    def behave(exchange: Exchange) -> bool:
        given = [*headers, ("Content-Length", str(len(body))), *([("Connection", "close")] if close else [])]
        exchange.write(_head(status, given) + body)
        return not close

    return behave


def raw(data: bytes, *, keep: bool = False) -> Behaviour:
    """These bytes, whatever they mean."""

    def behave(exchange: Exchange) -> bool:
        exchange.write(data)
        return keep

    return behave


def chunked(parts: Sequence[bytes], status: int = 200) -> Behaviour:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return raw(_head(status, [("Transfer-Encoding", "chunked")]) + chunks + b"0\r\n\r\n", keep=True)


def close_delimited(body: bytes, status: int = 200) -> Behaviour:
    """The end of the connection is the end of the answer."""
    return raw(_head(status, []) + body)


def interim(status: int = 103) -> Behaviour:
    """An interim answer before the real one."""
    return raw(
        b"HTTP/1.1 %d Wait\r\nLink: </a>\r\n\r\n" % status + _head(200, [("Content-Length", "2")]) + b"ok", keep=True
    )


def two_answers() -> Behaviour:
    """One more than was asked for: the second must not be taken for the answer to the next request."""
    return raw(_head(200, [("Content-Length", "2")]) + b"ok" + _head(410, [("Content-Length", "0")]), keep=True)


def keep_then_close() -> Behaviour:
    """Promises to keep the connection, and closes it."""
    return raw(_head(200, [("Content-Length", "2"), ("Connection", "keep-alive")]) + b"ok")


def redirect(location: str, status: int = 302) -> Behaviour:
    return answer(status, b"", [("Location", location)])


def slowly(seconds: float, then: Behaviour | None = None) -> Behaviour:
    def behave(exchange: Exchange) -> bool:
        return exchange.pause(seconds) and (then or answer())(exchange)

    return behave


def hang() -> Behaviour:
    """Never answers."""

    def behave(exchange: Exchange) -> bool:
        exchange.stopping.wait()
        return False

    return behave


def drip_head(every_s: float = 1.0) -> Behaviour:
    """One byte of a head at a time, which never ends."""

    def behave(exchange: Exchange) -> bool:
        exchange.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while exchange.pause(every_s):
            exchange.write(b"a")
        return False

    return behave


def drip_body(every_s: float = 1.0, status: int = 200) -> Behaviour:
    """A whole head, and one byte of body at a time."""

    def behave(exchange: Exchange) -> bool:
        exchange.write(_head(status, [("Content-Length", "100000")]))
        while exchange.pause(every_s):
            exchange.write(b"a")
        return False

    return behave


def endless_body(status: int = 200, *, by: str = "chunked") -> Behaviour:
    """As fast as it is read. `by`: chunked, close."""

    def behave(exchange: Exchange) -> bool:
        exchange.write(_head(status, [("Transfer-Encoding", "chunked")] if by == "chunked" else []))
        part = b"x" * 16384
        while not exchange.stopping.is_set():
            exchange.write(b"4000\r\n" + part + b"\r\n" if by == "chunked" else part)
        return False

    return behave


def endless_headers() -> Behaviour:
    def behave(exchange: Exchange) -> bool:
        exchange.write(b"HTTP/1.1 200 OK\r\n")
        while not exchange.stopping.is_set():
            exchange.write(b"X-More: and more\r\n" * 100)
        return False

    return behave


def endless_header() -> Behaviour:
    """One header that does not end."""

    def behave(exchange: Exchange) -> bool:
        exchange.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not exchange.stopping.is_set():
            exchange.write(b"y" * 16384)
        return False

    return behave


def close_early() -> Behaviour:
    """Closes without a word."""
    return raw(b"")


def close_in_head() -> Behaviour:
    return raw(b"HTTP/1.1 200 OK\r\nContent-Le")


def close_in_body() -> Behaviour:
    return raw(_head(200, [("Content-Length", "100")]) + b"only this")


def reset() -> Behaviour:
    """Ends the connection with a reset."""

    def behave(exchange: Exchange) -> bool:
        linger = struct.pack("ii", 1, 0)
        exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return False

    return behave


def broken_chunking() -> Behaviour:
    return raw(_head(200, [("Transfer-Encoding", "chunked")]) + b"5\r\nhello\r\nZZ\r\nworld\r\n0\r\n\r\n")


def bad_status_line() -> Behaviour:
    return raw(b"ICY 200 OK\r\nContent-Length: 0\r\n\r\n")


def _head(status: int, headers: Headers) -> bytes:
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode()

"""The door on the wire: keep-alive, pipelining, Expect, chunks, bodies that are too large, cut or slow."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.server import Server


class Wire:
    """A connection on which a test writes what it likes."""

    def __init__(self, server: Server, key: str) -> None:
        place = urlsplit(server.url)
        self.sock = socket.create_connection((place.hostname or "", place.port or 0), timeout=20)
        self.key = base64.b64encode(f"{key}:".encode()).decode()
        self._left = b""

    def head(self, path: str = "/v1/track", *more: str, length: int | None = None) -> bytes:
        lines = [f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Basic {self.key}", *more]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def request(self, message_id: str) -> bytes:
        body = event(message_id)
        return self.head(length=len(body)) + body

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        while b"\r\n\r\n" not in self._left:
            self._more()
        head, _, rest = self._left.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(rest) < length:
            self._left = b""
            rest += self.sock.recv(65536)
        self._left = rest[length:]
        return int(first.split()[1]), headers, rest[:length]

    def close(self) -> None:
        self.sock.close()

    def _more(self) -> None:
        data = self.sock.recv(65536)
        assert data, "the server closed the connection"
        self._left += data


def event(message_id: str) -> bytes:
    return json.dumps({"userId": "u", "event": "Wire", "messageId": message_id}).encode()


@pytest.fixture
def wire(shared_server: Server, request: pytest.FixtureRequest) -> Iterator[Wire]:
    source = shared_server.add_source("http-api", request.node.name)
    with contextlib.closing(Wire(shared_server, source["writeKeys"][0])) as opened:
        yield opened


def test_a_connection_takes_one_request_after_another(wire: Wire) -> None:
    for number in range(5):
        wire.sock.sendall(wire.request(f"k{number}"))
        status, _, body = wire.answer()
        assert (status, body) == (200, b'{"success":true}')


def test_pipelined_requests_are_answered_in_order_and_all_stored(wire: Wire, shared_server: Server) -> None:
    bad = b"{"
    stream = b"".join(wire.request(f"p{number}") for number in range(20))
    stream += wire.head(length=len(bad)) + bad + wire.request("p20") + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    wire.sock.sendall(stream)
    assert [wire.answer()[0] for _ in range(23)] == [200] * 20 + [400, 200, 200]
    schema = "test_pipelined_requests_are_answered_in_order_and_all_stored"
    shared_server.rows(f"SELECT count(DISTINCT id) FROM {schema}.wire", lambda rows: rows == [[21]])


def test_expect_100_is_answered_before_the_body(wire: Wire) -> None:
    body = event("e1")
    wire.sock.sendall(wire.head("/v1/track", "Expect: 100-continue", length=len(body)))
    assert wire.sock.recv(1000).startswith(b"HTTP/1.1 100 ")
    wire.sock.sendall(body)
    assert wire.answer()[0] == 200


def test_chunked_bodies_are_put_together(wire: Wire) -> None:
    body = event("c1")
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:8], body[8:]))
    wire.sock.sendall(wire.head("/v1/track", "Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n")
    assert wire.answer()[0] == 200


def test_a_body_that_comes_a_byte_at_a_time_arrives(wire: Wire) -> None:
    body = event("s1")
    wire.sock.sendall(wire.head(length=len(body)))
    for byte in body:
        wire.sock.sendall(bytes([byte]))
        time.sleep(0.002)
    assert wire.answer()[0] == 200


def test_a_body_that_is_too_large_gets_its_answer_and_the_connection_goes_on(wire: Wire) -> None:
    body = b" " * 600_000
    wire.sock.sendall(wire.head(length=len(body)) + body)
    status, _, answer = wire.answer()
    assert (status, json.loads(answer)["code"]) == (400, "payload_too_large")
    wire.sock.sendall(wire.request("l1"))
    assert wire.answer()[0] == 200


def test_an_endless_body_is_cut(wire: Wire) -> None:
    wire.sock.sendall(wire.head(length=1 << 40))
    sent = 0
    with contextlib.suppress(OSError):
        while sent < 1 << 28:
            sent += wire.sock.send(b" " * 65536)
    assert sent < 1 << 26


def test_an_aborted_upload_stores_nothing_and_hurts_nobody(wire: Wire, shared_server: Server) -> None:
    body = event("a1")
    wire.sock.sendall(wire.head(length=len(body)) + body[:10])
    wire.sock.close()
    key = base64.b64decode(wire.key).decode().rstrip(":")
    with contextlib.closing(Wire(shared_server, key)) as other:
        other.sock.sendall(other.request("a2"))
        assert other.answer()[0] == 200
    schema = "test_an_aborted_upload_stores_nothing_and_hurts_nobody"
    shared_server.rows(f"SELECT id FROM {schema}.wire", lambda rows: rows == [["a2"]])


def test_what_is_no_http_is_refused(wire: Wire) -> None:
    wire.sock.sendall(b"\x16\x03\x01 hello\r\n\r\n")
    assert wire.sock.recv(1000).startswith(b"HTTP/1.1 400")


def test_a_client_that_wants_no_keep_alive_is_closed_after_its_answer(wire: Wire) -> None:
    body = event("n1")
    wire.sock.sendall(wire.head("/v1/track", "Connection: close", length=len(body)) + body)
    status, headers, _ = wire.answer()
    assert (status, headers["connection"]) == (200, "close")
    assert wire.sock.recv(10) == b""

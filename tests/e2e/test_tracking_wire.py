"""However the bytes of a request come, its event is stored once; and what is no request harms nobody else."""

from __future__ import annotations

import base64
import json
import os
import socket
import time
from typing import Any

import pytest

from tests.server import Server

ANSWER_S = 60.0
SUCCESS = b'{"success":true}'


class Wire:
    """One source of one server, and requests to it as bytes."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.source = server.add_source("http-api", name)
        self.host, _, port = server.url.removeprefix("http://").partition(":")
        self.port = int(port)
        key = self.source["writeKeys"][0]
        self.key = b"authorization: Basic " + base64.b64encode(f"{key}:".encode()) + b"\r\n"

    def body(self, message_id: str) -> bytes:
        event = {"userId": "u", "event": "Sent", "messageId": message_id, "properties": {"text": "é" * 50}}
        return json.dumps(event, ensure_ascii=False).encode()

    def head(self, *more: bytes, path: bytes = b"/v1/track", version: bytes = b"1.1", close: bool = True) -> bytes:
        lines = [b"POST %s HTTP/%s" % (path, version), b"host: headwater", *more]
        return b"\r\n".join((*lines, b"connection: close" if close else b"x-more: to come")) + b"\r\n" + self.key

    def request(self, message_id: str, *more: bytes, **how: Any) -> bytes:
        body = self.body(message_id)
        return self.head(b"content-length: %d" % len(body), *more, **how) + b"\r\n" + body

    def talk(self, *pieces: bytes, pause_s: float = 0.0) -> bytes:
        """All that the server says until it ends the connection."""
        with socket.create_connection((self.host, self.port), timeout=ANSWER_S) as connection:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause_s)
            said = b""
            while more := connection.recv(65_536):
                said += more
        return said

    def stored(self) -> list[str]:
        self.server.wait_closed()
        rows = self.server.sql(f"SELECT id FROM {self.source['schema']}.sent WHERE text = repeat('é', 50) ORDER BY id")
        return [row[0] for row in rows]


@pytest.fixture
def wire(shared_server: Server, request: pytest.FixtureRequest) -> Wire:
    return Wire(shared_server, request.node.name)


def in_chunks(body: bytes, size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def test_a_body_in_chunks(wire: Wire):
    head = wire.head(b"transfer-encoding: chunked") + b"\r\n"
    assert wire.talk(head + in_chunks(wire.body("a"), 7)).endswith(SUCCESS)
    assert wire.talk(head, *(in_chunks(wire.body("b"), 40),)).endswith(SUCCESS)
    assert wire.stored() == ["a", "b"]


def test_a_request_byte_by_byte(wire: Wire):
    whole = wire.request("a")
    assert wire.talk(*(whole[at : at + 1] for at in range(len(whole))), pause_s=0.0005).endswith(SUCCESS)
    assert wire.stored() == ["a"]


def test_requests_that_do_not_wait_for_answers(wire: Wire):
    ids = [f"{number:02d}" for number in range(20)]
    said = wire.talk(b"".join(wire.request(message_id, close=message_id == ids[-1]) for message_id in ids))
    assert said.count(SUCCESS) == 20
    assert wire.stored() == ids


def test_a_client_that_asks_whether_to_go_on(wire: Wire):
    said = wire.talk(wire.request("a", b"expect: 100-continue"))
    assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert wire.stored() == ["a"]


def test_clients_that_offer_http2_are_served_in_http1(wire: Wire):
    offer = (b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA", b"Connection: Upgrade, HTTP2-Settings")
    assert wire.talk(wire.request("a", *offer)).endswith(SUCCESS)
    said = wire.talk(wire.request("b", *offer, close=False) + wire.request("c"))
    assert said.count(SUCCESS) == 2
    assert wire.stored() == ["a", "b", "c"]


def test_old_and_unusual_forms_of_a_request(wire: Wire):
    assert wire.talk(wire.request("a", version=b"1.0")).endswith(SUCCESS)
    assert wire.talk(wire.request("b", path=b"/v1/track/")).endswith(SUCCESS)
    assert wire.talk(wire.request("c", path=b"/v1/track?from=here&writeKey=another")).endswith(SUCCESS)
    assert wire.talk(wire.request("d", path=b"http://headwater/v1/track")).endswith(SUCCESS)
    assert wire.talk(wire.request("e", b"x-padding: " + b"x" * 20_000)).endswith(SUCCESS)
    assert wire.talk(wire.request("f", path=b"//v1/track")).endswith(SUCCESS)
    assert wire.stored() == ["a", "b", "c", "d", "e", "f"]


def test_what_is_no_request_harms_nobody_else(wire: Wire):
    bad = [
        b"\x16\x03\x01\x02\x00" + os.urandom(200),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"BREW /v1/track HTTP/1.1\r\n\r\n",
        wire.head(b"content-length: -5") + b"\r\n",
        wire.head(b"content-length: 5", b"transfer-encoding: chunked") + b"\r\n0\r\n\r\n",
        wire.head(b"transfer-encoding: chunked") + b"\r\nnot a length\r\n",
        wire.head(b"transfer-encoding: chunked") + b"\r\n" + in_chunks(b" " * 600_000, 50_000),
    ]
    for whole in bad:
        assert wire.talk(whole).startswith(b"HTTP/1.1 400 "), whole[:60]
    unfinished = [socket.create_connection((wire.host, wire.port)) for _ in range(200)]
    for connection in unfinished:
        connection.sendall(wire.request("never")[:-5])
    assert wire.talk(wire.request("a")).endswith(SUCCESS)
    for connection in unfinished:
        connection.close()
    assert wire.talk(wire.request("b")).endswith(SUCCESS)
    assert wire.stored() == ["a", "b"]

"""From bytes to an answer: the same however they arrive, and bounded whatever they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.send.ports import BODY_BYTES
from headwater.send.wire_answer import HEAD_BYTES, HEADERS, WIRE_BYTES, AnswerReader

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

STREAMS = {
    "length": OK,
    "empty header": b"HTTP/1.1 200 OK\r\nX-None:\r\nX-Blank:  \r\nContent-Length: 0\r\n\r\n",
    "no reason": b"HTTP/1.1 204\r\n\r\n",
    "chunked": CHUNKED + b"5\r\nhello\r\n1;ext=1\r\n!\r\n0\r\nTrailer: yes\r\n\r\n",
    "closed": b"HTTP/1.0 500 Oh\r\nServer: x\r\n\r\nthe end comes with the end",
    "closed, other coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
    "interim": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n" + OK,
    "two": OK + b"HTTP/1.1 410 Gone\r\nX-Second: 1\r\nContent-Length: 4\r\n\r\ngone",
    "rubbish after": OK + b"\x00\x01rubbish",
    "bad chunk": CHUNKED + b"5\r\nhello\r\nZZ\r\n",
    "chunk and length": CHUNKED[:-2] + b"Content-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "bad line": b"ICY 200 OK\r\n\r\n",
    "a TLS alert": b"\x15\x03\x01\x00\x02\x02\x46",
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
    "upgrade": b"HTTP/1.1 101 Switch\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x00",
    "status 999": b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
}

Seen = tuple[int | None, tuple[tuple[str, str], ...], bytes, bool, str | None]


def _read(parts: Sequence[bytes], *, body: bool = True) -> AnswerReader:
    reader = AnswerReader(body=body)
    for part in parts:
        if part:
            reader.feed(part)
    reader.end()
    return reader


def _seen(reader: AnswerReader) -> Seen:
    fault = reader.fault.error_class if reader.fault else None
    headers = tuple(reader.headers) if reader.status is not None else ()
    return reader.status, headers, bytes(reader.body), reader.cut, fault


def _cut(stream: bytes, places: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[first:last] for first, last in pairwise(edges)]


@given(st.sampled_from(sorted(STREAMS)), st.lists(st.integers(0, 10_000), max_size=8))
def test_any_split_of_the_bytes_gives_the_same_answer(name: str, places: list[int]) -> None:
    stream = STREAMS[name]
    assert _seen(_read(_cut(stream, places))) == _seen(_read([stream]))


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_byte_by_byte_gives_the_same_answer(name: str) -> None:
    stream = STREAMS[name]
    assert _seen(_read([bytes([one]) for one in stream])) == _seen(_read([stream]))


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=4), st.sampled_from([b"", OK[:17], CHUNKED]))
def test_rubbish_never_raises_and_is_read_the_same(rubbish: bytes, places: list[int], start: bytes) -> None:
    stream = start + rubbish
    assert _seen(_read(_cut(stream, places))) == _seen(_read([stream]))


@given(st.lists(st.binary(min_size=1, max_size=3000), max_size=40), st.lists(st.integers(0, 100_000), max_size=6))
def test_a_chunked_body_is_put_together_and_capped(parts: list[bytes], places: list[int]) -> None:
    stream = CHUNKED + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    reader = _read(_cut(stream, places))
    whole = b"".join(parts)
    assert reader.fault is None
    assert bytes(reader.body) == whole[:BODY_BYTES]
    assert reader.cut == (len(whole) > BODY_BYTES)


@pytest.mark.parametrize(
    ("name", "status", "body", "reusable"),
    [
        ("length", 200, b"ok", True),
        ("empty header", 200, b"", True),
        ("no reason", 204, b"", True),
        ("chunked", 200, b"hello!", True),
        ("closed", 500, b"the end comes with the end", False),
        ("closed, other coding", 200, b"abc", False),
        ("interim", 200, b"ok", True),
        ("two", 200, b"ok", False),
        ("rubbish after", 200, b"ok", False),
        ("status 999", 999, b"", True),
    ],
)
def test_whole_answers(name: str, status: int, body: bytes, reusable: bool) -> None:
    reader = _read([STREAMS[name]])
    assert (reader.fault, reader.status, bytes(reader.body), reader.reusable) == (None, status, body, reusable)


@pytest.mark.parametrize(
    ("name", "error_class", "status"),
    [
        ("bad chunk", "protocol_error", 200),
        ("chunk and length", "protocol_error", None),
        ("two lengths", "protocol_error", None),
        ("bad line", "protocol_error", None),
        ("a TLS alert", "protocol_error", None),
        ("upgrade", "protocol_error", None),
        ("nothing", "connection_reset", None),
        ("half a head", "connection_reset", None),
        ("half a body", "connection_reset", 200),
    ],
)
def test_broken_answers_are_faults_and_their_status_is_kept(name: str, error_class: str, status: int | None) -> None:
    reader = _read([STREAMS[name]])
    assert reader.fault is not None
    assert (reader.fault.error_class, reader.status, reader.reusable) == (error_class, status, False)


def test_headers_in_lower_case_without_those_of_interim_answers() -> None:
    reader = _read([STREAMS["interim"]])
    assert reader.headers == [("content-length", "2")]
    assert _read([STREAMS["empty header"]]).headers == [("x-none", ""), ("x-blank", ""), ("content-length", "0")]


def test_trailers_are_not_taken_for_headers() -> None:
    assert "trailer" not in dict(_read([STREAMS["chunked"]]).headers)


def test_connection_close_is_heeded() -> None:
    reader = _read([b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"])
    assert (reader.fault, reader.reusable) == (None, False)


def test_the_answer_to_head_has_no_body() -> None:
    reader = _read([b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"], body=False)
    assert (reader.fault, reader.status, reader.reusable) == (None, 200, False)


@pytest.mark.parametrize("size", [BODY_BYTES - 1, BODY_BYTES])
def test_a_body_as_long_as_what_is_kept_is_whole(size: int) -> None:
    reader = _read([b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size, b"x" * size])
    assert (reader.fault, len(reader.body), reader.cut, reader.reusable) == (None, size, False, True)


def test_a_longer_body_is_cut_and_counts_by_its_status() -> None:
    reader = AnswerReader()
    reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
    reader.feed(b"x" * BODY_BYTES)
    assert not reader.done
    reader.feed(b"x")
    assert (reader.done, reader.cut, reader.fault, reader.reusable) == (True, True, None, False)
    assert len(reader.body) == BODY_BYTES


@pytest.mark.parametrize("step", [997, HEAD_BYTES, 10 * HEAD_BYTES])
@pytest.mark.parametrize("unit", [b"X-More: and more\r\n", b"y"], ids=["many", "long"])
def test_a_head_that_does_not_end_is_given_up(unit: bytes, step: int) -> None:
    stream = b"HTTP/1.1 200 OK\r\nX-First: " + unit * (4 * HEAD_BYTES // len(unit))
    reader = AnswerReader()
    fed = 0
    while not reader.done:
        reader.feed(stream[fed : fed + step])
        fed += step
    assert reader.fault is not None
    assert reader.fault.error_class == "response_too_large"
    assert (reader.status, reader.reusable) == (None, False)
    assert fed <= HEAD_BYTES + step


def test_as_many_headers_as_allowed_and_one_more() -> None:
    def stream(count: int) -> bytes:
        return b"HTTP/1.1 204 None\r\n" + b"".join(b"X-%d: 1\r\n" % number for number in range(count)) + b"\r\n"

    assert _read([stream(HEADERS)]).fault is None
    fault = _read([stream(HEADERS + 1)]).fault
    assert fault is not None
    assert fault.error_class == "response_too_large"


def test_interim_answers_without_end_are_given_up() -> None:
    reader = AnswerReader()
    for _ in range(HEAD_BYTES // 25 + 1):
        if not reader.done:
            reader.feed(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert reader.fault is not None
    assert reader.fault.error_class == "response_too_large"


@pytest.mark.parametrize(
    "unit",
    [b"1;%s\r\nx\r\n" % (b"e" * 100), b"1\r\nx\r\n"],
    ids=["extensions", "small chunks"],
)
def test_chunks_that_are_hardly_body_are_given_up_too(unit: bytes) -> None:
    reader = AnswerReader()
    reader.feed(CHUNKED)
    fed = 0
    while not reader.done:
        reader.feed(unit * 1000)
        fed += len(unit) * 1000
    assert (reader.status, reader.fault, reader.cut) == (200, None, True)
    assert fed <= WIRE_BYTES + len(unit) * 1000


def test_trailers_without_end_are_given_up() -> None:
    reader = AnswerReader()
    reader.feed(CHUNKED + b"2\r\nok\r\n0\r\n")
    while not reader.done:
        reader.feed(b"X-Trailer: and more\r\n" * 100)
    assert (reader.status, bytes(reader.body), reader.cut) == (200, b"ok", True)

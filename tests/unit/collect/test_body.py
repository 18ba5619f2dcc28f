"""From bytes to JSON text: gzip, UTF-8, and what RFC 8259 does not allow."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.collect.body import brackets
from headwater.collect.door import Decision
from tests.unit.collect.doors import TRACK, events, make_door, post, refusal, said

TEXT = json.dumps(TRACK).encode()


def send(body: bytes, encoding: bytes = b"gzip") -> Decision:
    return post(make_door(), "/v1/track", body, headers={b"content-encoding": encoding})


@pytest.mark.parametrize("encoding", [b"gzip", b"GZIP", b" gzip ", b"x-gzip"])
def test_gzip(encoding: bytes) -> None:
    assert events(send(gzip.compress(TEXT), encoding)) == [TRACK]


def test_identity_and_none() -> None:
    assert events(send(TEXT, b"identity")) == [TRACK]
    assert events(send(TEXT, b"")) == [TRACK]


@pytest.mark.parametrize("encoding", [b"br", b"zstd", b"deflate", b"gzip, gzip", b"\xff"])
def test_other_encodings_are_refused(encoding: bytes) -> None:
    assert refusal(send(TEXT, encoding)) == (400, "bad_request")


def test_several_members_are_one_text() -> None:
    assert events(send(gzip.compress(TEXT[:10]) + gzip.compress(TEXT[10:]))) == [TRACK]
    assert events(send(gzip.compress(TEXT) + b"\0" * 512)) == [TRACK]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        TEXT,
        gzip.compress(TEXT)[:-1],
        gzip.compress(TEXT)[:12],
        gzip.compress(TEXT) + b"garbage",
        gzip.compress(TEXT)[:-8] + b"\0" * 8,
        zlib.compress(TEXT),
        gzip.compress(b"") * 100 + gzip.compress(TEXT),
    ],
    ids=["empty", "plain", "cut off", "a head", "garbage", "a wrong checksum", "zlib", "many members"],
)
def test_what_is_no_gzip_is_refused(body: bytes) -> None:
    assert refusal(send(body)) == (400, "bad_request")


@pytest.mark.parametrize("whole", [b"0" * 50_000_000, b"[" * 512_001])
def test_a_bomb_goes_off_in_half_a_megabyte(whole: bytes) -> None:
    bomb = gzip.compress(whole, 9)
    tracemalloc.start()
    try:
        assert refusal(send(bomb)) == (400, "payload_too_large")
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 3_000_000


def test_a_bomb_in_members_goes_off_as_early() -> None:
    assert refusal(send(gzip.compress(b" " * 400_000) * 60)) == (400, "payload_too_large")


def test_a_zipped_body_is_measured_unzipped() -> None:
    batch = {"batch": [TRACK | {"type": "track", "properties": {"a": "x" * 30_000}}] * 16}
    body = gzip.compress(json.dumps(batch).encode())
    decision = post(make_door(), "/v1/batch", body, headers={b"content-encoding": b"gzip"})
    assert len(events(decision)) == 16


@pytest.mark.parametrize("body", [b"", b" ", b"\n\t", b"\xef\xbb\xbf"])
def test_an_empty_body_is_refused(body: bytes) -> None:
    assert refusal(send(body, b"")) == (400, "bad_request")


def test_a_byte_order_mark_is_passed_over() -> None:
    assert events(send(b"\xef\xbb\xbf" + TEXT, b"")) == [TRACK]


@pytest.mark.parametrize(
    "fault",
    [
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"01",
        b"1.",
        b".5",
        b"+1",
        b"0x1",
        b"1e",
        b"'x'",
        b"tru",
        b"undefined",
        b'"\\q"',
        b'"\\u12"',
        b'"\\uzzzz"',
        b'"\x00"',
        b'"\x1f"',
        b'"a\nb"',
        b'"\xff"',
        b'"\xc0\x80"',
        b'"\xed\xa0\x80"',
        b'"\xf4\x90\x80\x80"',
        b"[1,]",
        b'{"a":1,}',
        b"{a:1}",
        b"[1 2]",
        b"/* */ 1",
        b"1} x",
    ],
)
@pytest.mark.parametrize(
    "frame",
    [
        b'{"userId":"u","event":"e","properties":{"a":%s}}',
        b'{"userId":"u","event":"e","unknown":%s}',
        b'{"batch":[{"type":"track","userId":"u","event":"e","context":{"a":%s}}]}',
        b'{"batch":[{"type":"track","userId":"u","event":"e"}],"context":{"a":%s}}',
    ],
)
def test_what_is_not_rfc_8259_is_refused_wherever_it_stands(fault: bytes, frame: bytes) -> None:
    path = "/v1/batch" if b"batch" in frame else "/v1/track"
    assert refusal(post(make_door(), path, frame % fault)) == (400, "bad_request")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_only_utf8(encoding: str) -> None:
    body = json.dumps(TRACK | {"event": "Café"}, ensure_ascii=False).encode(encoding)
    assert refusal(send(body, b"")) == (400, "bad_request")


def test_the_answer_says_where_the_text_is_wrong() -> None:
    assert "byte 11 is 0xff" in said(send(b'{"userId":"\xff"}', b""))["message"]


@pytest.mark.parametrize("content_type", [b"application/json", b"text/plain", b"text/plain;charset=UTF-8", b""])
def test_any_content_type_may_hold_json(content_type: bytes) -> None:
    assert events(post(make_door(), "/v1/t", TRACK, headers={b"content-type": content_type})) == [TRACK]


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=5))
def test_brackets_are_those_of_each_text(texts: list[bytes]) -> None:
    assert brackets(texts) == [sum(map(text.count, (b"{", b"}", b"[", b"]"))) for text in texts]

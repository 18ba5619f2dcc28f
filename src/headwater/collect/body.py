"""From the bytes of a request to JSON text: bounded inflation, strict UTF-8, strict RFC 8259.

What passes here can be cut into raw parts and stored byte for byte: no reader behind the door meets text that is
not UTF-8, a newline inside a record, half of a surrogate pair, or nesting without end.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TypeVar

import msgspec

from headwater.base.event import MAX_BODY_BYTES, MAX_DEPTH
from headwater.base.outcome import RejectCode
from headwater.collect.refusal import NotTaken, shown

T = TypeVar("T")

NESTED = f"nests objects and arrays deeper than {MAX_DEPTH} levels, which is the limit."
HALF = "half of a surrogate pair (text that was cut in the middle of a character), which no store can keep."

_BOM = b"\xef\xbb\xbf"
_GZIP = zlib.MAX_WBITS | 16
_MAX_GZIP_MEMBERS = 64

_BRACKETS = b"[]{}"
NOT_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))
_APART = b"\0"
"""What no JSON text holds."""
_NOT_BRACKETS_NOR_APART = bytes(set(NOT_BRACKETS) - set(_APART))
_NOT_STRUCTURE = bytes(set(range(256)) - set(_BRACKETS + b'"'))
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
"""A step into an object or array, or, as a signed byte, out of it."""
_MARKERS = [b"\\u%04x" % code for code in range(0xE000, 0xE040)]
_SURROGATES = re.compile(
    rb"(?<!\\)((?:\\\\)*)\\u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|([dD][89a-fA-F][0-9a-fA-F]{2}))"
)
"""Escaped surrogates after an even number of backslashes: pairs, and (group 2) halves."""


def read(body: bytes, encoding: str) -> bytes:
    """The JSON text of a request, unzipped, UTF-8, without byte order mark; raises NotTaken."""
    if len(body) > MAX_BODY_BYTES:
        raise too_large()
    if encoding:
        body = _decoded(body, encoding)
    if body.startswith(_BOM):
        body = body[len(_BOM) :]
    if not body or body.isspace():
        raise NotTaken(
            RejectCode.BAD_REQUEST,
            "The body is empty; send a JSON object with the event or the batch. Nothing was stored.",
        )
    if not body.isascii():
        _check_utf8(body)
    return body


def too_large() -> NotTaken:
    return NotTaken(
        RejectCode.PAYLOAD_TOO_LARGE,
        f"The body is over {MAX_BODY_BYTES} bytes unzipped, which is the limit; send smaller batches. "
        "Nothing was stored.",
    )


def parse(decode: Callable[[bytes], T], text: bytes) -> tuple[T, bytes]:
    """(what `decode` makes of the text, marker): the marker, when not b"", stands in it for each half of a pair.

    A lone surrogate (`\\ud83d` without its other half) is JSON by its grammar, yet no text: no store can hold it.
    So as not to lose a batch for one cut emoji, each is replaced by an escape that occurs nowhere else in the
    text, and whoever asked refuses the items that hold it. msgspec.ValidationError is left to the caller.
    """
    try:
        return decode(text), b""
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        patched, marker = _without_halves(text)
        if not marker:
            raise NotTaken(
                RejectCode.BAD_REQUEST, f"The body is not JSON (RFC 8259): {error}. Nothing was stored."
            ) from None
    except RecursionError:
        raise NotTaken(RejectCode.NESTED_TOO_DEEP, f"The body {NESTED} Nothing was stored.") from None
    return parse(decode, patched)[0], marker


def too_deep(text: bytes) -> bool:
    """Whether valid JSON text nests objects and arrays deeper than MAX_DEPTH; the outermost one counts."""
    if len(text.translate(None, NOT_BRACKETS)) <= 2 * MAX_DEPTH:
        return False
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    structure = text.translate(_STEPS, _NOT_STRUCTURE)
    steps = b"".join(structure.split(b'"')[::2])
    return max(accumulate(memoryview(steps).cast("b")), default=0) > MAX_DEPTH


def brackets(texts: Sequence[bytes]) -> list[int]:
    """How many brackets each has, also within its strings. A text that nests too deep has over twice MAX_DEPTH.

    To sort out the bytes of all texts at once takes half of what it takes for each by itself.
    """
    found = _APART.join(texts).translate(None, _NOT_BRACKETS_NOR_APART).split(_APART)
    if len(found) != len(texts):  # some are no JSON
        found = [text.translate(None, NOT_BRACKETS) for text in texts]
    return list(map(len, found))


def one_line(record: bytes) -> bytes:
    """Valid JSON text without line breaks. They can only be white space: inside a string they are escaped."""
    if b"\n" in record:
        record = record.replace(b"\n", b" ")
    if b"\r" in record:
        record = record.replace(b"\r", b" ")
    return record


def _decoded(body: bytes, encoding: str) -> bytes:
    name = encoding.strip().lower()
    if name in ("gzip", "x-gzip"):
        return _unzip(body)
    if name == "identity":
        return body
    raise NotTaken(
        RejectCode.BAD_REQUEST,
        f"Content-Encoding {shown(encoding.encode())} is not known here; send gzip or none. Nothing was stored.",
    )


def _unzip(body: bytes) -> bytes:
    """All members of a gzip stream, never more than a byte over the limit in memory."""
    parts: list[bytes] = []
    left = MAX_BODY_BYTES + 1
    for _ in range(_MAX_GZIP_MEMBERS):
        part, body = _member(body, left)
        parts.append(part)
        left -= len(part)
        if left <= 0:
            raise too_large()
        if not body.rstrip(b"\0"):
            return b"".join(parts)
    raise _bad_gzip(f"it has more than {_MAX_GZIP_MEMBERS} members")


def _member(body: bytes, limit: int) -> tuple[bytes, bytes]:
    """(content of the first member, what follows it)."""
    inflater = zlib.decompressobj(_GZIP)
    try:
        content = inflater.decompress(body, limit)
    except zlib.error as error:
        raise _bad_gzip(str(error)) from None
    if not inflater.eof and len(content) < limit:
        raise _bad_gzip("it is cut short")
    return content, inflater.unused_data


def _bad_gzip(why: str) -> NotTaken:
    return NotTaken(
        RejectCode.BAD_REQUEST,
        f"The body says Content-Encoding: gzip but cannot be unzipped: {why}. Nothing was stored.",
    )


def _check_utf8(body: bytes) -> None:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotTaken(
            RejectCode.BAD_REQUEST,
            f"The body is not UTF-8: byte {error.start} is 0x{body[error.start]:02x} ({error.reason}). "
            "Nothing was stored.",
        ) from None


def _without_halves(text: bytes) -> tuple[bytes, bytes]:
    """The text with each lone surrogate replaced by a marker of the same length; (text, b"") when it has none."""
    marker = next((code for code in _MARKERS if code not in text), b"")
    if not marker:
        return text, b""
    patched = _SURROGATES.sub(lambda found: found[1] + marker if found[2] else found[0], text)
    return (patched, marker) if patched != text else (text, b"")

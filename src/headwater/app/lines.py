"""A file of events, one JSON object a line, as batches that the door takes.

What is no JSON object on a line of its own is set aside with its line number, so that it cannot spoil the batch
it would be in. Everything else is the door's to judge. A line without a messageId gets one, so that sending a batch
twice counts it once; in a file it is made of the line itself, so that sending the whole file twice does too.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, Final, NoReturn

import msgspec

from headwater.base.ids import stable_uuid

MAX_BATCH_LINES: Final = 500
MAX_BATCH_BYTES: Final = 440_000
MAX_LINE_BYTES: Final = 256 * 1024
"""Far above what an event may have, so that the door is the one to refuse it."""

_OPENING: Final = re.compile(rb"\s*\{")


class Line(msgspec.Struct, frozen=True):
    """`number` counts from 1."""

    number: int
    body: bytes


class Refused(msgspec.Struct, frozen=True):
    """A line that was not stored. `code` is the door's."""

    line: int
    code: str
    message: str


def read(
    file: IO[bytes], *, first: int = 1, repeatable: bool, passed: Callable[[int], None]
) -> Iterator[Line | Refused]:
    """The lines from number `first` on; empty ones are left out. `passed` hears of each line's size in bytes.

    `repeatable`: the same line at the same place gets the same messageId whenever it is read.
    """
    number = 0
    while raw := file.readline(MAX_LINE_BYTES):
        number += 1
        size_bytes = len(raw)
        if size_bytes == MAX_LINE_BYTES and not raw.endswith(b"\n"):
            size_bytes += _skip_rest(file)
            raw = b""
        passed(size_bytes)
        if number < first:
            continue
        if size_bytes > MAX_LINE_BYTES:
            yield _too_long(number, size_bytes)
        elif raw.strip():
            yield _line(number, raw.strip(), repeatable)


def batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """As many lines together as the door takes at once."""
    batch: list[Line] = []
    size_bytes = 0
    for line in lines:
        if batch and (len(batch) >= MAX_BATCH_LINES or size_bytes + len(line.body) >= MAX_BATCH_BYTES):
            yield batch
            batch, size_bytes = [], 0
        batch.append(line)
        size_bytes += len(line.body) + 1
    if batch:
        yield batch


def envelope(batch: Iterable[Line]) -> bytes:
    """The body of /v1/batch. No sentAt: the times on the lines stay as they are."""
    return b'{"batch":[' + b",".join(line.body for line in batch) + b"]}"


def _line(number: int, raw: bytes, repeatable: bool) -> Line | Refused:
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        return Refused(number, "bad_request", f"The line is not JSON: {error}.")
    if not isinstance(value, dict):
        return Refused(number, "bad_request", "The line is JSON, but no object; an event is one.")
    if "messageId" in value:
        return Line(number, raw)
    message_id = stable_uuid("line", str(number), raw.decode()) if repeatable else str(uuid.uuid4())
    return Line(number, _with_message_id(raw, value, message_id))


def _with_message_id(raw: bytes, value: dict[str, Any], message_id: str) -> bytes:
    """The text as it came, with one key more: written anew, its numbers might come out otherwise."""
    given = b'{"messageId":"%s"' % message_id.encode()
    return _OPENING.sub(given + b"," if value else given, raw, count=1)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON's")


def _too_long(number: int, size_bytes: int) -> Refused:
    return Refused(number, "payload_too_large", f"The line has {size_bytes:,} bytes; an event may have 32,768.")


def _skip_rest(file: IO[bytes]) -> int:
    skipped_bytes = 0
    while raw := file.readline(MAX_LINE_BYTES):
        skipped_bytes += len(raw)
        if raw.endswith(b"\n"):
            break
    return skipped_bytes

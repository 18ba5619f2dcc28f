"""How a record lies in a file: length, CRC-32 of the payload (both 32-bit little endian), payload.

A frame that is cut short, empty or does not match its checksum ends the valid part of a file: that is how a
torn last write shows.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

HEADER = struct.Struct("<II")
MAX_PAYLOAD_BYTES = 64 * 1024 * 1024


def encode(payloads: Sequence[bytes]) -> bytes:
    parts: list[bytes] = []
    for payload in payloads:
        if not 0 < len(payload) <= MAX_PAYLOAD_BYTES:
            raise ValueError(f"a record holds 1 to {MAX_PAYLOAD_BYTES} bytes, not {len(payload)}")
        parts.append(HEADER.pack(len(payload), zlib.crc32(payload)))
        parts.append(payload)
    return b"".join(parts)


def decode(data: bytes | memoryview, *, at: int = 0) -> Iterator[tuple[int, int, bytes]]:
    """(start, end, payload) of each whole, valid frame from `at` on; stops at the first that is not."""
    view = memoryview(data)
    while at + HEADER.size <= len(view):
        length, checksum = HEADER.unpack_from(view, at)
        end = at + HEADER.size + length
        if not 0 < length <= MAX_PAYLOAD_BYTES or end > len(view):
            return
        payload = bytes(view[at + HEADER.size : end])
        if zlib.crc32(payload) != checksum:
            return
        yield at, end, payload
        at = end


def needed(data: bytes | memoryview, *, at: int = 0) -> int:
    """How many bytes the frame at `at` takes in all, by its header; 0 when not even the header is there."""
    if at + HEADER.size > len(data):
        return 0
    return HEADER.size + HEADER.unpack_from(data, at)[0]

"""Identifiers: who makes them, how long they are, what they are made of."""

from __future__ import annotations

import hashlib
import secrets
import string
import uuid

_ALPHABET = string.ascii_letters + string.digits
_HEADWATER = uuid.UUID("b3f9a1de-6a70-5f0c-9d0e-6d3f4a5b8c21")


def new_write_key() -> str:
    """32 letters and digits (about 190 bits)."""
    return _random(32)


def new_short_id() -> str:
    """10 letters and digits: segments, contents, client tokens."""
    return _random(10)


def new_id(prefix: str) -> str:
    """`src_` and 16 letters and digits; the prefix says what it names."""
    return f"{prefix}_{_random(16)}"


def stable_uuid(*parts: str) -> str:
    """The same UUID (version 5, RFC 9562) for the same parts, today and after any restart."""
    name = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    digest = bytearray(hashlib.sha1(_HEADWATER.bytes + name, usedforsecurity=False).digest()[:16])
    digest[6], digest[8] = digest[6] & 0x0F | 0x50, digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def hex8(text: str) -> str:
    """The first 8 hex digits of the SHA-256 of the text's UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))

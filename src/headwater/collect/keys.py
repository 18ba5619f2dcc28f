"""Which write key a request names, in the order of the Tracking API.

Authorization Basic (user name, with or without the colon) decides alone when it is there. Else the body's
`writeKey`; for a batch without one, that of its items. A Bearer token is not looked at: the key is in the body.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

import msgspec

from headwater.base.event import NO_JSON

NO_KEY = ""
"""A key was named, but so that it can be none."""

_KNOWN_HEADERS = 4096
_KNOWN_HEADER_BYTES = 200


class _Keyed(msgspec.Struct, frozen=True, rename="camel"):
    write_key: msgspec.Raw = NO_JSON


_KEYED = msgspec.json.Decoder(_Keyed).decode
_STRING = msgspec.json.Decoder(str).decode


class HeaderKeys:
    """Reads Authorization headers; one that came before costs a dictionary look-up."""

    def __init__(self) -> None:
        self._read: dict[bytes, str | None] = {}

    def key(self, header: bytes | None) -> str | None:
        """None: the header names no key. NO_KEY: it tries to and fails."""
        if not header:
            return None
        if header in self._read:
            return self._read[header]
        key = basic_key(header)
        if len(header) <= _KNOWN_HEADER_BYTES:
            if len(self._read) >= _KNOWN_HEADERS:
                self._read.clear()
            self._read[header] = key
        return key


def basic_key(header: bytes) -> str | None:
    scheme, _, credentials = header.strip().partition(b" ")
    if scheme.lower() != b"basic":
        return None
    credentials = credentials.strip()
    try:
        user = base64.b64decode(credentials + b"=" * (-len(credentials) % 4), validate=True)
        return user.partition(b":")[0].decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return NO_KEY


def body_key(text: msgspec.Raw) -> str | None:
    """The `writeKey` of a JSON object; None when it has none (or nests beyond reading), NO_KEY when no string."""
    try:
        return named(_KEYED(text).write_key)
    except (msgspec.ValidationError, RecursionError):
        return None


def named(value: msgspec.Raw) -> str | None:
    """The key that a `writeKey` field names; None when it is absent or null."""
    text = bytes(value)
    if text in (b"", b"null"):
        return None
    return _STRING(text) if text.startswith(b'"') else NO_KEY


def items_key(items: Iterable[msgspec.Raw]) -> str | None:
    """The `writeKey` of the first item that has one; None when none has."""
    return next((key for raw in items if (key := body_key(raw)) is not None), None)

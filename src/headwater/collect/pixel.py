"""The pixel: an event in the query of an image, for mails and pages without scripts."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from headwater.base.event import MAX_DEPTH, MAX_EVENT_BYTES
from headwater.base.outcome import RejectCode
from headwater.collect import body
from headwater.collect.refusal import NotTaken

_MAX_FIELDS = 1000
_UNQUOTED = re.compile(r"[\x80-\xff]")


def event(query: str) -> tuple[bytes, str | None]:
    """(the event as JSON text, the query's own `writeKey`); raises NotTaken.

    Either `data` holds the JSON in base64 (URL-safe or not, padded or not), or each other parameter is a field,
    a dot going one level down: `properties.subject=Hello`. Such values are strings.
    """
    fields = _fields(query)
    key = fields.pop("writeKey", None)
    data = fields.pop("data", None)
    text = _from_base64(data) if data is not None else _from_fields(fields)
    if len(text) > MAX_EVENT_BYTES:
        raise NotTaken(
            RejectCode.PAYLOAD_TOO_LARGE,
            f"The event has {len(text)} bytes, but may have {MAX_EVENT_BYTES} at most.",
        )
    return body.read(text, ""), key


def _fields(query: str) -> dict[str, str]:
    """The first value of each parameter. Bytes that were not percent-encoded stand in the query as Latin-1."""
    query = _UNQUOTED.sub(lambda found: f"%{ord(found[0]):02X}", query)
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except UnicodeDecodeError:
        raise NotTaken(RejectCode.BAD_REQUEST, "The query is not UTF-8; nothing was stored.") from None
    except ValueError:
        raise NotTaken(
            RejectCode.BAD_REQUEST, f"The query has more than {_MAX_FIELDS} fields; nothing was stored."
        ) from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields


def _from_base64(data: str) -> bytes:
    plain = data.strip().replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise NotTaken(RejectCode.BAD_REQUEST, "data is not base64; nothing was stored.") from None


def _from_fields(fields: dict[str, str]) -> bytes:
    found: dict[str, Any] = {}
    for path, value in fields.items():
        _put(found, path.split("."), value)
    return msgspec.json.encode(found)


def _put(found: dict[str, Any], path: list[str], value: str) -> None:
    if len(path) > MAX_DEPTH:
        raise NotTaken(RejectCode.NESTED_TOO_DEEP, f"A field nests deeper than {MAX_DEPTH} levels; nothing was stored.")
    for step in path[:-1]:
        inner: Any = found.setdefault(step, {})
        if not isinstance(inner, dict):
            raise _both(path)
        found = inner
    if isinstance(found.setdefault(path[-1], value), dict):
        raise _both(path)


def _both(path: list[str]) -> NotTaken:
    return NotTaken(
        RejectCode.BAD_REQUEST,
        f"{'.'.join(path)[:60]} is given as a value and as a field with parts; nothing was stored.",
    )

"""The pixel: an event in the query of an image, for mails and pages without scripts."""

from __future__ import annotations

from typing import Any

import msgspec

from headwater.base.event import MAX_DEPTH, MAX_EVENT_BYTES
from headwater.base.outcome import RejectCode
from headwater.collect import body
from headwater.collect.query import fields as query_fields
from headwater.collect.query import from_base64
from headwater.collect.refusal import NotTaken


def event(query: str) -> tuple[bytes, str | None]:
    """(the event as JSON text, the query's own `writeKey`); raises NotTaken.

    Either `data` holds the JSON in base64 (URL-safe or not, padded or not), or each other parameter is a field,
    a dot going one level down: `properties.subject=Hello`. Such values are strings.
    """
    fields = query_fields(query)
    key = fields.pop("writeKey", None)
    data = fields.pop("data", None)
    text = from_base64(data, "data") if data is not None else _from_fields(fields)
    if len(text) > MAX_EVENT_BYTES:
        raise NotTaken(
            RejectCode.PAYLOAD_TOO_LARGE,
            f"The event has {len(text)} bytes, but may have {MAX_EVENT_BYTES} at most.",
        )
    return body.read(text, ""), key


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

"""What the query of a request says, for doors that take events by GET."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qsl

from headwater.base.outcome import RejectCode
from headwater.collect.refusal import NotTaken

MAX_FIELDS = 1000
_UNQUOTED = re.compile(r"[\x80-\xff]")


def fields(query: str) -> dict[str, str]:
    """The first value of each parameter. Bytes that were not percent-encoded stand in the query as Latin-1."""
    query = _UNQUOTED.sub(lambda found: f"%{ord(found[0]):02X}", query)
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except UnicodeDecodeError:
        raise NotTaken(RejectCode.BAD_REQUEST, "The query is not UTF-8; nothing was stored.") from None
    except ValueError:
        raise NotTaken(
            RejectCode.BAD_REQUEST, f"The query has more than {MAX_FIELDS} fields; nothing was stored."
        ) from None
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


def from_base64(data: str, name: str) -> bytes:
    """What the parameter `name` holds, in either base64 alphabet, padded or not; raises NotTaken."""
    plain = data.strip().replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise NotTaken(RejectCode.BAD_REQUEST, f"{name} is not base64; nothing was stored.") from None

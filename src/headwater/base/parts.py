"""Takes the raw parts of an event apart without failing on what a door lets in.

Raw values are kept byte for byte. Where a value must be looked at, a number that no double can hold (`1e999`) becomes
its digits as text.
"""

from __future__ import annotations

import json
import math
from typing import Any, Final

import msgspec

_PARTS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def parts(raw: msgspec.Raw) -> dict[str, msgspec.Raw]:
    """A raw object's values by key, each still raw. Absent, or no object: no keys."""
    try:
        return _PARTS.decode(raw) if raw else {}
    except msgspec.ValidationError:
        return {}


def opened(raw: msgspec.Raw) -> Any:
    """The value of a raw part; None when it is absent."""
    if not raw:
        return None
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:
        return json.loads(bytes(raw), parse_float=_number)


def _number(digits: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else digits

"""Takes the raw parts of an event apart without ever failing on what a door lets in.

JSON can say things that not every reader takes: half a surrogate pair, a number past every double. Raw values are
kept byte for byte; where a value must be looked at, such a half becomes U+FFFD and such a number its digits as text.
"""

from __future__ import annotations

import json
import math
from typing import Any, Final

import msgspec

_PARTS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def parts(raw: msgspec.Raw) -> dict[str, msgspec.Raw]:
    """A raw object's values by key, each still raw. Absent, or no object: no keys."""
    if not raw:
        return {}
    try:
        return _PARTS.decode(raw)
    except msgspec.MsgspecError:
        found = opened(raw)
        pairs = found.items() if isinstance(found, dict) else ()
        return {key: msgspec.Raw(msgspec.json.encode(value)) for key, value in pairs}


def opened(raw: msgspec.Raw) -> Any:
    """The value of a raw part; None when it is absent."""
    if not raw:
        return None
    try:
        return msgspec.json.decode(raw)
    except msgspec.MsgspecError:
        return _whole(json.loads(bytes(raw), parse_float=_number))


def _number(digits: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else digits


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(each) for key, each in value.items()}
    return value

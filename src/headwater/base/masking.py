"""Decides how much of a write key may be seen inside a payload: its first four characters.

Clients put their key into event bodies, and who may read events may not therefore send some. What is stored stays as
it was sent; only what is shown goes through here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

_SHOWN_CHARS: Final = 4
_NAME: Final = re.compile(r"write[_-]?key", re.IGNORECASE)
_IN_TEXT: Final = re.compile(r'("write[_-]?key"\s*:\s*")((?:[^"\\]|\\.)*)', re.IGNORECASE)


def masked_payload(payload: Any, keys: Collection[str]) -> Any:
    """The decoded JSON, or the text that could not be decoded, without write keys. It is changed in place.

    Masked are the text of every field called `writeKey`, and these `keys` wherever they occur.
    """
    holder = [payload if not isinstance(payload, str) else _IN_TEXT.sub(_masked_match, payload)]
    waiting: list[Any] = [holder]
    while waiting:  # no recursion: a payload may nest as deeply as it could be read
        node = waiting.pop()
        if isinstance(node, dict):
            _mask_names(node, keys)
        for place, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
            if isinstance(value, str):
                named = isinstance(place, str) and _NAME.fullmatch(place)
                node[place] = masked(value) if named else _without(value, keys)
            elif isinstance(value, (dict, list)):
                waiting.append(value)
    return holder[0]


def masked(key: str) -> str:
    """`abcd…`; of a key that is hardly longer than that, nothing. What is masked already stays."""
    if not key.strip("*…"):
        return key
    return f"{key[:_SHOWN_CHARS]}…" if len(key) > 2 * _SHOWN_CHARS else "…"


def _masked_match(found: re.Match[str]) -> str:
    return found[1] + masked(found[2])


def _mask_names(node: dict[str, Any], keys: Collection[str]) -> None:
    if any(key in name for name in node for key in keys):
        items = [(_without(name, keys), value) for name, value in node.items()]
        node.clear()
        node.update(items)


def _without(text: str, keys: Collection[str]) -> str:
    for key in keys:
        if key in text:
            text = text.replace(key, masked(key))
    return text

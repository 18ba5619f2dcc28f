"""Decides which names and origins people may give; what passes can be stored, shown and matched anywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from headwater.base.errors import InvalidInput

MAX_NAME_CHARS: Final = 200

_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They make what follows a name read backwards, wherever it is shown."""

_ORIGIN: Final = re.compile(r"(https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?)/?", re.IGNORECASE)


def checked_name(given: str, *, what: str = "name") -> str:
    """The name without outer blanks. 1 to 200 characters, none of them a control character or half a surrogate
    or one that turns the direction of writing."""
    name = given.strip()
    if not name or len(name) > MAX_NAME_CHARS:
        raise InvalidInput(
            f"{what} must have 1 to {MAX_NAME_CHARS} characters; this one has {len(name)}. Nothing was changed.",
            details={"field": what},
        )
    if any(unicodedata.category(char) in ("Cc", "Cs") or char in _TURNING for char in name):
        raise InvalidInput(
            f"{what} must not hold control characters, characters that turn the direction of writing, or unpaired "
            "surrogates. Nothing was changed.",
            details={"field": what},
        )
    return name


def checked_origins(given: Iterable[str]) -> tuple[str, ...]:
    """Origins as browsers send them: `https://app.example.com`, or `*` for any. Repeated ones count once."""
    return tuple(dict.fromkeys(_origin(each) for each in given))


def _origin(given: str) -> str:
    if given.strip() == "*":
        return "*"
    found = _ORIGIN.fullmatch(given.strip())
    if found is None:
        raise InvalidInput(
            f"{given!r} is not an origin. Allowed: scheme, host and port alone, like https://app.example.com "
            "or http://localhost:3000, or * for any. Nothing was changed.",
            details={"field": "allowedOrigins"},
        )
    return found[1].lower()

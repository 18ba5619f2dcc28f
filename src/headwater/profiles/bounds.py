"""How much is kept of one person, and which part of it: always the newest.

What keeps the newest `most` by a stamp that only grows gives the same in whatever order things come.
"""

from __future__ import annotations

from typing import Final

MAX_ID_CHARS: Final = 512
MAX_USER_IDS: Final = 5
"""One, and those that an alias added."""
MAX_ANONYMOUS_IDS: Final = 100
MAX_EXTERNAL_IDS: Final = 50
MAX_GROUPS: Final = 100
MAX_TRAITS: Final = 2_000
MAX_TRAIT_NAME_CHARS: Final = 256
MAX_TRAIT_BYTES: Final = 8 * 1024
"""Of a value as JSON."""
MAX_TRAITS_BYTES: Final = 512 * 1024
"""Of all names and values of one person or group. Only where this bound is met does the order of arrival matter."""


def join_newest(mine: dict[str, int], theirs: dict[str, int], most: int) -> list[str]:
    """Adds to `mine`, each key with its latest time, and keeps the newest `most`; gives the keys that had to go."""
    for key, at_ms in theirs.items():
        if mine.get(key, at_ms) <= at_ms:
            mine[key] = at_ms
    if len(mine) <= most:
        return []
    oldest = sorted(mine, key=lambda key: (mine[key], key))[: len(mine) - most]
    for key in oldest:
        del mine[key]
    return oldest

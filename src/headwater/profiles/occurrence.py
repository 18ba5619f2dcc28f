"""When an event happened, as people count it, and which of two that happened at once goes first."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from headwater.base.clock import parse_iso

AHEAD_MS: Final = 5 * 60_000
"""A clock that runs ahead of ours counts for no more than this."""
FIRST_MS: Final = 946_684_800_000
"""The year 2000. A clock that says an earlier time is not set at all."""
_ORDER_BITS: Final = 20
_MOST_MS: Final = (1 << 43) - 1
"""In the year 2248."""


def milliseconds(text: str) -> int:
    """Of a time as clean events have it; 0 for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = parse_iso(text)
    return 0 if moment is None else round(moment.timestamp() * 1000)


def happened_ms(timestamp: str, received_ms: int) -> int:
    return min(milliseconds(timestamp), received_ms + AHEAD_MS)


def seen_ms(at_ms: int, received_ms: int) -> int:
    """When somebody was there by an event that happened at `at_ms`: never after it was received, and then where its own
    time is none that anybody can have meant. It stays for good as the first, or the last."""
    return received_ms if at_ms < FIRST_MS else min(at_ms, received_ms)


def order_of(received_ms: int, place: int) -> int:
    """Later received is greater; of what came at once, what has the greater `place` among it. At most 63 bits."""
    return (min(max(received_ms, 0), _MOST_MS) << _ORDER_BITS) | min(place, (1 << _ORDER_BITS) - 1)

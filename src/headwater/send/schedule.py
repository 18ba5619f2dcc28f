"""Decides what an answer means and when a failed delivery is tried again.

The table is that of the Standard Webhooks specification, with a fifth of jitter to either side. `Retry-After` is a
lower bound: nothing goes out before it, up to a day.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Final

from headwater.base.clock import EPOCH
from headwater.catalog.destination import RetryClasses
from headwater.send.ports import Sent

STANDARD_S: Final = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0, 86400.0)
JITTER: Final = 0.2
MAX_RETRY_AFTER_S: Final = 86400.0


class Verdict(Enum):
    """TRANSIENT is tried again, TERMINAL ends this delivery, GONE switches the connection off."""

    DELIVERED = "delivered"
    TRANSIENT = "transient"
    TERMINAL = "terminal"
    GONE = "gone"


def classify(sent: Sent, retry: RetryClasses) -> Verdict:
    if sent.status is None or sent.error_class not in (None, "redirect"):
        return Verdict.TRANSIENT
    if 200 <= sent.status < 300:
        return Verdict.DELIVERED
    if sent.status in retry.gone or _says(sent.body, retry.gone_bodies):
        return Verdict.GONE
    if sent.status in retry.terminal or _says(sent.body, retry.terminal_bodies):
        return Verdict.TERMINAL
    return Verdict.TRANSIENT


def delay_s(schedule: Sequence[float], tries: int, *, chance: float) -> float | None:
    """How long to wait after the `tries`-th failure (from 1); None: that was the last. `chance` is in [0, 1)."""
    if tries > len(schedule):
        return None
    return schedule[tries - 1] * (1 - JITTER + 2 * JITTER * chance)


def retry_after_s(headers: Iterable[tuple[str, str]], *, now: float) -> float | None:
    """What `Retry-After` asks for: seconds (fractions are rounded up) or an HTTP date; None when it is neither.

    Source: RFC 9110, 10.2.3.
    """
    text = next((value.strip() for name, value in headers if name.lower() == "retry-after"), None)
    if text is None:
        return None
    seconds = _seconds(text)
    if seconds is None:
        moment = _moment(text)
        seconds = None if moment is None else moment - now
    return None if seconds is None else min(max(0.0, seconds), MAX_RETRY_AFTER_S)


def _seconds(text: str) -> float | None:
    if not text.replace(".", "", 1).isdigit() or not text.isascii():
        return None
    try:
        return float(math.ceil(float(text)))
    except (ValueError, OverflowError):
        return MAX_RETRY_AFTER_S if text.isdigit() else None


def _moment(text: str) -> float | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return (found - EPOCH).total_seconds()


def _says(body: bytes, pieces: Sequence[str]) -> bool:
    return any(piece.encode() in body for piece in pieces)

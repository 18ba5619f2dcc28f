"""Times as headwater writes them: ISO 8601, UTC, a trailing `Z`, milliseconds, or microseconds where given."""

from __future__ import annotations

import re
import string
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

Clock = Callable[[], float]
"""Gives the present as seconds since 1970-01-01 UTC."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ENCODE = msgspec.json.Encoder().encode
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_NO_FRACTION = re.compile(r"[.,](?!\d+\s*(?:[Zz+-]|$))", re.ASCII)
"""A point that no digits follow up to the zone or the end: Python overlooks that."""


def now() -> float:
    """Seconds since 1970-01-01 UTC by the machine's clock."""
    return time.time()


def iso_from_seconds(seconds: float) -> str:
    """`1700000000.5` → `2023-11-14T22:13:20.500Z`."""
    return iso(EPOCH + timedelta(milliseconds=round(seconds * 1000)))


def iso(moment: datetime) -> str:
    """A moment in UTC with `Z`; milliseconds, or microseconds when it has a part below a millisecond."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    quoted = _ENCODE(moment).decode()  # RFC 3339, a fifth of what `isoformat` takes
    if moment.microsecond % 1000:
        return quoted[1:-1]
    return f"{quoted[1:20]}.{moment.microsecond // 1000:03}Z"


def parse_iso(text: str) -> datetime | None:
    """An ISO 8601 date or date-time as a moment in UTC (no zone given: UTC); None when it is not one.

    Digits beyond microseconds are cut. A leap second counts as the second before it.
    """
    found = _ISO.fullmatch(text.strip(string.whitespace))
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            min(int(second or 0), 59) if second != "60" else 59,
            int((fraction or "0").ljust(6, "0")[:6]),
            tzinfo=UTC,
        )
        if second is not None and int(second) > 60:
            return None
        return moment - _offset(zone)
    except (ValueError, OverflowError):
        return None


def moment(text: str) -> datetime | None:
    """The moment in UTC that an event's own time names (no zone given: UTC); None when it names none.

    It takes what `parse_iso` takes and Python's other forms of ISO 8601, in ASCII and with digits behind a point. What
    an offset leads out of the years 1 to 9999 is no moment. The door refuses by it and the pipeline reads by it, so
    that they never disagree.
    """
    if not text.isascii() or _NO_FRACTION.search(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return parse_iso(text)
    if found.tzinfo is UTC:
        return found
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None


def at_an_edge(moment: datetime | None) -> bool:
    """Whether it lies in the first or the last year there is, which an offset may lead it out of."""
    return moment is not None and not 1 < moment.year < 9999


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in "Zz":
        return timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    if int(digits[:2]) > 23 or int(digits[2:]) > 59:
        raise ValueError(f"no such offset: {zone}")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if zone[0] == "-" else offset

"""Reads the times that callers name: ISO 8601, with a sentence for what is not."""

from __future__ import annotations

from headwater.base.clock import iso, parse_iso
from headwater.base.errors import InvalidInput


def moment(field: str, given: str, consequence: str) -> str:
    """The time as it is stored. Raises InvalidInput, whose sentence ends with `consequence`."""
    found = parse_iso(given)
    if found is None:
        raise InvalidInput(
            f"`{field}` is {given[:40]!r}; allowed is an ISO 8601 time like 2026-01-31T12:00:00Z. {consequence}",
            details={"field": field},
        )
    return iso(found)


def span(start: str | None, end: str | None, consequence: str) -> tuple[str | None, str | None]:
    """Two times, each of which may be left open. Raises InvalidInput when the first is not before the second."""
    first = None if start is None else moment("from", start, consequence)
    last = None if end is None else moment("to", end, consequence)
    if first is not None and last is not None and first >= last:
        raise InvalidInput(f"`from` must lie before `to`. {consequence}", details={"field": "from"})
    return first, last

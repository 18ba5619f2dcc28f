"""A person's events as one list: the rows that the warehouse has, and what the debugger remembers beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from headwater.base.outcome import Fate

REMEMBERED: Final = 200
"""Arrivals of a person that are asked for of the debugger."""


def besides(arrivals: Sequence[Mapping[str, Any]]) -> list[str]:
    """The messages of which it must be known whether they have a row."""
    return sorted({each["messageId"] for each in arrivals if each["fate"] == Fate.CLEAN.value and each["messageId"]})


def joined(
    rows: Mapping[str, Any], arrivals: Sequence[Mapping[str, Any]], *, limit: int, offset: int
) -> dict[str, Any]:
    """A page, newest first by the events' own time. `rows` are the first `offset + limit` ones, with all of `total`.

    An arrival that became a row is told of by the row; one that did not is an entry of its own.
    """
    loaded = set(rows["loaded"])
    others = [each for each in arrivals if not (each["fate"] == Fate.CLEAN.value and each["messageId"] in loaded)]
    entries = [{**row, "fate": Fate.CLEAN.value, "reason": None, "loaded": True} for row in rows["data"]]
    entries += [{**each, "loaded": False} for each in others]
    entries.sort(key=lambda each: (each["at"], each["receivedAt"], each["messageId"]), reverse=True)
    return {"data": entries[offset : offset + limit], "total": rows["total"] + len(others)}

"""Decides how much may go to one receiver: a pace, where one is set, and how many attempts at once.

The number at once grows with each success and halves with each failure to answer, so that a receiver that hangs
holds few of the places that all share.
"""

from __future__ import annotations

from typing import Final

FIRST_AT_ONCE: Final = 4


class Pace:
    """So many starts a second, evenly; None: no bound. Times are seconds of one steady clock."""

    def __init__(self, per_second: float | None) -> None:
        self._gap_s = 0.0 if not per_second else 1 / per_second
        self._next = float("-inf")

    def may_start(self, now: float) -> bool:
        return now >= self._next

    def starts_at(self) -> float:
        return self._next

    def started(self, now: float) -> None:
        """A start that comes a little late does not slow the pace; a pause makes no room for a burst."""
        if self._gap_s:
            on_time = now - self._next < self._gap_s
            self._next = (self._next if on_time else now) + self._gap_s


class Places:
    """How many attempts may be under way at one receiver."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._now = float(min(FIRST_AT_ONCE, most))

    @property
    def count(self) -> int:
        return int(self._now)

    def answered(self) -> None:
        self._now = min(self._now + 1, self._most)

    def unanswered(self) -> None:
        self._now = max(self._now / 2, 1.0)

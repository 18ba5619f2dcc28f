"""How much a source may send in a stretch of time. A bucket that fills steadily and never above its brim."""

from __future__ import annotations

from headwater.base.clock import Clock

_MOST_NAMES = 10_000


class Limits:
    """One bucket per name, full at first. `per_s` 0 means no limit.

    Whoever finds anything left may take all it wants, and the bucket goes into debt: so a batch larger than the
    brim passes, and the rate over time holds.
    """

    def __init__(self, *, per_s: float, brim: float, clock: Clock) -> None:
        self._per_s = per_s
        self._brim = max(brim, 1.0)
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}

    @property
    def bound(self) -> bool:
        return self._per_s > 0

    def wait_s(self, name: str, amount: int = 1) -> float:
        """Takes `amount`, and gives 0; or takes nothing, and gives the seconds until something is left."""
        if self._per_s <= 0:
            return 0.0
        now = self._clock()
        level, since = self._levels.get(name, (self._brim, now))
        level = min(self._brim, level + max(now - since, 0.0) * self._per_s)
        if level < 1.0:
            self._levels[name] = (level, now)
            return (1.0 - level) / self._per_s
        self._keep(name, level - amount, now)
        return 0.0

    def _keep(self, name: str, level: float, now: float) -> None:
        if name not in self._levels and len(self._levels) >= _MOST_NAMES:
            self._levels.clear()
        self._levels[name] = (level, now)

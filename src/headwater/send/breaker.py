"""Decides whether a connection may be tried now: after failures in a row it rests, then one attempt finds out.

It also keeps what the receiver itself asked for (`Retry-After` on 429 and 503). It lives in memory: after a restart
what is due goes at once.
"""

from __future__ import annotations

from typing import Final, Literal

State = Literal["closed", "open", "half_open"]

THRESHOLD: Final = 5
"""Failures in a row that open it."""
FIRST_S: Final = 5.0
LONGEST_S: Final = 300.0
NEVER: Final = float("inf")


class Breaker:
    """Times are seconds of one steady clock. `first_s` is the first rest; each further one is twice as long."""

    def __init__(self, *, first_s: float = FIRST_S, longest_s: float = LONGEST_S) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._failures = 0
        self._rest_s = first_s
        self._until = float("-inf")
        self._held_until = float("-inf")
        self._probing = False

    def state(self, now: float) -> State:
        if self._failures < THRESHOLD:
            return "closed"
        return "half_open" if self._probing or now >= self._until else "open"

    def may_send(self, now: float) -> bool:
        if now < self._held_until:
            return False
        return self._failures < THRESHOLD or (now >= self._until and not self._probing)

    def opens_at(self) -> float:
        """When it may be tried next; `NEVER`: when the attempt that is finding out has come back."""
        if self._failures < THRESHOLD:
            return self._held_until
        return NEVER if self._probing else max(self._until, self._held_until)

    def try_now(self) -> None:
        """A person wants to know: the next attempt need not wait."""
        self._until = self._held_until = float("-inf")
        self._probing = False

    def began(self) -> None:
        self._probing = self._failures >= THRESHOLD

    def cut(self) -> None:
        """The attempt ended without saying anything of the receiver."""
        self._probing = False

    def succeeded(self) -> None:
        self._failures, self._rest_s, self._probing = 0, self._first_s, False

    def failed(self, now: float) -> None:
        """Attempts that were under way when it opened don't lengthen the rest."""
        self._failures += 1
        if self._failures == THRESHOLD:
            self._until = now + self._rest_s
        elif self._probing:
            self._rest_s = min(self._rest_s * 2, self._longest_s)
            self._until = now + self._rest_s
        self._probing = False

    def hold(self, until: float) -> None:
        """The receiver asked to be left alone until then."""
        self._held_until = max(self._held_until, until)

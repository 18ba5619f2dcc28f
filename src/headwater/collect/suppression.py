"""People whose events are not taken: each is answered as if it was, counted, and leaves nothing of itself behind.

A workspace that suppresses nobody pays one look for each request.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

import msgspec

from headwater.base.subject import IdKind


class Suppressed(Protocol):
    """The people of one workspace whose events are not taken."""

    def owns(self, user_id: str | None, anonymous_id: str | None, previous_id: str | None = None) -> bool:
        """Whether an event with these ids is of one of them."""
        ...

    def holds(self, kind: IdKind, id: str) -> bool: ...


class SuppressedPeople(Protocol):
    def __call__(self, workspace_id: str, /) -> Suppressed | None:
        """None: nobody. Called once per request, so it must be as cheap as a dictionary."""
        ...


_NAMED: Final = re.compile(
    rb'"(userId|userID|anonymousId|previousId)"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)', re.DOTALL
)
"""An id in JSON text, be it broken or cut."""


def nobody(_workspace_id: str, /) -> Suppressed | None:
    return None


def named_in(text: bytes, suppressed: Suppressed) -> bool:
    """Whether a text that is no event (it was refused) names one of them as its person."""
    return any(_holds(suppressed, key, value) for key, value in _NAMED.findall(text))


def _holds(suppressed: Suppressed, key: bytes, value: bytes) -> bool:
    try:
        id = msgspec.json.decode(value, type=str) if value.startswith(b'"') else value.decode()
    except msgspec.MsgspecError:
        return False
    if key == b"anonymousId":
        return suppressed.holds("anonymous", id)
    return suppressed.holds("user", id) or (key == b"previousId" and suppressed.holds("anonymous", id))

"""Why a request or an item is not taken: a stable code, and a sentence that says what to do about it."""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from headwater.base.clock import Clock
from headwater.base.outcome import RejectCode
from headwater.base.raw import RejectedNote
from headwater.collect.limits import Limits
from headwater.collect.model import SourceEntry

_NOTE_BYTES = 2048
_SHOWN_CHARS = 60
_SIGNATURE = re.compile(rb'("hmac"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|[^\s,}]+)')
"""A signature in JSON text, be it broken or cut."""


class Refusal(msgspec.Struct, frozen=True):
    """`message` is for the people who send; it never holds a key."""

    code: RejectCode
    message: str


class NotTaken(Exception):
    """The request as a whole is refused; nothing of it is stored."""

    def __init__(self, code: RejectCode, message: str) -> None:
        super().__init__(message)
        self.refusal = Refusal(code, message)


def shown(value: bytes) -> str:
    """A value of the sender's, short enough for a sentence."""
    text = value[: 4 * _SHOWN_CHARS].decode("utf-8", "ignore")
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"


class Refusals:
    """Counts what was refused, and writes it down for the debugger: so much per source and second, no more.

    `rejected` counts items (or whole requests) by (source id, code); the source id is '' when the key opens none.
    """

    def __init__(self, *, notes_per_s: float, clock: Clock) -> None:
        self.rejected: Counter[tuple[str, str]] = Counter()
        self._clock = clock
        self._limits = Limits(per_s=notes_per_s, brim=notes_per_s, clock=clock)

    def count(self, source: SourceEntry | None, why: Refusal, payload: bytes) -> list[bytes]:
        """The encoded RejectedNote; none when there were too many just now, or no source to show it at."""
        self.rejected[source.source_id if source else "", why.code] += 1
        if source is None or self._limits.wait_s(source.source_id) > 0:
            return []
        note = RejectedNote(
            source_id=source.source_id,
            workspace_id=source.workspace_id,
            received_ms=int(self._clock() * 1000),
            code=why.code,
            message=why.message,
            payload=_SIGNATURE.sub(rb'\1"********"', payload)[:_NOTE_BYTES].decode("utf-8", "replace"),
        )
        return [msgspec.json.encode(note)]

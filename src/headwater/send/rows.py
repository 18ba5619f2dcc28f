"""What the queue keeps, as values: deliveries, attempts, results, and what became of an event."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, Literal

import msgspec

from headwater.base.event import CleanEvent

HELD_MS: Final = 1 << 53
"""Due never: an earlier delivery of the same person comes first."""

ARRIVED: Final = "arrived"
"""The reason of a delivery that waits to go out again, though it was delivered."""

AttemptStatus = Literal["delivered", "failed", "pending", "blocked", "skipped", "dead"]
Trigger = Literal["scheduled", "manual"]


class State(IntEnum):
    """Of one delivery. UNSENT: the destination had nothing to send for this event."""

    PENDING = 0
    DELIVERED = 1
    DEAD = 2
    SKIPPED = 3
    UNSENT = 4


class Cursor(msgspec.Struct, frozen=True):
    """Where to read on in the clean journal: `index` events of the frame at `offset` are done.

    `received_ms` is of the last event that was read.
    """

    offset: int
    index: int = 0
    received_ms: int = 0


class Target(msgspec.Struct, frozen=True):
    """One connection that an event goes to. `key`: deliveries of one key go out in order; None: no order."""

    ref: int
    topic: str | None = None
    skip: str | None = None
    key: int | None = None


class Routed(msgspec.Struct, frozen=True):
    """An event with where it goes.

    `counted` False: the accounting has it already. `again`: what was delivered before goes out once more, under the
    same id. `only_new`: nothing happens if the event is known.
    """

    event: CleanEvent
    received_ms: int
    targets: list[Target]
    counted: bool = True
    again: bool = False
    only_new: bool = False


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that is to go out. `attempts` were made in all, `tries` since it was queued last.

    `arrived`: it was delivered before and goes out once more, which takes nothing from that if it fails.
    """

    id: int
    ref: int
    event_id: int
    due_ms: int
    attempts: int
    tries: int
    key: int | None
    topic: str | None
    manual: bool
    arrived: bool
    received_ms: int
    body: bytes


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log, made once and never changed. `delivery_id` is what the receiver knows it by.

    `request_body` is kept once for all attempts that share it. Secrets are masked before it gets here.
    """

    ref: int
    delivery: int | None
    delivery_id: str
    message_id: str
    at_ms: int
    attempt: int
    status: AttemptStatus
    manual: bool = False
    url: str = ""
    response_status: int | None = None
    error_class: str | None = None
    error: str = ""
    duration_ms: float = 0.0
    timings: dict[str, Any] = {}
    address: str = ""
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: bytes | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: bytes = b""
    next_ms: int | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt made of a delivery. PENDING: it goes again at `due_ms`. No `attempt`: nothing was tried."""

    due: Due
    state: State
    due_ms: int = 0
    reason: str = ""
    attempt: Attempt | None = None


class Counts(msgspec.Struct, frozen=True):
    """Events of a workspace by what became of them; what still waits is none of these."""

    done: int = 0
    dead: int = 0
    skipped: int = 0


def fate(*, pending: int, dead: int, skipped: int, others: int) -> str:
    """What the accounting says of an event, from the numbers of its deliveries by state."""
    if pending:
        return "pending"
    if dead:
        return "dead"
    return "skipped" if skipped and not others else "done"


def attempt_ref(attempt_id: int) -> str:
    return f"att_{attempt_id:x}"


def attempt_number(text: str) -> int | None:
    """The number of an attempt's public id; None when it is none."""
    return _number(text, "att_")


def delivery_ref(id: int) -> str:
    return f"dlv_{id:x}"


def delivery_number(text: str) -> int | None:
    """The number of a delivery's public id, by which its latest attempt goes; None when it is none."""
    return _number(text, "dlv_")


def _number(text: str, prefix: str) -> int | None:
    try:
        return int(text.removeprefix(prefix), 16) if text.startswith(prefix) else None
    except ValueError:
        return None

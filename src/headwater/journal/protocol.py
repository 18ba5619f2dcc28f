"""What a log promises, whoever keeps it.

A log is a sequence of records (opaque bytes). An offset is a number that only grows; a record's `next` is the
offset to go on reading from. What `append` returned from survives `kill -9` and power loss; readers see nothing
that is not durable yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from headwater.base.errors import Terminal, Transient


class Record(msgspec.Struct, frozen=True):
    offset: int
    next: int
    payload: bytes


class JournalFull(Transient):
    """Nothing was stored: the disk is full or not writable. The next append tries again by itself.

    When the power fails right then, a part may turn out to be stored after all, as with any call that was cut short.
    """

    code = "journal_unavailable"


class JournalBroken(Terminal):
    """A write or flush failed and could not be taken back. The process must end and open the log anew."""

    code = "journal_broken"


class OffsetGone(Terminal):
    """The records from there on were removed by retention."""

    code = "offset_gone"

    def __init__(self, offset: int, earliest: int) -> None:
        super().__init__(f"offset {offset} was removed by retention; the earliest one kept is {earliest}")
        self.offset = offset
        self.earliest = earliest


class JournalDamaged(Terminal):
    """Bytes that were acknowledged can no longer be read. What comes after them can, from `next` on."""

    code = "journal_damaged"

    def __init__(self, offset: int, next: int) -> None:
        super().__init__(f"the journal's bytes from {offset} to {next} are damaged and cannot be read")
        self.offset = offset
        self.next = next


class Writer(Protocol):
    """There is one writer of a log at a time."""

    def append(self, payloads: Sequence[bytes]) -> int:
        """Stores all or nothing, durably; gives the log's new end."""
        ...

    def close(self) -> None: ...


class Reader(Protocol):
    def read(self, offset: int, max_bytes: int) -> list[Record]:
        """The durable records from `offset` on, at least one if there is any, about `max_bytes` at most.

        Raises OffsetGone and JournalDamaged: a reader learns of every byte that it cannot have.
        """
        ...

    def earliest(self) -> int: ...

    def end(self) -> int:
        """Up to here records are durable."""
        ...

    def wait(self, offset: int, timeout_s: float) -> None:
        """Until there is something durable behind `offset`, `wake` is called, or the time is over."""
        ...

    def wake(self) -> None:
        """Ends every wait that is under way, in all threads and processes."""
        ...

    def last(self) -> Record | None:
        """The newest durable record; None in an empty log."""
        ...

    def close(self) -> None: ...

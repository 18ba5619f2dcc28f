"""How far each named reader of a log has come, told to other processes; retention removes nothing that one still needs.

A position is set after what it stands for is durable at the reader, so that one found on disk never says too much. The
reader's own cursor, committed with its effect, is the one to go on from.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from headwater.journal.files import SharedNumber


class Position:
    """One reader's, which alone sets it. Any process may look, also before the reader has ever run: then it is 0."""

    def __init__(self, log: Path, reader: str, *, writable: bool = False) -> None:
        directory = log / "readers"
        directory.mkdir(parents=True, exist_ok=True)
        self._number = SharedNumber(directory / reader, writable=writable)

    def get(self) -> int:
        return self._number.get()

    def set(self, offset: int) -> None:
        self._number.set(offset)

    def close(self) -> None:
        self._number.close()


class Positions:
    """Of all the readers of a log that must have read something before it may go."""

    def __init__(self, log: Path, readers: Iterable[str]) -> None:
        self._positions = [Position(log, reader) for reader in readers]

    def read_by_all(self) -> int:
        """Before this offset nobody needs anything any more."""
        return min(position.get() for position in self._positions)

    def close(self) -> None:
        for position in self._positions:
            position.close()

"""Where the statements of one load go: to the database at once, or to a thread that does them while the next are made.

Both keep the order. In the thread, what failed shows when the load is to end; nothing after it is done.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any, Final, Protocol, TypeVar

import duckdb

Answer = TypeVar("Answer")
Step = Callable[[duckdb.DuckDBPyConnection], object]

AHEAD: Final = 64
"""Steps of one load that may wait to be done, each with a table's rows: those of all tables but the smallest."""

LOOK_EVERY_S: Final = 0.1
"""How often one who waits for a place looks whether the thread has stopped."""


class Stopped(Exception):
    """The load is not written: a step before failed, or the tables were changed meanwhile."""


class Steps(Protocol):
    def do(self, step: Step) -> None:
        """After all that were given before; at once or later."""
        ...

    def ask(self, step: Callable[[duckdb.DuckDBPyConnection], Answer]) -> Answer:
        """After all that were given before; waits for it."""
        ...


class AtOnce:
    """Does each step when it is given."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def do(self, step: Step) -> None:
        step(self._connection)

    def ask(self, step: Callable[[duckdb.DuckDBPyConnection], Answer]) -> Answer:
        return step(self._connection)


class InTurn:
    """Hands the steps to a thread that is at `run`. `written` is done when that has ended, well or not.

    The giver ends with `end`, or with `abandon` when it cannot go on.
    """

    def __init__(self) -> None:
        self.written: Future[None] = Future()
        self._given: queue.Queue[Step | None] = queue.Queue(AHEAD)

    def do(self, step: Step) -> None:
        self._give(step)

    def ask(self, step: Callable[[duckdb.DuckDBPyConnection], Answer]) -> Answer:
        answer: Future[Answer] = Future()
        self._give(lambda connection: answer.set_result(step(connection)))
        waited: list[Future[Any]] = [answer, self.written]
        wait(waited, return_when=FIRST_COMPLETED)
        if not answer.done():
            raise Stopped
        return answer.result()

    def end(self) -> None:
        self._give(None)

    def abandon(self) -> None:
        """The thread takes back what it has done of this load."""
        if not self.written.done():
            self._give(_stop)

    def run(self, connection: duckdb.DuckDBPyConnection) -> None:
        """All steps, as they come, until the end."""
        while (step := self._given.get()) is not None:
            step(connection)

    def _give(self, step: Step | None) -> None:
        while not self.written.done():
            try:
                self._given.put(step, timeout=LOOK_EVERY_S)
            except queue.Full:
                continue
            return
        if step is not _stop:
            raise Stopped


def _stop(_connection: duckdb.DuckDBPyConnection) -> None:
    raise Stopped

"""The steps of a load in a thread of their own: in order, and nothing after one that failed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import duckdb
import pytest

from headwater.warehouse.steps import AHEAD, InTurn, Step, Stopped

NOWHERE = cast(duckdb.DuckDBPyConnection, None)


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def begun(thread: ThreadPoolExecutor) -> InTurn:
    steps = InTurn()

    def write() -> None:
        try:
            steps.run(NOWHERE)
        except BaseException as error:
            steps.written.set_exception(error)
        else:
            steps.written.set_result(None)

    thread.submit(write)
    return steps


def noting(notes: list[Any], note: Any) -> Step:
    return lambda _connection: notes.append(note)


def failing(_connection: object) -> None:
    raise ValueError("refused")


def test_steps_are_done_in_order_by_another_thread(thread: ThreadPoolExecutor) -> None:
    steps, notes = begun(thread), list[Any]()
    for number in range(3 * AHEAD):
        steps.do(noting(notes, number))
    assert steps.ask(lambda _: (threading.get_ident(), len(notes))) != (threading.get_ident(), 3 * AHEAD)
    steps.do(noting(notes, "last"))
    steps.end()
    assert steps.written.result(30) is None
    assert notes == [*range(3 * AHEAD), "last"]


def test_the_giver_goes_on_while_a_step_takes_its_time(thread: ThreadPoolExecutor) -> None:
    steps, goes_on, notes = begun(thread), threading.Event(), list[Any]()
    steps.do(lambda _: goes_on.wait(30))
    for number in range(AHEAD - 1):
        steps.do(noting(notes, number))
    assert notes == []
    goes_on.set()
    steps.end()
    assert steps.written.result(30) is None
    assert notes == list(range(AHEAD - 1))


def test_nothing_is_done_after_a_step_that_failed(thread: ThreadPoolExecutor) -> None:
    steps, notes = begun(thread), list[Any]()
    steps.do(failing)
    assert isinstance(steps.written.exception(30), ValueError)
    with pytest.raises(Stopped):
        steps.do(noting(notes, "after"))
    with pytest.raises(Stopped):
        steps.ask(noting(notes, "after"))
    with pytest.raises(Stopped):
        steps.end()
    steps.abandon()
    assert notes == []


def test_one_who_asks_is_told_when_the_answer_will_not_come(thread: ThreadPoolExecutor) -> None:
    steps = begun(thread)
    with pytest.raises(Stopped):
        steps.ask(failing)
    assert isinstance(steps.written.exception(30), ValueError)


def test_what_is_abandoned_is_not_written(thread: ThreadPoolExecutor) -> None:
    steps, notes = begun(thread), list[Any]()
    steps.do(noting(notes, "first"))
    steps.abandon()
    assert isinstance(steps.written.exception(30), Stopped)

"""Changes are committed in groups; what the disk refuses is tried again, whole; what is refused for cause is told."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvloop

from headwater.base.errors import NotFound, Transient
from headwater.send import commits
from headwater.send.commits import Commits
from headwater.send.rows import Cursor
from headwater.send.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "send.db", clock=time.time)
    yield made
    made.close()


async def running(store: Store, logged: list[str], main: Coroutine[Any, Any, None], on: Commits) -> None:
    task = asyncio.create_task(on.run())
    async with asyncio.timeout(30):
        await main
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await on.drain(within_s=5)


def test_what_is_done_is_durable_and_in_order(store: Store) -> None:
    async def main() -> None:
        on = Commits(store, log=print)
        done: list[int] = []

        async def work() -> None:
            for number in range(200):
                on.add(lambda number=number: store.route([], cursor=Cursor(number)), lambda _, n=number: done.append(n))
            await on.done(lambda: store.route([], cursor=Cursor(200)), slow=True)
            assert done == list(range(200))
            assert store.cursor == Cursor(200)

        await running(store, [], work(), on)

    uvloop.run(main())


def test_a_change_that_is_refused_takes_no_other_with_it(store: Store) -> None:
    async def main() -> None:
        on = Commits(store, log=print)

        def refuse() -> None:
            raise NotFound("there is no such thing")

        async def work() -> None:
            first = asyncio.create_task(on.done(lambda: store.route([], cursor=Cursor(1))))
            second = asyncio.create_task(on.done(refuse))
            await first
            with pytest.raises(NotFound):
                await second
            assert store.cursor == Cursor(1)

        await running(store, [], work(), on)

    uvloop.run(main())


def test_what_the_disk_does_not_take_is_tried_again_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        logged: list[str] = []
        on = Commits(store, log=logged.append)
        full = [True, True]
        seen: list[bool] = []

        def change() -> str:
            seen.append(on.failing and store.cursor is None)
            store.route([], cursor=Cursor(7))
            if full:
                full.pop()
                raise Transient("the disk is full")
            return "written"

        async def work() -> None:
            assert await on.done(change) == "written"
            assert store.cursor == Cursor(7)
            assert not on.failing
            assert len(logged) == 1

        await running(store, logged, work(), on)
        assert seen == [False, True, True]

    monkeypatch.setattr(commits, "RETRY_S", 0.01)
    uvloop.run(main())

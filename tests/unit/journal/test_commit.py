"""Group commit: answers only after the flush, everyone's error when it fails, bounded waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from headwater.journal.commit import GroupCommit
from headwater.journal.memory import MemoryLog
from headwater.journal.protocol import JournalBroken, JournalFull


class SlowLog(MemoryLog):
    """Flushes when told to; fails as told."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.fails_with: Exception | None = None
        self.groups: list[int] = []

    def append(self, payloads: Sequence[bytes]) -> int:
        self.go.wait(10)
        if self.fails_with is not None:
            raise self.fails_with
        self.groups.append(len(payloads))
        return super().append(payloads)


def commit_on(log: SlowLog, broken: list[bool], **more: int) -> GroupCommit:
    loop = asyncio.get_running_loop()
    return GroupCommit(log, loop=loop, on_broken=lambda: broken.append(True), **more)


def test_nobody_is_answered_before_the_flush_and_those_who_wait_share_one() -> None:
    async def scene() -> None:
        log, broken = SlowLog(), []
        commit = commit_on(log, broken)
        first = asyncio.create_task(commit.append([b"1"]))
        await asyncio.sleep(0.05)
        others = [asyncio.create_task(commit.append([b"%d" % number])) for number in range(2, 12)]
        await asyncio.sleep(0.05)
        assert not first.done()
        assert log.end() == 0
        log.go.set()
        await asyncio.gather(first, *others)
        assert log.groups == [1, 10]
        commit.close()
        assert broken == []

    asyncio.run(scene())


def test_a_full_disk_refuses_those_who_waited_and_the_next_is_tried_anew() -> None:
    async def scene() -> None:
        log = SlowLog()
        log.go.set()
        log.fails_with = JournalFull("full")
        commit = commit_on(log, [])
        with pytest.raises(JournalFull):
            await commit.append([b"a"])
        log.fails_with = None
        await commit.append([b"b"])
        assert [record.payload for record in log.read(0, 100)] == [b"b"]
        commit.close()

    asyncio.run(scene())


def test_a_failed_flush_is_told_to_the_process_once() -> None:
    async def scene() -> None:
        log, broken = SlowLog(), []
        log.go.set()
        log.fails_with = JournalBroken("broken")
        commit = commit_on(log, broken)
        with pytest.raises(JournalBroken):
            await commit.append([b"a"])
        await asyncio.sleep(0.05)
        assert broken == [True]

    asyncio.run(scene())


def test_what_waits_is_bounded() -> None:
    async def scene() -> None:
        log = SlowLog()
        commit = commit_on(log, [], max_waiting_bytes=100)
        first = asyncio.create_task(commit.append([b"x" * 50]))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(commit.append([b"y" * 90]))
        await asyncio.sleep(0.01)
        with pytest.raises(JournalFull, match="slower"):
            await commit.append([b"z" * 90])
        log.go.set()
        await asyncio.gather(first, second)
        commit.close()

    asyncio.run(scene())


def test_closing_flushes_what_waits_and_takes_no_more() -> None:
    async def scene() -> None:
        log = SlowLog()
        commit = commit_on(log, [])
        waiting = asyncio.create_task(commit.append([b"a"]))
        await asyncio.sleep(0.05)
        log.go.set()
        await asyncio.to_thread(commit.close)
        await waiting
        with pytest.raises(JournalFull):
            await commit.append([b"b"])
        assert log.end() > 0

    asyncio.run(scene())


def test_the_end_is_told_after_those_it_answers_and_one_s_trouble_stays_its_own() -> None:
    async def scene() -> None:
        log, told = SlowLog(), []
        troubles: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: troubles.append(str(context["exception"])))
        commit = GroupCommit(log, loop=loop, on_broken=told.clear, on_stored=told.append)

        def failing(_error: object) -> None:
            raise ConnectionError("gone")

        commit.submit([b"1"], failing)
        commit.submit([b"2"], lambda error: told.append(("answered", error)))
        log.go.set()
        await asyncio.to_thread(commit.close)
        await asyncio.sleep(0)
        assert told[-2:] == [("answered", None), log.end()]
        assert troubles == ["gone"]

    asyncio.run(scene())

"""Group commit: answers only after the flush, everyone's error when it fails, bounded waiting."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Sequence

import pytest

from headwater.journal.commit import QUICK_S, SMALL_BYTES, GroupCommit
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


class TimedLog(MemoryLog):
    """Takes as long as told, and remembers which thread flushed."""

    def __init__(self) -> None:
        super().__init__()
        self.takes_s = 0.0
        self.by: list[int] = []

    def append(self, payloads: Sequence[bytes]) -> int:
        self.by.append(threading.get_ident())
        time.sleep(self.takes_s)
        return super().append(payloads)


def test_a_quick_disk_is_flushed_on_the_loop_and_a_slow_one_or_a_large_group_in_the_thread() -> None:
    async def scene() -> None:
        log = TimedLog()
        commit = GroupCommit(log, loop=asyncio.get_running_loop(), on_broken=lambda: None)
        loop_thread = threading.get_ident()
        await commit.append([b"a"])
        await commit.append([b"b"])
        assert [by == loop_thread for by in log.by] == [False, True]
        log.by.clear()
        await commit.append([b"c" * (SMALL_BYTES + 1)])
        assert loop_thread not in log.by
        log.takes_s = 20 * QUICK_S
        await commit.append([b"d"])
        log.by.clear()
        await commit.append([b"e"])
        assert loop_thread not in log.by
        log.takes_s = 0.0
        for _ in range(40):
            await commit.append([b"f"])
        assert log.by[-1] == loop_thread
        await asyncio.to_thread(commit.close)

    asyncio.run(scene())


def test_order_holds_whoever_flushes() -> None:
    async def scene() -> None:
        log, ends = TimedLog(), []
        loop = asyncio.get_running_loop()
        commit = GroupCommit(log, loop=loop, on_broken=lambda: None, on_stored=ends.append)
        draw = random.Random(3)
        answered: list[int] = []
        sent = 0
        for turn in range(300):
            log.takes_s = 2 * QUICK_S if turn % 100 > 90 else 0.0
            for _ in range(draw.randrange(4)):
                size = 4 if draw.random() < 0.95 else SMALL_BYTES
                commit.submit([sent.to_bytes(size, "big")], lambda error, number=sent: answered.append(number))
                sent += 1
            await asyncio.sleep(draw.choice((0, 0, 0.002)))
        await asyncio.to_thread(commit.close)
        while len(answered) < sent:  # noqa: ASYNC110 (the last answers are on their way)
            await asyncio.sleep(0.001)
        stored = [int.from_bytes(record.payload, "big") for record in log.read(0, 1 << 30)]
        assert stored == answered == list(range(sent))
        assert ends == sorted(ends)
        assert len(set(log.by)) == 2

    asyncio.run(scene())


def test_what_is_gathered_goes_with_the_flush_that_is_due() -> None:
    async def scene() -> None:
        log, troubles = TimedLog(), []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: troubles.append(context["message"]))
        commit = GroupCommit(log, loop=loop, on_broken=lambda: None)
        await commit.append([b"the first shows how quick the disk is"])
        answered: list[str] = []
        more = [b"b"]

        def gather() -> None:
            if not more:
                raise RuntimeError("nothing more")
            commit.submit([more.pop()], lambda _error: answered.append("b"))

        commit.gather_by(gather)
        log.by.clear()
        commit.submit([b"a"], lambda _error: answered.append("a"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert (answered, len(log.by), troubles) == (["a", "b"], 1, [])
        await commit.append([b"c"])
        assert [record.payload for record in log.read(0, 1 << 20)][1:] == [b"a", b"b", b"c"]
        assert troubles == ["gathering for a flush failed"]
        await asyncio.to_thread(commit.close)

    asyncio.run(scene())

"""A person is taken out of the queue: what waits never goes, and nothing of what went can be read."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import uvloop

from headwater.base.errors import Transient
from headwater.base.subject import Subject
from headwater.send.erase_files import erase_files
from headwater.send.rows import Counts
from tests.receivers import Receiver, answer
from tests.receivers.receiver import Exchange
from tests.unit.send.room import Room, World, view, webhook

ANN = Subject(workspace_id="ws", user_ids=frozenset(["ann@example.com"]))


def run(main: Coroutine[Any, Any, None]) -> None:
    uvloop.run(main)


def ann(number: int) -> Any:
    return view(number, user="ann@example.com")


def left(folder: Path) -> bytes:
    """Every byte of every file; the queue's strings are not compressed."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def files(format: str, batch: int) -> Any:
    entry = webhook("", id="files", kind="destination", catalog="files", source_ids=("ws.customer-events",))
    entry.settings.clear()
    entry.settings.update({"format": format, "batchEvents": batch, "batchSeconds": 0.1})
    return entry


def test_what_was_delivered_leaves_nothing_and_the_others_stay(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url), webhook("headwater:inbox", id="box"))
            async with Room(world) as room:
                world.append(ann(1), view(2, user="bob"), ann(3))
                await room.quiet()
                assert b"ann@example.com" in left(tmp_path)
                erased = await room.sending.erasing.erase(ANN)
                assert (erased.deliveries, erased.attempts) == (4, 6)
                assert b"ann@example.com" not in left(tmp_path)
                assert [line["messageId"] for line in room.log()] == ["m2"]
                items, total = room.sending.history.inbox("ws", limit=10, offset=0)
                assert (total, "bob" in items[0]["body"]) == (1, True)
                assert room.store.totals("ws") == Counts(done=3)
                assert (await room.sending.erasing.erase(ANN)).deliveries == 0

    run(main())


def test_what_waits_never_goes_out_and_the_others_do(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url, paused=True))
            async with Room(world) as room:
                world.append(ann(1), view(2, user="bob"), ann(3))
                await room.until(lambda: room.sending.router.lag_bytes() == 0)
                assert (await room.sending.erasing.erase(ANN)).deliveries == 2
                assert b"ann@example.com" not in left(tmp_path)
                world.change("wh_1", paused=False)
                [request] = await asyncio.to_thread(receiver.wait_for, 1)
                await room.quiet()
                assert b"bob" in request.body
                assert len(receiver.requests) == 1
                assert room.store.totals("ws") == Counts(done=1, skipped=2)

    run(main())


def test_one_under_way_is_waited_for_and_none_comes_after_it(tmp_path: Path) -> None:
    async def main() -> None:
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def failing(exchange: Exchange) -> bool:
            loop.call_soon_threadsafe(begun.set)
            return answer(500, exchange.request.body)(exchange)

        with Receiver(then=failing) as receiver:
            world = World(tmp_path, webhook(receiver.url), schedule_s=(0.01,) * 500, at_once_each=1)
            async with Room(world) as room:
                world.append(*(ann(number) for number in range(20)))
                await begun.wait()
                await room.sending.erasing.erase(ANN)
                count = len(receiver.requests)
                assert b"ann@example.com" not in left(tmp_path)
                assert room.store.pending_total() == 0
                await asyncio.sleep(0.2)
                assert len(receiver.requests) == count

    run(main())


def test_a_body_that_others_share_is_blanked_and_their_attempts_stay(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            entry = webhook("", kind="destination", catalog="segment", source_ids=("ws.customer-events",))
            entry.settings.clear()
            entry.settings.update({"writeKey": "w" * 32, "host": receiver.url_at("127.0.0.1", "")})
            world = World(tmp_path, entry)
            async with Room(world) as room:
                world.append(ann(1), view(2, user="bob"), view(3, user="eve"))
                await room.quiet()
                assert len(receiver.requests) == 1
                await room.sending.erasing.erase(ANN)
                assert b"ann@example.com" not in left(tmp_path)
                lines = room.log()
                assert [line["messageId"] for line in lines] == ["m3", "m2"]
                whole = room.sending.history.attempt(room.ref(), lines[0]["id"])
                assert "erased" in whole["requestBody"]

    run(main())


@pytest.mark.parametrize("format", ["ndjson", "parquet"])
@pytest.mark.parametrize("batch", [1, 4])
def test_written_files_are_without_them(tmp_path: Path, format: str, batch: int) -> None:
    async def main() -> None:
        world = World(tmp_path, files(format, batch))
        async with Room(world) as room:
            world.append(ann(1), view(2, user="bob"), ann(3), view(4, user="bob"))
            await room.quiet()
            assert (await room.sending.erasing.erase(ANN)).files == 2
            written = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
            assert [path.suffix for path in written] == [f".{format}"] * (2 if batch == 1 else 1)
            assert users_in(written) == ["bob", "bob"]
            assert b"ann@example.com" not in left(tmp_path)

    run(main())


def test_drafts_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    theirs, others = tmp_path / ".a.ndjson.part", tmp_path / ".b.ndjson.part"
    theirs.write_bytes(b'{"userId":"ann@example.com"')
    others.write_bytes(b'{"userId":"bob"')
    assert erase_files(tmp_path, ANN) == 0
    assert [path.name for path in tmp_path.iterdir()] == [others.name]
    unknown = tmp_path / ".c.parquet.part"
    unknown.write_bytes(b"PAR1")
    with pytest.raises(Transient, match="is being written"):
        erase_files(tmp_path, ANN)
    os.utime(unknown, (1, 1))
    erase_files(tmp_path, ANN)
    assert not unknown.exists()


def users_in(paths: list[Path]) -> list[str]:
    found: list[str] = []
    for path in paths:
        if path.suffix == ".parquet":
            found += pq.read_table(path).column("user_id").to_pylist()
        else:
            found += ["bob" for line in path.read_text().splitlines() if '"userId":"bob"' in line]
    return found


def test_what_was_freed_long_before_is_overwritten_too(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url))
            async with Room(world) as room:
                world.append(*(ann(number) for number in range(50)))
                await room.quiet()
                [day] = room.store.db.days
                await room.sending.commits.done(lambda: room.store.expire(day), slow=True)
                room.store.forget_day(day)
                assert b"ann@example.com" in left(tmp_path)
                await room.sending.erasing.erase(ANN)
                assert b"ann@example.com" not in left(tmp_path)

    run(main())


def test_a_replay_under_way_brings_nothing_back(tmp_path: Path) -> None:
    """The journal is without them before the queue is: what a replay has read already must not come behind that."""

    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url))
            async with Room(world) as room:
                for number in range(40):
                    world.append(ann(number), view(100 + number, user="bob"))
                await room.quiet()
                await room.sending.recovery.replay("ws", 0, None, None)
                world.journal = type(world.journal)()  # every reader that is opened from here on reads this one
                for number in range(40):
                    world.append(view(100 + number, user="bob"))
                await room.sending.erasing.erase(ANN)
                await room.quiet()
                assert b"ann@example.com" not in left(tmp_path)

    run(main())

"""What every log promises, over each implementation."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from headwater.journal.local import LocalReader, LocalWriter, prune
from headwater.journal.memory import MemoryLog
from headwater.journal.protocol import JournalFull, OffsetGone, Reader, Writer

Opened = tuple[Writer, Reader, Callable[[int], int]]
Fault = Callable[[], AbstractContextManager[None]]


@pytest.fixture(params=["local", "memory"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    if request.param == "memory":
        memory = MemoryLog()
        yield memory, memory, lambda before: memory.prune(before=before)
        return
    writer = LocalWriter(tmp_path, segment_bytes=64)
    reader = LocalReader(tmp_path)
    yield writer, reader, lambda before: prune(tmp_path, before=before)
    reader.close()
    writer.close()


@pytest.fixture(params=["no room at all", "room for a part", "the flush fails"])
def fault(request: pytest.FixtureRequest, log: Opened, monkeypatch: pytest.MonkeyPatch) -> Fault:
    """The next append cannot be stored. A log that knows no disk is told so."""
    writer = log[0]

    @contextmanager
    def during() -> Iterator[None]:
        if isinstance(writer, MemoryLog):
            writer.full = True
            yield
            writer.full = False
            return
        with monkeypatch.context() as patched:
            if request.param == "the flush fails":
                patched.setattr(os, "fdatasync", failing_flush)
            else:
                patched.setattr(os, "write", write_into(0 if request.param == "no room at all" else 70))
            yield

    return during


def failing_flush(_handle: int) -> None:
    raise OSError(errno.EIO, "Input/output error")


def write_into(room_bytes: int, *, at_once: int = 1 << 30) -> Callable[[int, bytes], int]:
    """In the place of `os.write`: takes so much in all, and so much at a time."""
    real, left = os.write, room_bytes

    def write(handle: int, data: bytes) -> int:
        nonlocal left
        if left <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        count = real(handle, data[: min(left, at_once)])
        left -= count
        return count

    return write


def read_all(reader: Reader, offset: int, max_bytes: int = 1_000_000) -> list[bytes]:
    found: list[bytes] = []
    while records := reader.read(offset, max_bytes):
        found += [record.payload for record in records]
        assert records[0].offset == offset
        offset = records[-1].next
    return found


def test_empty_log_has_nothing_to_read(log: Opened) -> None:
    _, reader, _ = log
    assert reader.read(reader.end(), 100) == []
    assert reader.last() is None
    assert reader.earliest() == reader.end() == 0


def test_records_come_back_in_order_and_whole(log: Opened) -> None:
    writer, reader, _ = log
    payloads = [b"x" * size for size in (1, 10, 63, 64, 65, 1000)]
    ends = [writer.append([payload]) for payload in payloads]
    assert read_all(reader, 0) == payloads
    assert ends == sorted(ends)
    assert reader.end() == ends[-1]
    newest = reader.last()
    assert newest is not None
    assert newest.payload == payloads[-1]


def test_a_small_read_still_gives_one_record(log: Opened) -> None:
    writer, reader, _ = log
    writer.append([b"a" * 500, b"b" * 500, b"c" * 500])
    assert len(reader.read(0, 1)) == 1
    assert read_all(reader, 0, max_bytes=1) == [b"a" * 500, b"b" * 500, b"c" * 500]


def test_reading_goes_on_from_any_record(log: Opened) -> None:
    writer, reader, _ = log
    for number in range(20):
        writer.append([b"%d" % number * 7])
    records = reader.read(0, 100_000)
    while records[-1].next < reader.end():
        records += reader.read(records[-1].next, 100_000)
    for index, record in enumerate(records):
        assert read_all(reader, record.offset) == [later.payload for later in records[index:]]


def test_empty_records_are_refused(log: Opened) -> None:
    writer, reader, _ = log
    with pytest.raises(ValueError, match="record"):
        writer.append([b"fine", b""])
    assert reader.end() == 0


def test_whoever_waits_is_woken_by_what_comes_and_by_wake(log: Opened) -> None:
    writer, reader, _ = log
    began = time.monotonic()
    for act in (lambda: writer.append([b"x"]), reader.wake):
        before = reader.end()
        waiting = threading.Thread(target=reader.wait, args=(before, 60.0))
        waiting.start()
        while waiting.is_alive():  # it may not have begun to wait yet
            act()
            waiting.join(0.05)
    assert time.monotonic() - began < 50


def test_nobody_waits_for_what_is_there_nor_for_longer_than_asked(log: Opened) -> None:
    writer, reader, _ = log
    began = time.monotonic()
    end = writer.append([b"x"])
    reader.wait(0, 60.0)
    reader.wait(end - 1, 60.0)
    reader.wait(end, 0.01)
    assert time.monotonic() - began < 50


def test_pruned_offsets_say_what_is_the_earliest(log: Opened) -> None:
    writer, reader, prune_before = log
    ends = [writer.append([b"y" * 60]) for _ in range(6)]
    earliest = prune_before(ends[2])
    assert 0 < earliest <= ends[2]
    assert reader.earliest() == earliest
    with pytest.raises(OffsetGone) as caught:
        reader.read(0, 1000)
    assert caught.value.earliest == earliest
    assert len(read_all(reader, earliest)) >= 3


def test_what_cannot_be_stored_is_refused_as_a_whole_and_the_next_is_taken(log: Opened, fault: Fault) -> None:
    writer, reader, _ = log
    end = writer.append([b"before"])
    for _ in range(2):
        with fault():
            for _ in range(2):
                with pytest.raises(JournalFull):
                    writer.append([b"a" * 30, b"b" * 30, b"c" * 30])
        assert reader.end() == end
        assert read_all(reader, 0) == [b"before"]
    assert writer.append([b"after", b"and more"]) == reader.end()
    assert read_all(reader, 0) == [b"before", b"after", b"and more"]


def test_a_disk_that_takes_little_at_a_time_takes_all(log: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, reader, _ = log
    payloads = [b"%d" % number * 40 for number in range(9)]
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", write_into(1 << 30, at_once=7))
        for payload in payloads:
            writer.append([payload])
    assert read_all(reader, 0) == payloads

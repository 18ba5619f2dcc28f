"""What every log promises, over each implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headwater.journal.local import LocalReader, LocalWriter, prune
from headwater.journal.memory import MemoryLog
from headwater.journal.protocol import OffsetGone, Reader, Writer

Opened = tuple[Writer, Reader, Callable[[int], int]]


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

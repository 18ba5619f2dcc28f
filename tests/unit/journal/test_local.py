"""What is particular to the log on disk: torn writes, full disks, two writers, other processes' readers."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from headwater.journal import frame
from headwater.journal.files import segment_bases, segment_path
from headwater.journal.local import LocalReader, LocalWriter
from headwater.journal.protocol import JournalBroken, JournalFull


def payloads_of(directory: Path) -> list[bytes]:
    reader = LocalReader(directory)
    found: list[bytes] = []
    offset = reader.earliest()
    while records := reader.read(offset, 1 << 20):
        found += [record.payload for record in records]
        offset = records[-1].next
    reader.close()
    return found


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_torn_last_write_is_cut_off_and_writing_goes_on(tmp_path: Path, cut: int) -> None:
    writer = LocalWriter(tmp_path)
    writer.append([b"kept"])
    end = writer.append([b"torn in half"])
    writer.close()
    path = segment_path(tmp_path, 0)
    os.truncate(path, end - cut)
    writer = LocalWriter(tmp_path)
    assert payloads_of(tmp_path) == [b"kept"]
    writer.append([b"after"])
    assert payloads_of(tmp_path) == [b"kept", b"after"]
    writer.close()


@pytest.mark.parametrize("position", range(8))
def test_a_flipped_byte_ends_the_valid_part(tmp_path: Path, position: int) -> None:
    writer = LocalWriter(tmp_path)
    first = writer.append([b"kept"])
    writer.append([b"spoiled"])
    writer.close()
    path = segment_path(tmp_path, 0)
    content = bytearray(path.read_bytes())
    content[first + position] ^= 0x5A
    path.write_bytes(content)
    writer = LocalWriter(tmp_path)
    assert payloads_of(tmp_path) == [b"kept"]
    writer.close()


def test_a_tail_of_zeros_is_no_record(tmp_path: Path) -> None:
    writer = LocalWriter(tmp_path)
    writer.append([b"kept"])
    writer.close()
    with segment_path(tmp_path, 0).open("ab") as file:
        file.write(bytes(4096))
    writer = LocalWriter(tmp_path)
    assert payloads_of(tmp_path) == [b"kept"]
    writer.close()


def test_segments_close_at_their_size_and_reopen(tmp_path: Path) -> None:
    written = [b"%04d" % number * 10 for number in range(50)]
    for chunk in range(0, 50, 10):
        writer = LocalWriter(tmp_path, segment_bytes=200)
        for payload in written[chunk : chunk + 10]:
            writer.append([payload])
        writer.close()
    assert len(segment_bases(tmp_path)) > 5
    assert payloads_of(tmp_path) == written


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    writer = LocalWriter(tmp_path)
    with pytest.raises(TimeoutError, match="another process"):
        LocalWriter(tmp_path, lock_wait_s=0.1)
    writer.close()
    LocalWriter(tmp_path, lock_wait_s=0.1).close()


def test_a_full_disk_stores_nothing_and_mends_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = LocalWriter(tmp_path)
    writer.append([b"before"])
    real = os.write
    budget = [20]

    def full(handle: int, data: bytes) -> int:
        if budget[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = min(len(data), budget[0])
        budget[0] -= taken
        return real(handle, data[:taken])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(JournalFull):
        writer.append([b"too much " * 10])
    monkeypatch.undo()
    assert payloads_of(tmp_path) == [b"before"]
    writer.append([b"after"])
    assert payloads_of(tmp_path) == [b"before", b"after"]
    writer.close()


def test_a_failed_flush_breaks_the_writer_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = LocalWriter(tmp_path)
    writer.append([b"before"])

    def failing(_handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", failing)
    with pytest.raises(JournalBroken):
        writer.append([b"unknown"])
    monkeypatch.undo()
    with pytest.raises(JournalBroken):
        writer.append([b"later"])
    assert payloads_of(tmp_path) == [b"before"]
    writer.close()


def test_readers_see_nothing_that_is_not_durable(tmp_path: Path) -> None:
    writer = LocalWriter(tmp_path)
    end = writer.append([b"durable"])
    with segment_path(tmp_path, 0).open("ab") as file:
        file.write(frame.encode([b"written, not flushed"]))
    reader = LocalReader(tmp_path)
    assert [record.payload for record in reader.read(0, 1000)] == [b"durable"]
    assert reader.read(end, 1000) == []
    reader.close()
    writer.close()

"""What is particular to the log on disk: torn writes, full disks, two writers, other processes' readers."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headwater.journal import frame
from headwater.journal.files import segment_bases, segment_path
from headwater.journal.local import LocalReader, LocalWriter
from headwater.journal.protocol import JournalBroken, JournalDamaged, JournalFull, OffsetGone


def payloads_of(directory: Path) -> list[bytes]:
    reader = LocalReader(directory)
    found: list[bytes] = []
    offset = reader.earliest()
    while records := reader.read(offset, 1 << 20):
        found += [record.payload for record in records]
        offset = records[-1].next
    reader.close()
    return found


def add_bytes(directory: Path, content: bytes) -> None:
    """What a process that was killed while it wrote leaves behind the last durable record."""
    with segment_path(directory, segment_bases(directory)[-1]).open("ab") as file:
        file.write(content)


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_torn_last_write_is_cut_off_and_writing_goes_on(tmp_path: Path, cut: int) -> None:
    writer = LocalWriter(tmp_path)
    writer.append([b"kept"])
    writer.close()
    add_bytes(tmp_path, frame.encode([b"torn in half"])[:-cut])
    writer = LocalWriter(tmp_path)
    assert payloads_of(tmp_path) == [b"kept"]
    writer.append([b"after"])
    assert payloads_of(tmp_path) == [b"kept", b"after"]
    writer.close()


@pytest.mark.parametrize("position", range(8))
def test_a_flipped_byte_ends_the_valid_part(tmp_path: Path, position: int) -> None:
    writer = LocalWriter(tmp_path)
    writer.append([b"kept"])
    writer.close()
    spoiled = bytearray(frame.encode([b"spoiled"]))
    spoiled[position] ^= 0x5A
    add_bytes(tmp_path, bytes(spoiled))
    writer = LocalWriter(tmp_path)
    assert payloads_of(tmp_path) == [b"kept"]
    writer.close()


def damaged_payloads(directory: Path) -> tuple[list[bytes], list[tuple[int, int]]]:
    """What can be read, and the spans that the reader said it could not."""
    reader = LocalReader(directory)
    found: list[bytes] = []
    gaps: list[tuple[int, int]] = []
    offset = reader.earliest()
    while offset < reader.end():
        try:
            records = reader.read(offset, 1 << 20)
        except JournalDamaged as damage:
            gaps.append((damage.offset, damage.next))
            offset = damage.next
            continue
        found += [record.payload for record in records]
        offset = records[-1].next
    reader.close()
    return found, gaps


@pytest.mark.parametrize("position", range(8, 15))
def test_a_damaged_record_is_told_and_stepped_over(tmp_path: Path, position: int) -> None:
    writer = LocalWriter(tmp_path)
    start = writer.append([b"before"])
    end = writer.append([b"spoiled"])
    writer.append([b"after"])
    with segment_path(tmp_path, 0).open("r+b") as file:
        file.seek(start + position)
        byte = file.read(1)
        file.seek(start + position)
        file.write(bytes([byte[0] ^ 0x5A]))
    assert damaged_payloads(tmp_path) == ([b"before", b"after"], [(start, end)])
    writer.close()


@pytest.mark.parametrize("length", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x01\0\0\0"])
def test_a_damaged_length_costs_the_rest_of_its_segment(tmp_path: Path, length: bytes) -> None:
    writer = LocalWriter(tmp_path, segment_bytes=40)
    start = writer.append([b"before"])
    writer.append([b"spoiled"])
    end = writer.append([b"out of reach"])
    writer.append([b"after"])
    with segment_path(tmp_path, 0).open("r+b") as file:
        file.seek(start)
        file.write(length)
    assert damaged_payloads(tmp_path) == ([b"before", b"after"], [(start, end)])
    writer.close()


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_acknowledged_bytes_that_are_gone_are_told_and_no_offset_is_given_twice(tmp_path: Path, cut: int) -> None:
    writer = LocalWriter(tmp_path)
    start = writer.append([b"before"])
    end = writer.append([b"acknowledged, then lost by the disk"])
    writer.close()
    os.truncate(segment_path(tmp_path, 0), end - cut)
    writer = LocalWriter(tmp_path)
    assert writer.end == end
    writer.append([b"after"])
    assert damaged_payloads(tmp_path) == ([b"before", b"after"], [(start, end)])
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


def failing_flushes(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    real = os.fdatasync
    left = [times]

    def flush(handle: int) -> None:
        if left[0] > 0:
            left[0] -= 1
            raise OSError(errno.EIO, "Input/output error")
        real(handle)

    monkeypatch.setattr(os, "fdatasync", flush)


def test_flushes_that_fail_store_nothing_and_writing_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = LocalWriter(tmp_path)
    writer.append([b"before"])
    failing_flushes(monkeypatch, 2)
    for _ in range(2):
        with pytest.raises(JournalFull, match="flush failed"):
            writer.append([b"not stored"])
    assert payloads_of(tmp_path) == [b"before"]
    writer.append([b"after"])
    assert payloads_of(tmp_path) == [b"before", b"after"]
    writer.close()
    writer = LocalWriter(tmp_path)
    assert payloads_of(tmp_path) == [b"before", b"after"]
    writer.close()


def test_what_cannot_be_taken_back_breaks_the_writer_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = LocalWriter(tmp_path)
    writer.append([b"before"])

    def failing(_handle: int, _size: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    failing_flushes(monkeypatch, 1)
    with monkeypatch.context() as patched:
        patched.setattr(os, "ftruncate", failing)
        with pytest.raises(JournalBroken):
            writer.append([b"unknown"])
    with pytest.raises(JournalBroken):
        writer.append([b"later"])
    assert payloads_of(tmp_path) == [b"before"]
    writer.close()


@pytest.mark.parametrize("fault", ["open", "flush"])
def test_a_new_segment_that_cannot_be_made_leaks_nothing_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    writer = LocalWriter(tmp_path, segment_bytes=10)
    writer.append([b"before"])
    opened = len(os.listdir("/proc/self/fd"))
    real_open, real_fsync = os.open, os.fsync

    def full(*_arguments: object, **_more: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "open" if fault == "open" else "fsync", full)
    for _ in range(3):
        with pytest.raises(JournalFull, match="new segment"):
            writer.append([b"refused"])
    monkeypatch.setattr(os, "open", real_open)
    monkeypatch.setattr(os, "fsync", real_fsync)
    assert len(os.listdir("/proc/self/fd")) == opened
    writer.append([b"after"])
    assert payloads_of(tmp_path) == [b"before", b"after"]
    writer.close()


def test_a_reader_whose_segment_was_removed_can_go_on_elsewhere(tmp_path: Path) -> None:
    writer = LocalWriter(tmp_path, segment_bytes=10)
    ends = [writer.append([b"number %d" % number]) for number in range(4)]
    reader = LocalReader(tmp_path)
    assert reader.read(0, 1)[0].payload == b"number 0"
    os.unlink(segment_path(tmp_path, ends[0]))
    with pytest.raises(OffsetGone):
        reader.read(ends[0], 1)
    assert reader.read(0, 1)[0].payload == b"number 0"
    assert reader.read(ends[1], 1)[0].payload == b"number 2"
    reader.close()
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


def test_a_reader_in_another_process_is_woken_without_looking_again_and_again(tmp_path: Path) -> None:
    writer = LocalWriter(tmp_path)
    program = (
        "import sys; from pathlib import Path; from headwater.journal.local import LocalReader\n"
        "reader = LocalReader(Path(sys.argv[1])); print('waits', flush=True)\n"
        "while reader.end() == 0: reader.wait(0, 100.0)\n"
        "print(reader.end())\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == "waits\n"
        time.sleep(0.1)
        end = writer.append([b"x"])
        assert waiting.communicate(timeout=60)[0] == f"{end}\n"
    writer.close()

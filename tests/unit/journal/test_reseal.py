"""Records that are sealed anew keep their place; whoever reads meanwhile is not disturbed."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest

from headwater.journal.files import segment_bases, segment_path
from headwater.journal.local import LocalReader, LocalWriter
from headwater.journal.protocol import JournalDamaged, Record
from headwater.journal.reseal import reseal


def without(secret: bytes, payload: bytes) -> bytes | None:
    return payload.replace(secret, b" " * len(secret)) if secret in payload else None


def everything(reader: LocalReader) -> list[Record]:
    offset, found = reader.earliest(), list[Record]()
    while records := reader.read(offset, 100):
        found += records
        offset = records[-1].next
    return found


@pytest.fixture
def log(tmp_path: Path) -> tuple[LocalWriter, LocalReader]:
    writer = LocalWriter(tmp_path, segment_bytes=200)
    for number in range(60):
        writer.append([b"record %d of %s" % (number, b"ann" if number % 7 == 0 else b"bob")])
    return writer, LocalReader(tmp_path)


def run(directory: Path, before: int) -> int:
    return sum(each.records for each in reseal(directory, before=before, rewrite=lambda p: without(b"ann", p)))


def test_each_record_keeps_its_offset_and_the_others_their_content(
    log: tuple[LocalWriter, LocalReader], tmp_path: Path
) -> None:
    writer, reader = log
    before = everything(reader)
    writer.cut()
    end = writer.append([b"after"])
    assert run(tmp_path, writer.base) == 9
    after = everything(LocalReader(tmp_path))
    assert [(each.offset, each.next) for each in after[:-1]] == [(each.offset, each.next) for each in before]
    assert [each.payload for each in after[:-1]] == [each.payload.replace(b"ann", b"   ") for each in before]
    assert after[-1].next == end
    assert not any(b"ann" in path.read_bytes() for path in tmp_path.glob("*.log*"))


def test_a_cut_begins_a_segment_with_the_next_append_alone(tmp_path: Path) -> None:
    writer = LocalWriter(tmp_path)
    writer.cut()
    first = writer.append([b"first"])
    assert segment_bases(tmp_path) == [0]  # nothing lay before it
    writer.append([b"second"])
    writer.append([b"third"])
    assert segment_bases(tmp_path) == [0, first]
    writer.close()


def test_only_what_lies_before_is_touched(log: tuple[LocalWriter, LocalReader], tmp_path: Path) -> None:
    bases = segment_bases(tmp_path)
    untouched = segment_path(tmp_path, bases[3]).read_bytes()
    run(tmp_path, bases[3])
    assert segment_path(tmp_path, bases[3]).read_bytes() == untouched


def test_a_second_time_changes_nothing(log: tuple[LocalWriter, LocalReader], tmp_path: Path) -> None:
    run(tmp_path, log[0].base)
    inodes = [path.stat().st_ino for path in sorted(tmp_path.glob("*.log"))]
    assert run(tmp_path, log[0].base) == 0
    assert [path.stat().st_ino for path in sorted(tmp_path.glob("*.log"))] == inodes


def test_a_reader_that_has_the_old_file_open_reads_on_in_the_new_one(
    log: tuple[LocalWriter, LocalReader], tmp_path: Path
) -> None:
    _, reader = log
    first = reader.read(0, 1)
    run(tmp_path, log[0].base)
    again = reader.read(0, 1)
    assert (first[0].payload, again[0].payload) == (b"record 0 of ann", b"record 0 of    ")
    assert reader.read(again[0].next, 1)[0].payload == b"record 1 of bob"


def test_nothing_of_the_old_file_is_left_in_it(log: tuple[LocalWriter, LocalReader], tmp_path: Path) -> None:
    with segment_path(tmp_path, 0).open("rb") as old:
        run(tmp_path, log[0].base)
        assert os.fstat(old.fileno()).st_size == 0


def test_the_time_of_the_last_record_stays(log: tuple[LocalWriter, LocalReader], tmp_path: Path) -> None:
    os.utime(segment_path(tmp_path, 0), (1_000_000, 2_000_000))
    run(tmp_path, log[0].base)
    assert segment_path(tmp_path, 0).stat().st_mtime == 2_000_000


def test_what_a_killed_process_left_is_removed(log: tuple[LocalWriter, LocalReader], tmp_path: Path) -> None:
    draft = tmp_path / "00000000000000000000.log.new"
    draft.write_bytes(b"half of it")
    run(tmp_path, log[0].base)
    assert not draft.exists()
    assert segment_bases(tmp_path)[0] == 0


def test_a_damaged_stretch_stays_damaged_and_is_emptied_when_it_names_them(
    log: tuple[LocalWriter, LocalReader], tmp_path: Path
) -> None:
    path = segment_path(tmp_path, 0)
    content = bytearray(path.read_bytes())
    content[9] ^= 0xFF  # in the first record, of ann
    path.write_bytes(content)
    list(reseal(tmp_path, before=log[0].base, rewrite=lambda p: without(b"ann", p), damaged=lambda p: b"ann" in p))
    assert b"ann" not in path.read_bytes()
    reader = LocalReader(tmp_path)
    with pytest.raises(JournalDamaged) as damage:
        reader.read(0, 1)
    assert reader.read(damage.value.next, 1)[0].payload == b"record 1 of bob"


def test_a_record_of_another_length_is_refused(log: tuple[LocalWriter, LocalReader], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot become"):
        list(reseal(tmp_path, before=log[0].base, rewrite=lambda _: b"short"))
    assert everything(LocalReader(tmp_path))[0].payload == b"record 0 of ann"


def test_readers_that_go_on_meanwhile_miss_nothing(tmp_path: Path) -> None:
    """Some read along while all is sealed anew again and again: each sees every record, as it was or as it is."""
    chance = random.Random(17)
    writer = LocalWriter(tmp_path, segment_bytes=5_000)
    payloads = [b"%d:" % number + bytes([65 + number % 26]) * chance.randint(1, 300) for number in range(600)]
    for payload in payloads:
        writer.append([payload])
    errors: list[BaseException] = []
    stop = threading.Event()

    def follow() -> None:
        reader = LocalReader(tmp_path)
        try:
            while not stop.is_set():
                found = [record.payload for record in everything(reader)]
                assert [each.lower() for each in found] == [each.lower() for each in payloads]
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=follow) for _ in range(2)]
    for thread in threads:
        thread.start()
    for turn in range(20):
        change = bytes.lower if turn % 2 == 0 else bytes.upper
        list(reseal(tmp_path, before=writer.base, rewrite=lambda p, change=change: change(p)))
    stop.set()
    for thread in threads:
        thread.join(60)
    assert errors == []

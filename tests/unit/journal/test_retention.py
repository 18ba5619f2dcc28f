"""What is let go, and what never: by size, by age, by the room on the disk; nothing that is unread."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headwater.journal.files import segment_bases, segment_path
from headwater.journal.local import LocalReader, LocalWriter
from headwater.journal.protocol import JournalFull
from headwater.journal.retention import Limits, Retention

NOW = 1_790_000_000.0
SEGMENT = 100
ROOMY = Limits(keep_bytes=10**9, keep_s=10**9, free_bytes=0)


class Log:
    """Ten segments of 100 bytes each, and an eleventh being written; the youngest was closed an hour ago."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.writer = LocalWriter(directory, segment_bytes=SEGMENT)
        for _ in range(11):
            self.writer.append([b"x" * (SEGMENT - 8)])
        for hours, base in enumerate(reversed(segment_bases(directory))):
            os.utime(segment_path(directory, base), times=(NOW, NOW - hours * 3600))

    def retention(self, limits: Limits, *, free_bytes: int = 10**12) -> Retention:
        return Retention(self.directory, limits=limits, free_bytes=lambda _directory: free_bytes)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def limits(**changed: float) -> Limits:
    return Limits(**{"keep_bytes": 10**9, "keep_s": 10**9, "free_bytes": 0} | changed)  # pyright: ignore


@pytest.mark.parametrize(
    ("given", "free_bytes", "due"),
    [
        (limits(), 0, 0),
        (limits(keep_bytes=1000), 0, 0),
        (limits(keep_bytes=999), 0, 100),
        (limits(keep_bytes=450), 0, 600),
        (limits(keep_bytes=0), 0, 1000),
        (limits(keep_s=7.5 * 3600), 0, 300),
        (limits(keep_s=0.5 * 3600), 0, 1000),
        (limits(keep_bytes=700, keep_s=4.5 * 3600), 0, 600),
        (limits(free_bytes=1000), 1000, 0),
        (limits(free_bytes=1000), 999, 100),
        (limits(free_bytes=1000), 750, 300),
        (limits(free_bytes=10**9), 0, 1000),
    ],
)
def test_the_oldest_segments_are_due_beyond_each_limit(log: Log, given: Limits, free_bytes: int, due: int) -> None:
    assert log.retention(given, free_bytes=free_bytes).due(NOW) == due


def test_nothing_unread_goes_whatever_the_limits(log: Log) -> None:
    retention = log.retention(limits(keep_bytes=0))
    assert retention.let_go(before=retention.due(NOW), read=0) == 0
    assert retention.let_go(before=retention.due(NOW), read=299) == 200
    assert retention.let_go(before=retention.due(NOW), read=300) == 300
    assert retention.let_go(before=retention.due(NOW), read=10**9) == 1000
    assert LocalReader(log.directory).read(1000, 10**6)


def test_a_log_at_its_limit_takes_nothing_until_something_was_removed(tmp_path: Path) -> None:
    writer = LocalWriter(tmp_path, segment_bytes=SEGMENT, max_bytes=350)
    for _ in range(3):
        writer.append([b"x" * (SEGMENT - 8)])
    for _ in range(2):
        with pytest.raises(JournalFull, match="350 bytes"):
            writer.append([b"x" * (SEGMENT - 8)])
    assert writer.end == 300
    assert segment_bases(tmp_path) == [0, 100, 200]
    Retention(tmp_path, limits=limits(keep_bytes=0)).let_go(before=100, read=100)
    assert writer.append([b"x" * (SEGMENT - 8)]) == 400
    writer.close()
    writer = LocalWriter(tmp_path, segment_bytes=SEGMENT, max_bytes=350)
    with pytest.raises(JournalFull):
        writer.append([b"x" * (SEGMENT - 8)])
    writer.append([b"x" * 30])
    writer.close()

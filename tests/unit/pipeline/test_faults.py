"""The pipeline when its stores or journals are not as they should be: it waits, mends itself, and says what is lost."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.base.errors import Transient
from headwater.journal.files import segment_path
from headwater.journal.protocol import JournalFull
from headwater.pipeline.dedupe import DiskWindow, key_of
from headwater.pipeline.ledger import Ledger
from headwater.pipeline.replay import Span
from tests.unit.pipeline.rig import NOW, Rig, track


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()


def ids(rig: Rig) -> list[str]:
    return [event.message_id for event in rig.clean()]


def step_refused(rig: Rig, why: str) -> None:
    with pytest.raises(Transient, match=why):
        rig.pipeline.step()


def test_a_window_that_cannot_be_written_is_made_up_for_and_nothing_is_doubled(rig: Rig) -> None:
    rig.send(track("a"), track("b"))
    rig.window._generations[-1].store.close()  # what it does once it met a full disk
    step_refused(rig, "ids seen")
    rig.send(track("a"), track("c"))
    rig.run()
    assert ids(rig) == ["a", "b", "c"]
    assert rig.ledger.totals()["src_1"].duplicate == 1


def test_a_frame_whose_keys_were_not_kept_is_remembered_before_the_next(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.send(track("a"), track("b"))

    def full(*_arguments: object, **_more: object) -> None:
        raise Transient("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(rig.window, "add", full)
        step_refused(rig, "no space left")
        step_refused(rig, "no space left")
    assert ids(rig) == ["a", "b"]
    rig.send(track("a"), track("c"))
    rig.run()
    assert ids(rig) == ["a", "b", "c"]
    assert rig.ledger.totals()["src_1"].duplicate == 1
    assert rig.ledger.totals()["src_1"].clean == 3


def test_a_clean_journal_that_is_full_is_tried_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.send(track("a"), track("a"))

    def full(*_arguments: object) -> int:
        raise JournalFull("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(rig.clean_writer, "append", full)
        step_refused(rig, "no space left")
    assert ids(rig) == []
    rig.run()
    assert ids(rig) == ["a"]
    assert rig.ledger.totals()["src_1"].duplicate == 1


def test_a_ledger_that_cannot_be_written_is_tried_again(rig: Rig) -> None:
    rig.send(track("a"), track("a"))
    rig.ledger._db.execute("PRAGMA query_only = ON")
    step_refused(rig, "ledger cannot be")
    step_refused(rig, "ledger cannot be")
    rig.ledger._db.execute("PRAGMA query_only = OFF")
    rig.run()
    assert ids(rig) == ["a"]
    assert [row.fate for row in rig.ledger.by_message("a", "ws_1")] == ["duplicate"]


def test_a_half_written_batch_of_fates_is_taken_back(rig: Rig) -> None:
    rig.send(track("a"), track("a"), track("a"))
    rig.ledger._db.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON fates WHEN NEW.position = 2 "
        "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
    )
    step_refused(rig, "disk is full")
    assert rig.ledger.by_message("a", "ws_1") == []
    rig.ledger._db.execute("DROP TRIGGER full")
    rig.run()
    assert len(rig.ledger.by_message("a", "ws_1")) == 2


def test_damage_in_the_raw_journal_is_parked_with_its_place_and_reading_goes_on(rig: Rig) -> None:
    rig.send(track("a"))
    start = rig.raw.end
    rig.send(track("spoiled"))
    end = rig.raw.end
    rig.send(track("b"))
    with segment_path(rig.directory / "raw", 0).open("r+b") as file:
        file.seek(start + 20)
        file.write(b"????")
    rig.run()
    rig.crash()
    rig.run()
    assert ids(rig) == ["a", "b"]
    rows, total = rig.ledger.parked(["ws_1", ""], limit=10, offset=0)
    assert total == 1
    assert rows[0].reason == "journal_damaged"
    assert "The disk has spoiled" in (rig.pipeline.hindrances(rows)[0] or "")
    assert rig.pipeline.release(rows) == 0
    assert f"from {start} to {end}" in (rows[0].note or "")
    assert rig.ledger.totals()[""].parked == {"journal_damaged": 1}
    span = Span(workspace_id="ws_1", start_ms=None, end_ms=None)
    rig.pipeline._in_loop = lambda work: work()  # pyright: ignore[reportAttributeAccessIssue]
    assert list(rig.pipeline.replay(span, replay_id="r1")) == [2]


def test_damage_in_the_clean_journal_costs_no_other_frame(rig: Rig) -> None:
    offsets = []
    for name in "abc":
        rig.send(track(name))
        rig.pipeline.step()
        offsets.append(rig.clean_writer.end)
    rig.ledger._db.execute("DELETE FROM snapshot")
    with segment_path(rig.directory / "clean", 0).open("r+b") as file:
        file.seek(offsets[0] + 20)
        file.write(b"????")
    rig.crash()
    assert rig.ledger.totals()["src_1"].clean == 2
    assert rig.pipeline.step() == 0


class TestWindow:
    def test_what_was_forgotten_early_is_known_after_a_restart(self, tmp_path: Path) -> None:
        window = DiskWindow(tmp_path, max_ids=4, window_s=1000.0, now=NOW)
        for number in range(6):
            window.add([key_of("s", str(number))], position=number, now=NOW + number)
        shorter_s = window.window_s(NOW + 10)
        assert shorter_s < 1000
        window.close()
        window = DiskWindow(tmp_path, max_ids=4, window_s=1000.0, now=NOW + 20)
        assert window.window_s(NOW + 10) == shorter_s
        window.close()

    def test_a_crash_between_two_generations_keeps_the_position(self, tmp_path: Path) -> None:
        window = DiskWindow(tmp_path, now=NOW)
        for number in range(3):
            window.add([key_of("s", str(number))], position=10 + number, now=NOW)
        window._turn(NOW)  # and dies before anything is added to the new one
        window.close()
        window = DiskWindow(tmp_path, now=NOW)
        assert window.position == 12
        assert all(window.seen([key_of("s", str(number)) for number in range(3)]))
        window.close()

    @pytest.mark.parametrize("generation", ["1", "2"])
    def test_a_store_that_cannot_be_read_is_made_anew(self, tmp_path: Path, generation: str) -> None:
        window = DiskWindow(tmp_path, max_ids=4, now=NOW)
        for number in range(3):
            window.add([key_of("s", str(number))], position=10 + number, now=NOW)
        window.close()
        (tmp_path / generation / "CURRENT").write_bytes(b"MANIFEST-no-such\n")
        window = DiskWindow(tmp_path, max_ids=4, now=NOW)
        assert window.position == 0  # so that all frames that are kept are read into it
        window.add([key_of("s", "x")], position=20, now=NOW)
        assert window.seen([key_of("s", "x")]) == [True]
        window.close()

    @pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
    def test_a_torn_log_leaves_it_behind_never_ahead(self, tmp_path: Path, kept: float) -> None:
        window = DiskWindow(tmp_path / "one", now=NOW)
        for number in range(50):
            window.add([key_of("s", str(number))], position=number, now=NOW)
        shutil.copytree(tmp_path / "one", tmp_path / "two", ignore=shutil.ignore_patterns("LOCK"))
        window.close()
        log = max((tmp_path / "two" / "1").glob("*.log"))
        log.write_bytes(log.read_bytes()[: int(log.stat().st_size * kept)])
        window = DiskWindow(tmp_path / "two", now=NOW)
        known = window.seen([key_of("s", str(number)) for number in range(50)])
        assert window.position < 49
        assert all(known[: window.position + 1]) or window.position == 0
        window.close()


def test_old_fates_are_forgotten_bit_by_bit_and_parked_ones_never(rig: Rig) -> None:
    for _ in range(9):
        rig.send(track("a"))
    rig.send(track("bad", userId=7))
    rig.run()
    assert rig.ledger.prune(kept=3, at_once=4) == 4
    assert rig.ledger.prune(kept=3, at_once=4) == 1
    assert rig.ledger.prune(kept=3, at_once=4) == 0
    assert len(rig.ledger.by_message("a", "ws_1")) == 3
    assert len(rig.ledger.by_message("bad", "ws_1")) == 1


def test_what_the_ledger_holds_is_flushed_with_each_transaction(tmp_path: Path) -> None:
    """SQLite's own promise against power loss; the payloads of parked events have no other copy once retention ran."""
    ledger = Ledger(tmp_path / "ledger.db")
    assert ledger._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert ledger._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    ledger.close()
    assert sqlite3.connect(tmp_path / "ledger.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)

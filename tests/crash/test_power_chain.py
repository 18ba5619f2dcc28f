"""From the door's journal to rows over a disk that forgets: each acknowledged event is a row once, the books close."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from headwater.pipeline.dedupe import DiskWindow
from headwater.pipeline.ledger import Ledger
from tests.crash.chain import EVERYTHING, Chain, Lost, bring_back_older, tear_logs

HISTORIES = 25
MUTANT_HISTORIES = 400
NEEDED = {
    "_flush < append < _append",
    "write_whole < save",
    "sync_directory < write_whole < save",
}
"""The syncs that only the whole chain shows to be needed; those of the journal are in test_power_journal."""


def lost_within(
    folder: Path,
    count: int,
    *,
    keep_bytes: int = 2000,
    stores: Callable[[Chain], None] = tear_logs,
    without: str | None = None,
) -> str | None:
    for seed in range(count):
        try:
            Chain(folder, seed, keep_bytes=keep_bytes, stores=stores, without=without).run()
        except Lost as lost:
            return f"history {seed}: {lost}"
        finally:
            shutil.rmtree(folder)
    return None


def test_each_acknowledged_event_is_a_row_once_and_the_books_close(quick_path: Path) -> None:
    assert lost_within(quick_path / "chain", HISTORIES, keep_bytes=EVERYTHING) is None


def test_the_same_while_retention_lets_go_of_what_is_read(quick_path: Path) -> None:
    assert lost_within(quick_path / "chain", HISTORIES) is None


def test_every_reader_catches_up_from_an_older_state_of_its_files(quick_path: Path) -> None:
    assert lost_within(quick_path / "chain", HISTORIES, keep_bytes=EVERYTHING, stores=bring_back_older) is None


@pytest.mark.parametrize("without", sorted(NEEDED))
def test_each_sync_is_needed(quick_path: Path, without: str) -> None:
    assert lost_within(quick_path / "chain", MUTANT_HISTORIES, without=without) is not None


def noop(_self: object) -> None:
    return None


@pytest.mark.parametrize(("store", "step"), [(DiskWindow, "flush"), (Ledger, "save")])
def test_the_stores_are_made_durable_before_the_clean_journal_is_let_go(
    quick_path: Path, store: type, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, step, noop)
    assert lost_within(quick_path / "chain", MUTANT_HISTORIES) is not None

"""The pipeline's promises: each raw event in one frame, once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from headwater.base.clean import encode_frame
from headwater.base.outcome import Fate
from headwater.base.raw import RejectedNote
from headwater.pipeline import normalise
from headwater.pipeline import process as process_module
from headwater.pipeline.process import process
from headwater.pipeline.replay import Span
from tests.unit.pipeline.rig import Rig, track


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()


def test_an_id_counts_once_per_source_also_after_a_restart(rig: Rig) -> None:
    rig.send(track("a"), track("b"), track("a"))
    rig.send(track("a"), source="src_2")
    rig.run()
    rig.crash()
    rig.send(track("b"), track("c"))
    rig.run()
    assert [(event.source_id, event.message_id) for event in rig.clean()] == [
        ("src_1", "a"),
        ("src_1", "b"),
        ("src_2", "a"),
        ("src_1", "c"),
    ]
    totals = rig.ledger.totals()
    assert (totals["src_1"].clean, totals["src_1"].duplicate, totals["src_2"].clean) == (3, 2, 1)


def test_totals_and_cursor_come_back_from_the_frames(rig: Rig) -> None:
    for number in range(30):
        rig.send(track(f"m{number}"), track(f"m{number}"))
        rig.pipeline.step()
        if number % 7 == 0:
            rig.crash()
    rig.crash()
    assert rig.pipeline.step() == 0
    assert rig.ledger.totals()["src_1"].clean == 30
    assert rig.ledger.totals()["src_1"].duplicate == 30
    assert len(rig.clean()) == 30


def test_when_a_source_last_had_an_event_is_known_after_a_crash_too(rig: Rig) -> None:
    rig.send(track("a"), track("a"))
    note = RejectedNote(
        source_id="src_2",
        workspace_id="ws_1",
        received_ms=1_790_000_001_000,
        code="bad_request",
        message="",
        payload="",
    )
    rig.raw.append([msgspec.json.encode(note)])
    rig.run()
    rig.send(track("b"), source="src_3")
    rig.run()
    rig.crash()
    last = {source: rig.ledger.last_ms(source) for source in ("src_1", "src_2", "src_4")}
    assert last == {"src_1": 1_790_000_000_000, "src_2": 1_790_000_001_000, "src_4": None}
    assert rig.ledger.totals()["src_2"].total == 0, "what was refused is counted at the door, and not here"


def test_what_expires_is_counted_by_source_with_the_time_of_the_last(rig: Rig) -> None:
    rig.send(track("a"), track("b"))
    rig.send(track("c"))
    rig.send(track("d"), source="src_2")
    rig.raw.append([b"?"])
    told = process_module.expired(rig.pipeline._raw.read(0, 1 << 20))
    assert {source: (tally.dropped, tally.last_ms) for source, tally in told.items()} == {
        "src_1": ({"expired": 3}, 1_790_000_000_000),
        "src_2": ({"expired": 1}, 1_790_000_000_000),
        "": ({"expired": 1}, 0),
    }


def test_a_crash_between_frame_and_window_doubles_nothing(rig: Rig) -> None:
    rig.send(track("a"), track("b"))
    records = rig.pipeline._raw.read(0, 1 << 20)
    outcome = process(records, journal="collect", seen=rig.window.seen)
    rig.clean_writer.append([encode_frame(outcome.frame)])
    rig.crash()
    rig.send(track("a"), track("c"))
    rig.run()
    assert [event.message_id for event in rig.clean()] == ["a", "b", "c"]
    assert rig.ledger.totals()["src_1"].duplicate == 1


def test_a_crash_after_fates_were_written_writes_them_once(rig: Rig) -> None:
    rig.send(track("a"), track("a"))
    records = rig.pipeline._raw.read(0, 1 << 20)
    rig.ledger.record(process(records, journal="collect", seen=rig.window.seen).items)
    rig.crash()
    rig.run()
    assert [row.fate for row in rig.ledger.by_message("a", "ws_1")] == ["duplicate"]


def test_an_event_without_an_id_gets_the_same_one_each_time_it_is_read(rig: Rig) -> None:
    rig.send(track(None), track(None))
    records = rig.pipeline._raw.read(0, 1 << 20)
    first = process(records, journal="collect", seen=rig.window.seen)
    second = process(records, journal="collect", seen=rig.window.seen)
    assert encode_frame(first.frame) == encode_frame(second.frame)
    ids = [event.message_id for event in first.frame.events]
    assert len(set(ids)) == 2


def test_one_unreadable_event_is_parked_alone(rig: Rig) -> None:
    rig.send(track("a"), track("bad", userId=7), track("b"))
    rig.raw.append([b"not a record at all"])
    rig.send(track("c"))
    rig.run()
    assert [event.message_id for event in rig.clean()] == ["a", "b", "c"]
    rows, total = rig.ledger.parked(["ws_1", ""], limit=10, offset=0)
    assert total == 2
    assert {row.message_id for row in rows} == {"bad", ""}
    assert [row.message_id for row in rig.ledger.parked(["ws_1"], limit=10, offset=0)[0]] == ["bad"]
    assert rig.ledger.totals()["src_1"].parked == {"unreadable": 1}
    assert rig.ledger.totals()[""].parked == {"unreadable": 1}
    assert all("This version cannot read it" in (why or "") for why in rig.pipeline.hindrances(rows))
    assert rig.pipeline.release(rows) == 0
    assert rig.ledger.parked(["ws_1", ""], limit=10, offset=0) == (rows, 2)


def test_a_record_of_another_version_goes_on_whole_once_it_can_be_read(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once(rig)
    with monkeypatch.context() as older:
        older.setattr(process_module, "_DECODER", msgspec.json.Decoder(RejectedNote))
        rig.send(track("a"), track("b"))
        rig.send(track("off"), fate="source_disabled")
        rig.run()
    rows, total = rig.ledger.parked([""], limit=10, offset=0)
    assert (total, rig.clean()) == (2, [])
    assert rig.pipeline.hindrances(rows) == [None, None]
    assert rig.pipeline.release(rows) == 2
    assert sorted(event.message_id for event in rig.clean()) == ["a", "b"]
    totals = rig.ledger.totals()
    assert (totals["src_1"].clean, totals["src_1"].dropped) == (2, {"source_disabled": 1})
    assert (totals["src_1"].workspace_id, totals[""].parked) == ("ws_1", {"unreadable": 0})
    assert rig.ledger.parked([""], limit=10, offset=0) == ([], 0)


def test_an_event_that_can_be_read_again_is_counted_over(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(rig)
    with monkeypatch.context() as older:
        older.setattr(normalise, "read_call", unreadable)
        rig.send(track("a"), track("b"))
        rig.run()
    rows, _ = rig.ledger.parked(["ws_1"], limit=10, offset=0)
    assert rig.pipeline.release(rows[:1]) == 1
    totals = rig.ledger.totals()["src_1"]
    assert (totals.clean, totals.parked, len(rig.clean())) == (1, {"unreadable": 1}, 1)


def at_once(rig: Rig) -> None:
    """What the loop would do between two stretches."""
    rig.pipeline._in_loop = lambda work: work()  # pyright: ignore[reportAttributeAccessIssue]


def unreadable(raw: msgspec.Raw, form: str) -> None:
    raise msgspec.ValidationError(f"of a later version: {form}")


def test_a_disabled_source_s_events_are_dropped_with_the_reason(rig: Rig) -> None:
    rig.send(track("a"), fate="source_disabled")
    rig.run()
    assert rig.clean() == []
    assert [(row.fate, row.reason) for row in rig.ledger.by_message("a", "ws_1")] == [("dropped", "source_disabled")]


def test_the_debugger_shows_what_came_newest_first_and_again_after_a_restart(rig: Rig) -> None:
    rig.send(track("a"), track("a"), track("b"))
    rig.run()
    shown = rig.debugger.latest("src_1", limit=10)
    assert [(seen.item.message_id, seen.item.fate) for seen in shown] == [
        ("b", Fate.CLEAN),
        ("a", Fate.DUPLICATE),
        ("a", Fate.CLEAN),
    ]
    assert rig.debugger.latest("src_1", limit=10, after=shown[1].seq) == shown[:1]
    rig.crash()
    assert [seen.item.message_id for seen in rig.debugger.latest("src_1", limit=10)] == ["b", "a"]


def test_a_replay_makes_the_same_events_and_counts_nothing(rig: Rig) -> None:
    rig.send(track("a"), track(None))
    rig.run()
    before = rig.ledger.totals()
    again = list(rig.clean())
    span = Span(workspace_id="ws_1", start_ms=None, end_ms=None)
    rig.pipeline._in_loop = lambda work: work()  # pyright: ignore[reportAttributeAccessIssue]
    assert list(rig.pipeline.replay(span, replay_id="r1")) == [2]
    assert rig.clean() == again + again
    assert rig.ledger.totals() == before
    elsewhere = Span(workspace_id="ws_2", start_ms=None, end_ms=None)
    assert list(rig.pipeline.replay(elsewhere, replay_id="r2")) == []

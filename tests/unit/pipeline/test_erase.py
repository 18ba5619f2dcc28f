"""Records without a person: everybody else's events stay where they were, byte for byte."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.base.clean import CleanFrame, Tally, decode_frame, encode_frame
from headwater.base.event import CleanEvent
from headwater.base.outcome import Fate
from headwater.base.raw import GONE, Form, RawRecord, RejectedNote
from headwater.base.subject import Subject
from headwater.journal.files import segment_bases
from headwater.journal.local import LocalReader
from headwater.journal.protocol import Record
from headwater.pipeline.debugger import Debugger
from headwater.pipeline.erase import Redaction, emails_in
from headwater.pipeline.ledger import Ledger
from headwater.pipeline.process import Item, process
from headwater.pipeline.replay import Span
from tests.unit.pipeline.rig import Rig, track

ANN = Subject(workspace_id="ws", user_ids=frozenset(["ann-id", "17"]), anonymous_ids=frozenset(["ann-phone"]))
READ = msgspec.json.Decoder(RawRecord)


def raw(*events: Any, door: Form = "track", **more: Any) -> bytes:
    texts = [msgspec.Raw(json.dumps(event).encode()) for event in events]
    given: dict[str, Any] = {"source_id": "s", "workspace_id": "ws", "received_ms": 1_700_000_000_000} | more
    return msgspec.json.encode(RawRecord(events=texts, door=door, **given))


def call(user: str | None = None, device: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Seen", "userId": user, "anonymousId": device} | more


def without(payload: bytes) -> RawRecord:
    fresh = Redaction(ANN).raw(payload)
    assert fresh is not None
    assert len(fresh) == len(payload)
    return READ.decode(fresh)


def test_the_others_of_a_batch_stay_in_their_places() -> None:
    events = [call("ann-id"), call("bob"), call(None, "ann-phone"), call("bob", "ann-phone"), call("bob")]
    fresh = without(raw(*events))
    kept = [None if event == GONE else msgspec.json.decode(event) for event in fresh.events]
    assert kept == [None, events[1], None, events[3], events[4]]


def test_nothing_is_said_of_a_request_that_was_theirs_alone() -> None:
    context = msgspec.Raw(b'{"traits":{"email":"ann@example.com"}}')
    fresh = without(raw(call("ann-id"), context=context, ip="203.0.113.9", sent_at="2026-01-01T00:00:00Z"))
    assert (fresh.events, bytes(fresh.context), fresh.ip, fresh.sent_at) == ([GONE], b"", None, None)


def test_of_what_a_batch_says_of_all_only_what_names_them_goes() -> None:
    context = msgspec.Raw(b'{"library":{"name":"x"},"traits":{"id":"ann-id"}}')
    fresh = without(raw(call("ann-id"), call("bob"), context=context))
    assert msgspec.json.decode(fresh.context) == {"library": {"name": "x"}}


@pytest.mark.parametrize(
    ("door", "event"),
    [
        ("rest", {"type": "identify", "userID": 17, "traits": {}}),
        ("rest", {"type": "delete", "userId": 17}),
        ("rest", {"type": "delete", "userId": "ann-id"}),
        ("customer", {"type": "Track", "eventName": "x", "userId": 17}),
        ("candu", {"type": "Screen", "screenName": "x", "anonymousId": "ann-phone"}),
        ("track", {"type": "alias", "previousId": "ann-phone", "userId": "bob"}),
        ("track", {"type": 5, "about": "ann-id"}),
    ],
)
def test_they_are_known_in_every_form(door: Form, event: dict[str, Any]) -> None:
    assert without(raw(event, call("bob") if door == "track" else event, door=door)).events[0] == GONE


@pytest.mark.parametrize(
    "payload",
    [
        raw(call("bob")),
        raw(call("ann-id"), workspace_id="other"),
        raw(),
        msgspec.json.encode(RejectedNote(source_id="s", workspace_id="ws", received_ms=1, code="c", message="m")),
        b"in a form that nobody knows",
    ],
)
def test_what_is_not_theirs_stays(payload: bytes) -> None:
    redaction = Redaction(ANN)
    assert (redaction.raw(payload), redaction.removed) == (None, 0)


def test_what_was_refused_or_cannot_be_read_is_blanked_when_it_names_them() -> None:
    note = RejectedNote(
        source_id="s",
        workspace_id="ws",
        received_ms=1,
        code="bad",
        message='userId is "ann-id"',
        payload='{"userId":"17',
    )
    redaction = Redaction(ANN)
    for payload in (msgspec.json.encode(note), b"?? ann-id ??"):
        fresh = redaction.raw(payload)
        assert fresh is not None
        assert len(fresh) == len(payload)
        assert b"ann" not in fresh
    assert redaction.removed == 2


def test_a_clean_frame_keeps_its_counts_and_its_place() -> None:
    events = [clean("1", "ann-id"), clean("2", "bob"), clean("3", "bob", workspace_id="other")]
    tally = {"s": Tally(workspace_id="ws", clean=3)}
    payload = encode_frame(CleanFrame(events=events, raw_next=77, tally=tally))
    fresh = Redaction(ANN).clean(payload)
    assert fresh is not None
    assert len(fresh) == len(payload)
    frame = decode_frame(fresh)
    assert ([event.message_id for event in frame.events], frame.raw_next, frame.tally) == (["2", "3"], 77, tally)
    assert Redaction(ANN).clean(fresh) is None


def clean(id: str, user: str, workspace_id: str = "ws") -> CleanEvent:
    at = "2026-01-01T00:00:00.000Z"
    return CleanEvent(
        message_id=id,
        type="track",
        source_id="s",
        workspace_id=workspace_id,
        received_at=at,
        timestamp=at,
        user_id=user,
    )


def test_addresses_are_read_from_their_own_events_alone() -> None:
    payload = raw(
        call("ann-id", traits={"email": "ann@example.com"}),
        call("bob", traits={"email": "bob@example.com"}),
        call("ann-id", context={"traits": {"email": "a@example.com"}}, properties={"email": "not one"}),
    )
    assert emails_in(payload, ANN) == {"ann@example.com", "a@example.com"}


IDS = st.sampled_from(["ann-id", "17", "bob", "17 ", "ann", None, "änn-id"])
DEVICES = st.sampled_from(["ann-phone", "bob-phone", None])


@given(st.lists(st.tuples(IDS, DEVICES, st.text(max_size=20)), max_size=8))
def test_reading_it_again_gives_the_same_ids_to_all_others(people: list[tuple[str | None, str | None, str]]) -> None:
    """Ids of events without one go by their places: none may move."""
    payload = raw(*(call(user, device, properties={"text": text}) for user, device, text in people))
    fresh = Redaction(ANN).raw(payload) or payload
    assert len(fresh) == len(payload)
    before, after = (events(each) for each in (payload, fresh))
    theirs = {id for id, event in before.items() if ANN.owns(event.user_id, event.anonymous_id)}
    assert after == {id: event for id, event in before.items() if id not in theirs}


def events(payload: bytes) -> dict[str, CleanEvent]:
    record = Record(offset=512, next=513, payload=payload)
    outcome = process([record], journal="j", seen=lambda keys: [False] * len(keys))
    return {event.message_id: event for event in outcome.frame.events}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def test_a_replay_that_has_read_them_before_brings_them_no_more(rig: Rig) -> None:
    """As when it was begun before they were erased: its records are in memory, the journals without them."""
    for number in range(3):
        rig.send(track(f"a{number}", userId="ann-id"), track(f"b{number}", userId="bob"))
    rig.run()
    thread = threading.Thread(target=rig.pipeline.run)
    thread.start()
    span = Span(workspace_id="ws_1", start_ms=None, end_ms=None)
    try:
        rig.pipeline.bar(msgspec.structs.replace(ANN, workspace_id="ws_1"))
        end = rig.pipeline.mark(rig.clean_writer.cut)
        assert list(rig.pipeline.replay(span, replay_id="r")) == [3]
        again = LocalReader(rig.directory / "clean").read(end, 1 << 20)
        users = [event.user_id for record in again for event in decode_frame(record.payload).events]
        assert users == ["bob"] * 3
        rig.pipeline.unbar()
        assert list(rig.pipeline.replay(span, replay_id="r")) == [6]
    finally:
        rig.pipeline.stop()
        thread.join(30)


def test_a_mark_closes_the_segment_behind_everything_that_is_clean(rig: Rig) -> None:
    rig.send(track("1"))
    rig.run()
    before = rig.pipeline.raw_next
    thread = threading.Thread(target=rig.pipeline.run)
    thread.start()
    try:
        end = rig.pipeline.mark(rig.clean_writer.cut)
    finally:
        rig.pipeline.stop()
        thread.join(30)
    assert segment_bases(rig.directory / "clean")[-1] == rig.clean_writer.base >= end
    assert [event.message_id for event in rig.clean()] == ["1"]
    rig.crash()
    assert (rig.pipeline.raw_next, rig.pipeline.step()) == (before, 0)


def parked(offset: int, text: bytes, workspace_id: str = "ws") -> Item:
    return Item(
        source_id="s",
        workspace_id=workspace_id,
        message_id="",
        fate=Fate.PARKED,
        reason="unreadable",
        received_ms=1,
        offset=offset,
        index=0,
        raw=text,
        note="a note",
    )


def test_the_ledger_and_the_debugger_forget_them(tmp_path: Path) -> None:
    items = [parked(1, b'{"userId":"ann-id"}'), parked(2, b'{"userId":"bob"}'), parked(3, b'"ann-id"', "other")]
    ledger, debugger = Ledger(tmp_path / "ledger.db"), Debugger()
    ledger.record(items)
    debugger.add(items)
    assert [row.raw_offset for row in ledger.parked_of(ANN)] == [1]
    assert (ledger.erase(ANN), debugger.forget(ANN)) == (1, 1)
    assert [row.raw_offset for row in ledger.parked_rows(["ws", "other"], None)] == [2, 3]
    assert len(debugger.latest("s", limit=10)) == 2
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert (left.count(b"ann-id"), b"bob" in left) == (1, True)
    ledger.close()

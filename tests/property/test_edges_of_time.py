"""Times at the edges of the years: the door takes one when, and only when, the pipeline files it as it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.base.clock import iso
from headwater.base.event import CleanEvent
from headwater.base.outcome import RejectCode
from headwater.base.raw import Form, RawRecord
from headwater.collect import batch, calls, envelopes
from headwater.collect.refusal import NotTaken, Refusal
from headwater.pipeline import normalise

DAY = timedelta(days=1)
FIRST, LAST = datetime.min, datetime.max.replace(microsecond=0)
RECEIVED_MS = 1_790_000_000_000
WRITTEN = ("{}T{}{}", "{} {}{}", "{}t{}{}")
EDGES = st.one_of(st.datetimes(FIRST, FIRST + DAY), st.datetimes(LAST - DAY, LAST)).map(
    lambda moment: moment.replace(microsecond=0)
)
OFFSETS = st.one_of(st.sampled_from([0, 1, -1, 720, -720, 840, -840]), st.integers(-23 * 60 - 59, 23 * 60 + 59))
EITHER = settings(max_examples=300, deadline=None)


def written(moment: datetime, minutes: int, form: str = "{}T{}{}") -> str:
    day, time = moment.isoformat(sep=" ").split()
    hours, rest = divmod(abs(minutes), 60)
    return form.format(day, time, f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}")


def in_utc(moment: datetime, minutes: int) -> datetime | None:
    """By arithmetic alone: None when it lies in no year that there is."""
    try:
        return (moment - timedelta(minutes=minutes)).replace(tzinfo=UTC)
    except OverflowError:
        return None


def cleaned(text: bytes, form: Form = "track") -> CleanEvent:
    raw = msgspec.Raw(text)
    record = RawRecord(source_id="s", workspace_id="w", received_ms=RECEIVED_MS, events=[raw])
    return normalise.clean(record, normalise.read_call(raw, form), message_id="m")


@EITHER
@given(EDGES, OFFSETS, st.sampled_from(WRITTEN), st.sampled_from(["timestamp", "originalTimestamp", "sentAt"]))
@example(datetime(9999, 12, 31, 23, 59, 59), -720, "{}T{}{}", "timestamp")
@example(datetime(1, 1, 1), 840, "{}T{}{}", "timestamp")
@example(datetime(9999, 12, 31, 23, 59, 59), -1, "{}T{}{}", "sentAt")
@example(datetime(1, 1, 1), -1, "{}T{}{}", "originalTimestamp")
def test_of_a_call(moment: datetime, minutes: int, form: str, field: str) -> None:
    call = {"type": "track", "event": "e", "userId": "u", field: written(moment, minutes, form)}
    text = msgspec.json.encode(call)
    expected = in_utc(moment, minutes)
    judged = calls.judge(msgspec.Raw(text), None)
    if expected is None:
        assert isinstance(judged, Refusal)
        assert judged.code == RejectCode.TIMESTAMP_INVALID
        return
    assert isinstance(judged, calls.Item)
    event = cleaned(text)
    assert (event.sent_at if field == "sentAt" else event.timestamp) == iso(expected)


@EITHER
@given(EDGES, OFFSETS, st.sampled_from(["timestamp", "sentAt"]))
@example(datetime(9999, 12, 31, 23, 59, 59), -720, "sentAt")
def test_of_a_customer_event(moment: datetime, minutes: int, field: str) -> None:
    event = {"type": "Track", "eventName": "e", "userId": "u", field: written(moment, minutes)}
    text = msgspec.json.encode(event)
    expected = in_utc(moment, minutes)
    judged = envelopes.judge(msgspec.Raw(text))
    if expected is None:
        assert isinstance(judged, Refusal)
        assert judged.code == RejectCode.TIMESTAMP_INVALID
        return
    assert isinstance(judged, envelopes.Item)
    assert cleaned(text, "customer").timestamp == iso(expected)


@EITHER
@given(EDGES, OFFSETS)
@example(datetime(1, 1, 1), 840)
def test_of_a_batch(moment: datetime, minutes: int) -> None:
    sent_at = written(moment, minutes)
    sent = batch.Batch(batch=[msgspec.Raw(b"{}")], sent_at=msgspec.Raw(msgspec.json.encode(sent_at)))
    if in_utc(moment, minutes) is not None:
        assert batch.told(sent, b"").sent_at == sent_at
        return
    with pytest.raises(NotTaken) as caught:
        batch.told(sent, b"")
    assert caught.value.refusal.code == RejectCode.TIMESTAMP_INVALID

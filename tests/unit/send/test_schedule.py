"""When a failed delivery is tried again, and what an answer means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.catalog.destination import RetryClasses
from headwater.send.ports import Sent
from headwater.send.schedule import MAX_RETRY_AFTER_S, STANDARD_S, Verdict, classify, delay_s, retry_after_s

NOW = 1_445_412_000.0
"""2015-10-21T07:20:00Z."""


def test_the_standard_table_is_seventy_five_hours_in_nine_steps() -> None:
    assert STANDARD_S == (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
    assert 75 * 3600 < sum(STANDARD_S) < 76 * 3600


@given(st.integers(1, 9), st.floats(0, 1, exclude_max=True))
def test_each_delay_is_within_a_fifth_of_the_table(tries: int, chance: float) -> None:
    found = delay_s(STANDARD_S, tries, chance=chance)
    assert found is not None
    assert 0.8 * STANDARD_S[tries - 1] <= found <= 1.2 * STANDARD_S[tries - 1]


def test_after_the_last_delay_there_is_none() -> None:
    assert delay_s(STANDARD_S, 10, chance=0.5) is None
    assert delay_s((), 1, chance=0.5) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120", 120.0),
        ("120.1", 121.0),
        ("120.6", 121.0),
        (" 5 ", 5.0),
        ("0", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 480.0),
        ("Wed, 21 Oct 2015 07:00:00 GMT", 0.0),
        ("Wed, 21 Oct 2035 07:28:00 GMT", MAX_RETRY_AFTER_S),
        ("9" * 400, MAX_RETRY_AFTER_S),
        ("invalid", None),
        ("-5", None),
        ("", None),
        ("١٢", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_up_to_a_day(text: str, expected: float | None) -> None:
    assert retry_after_s([("Retry-After", text)], now=NOW) == expected


def test_without_the_header_nothing_is_asked_for() -> None:
    assert retry_after_s([("content-type", "text/plain")], now=NOW) is None


@given(st.text(max_size=60))
def test_whatever_the_header_says_it_is_a_time_within_a_day_or_nothing(text: str) -> None:
    found = retry_after_s([("retry-after", text)], now=NOW)
    assert found is None or 0 <= found <= MAX_RETRY_AFTER_S


@pytest.mark.parametrize(
    ("sent", "verdict"),
    [
        (Sent(status=200), Verdict.DELIVERED),
        (Sent(status=299), Verdict.DELIVERED),
        (Sent(status=302, error_class="redirect"), Verdict.TRANSIENT),
        (Sent(status=410), Verdict.GONE),
        (Sent(status=404, body=b"no_service"), Verdict.GONE),
        (Sent(status=400), Verdict.TERMINAL),
        (Sent(status=500, body=b"invalid_blocks"), Verdict.TERMINAL),
        (Sent(status=404), Verdict.TRANSIENT),
        (Sent(status=500), Verdict.TRANSIENT),
        (Sent(error_class="timeout"), Verdict.TRANSIENT),
        (Sent(error_class="blocked"), Verdict.TRANSIENT),
        (Sent(status=200, error_class="protocol_error"), Verdict.TRANSIENT),
    ],
)
def test_an_answer_is_classified_by_the_destinations_classes(sent: Sent, verdict: Verdict) -> None:
    classes = RetryClasses(terminal=(400,), terminal_bodies=("invalid_blocks",), gone_bodies=("no_service",))
    assert classify(sent, classes) is verdict

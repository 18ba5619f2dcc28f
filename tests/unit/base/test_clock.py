"""What is a moment, for the door that refuses by it and for the pipeline that reads by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from headwater.base.clock import iso, moment, parse_iso


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00.000Z"),
        ("2026-01-31T10:00:00.5Z", "2026-01-31T10:00:00.500Z"),
        ("2026-01-31T10:00:00,123456789+01:00", "2026-01-31T09:00:00.123456Z"),
        ("2026-01-31T10:00:00.5", "2026-01-31T10:00:00.500Z"),
        (" 2026-01-31 10:00:00.1234567 Z\n", "2026-01-31T10:00:00.123456Z"),
        ("20260131T100000Z", "2026-01-31T10:00:00.000Z"),
    ],
)
def test_iso_8601_is_a_moment(text: str, expected: str) -> None:
    found = moment(text)
    assert found is not None
    assert iso(found) == expected


@pytest.mark.parametrize(
    "text",
    [
        "\uff12\uff10\uff12\uff16-01-31T10:00:00Z",
        "2026-01-31T1\uff10:00:00Z",
        "2026-01-31T10:00:00.\uff11Z",
        "2026-01-31T10:00:00.123456\uff11Z",
        "2026-01-31T10:00:00+0\uff11:00",
        "2026-01-31\u300010:00:00Z",
        "\u30002026-01-31",
        "2026-01-31T10:00:00.Z",
        "2026-01-31T10:00:00,+00:00",
        "2026-01-31T10:00.Z",
        "2026-01-31T10:00:00.",
        "2026-01-31T10:00:00.1234567aZ",
    ],
)
def test_other_digits_and_a_bare_point_are_no_moment(text: str) -> None:
    assert moment(text) is None
    assert parse_iso(text) is None


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000Z"),
        (datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC), "2026-03-01T12:00:05.000Z"),
        (datetime(2026, 3, 1, 12, 0, 5, 7_000, tzinfo=UTC), "2026-03-01T12:00:05.007Z"),
        (datetime(2026, 3, 1, 12, 0, 5, 70, tzinfo=UTC), "2026-03-01T12:00:05.000070Z"),
        (datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=2))), "2026-02-28T23:00:00.000Z"),
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_milliseconds_or_microseconds(at: datetime, text: str) -> None:
    assert iso(at) == text

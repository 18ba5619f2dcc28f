"""What is a moment, for the door that refuses by it and for the pipeline that reads by it."""

from __future__ import annotations

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

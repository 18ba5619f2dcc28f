"""How a back end's call is made one of the Tracking API."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from headwater.base.forms import strict, text_of


def strictly(call: Any) -> Any:
    return json.loads(bytes(strict(msgspec.Raw(json.dumps(call).encode()))))


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        (1635782282, "2021-11-01T15:58:02.000Z"),
        (1635782282123, "2021-11-01T15:58:02.123Z"),
        (1635782282.5, "2021-11-01T15:58:02.500Z"),
        ("1635782282", "2021-11-01T15:58:02.000Z"),
        ("1635782282123", "2021-11-01T15:58:02.123Z"),
        (0, "1970-01-01T00:00:00.000Z"),
        (-86400, "1969-12-31T00:00:00.000Z"),
        (99_999_999_999, "5138-11-16T09:46:39.000Z"),
        (100_000_000_000, "1973-03-03T09:46:40.000Z"),
        ("2021-11-01T15:58:02Z", "2021-11-01T15:58:02Z"),
        ("20211101", "20211101"),
        ("today", "today"),
        (1e300, 1e300),
        (10**17, 10**17),
        (True, True),
        (None, None),
        ("", ""),
    ],
)
@pytest.mark.parametrize("name", ["timestamp", "originalTimestamp", "sentAt"])
def test_times(name: str, given: Any, moment: Any) -> None:
    assert strictly({name: given, "properties": {name: 1635782282}}) == {
        name: moment,
        "properties": {name: 1635782282},
    }


@pytest.mark.parametrize("name", ["userId", "anonymousId", "groupId", "previousId"])
def test_ids(name: str) -> None:
    for given, text in ((42, "42"), (-1.5, "-1.5"), ("42", "42"), (None, None), (True, True), ({}, {})):
        assert strictly({name: given}) == {name: text}


def test_another_spelling_of_the_user_id_where_there_is_no_other() -> None:
    assert strictly({"userID": 42})["userId"] == "42"
    assert strictly({"userID": "a", "userId": None})["userId"] == "a"
    assert strictly({"userID": "a", "userId": "b"})["userId"] == "b"
    assert "userId" not in strictly({"userID": ["a"]})


def test_what_is_right_comes_back_byte_for_byte() -> None:
    raw = msgspec.Raw(b'{ "userId" : "u", "timestamp":"2021-11-01T15:58:02Z", "a": 1e400 }')
    assert strict(raw) is raw


def test_the_text_of_an_id() -> None:
    for raw, text in ((b"", None), (b"null", None), (b'"a"', "a"), (b"42", "42"), (b"1e400", "1e400"), (b'""', "")):
        assert text_of(msgspec.Raw(raw)) == text


def test_a_time_with_other_digits_stays_as_it_is() -> None:
    assert strictly({"timestamp": "\uff111635782282"}) == {"timestamp": "\uff111635782282"}

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.base.masking import masked_payload

KEY = "pLoBx3kQ9vTz8nWd2mYcRf7hJs5uAe1g"
MASKED = "pLoB…"
UNKNOWN = "an-old-key-that-was-removed"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(KEY) | st.just(f"x{KEY}y"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.just(KEY), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        ({"writeKey": KEY, "event": "Ordered"}, {"writeKey": MASKED, "event": "Ordered"}),
        ({"writeKey": UNKNOWN}, {"writeKey": "an-o…"}),
        ({"writeKey": "short"}, {"writeKey": "…"}),
        ({"write_key": UNKNOWN, "WriteKey": UNKNOWN}, {"write_key": "an-o…", "WriteKey": "an-o…"}),
        ({"context": {"writeKey": UNKNOWN}}, {"context": {"writeKey": "an-o…"}}),
        ({"batch": [{"writeKey": UNKNOWN}, {"k": [KEY]}]}, {"batch": [{"writeKey": "an-o…"}, {"k": [MASKED]}]}),
        (
            {"context": {"page": {"url": f"https://a.example/?writeKey={KEY}&b=1"}}},
            {"context": {"page": {"url": f"https://a.example/?writeKey={MASKED}&b=1"}}},
        ),
        ({"properties": {KEY: 1}}, {"properties": {MASKED: 1}}),
        ({"properties": {"rewriteKeys": UNKNOWN, "writeKeyless": 3}}, None),
        ({"writeKey": None, "n": 1}, None),
        ({"writeKey": "********"}, None),
        ('{"writeKey":"********"}', None),
        (KEY, MASKED),
        (None, None),
        (f'{{"writeKey" : "{UNKNOWN}", "half": ', '{"writeKey" : "an-o…", "half": '),
        (f'not JSON {KEY} "write_key":"{UNKNOWN}', 'not JSON pLoB… "write_key":"an-o…'),
    ],
)
def test_a_write_key_shows_its_beginning_alone(payload: Any, shown: Any) -> None:
    expected = msgspec.json.decode(msgspec.json.encode(payload if shown is None else shown))
    assert masked_payload(payload, [KEY]) == expected


@given(JSON)
def test_no_key_is_left_wherever_it_stood(payload: Any) -> None:
    before = msgspec.json.encode(payload).decode()
    after = msgspec.json.encode(masked_payload(payload, [KEY])).decode()
    assert KEY not in after
    if KEY not in before:
        assert after == before


def test_nesting_that_could_be_read_can_be_masked() -> None:
    deep: Any = KEY
    for _ in range(5000):
        deep = [deep]
    shown = masked_payload(deep, [KEY])
    for _ in range(5000):
        (shown,) = shown
    assert shown == MASKED

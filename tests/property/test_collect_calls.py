"""The quick reading of a call and the exact one agree, and so do depth and times with their plain definitions."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.base.event import CALL_TYPES, MAX_DEPTH
from headwater.collect import body, calls
from headwater.collect.refusal import NotTaken, Refusal
from tests.property import generate

SEEDS = st.integers(min_value=0, max_value=2**32)


@given(SEEDS)
@settings(max_examples=400, deadline=None)
def test_what_the_quick_reading_takes_the_exact_one_takes(seed: int) -> None:
    rng = Random(seed)
    event = generate.call(rng) if rng.random() < 0.5 else generate.faulty(rng)[0]
    text = json.dumps(event).encode()
    judged = calls.judge(msgspec.Raw(text), None)
    if isinstance(judged, Refusal) and judged.code in ("payload_too_large", "nested_too_deep"):
        return
    exact = calls._explain(text, None, calls.TRACKING)
    assert isinstance(exact, Refusal) == isinstance(judged, Refusal)
    if isinstance(judged, Refusal) and isinstance(exact, Refusal):
        assert exact.code == judged.code


@given(SEEDS, st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=2))
@settings(max_examples=600, deadline=None)
def test_what_is_read_once_is_what_is_read_step_by_step(seed: int, flips: list[tuple[int, int]]) -> None:
    rng = Random(seed)
    event = generate.call(rng) if rng.random() < 0.7 else generate.faulty(rng)[0]
    data = bytearray(json.dumps(event, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass"))
    for place, value in flips:
        data[place % len(data)] = value
    text = bytes(data)
    kind = rng.choice(CALL_TYPES)
    item = None
    try:
        text = body.read(text, "")
        item = calls.quick(text, kind)
        raw, marker = body.parse(msgspec.json.Decoder(msgspec.Raw).decode, text)
        judged = calls.judge(raw, kind, marker=marker, size_bytes=len(text))
    except NotTaken:
        assert item is None
        return
    if item is not None:
        assert (item, text) == (judged, bytes(raw))
    elif not flips and isinstance(judged, calls.Item):
        assert type(judged) is not calls.Item  # only what the typed reading does not take is read another way


TIMES = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.from_regex(r"\A\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,12})?([Zz]|[+-]\d\d:?\d\d)?\Z"),
)


@given(TIMES)
@settings(max_examples=500, deadline=None)
def test_a_time_that_the_quick_reading_takes_is_a_moment(text: str) -> None:
    raw = json.dumps({"type": "track", "event": "e", "userId": "u", "timestamp": text}).encode()
    try:
        calls._ITEM(raw)
    except msgspec.ValidationError:
        return
    assert calls.is_moment(text)


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


WIDE = st.recursive(
    st.text() | st.integers(), lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside), max_leaves=60
)


@given(WIDE, st.integers(min_value=0, max_value=MAX_DEPTH + 20), st.booleans())
@settings(max_examples=300, deadline=None)
def test_too_deep_counts_as_the_parsed_value_does(value: Any, levels: int, ascii_only: bool) -> None:
    whole = [generate.nested(levels), {'{"[\\': ["{" * 300, '\\"[[', value]}]
    text = json.dumps(whole, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert body.too_deep(text) == (depth(whole) > MAX_DEPTH)


TOKENS = st.sampled_from([rb"\ud83d", rb"\uDE00", rb"\\", rb"\n", rb"ud83d", rb"\u0041", b"\xf0\x9f\xa6\x86", rb"\""])


@given(st.lists(TOKENS, max_size=12))
@settings(max_examples=500, deadline=None)
def test_halves_of_surrogate_pairs_are_found_and_nothing_else(tokens: list[bytes]) -> None:
    text = b'{"t":"' + b"".join(tokens) + b'"}'
    raw, marker = body.parse(msgspec.json.Decoder(msgspec.Raw).decode, text)
    meant = json.loads(text)["t"]
    marked = "".join("\ue000" if "\ud800" <= char <= "\udfff" else char for char in meant)
    assert json.loads(bytes(raw))["t"] == marked
    assert bool(marker) == (marked != meant)

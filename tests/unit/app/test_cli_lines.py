"""A file of events becomes batches that the door takes, and every line keeps its number."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.app.lines import (
    MAX_BATCH_BYTES,
    MAX_BATCH_LINES,
    MAX_LINE_BYTES,
    Line,
    Refused,
    batches,
    envelope,
    read,
)


def lines_of(raw: bytes, *, first: int = 1, repeatable: bool = True) -> list[Line | Refused]:
    return list(read(io.BytesIO(raw), first=first, repeatable=repeatable, passed=lambda _size: None))


def test_lines_are_numbered_and_empty_ones_left_out():
    found = lines_of(b'{"messageId":"a"}\r\n\n  \n{"messageId":"b"}')
    assert found == [Line(1, b'{"messageId":"a"}'), Line(4, b'{"messageId":"b"}')]


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"nope", "not JSON"),
        (b'{"a":1', "not JSON"),
        (b'{"a":1}]}{"batch":[{}', "not JSON"),
        (b'{"a":1},{"b":2}', "not JSON"),
        (b'{"a":NaN}', "NaN is no number"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[1]", "no object"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_line_that_would_spoil_its_batch_is_set_aside(raw: bytes, told: str):
    good, bad = lines_of(b'{"messageId":"a"}\n' + raw + b"\n")
    assert good == Line(1, b'{"messageId":"a"}')
    assert isinstance(bad, Refused)
    assert (bad.line, bad.code) == (2, "bad_request")
    assert told in bad.message


def test_a_line_of_any_length_is_refused_and_the_next_is_read():
    raw = b'{"a":"' + b"x" * (3 * MAX_LINE_BYTES) + b'"}\n{"messageId":"b"}\n'
    bad, good = lines_of(raw)
    assert isinstance(bad, Refused)
    assert (bad.line, bad.code) == (1, "payload_too_large")
    assert good == Line(2, b'{"messageId":"b"}')


def test_a_message_id_is_added_without_touching_the_rest():
    text = b'{ "n": 1.0e400, "big": 12345678901234567890123, "n": 2 }'
    (line,) = lines_of(text)
    assert isinstance(line, Line)
    assert line.body.startswith(b'{"messageId":"')
    assert line.body.endswith(b"," + text[1:])
    (empty,) = lines_of(b"{}")
    assert isinstance(empty, Line)
    assert set(json.loads(empty.body)) == {"messageId"}


def message_ids(raw: bytes, **how: Any) -> list[str]:
    return [json.loads(line.body)["messageId"] for line in lines_of(raw, **how) if isinstance(line, Line)]


def test_a_file_read_again_gets_the_same_ids_and_standard_input_new_ones():
    raw = b'{"type":"track"}\n{"type":"track"}\n'
    first, second = message_ids(raw)
    assert first != second
    assert message_ids(raw) == [first, second]
    assert message_ids(raw, first=2) == [second]
    assert len({first, second, *message_ids(raw, repeatable=False), *message_ids(raw, repeatable=False)}) == 6


@given(
    st.lists(
        st.one_of(
            st.dictionaries(
                st.text(max_size=5),
                st.one_of(st.text(max_size=200), st.floats(allow_nan=False, allow_infinity=False)),
                max_size=4,
            ),
            st.just("nope"),
        ),
        max_size=40,
    )
)
def test_each_line_comes_out_once_as_it_went_in(values: list[Any]):
    raw = b"".join(json.dumps(value).encode() + b"\n" for value in values)
    found = lines_of(raw)
    assert [each.number if isinstance(each, Line) else each.line for each in found] == list(range(1, len(values) + 1))
    good = [line for line in found if isinstance(line, Line)]
    together = json.loads(envelope(good))["batch"]
    wanted = [value for value in values if isinstance(value, dict)]
    assert [
        {key: part for key, part in each.items() if key != "messageId" or key in value}
        for each, value in zip(together, wanted, strict=True)
    ] == wanted


@given(
    st.lists(st.integers(min_value=20, max_value=MAX_LINE_BYTES), max_size=60), st.integers(min_value=0, max_value=1200)
)
def test_batches_keep_order_and_limits(sizes: list[int], small: int):
    lines = [Line(number, b"x" * size) for number, size in enumerate([*sizes, *[10] * small], 1)]
    found = list(batches(lines))
    assert [line for batch in found for line in batch] == lines
    assert all(0 < len(batch) <= MAX_BATCH_LINES for batch in found)
    assert all(len(batch) == 1 or len(envelope(batch)) < 450_000 for batch in found)
    assert MAX_BATCH_BYTES < 450_000

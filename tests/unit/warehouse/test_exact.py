from __future__ import annotations

import json
from typing import Any

import pytest

from headwater.warehouse.exact import Number, Repeated, Unreadable, json_text, read_object


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"b":-1.5,"c":"x","d":true,"e":false,"f":null,"g":[1,{"h":2}],"i":{}}',
        '{"price":19.990,"sum":0.1,"big":1e300,"small":5e-324,"e":1E+2,"third":0.3333333333333333}',
        '{"a":"\\u0000","b":"é","c":"\\ud83d\\ude00","":"empty key"}',
        '{"int64":9223372036854775807,"low":-9223372036854775808}',
        '{"a" : 1 , "b"\n:\n2}',
        '{"when":"2024-01-05T00:00:00-05:00","x":-0.5}',
    ],
)
def test_plain_objects_read_as_any_reader_reads_them(text: str) -> None:
    assert read_object(text.encode()) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('{"n":1e400}', "1e400"),
        ('{"n":-1e400}', "-1e400"),
        ('{"n":0.12345678901234567890123}', "0.12345678901234567890123"),
        ('{"n":1e99999999999999999999}', "1e99999999999999999999"),
        ('{"n":1e-99999999999999999999}', "1e-99999999999999999999"),
        ('{"n":1e-9999}', "1e-9999"),
        ('{"n":' + "9" * 5000 + "}", "9" * 5000),
    ],
)
def test_numbers_that_no_double_holds_stay_as_written(text: str, number: str) -> None:
    found = read_object(text.encode())
    assert dict(found.items()) == {"n": Number(number)}
    assert type(dict(found.items())["n"]) is Number
    assert json_text(found) == text


@pytest.mark.parametrize("digits", ["0.1", "0.10000000000000001", "123456789.12345678", "1.7976931348623157e308"])
def test_numbers_with_as_many_digits_as_a_double_has_are_doubles(digits: str) -> None:
    found = dict(read_object(f'{{"n":{digits}}}'.encode()).items())["n"]
    assert type(found) is float
    assert found == float(digits)


@pytest.mark.parametrize("text", ['{"n":-0}', '{"n":-0.0}', '{"n": -0}', '{"a":1,"n":-0}'])
def test_a_negative_zero_keeps_its_sign(text: str) -> None:
    assert str(dict(read_object(text.encode()).items())["n"]) == "-0.0"


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ('{"a":1,"a":2}', [("a", 1), ("a", 2)]),
        ('{"a" : 1,"a" : 2}', [("a", 1), ("a", 2)]),
        ('{"a":1,"b":2,"a":{"c":3}}', [("a", 1), ("b", 2), ("a", {"c": 3})]),
        ('{"a":"\\":","a":2}', [("a", '":'), ("a", 2)]),
    ],
)
def test_repeated_keys_are_all_there(text: str, pairs: list[tuple[str, Any]]) -> None:
    found = read_object(text.encode())
    assert isinstance(found, Repeated)
    assert list(found.items()) == pairs


def test_repeated_keys_within_values_are_all_there() -> None:
    text = '{"x":[1,{"a":1,"a":1e400}],"y":{"b":1,"b":[]}}'
    assert json_text(read_object(text.encode())) == text


@pytest.mark.parametrize(
    "text", ["[]", "1", '"x"', "{", '{"a":NaN}', '{"a":Infinity}', "{'a':1}", '{"a":1}x', "\xff", '{"a":01}']
)
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_object(text.encode("latin-1"))


def test_nesting_beyond_reason_is_refused() -> None:
    with pytest.raises(Unreadable):
        read_object(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)


@pytest.mark.parametrize("raw", [b"", b"null"])
def test_absent_parts_are_empty(raw: bytes) -> None:
    assert read_object(raw) == {}

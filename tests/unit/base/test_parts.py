from __future__ import annotations

import msgspec
import pytest

from headwater.base.event import NO_JSON
from headwater.base.parts import opened, parts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a":[1,null,"x"]}', {"a": [1, None, "x"]}),
        (b'{"n":1e999}', {"n": "1e999"}),
        (b'{"n":[-1e999]}', {"n": ["-1e999"]}),
        (b'{"n":123456789012345678901234567890}', {"n": 123456789012345678901234567890}),
        (b'{"t":"\\ud83e\\udd86"}', {"t": "🦆"}),
        (b"null", None),
    ],
)
def test_whatever_json_says_can_be_looked_at(text: bytes, value: object):
    assert opened(msgspec.Raw(text)) == value


def test_parts_go_out_as_they_came():
    text = b'{"long":1.000e3,"past":1e999,"pair":"\\ud83e\\udd86"}'
    assert msgspec.json.encode(parts(msgspec.Raw(text))) == text


@pytest.mark.parametrize("raw", [NO_JSON, msgspec.Raw(b"null"), msgspec.Raw(b"[1]"), msgspec.Raw(b'"text"')])
def test_what_is_no_object_has_no_parts(raw: msgspec.Raw):
    assert parts(raw) == {}


def test_nothing_is_opened_as_none():
    assert opened(NO_JSON) is None

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.base.event import CleanEvent
from headwater.base.mapping import FIELDS, MAX_STEPS, MappingError, document, find, mapped, parse

EVENT = CleanEvent(
    message_id="m",
    type="track",
    source_id="s",
    workspace_id="w",
    received_at="2026-03-04T09:15:01.000Z",
    timestamp="2026-03-04T09:15:01.000Z",
    anonymous_id="anon",
    event="Order Completed",
    properties=msgspec.Raw(
        b'{"plan":"pro","nothing":null,"products":[{"sku":"a"},{"sku":"b"}],"total billed":830,"0":1}'
    ),
    context=msgspec.Raw(b'{"page":{"url":"https://x.example.com/"}}'),
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("anonymousId", "anon"),
        ("userId|anonymousId", "anon"),
        ("userId | anonymousId", "anon"),
        ("properties.plan", "pro"),
        ("context.page.url", "https://x.example.com/"),
        ("properties.products[0].sku", "a"),
        ("properties.products[-1].sku", "b"),
        ("properties.products[2].sku", None),
        ("properties.products[-3].sku", None),
        ("properties.products.sku", None),
        ("properties.plan.deeper", None),
        ("properties.plan[0]", None),
        ('properties["total billed"]', 830),
        ("properties['total billed']", 830),
        ("properties.0", 1),
        ("properties.nothing|'free'", "free"),
        ("properties.nothing", None),
        ('"a \\"quoted\\" text"', 'a "quoted" text'),
        ("''", ""),
        ("event", "Order Completed"),
        ("form", None),
    ],
)
def test_a_path_leads_to_its_value(path: str, value: Any):
    assert find(parse(path), document(EVENT)) == value


@pytest.mark.parametrize(
    ("path", "position", "words"),
    [
        ("", 1, "a field of the event or a text in quotes is expected"),
        ("userId|", 8, "is expected; the path ends there"),
        ("|userId", 1, '"|" stands there'),
        ("propertis.plan", 1, 'the nearest is "properties"'),
        ("properties..plan", 12, 'a key is expected; "." stands there'),
        ("properties[x]", 12, "a number or a key in quotes is expected"),
        ("properties[1", 13, '"]" is expected'),
        ("userId anonymousId", 8, '"|" or the end is expected'),
        ("'abc", 1, "has no end"),
        ("properties['abc", 12, "has no end"),
        ("userId" * 100, 501, "at most 500 characters"),
        ("properties" + ".a" * MAX_STEPS, 10 + 2 * (MAX_STEPS - 1) + 1, f"at most {MAX_STEPS} steps"),
    ],
)
def test_what_is_no_path_is_refused_with_its_position(path: str, position: int, words: str):
    with pytest.raises(MappingError) as refused:
        parse(path)
    assert refused.value.position == position
    assert f"character {position}: " in refused.value.message
    assert words in refused.value.message


def test_fields_that_lead_nowhere_are_left_out():
    assert mapped({"a": "userId", "b": "properties.plan", "c": "userId|'nobody'"}, EVENT) == {"b": "pro", "c": "nobody"}
    assert mapped({}, EVENT) == {}


KEY = st.text(min_size=1, max_size=8)


def quoted(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{escaped}"]'


@given(keys=st.lists(KEY, min_size=1, max_size=5), value=st.one_of(st.text(), st.integers(-(2**60), 2**60)))
def test_any_key_can_be_reached_by_quoting_it(keys: list[str], value: Any):
    inner = value
    for key in reversed(keys):
        inner = {key: inner}
    event = msgspec.structs.replace(EVENT, properties=msgspec.Raw(json.dumps(inner).encode()))
    assert find(parse("properties" + "".join(map(quoted, keys))), document(event)) == value


@given(path=st.text(max_size=40), data=st.data())
def test_any_text_is_a_path_or_is_refused_with_a_position_in_it(path: str, data: st.DataObject):
    begun = data.draw(st.sampled_from(["", *FIELDS])) + path
    try:
        found = parse(begun)
    except MappingError as error:
        found, position = parse("''"), error.position
    else:
        position = 1
    assert 1 <= position <= len(begun) + 1
    find(found, document(EVENT))

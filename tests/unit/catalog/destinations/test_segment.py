from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from headwater.base.event import MAX_EVENT_BYTES
from headwater.base.outgoing import HttpRequest, NotSent
from headwater.catalog.destinations.segment import MAX_BATCH_BYTES
from tests.unit.catalog.destinations.jobs import body, event, made, only


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "https://api.segment.io/v1/batch"),
        ({"region": "us"}, "https://api.segment.io/v1/batch"),
        ({"region": "eu"}, "https://events.eu1.segmentapis.com/v1/batch"),
        ({"region": "eu", "host": "https://events.example.com"}, "https://events.example.com/v1/batch"),
        ({"host": "https://events.example.com/v1/"}, "https://events.example.com/v1/batch"),
        ({"host": "https://events.example.com/under"}, "https://events.example.com/under/v1/batch"),
    ],
)
def test_the_region_or_the_host_says_where(settings: dict[str, Any], url: str):
    assert only(made("segment", event(user_id="u"), writeKey="k", **settings)).url == url


def test_the_write_key_goes_as_basic_with_an_empty_password():
    request = only(made("segment", event(user_id="u"), writeKey="the-key"))
    scheme, value = dict(request.headers)["Authorization"].split()
    assert (scheme, base64.b64decode(value)) == ("Basic", b"the-key:")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"type": "identify", "user_id": "u", "traits": {"a": 1}}, {"userId": "u", "traits": {"a": 1}}),
        ({"type": "group", "user_id": "u", "group_id": "g"}, {"userId": "u", "groupId": "g"}),
        ({"type": "alias", "user_id": "u", "previous_id": "p"}, {"userId": "u", "previousId": "p"}),
        ({"type": "page", "name": "N", "category": "C", "user_id": "u"}, {"name": "N", "category": "C", "userId": "u"}),
        ({"type": "screen", "name": "N", "anonymous_id": "a"}, {"name": "N", "anonymousId": "a"}),
        ({"event": "E", "user_id": "u", "sent_at": "x"}, {"event": "E", "userId": "u"}),
    ],
)
def test_each_call_keeps_what_it_is_made_of(given: dict[str, Any], kept: dict[str, Any]):
    (item,) = body(only(made("segment", event(**given), writeKey="k")))["batch"]
    ours = {"type", "messageId", "timestamp", "context"}
    assert {key: value for key, value in item.items() if key not in ours} == kept
    assert item["type"] == given.get("type", "track")


def events_of(size_bytes: int, count: int) -> list[Any]:
    filler = "x" * (size_bytes - 250)
    return [event(message_id=f"m{number}", user_id="u", properties={"x": filler}) for number in range(count)]


def test_a_batch_is_closed_before_it_is_too_large():
    events = events_of(30_000, 40)
    requests = made("segment", *events, writeKey="k")
    sizes = [len(each.body) for each in requests if isinstance(each, HttpRequest)]
    assert len(requests) == len(sizes) == 3
    assert all(MAX_BATCH_BYTES - 32_768 < size <= MAX_BATCH_BYTES for size in sizes[:-1])
    sent = [item["messageId"] for each in requests if isinstance(each, HttpRequest) for item in body(each)["batch"]]
    assert sent == [job for each in requests for job in each.jobs]
    assert len(set(sent)) == 40


def test_an_event_is_whole_at_the_limit_and_refused_past_it():
    plain = only(made("segment", event(user_id="u", properties={"x": ""}), writeKey="k"))
    overhead = len(plain.body) - len(b'{"batch":[]}')
    at = event(user_id="u", properties={"x": "x" * (MAX_EVENT_BYTES - overhead)})
    past = event(user_id="u", properties={"x": "x" * (MAX_EVENT_BYTES - overhead + 1)})
    assert len(only(made("segment", at, writeKey="k")).body) == MAX_EVENT_BYTES + len(b'{"batch":[]}')
    (refused,) = made("segment", past, writeKey="k")
    assert isinstance(refused, NotSent)
    assert "32,769" in refused.reason


def test_one_that_is_too_large_does_not_keep_the_others():
    small, large = event(message_id="a", user_id="u"), event(message_id="b", properties={"x": "x" * 40_000})
    request, refused = made("segment", small, large, writeKey="k")
    assert isinstance(request, HttpRequest)
    assert isinstance(refused, NotSent)
    assert set(request.jobs).isdisjoint(refused.jobs)


def test_numbers_and_keys_go_out_as_they_were_written():
    written = msgspec.Raw(b'{"n":1.000e3,"big":123456789012345678901234567890}')
    sent = msgspec.structs.replace(event(user_id="u"), properties=written)
    assert bytes(written) in only(made("segment", sent, writeKey="k")).body


def test_hops_grow_and_the_way_back_is_shut():
    sent = event(
        user_id="u", context={"headwater": {"hops": 1}, "ip": "1"}, integrations={"All": True, "Webhooks": True}
    )
    (item,) = body(only(made("segment", sent, writeKey="k", excludeIntegrations="Webhooks, Candu")))["batch"]
    assert item["context"] == {"headwater": {"hops": 2}, "ip": "1"}
    assert item["integrations"] == {"All": True, "Webhooks": False, "Candu": False}

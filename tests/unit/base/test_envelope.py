from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from headwater.base.envelope import context_of_next_hop, envelope, hops
from headwater.base.event import CleanEvent


def event(**given: Any) -> CleanEvent:
    fixed = {"message_id": "m", "source_id": "s", "workspace_id": "w", "received_at": "R", "timestamp": "T"}
    return CleanEvent(**{**fixed, **given})


def plain(event: CleanEvent) -> dict[str, Any]:
    return json.loads(msgspec.json.encode(envelope(event)))


COMMON = {
    "id": "m",
    "anonymousId": None,
    "userId": None,
    "context": {},
    "sentAt": "T",
    "receivedAt": "R",
    "properties": {},
    "version": 2,
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"type": "track", "event": "E"}, {"type": "Track", "eventName": "E"}),
        (
            {"type": "track", "event": "A_responded", "form": True},
            {"type": "FormSubmission", "eventName": "A_responded"},
        ),
        ({"type": "screen", "name": "S"}, {"type": "Screen", "screenName": "S"}),
        ({"type": "page"}, {"type": "Page", "pageName": ""}),
        ({"type": "identify", "traits": msgspec.Raw(b'{"a":1}')}, {"type": "Identify", "traits": {"a": 1}}),
        ({"type": "group", "group_id": "g"}, {"type": "Group", "groupId": "g", "traits": {}}),
        ({"type": "alias", "previous_id": "p"}, {"type": "Alias", "previousId": "p"}),
    ],
)
def test_each_kind_of_call_has_its_type_and_name(given: dict[str, Any], expected: dict[str, Any]):
    assert plain(event(**given)) == {**COMMON, **expected}


def test_what_is_known_stands_there_as_it_came():
    known = event(
        type="track",
        event="E",
        user_id="u",
        anonymous_id="a",
        sent_at="S",
        original_timestamp="O",
        properties=msgspec.Raw(b'{"n":1.000e3}'),
        context=msgspec.Raw(b'{"source":"UserGenerated"}'),
    )
    assert b'"properties":{"n":1.000e3}' in msgspec.json.encode(envelope(known))
    assert plain(known)["context"] == {"source": "UserGenerated"}
    assert [plain(known)[key] for key in ("userId", "anonymousId", "sentAt")] == ["u", "a", "S"]


def test_without_a_time_of_sending_the_events_own_time_stands_there():
    assert plain(event(type="track", event="E", original_timestamp="O"))["sentAt"] == "O"


@pytest.mark.parametrize(
    ("context", "count"),
    [
        (b"", 0),
        (b"{}", 0),
        (b'{"headwater":{"hops":2}}', 2),
        (b'{"headwater":{"hops":-2}}', 0),
        (b'{"headwater":{"hops":"2"}}', 0),
        (b'{"headwater":{"hops":1e3}}', 0),
        (b'{"headwater":{"hops":99999999999999999999}}', 0),
        (b'{"headwater":[2]}', 0),
        (b'{"headwater":null}', 0),
    ],
)
def test_hops_are_counted_and_nonsense_is_none(context: bytes, count: int):
    sent = event(type="track", event="E", context=msgspec.Raw(context))
    assert hops(sent) == count
    next_context = json.loads(msgspec.json.encode(context_of_next_hop(sent)))
    assert next_context["headwater"]["hops"] == count + 1


def test_the_next_hop_keeps_the_rest_of_the_context():
    sent = event(type="track", event="E", context=msgspec.Raw(b'{"ip":"1","headwater":{"hops":1,"via":"x"}}'))
    assert json.loads(msgspec.json.encode(context_of_next_hop(sent))) == {
        "ip": "1",
        "headwater": {"hops": 2, "via": "x"},
    }

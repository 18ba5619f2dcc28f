"""The Tracking API's rules for times, contexts and traits."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from headwater.base.event import CleanEvent
from headwater.base.raw import RawRecord
from headwater.pipeline import normalise

RECEIVED_MS = 1_790_000_000_000  # 2026-09-21T14:13:20.000Z
RECEIVED = "2026-09-21T14:13:20.000Z"


def clean(call: dict[str, Any], **record: Any) -> CleanEvent:
    raw = msgspec.Raw(msgspec.json.encode({"type": "track", "event": "E", "userId": "u"} | call))
    for name in ("context", "integrations"):
        if name in record:
            record[name] = msgspec.Raw(msgspec.json.encode(record[name]))
    made = RawRecord(source_id="s", workspace_id="w", received_ms=RECEIVED_MS, events=[raw], **record)
    return normalise.clean(made, normalise.read_call(raw), message_id="m")


@pytest.mark.parametrize(
    ("original", "sent", "timestamp"),
    [
        (None, None, RECEIVED),
        ("2026-09-21T14:00:00Z", None, "2026-09-21T14:00:00.000Z"),
        ("2026-09-21T14:00:00Z", "2026-09-21T14:00:10Z", "2026-09-21T14:13:10.000Z"),
        ("2030-01-01T00:00:00Z", "2030-01-01T00:00:01Z", "2026-09-21T14:13:19.000Z"),
        ("2026-09-21T16:00:00.123456+02:00", None, "2026-09-21T14:00:00.123456Z"),
        (None, "2026-09-21T14:00:00Z", RECEIVED),
        ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00.000Z"),
        ("yesterday", None, RECEIVED),
    ],
)
def test_timestamp_is_corrected_for_the_client_s_clock(original: Any, sent: Any, timestamp: str) -> None:
    event = clean({"timestamp": original, "sentAt": sent})
    assert event.timestamp == timestamp
    assert event.received_at == RECEIVED


def test_sent_at_of_the_batch_holds_for_events_without_their_own() -> None:
    event = clean({"timestamp": "2026-09-21T14:00:00Z"}, sent_at="2026-09-21T14:00:05Z")
    assert event.timestamp == "2026-09-21T14:13:15.000Z"
    assert event.sent_at == "2026-09-21T14:00:05.000Z"


def test_what_is_no_time_is_kept_as_it_was() -> None:
    assert clean({"timestamp": "yesterday"}).original_timestamp == "yesterday"


def test_the_batch_s_context_stands_under_the_event_s_own() -> None:
    event = clean(
        {"context": {"locale": "de", "app": {"name": "own"}}, "integrations": {"X": False}},
        context={"locale": "en", "ip": "1.2.3.4", "app": {"name": "batch"}},
        integrations={"All": True},
    )
    assert msgspec.json.decode(event.context) == {"locale": "de", "ip": "1.2.3.4", "app": {"name": "own"}}
    assert msgspec.json.decode(event.integrations) == {"All": True, "X": False}


def test_the_client_s_address_is_recorded_unless_it_named_one() -> None:
    assert msgspec.json.decode(clean({}, ip="9.9.9.9").context) == {"ip": "9.9.9.9"}
    own = clean({"context": {"ip": "1.1.1.1"}}, ip="9.9.9.9")
    assert msgspec.json.decode(own.context) == {"ip": "1.1.1.1"}


def test_an_identify_without_traits_takes_them_from_its_context() -> None:
    by_context = clean({"type": "identify", "context": {"traits": {"plan": "pro"}}})
    assert msgspec.json.decode(by_context.traits) == {"plan": "pro"}
    own = clean({"type": "identify", "traits": {}, "context": {"traits": {"plan": "pro"}}})
    assert msgspec.json.decode(own.traits) == {}


def test_traits_of_a_track_are_not_the_person_s() -> None:
    assert bytes(clean({"traits": {"plan": "pro"}}).traits) == b""


def test_null_is_as_good_as_absent() -> None:
    event = clean({"anonymousId": None, "properties": None, "context": None, "integrations": None})
    assert event.anonymous_id is None
    assert bytes(event.properties) == bytes(event.context) == bytes(event.integrations) == b""


def test_properties_stay_byte_for_byte() -> None:
    properties = b'{"a": 1e400, "A":12345678901234567890123}'
    raw = msgspec.Raw(b'{"type":"track","event":"E","userId":"u","properties":' + properties + b"}")
    record = RawRecord(source_id="s", workspace_id="w", received_ms=RECEIVED_MS, events=[raw])
    event = normalise.clean(record, normalise.read_call(raw), message_id="m")
    assert bytes(event.properties) == properties


def customer(event: dict[str, Any]) -> CleanEvent:
    raw = msgspec.Raw(msgspec.json.encode(event))
    made = RawRecord(
        source_id="s", workspace_id="w", received_ms=RECEIVED_MS, events=[raw], door="customer", ip="9.9.9.9"
    )
    return normalise.clean(made, normalise.read_call(raw, made.door), message_id="m")


def test_a_screen_in_an_envelope() -> None:
    context = {"locale": "en", "page": {"path": "/"}}
    event = customer(
        {"type": "Screen", "screenName": "candu.sdk.content", "userId": 42, "anonymousId": "a", "context": context,
         "sentAt": "2026-09-21T14:00:00.5Z", "properties": {"slug": "x"}, "receivedAt": "2020-01-01T00:00:00Z"}
    )  # fmt: skip
    assert (event.type, event.name, event.event, event.form) == ("screen", "candu.sdk.content", None, False)
    assert (event.user_id, event.anonymous_id) == ("42", "a")
    assert (event.timestamp, event.received_at) == ("2026-09-21T14:00:00.500Z", RECEIVED)
    assert event.sent_at == event.original_timestamp == "2026-09-21T14:00:00.500Z"
    assert msgspec.json.decode(event.context) == context
    assert msgspec.json.decode(event.properties) == {"slug": "x"}


@pytest.mark.parametrize(
    ("given", "type_", "name", "form"),
    [
        ({"type": "Track", "eventName": "Tour Step"}, "track", "Tour Step", False),
        ({"type": "FormSubmission", "eventName": "NPS_responded"}, "track", "NPS_responded", True),
        ({"type": "Page", "pageName": "Home", "screenName": "x"}, "page", "Home", False),
        ({"type": "Identify", "eventName": "x", "traits": {"plan": "pro"}}, "identify", None, False),
        ({"type": "Group", "groupId": 7}, "group", None, False),
    ],
)
def test_each_type_of_envelope_is_a_call(given: dict[str, Any], type_: str, name: str | None, form: bool) -> None:
    event = customer(given | {"userId": "u"})
    assert (event.type, event.event or event.name, event.form) == (type_, name, form)
    assert event.group_id == ("7" if "groupId" in given else None)
    assert bool(event.traits) == ("traits" in given)


def test_an_envelope_s_time() -> None:
    assert customer({"type": "Page"}).timestamp == RECEIVED
    assert customer({"type": "Page", "timestamp": "2026-01-01T00:00:00Z"}).timestamp == "2026-01-01T00:00:00.000Z"
    assert customer({"type": "Page", "sentAt": "2031-01-01T00:00:00Z"}).timestamp == "2031-01-01T00:00:00.000Z"


def test_an_event_that_says_it_is_a_form_s_is_none_by_the_tracking_api() -> None:
    assert clean({"form": True}).form is False


@pytest.mark.parametrize("flag", [True, False, None])
def test_what_was_required_of_user_ids_stays_with_the_event(flag: bool | None) -> None:
    envelope = msgspec.Raw(b'{"type":"Page","anonymousId":"a"}')
    made = RawRecord(
        source_id="s", workspace_id="w", received_ms=RECEIVED_MS, events=[envelope], door="customer", ids_signed=flag
    )
    found = [
        clean({}, ids_signed=flag),
        normalise.clean(made, normalise.read_call(envelope, "customer"), message_id="m"),
    ]
    assert [event.ids_signed for event in found] == [flag] * 2
    assert all((b"idsSigned" in msgspec.json.encode(event)) is (flag is not None) for event in found)

"""Any clean event gives valid requests at every destination: nothing raises, every limit is kept."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.base.envelope import envelope, hops
from headwater.base.event import CleanEvent
from headwater.base.ids import stable_uuid
from headwater.base.mapping import document, mapped
from headwater.base.outgoing import FileWrite, HttpRequest, Job, NotSent, Outgoing
from headwater.catalog.destination import DestinationSpec
from headwater.catalog.destination_load import load_destinations
from tests.property.clean_events import EVENTS
from tests.receivers.slack_limits import check_message

SPECS = load_destinations().destinations()
SETTINGS: dict[str, Any] = {
    "url": "https://receiver.example.com/in",
    "sharedSecret": "s",
    "writeKey": "k",
    "apiKey": "k",
    "host": "https://host.example.com",
    "uuidAsUserId": True,
    "excludeIntegrations": "A, B",
}


def jobs_of(spec: DestinationSpec, events: list[CleanEvent]) -> list[Job]:
    taken = [event for event in events if event.type in spec.calls]
    return [
        Job(id=stable_uuid("job", str(number)), event=event, portal_id=7, mapped=mapped(spec.mapping, event))
        for number, event in enumerate(taken)
    ]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.slug)
@given(events=st.lists(EVENTS, min_size=1, max_size=3), extended=st.booleans())
@settings(max_examples=20, deadline=None)
def test_every_event_gives_a_valid_request_or_a_reason(spec: DestinationSpec, events: list[CleanEvent], extended: bool):
    jobs = jobs_of(spec, events)
    outgoing = spec.requests(jobs, {**SETTINGS, "extended": extended})
    carried = [job for each in outgoing for job in each.jobs]
    assert sorted(carried) == sorted(set(carried)), "a job is carried once"
    assert set(carried) <= {job.id for job in jobs}
    for each in outgoing:
        _valid(each)
    assert outgoing == spec.requests(jobs, {**SETTINGS, "extended": extended}), "the same jobs, the same requests"


def _valid(outgoing: Outgoing) -> None:
    match outgoing:
        case NotSent(reason=reason):
            assert reason.endswith(".")
        case FileWrite(name=name, body=body):
            assert not name.startswith("/")
            assert ".." not in name.split("/")
            assert all(json.loads(line) for line in body.splitlines())
        case HttpRequest() as request:
            assert urlsplit(request.url).scheme in ("http", "https")
            assert ("Content-Type", "application/json") in request.headers
            assert all(value.isascii() and value.isprintable() for _, value in request.headers)
            assert isinstance(json.loads(request.body.decode("utf-8")), dict | list)


@given(event=EVENTS)
@settings(max_examples=60, deadline=None)
def test_slack_takes_every_message(event: CleanEvent):
    spec = load_destinations().destination("slack")
    (job,) = jobs_of(spec, [event])
    (request,) = spec.requests([job], SETTINGS)
    assert isinstance(request, HttpRequest)
    message = json.loads(request.body)
    check_message(message)


@given(events=st.lists(EVENTS, min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_segment_batches_keep_the_limits_and_the_event(events: list[CleanEvent]):
    spec = load_destinations().destination("segment")
    jobs = {job.id: job for job in jobs_of(spec, events)}
    outgoing = spec.requests(list(jobs.values()), SETTINGS)
    assert {job for each in outgoing for job in each.jobs} == set(jobs), "each is sent or has a reason"
    for each in outgoing:
        if isinstance(each, HttpRequest):
            assert len(each.body) <= 500_000
            items = json.loads(each.body)["batch"]
            assert [item["messageId"] for item in items] == list(each.jobs)
            for item in items:
                event = jobs[item["messageId"]].event
                assert item["context"]["headwater"]["hops"] == hops(event) + 1
                assert item["integrations"].items() >= {"A": False, "B": False}.items()
                assert item.get("properties") == (json.loads(bytes(event.properties)) if event.properties else None)


@given(event=EVENTS)
@settings(max_examples=30, deadline=None)
def test_the_envelope_has_every_key(event: CleanEvent):
    keys = {"id", "anonymousId", "userId", "type", "context", "sentAt", "receivedAt", "properties", "version"}
    assert keys <= envelope(event).keys()
    assert document(event)["messageId"] == event.message_id

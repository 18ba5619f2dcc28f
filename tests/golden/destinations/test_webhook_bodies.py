"""The bodies of webhooks in both formats, whole, for an event of every topic. After a meant change:

GOLDEN=write .venv/bin/pytest tests/golden/destinations
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from headwater.base.event import CleanEvent
from headwater.base.mapping import mapped
from headwater.base.outgoing import HttpRequest, Job
from headwater.base.topics import topic_of
from headwater.catalog.destination_load import load_destinations

HERE = Path(__file__).parent
EVENTS = sorted((HERE / "events").glob("*.json"))
FORMATS = {"default": "webhook", "slack": "slack"}
TEXT, NUMBER = "text", "number"

CONTEXT = {
    "library": {"name": TEXT, "version": TEXT},
    "page": {"path": TEXT, "url": TEXT, "title": TEXT, "search": TEXT, "referrer": TEXT},
    "screen": {"width": NUMBER, "height": NUMBER},
    "userAgent": TEXT,
    "timezone": TEXT,
    "locale": TEXT,
    "sdk": {"name": TEXT, "version": TEXT},
}
ENVELOPE = {
    "id": TEXT,
    "anonymousId": TEXT,
    "userId": TEXT,
    "type": TEXT,
    "sentAt": TEXT,
    "receivedAt": TEXT,
    "version": NUMBER,
}
DOCUMENTED = {
    "view": {
        **ENVELOPE,
        "context": CONTEXT,
        "screenName": TEXT,
        "properties": {
            "versionId": TEXT,
            "segmentId": TEXT,
            "slug": TEXT,
            "contentId": TEXT,
            "documentId": NUMBER,
        },
    },
    "interaction": {
        **ENVELOPE,
        "context": CONTEXT,
        "eventName": TEXT,
        "properties": {
            "eventName": TEXT,
            "versionId": TEXT,
            "segmentId": TEXT,
            "id": NUMBER,
            "category": TEXT,
            "contentId": TEXT,
            "documentId": NUMBER,
            "trigger": TEXT,
        },
    },
    "form": {
        **ENVELOPE,
        "context": {"library": {"name": TEXT, "version": TEXT}, "source": TEXT},
        "eventName": TEXT,
        "properties": {
            "formName": TEXT,
            "formId": TEXT,
            "formResponseId": TEXT,
            "Onboarding - Tell us more_E-mail": TEXT,
            "Onboarding - Tell us more_What brings you here?": TEXT,
            "Onboarding - Tell us more_Name": TEXT,
        },
    },
}
"""Every key with its type, as Candu documents them for the event of each topic."""


def body_of(name: str, format: str) -> Any:
    event = msgspec.json.decode((HERE / "events" / f"{name}.json").read_bytes(), type=CleanEvent)
    spec = load_destinations().destination(FORMATS[format])
    job = Job(id="job", event=event, topic=topic_of(event), mapped=mapped(spec.mapping, event))
    (request,) = spec.requests([job], {"url": "https://receiver.example.com"})
    assert isinstance(request, HttpRequest)
    assert request.method == "POST"
    assert ("Content-Type", "application/json") in request.headers
    return json.loads(request.body)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", [path.stem for path in EVENTS])
def test_the_body_is_the_recorded_one(name: str, format: str):
    path = HERE / format / f"{name}.json"
    text = json.dumps(body_of(name, format), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_default_body_has_every_documented_key_of_its_type_and_no_other(name: str):
    assert _shape(body_of(name, "default")) == {"payload": DOCUMENTED[name]}


def test_no_recorded_body_is_left_over():
    for format in FORMATS:
        assert {path.stem for path in (HERE / format).glob("*.json")} == {path.stem for path in EVENTS}


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    return TEXT if isinstance(value, str) else NUMBER if isinstance(value, int | float) else type(value).__name__

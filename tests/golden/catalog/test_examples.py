"""Every example of every bundled source: a body that a door takes, an event without violations, the row it names.

Whether the warehouse makes that very row is proven from outside, over a running server.
"""

from __future__ import annotations

import json

import msgspec
import pytest

from headwater.base.event import CALL_TYPES, MAX_EVENT_BYTES, CleanEvent
from headwater.base.raw import RawRecord
from headwater.catalog.example import expected_columns, expected_table
from headwater.catalog.load import load_catalog
from headwater.catalog.model import Example, SourceSpec
from headwater.catalog.violations import event_of, violations

EXAMPLES = [
    pytest.param(spec, example, id=f"{spec.slug}: {example.title}")
    for spec in load_catalog().sources()
    for example in spec.examples
]


@pytest.mark.parametrize(("spec", "example"), EXAMPLES)
def test_the_body_is_an_event_of_its_source_without_violations(spec: SourceSpec, example: Example):
    record = _through_the_journal(example)
    body = msgspec.json.decode(record.events[0])
    assert body == example.body
    assert body["type"] in CALL_TYPES
    assert body.get("userId") or body.get("anonymousId")
    assert violations(spec, _clean(body)) == []
    assert (event_of(spec, body) is not None) == bool(spec.events)


@pytest.mark.parametrize(("spec", "example"), EXAMPLES)
def test_the_row_shows_the_id_and_every_property(spec: SourceSpec, example: Example):
    expected = expected_columns(spec, example.body)
    assert example.table == expected_table(spec, example.body)
    assert example.row.items() <= expected.items()
    assert example.row["id"] == example.body["messageId"]
    sent = expected.keys() - {"id", "user_id", "anonymous_id", "event", "event_text", "group_id", "previous_id"}
    assert sent <= example.row.keys()


def test_message_ids_are_different_so_that_all_examples_can_be_sent_to_one_source():
    ids = [param.values[1].body["messageId"] for param in EXAMPLES]  # type: ignore[union-attr]
    assert len(ids) == len(set(ids))


def _through_the_journal(example: Example) -> RawRecord:
    raw = json.dumps(example.body, ensure_ascii=False).encode()
    assert len(raw) <= MAX_EVENT_BYTES
    record = RawRecord(source_id="s", workspace_id="w", received_ms=0, events=[msgspec.Raw(raw)])
    return msgspec.json.decode(msgspec.json.encode(record), type=RawRecord)


def _clean(body: dict[str, object]) -> CleanEvent:
    filled = {"sourceId": "s", "workspaceId": "w", "receivedAt": "", **body}
    return msgspec.json.decode(msgspec.json.encode(filled), type=CleanEvent)

"""Events of suppressed people: answered as any other, counted, and nothing of them written down."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from headwater.base.outcome import RejectCode
from headwater.base.raw import GONE, RawRecord
from headwater.base.subject import IdKind
from headwater.collect.envelopes import Item
from headwater.collect.intake import Intake
from headwater.collect.model import Decision, DoorSettings, Durable, Refused
from headwater.collect.records import Good, Told
from headwater.collect.refusal import Refusal
from headwater.collect.suppression import Suppressed, named_in


class Source(msgspec.Struct):
    source_id: str = "src"
    workspace_id: str = "ws"
    enabled: bool = True
    platform: str = "server"


class Workspace(msgspec.Struct):
    workspace_id: str = "ws"
    allowed_origins: tuple[str, ...] = ()
    identity_verification: str = "observe"
    identity_secrets: tuple[bytes, ...] = (b"secret",)


class Ann:
    """Everyone named ann, and the device ann-1."""

    def owns(self, user_id: str | None, anonymous_id: str | None, previous_id: str | None = None) -> bool:
        return user_id == "ann" or previous_id == "ann" or (not user_id and anonymous_id == "ann-1")

    def holds(self, kind: IdKind, id: str) -> bool:
        return id == {"user": "ann", "anonymous": "ann-1"}[kind]


def of_workspace(workspace_id: str) -> Suppressed | None:
    return Ann() if workspace_id == "ws" else None


@pytest.fixture
def intake() -> Intake:
    return Intake(settings=DoorSettings(), clock=lambda: 1_700_000_000.0, suppressed=of_workspace)


def good(**ids: str) -> Good:
    names = Item(user_id=ids.get("userId"), anonymous_id=ids.get("anonymousId"))
    return Good(msgspec.Raw(json.dumps({"event": "Seen", **ids}).encode()), direct=False, names=names)


def stored(decision: Decision) -> list[RawRecord]:
    assert isinstance(decision, Durable)
    return [msgspec.json.decode(record, type=RawRecord) for record in decision.records]


def test_the_others_of_a_batch_are_stored_and_all_are_counted(intake: Intake) -> None:
    events = [
        good(userId="ann"),
        good(userId="bob"),
        good(anonymousId="ann-1"),
        good(userId="bob", anonymousId="ann-1"),
    ]
    decision = intake.store(Source(), Told(), events)
    assert isinstance(decision, Durable)
    assert (decision.count, decision.reply.status) == (4, 200)
    kept, counted = stored(decision)
    assert [msgspec.json.decode(event)["userId"] for event in kept.events] == ["bob", "bob"]
    assert (counted.events, counted.fate, bytes(counted.context), counted.ip) == ([GONE] * 2, "suppressed", b"", None)
    assert b"ann" not in b"".join(decision.records).replace(b'"anonymousId": "ann-1"', b"")


def test_one_by_itself_is_answered_200_and_leaves_a_count(intake: Intake) -> None:
    decision = intake.store(Source(), Told(call="track"), [good(userId="ann")])
    assert isinstance(decision, Durable)
    assert (decision.reply.status, decision.reply.body) == (200, b'{"success":true}')
    assert [record.fate for record in stored(decision)] == ["suppressed"]
    assert b"ann" not in b"".join(decision.records)


def test_another_workspace_takes_them(intake: Intake) -> None:
    decision = intake.store(Source(workspace_id="other"), Told(), [good(userId="ann")])
    assert [record.fate for record in stored(decision)] == [None]


def test_what_is_refused_of_theirs_is_counted_and_not_noted(intake: Intake) -> None:
    why = Refusal(RejectCode.EVENT_NOT_DEFINED, "event is missing")
    decisions: list[Any] = [
        intake.refuse(Source(), why, body)
        for body in (b'{"userId":"ann","type":"track"', b'{"userId":"bob","type":"track"')
    ]
    assert all(isinstance(decision, Refused) for decision in decisions)
    assert [len(decision.notes) for decision in decisions] == [0, 1]
    assert intake.rejected["src", "event_not_defined"] == 2


def test_nobody_suppressed_is_named_among_those_who_came_unsigned(intake: Intake) -> None:
    workspace = Workspace()
    for user in ("ann", "bob"):
        intake.identities.refusal(Source(), workspace, user, ())
    assert [each["userId"] for each in intake.identities.report.report("ws")["newest"]] == ["bob"]
    assert intake.identities.unproven["src"] == 2


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b'{"userId": "ann"}', True),
        (b'{"userId":"\\u0061nn","x', True),
        (b'{"previousId":"ann-1"}', True),
        (b'{"anonymousId":"ann-1"', True),
        (b'{"anonymousId":"ann"}', False),
        (b'{"userId":"annabel"}', False),
        (b'{"userId":17}', False),
        (b'{"userId":"\\uZZZZ"}', False),
        (b"", False),
    ],
)
def test_broken_text_names_them(text: bytes, named: bool) -> None:
    assert named_in(text, Ann()) is named

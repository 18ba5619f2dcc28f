"""Whatever is sent to the doors beside the Tracking API's: the answer is documented, and tells what became of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from urllib.parse import quote

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.base.event import CALL_TYPES
from headwater.base.forms import ENVELOPE_CALLS
from headwater.base.http import Reply, Request
from headwater.base.outcome import DropReason, RejectCode
from headwater.base.raw import RawRecord, RejectedNote
from headwater.collect.doors import Doors
from headwater.collect.model import Decision, Durable
from headwater.pipeline.normalise import clean, message_id, read_call
from tests.property import generate
from tests.unit.collect.doors import events, said
from tests.unit.collect.side_doors import ADMIN, CANDU_HOOK, HOOK, TOKEN, Directory, make_doors, signed

OFF, REQUIRED = make_doors(), make_doors(Directory("require"))
SEEDS = st.integers(min_value=0, max_value=2**32)
STATUS = {200, 400, 401, 403, 405}
CODES = {code.value for code in RejectCode} | {"method_not_allowed", "not_found"}
BEARER = {b"authorization": f"Bearer {ADMIN}".encode()}
FIELDS = (
    *("type", "id", "userId", "userID", "anonymousId", "groupId", "previousId", "messageId", "hmac"),
    *("event", "name", "eventName", "screenName", "pageName", "sentAt", "timestamp", "version", ""),
    *("properties", "traits", "context", "integrations", "payload", "batch"),
)


class Numbers:
    def number_of(self, workspace_id: str, content_id: str) -> int:
        return len(content_id)


def posted(path: str, query: str, body: bytes) -> Request:
    return Request(method="POST", path=path, query=query, headers=BEARER, body=body, peer="203.0.113.9")


def by_blob(body: bytes) -> Request:
    blob = quote(base64.b64encode(body).decode())
    return Request(method="GET", path="/api/events", query=f"token={TOKEN}&blob={blob}")


WAYS: tuple[Callable[[bytes], Request], ...] = (
    lambda body: posted("/api/events/batch", f"token={TOKEN}", body),
    by_blob,
    lambda body: posted("/api/eventWebhook", "", body),
    lambda body: posted(f"/hooks/{HOOK}", "", body),
    lambda body: posted(f"/hooks/{CANDU_HOOK}", "", body),
)


def event(rng: Random) -> dict[str, Any]:
    """An envelope or a call, right but for what is then changed in it."""
    kind = rng.choice((*ENVELOPE_CALLS, *CALL_TYPES, "delete"))
    made: dict[str, Any] = {"type": kind, "anonymousId": generate.text(rng) or "a", "properties": generate.members(rng)}
    made |= {"eventName": "E", "event": "E", "groupId": "g", "context": generate.members(rng)}
    if rng.random() < 0.5:
        user_id = rng.choice(("u", 42, "é 🦆"))
        made |= {"userId": user_id, "hmac": signed(str(user_id)) if rng.random() < 0.7 else "0" * 64}
    if kind == "alias":
        made |= {"userId": "u", "previousId": "p"}
    for _ in range(rng.randrange(3)):
        made[rng.choice(FIELDS)] = generate.value(rng)
    return made


def body(rng: Random) -> Any:
    made = event(rng)
    wrapped = rng.random()
    if wrapped < 0.2:
        return {"payload": made}
    if wrapped < 0.3:
        return {"batch": [made, event(rng)], "context": generate.members(rng)}
    return [made, *(event(rng) for _ in range(rng.randrange(4)))] if wrapped < 0.7 else made


def damaged(rng: Random, sent: bytes) -> bytes:
    changed = bytearray(sent)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(changed) + 1)
        changed[at : at + rng.randrange(4)] = rng.choice(
            (b"", b"\xff", b"\\ud83d", b"NaN", b"{", b"]", b'"', b"9" * 400)
        )
    return bytes(changed)


def records(decision: Decision) -> Iterator[tuple[RawRecord, Any]]:
    if isinstance(decision, Durable):
        for record in decision.records:
            assert b"\n" not in record
            raw = msgspec.json.decode(record, type=RawRecord)
            yield from ((raw, one) for one in raw.events)


def check(decision: Decision) -> None:
    """A documented answer, notes that can be shown, and events that the pipeline makes clean ones of."""
    answer = decision if isinstance(decision, Reply) else decision.reply
    told = json.loads(answer.body)
    assert answer.status in STATUS
    if answer.status == 200:
        assert told["success"] is True
        assert {item["code"] for item in told.get("rejected", [])} <= CODES
    else:
        assert told["code"] in CODES
        assert not isinstance(decision, Durable)
    if not isinstance(decision, Reply):
        for note in decision.notes:
            assert msgspec.json.decode(note, type=RejectedNote).code in CODES
    for raw, one in records(decision):
        assert "hmac" not in json.loads(bytes(one))
        if raw.fate is not None:
            assert raw.fate in {reason.value for reason in DropReason}
            continue
        call = read_call(one, raw.door)
        identity = message_id(call, journal="j", offset=0, index=0)
        made = clean(raw, call, message_id=identity, numbers=Numbers())
        assert made.source_id == raw.source_id
        assert made.user_id or made.anonymous_id or made.group_id


def answered(doors: Doors, request: Request) -> Decision:
    assert doors.owns(request.path)
    return doors.handle(request)


@given(SEEDS, st.sampled_from(WAYS))
@settings(max_examples=1500, deadline=None)
def test_any_event_by_any_door(seed: int, way: Callable[[bytes], Request]) -> None:
    sent = json.dumps(body(Random(seed)), ensure_ascii=seed % 2 == 0).encode("utf-8", "surrogatepass")
    check(answered(OFF, way(sent)))
    check(answered(REQUIRED, way(sent)))


@given(SEEDS, st.sampled_from(WAYS))
@settings(max_examples=1000, deadline=None)
def test_damaged_bytes_by_any_door(seed: int, way: Callable[[bytes], Request]) -> None:
    rng = Random(seed)
    sent = json.dumps(body(rng)).encode()
    check(answered(OFF, way(damaged(rng, sent))))


@given(st.binary(max_size=300), st.sampled_from(WAYS), st.sampled_from([b"", b"gzip", b"br", b"\xff"]))
@settings(max_examples=500, deadline=None)
def test_any_bytes_by_any_door(sent: bytes, way: Callable[[bytes], Request], encoding: bytes) -> None:
    request = way(sent)
    headers = {**request.headers, b"content-encoding": encoding, b"x-signature": sent}
    check(answered(OFF, msgspec.structs.replace(request, headers=headers)))


@given(st.text(max_size=200), st.sampled_from(["/api/events", "/api/events/batch"]))
@settings(max_examples=300, deadline=None)
def test_any_query(query: str, path: str) -> None:
    method = "GET" if path == "/api/events" else "POST"
    latin = query.encode().decode("latin-1")  # as bytes of a request line are read
    for given_query in (latin, f"token={TOKEN}&{latin}", f"token={TOKEN}&blob={latin}&hmac={latin}"):
        check(answered(REQUIRED, Request(method=method, path=path, query=given_query, body=b"{}")))


@given(SEEDS)
@settings(max_examples=500, deadline=None)
def test_an_array_s_events_are_stored_or_named_as_rejected(seed: int) -> None:
    rng = Random(seed)
    sent = [event(rng) for _ in range(rng.randrange(1, 8))]
    decision = answered(OFF, WAYS[0](json.dumps(sent).encode()))
    check(decision)
    if not isinstance(decision, Durable):
        assert said(decision)["code"] in CODES
        return
    rejected = {item["index"] for item in said(decision).get("rejected", [])}
    kept = [_without_signature(one) for index, one in enumerate(sent) if index not in rejected]
    assert events(decision) == kept
    assert decision.count == len(sent) - len(rejected)


@given(SEEDS)
@settings(max_examples=500, deadline=None)
def test_nobody_is_named_without_a_signature_where_one_is_required(seed: int) -> None:
    rng = Random(seed)
    decision = answered(REQUIRED, WAYS[0](json.dumps([event(rng) for _ in range(3)]).encode()))
    sent = [event(again) for again in [Random(seed)] for _ in range(3)]
    proven = {json.dumps(one.get("userId")) for one in sent if one.get("hmac") == signed(str(one.get("userId")))}
    for raw, one in records(decision):
        made = clean(raw, read_call(one, raw.door), message_id="m")
        assert made.user_id is None or json.dumps(json.loads(bytes(one))["userId"]) in proven


def _without_signature(one: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in one.items() if name != "hmac"}
    context = kept.get("context")
    if isinstance(context, dict):
        kept["context"] = {name: value for name, value in context.items() if name != "hmac"}
    return kept

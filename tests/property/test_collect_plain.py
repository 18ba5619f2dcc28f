"""The quick ways through the door lead to where the slow one leads: the same bytes stored, the same answers."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.base.event import MAX_DEPTH, MAX_EVENT_BYTES
from headwater.base.http import Reply, Request
from headwater.collect import answers, batch, body, calls
from headwater.collect.calls import Item
from headwater.collect.door import Door, Durable
from headwater.collect.plain import plain_events
from headwater.collect.records import Good, encode
from headwater.collect.refusal import NotTaken
from tests.property import generate
from tests.unit.collect.doors import BROWSER_KEY, DISABLED_KEY, KEY, NOW, Source, Workspace, basic, make_door
from tests.unit.collect.test_heads import Connection, Heads, Never

SEEDS = st.integers(min_value=0, max_value=2**32)
PEER = "203.0.113.9"


def same(door: Door, key: str, sent: generate.Sent, **headers: str) -> bool:
    """Whether the lane took it, which then is what the door does by itself."""
    given = basic(key) | {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    given |= {name.encode(): value.encode() for name, value in sent.headers.items()}
    request = Request(method="POST", path=sent.path, headers=given, body=sent.body, peer=PEER)
    lane = door.lane(request)
    taken = lane and lane.take([b"{}", sent.body], lambda _: PEER)
    if lane is None or taken is None or taken.records[1] is None:
        return False
    decision = door.handle(request)
    assert isinstance(decision, Durable)
    assert decision.records == [taken.records[1]]
    assert decision.reply == lane.reply
    assert (decision.count, decision.source_id, decision.notes) == (1, taken.source_id, [])
    return True


@given(SEEDS, st.sampled_from([KEY, BROWSER_KEY, DISABLED_KEY, "x"]), st.booleans())
@settings(max_examples=400, deadline=None)
def test_what_a_lane_takes_the_door_takes_just_so(seed: int, key: str, from_a_page: bool) -> None:
    rng = Random(seed)
    door = make_door(workspace=Workspace(identity_verification=rng.choice(("off", "off", "observe", "require"))))
    make = rng.choice((generate.single, generate.damaged, generate.altered, generate.request))
    sent = make(rng)
    headers: dict[str, str] = {"origin": "https://a.example"} if from_a_page else {}
    same(door, key, sent, **headers)


@given(SEEDS, st.sampled_from(generate.KINDS))
@settings(max_examples=300, deadline=None)
def test_a_right_call_is_plain_unless_it_asks_for_more(seed: int, kind: str) -> None:
    call = generate.call(Random(seed), kind)
    times = ("timestamp", "originalTimestamp", "sentAt")
    asks = {name for name in times if name in call} | {"direct", "hmac"} & {*call, *(call.get("context") or {})}
    body = json.dumps(call, ensure_ascii=False).encode()
    took = same(make_door(), KEY, generate.Sent(f"/v1/{kind}", body))
    assert took or asks or "" in (call.get("userId"), call.get("anonymousId"), call.get("name"))


def test_every_kind_has_a_lane_and_what_asks_for_more_has_none() -> None:
    door = make_door()
    for kind in generate.KINDS:
        call = generate.call(Random(1), kind) | {"userId": "u", "timestamp": "2026-11-21T09:17:41.212Z", "sentAt": None}
        body = json.dumps(call | {"originalTimestamp": None, "context": {"direct": None}}).encode()
        assert same(door, KEY, generate.Sent(f"/v1/{kind}", body)), kind
        assert same(door, BROWSER_KEY, generate.Sent(f"/v1/{kind[0]}", body), origin="https://a.example"), kind
        for more in ({"context": {"direct": True}}, {"hmac": "ab"}, {"context": {"hmac": "ab"}}):
            asking = json.dumps(call | more).encode()
            assert not same(door, KEY, generate.Sent(f"/v1/{kind}", asking)), more
    assert not same(door, KEY, generate.Sent("/v1/track", b'{"userId":"u","event":"A"}', {"content-encoding": "gzip"}))


def test_limits_and_signed_identities_are_looked_at_by_themselves() -> None:
    sent = generate.Sent("/v1/track", b'{"userId":"u","event":"A"}')
    assert same(make_door(), BROWSER_KEY, sent)
    assert not same(make_door(rate_limit_per_s=5.0), BROWSER_KEY, sent)
    for setting in ("observe", "require"):
        assert not same(make_door(workspace=Workspace(identity_verification=setting)), BROWSER_KEY, sent)


@pytest.mark.parametrize("levels", [1, 97, 98, 99, 100, 101, 300])
def test_what_nests_too_deep_takes_no_lane_and_no_batch(levels: int) -> None:
    call = {"userId": "u", "type": "track", "event": "A", "properties": {"a": generate.nested(levels)}}
    few, many = json.dumps(call).encode(), json.dumps(call | {"traits": {"wide": [[]] * 200}}).encode()
    for text in (few, many):
        assert same(make_door(), KEY, generate.Sent("/v1/track", text)) == (levels + 2 <= MAX_DEPTH)
    batch_of_it = b'{"batch":[%s,{"userId":"u","type":"identify"}]}' % few
    assert taken_one_by_one(batch_of_it, make_door(), KEY) == (levels + 2 <= MAX_DEPTH)


@pytest.mark.parametrize("over_bytes", [-1, 0, 1])
def test_what_is_too_large_takes_no_lane_and_no_batch(over_bytes: int) -> None:
    frame = b'{"userId":"u","type":"track","event":"e","properties":{"a":"%s"}}'
    text = frame % (b"x" * (MAX_EVENT_BYTES - len(frame) + len("%s") + over_bytes))
    assert same(make_door(), KEY, generate.Sent("/v1/track", text)) == (over_bytes <= 0)
    assert taken_one_by_one(b'{"batch":[%s]}' % text, make_door(), KEY) == (over_bytes <= 0)


def taken_one_by_one(text: bytes, door: Door, key: str) -> bool:
    """Whether a batch was taken as a whole, which then is what comes of looking at each event by itself."""
    try:
        text = body.read(text, "")
        envelope, marker = batch.read(text)
        told = batch.told(envelope, marker)
    except NotTaken:
        return False
    items = envelope.batch or []
    whole = plain_events(text, items)
    if whole is None or marker:
        return False
    judged = [calls.judge(raw, None) for raw in items]
    good = [Good(raw, item.direct, item) for raw, item in zip(items, judged, strict=True) if isinstance(item, Item)]
    assert len(good) == len(items)
    assert not any(item.direct or item.signatures for item in judged if isinstance(item, Item))
    decision = door.handle(Request(method="POST", path="/v1/batch", headers=basic(key), body=text, peer=PEER))
    if isinstance(decision, Reply):
        return False  # the key opens nothing
    source = Source("src_2", platform="browser") if key == BROWSER_KEY else Source("src_1")
    told = msgspec.structs.replace(told, ids_signed=False if key == BROWSER_KEY else None)
    assert isinstance(decision, Durable)
    assert decision.records == encode(source, told, good, received_ms=int(NOW * 1000), address=PEER)
    assert (decision.count, decision.notes, decision.reply) == (len(items), [], answers.OK)
    return True


@given(SEEDS, st.sampled_from([KEY, BROWSER_KEY]))
@settings(max_examples=400, deadline=None)
def test_a_batch_that_is_taken_as_a_whole_is_taken_as_one_by_one(seed: int, key: str) -> None:
    rng = Random(seed)
    events = [generate.call(rng) for _ in range(rng.randrange(1, 5))]
    if rng.random() < 0.2:
        events.append(generate.faulty(rng)[0])
    extra = rng.choice(
        ({}, {"sentAt": "2026-11-21T09:17:41.212Z"}, {"context": {"direct": rng.random() < 0.5, "a": 1}})
    )
    text = generate.written(rng, {"batch": events} | extra)
    if rng.random() < 0.2:
        text = text[: rng.randrange(len(text))] + rng.choice((b"", b"}", b"\\ud800", b" ", b"1")) + text[-5:]
    taken_one_by_one(text, make_door(), key)


def test_what_all_send_is_taken_as_a_whole_and_what_needs_a_look_is_not() -> None:
    door = make_door()
    right = {"userId": "u", "type": "track", "event": "A", "timestamp": "2026-11-21T09:17:41.212Z"}
    kinds: list[dict[str, Any]] = [
        right,
        {"userId": "u", "type": "identify", "name": ""},
        {"anonymousId": "u", "type": "page", "name": "P"},
        {"anonymousId": "u", "type": "screen", "name": None, "context": {"direct": None, "ip": "::1"}},
        {"userId": "u", "type": "group", "groupId": "g", "name": ""},
        {"userId": "u", "type": "alias", "previousId": "p", "integrations": {}},
    ]
    for key in (KEY, BROWSER_KEY):
        assert taken_one_by_one(json.dumps({"batch": kinds * 20}, indent=1).encode(), door, key)
    odd: list[Any] = [
        right | {"context": {"direct": True}},
        right | {"context": {"hmac": "ab"}},
        right | {"hmac": "ab"},
        right | {"timestamp": "9999-12-31T23:59:59Z"},
        right | {"sentAt": "0001-01-01T00:00:00Z"},
        right | {"originalTimestamp": "0001-01-01T00:00:00Z"},
        right | {"timestamp": ""},
        right | {"properties": generate.nested(150)},
        right | {"properties": {"a": "x" * 40_000}},
        right | {"properties": []},
        right | {"event": ""},
        right | {"userId": ""},
        right | {"type": None},
        right | {"type": "group", "groupId": ""},
        {"userId": "u", "type": "alias", "previousId": ""},
        {"anonymousId": "u", "type": "alias", "previousId": "p"},
        {"userId": "u", "type": "page", "name": ""},
        {"userId": "u", "type": "screen", "name": ""},
        None,
        5,
    ]
    for each in odd:
        text = json.dumps({"batch": [right, each]}).encode()
        assert plain_events(text, batch.read(text)[0].batch or []) is None, each


def wire(sent: generate.Sent, key: str) -> bytes:
    authorization = basic(key)[b"authorization"]
    lines = [f"POST {sent.path} HTTP/1.1".encode(), b"Host: a", b"Authorization: " + authorization]
    lines += [f"{name}: {value}".encode() for name, value in sent.headers.items()]
    return b"\r\n".join((*lines, b"Content-Length: %d" % len(sent.body), b"", sent.body))


def outcome(heads: Heads, pieces: Sequence[bytes], *, slow: bool) -> tuple[bytes, list[bytes]]:
    """(what was answered, what is in the journal)"""

    async def talk() -> tuple[bytes, list[bytes]]:
        connection = Connection(heads, make_door(), slow=slow, through=True)
        return await connection.feed(*pieces), connection.journal.stored

    return asyncio.run(talk())


@given(SEEDS, st.lists(st.floats(0, 1), max_size=6), st.booleans(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_however_the_bytes_come_the_answers_and_the_journal_are_those_of_the_slow_way(
    seed: int, cuts: list[float], whole: bool, slow: bool
) -> None:
    rng = Random(seed)
    keys = [rng.choice((KEY, KEY, BROWSER_KEY, DISABLED_KEY, "x")) for _ in range(rng.randrange(1, 7))]
    makers = (generate.single, generate.single, generate.batch, generate.damaged, generate.altered)
    requests = [wire(rng.choice(makers)(rng), key) for key in keys]
    stream = b"".join(requests)
    marks = sorted({0, len(stream), *(int(cut * len(stream)) for cut in cuts)})
    pieces = requests if whole else [stream[start:end] for start, end in itertools.pairwise(marks)]
    heads = Heads()
    outcome(heads, requests, slow=False)
    assert outcome(heads, pieces, slow=slow) == outcome(Never(), pieces, slow=slow)

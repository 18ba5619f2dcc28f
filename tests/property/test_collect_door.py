"""Whatever a client sends, the door answers: what is right is stored as sent, what is wrong has its code."""

from __future__ import annotations

import json
import zlib
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.base.http import Reply, Request
from headwater.base.raw import RawRecord, RejectedNote
from headwater.collect.door import Decision, Durable
from headwater.pipeline.normalise import clean, read_call
from tests.property import generate
from tests.unit.collect.doors import KEY, basic, events, make_door, reply, said, stored

DOOR = make_door()
POSTS = sorted(path for method, path in DOOR.paths() if method == "POST")
SEEDS = st.integers(min_value=0, max_value=2**32)
ANSWERS = {200, 204, 400, 401, 404, 405}


def ask(sent: generate.Sent) -> Decision:
    headers = basic(KEY) | {name.encode(): value.encode() for name, value in sent.headers.items()}
    return DOOR.handle(Request(method="POST", path=sent.path, headers=headers, body=sent.body, peer="203.0.113.9"))


def check_form(decision: Decision) -> None:
    """Every answer has its form, and every record can be read by whoever comes after."""
    answer = decision if isinstance(decision, Reply) else decision.reply
    assert answer.status in ANSWERS
    if not isinstance(decision, Reply):
        for note in decision.notes:
            msgspec.json.decode(note, type=RejectedNote)
    if not isinstance(decision, Durable):
        if answer.status >= 400 and answer.body:
            assert set(json.loads(answer.body)) == {"success", "code", "message"}
        return
    for record in decision.records:
        assert b"\n" not in record
        assert b"\r" not in record
        raw = msgspec.json.decode(record, type=RawRecord)
        for event in raw.events:
            clean(raw, read_call(event), message_id="m")


@given(SEEDS)
@settings(max_examples=300, deadline=None)
def test_a_right_call_is_stored_as_it_was_sent(seed: int) -> None:
    rng = Random(seed)
    kind = rng.choice(generate.KINDS)
    call = generate.call(rng, kind)
    sent = generate.Sent(f"/v1/{kind}", generate.written(rng, call))
    decision = ask(sent)
    assert reply(decision).body == b'{"success":true}'
    assert events(decision) == [call]
    assert stored(decision)[0].call == kind
    check_form(decision)


@given(SEEDS)
@settings(max_examples=300, deadline=None)
def test_each_item_of_a_batch_is_stored_or_refused_by_its_name(seed: int) -> None:
    sent = generate.batch(Random(seed))
    assert sent.rejected is not None
    decision = ask(sent)
    check_form(decision)
    if not sent.accepted:
        assert reply(decision).status == 400
        assert said(decision)["code"] == sent.rejected[0]
        return
    assert events(decision) == sent.accepted
    rejected = {item["index"]: item["code"] for item in said(decision).get("rejected", [])}
    assert rejected == sent.rejected


@given(SEEDS)
@settings(max_examples=300, deadline=None)
def test_a_single_event_with_one_fault_is_refused_by_its_name(seed: int) -> None:
    sent = generate.single(Random(seed))
    assert sent.rejected is not None
    decision = ask(sent)
    check_form(decision)
    if sent.rejected:
        assert (reply(decision).status, said(decision)["code"]) == (400, sent.rejected[0])
    else:
        assert events(decision) == sent.events


@given(SEEDS)
@settings(max_examples=1500, deadline=None)
def test_damaged_bytes_never_break_the_door_nor_its_readers(seed: int) -> None:
    check_form(ask(generate.damaged(Random(seed))))


@given(SEEDS)
@settings(max_examples=1000, deadline=None)
def test_any_value_in_any_field_never_breaks_the_door_nor_its_readers(seed: int) -> None:
    check_form(ask(generate.altered(Random(seed))))


@given(SEEDS)
@settings(max_examples=500, deadline=None)
def test_what_the_answer_says_is_stored_is_stored(seed: int) -> None:
    sent = generate.request(Random(seed))
    decision = ask(sent)
    stated = generate.kept(sent, reply(decision).status, said(decision))
    assert stated == (events(decision) if isinstance(decision, Durable) else [])


@given(st.sampled_from(POSTS), st.binary(max_size=300), st.sampled_from([b"", b"gzip", b"br", b"GZIP", b"\xff"]))
@settings(max_examples=500, deadline=None)
def test_any_bytes_get_an_answer(path: str, body: bytes, encoding: bytes) -> None:
    for authorization in ({}, basic(KEY), {b"authorization": body}):
        headers = authorization | {b"content-encoding": encoding}
        check_form(DOOR.handle(Request(method="POST", path=path, headers=headers, body=body)))


@given(st.binary(max_size=200), st.integers(min_value=1, max_value=9), st.binary(max_size=20))
@settings(max_examples=200, deadline=None)
def test_any_gzip_gets_an_answer(content: bytes, level: int, tail: bytes) -> None:
    squeezer = zlib.compressobj(level, zlib.DEFLATED, 31)
    body = squeezer.compress(content) + squeezer.flush() + tail
    headers = basic(KEY) | {b"content-encoding": b"gzip"}
    check_form(DOOR.handle(Request(method="POST", path="/v1/batch", headers=headers, body=body)))


LATIN1 = st.text(st.characters(max_codepoint=255), max_size=120)


@given(st.sampled_from(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST", "TRACE"]), LATIN1, LATIN1)
@settings(max_examples=400, deadline=None)
def test_any_path_and_query_get_an_answer(method: str, tail: str, query: str) -> None:
    for start in ("/v1/", "/v1/pixel/", "/v1/projects/", "/analytics.js/v1/", "/v1/pixel/track", "/"):
        headers = {b"host": tail.encode("latin-1"), b"origin": query.encode("latin-1")}
        check_form(DOOR.handle(Request(method=method, path=start + tail, query=query, headers=headers)))


@given(SEEDS)
@settings(max_examples=200, deadline=None)
def test_the_pixel_always_answers_with_its_image(seed: int) -> None:
    rng = Random(seed)
    query = generate.written(rng, generate.call(rng)).decode("latin-1")[: rng.randrange(200)]
    decision = DOOR.handle(Request(method="GET", path="/v1/pixel/track", query=f"writeKey={KEY}&data={query}"))
    assert reply(decision).status == 200
    assert reply(decision).body.startswith(b"GIF89a")
    check_form(decision)

"""Input that breaks readers: each is refused with a code that says why, or lies in its row as it was sent.

Nothing of it may end in a 5xx, in a row that says something else, or in a reader that stops for those that come after.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.server import Server

GZIP = {"content-encoding": "gzip"}
MANY = 1_200
DEEPEST = 100


@pytest.fixture(scope="module")
def refused(shared_server: Server) -> Iterator[dict[str, Any]]:
    """A source that must have no accepted event when all is over."""
    source = shared_server.add_source("http-api", "Refused")
    yield source
    accounting = shared_server.wait_closed()
    assert [entry for entry in accounting["sources"] if entry["sourceId"] == source["id"] and entry["accepted"]] == []


@pytest.fixture(scope="module")
def kept(shared_server: Server) -> Iterator[dict[str, Any]]:
    """A source of which every accepted event must have its row, and none be parked."""
    source = shared_server.add_source("http-api", "Kept")
    yield source
    accounting = shared_server.wait_closed()
    entry = next(entry for entry in accounting["sources"] if entry["sourceId"] == source["id"])
    assert (entry["clean"], entry["parked"]) == (entry["accepted"], {})
    assert all(reader["dead"] == 0 for reader in accounting["readers"])
    assert not re.search(r"Traceback|\[error", shared_server.stderr())


def post(
    server: Server, source: dict[str, Any], body: bytes, headers: dict[str, str] | None = None, path: str = "/v1/track"
) -> httpx.Response:
    key = "Basic " + base64.b64encode(f"{source['writeKeys'][0]}:".encode()).decode()
    return httpx.post(server.url + path, content=body, headers={**(headers or {}), "authorization": key}, timeout=60)


def track(properties: str, **call: Any) -> bytes:
    """A track call whose properties are exactly this JSON text."""
    head = json.dumps({"userId": "u", "event": "Bad", **call})
    return f'{head[:-1]}, "properties": {properties}}}'.encode()


def row(server: Server, source: dict[str, Any], table: str, message_id: str) -> dict[str, Any]:
    """The one row of an event, without what it does not hold; `_unfit` as JSON."""
    query = f"SELECT * FROM {source['schema']}.\"{table}\" WHERE id = '{message_id}'"
    answer = server.api("POST", "/sql", {"query": query})
    assert len(answer["rows"]) == 1, answer
    found = dict(zip((column["name"] for column in answer["columns"]), answer["rows"][0], strict=True))
    if isinstance(found.get("_unfit"), str):
        found["_unfit"] = json.loads(found["_unfit"])
    return {name: value for name, value in found.items() if value is not None}


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


NOT_JSON = {
    "invalid UTF-8 in a value": track('{"a": "?"}').replace(b"?", b"\xff"),
    "invalid UTF-8 in a key": track('{"?": 1}').replace(b"?", b"\xc3\x28"),
    "an overlong slash": track('{"a": "?"}').replace(b"?", b"\xc0\xaf"),
    "a surrogate in UTF-8": track('{"a": "?"}').replace(b"?", b"\xed\xa0\xbd"),
    "beyond Unicode": track('{"a": "?"}').replace(b"?", b"\xf4\x90\x80\x80"),
    "UTF-16": track("{}").decode().encode("utf-16"),
    "half of a surrogate pair": track(r'{"a": "\ud83d"}'),
    "half of a surrogate pair in a key": track(r'{"\udc00": 1}'),
    "NaN": track('{"a": NaN}'),
    "Infinity": track('{"a": Infinity}'),
    "minus Infinity": track('{"a": -Infinity}'),
    "a leading zero": track('{"a": 01}'),
    "a plus sign": track('{"a": +1}'),
    "hexadecimal": track('{"a": 0x10}'),
    "a trailing comma": track('{"a": 1,}'),
    "single quotes": track("{'a': 1}"),
    "a comment": track('{"a": 1 /* one */}'),
    "a newline inside a string": track('{"a": "b\nc"}'),
    "a tab inside a string": track('{"a": "b\tc"}'),
    "a NUL inside a string": track('{"a": "b\0c"}'),
    "an unknown escape": track(r'{"a": "\x41"}'),
    "cut off": track('{"a": 1}')[:-1],
    "two documents": track("{}") * 2,
    "something after the end": track("{}") + b"x",
    "nothing": b"",
    "blanks": b" \n ",
    "an array": b"[]",
    "a string": b'"track"',
    "a number": b"5",
    "null": b"null",
}


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in NOT_JSON.items()])
@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
def test_what_is_no_json_text_is_refused(body: bytes, zipped: bool, shared_server: Server, refused: dict[str, Any]):
    whole, headers = (gzip.compress(body), GZIP) if zipped else (body, {})
    answer = post(shared_server, refused, whole, headers)
    assert (answer.status_code, answer.json()["success"], answer.json()["code"]) == (400, False, "bad_request")
    assert answer.json()["message"]


BOMB = gzip.compress(b'{"userId":"u","event":"Bomb","properties":{"a":"' + b" " * 50_000_000 + b'"}}')
WRAPPED = {
    "a bomb": (BOMB, GZIP, "payload_too_large"),
    "a bomb in many members": (gzip.compress(b" " * 100_000) * 60, GZIP, "payload_too_large"),
    "zipped twice": (gzip.compress(gzip.compress(track("{}"))), GZIP, "bad_request"),
    "cut off": (gzip.compress(track("{}"))[:-9], GZIP, "bad_request"),
    "a wrong checksum": (gzip.compress(track("{}"))[:-8] + b"\0" * 8, GZIP, "bad_request"),
    "rubbish after its end": (gzip.compress(track("{}")) + b"rubbish", GZIP, "bad_request"),
    "not zipped at all": (track("{}"), GZIP, "bad_request"),
    "zipped but not said so": (gzip.compress(track("{}")), {}, "bad_request"),
    "another encoding": (track("{}"), {"content-encoding": "br"}, "bad_request"),
    "over the limit": (b" " * 512_001, {}, "payload_too_large"),
    "far over the limit": (b" " * 9_000_000, {}, "payload_too_large"),
    "an event over its limit": (track(json.dumps({"a": "x" * 33_000})), {}, "payload_too_large"),
    "nested too deep": (track(nested(DEEPEST)), {}, "nested_too_deep"),
    "nested far too deep": (track("[" * 10_000 + "]" * 10_000), {}, "nested_too_deep"),
    "nested without an end": (track("[" * 20_000), {}, None),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_what_is_too_much_or_wrongly_wrapped_is_refused(name: str, shared_server: Server, refused: dict[str, Any]):
    body, headers, code = WRAPPED[name]
    answer = post(shared_server, refused, body, headers)
    assert answer.status_code == 400
    assert answer.json()["code"] == code if code else answer.json()["code"] in ("bad_request", "nested_too_deep")


NO_STRINGS: list[Any] = [5, 1.5, True, [], ["u"], {}, {"a": 1}]
NO_OBJECTS: list[Any] = [5, 1.5, True, "x", [], [{}]]
NO_TIMES: list[Any] = [1700000000, True, [], {}, "yesterday", "2026-13-01", "21/11/2026", "12:00"]
NO_TIMES += ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"]
GOOD: dict[str, dict[str, Any]] = {
    "track": {"userId": "u", "event": "E"},
    "group": {"userId": "u", "groupId": "g"},
    "alias": {"userId": "u", "previousId": "p"},
    "page": {"userId": "u"},
    "identify": {"userId": "u"},
}
WRONG: list[tuple[str, str, list[Any], str]] = [
    ("track", "userId", NO_STRINGS, "id_not_string"),
    ("track", "anonymousId", NO_STRINGS, "id_not_string"),
    ("group", "groupId", [*NO_STRINGS, ""], "id_not_string"),
    ("alias", "previousId", [*NO_STRINGS, ""], "id_not_string"),
    ("track", "messageId", [*NO_STRINGS, "m" * 101], "message_id_invalid"),
    ("track", "event", NO_STRINGS, "event_not_string"),
    ("track", "event", [None, ""], "event_not_defined"),
    ("page", "name", [*NO_STRINGS, ""], "name_not_string"),
    ("page", "category", NO_STRINGS, "category_not_string"),
    ("track", "properties", NO_OBJECTS, "properties_not_object"),
    ("identify", "traits", NO_OBJECTS, "traits_not_object"),
    ("track", "context", NO_OBJECTS, "context_not_object"),
    ("track", "integrations", NO_OBJECTS, "integrations_not_object"),
    ("track", "timestamp", NO_TIMES, "timestamp_invalid"),
    ("track", "originalTimestamp", NO_TIMES, "timestamp_invalid"),
    ("track", "sentAt", NO_TIMES, "timestamp_invalid"),
    ("group", "groupId", [None], "id_required"),
    ("alias", "previousId", [None], "id_required"),
    ("alias", "userId", [None], "id_required"),
    ("track", "userId", [None], "no_user_anon_id"),
]


@pytest.mark.parametrize(("kind", "field", "values", "code"), WRONG, ids=[f"{w[0]}-{w[1]}-{w[3]}" for w in WRONG])
def test_a_wrong_value_is_refused_alone_or_in_a_batch(
    kind: str, field: str, values: list[Any], code: str, shared_server: Server, refused: dict[str, Any]
):
    wrong = [{**GOOD[kind], field: value} for value in values]
    for event in wrong:
        answer = shared_server.send(f"/v1/{kind}", event, key=refused["writeKeys"][0])
        assert (answer.status_code, answer.json()["code"]) == (400, code), event
    batch = {"batch": [{"type": kind, **event} for event in wrong]}
    answer = shared_server.send("/v1/batch", batch, key=refused["writeKeys"][0])
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_one_bad_item_does_not_poison_its_batch(shared_server: Server, kept: dict[str, Any]):
    bad = [
        b"5",
        rb'{"type":"track","userId":"u","event":"Poison","properties":{"a":"\ud83d"}}',
        b'{"type":"track","userId":"u","event":"Poison","properties":%s}' % nested(DEEPEST).encode(),
        b'{"type":"track","userId":"u","event":"Poison","properties":{"a":"%s"}}' % (b"x" * 33_000),
        b'{"type":"Track","userId":"u","event":"Poison"}',
        b'{"type":"track","event":"Poison"}',
    ]
    good = [
        b'{"type":"track","userId":"u","event":"Poison","messageId":"poison-%d","properties":{"n":%d}}' % (n, n)
        for n in range(len(bad) + 1)
    ]
    mixed = [item for pair in zip(good, [*bad, b"null"], strict=True) for item in pair]
    answer = post(shared_server, kept, b'{"batch":[%s]}' % b",".join(mixed), path="/v1/batch")
    assert answer.status_code == 200
    assert [(item["index"], item["code"]) for item in answer.json()["rejected"]] == [
        (1, "bad_request"),
        (3, "bad_request"),
        (5, "nested_too_deep"),
        (7, "payload_too_large"),
        (9, "type_not_known"),
        (11, "no_user_anon_id"),
        (13, "bad_request"),
    ]
    shared_server.wait_closed()
    assert shared_server.sql("SELECT n FROM kept.poison ORDER BY n") == [[n] for n in range(len(good))]


def test_too_many_items_store_nothing_and_the_most_allowed_store_all(shared_server: Server, kept: dict[str, Any]):
    items = [{"type": "track", "userId": "u", "event": "Crowd", "properties": {"n": n}} for n in range(2_501)]
    key = kept["writeKeys"][0]
    answer = shared_server.send("/v1/batch", {"batch": items}, key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "payload_too_large")
    assert shared_server.send("/v1/batch", {"batch": items[:-1]}, key=key).status_code == 200
    shared_server.wait_closed()
    assert shared_server.sql("SELECT count(*), count(DISTINCT n), max(n) FROM kept.crowd") == [[2_500, 2_500, 2_499]]


EXACT = "0.12345678901234567890123456789"
KEPT: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "newlines between the tokens": ('{\n "a" :\r\n [1,\n 2],\n\t"b": {"c":\n3} }', {"a": "[1,2]", "b_c": 3}, {}),
    "newlines, tabs and NUL in a value": (r'{"a": "b\nc\r\td\u0000e"}', {"a": "b\nc\r\td\x00e"}, {}),
    "every kind of escape": (r'{"a": "\"\\\/\b\f\u00e9\ud83d\ude00"}', {"a": '"\\/\b\fé😀'}, {}),
    "line separators and marks": ('{"a": "\u2028\u2029\ufeff\u202e"}', {"a": "\u2028\u2029\ufeff\u202e"}, {}),
    "SQL in a value": ('{"a": "\'; DROP SCHEMA kept CASCADE; --"}', {"a": "'; DROP SCHEMA kept CASCADE; --"}, {}),
    "SQL in a key": ('{"a\\"; DROP TABLE tracks; --": 1}', {"a_drop_table_tracks": 1}, {}),
    "reserved words as keys": ('{"select": 1, "table": 2, "order": 3}', {"select": 1, "table": 2, "order": 3}, {}),
    "the largest integers": (f'{{"a": {2**63 - 1}, "b": {-(2**63)}}}', {"a": 2**63 - 1, "b": -(2**63)}, {}),
    "an integer beyond them": (f'{{"a": 1, "b": {2**63}}}', {"a": 1}, {"b": str(2**63)}),
    "a number of 400 digits": (f'{{"a": 1, "b": {"9" * 400}}}', {"a": 1}, {"b": "9" * 400}),
    "more than a double holds": ('{"a": 1, "b": 1e999}', {"a": 1}, {}),
    "more digits than a double has": (f'{{"a": 1, "b": {EXACT}}}', {"a": 1}, {}),
    "the ends of the doubles": ('{"a": 1e308, "b": 5e-324}', {"a": 1e308, "b": 5e-324}, {}),
    "keys that differ by case": (
        '{"plan": "a", "Plan": "b", "PLAN": "c"}',
        {"plan": "a"},
        {"plan": "b", "plan#2": "c"},
    ),
    "keys that fold to one": (
        '{"user id": 1, "userId": 2, "user_id": 3}',
        {"_user_id": 1},
        {"_user_id": 2, "_user_id#2": 3},
    ),
    "the same key twice": ('{"a": 1, "a": 2}', {"a": 1}, {"a": 2}),
    "no letters in a key": ('{"": 1, "日本": 2}', {"property_e3b0c442": 1, "property_cf2abf0c": 2}, {}),
    "names of ours": ('{"id": 1, "event": 2, "received_at": 3}', {"_id": 1, "_event": 2, "_received_at": 3}, {}),
    "objects in objects": (nested(DEEPEST - 1), {}, {}),
    "nulls and nothing": ('{"a": null, "b": {}, "c": [], "d": ""}', {"c": "[]", "d": ""}, {}),
}


@pytest.fixture(scope="module")
def kept_ids(shared_server: Server, kept: dict[str, Any]) -> dict[str, str]:
    """Each of KEPT was sent, in a request of its own, and taken: its message id by its name."""
    ids = {name: str(uuid.uuid4()) for name in KEPT}
    for name, (text, _, _) in KEPT.items():
        answer = post(shared_server, kept, track(text, event=f"Kept {name}", messageId=ids[name]))
        assert (answer.status_code, answer.json()) == (200, {"success": True}), name
    shared_server.wait_closed()
    return ids


@pytest.mark.parametrize("name", KEPT)
def test_whatever_is_json_lies_in_its_row_as_it_was_sent(
    name: str, shared_server: Server, kept: dict[str, Any], kept_ids: dict[str, str]
):
    _, columns, unfit = KEPT[name]
    table = f"kept_{name}".lower().replace(" ", "_").replace(",", "")
    found = row(shared_server, kept, table, kept_ids[name])
    assert found["event_text"] == f"Kept {name}"
    assert {column: found.get(column) for column in columns} == columns
    if unfit:
        assert found["_unfit"] == unfit


def test_a_number_that_no_type_holds_is_kept_digit_by_digit(shared_server: Server, kept: dict[str, Any]):
    text = f'{{"a": 1e999, "b": {EXACT}, "c": {"9" * 400}, "d": -0.0, "e": -0}}'
    message_id = str(uuid.uuid4())
    assert post(shared_server, kept, track(text, event="Numbers", messageId=message_id)).status_code == 200
    shared_server.wait_closed()
    query = f"SELECT CAST(_unfit AS VARCHAR), d, e FROM kept.numbers WHERE id = '{message_id}'"
    [[unfit, *zeros]] = shared_server.sql(query)
    assert "1e999" in unfit
    assert EXACT in unfit
    assert "9" * 400 in unfit
    assert [str(float(zero)) for zero in zeros] == ["-0.0", "-0.0"]


def test_a_column_keeps_its_type_and_what_does_not_fit_is_kept_beside_it(shared_server: Server, kept: dict[str, Any]):
    values = ["1", "2.5", '"three"', "true", '{"x": 1}', "[1]", "null", '"2026-03-04T09:15:00Z"', "-0.0"]
    for number, value in enumerate(values):
        body = track(f'{{"n": {number}, "v": {value}}}', event="Clash", messageId=f"clash-{number}")
        assert post(shared_server, kept, body).status_code == 200
    shared_server.wait_closed()
    found = shared_server.sql("SELECT n, v, v_x, CAST(_unfit AS VARCHAR) FROM kept.clash ORDER BY n")
    assert [line[0] for line in found] == list(range(len(values)))
    assert [line[1] for line in found[:2]] == [1, 2.5]
    assert [line[1] for line in found[2:-1]] == [None] * 6
    assert found[4][2] == 1
    unfit = [None if line[3] is None else json.loads(line[3])["v"] for line in found]
    assert unfit[2:] == ["three", True, None, [1], None, "2026-03-04T09:15:00Z", None]


NAMES = {
    "日本語": "event_77710aed",
    "🦆": "event_d7a5c5e0",
    "Users": "event_users",
    "tracks": "event_tracks",
    "2nd Try": "_2nd_try",
    'a"b; DROP TABLE x': "a_b_drop_table_x",
    "select": "select",
    "\u0000": None,
    "x" * 300: None,
    " ": None,
}


def test_every_name_of_an_event_has_a_table(shared_server: Server, kept: dict[str, Any]):
    for number, name in enumerate(NAMES):
        event = {"userId": "u", "event": name, "messageId": f"name-{number}"}
        assert shared_server.send("/v1/track", event, key=kept["writeKeys"][0]).status_code == 200
    shared_server.wait_closed()
    found = shared_server.sql("SELECT id, event, event_text FROM kept.tracks WHERE id LIKE 'name-%'")
    tables = {event_text: event for _, event, event_text in found}
    assert set(tables) == set(NAMES)
    for number, (name, table) in enumerate(NAMES.items()):
        assert table in (None, tables[name])
        assert len(tables[name]) <= 63
        stored = f"SELECT event_text FROM kept.\"{tables[name]}\" WHERE id = 'name-{number}'"
        assert shared_server.sql(stored) == [[name]]


def test_ids_of_every_shape_come_back_as_they_were(shared_server: Server, kept: dict[str, Any]):
    ids = ["a'b", 'a"b', "a\\b", "a\nb", "a\u0000b", "é", "e\u0301", "🦆", " u ", "NULL", "0", "x" * 5_000]
    batch = [
        {"type": "track", "userId": value, "anonymousId": value, "event": "Ids", "messageId": value[:100]}
        for value in ids
    ]
    assert shared_server.send("/v1/batch", {"batch": batch}, key=kept["writeKeys"][0]).json() == {"success": True}
    shared_server.wait_closed()
    found = shared_server.sql("SELECT id, user_id, anonymous_id FROM kept.ids")
    assert sorted(found) == sorted([value[:100], value, value] for value in ids)


def test_a_flood_of_names_stops_no_reader(shared_server: Server, kept: dict[str, Any]):
    """An event with very many properties, and very many events that each have a name of their own."""
    wide = {"userId": "u", "event": "Wide", "properties": {f"p{n}": n for n in range(2_000)}}
    assert shared_server.send("/v1/track", wide, key=kept["writeKeys"][0]).status_code == 200
    many = [{"type": "track", "userId": "u", "event": f"Named {n}", "messageId": f"named-{n}"} for n in range(MANY)]
    assert shared_server.send("/v1/batch", {"batch": many}, key=kept["writeKeys"][0]).status_code == 200
    shared_server.wait_closed(wait_s=60)
    [[first, unfit]] = shared_server.sql("SELECT p0, CAST(_unfit AS VARCHAR) FROM kept.wide")
    columns = shared_server.sql(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'kept' AND table_name = 'wide' "
        "AND regexp_matches(column_name, '^p[0-9]+$')"
    )[0][0]
    assert first == 0
    assert columns + len(json.loads(unfit or "{}")) == 2_000
    named = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'kept' AND table_name ^@ 'named_'"
    assert shared_server.sql(named) == [[MANY]]
    assert shared_server.sql(f"SELECT id FROM kept.named_{MANY - 1}") == [[f"named-{MANY - 1}"]]


def test_an_envelope_that_breaks_its_events_stores_none(shared_server: Server, refused: dict[str, Any]):
    item = b'{"type":"track","userId":"u","event":"E"}'
    for wrong in (
        b'"context":5',
        b'"context":{"a":"\\ud83d"}',
        b'"context":%s' % nested(DEEPEST + 1).encode(),
        b'"integrations":[]',
        b'"sentAt":"yesterday"',
        b'"sentAt":5',
        b'"context":{"a":"%s"}' % (b"x" * 33_000),
    ):
        body = b'{"batch":[%s],%s}' % (item, wrong)
        answer = post(shared_server, refused, body, path="/v1/batch")
        assert (answer.status_code, answer.json()["success"]) == (400, False), wrong
    for wrong in (
        b"{}",
        b'{"batch":null}',
        b'{"batch":[]}',
        b'{"batch":{}}',
        b'{"batch":"x"}',
        b'{"batch":[5,null]}',
        b"[]",
    ):
        assert post(shared_server, refused, wrong, path="/v1/batch").status_code == 400, wrong


def test_the_pixel_answers_its_image_whatever_comes(shared_server: Server):
    source = shared_server.add_source("http-api", "Pixel")
    key = source["writeKeys"][0]
    right = {"writeKey": key, "userId": "u", "event": "Seen", "messageId": "pixel", "properties": {"n": 1}}
    data = base64.urlsafe_b64encode(json.dumps(right).encode()).decode().rstrip("=")
    queries = [
        "",
        "data=",
        "data=%%%",
        "data=x",
        "data=bnVsbA",
        "a=%ff",
        "a.b=1&a=2",
        "writeKey=x&userId=u",
        "data=" + "A" * 40_000,
    ]
    for query in [*queries, f"data={data}"]:
        answer = httpx.get(f"{shared_server.url}/v1/pixel/track?{query}", timeout=30)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif"), query
        assert answer.content.startswith(b"GIF89a")
    shared_server.rows("SELECT id, n FROM pixel.seen", lambda rows: rows == [["pixel", 1]])


def test_labels_without_letters_have_a_schema_and_one_schema_has_one_source(shared_server: Server):
    for label, schema in (("日本語", "source_77710aed"), ("12 34", None), ("***", None)):
        source = shared_server.add_source("http-api", label)
        assert re.fullmatch(r"source_[0-9a-f]{8}", source["schema"])
        assert schema in (None, source["schema"])
        event = {"userId": "u", "event": "Labelled"}
        assert shared_server.send("/v1/track", event, key=source["writeKeys"][0]).status_code == 200
        shared_server.wait_closed()
        assert shared_server.sql(f"SELECT user_id FROM {source['schema']}.labelled") == [["u"]]
    shared_server.add_source("http-api", "Twice Wanted")
    for label in ("Twice Wanted", "twice-wanted", "TwiceWanted"):
        body = {"catalog": "http-api", "name": label}
        refusal = shared_server.api("POST", "/sources", body, status=409)["error"]
        assert refusal["code"] == "schema_taken"
        assert "twice_wanted" in refusal["message"]

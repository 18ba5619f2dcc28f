"""Tracking requests made up from a seed: right ones, ones with a known fault, batches of both, altered and broken ones.

The same `random.Random` gives the same requests. A `Sent` says what must become of each event, as far as that is
known: of a body with any values in any place, or with damaged bytes, it is not.
"""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

KINDS = ("identify", "track", "page", "screen", "group", "alias")
SHORT = {"identify": "i", "track": "t", "page": "p", "screen": "s", "group": "g", "alias": "a"}
BATCH_PATHS = ("/v1/batch", "/v1/b", "/v1/import")

_TEXTS = (
    "",
    "a",
    "Order Completed",
    "é",
    "日本語",
    "🦆",
    "\u0000",
    "\n\r\t",
    '"\\/',
    "\u2028\u2029",
    "'; DROP TABLE tracks; --",
    "null",
    "NaN",
    "x" * 300,
    "ﷺ",
    "\ufeff",
    "\u202e",
    "1e999",
    "true",
)
_NUMBERS = (0, -0.0, 1, -1, 1.5, 2**31, 2**53, 2**53 + 1, 2**63, -(2**63), 2**64, 10**40, 1e308, 5e-324, 0.1)
_TIMES = (
    "2026-11-21T09:17:41.212Z",
    "2026-11-21T09:17:41.212345+00:00",
    "2026-11-21T10:17:41+01:00",
    "2026-11-21T09:17:41",
    "2026-11-21",
    "2026-11-21 09:17:41Z",
    "1969-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999Z",
    "2016-12-31T23:59:60Z",
)


@dataclass(frozen=True)
class Sent:
    """`rejected` maps an event's place to the code it must be refused with; the others must be stored.

    None: nobody knows. `events` are the events as they were meant, [] when the bytes were damaged.
    """

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    rejected: dict[int, str] | None = field(default_factory=dict)

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """The events that must be stored."""
        return [event for index, event in enumerate(self.events) if index not in (self.rejected or {})]


def text(rng: Random) -> str:
    return rng.choice(_TEXTS) if rng.random() < 0.7 else rng.choice(_TEXTS) + rng.choice(_TEXTS)


def value(rng: Random, depth: int = 3) -> Any:
    """Any JSON value."""
    choice = rng.random()
    if depth and choice < 0.15:
        return {text(rng): value(rng, depth - 1) for _ in range(rng.randrange(4))}
    if depth and choice < 0.3:
        return [value(rng, depth - 1) for _ in range(rng.randrange(4))]
    if choice < 0.6:
        return text(rng)
    return rng.choice(_NUMBERS) if choice < 0.85 else rng.choice((True, False, None))


def members(rng: Random) -> dict[str, Any]:
    """The inside of properties, traits and the like."""
    found = {rng.choice((text(rng), "plan", "Plan", "PLAN", "total", "a.b", "$x")): value(rng) for _ in range(5)}
    if rng.random() < 0.1:
        found["deep"] = nested(rng.randrange(1, 90))
    return found


def nested(levels: int) -> Any:
    deep: Any = 1
    for level in range(levels):
        deep = [deep] if level % 2 else {"d": deep}
    return deep


def call(rng: Random, kind: str | None = None) -> dict[str, Any]:
    """A call that must be stored, with a messageId of its own."""
    kind = kind or rng.choice(KINDS)
    event: dict[str, Any] = {"type": kind, "messageId": str(uuid.UUID(int=rng.getrandbits(128), version=4))}
    event |= _ids(rng, kind) | _optional(rng)
    if kind == "track":
        event["event"] = text(rng) or "Clicked"
    elif kind == "group":
        event["groupId"] = text(rng) or "g"
    elif kind in ("page", "screen") and rng.random() < 0.7:
        event |= {"name": text(rng) or None, "category": rng.choice((None, "", "Docs"))}
    items = list(event.items())
    rng.shuffle(items)
    return dict(items)


def _ids(rng: Random, kind: str) -> dict[str, Any]:
    user, anonymous = text(rng) or "u", text(rng) or "anon"
    if kind == "alias":
        return {"userId": user, "previousId": anonymous}
    return rng.choice(
        (
            {"userId": user},
            {"anonymousId": anonymous},
            {"userId": user, "anonymousId": anonymous},
            {"userId": user, "anonymousId": None},
            {"userId": None, "anonymousId": anonymous},
            {"userId": "", "anonymousId": anonymous},
        )
    )


def _optional(rng: Random) -> dict[str, Any]:
    makers: dict[str, Callable[[], Any]] = {
        "properties": lambda: members(rng),
        "traits": lambda: members(rng),
        "context": lambda: members(rng),
        "integrations": lambda: {"All": rng.choice((True, False))},
        "timestamp": lambda: rng.choice(_TIMES),
        "originalTimestamp": lambda: rng.choice(_TIMES),
        "sentAt": lambda: rng.choice(_TIMES),
        "channel": lambda: value(rng),
        "version": lambda: value(rng),
        "_metadata": lambda: value(rng),
        "Event": lambda: value(rng),
        "USERID": lambda: value(rng),
    }
    return {name: None if rng.random() < 0.1 else make() for name, make in makers.items() if rng.random() < 0.35}


def _of_kind(kind: str, **fields: Any) -> Callable[[Random], dict[str, Any]]:
    return lambda rng: call(rng, kind) | fields


def _without(kind: str, *names: str) -> Callable[[Random], dict[str, Any]]:
    return lambda rng: {name: value for name, value in call(rng, kind).items() if name not in names}


_NO_STRINGS = (5, 1.5, True, [], ["u"], {}, {"a": 1})
_NO_OBJECTS = (5, True, "x", [], [{}])

FAULTS: list[tuple[str, Callable[[Random], dict[str, Any]]]] = [
    ("no_user_anon_id", _without("track", "userId", "anonymousId")),
    ("no_user_anon_id", _of_kind("identify", userId=None, anonymousId=None)),
    ("id_not_string", _of_kind("track", userId="", anonymousId=None)),
    ("id_required", _without("group", "groupId")),
    ("id_required", _without("alias", "previousId")),
    ("id_required", _without("alias", "userId")),
    ("id_not_string", _of_kind("group", groupId="")),
    ("id_not_string", _of_kind("alias", previousId="")),
    ("event_not_defined", _without("track", "event")),
    ("event_not_defined", _of_kind("track", event=None)),
    ("event_not_defined", _of_kind("track", event="")),
    ("name_not_string", _of_kind("page", name="")),
    ("name_not_string", _of_kind("screen", name="")),
    ("message_id_invalid", _of_kind("track", messageId="m" * 101)),
    ("payload_too_large", _of_kind("track", properties={"a": "x" * 33_000})),
    ("nested_too_deep", _of_kind("track", properties={"a": nested(120)})),
    *(("id_not_string", _of_kind("track", userId=wrong)) for wrong in _NO_STRINGS),
    *(("id_not_string", _of_kind("identify", anonymousId=wrong)) for wrong in _NO_STRINGS),
    *(("id_not_string", _of_kind("group", groupId=wrong)) for wrong in _NO_STRINGS),
    *(("event_not_string", _of_kind("track", event=wrong)) for wrong in _NO_STRINGS),
    *(("name_not_string", _of_kind("screen", name=wrong)) for wrong in _NO_STRINGS),
    *(("category_not_string", _of_kind("page", category=wrong)) for wrong in _NO_STRINGS),
    *(("message_id_invalid", _of_kind("page", messageId=wrong)) for wrong in _NO_STRINGS),
    *(("properties_not_object", _of_kind("track", properties=wrong)) for wrong in _NO_OBJECTS),
    *(("traits_not_object", _of_kind("identify", traits=wrong)) for wrong in _NO_OBJECTS),
    *(("context_not_object", _of_kind("track", context=wrong)) for wrong in _NO_OBJECTS),
    *(("integrations_not_object", _of_kind("track", integrations=wrong)) for wrong in _NO_OBJECTS),
    *(("timestamp_invalid", _of_kind("track", timestamp=wrong)) for wrong in (1700000000, True, {}, "yesterday")),
    *(("timestamp_invalid", _of_kind("track", sentAt=wrong)) for wrong in (1700000000, [], "21/11/2026")),
]


def faulty(rng: Random) -> tuple[dict[str, Any], str]:
    """(a call with one fault, the code it must be refused with)."""
    code, make = rng.choice(FAULTS)
    return make(rng), code


def written(rng: Random, whole: Any) -> bytes:
    """JSON text of it, in one of the ways that clients write."""
    style = rng.random()
    if style < 0.5:
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    if style < 0.8:
        return json.dumps(whole).encode()
    return json.dumps(whole, indent=0).encode().replace(b"\n", rng.choice((b"\n", b"\r\n")))


def single(rng: Random) -> Sent:
    event, code = faulty(rng) if rng.random() < 0.4 else (call(rng), None)
    kind = event["type"]
    path = rng.choice((f"/v1/{kind}", f"/v1/{SHORT[kind]}"))
    if rng.random() < 0.3:
        del event["type"]
    return _zipped(rng, Sent(path, written(rng, event), {}, [event], {0: code} if code else {}))


def batch(rng: Random, most: int = 20) -> Sent:
    events: list[dict[str, Any]] = []
    rejected: dict[int, str] = {}
    for index in range(rng.randrange(1, most)):
        event, code = faulty(rng) if rng.random() < 0.2 else (call(rng), None)
        if rng.random() < 0.05:
            event, code = call(rng) | {"type": rng.choice((None, "Track", "", 5, "FormSubmission"))}, "type_not_known"
        events.append(event)
        if code:
            rejected[index] = code
    whole: dict[str, Any] = {"batch": events}
    if rng.random() < 0.5:
        whole |= {"sentAt": rng.choice(_TIMES), "context": members(rng), "integrations": {"All": True}}
    path = rng.choice(BATCH_PATHS)
    return _zipped(rng, Sent(path, written(rng, whole), {}, events, rejected))


def altered(rng: Random) -> Sent:
    """A request in valid JSON in which some fields hold any value, or stand where they do not belong."""
    sent = rng.choice((single, batch))(rng)
    whole: Any = {"batch": sent.events} if sent.path in BATCH_PATHS else dict(sent.events[0])
    for _ in range(rng.randrange(1, 4)):
        inside: dict[str, Any] = rng.choice([whole, *(sent.events if sent.path in BATCH_PATHS else [])])
        inside[rng.choice(_FIELDS)] = value(rng)
    return Sent(sent.path, written(rng, whole), {}, [], None)


def damaged(rng: Random) -> Sent:
    """A request whose bytes were changed; nobody knows what must become of it, but nothing may break."""
    sent = rng.choice((single, batch))(rng)
    body = bytearray(sent.body)
    for _ in range(rng.randrange(1, 6)):
        _damage(rng, body)
    return Sent(sent.path, bytes(body), sent.headers, [], None)


_FIELDS = (
    "type",
    "userId",
    "anonymousId",
    "groupId",
    "previousId",
    "event",
    "name",
    "category",
    "messageId",
    "timestamp",
    "originalTimestamp",
    "sentAt",
    "properties",
    "traits",
    "context",
    "integrations",
    "writeKey",
    "batch",
    "TYPE",
    "",
)
_SPLINTERS = (
    b"\xff",
    b"\xed\xa0\x80",
    b"\x00",
    b"\\ud83d",
    b"\\u0000",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"[" * 200,
    b'{"a":' * 300,
    b"\\",
    b'"',
    b"}",
    b",",
    b"\n",
    b"\xef\xbb\xbf",
    b'"userId":5,',
    b'"batch":[],',
    b"9" * 400,
)


def _damage(rng: Random, body: bytearray) -> None:
    at = rng.randrange(len(body) + 1)
    choice = rng.random()
    if choice < 0.3 and body:
        body[at % len(body)] = rng.randrange(256)
    elif choice < 0.5:
        del body[at : at + rng.randrange(1, 20)]
    elif choice < 0.6:
        body[at:at] = body[at : at + rng.randrange(1, 200)]
    elif choice < 0.65:
        del body[at:]
    else:
        body[at:at] = rng.choice(_SPLINTERS)


def request(rng: Random) -> Sent:
    """Any of them."""
    choice = rng.random()
    if choice < 0.35:
        return single(rng)
    if choice < 0.65:
        return batch(rng)
    return altered(rng) if choice < 0.8 else damaged(rng)


def _zipped(rng: Random, sent: Sent) -> Sent:
    content_type = rng.choice(("application/json", "text/plain", "application/json; charset=utf-8"))
    headers = {"content-type": content_type}
    if rng.random() < 0.3:
        return Sent(
            sent.path,
            gzip.compress(sent.body, 1),
            headers | {"content-encoding": "gzip"},
            sent.events,
            sent.rejected,
        )
    return Sent(sent.path, sent.body, headers, sent.events, sent.rejected)


def kept(sent: Sent, status: int, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The events that the server says are stored, also where nobody knew what must become of them."""
    if status != 200:
        return []
    body = gzip.decompress(sent.body) if "content-encoding" in sent.headers else sent.body
    whole = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    if sent.path not in BATCH_PATHS:
        return [whole]
    rejected = {item["index"] for item in answer.get("rejected", [])}
    return [event for index, event in enumerate(whole["batch"]) if index not in rejected]

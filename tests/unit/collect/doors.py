"""A door with two sources behind it, and the requests that the tests send to it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import msgspec

from headwater.base.http import Reply, Request
from headwater.base.raw import RawRecord, RejectedNote
from headwater.collect.door import Decision, Door, DoorSettings, Durable, Refused

KEY = "k" * 32
BROWSER_KEY = "b" * 32
DISABLED_KEY = "d" * 32
NOW = 1_700_000_000.5
TRACK = {"userId": "u1", "event": "Clicked"}


@dataclass(frozen=True)
class Source:
    source_id: str
    workspace_id: str = "ws_1"
    enabled: bool = True
    platform: str = "server"


@dataclass(frozen=True)
class Workspace:
    workspace_id: str = "ws_1"
    allowed_origins: tuple[str, ...] = ()
    identity_verification: str = "off"
    identity_secrets: tuple[bytes, ...] = ()


class Sources:
    """A directory that holds what it is given, and one workspace."""

    def __init__(self, *, workspace: Workspace | None = None, **by_key: Source) -> None:
        self.by_key = by_key
        self.one = workspace or Workspace()

    def workspace(self, workspace_id: str) -> Workspace | None:
        return self.one if workspace_id == self.one.workspace_id else None

    def by_write_key(self, key: str) -> Source | None:
        return self.by_key.get(key)

    def by_id(self, source_id: str) -> Source | None:
        return next((each for each in self.by_key.values() if each.source_id == source_id), None)


class Time:
    def __init__(self) -> None:
        self.seconds = NOW

    def __call__(self) -> float:
        return self.seconds


def make_door(clock: Time | None = None, workspace: Workspace | None = None, **settings: Any) -> Door:
    sources = Sources(workspace=workspace)
    sources.by_key = {
        KEY: Source("src_1"),
        BROWSER_KEY: Source("src_2", platform="browser"),
        DISABLED_KEY: Source("src_3", enabled=False),
    }
    return Door(directory=sources, settings=DoorSettings(**settings), clock=clock or Time())


def basic(key: str, colon: str = ":") -> dict[bytes, bytes]:
    return {b"authorization": b"Basic " + base64.b64encode((key + colon).encode())}


def post(
    door: Door, path: str, body: Any, *, key: str | None = KEY, headers: dict[bytes, bytes] | None = None
) -> Decision:
    """`body` is sent as it is when it is bytes, else as JSON; `key` goes into the Authorization header."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    auth = basic(key) if key is not None else {}
    return door.handle(Request(method="POST", path=path, headers=auth | (headers or {}), body=sent, peer="203.0.113.9"))


def get(door: Door, path: str, query: str = "", method: str = "GET", **headers: str) -> Decision:
    wire = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return door.handle(Request(method=method, path=path, query=query, headers=wire, peer="203.0.113.9"))


def stored(decision: Decision) -> list[RawRecord]:
    assert isinstance(decision, Durable), decision
    records = [msgspec.json.decode(record, type=RawRecord) for record in decision.records]
    assert decision.count == sum(len(record.events) for record in records)
    return records


def events(decision: Decision) -> list[Any]:
    return [json.loads(bytes(event)) for record in stored(decision) for event in record.events]


def reply(decision: Decision) -> Reply:
    return decision if isinstance(decision, Reply) else decision.reply


def said(decision: Decision) -> dict[str, Any]:
    return json.loads(reply(decision).body)


def refusal(decision: Decision) -> tuple[int, str]:
    """(status, code) of a request of which nothing was stored."""
    assert not isinstance(decision, Durable), decision
    answer = said(decision)
    assert set(answer) == {"success", "code", "message"}
    assert answer["success"] is False
    assert answer["message"].endswith(("stored.", "own.", "s.")), answer["message"]
    return reply(decision).status, answer["code"]


def notes(decision: Decision) -> list[RejectedNote]:
    assert isinstance(decision, (Durable, Refused))
    return [msgspec.json.decode(note, type=RejectedNote) for note in decision.notes]


def header(decision: Decision, name: bytes) -> bytes | None:
    return dict(reply(decision).headers).get(name)

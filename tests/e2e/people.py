"""What tests ask of a server about people and segments."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from tests.server import Server

WAIT_S = 30.0
EVERYONE = "Everyone"
T = TypeVar("T")


def until(what: Callable[[], T], expected: Callable[[T], bool]) -> T:
    """What it gives once it is as expected."""
    deadline = time.monotonic() + WAIT_S
    while not expected(found := what()):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def people(server: Server, **query: Any) -> list[dict[str, Any]]:
    return server.api("GET", "/people", params=query)["data"]


def person(server: Server, user_id: str, expected: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any]:
    """The person of the user id, once there is one who is as expected."""

    def found() -> dict[str, Any]:
        data = people(server, userId=user_id)
        return server.api("GET", f"/people/{data[0]['id']}") if data else {}

    return until(found, lambda each: bool(each) and expected(each))


def segment(server: Server, name: str, rule: dict[str, Any], **fields: Any) -> str:
    """The id of a segment that has been counted. Its name is made one of its own."""
    name = f"{name} {uuid.uuid4().hex[:8]}"
    made = server.api("POST", "/segments", {"name": name, "rule": rule, **fields})
    path = f"/segments/{made['id']}"
    until(lambda: server.api("GET", path)["state"], lambda state: bool(state) and state["status"] == "READY")
    return made["id"]


def count(server: Server, segment_id: str) -> int:
    return server.api("GET", f"/segments/{segment_id}")["count"]


def client_token(server: Server) -> str:
    return server.api("GET", "/workspace")["clientToken"]


def bootstrap(server: Server, headers: dict[str, str] | None = None, **query: str) -> httpx.Response:
    token = query.pop("token", None) or client_token(server)
    return httpx.get(f"{server.url}/api/bootstrap", params={"token": token} | query, headers=headers or {}, timeout=30)


def segments_of(server: Server, **query: str) -> list[str]:
    """What a page is told of whoever looks at it, without `Everyone`, which it must hold."""
    answer = bootstrap(server, **query)
    if answer.status_code == 503:
        return ["away"]
    told = answer.json()["segments"]
    assert told[0] == EVERYONE
    return sorted(told[1:])

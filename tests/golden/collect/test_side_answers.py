"""The answers of the doors beside the Tracking API's, byte for byte, as they are promised. After a meant change:

GOLDEN=write .venv/bin/pytest tests/golden/collect
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.base.http import Request
from headwater.collect.doors import Doors
from headwater.collect.model import Decision
from tests.unit.collect.doors import reply
from tests.unit.collect.side_doors import (
    ADMIN,
    CANDU_HOOK,
    HOOK,
    READER,
    SHOP,
    SHOP_TOKEN,
    SIGNED_HOOK,
    TOKEN,
    VIEW,
    Directory,
    ask,
    make_doors,
    send,
)

GOLDEN = Path(__file__).parent / "side_answers"
BLOB = "eyJ0eXBlIjoiUGFnZSIsInVzZXJJZCI6InVzZXItMSJ9"
CALL = {"type": "identify", "userId": "u", "traits": {}}
ASKED = {"access_control_request_method": "POST", "access_control_request_headers": "content-type"}


def rest(doors: Doors, body: Any, key: str = ADMIN) -> Decision:
    return ask(doors, "POST", "/api/eventWebhook", "", json.dumps(body).encode(), authorization=f"Bearer {key}")


def hook(doors: Doors, key: str, body: Any) -> Decision:
    return ask(doors, "POST", f"/hooks/{key}", "", json.dumps(body).encode())


CASES: dict[str, Callable[[Doors], Decision]] = {
    "customer-stored": lambda doors: send(doors, VIEW),
    "customer-stored-for-a-page": lambda doors: send(doors, [VIEW], origin=SHOP),
    "customer-stored-for-a-page-of-another-origin": lambda doors: send(
        doors, VIEW, token=SHOP_TOKEN, origin="https://other.example"
    ),
    "customer-partly-stored": lambda doors: send(doors, [VIEW, {"type": "Track", "userId": "u"}]),
    "customer-wrong-token": lambda doors: send(doors, VIEW, token="wrong", origin=SHOP),
    "customer-old-door": lambda doors: ask(doors, "GET", "/api/events", f"token={TOKEN}&blob={BLOB}"),
    "customer-preflight": lambda doors: ask(
        doors, "OPTIONS", "/api/events/batch", f"token={SHOP_TOKEN}", origin=SHOP, **ASKED
    ),
    "customer-overloaded": lambda doors: doors.overloaded(
        Request(method="POST", path="/api/events/batch", headers={b"origin": SHOP.encode()}), 5
    ),
    "customer-unsigned": lambda _: send(make_doors(Directory("require")), VIEW),
    "hook-stored": lambda doors: hook(doors, CANDU_HOOK, {"payload": VIEW}),
    "hook-unknown": lambda doors: hook(doors, "unknown", {}),
    "hook-unsigned": lambda doors: hook(doors, SIGNED_HOOK, CALL),
    "hook-delete": lambda doors: hook(doors, HOOK, {"type": "delete", "userId": "u"}),
    "rest-stored": lambda doors: rest(doors, CALL),
    "rest-partly-stored": lambda doors: rest(doors, [CALL, {"type": "track", "userId": "u"}]),
    "rest-no-key": lambda doors: ask(doors, "POST", "/api/eventWebhook"),
    "rest-a-reader-s-key": lambda doors: rest(doors, CALL, READER),
    "rest-content": lambda doors: ask(doors, "GET", "/api/contentMetadata", authorization=f"Bearer {ADMIN}"),
    "rest-method": lambda doors: ask(doors, "GET", "/api/eventWebhook"),
}


def on_the_wire(decision: Decision) -> bytes:
    answer = reply(decision)
    head = [b"%d" % answer.status, *(b"%s: %s" % header for header in answer.headers)]
    return b"\n".join((*head, b"", answer.body, b""))


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_the_recorded_one(name: str) -> None:
    answer = on_the_wire(CASES[name](make_doors()))
    path = GOLDEN / f"{name}.http"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(answer)
    assert answer == path.read_bytes()


def test_no_recorded_answer_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.http")} == set(CASES)

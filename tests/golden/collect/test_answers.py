"""The door's answers byte for byte, as they are promised. After a meant change:

GOLDEN=write .venv/bin/pytest tests/golden/collect
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.base.http import Request
from headwater.collect.door import Decision, Door
from tests.unit.collect.doors import BROWSER_KEY, KEY, get, make_door, post, reply

GOLDEN = Path(__file__).parent / "answers"
EVENT = b'{"type":"track","userId":"u","event":"Clicked"}'
ORIGIN = {b"origin": b"https://shop.example"}


def batch(*items: bytes) -> bytes:
    return b'{"batch":[' + b",".join(items) + b"]}"


def throttled(door: Door) -> Decision:
    post(door, "/v1/track", EVENT)
    return post(door, "/v1/track", EVENT)


CASES: dict[str, Callable[[Door], Decision]] = {
    "stored": lambda door: post(door, "/v1/track", EVENT),
    "stored-for-a-page": lambda door: post(door, "/v1/t", EVENT, key=BROWSER_KEY, headers=ORIGIN),
    "batch-stored": lambda door: post(door, "/v1/batch", batch(EVENT, EVENT)),
    "batch-partly-stored": lambda door: post(door, "/v1/batch", batch(b'{"type":"track"}', EVENT, b"5")),
    "batch-all-bad": lambda door: post(door, "/v1/batch", batch(b'{"type":"track","userId":"u"}', b"5")),
    "batch-empty": lambda door: post(door, "/v1/batch", batch()),
    "unknown-key": lambda door: post(door, "/v1/track", EVENT, key="unknown"),
    "unknown-key-for-a-page": lambda door: post(door, "/v1/t", EVENT, key="unknown", headers=ORIGIN),
    "not-json": lambda door: post(door, "/v1/track", b'{"a":NaN}'),
    "not-utf8": lambda door: post(door, "/v1/track", b'{"a":"\xff"}'),
    "too-large": lambda door: post(door, "/v1/batch", b" " * 512_001),
    "no-ids": lambda door: post(door, "/v1/identify", b'{"traits":{}}'),
    "telemetry": lambda door: post(door, "/v1/m", b"{}", key=None),
    "too-many": throttled,
    "overloaded": lambda door: door.overloaded(Request(method="POST", path="/v1/track"), 5),
    "preflight": lambda door: get(door, "/v1/t", method="OPTIONS", origin="https://shop.example"),
    "not-found": lambda door: get(door, "/v1/nothing"),
    "method-not-allowed": lambda door: get(door, "/v1/track"),
    "pixel": lambda door: get(door, "/v1/pixel/track"),
    "settings": lambda door: get(door, f"/v1/projects/{KEY}/settings", host="127.0.0.1:8080", origin="null"),
    "settings-unknown-key": lambda door: get(door, "/v1/projects/nope/settings", host="127.0.0.1:8080"),
    "scripts-not-built": lambda door: get(door, f"/analytics.js/v1/{KEY}/analytics.min.js"),
}


def on_the_wire(decision: Decision) -> bytes:
    answer = reply(decision)
    head = [b"%d" % answer.status, *(b"%s: %s" % header for header in answer.headers)]
    return b"\n".join((*head, b"", answer.body, b""))


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_the_recorded_one(name: str) -> None:
    limits: dict[str, Any] = {"rate_limit_per_s": 1.0, "rate_limit_burst": 1.0} if name == "too-many" else {}
    answer = on_the_wire(CASES[name](make_door(**limits)))
    path = GOLDEN / f"{name}.http"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(answer)
    assert answer == path.read_bytes()


def test_no_recorded_answer_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.http")} == set(CASES)

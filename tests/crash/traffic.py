"""Clients that never give up: each posts batches of the seed events, and sends a batch again until it is answered 200.

Run as a process of its own: `python -m tests.crash.traffic '<Plan as JSON>'`. It goes on until its standard input is
closed, finishes the batch it is at, and prints a Sent as JSON. Every id, table and trait follows from the numbers of
client, batch and place alone, so what must be in the warehouse can be worked out without asking the clients.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

BATCH = 100
USERS = 500
PLANS = ("free", "team", "enterprise")
FIRST_MOMENT_S = 1_780_000_000
PATIENCE_S = 120.0
PRODUKTLY = (
    ("Tour Available", "tour_id"),
    ("Tour Start", "tour_id"),
    ("Tour Auto Start", "tour_id"),
    ("Tour Continue", "tour_id"),
    ("Tour Finish", "tour_id"),
    ("Tour Step", "tour_id"),
    ("Checklist Step Completed", "checklist_id"),
    ("Checklist Finished", "checklist_id"),
    ("Smart Tip Available", "smart_tip_id"),
    ("Smart Tip Open", "smart_tip_id"),
    ("Announcement Shown", "announcement_id"),
    ("Announcement Action Clicked", "announcement_id"),
    ("Announcement Closed", "announcement_id"),
    ("Nps Widget Shown", "nps_widget_id"),
)
CONTEXT = {
    "library": {"name": "analytics.js", "version": "2.4.1"},
    "page": {
        "path": "/workspaces/4711/settings/members",
        "referrer": "https://app.example.com/workspaces/4711/projects?sort=updated&direction=descending",
        "search": "?tab=invitations&sort=created",
        "title": "Members and invitations · Settings · Example",
        "url": "https://app.example.com/workspaces/4711/settings/members?tab=invitations&sort=created",
    },
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0",
    "userAgentData": {"brands": [{"brand": "Chromium", "version": "141"}], "mobile": False, "platform": "Linux"},
    "locale": "en-US",
    "timezone": "Europe/Helsinki",
    "screen": {"width": 1920, "height": 1080, "density": 2},
    "campaign": {"name": "autumn", "source": "newsletter", "medium": "email"},
}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`keys`: the write keys of the candu and the produktly source. `rate`: events a second, 0 for as many as go."""

    client: int
    url: str
    keys: tuple[str, str]
    rate: float


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """`batches` were acknowledged, `attempts` made, in `seconds`. `refused` counts answers that were not 200."""

    client: int
    batches: int
    attempts: int
    refused: dict[str, int]
    seconds: float
    longest_wait_s: float


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it must be found. `table`: its own, beside the standard one of its kind."""

    id: str
    source: int
    kind: str
    table: str
    user: str
    moment: int


def expected(client: int, batch: int) -> Iterator[Expected]:
    """A batch's events: even batches go to the candu source, odd ones to the produktly source."""
    source = batch % 2
    for place in range(BATCH):
        number = batch * BATCH + place
        if source == 1:
            kind, table = "track", PRODUKTLY[number % len(PRODUKTLY)][0].lower().replace(" ", "_")
        elif place % 10 == 9:
            kind, table = "identify", "identifies"
        elif place % 2:
            kind, table = "track", "tutorial_interaction"
        else:
            kind, table = "screen", "tutorial_view"
        yield Expected(
            id=f"{client}-{batch}-{place}",
            source=source,
            kind=kind,
            table=table,
            user=f"u{number % USERS}",
            moment=number * 16 + client,
        )


def traits(event: Expected) -> dict[str, Any]:
    return {"plan": PLANS[event.moment % 3], "logins": event.moment}


def call(event: Expected) -> dict[str, Any]:
    """The event as its client sends it."""
    moment = FIRST_MOMENT_S * 1000 + event.moment
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment // 1000)) + f".{moment % 1000:03d}Z"
    made: dict[str, Any] = {"type": event.kind, "messageId": event.id, "userId": event.user, "timestamp": stamp}
    made["context"] = CONTEXT
    if event.kind == "identify":
        return made | {"traits": traits(event)}
    if event.source == 1:
        name, key = next(pair for pair in PRODUKTLY if pair[0].lower().replace(" ", "_") == event.table)
        return made | {"event": name, "properties": {key: event.moment}}
    shared = {"tutorialId": event.moment, "segmentId": "Everyone", "portalId": 204, "versionId": "6f1ed002ab559585"}
    if event.kind == "screen":
        return made | {"name": "tutorial.view", "properties": shared}
    return made | {"event": "tutorial.interaction", "properties": shared | {"eventName": "cta"}}


class Client:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        parts = urlsplit(plan.url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._connection: http.client.HTTPConnection | None = None
        self.attempts = 0
        self.refused: Counter[str] = Counter()
        self.longest_wait_s = 0.0

    def run(self, stop: threading.Event) -> Sent:
        began = time.monotonic()
        batch = 0
        while not stop.is_set():
            self._deliver(batch)
            batch += 1
            sys.stdout.write(f"{batch}\n")
            sys.stdout.flush()
            if self.plan.rate:
                time.sleep(max(0.0, began + batch * BATCH / self.plan.rate - time.monotonic()))
        return Sent(
            client=self.plan.client,
            batches=batch,
            attempts=self.attempts,
            refused=self.refused,
            seconds=time.monotonic() - began,
            longest_wait_s=self.longest_wait_s,
        )

    def _deliver(self, batch: int) -> None:
        calls = [call(event) for event in expected(self.plan.client, batch)]
        body = json.dumps({"batch": calls}).encode()
        began = time.monotonic()
        while not self._post(batch % 2, body):
            if time.monotonic() - began > PATIENCE_S:
                raise TimeoutError(f"batch {batch} was not answered 200 within {PATIENCE_S:g} s: {self.refused}")
            time.sleep(0.05)
        self.longest_wait_s = max(self.longest_wait_s, time.monotonic() - began)

    def _post(self, source: int, body: bytes) -> bool:
        self.attempts += 1
        headers = {"authorization": "Basic " + b64encode(f"{self.plan.keys[source]}:".encode()).decode()}
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self._host, self._port, timeout=20)
            self._connection.request("POST", "/v1/batch", body, headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.refused[type(error).__name__] += 1
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            return False
        if answer.status != 200:
            self.refused[str(answer.status)] += 1
        return answer.status == 200


def main() -> None:
    stop = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    sent = Client(msgspec.json.decode(sys.argv[1], type=Plan)).run(stop)
    sys.stdout.write(msgspec.json.encode(sent).decode() + "\n")


if __name__ == "__main__":
    main()

"""How batches are sent: again after what passes by, no more after what does not, each refused line by its number."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.app.client import Client, Place
from headwater.app.commands.send import Sender
from headwater.app.lines import Line
from headwater.base.errors import Forbidden, HeadwaterError, Terminal, Transient
from tests.server import HEADWATER
from tests.unit.app.scripted import Answer, Scripted

TAKEN: Answer = (200, {"success": True})
BATCH = [Line(3, b'{"messageId":"a"}'), Line(5, b'{"messageId":"b"}'), Line(6, b'{"messageId":"c"}')]


def refusing(status: int, code: str = "x", **headers: str) -> Answer:
    return status, {"success": False, "code": code, "message": f"Because of {code}."}, headers


@pytest.fixture
def door() -> Iterator[Scripted]:
    with Scripted() as server:
        yield server


class Run:
    """A sender whose waits take no time; `waits` are their lengths in seconds."""

    def __init__(self, url: str, *, patience_s: float = 100.0) -> None:
        self.waits: list[float] = []
        self.said: list[str] = []
        self._client = Client(Place(url=url, token=""))
        self.sender = Sender(
            self._client,
            "the-key",
            patience_s=patience_s,
            say=self.said.append,
            wait=self.waits.append,
            clock=lambda: sum(self.waits),
        )

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()


def test_a_batch_goes_with_its_key(door: Scripted):
    door.script["/v1/batch"] = TAKEN
    with Run(door.url) as run:
        assert run.sender.send(BATCH) == []
    (asked,) = door.asked
    assert asked.headers["authorization"] == "Basic dGhlLWtleTo="
    assert json.loads(asked.body) == {"batch": [{"messageId": "a"}, {"messageId": "b"}, {"messageId": "c"}]}


def test_a_rejected_item_is_told_by_its_line(door: Scripted):
    door.script["/v1/batch"] = (200, {"success": True, "rejected": [{"index": 1, "code": "c", "message": "m"}]})
    with Run(door.url) as run:
        (refused,) = run.sender.send(BATCH)
    assert (refused.line, refused.code, refused.message) == (5, "c", "m")


def test_it_waits_as_long_as_it_is_asked_to_and_sends_the_same_again(door: Scripted):
    door.script["/v1/batch"] = [
        refusing(429, **{"retry-after": "7"}),
        refusing(503, **{"retry-after": "2"}),
        refusing(503),
        (502, b"<html>"),
        TAKEN,
    ]
    with Run(door.url) as run:
        assert run.sender.send(BATCH) == []
    assert run.waits == [7.0, 2.0, 2.0, 4.0]
    assert len({asked.body for asked in door.asked}) == 1
    assert run.said[0] == "Because of x. Trying again in 7 s."


def test_its_patience_ends(door: Scripted):
    door.script["/v1/batch"] = refusing(503)
    with Run(door.url, patience_s=10) as run, pytest.raises(Transient, match=r"tried for 10 s"):
        run.sender.send(BATCH)
    assert sum(run.waits) <= 10


def test_a_server_that_is_away_is_tried_again(tmp_path: Path):
    with Run("http://127.0.0.1:9", patience_s=1) as run, pytest.raises(Transient, match="cannot be reached"):
        run.sender.send(BATCH)
    assert run.waits == [0.5]


def test_when_no_line_is_good_each_is_told_why(door: Scripted):
    door.script["/v1/batch"] = [
        refusing(400, "first"),
        refusing(400, "a"),
        refusing(400, "mixed"),
        TAKEN,
        refusing(400, "c"),
    ]
    with Run(door.url) as run:
        found = run.sender.send(BATCH)
    assert [(each.line, each.code) for each in found] == [(3, "a"), (6, "c")]
    assert [len(json.loads(asked.body)["batch"]) for asked in door.asked] == [3, 1, 2, 1, 1]


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (refusing(401, "invalid_write_key"), Forbidden, "Because of invalid_write_key"),
        ((200, b"<html>"), Terminal, "no answer of headwater"),
        ((404, {"detail": "no"}), Terminal, "answered 404"),
    ],
)
def test_what_trying_again_does_not_help_ends_it(door: Scripted, answer: Answer, kind: type[HeadwaterError], told: str):
    door.script["/v1/batch"] = answer
    with Run(door.url) as run, pytest.raises(kind, match=told):
        run.sender.send(BATCH)
    assert run.waits == []


def _heed_interrupts() -> None:
    """A shell's background jobs ignore SIGINT, and so would what they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interruption_says_what_is_left(door: Scripted, tmp_path: Path):
    door.script["/v1/batch"] = [TAKEN, refusing(503, **{"retry-after": "60"})]
    lines = "".join(json.dumps({"type": "track", "n": n}) + "\n" for n in range(700))
    (tmp_path / "f").write_text(lines)
    words = ["send", "f", "--url", door.url, "--write-key", "k", "--json"]
    pipe = subprocess.PIPE
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")}
    with subprocess.Popen(
        [HEADWATER, *words],
        cwd=tmp_path,
        env=clean,
        stdout=pipe,
        stderr=pipe,
        text=True,
        preexec_fn=_heed_interrupts,
    ) as sending:
        assert sending.stderr is not None
        assert sending.stderr.readline() == "Because of x. Trying again in 60 s.\n"
        sending.send_signal(signal.SIGINT)
        out, _ = sending.communicate(timeout=60)
    assert sending.returncode == 1
    result = {"accepted": 500, "rejected": [], "stoppedAtLine": 501, "error": "It was interrupted."}
    assert json.loads(out) == result

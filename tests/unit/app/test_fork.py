"""Children that begin as copies: how they end, and what they have of their parent."""

from __future__ import annotations

import subprocess
import sys

import pytest

BEGIN = """
import os, signal, sys, time
from headwater.app.fork import Forked
def ended(main, keep=()):
    child = Forked(main, keep=keep)
    return child.wait(60)
def leave(status):
    sys.exit(status)
def fail():
    raise ValueError("why it ended")
"""


def told(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", BEGIN + program], capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    return (done.stdout + done.stderr).splitlines()


@pytest.mark.parametrize(
    ("main", "status"), [("lambda: None", 0), ("lambda: leave(3)", 3), ("lambda: leave(None)", 0), ("fail", 1)]
)
def test_how_a_child_ends_is_known(main: str, status: int) -> None:
    lines = told(f"print(ended({main}))")
    assert lines[0] == str(status)
    assert ("ValueError: why it ended" in lines) == (main == "fail")


def test_a_child_takes_the_signals_that_its_parent_handles() -> None:
    assert told(
        "signal.signal(signal.SIGTERM, lambda *_: print('the parent is meant'))\n"
        "child = Forked(lambda: time.sleep(60), keep=())\n"
        "print(child.poll())\n"
        "while child.wait(0.1) is None: child.send(signal.SIGTERM)\n"
        "child.send(signal.SIGTERM)\n"
        "print(child.poll())"
    ) == ["None", "-15"]


def test_a_child_has_the_descriptors_that_it_is_given_and_no_other() -> None:
    assert told(
        "first, second = os.pipe(), os.pipe()\n"
        "def closed(handle):\n"
        "    try: os.fstat(handle)\n"
        "    except OSError: return True\n"
        "def look(): os.write(first[1], repr([closed(handle) for handle in (*first, *second)]).encode())\n"
        "ended(look, keep=[first[1]])\n"
        "print(os.read(first[0], 100).decode())"
    ) == ["[True, None, True, True]"]


def test_nothing_of_the_parent_runs_twice() -> None:
    assert told("try: ended(fail)\nfinally: print('once')").count("once") == 1

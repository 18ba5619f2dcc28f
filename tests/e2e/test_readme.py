"""What the README tells a newcomer to type does what it says."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.server import HEADWATER, Server

README = Path(__file__).parents[2] / "README.md"


def blocks() -> list[str]:
    """The shell lines, block by block."""
    return re.findall(r"^```sh\n(.*?)^```", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def block(word: str) -> str:
    (found,) = [each for each in blocks() if word in each]
    return found


def test_the_first_event_is_sent_and_queried_as_written(shared_server: Server, tmp_path: Path) -> None:
    """Without anything but what the set-up brings along."""

    def run(script: str) -> str:
        typed = script.replace(".venv/bin/headwater", HEADWATER)
        environment = {"PATH": os.environ["PATH"], "HEADWATER_DATA": str(shared_server.data)}
        done = subprocess.run(
            ["sh", "-e", "-c", typed], capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    added = run(block("headwater source add"))
    (key,) = [key for key in shared_server.api("GET", "/sources")["data"][0]["writeKeys"] if key in added]
    send, query = block("headwater send").replace("YOUR_WRITE_KEY", key).split("\n\n")
    assert run(send) == "1 event accepted, 0 lines rejected.\n"
    shared_server.rows("SELECT count(*) FROM web.report_created", lambda rows: rows == [[1]])
    assert re.search(r"ann\s+funnel\s+\S+Z", run(query))


def test_nothing_else_is_needed() -> None:
    words = {word for each in blocks() for word in re.findall(r"^(?:\s*\| )?([\w./-]+)", each, re.MULTILINE)}
    assert words == {"git", "make", ".venv/bin/headwater", "echo"}

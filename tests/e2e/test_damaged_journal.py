"""A stretch of the raw journal that the disk has spoiled: what it costs is told, and the books close over it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from headwater.app.home import Home
from headwater.app.tally import saved_sums
from tests.e2e.command_line import CommandLine
from tests.server import Server, children

COUNT = 30
SPOILED_BYTES = 40


def test_what_lay_in_a_spoiled_stretch_is_counted_and_told(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    try:
        source = server.add_source(name="Web")
        _lose_something(server, source["writeKeys"][0], source["id"])
        server.start()
        books = server.wait_closed(wait_s=60)
        account = next(each for each in books["sources"] if each["sourceId"] == source["id"])
        lost = account["parked"]["journal_damaged"]
        assert 0 < lost < COUNT
        assert (account["accepted"], account["clean"]) == (COUNT, COUNT - lost)

        shell = CommandLine(tmp_path, server)
        checks = {each["name"]: each for each in shell.json("doctor")["checks"]}
        assert (
            f"are lost, as the disk has spoiled the part of the journal they lay in: {lost} of source"
            in (checks["accounting"]["meaning"])
        )
        assert checks["parked events"]["status"] == "ok"
        rows = server.rows("select id from web.tracks", lambda found: len(found) == COUNT - lost, wait_s=60)
        gone = sorted({f"m{n}" for n in range(COUNT)} - {row[0] for row in rows})
        assert "the disk has spoiled a stretch of the journal" in shell.refusal("where", gone[0])
    finally:
        server.stop()


def _lose_something(server: Server, key: str, source_id: str) -> None:
    """Acknowledged and counted, but not processed, when the power goes and the disk spoils a part."""
    home = Home(server.data)
    os.kill(children(server)["pipeline"], signal.SIGSTOP)
    for number in range(COUNT):
        event = {"event": "E", "userId": "u", "messageId": f"m{number}"}
        assert server.send("/v1/track", event, key=key).status_code == 200
    deadline = time.monotonic() + 60
    while saved_sums(home.accepted).counts.get(source_id) != COUNT:
        assert time.monotonic() < deadline, "the door's count was not saved"
        time.sleep(0.1)
    server.kill()
    (segment,) = home.raw.glob("*.log")
    content = bytearray(segment.read_bytes())
    at = len(content) // 2
    content[at : at + SPOILED_BYTES] = bytes(byte ^ 0xFF for byte in content[at : at + SPOILED_BYTES])
    segment.write_bytes(content)

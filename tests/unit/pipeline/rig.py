"""A pipeline on real files, run step by step, with what a test wants to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from headwater.base.clean import decode_frame
from headwater.base.event import CleanEvent
from headwater.base.raw import RawRecord
from headwater.journal.local import LocalReader, LocalWriter
from headwater.pipeline.debugger import Debugger
from headwater.pipeline.dedupe import DiskWindow
from headwater.pipeline.ledger import Ledger
from headwater.pipeline.run import Pipeline

NOW = 1_790_000_000.0


class Rig:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.raw = LocalWriter(directory / "raw")
        self.open()

    def open(self) -> None:
        self.clean_writer = LocalWriter(self.directory / "clean")
        self.ledger = Ledger(self.directory / "ledger.db")
        self.window = DiskWindow(self.directory / "dedupe", now=NOW)
        self.debugger = Debugger()
        self.pipeline = Pipeline(
            raw=LocalReader(self.directory / "raw"),
            open_raw=lambda: LocalReader(self.directory / "raw"),
            clean_writer=self.clean_writer,
            clean_reader=LocalReader(self.directory / "clean"),
            window=self.window,
            ledger=self.ledger,
            debugger=self.debugger,
            journal_name="collect",
            clock=lambda: NOW,
            log=lambda _text: None,
        )
        self.pipeline.recover()

    def crash(self) -> None:
        """As if the process were killed: nothing is saved, only what was stored is there again."""
        self.clean_writer.close()
        self.window.close()
        self.ledger._db.close()
        self.open()

    def close(self) -> None:
        self.clean_writer.close()
        self.window.close()
        self.ledger.close()
        self.raw.close()

    def send(self, *events: dict[str, Any], source: str = "src_1", **more: Any) -> None:
        raws = [msgspec.Raw(msgspec.json.encode(event)) for event in events]
        record = RawRecord(source_id=source, workspace_id="ws_1", received_ms=1_790_000_000_000, events=raws, **more)
        self.raw.append([msgspec.json.encode(record)])

    def run(self) -> None:
        while self.pipeline.step():
            pass

    def clean(self) -> list[CleanEvent]:
        reader = LocalReader(self.directory / "clean")
        found: list[CleanEvent] = []
        offset = 0
        while records := reader.read(offset, 1 << 20):
            for record in records:
                found += decode_frame(record.payload).events
            offset = records[-1].next
        reader.close()
        return found


def track(message_id: str | None = "m1", **more: Any) -> dict[str, Any]:
    call: dict[str, Any] = {"type": "track", "userId": "u1", "event": "Done"}
    if message_id is not None:
        call["messageId"] = message_id
    return call | more

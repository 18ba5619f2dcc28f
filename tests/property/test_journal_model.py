"""The log on disk against a plain list: append, read, close, crash with a torn tail, prune, in any order."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from headwater.journal import frame
from headwater.journal.files import segment_bases, segment_path
from headwater.journal.local import LocalReader, LocalWriter, prune


class JournalMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="headwater-journal-"))
        self.model: list[tuple[int, bytes]] = []
        self.open()

    def open(self) -> None:
        self.writer = LocalWriter(self.directory, segment_bytes=256)
        self.reader = LocalReader(self.directory)

    def close(self) -> None:
        self.reader.close()
        self.writer.close()

    @rule(payloads=st.lists(st.binary(min_size=1, max_size=120), min_size=1, max_size=5))
    def append(self, payloads: list[bytes]) -> None:
        end = self.writer.append(payloads)
        offset = end - sum(len(payload) + frame.HEADER.size for payload in payloads)
        for payload in payloads:
            self.model.append((offset, payload))
            offset += len(payload) + frame.HEADER.size

    @rule()
    def reopen(self) -> None:
        self.close()
        self.open()

    @rule(
        torn=st.binary(min_size=0, max_size=60),
        payload=st.binary(min_size=30, max_size=60),
        cut=st.integers(1, 29),
    )
    def crash_in_the_middle_of_a_write(self, torn: bytes, payload: bytes, cut: int) -> None:
        self.close()
        with segment_path(self.directory, segment_bases(self.directory)[-1]).open("ab") as file:
            file.write(frame.encode([payload])[:-cut])
        self.open()

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def prune_somewhere(self, data: st.DataObject) -> None:
        before = data.draw(st.sampled_from([offset for offset, _ in self.model]))
        earliest = prune(self.directory, before=before)
        assert earliest <= before
        self.model = [(offset, payload) for offset, payload in self.model if offset >= earliest]

    @precondition(lambda self: self.model)
    @rule(data=st.data(), max_bytes=st.integers(1, 600))
    def read_from_anywhere(self, data: st.DataObject, max_bytes: int) -> None:
        index = data.draw(st.integers(0, len(self.model) - 1))
        records = self.reader.read(self.model[index][0], max_bytes)
        assert records
        expected = self.model[index : index + len(records)]
        assert [(record.offset, record.payload) for record in records] == expected

    @invariant()
    def everything_kept_is_there(self) -> None:
        fresh = LocalReader(self.directory)
        found: list[tuple[int, bytes]] = []
        offset = fresh.earliest()
        while records := fresh.read(offset, 100):
            found += [(record.offset, record.payload) for record in records]
            offset = records[-1].next
        fresh.close()
        assert found == self.model

    def teardown(self) -> None:
        self.close()
        shutil.rmtree(self.directory)
        assert not os.path.exists(self.directory)


TestJournal = JournalMachine.TestCase
TestJournal.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

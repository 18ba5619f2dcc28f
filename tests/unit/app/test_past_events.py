"""Past events are asked for when the warehouse has loaded what came before."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from headwater.app.past_events import PastEvents
from headwater.base.errors import Transient
from headwater.journal.position import Position


def test_the_warehouse_is_waited_for(tmp_path: Path):
    position = Position(tmp_path, "warehouse", writable=True)
    position.set(99)
    past = PastEvents(str(tmp_path / "none"), position=Position(tmp_path, "warehouse"), wait_s=0.3)
    with pytest.raises(Transient, match="not loaded yet"):
        next(iter(past.events("w", "E", 0, (), 100)))


def test_it_goes_on_as_soon_as_that_is_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    position = Position(tmp_path, "warehouse", writable=True)
    past = PastEvents(str(tmp_path / "none"), position=Position(tmp_path, "warehouse"), wait_s=60)
    asked = threading.Event()

    async def page(*_: object) -> object:
        assert position.get() == 100
        asked.set()
        return {"rows": [("m1", 5, "ann", None, b"{}")], "next": None}

    monkeypatch.setattr(past, "_page", page)
    threading.Timer(0.2, position.set, [100]).start()
    found = list(past.events("w", "E", 0, (), 100))
    assert asked.is_set()
    assert [(each.message_id, each.user_id, each.at_ms) for each in found] == [("m1", "ann", 5)]

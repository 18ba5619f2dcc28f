"""kill -9 of the whole tree and of one process, in turn, while clients post and send again until their 200.

The long form, `make soak`, is the same with more rounds and more events (`bench/soak.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.siege import STRIKES, Siege


@pytest.mark.timeout(400)
def test_every_acknowledged_event_is_there_once_whatever_is_killed(tmp_path: Path) -> None:
    siege = Siege(tmp_path, clients=2, rate=1200, seed=1)
    try:
        for strike in STRIKES:
            siege.round(strike, pause_s=2)
        figures = siege.finish()
    finally:
        siege.end()
    assert figures.rounds == len(STRIKES)
    assert figures.events > 5_000
    assert figures.refused, "no client noticed any of it"

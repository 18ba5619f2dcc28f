"""The long crash tests: `make soak`, or `python -m bench.soak`. Prints a line of JSON for each part; ends with 1 when
an acknowledged event was lost or doubled, or the books do not close.

1. A server under traffic, killed in turn as a whole and process by process, and reckoned afterwards by what the clients
   were answered (tests/crash/siege.py).
2. Histories of the journal, and of the way from it to rows, over a disk that forgets what was not synced
   (tests/crash/disk.py), as many as the time allows.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from tests.crash.chain import EVERYTHING, Chain, bring_back_older, tear_logs
from tests.crash.siege import STRIKES, Siege
from tests.crash.test_power_journal import History

from bench import machine

FIRST_SEED = 1_000_000
"""Beyond those of the tests."""


def kills(folder: Path, *, rounds: int, clients: int, rate: float, pause_s: float, seed: int) -> dict[str, Any]:
    siege = Siege(folder, clients=clients, rate=rate, seed=seed)
    try:
        for strike in itertools.islice(itertools.cycle(STRIKES), rounds):
            siege.round(strike, pause_s=pause_s)
            _say(f"round {siege.rounds} of {rounds}: {strike}, ready after {siege.ready_s[-1]:.1f} s")
        return {"part": "kill -9", **msgspec.to_builtins(siege.finish())}
    finally:
        siege.end()


def histories(folder: Path, name: str, play: Callable[[Path, int], None], *, seconds: float) -> dict[str, Any]:
    """Raises what a history raised that lost something; its number goes before."""
    began = time.monotonic()
    count = 0
    while time.monotonic() - began < seconds:
        seed = FIRST_SEED + count
        place = folder / "history"
        try:
            play(place, seed)
        except Exception:
            _say(f"{name}: history {seed}")
            raise
        finally:
            shutil.rmtree(place, ignore_errors=True)
        count += 1
    return {"part": f"power cuts, {name}", "histories": count, "lost": 0, "seconds": round(time.monotonic() - began, 1)}


def _journal(folder: Path, seed: int) -> None:
    folder.mkdir()
    History(folder, seed).run()


def _chain(keep_bytes: int, stores: Callable[[Chain], None]) -> Callable[[Path, int], None]:
    return lambda folder, seed: Chain(folder, seed, keep_bytes=keep_bytes, stores=stores).run()


PLAYS: dict[str, Callable[[Path, int], None]] = {
    "journal": _journal,
    "journal to rows": _chain(EVERYTHING, tear_logs),
    "journal to rows with retention": _chain(2000, tear_logs),
    "journal to rows, older stores": _chain(EVERYTHING, bring_back_older),
}


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--clients", type=int, default=4)
    options.add_argument("--rate", type=float, default=1500, help="events a second of each client; 0: all it can")
    options.add_argument("--pause", type=float, default=6, help="the longest time between two blows, in seconds")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--histories-seconds", type=float, default=120, help="for each of the four kinds")
    given = options.parse_args()
    shared = Path("/dev/shm")
    quick = str(shared) if os.access(shared, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="headwater-soak-") as folder:
        found = kills(
            Path(folder),
            rounds=given.rounds,
            clients=given.clients,
            rate=given.rate,
            pause_s=given.pause,
            seed=given.seed,
        )
        _print(found)
    for name, play in PLAYS.items():
        with tempfile.TemporaryDirectory(prefix="headwater-soak-", dir=quick) as folder:
            _print(histories(Path(folder), name, play, seconds=given.histories_seconds))


def _print(found: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(found | machine.described()) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

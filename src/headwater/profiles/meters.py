"""What is counted for rules of events: which kinds of events, how many of the newest times of each.

Rules that count the same share a meter. A meter is ready when past events have been counted too.
"""

from __future__ import annotations

import sqlite3
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from headwater.base.event import CleanEvent
from headwater.base.parts import opened
from headwater.base.rules import All, Performed
from headwater.base.rules_facts import MARK_BITS, Facts, newest, timed
from headwater.base.rules_ops import plain
from headwater.base.rules_source import Judge, compiled

TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS meter_kinds (number INTEGER PRIMARY KEY, workspace TEXT NOT NULL, key TEXT NOT NULL,"
    " depth INTEGER NOT NULL, within INTEGER NOT NULL, ready INTEGER NOT NULL)"
)
EVER: Final = 1 << 60
"""In the place of a window, for rules that have none."""

Times = dict[int, list[int]]


class Meter(msgspec.Struct, kw_only=True):
    """`within_ms`: the longest window of the rules that count by it; nothing older matters to them."""

    number: int
    workspace_id: str
    key: str
    event: str
    rule: Performed
    depth: int
    within_ms: int
    ready: bool
    where: Judge | None = None

    def __post_init__(self) -> None:
        self.where = compiled([All(self.rule.where)]) if self.rule.where else None

    @property
    def properties(self) -> list[str]:
        """The names that `where` looks at."""
        return list(dict.fromkeys(test.name for test in self.rule.where))

    def counts(self, properties: Mapping[str, Any]) -> bool:
        return self.where is None or bool(self.where(Facts(traits=properties), 0))


def named(event: CleanEvent) -> str | None:
    """What rules call it: a track's event, the name of a page or screen."""
    name = event.event if event.type == "track" else event.name
    return name if name is None or name.isascii() else unicodedata.normalize("NFC", name)


def properties_of(raw: msgspec.Raw) -> dict[str, Any]:
    found = opened(raw) if raw else None
    return plain(found) if isinstance(found, dict) else {}


def past_properties(text: bytes) -> dict[str, Any]:
    """Of an event that the warehouse tells of."""
    return properties_of(msgspec.Raw(text))


def mark_of(message_id: str) -> int:
    """The same for the same message."""
    return zlib.crc32(message_id.encode("utf-8", "surrogatepass")) & ((1 << MARK_BITS) - 1)


def noted(times: Times, meter: Meter, at_ms: int, mark: int) -> bool:
    """Adds a time; True when that changed something."""
    known = times.get(meter.number, [])
    found = newest(known, [timed(at_ms, mark)], meter.depth)
    if found == known:
        return False
    times[meter.number] = found
    return True


def joined(mine: Mapping[int, list[int]], theirs: Mapping[int, list[int]], meters: Mapping[int, Meter]) -> Times:
    """Times of two people that are one; of meters that there still are."""
    numbers = (mine.keys() | theirs.keys()) & meters.keys()
    return {
        number: newest(mine.get(number, ()), theirs.get(number, ()), meters[number].depth) for number in sorted(numbers)
    }


class Kinds:
    """All meters, by workspace and key. What changes is saved with the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.by_number: dict[int, Meter] = {}
        self._by_key: dict[tuple[str, str], Meter] = {}
        self._stored: dict[tuple[str, str], tuple[int, int, int, bool]] = {}
        self._next = 1
        self._dirty: set[int] = set()
        self._gone: set[int] = set()
        self.read()

    def read(self) -> None:
        """What is stored; meters come to life when a rule wants them."""
        rows = self._connection.execute("SELECT workspace, key, number, depth, within, ready FROM meter_kinds")
        self._stored = {(row[0], row[1]): (row[2], row[3], row[4], bool(row[5])) for row in rows}
        self.by_number, self._by_key = {}, {}
        self._dirty, self._gone = set(), set()
        last = self._connection.execute("SELECT value FROM meta WHERE name = 'next_meter'").fetchone()
        self._next = last[0] if last else 1

    def want(self, workspace_id: str, rules: Iterable[Performed]) -> list[Meter]:
        """The workspace's meters, just those that the rules need."""
        wanted: dict[str, Meter] = {}
        for rule in rules:
            within_ms = EVER if rule.within_ms is None else rule.within_ms
            meter = wanted.get(rule.meter)
            if meter is None:
                meter = wanted[rule.meter] = self._meter(workspace_id, rule, within_ms)
            if meter.depth < rule.depth or meter.within_ms < within_ms:
                meter.depth, meter.within_ms = max(meter.depth, rule.depth), max(meter.within_ms, within_ms)
                meter.ready = False
                self._dirty.add(meter.number)
        for key in [key for owner, key in self._by_key.keys() | self._stored.keys() if owner == workspace_id]:
            if key not in wanted:
                self._remove(workspace_id, key)
        return list(wanted.values())

    def number(self, workspace_id: str, rule: Performed) -> int:
        return self._by_key[workspace_id, rule.meter].number

    def by_key(self, workspace_id: str, key: str) -> Meter:
        return self._by_key[workspace_id, key]

    def known(self, workspace_id: str, rule: Performed) -> Meter | None:
        """The rule's meter, if it is one of a segment's, whether ready or not."""
        return self._by_key.get((workspace_id, rule.meter))

    def find(self, workspace_id: str, rule: Performed) -> Meter | None:
        """One that knows all that the rule asks, or None."""
        meter = self._by_key.get((workspace_id, rule.meter))
        within_ms = EVER if rule.within_ms is None else rule.within_ms
        good = meter is not None and meter.ready and meter.depth >= rule.depth and meter.within_ms >= within_ms
        return meter if good else None

    def set_ready(self, meter: Meter) -> None:
        meter.ready = True
        self._dirty.add(meter.number)

    def save(self) -> None:
        if not self._dirty and not self._gone:
            return
        run = self._connection.executemany
        run("DELETE FROM meter_kinds WHERE number = ?", [(number,) for number in self._gone])
        kept = [self.by_number[number] for number in self._dirty if number in self.by_number]
        rows = [(m.number, m.workspace_id, m.key, m.depth, min(m.within_ms, EVER), int(m.ready)) for m in kept]
        run("INSERT OR REPLACE INTO meter_kinds VALUES (?, ?, ?, ?, ?, ?)", rows)
        run("INSERT OR REPLACE INTO meta VALUES ('next_meter', ?)", [(self._next,)])
        self._dirty, self._gone = set(), set()

    def _meter(self, workspace_id: str, rule: Performed, within_ms: int) -> Meter:
        found = self._by_key.get((workspace_id, rule.meter))
        if found is not None:
            return found
        stored = self._stored.get((workspace_id, rule.meter))
        if stored is None:
            stored = (self._next, rule.depth, within_ms, False)
            self._next += 1
            self._dirty.add(stored[0])
        number, depth, within_ms, ready = stored
        meter = Meter(
            number=number,
            workspace_id=workspace_id,
            key=rule.meter,
            event=rule.event,
            rule=rule,
            depth=depth,
            within_ms=within_ms,
            ready=ready,
        )
        self._by_key[workspace_id, rule.meter] = self.by_number[number] = meter
        self._stored.pop((workspace_id, rule.meter), None)
        return meter

    def _remove(self, workspace_id: str, key: str) -> None:
        meter = self._by_key.pop((workspace_id, key), None)
        stored = self._stored.pop((workspace_id, key), None)
        number = meter.number if meter is not None else stored[0] if stored is not None else None
        if number is not None:
            self.by_number.pop(number, None)
            self._gone.add(number)

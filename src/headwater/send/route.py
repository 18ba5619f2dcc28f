"""Reads the clean journal and queues what goes to someone: cursor, events, deliveries and counts in one transaction.

Frames that a pipeline replay made again are not routed once more: only what lies in a gap, where the journal could
not be read and so nobody ever saw the events, goes the way it would have gone.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from headwater.base.clean import decode_frame
from headwater.base.clock import parse_iso
from headwater.base.errors import HeadwaterError
from headwater.base.event import CleanEvent
from headwater.control.directory import ConnectionEntry
from headwater.journal.protocol import JournalDamaged, OffsetGone, Reader
from headwater.send.commits import Commits
from headwater.send.match import Rule, match, order_key, rule_of
from headwater.send.ports import Destinations
from headwater.send.rows import Cursor, Due, Routed, Target
from headwater.send.store import Store

READ_BYTES = 1024 * 1024
MOST_DELIVERIES = 500
"""A transaction has not many more than that."""
RETRY_S = 0.5
WAIT_S = 1.0
GAP_SLACK_MS = 60_000


class Rules:
    """Which connections there are, made ready for matching, by workspace and source."""

    def __init__(self, entries: Sequence[ConnectionEntry], destinations: Destinations) -> None:
        self.entries = list(entries)
        self._by_source: dict[str, list[tuple[ConnectionEntry, Rule]]] = {}
        for entry in entries:
            try:
                rule = rule_of(entry, destinations.destination(entry.catalog))
            except HeadwaterError:
                continue
            for source_id in rule.sources:
                self._by_source.setdefault(source_id, []).append((entry, rule))

    def concern(self, source_id: str) -> bool:
        return source_id in self._by_source

    def targets(self, event: CleanEvent, ref: Callable[[str], int | None]) -> list[Target]:
        found: list[Target] = []
        for entry, rule in self._by_source.get(event.source_id, ()):
            hit = match(rule, event) if entry.workspace_id == event.workspace_id else None
            number = ref(entry.id) if hit is not None else None
            if hit is not None and number is not None:
                key = key_of(order_key(event)) if rule.ordered and hit.skip is None else None
                found.append(Target(number, hit.topic, hit.skip, key))
        return found


class Plan:
    """What becomes of a stretch of the journal, and where to go on behind it."""

    def __init__(self, cursor: Cursor) -> None:
        self.routed: list[Routed] = []
        self.done: Counter[str] = Counter()
        self.cursor = cursor
        self.deliveries = 0

    @property
    def is_full(self) -> bool:
        return self.deliveries >= MOST_DELIVERIES


class Router:
    """`on_routed` is given what is to go out now, when it is durable."""

    def __init__(
        self,
        *,
        clean: Reader,
        store: Store,
        commits: Commits,
        rules: Callable[[], Rules],
        refresh: Callable[[], Awaitable[None]],
        on_routed: Callable[[list[Due]], None],
        on_moved: Callable[[int], None],
        log: Callable[[str], None],
    ) -> None:
        self._clean = clean
        self._store = store
        self._commits = commits
        self._rules = rules
        self._refresh = refresh
        self._on_routed = on_routed
        self._on_moved = on_moved
        self._log = log
        self.cursor = store.cursor or Cursor(clean.earliest())

    def lag_bytes(self) -> int:
        return max(0, self._clean.end() - self.cursor.offset)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                moved = await self.step()
            except HeadwaterError as error:
                self._log(f"routing waits: {error.message}")
                await asyncio.sleep(RETRY_S)
                continue
            if not moved:
                await asyncio.to_thread(self._clean.wait, self.cursor.offset, WAIT_S)

    async def step(self) -> bool:
        """Routes one stretch; False when there is nothing new."""
        try:
            records = self._clean.read(self.cursor.offset, READ_BYTES)
        except (JournalDamaged, OffsetGone) as gap:
            await self._step_over(gap)
            return True
        if records:  # only now: what was changed before these events were accepted is then seen
            await self._refresh()
        plan = Plan(self.cursor)
        for record in records:
            frame = decode_frame(record.payload)
            for index, event in enumerate(frame.events):
                if record.offset == self.cursor.offset and index < self.cursor.index:
                    continue
                self._plan(plan, event, replayed=frame.replay is not None)
                plan.cursor = Cursor(record.offset, index + 1, received_ms(event))
                if plan.is_full:
                    plan = await self._carry_out(plan)
            plan.cursor = Cursor(record.next, 0, plan.cursor.received_ms)
        if records:
            await self._carry_out(plan)
        return bool(records)

    def _plan(self, plan: Plan, event: CleanEvent, *, replayed: bool) -> None:
        rules = self._rules()
        if replayed and not self._in_gap(received_ms(event)):
            return
        targets = rules.targets(event, self._store.ref) if rules.concern(event.source_id) else []
        if targets or replayed:
            plan.routed.append(Routed(event, received_ms(event), targets, only_new=replayed))
            plan.deliveries += len(targets) + 1
        else:
            plan.done[event.workspace_id] += 1

    async def _carry_out(self, plan: Plan) -> Plan:
        rows = await self._commits.done(
            lambda: self._store.route(plan.routed, cursor=plan.cursor, done=dict(plan.done))
        )
        self.cursor = plan.cursor
        self._on_moved(plan.cursor.offset)
        self._on_routed(rows)
        return Plan(plan.cursor)

    def _in_gap(self, at_ms: int) -> bool:
        return any(after <= at_ms <= before for after, before in self._store.gaps)

    async def _step_over(self, gap: JournalDamaged | OffsetGone) -> None:
        """Goes on behind what cannot be read; the accounting shows it as pending until a replay brings it back."""
        self._log(f"clean events are not routed, a replay brings them back: {gap.message}")
        behind = gap.next if isinstance(gap, JournalDamaged) else gap.earliest
        now_ms = self._store.now_ms()
        cursor = Cursor(behind, 0, self.cursor.received_ms)

        def change() -> None:
            self._store.add_gap(self.cursor.received_ms - GAP_SLACK_MS, now_ms)
            self._store.route([], cursor=cursor)

        await self._commits.done(change)
        self.cursor = cursor
        self._on_moved(behind)


def received_ms(event: CleanEvent) -> int:
    moment = parse_iso(event.received_at)
    return round(moment.timestamp() * 1000) if moment else 0


def key_of(text: str) -> int:
    """63 bits: who shares them shares an order, which does no harm."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()) >> 1

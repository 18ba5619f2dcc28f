"""The sending reader's accounting closes under any sequence of changes, and its queue holds what the model holds."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from headwater.base.event import CleanEvent
from headwater.send.rows import Counts, Due, Result, Routed, State, Target, fate
from headwater.send.store import Change, Store, requeue

T0 = 20_000 * 86_400.0
REFS = (1, 2, 3)


class Queue(RuleBasedStateMachine):
    """`states` is the model: by event, what each of its deliveries has come to."""

    def __init__(self) -> None:
        super().__init__()
        self.now = T0
        self.store = Store(None, clock=lambda: self.now)
        self.commit(lambda: self.store.add_connections((f"con_{ref}", "ws") for ref in REFS))
        self.states: dict[str, dict[int, State]] = {}
        self.nowhere = 0

    def teardown(self) -> None:
        self.store.close()

    def commit(self, change: Any) -> Any:
        self.store.begin()
        result = change()
        self.store.flush()
        self.store.commit()
        return result

    def due(self) -> list[Due]:
        ids = [id for ref in REFS for _, id in self.store.due(ref, until_ms=self.store.now_ms(), limit=1000)]
        return self.store.load(ids)

    def waiting(self) -> list[Due]:
        return self.store.load([id for ref in REFS for id in self.store.pending_ids(ref, limit=1000)])

    @rule(
        skips=st.lists(st.booleans(), min_size=0, max_size=3),
        key=st.sampled_from([None, 1, 2]),
        again=st.booleans(),
    )
    def route(self, skips: list[bool], key: int | None, again: bool) -> None:
        id = f"m{len(self.states)}"
        if not skips:
            self.nowhere += 1
            self.commit(lambda: self.store.route([], done={"ws": 1}))
            return
        targets = [
            Target(ref, skip="disabled" if skip else None, key=None if skip else key)
            for ref, skip in zip(REFS, skips, strict=False)
        ]
        self.commit(lambda: self.store.route([Routed(event(id), self.store.now_ms(), targets)]))
        self.states[id] = {target.ref: State.SKIPPED if target.skip else State.PENDING for target in targets}
        if again:
            self.commit(lambda: self.store.route([Routed(event(id), 0, targets, counted=False)]))

    @precondition(lambda self: self.due())
    @rule(data=st.data(), outcome=st.sampled_from([State.DELIVERED, State.DEAD, State.UNSENT, State.PENDING]))
    def record(self, data: st.DataObject, outcome: State) -> None:
        chosen = data.draw(st.lists(st.sampled_from(self.due()), min_size=1, max_size=4, unique_by=lambda row: row.id))
        results = [Result(due=row, state=outcome, due_ms=self.store.now_ms() + 1000) for row in chosen]
        self.commit(lambda: self.store.record(results))
        for row in chosen:
            self.states[message_id(row)][row.ref] = outcome

    @precondition(lambda self: self.waiting())
    @rule(data=st.data())
    def skip(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from(self.waiting()))
        self.commit(lambda: self.store.skip([row.id], "disabled"))
        self.states[message_id(row)][row.ref] = State.SKIPPED

    @rule(ref=st.sampled_from(REFS))
    def recover(self, ref: int) -> None:
        ids = self.store.ended_ids(ref, since_ms=0, after=0, limit=1000)
        changes: list[Change] = [requeue(id, self.store.now_ms()) for id in ids]
        assert self.commit(lambda: self.store.change(changes)) == len(changes)
        for states in self.states.values():
            if states.get(ref) in (State.DEAD, State.SKIPPED):
                states[ref] = State.PENDING

    @rule()
    def roll_back(self) -> None:
        self.store.begin()
        self.store.change([Change(row.id, State.DELIVERED) for row in self.waiting()])
        self.store.route([Routed(event("never"), 0, [Target(1)])])
        self.store.rollback()

    @rule(seconds=st.sampled_from([1, 3600, 90_000]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @invariant()
    def it_closes(self) -> None:
        fates = Counter(told(states) for states in self.states.values())
        fates["done"] += self.nowhere
        assert self.store.totals("ws") == Counts(fates["done"], fates["dead"], fates["skipped"])
        assert self.store.pending_events("ws") == fates["pending"]

    @invariant()
    def what_waits_is_what_the_model_says(self) -> None:
        pending = Counter(ref for states in self.states.values() for ref, state in states.items() if not state)
        for ref in REFS:
            assert self.store.pending(ref) == pending[ref]
            assert self.store.held_alone(ref) == []
            assert (self.store.next_due_ms(ref) is None) == (pending[ref] == 0)


def told(states: dict[int, State]) -> str:
    counts = Counter(states.values())
    others = counts[State.DELIVERED] + counts[State.UNSENT]
    return fate(pending=counts[State.PENDING], dead=counts[State.DEAD], skipped=counts[State.SKIPPED], others=others)


def message_id(row: Due) -> str:
    return row.body.split(b'"messageId":"')[1].split(b'"')[0].decode()


def event(id: str) -> CleanEvent:
    at = "2024-10-04T00:00:00.000Z"
    return CleanEvent(
        message_id=id, type="track", source_id="src", workspace_id="ws", received_at=at, timestamp=at, event="Ordered"
    )


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)

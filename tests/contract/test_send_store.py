"""The queue's promises, held by the file and by its twin in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.base.event import CleanEvent
from headwater.send.partition import DAY_MS
from headwater.send.rows import HELD_MS, Attempt, Counts, Cursor, Due, Result, Routed, State, Target
from headwater.send.store import Change, Store, requeue

T0 = 20_000 * 86_400.0


class Clock:
    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    made = Store(tmp_path / "send.db" if request.param == "file" else None, clock=clock)
    commit(made, lambda: made.add_connections([("con_a", "ws"), ("con_b", "ws")]))
    yield made
    made.close()


def event(number: int, **more: Any) -> CleanEvent:
    return CleanEvent(
        message_id=f"m{number}",
        type="track",
        source_id="ws.customer-events",
        workspace_id="ws",
        received_at="2024-10-04T00:00:00.000Z",
        timestamp="2024-10-04T00:00:00.000Z",
        event="Ordered",
        **more,
    )


def routed(number: int, *targets: Target, **more: Any) -> Routed:
    return Routed(event(number), int(T0 * 1000) + number, list(targets), **more)


def commit(store: Store, *works: Any) -> None:
    store.begin()
    for work in works:
        work()
    store.flush()
    store.commit()


def route(store: Store, *events: Routed, **more: Any) -> None:
    commit(store, lambda: store.route(events, **more))


def due(store: Store, ref: int, until_ms: int | None = None) -> list[Due]:
    until = store.now_ms() if until_ms is None else until_ms
    return store.load([id for _, id in store.due(ref, until_ms=until, limit=100)])


def ended(delivery: Due, state: State, **more: Any) -> Result:
    status: Any = {State.DELIVERED: "delivered", State.PENDING: "failed", State.DEAD: "dead"}[state]
    attempt = Attempt(
        ref=delivery.ref,
        delivery=delivery.id,
        delivery_id="d",
        message_id="m",
        at_ms=int(T0 * 1000) + 50,
        attempt=delivery.attempts + 1,
        status=status,
        response_status=200 if state == State.DELIVERED else 500,
        request_body=b"body",
        next_ms=more.get("due_ms") if state == State.PENDING else None,
    )
    return Result(due=delivery, state=state, attempt=attempt, **more)


def record(store: Store, *results: Result) -> None:
    commit(store, lambda: store.record(results))


def test_what_is_routed_is_due_with_its_event_and_counted_when_it_ends(store: Store) -> None:
    route(store, routed(1, Target(1, topic="content.view"), Target(2)), cursor=Cursor(70), done={"ws": 3})
    assert store.cursor == Cursor(70)
    assert store.pending(1) == store.pending(2) == 1
    [first], [second] = due(store, 1), due(store, 2)
    assert (first.topic, first.attempts, second.topic) == ("content.view", 0, None)
    assert b'"messageId":"m1"' in first.body
    assert store.totals("ws") == Counts(done=3)
    record(store, ended(first, State.DELIVERED))
    assert store.totals("ws") == Counts(done=3)
    record(store, ended(second, State.DELIVERED))
    assert store.totals("ws") == Counts(done=4)
    assert store.pending_total() == 0
    assert [state for _, state, *_ in store.of_event("ws", "m1")] == [State.DELIVERED, State.DELIVERED]


def test_a_retry_is_due_at_its_time_and_not_before(store: Store) -> None:
    route(store, routed(1, Target(1)))
    [first] = due(store, 1)
    record(store, ended(first, State.PENDING, due_ms=store.now_ms() + 5000))
    assert due(store, 1) == []
    assert store.next_due_ms(1) == store.now_ms() + 5000
    [again] = due(store, 1, store.now_ms() + 5000)
    assert (again.id, again.attempts, again.tries) == (first.id, 1, 1)


def test_an_event_is_dead_if_any_delivery_is_and_skipped_if_all_are(store: Store) -> None:
    route(store, routed(1, Target(1), Target(2)), routed(2, Target(1, skip="disabled")))
    assert store.totals("ws") == Counts(skipped=1)
    [first], [second] = due(store, 1), due(store, 2)
    record(store, ended(first, State.DEAD), ended(second, State.DELIVERED))
    assert store.totals("ws") == Counts(skipped=1, dead=1)


def test_what_is_queued_again_is_taken_out_of_the_counts_until_it_ends(store: Store) -> None:
    route(store, routed(1, Target(1, skip="disabled")))
    [id] = store.ended_ids(1, since_ms=0, after=0, limit=10)
    commit(store, lambda: store.change([requeue(id, store.now_ms())]))
    assert store.totals("ws") == Counts()
    assert store.ended_ids(1, since_ms=0, after=0, limit=10) == []
    [again] = due(store, 1)
    assert again.manual
    record(store, ended(again, State.DELIVERED))
    assert store.totals("ws") == Counts(done=1)


def test_a_rollback_leaves_everything_as_it_was(store: Store) -> None:
    store.begin()
    store.route([routed(1, Target(1))], cursor=Cursor(9, 2))
    store.rollback()
    assert store.cursor is None
    assert (store.pending(1), due(store, 1)) == (0, [])
    route(store, routed(1, Target(1)), cursor=Cursor(9, 2))
    assert (store.cursor, len(due(store, 1))) == (Cursor(9, 2), 1)


def test_what_ended_while_an_attempt_was_under_way_ends_once(store: Store) -> None:
    route(store, routed(1, Target(1)), routed(2, Target(1)))
    first, second = due(store, 1)
    commit(store, lambda: store.change([Change(each.id, State.SKIPPED, reason="deleted") for each in (first, second)]))
    assert store.totals("ws") == Counts(skipped=2)
    record(store, ended(first, State.PENDING, due_ms=1), ended(second, State.DELIVERED))
    assert store.totals("ws") == Counts(skipped=1, done=1)
    assert store.pending(1) == 0


def test_of_one_key_only_the_oldest_is_due_until_it_ends(store: Store) -> None:
    route(store, *(routed(number, Target(1, key=7)) for number in (1, 2)), routed(3, Target(1, key=8)))
    first, other = due(store, 1)
    assert (first.key, other.key) == (7, 8)
    record(store, ended(first, State.PENDING, due_ms=store.now_ms() + 9000))
    assert [each.key for each in due(store, 1)] == [8]
    [again] = [each for each in due(store, 1, store.now_ms() + 9000) if each.key == 7]
    record(store, ended(again, State.DEAD))
    assert sorted(each.key or 0 for each in due(store, 1)) == [7, 8]
    assert store.held_alone(1) == []


def test_order_holds_over_midnight(store: Store, clock: Clock) -> None:
    route(store, routed(1, Target(1, key=7)))
    clock.now += 86_400
    route(store, routed(2, Target(1, key=7)))
    [first] = due(store, 1)
    assert store.next_due_ms(1) == first.due_ms < HELD_MS
    record(store, ended(first, State.DELIVERED))
    [second] = due(store, 1)
    assert b"m2" in second.body


def test_retention_drops_whole_days_and_counts_what_waited_as_dead(store: Store, clock: Clock) -> None:
    route(store, routed(1, Target(1)), routed(2, Target(1)))
    record(store, ended(due(store, 1)[0], State.DELIVERED))
    clock.now += 31 * 86_400
    route(store, routed(3, Target(1)))
    [old] = store.old_days(keep_days=30)
    assert old == int(T0 * 1000) // DAY_MS
    commit(store, lambda: store.expire(old))
    store.forget_day(old)
    assert store.totals("ws") == Counts(done=1, dead=1)
    assert (store.pending(1), store.of_event("ws", "m1"), len(due(store, 1))) == (1, [], 1)


def test_an_event_that_is_known_goes_only_to_whom_it_never_went(store: Store) -> None:
    route(store, routed(1, Target(1)))
    record(store, ended(due(store, 1)[0], State.DELIVERED))
    route(store, routed(1, Target(1), Target(2), counted=False))
    assert (due(store, 1), len(due(store, 2))) == ([], 1)
    assert store.totals("ws") == Counts()
    route(store, routed(1, Target(1), counted=False, again=True))
    [again] = due(store, 1)
    assert again.attempts == 1


def test_figures_tell_what_was_delivered_how_late_and_why_not(store: Store) -> None:
    route(store, *(routed(number, Target(1)) for number in range(3)))
    one, two, three = due(store, 1)
    record(store, ended(one, State.DELIVERED), ended(two, State.DEAD), ended(three, State.PENDING, due_ms=1))
    summary = store.figures.summary([1], start_ms=int(T0 * 1000), end_ms=int(T0 * 1000) + 60_000)
    assert (summary.delivered, summary.not_delivered) == (1, 1)
    assert summary.p95_ms is not None
    assert 45 <= summary.p95_ms <= 60
    assert [(group.code, group.count) for group in summary.errors] == [("500", 2)]
    assert sum(point.failed_attempts for point in summary.series) == 2
    health = store.figures.health(1)
    assert health.failing_since_ms == health.last_delivered_ms == int(T0 * 1000) + 50


def test_a_file_opened_anew_knows_what_waits(tmp_path: Path, clock: Clock) -> None:
    first = Store(tmp_path / "send.db", clock=clock)
    commit(first, lambda: first.add_connections([("con_a", "ws")]))
    route(first, routed(1, Target(1)), routed(2, Target(1)), cursor=Cursor(5))
    record(first, ended(due(first, 1)[0], State.DELIVERED))
    first.close()
    second = Store(tmp_path / "send.db", clock=clock)
    assert (second.cursor, second.pending(1), second.ref("con_a")) == (Cursor(5), 1, 1)
    route(second, routed(3, Target(1)), cursor=Cursor(6))
    assert len(due(second, 1)) == 2
    assert second.figures.health(1).last_delivered_ms is not None
    second.close()

"""When a receiver is left alone, and how much goes to it at once."""

from __future__ import annotations

from headwater.send.breaker import NEVER, THRESHOLD, Breaker
from headwater.send.throttle import FIRST_AT_ONCE, Pace, Places


def fail(breaker: Breaker, now: float, times: int = THRESHOLD) -> None:
    for _ in range(times):
        breaker.began()
        breaker.failed(now)


def test_failures_in_a_row_open_it_and_one_attempt_finds_out() -> None:
    breaker = Breaker()
    fail(breaker, 100.0)
    assert (breaker.state(101.0), breaker.may_send(101.0), breaker.opens_at()) == ("open", False, 105.0)
    assert breaker.may_send(105.0)
    breaker.began()
    assert (breaker.state(105.0), breaker.may_send(105.0), breaker.opens_at()) == ("half_open", False, NEVER)
    breaker.succeeded()
    assert (breaker.state(105.0), breaker.may_send(105.0)) == ("closed", True)


def test_each_rest_is_twice_the_last_up_to_the_longest() -> None:
    breaker, now, rests = Breaker(), 0.0, []
    fail(breaker, now)
    for _ in range(9):
        rests.append(breaker.opens_at() - now)
        now = breaker.opens_at()
        breaker.began()
        breaker.failed(now)
    assert rests == [5, 10, 20, 40, 80, 160, 300, 300, 300]


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = Breaker()
    fail(breaker, 0.0, THRESHOLD - 1)
    breaker.succeeded()
    fail(breaker, 0.0, THRESHOLD - 1)
    assert breaker.state(0.0) == "closed"


def test_an_attempt_that_was_cut_leaves_the_next_one_to_find_out() -> None:
    breaker = Breaker()
    fail(breaker, 0.0)
    breaker.began()
    breaker.cut()
    assert breaker.may_send(6.0)


def test_what_the_receiver_asked_for_is_kept() -> None:
    breaker = Breaker()
    breaker.hold(50.0)
    breaker.hold(20.0)
    assert (breaker.may_send(49.9), breaker.may_send(50.0), breaker.opens_at()) == (False, True, 50.0)
    breaker.hold(90.0)
    breaker.try_now()
    assert breaker.may_send(60.0)


def test_a_pace_is_even_and_a_pause_makes_no_burst() -> None:
    pace = Pace(2.0)
    starts, now = [], 0.0
    while now < 10:
        if pace.may_start(now):
            starts.append(now)
            pace.started(now)
        now += 0.01
    assert 19 <= len(starts) <= 21
    pace.started(100.0)
    assert not pace.may_start(100.4)
    assert pace.may_start(100.5)


def test_without_a_pace_everything_may_start() -> None:
    pace = Pace(None)
    pace.started(1.0)
    assert pace.may_start(1.0)


def test_places_grow_with_answers_and_shrink_without() -> None:
    places = Places(32)
    assert places.count == FIRST_AT_ONCE
    for _ in range(100):
        places.answered()
    assert places.count == 32
    for _ in range(10):
        places.unanswered()
    assert places.count == 1
    assert Places(2).count == 2

"""Rates: none by default; when set, a source that is over it is told when to come again."""

from __future__ import annotations

import pytest

from headwater.base.http import Request
from headwater.collect import answers
from headwater.collect.door import Durable
from headwater.collect.limits import Limits
from tests.unit.collect.doors import BROWSER_KEY, TRACK, Time, header, make_door, post, refusal, reply

ITEM = TRACK | {"type": "track"}


def test_no_limit_by_default() -> None:
    door = make_door()
    assert all(isinstance(post(door, "/v1/track", TRACK), Durable) for _ in range(5000))


def test_over_the_rate_is_429_with_whole_seconds() -> None:
    clock = Time()
    door = make_door(clock, rate_limit_per_s=0.5, rate_limit_burst=2.0)
    assert isinstance(post(door, "/v1/track", TRACK), Durable)
    assert isinstance(post(door, "/v1/track", TRACK), Durable)
    late = post(door, "/v1/track", TRACK)
    assert refusal(late) == (429, "too_many_requests")
    assert header(late, b"retry-after") == header(late, b"x-ratelimit-reset") == b"2"
    assert door.throttled == {"src_1": 1}
    assert isinstance(post(door, "/v1/track", TRACK, key=BROWSER_KEY), Durable)
    clock.seconds += 2
    assert isinstance(post(door, "/v1/track", TRACK), Durable)


def test_a_batch_larger_than_the_burst_passes_and_is_paid_for_later() -> None:
    clock = Time()
    door = make_door(clock, rate_limit_per_s=10.0, rate_limit_burst=10.0)
    assert isinstance(post(door, "/v1/batch", {"batch": [ITEM] * 110}), Durable)
    late = post(door, "/v1/track", TRACK)
    assert header(late, b"retry-after") == b"11"
    clock.seconds += 11
    assert isinstance(post(door, "/v1/track", TRACK), Durable)


def test_refused_events_cost_nothing() -> None:
    door = make_door(rate_limit_per_s=1.0, rate_limit_burst=1.0)
    for _ in range(5):
        assert refusal(post(door, "/v1/track", {}))[0] == 400
    assert isinstance(post(door, "/v1/track", TRACK), Durable)


def test_a_clock_that_goes_back_gives_and_takes_nothing() -> None:
    clock = Time()
    limits = Limits(per_s=1.0, brim=2.0, clock=clock)
    assert limits.wait_s("a", 2) == 0
    clock.seconds -= 1000
    assert limits.wait_s("a") == pytest.approx(1.0)
    clock.seconds += 1
    assert limits.wait_s("a") == 0


def test_names_beyond_measure_are_forgotten() -> None:
    limits = Limits(per_s=1.0, brim=1.0, clock=Time())
    for number in range(25_000):
        limits.wait_s(str(number))
    assert len(limits._levels) <= 10_000


@pytest.mark.parametrize(("seconds", "said"), [(0, b"1"), (0.2, b"1"), (1.5, b"2"), (9999, b"300")])
def test_waits_are_what_clients_can_read(seconds: float, said: bytes) -> None:
    for answer in (answers.overloaded(seconds), answers.too_many(seconds)):
        assert dict(answer.headers)[b"retry-after"] == dict(answer.headers)[b"x-ratelimit-reset"] == said


def test_overload_is_503_and_an_image_for_the_pixel() -> None:
    door = make_door()
    busy = door.overloaded(Request(method="POST", path="/v1/track"), 3)
    assert (busy.status, header(busy, b"retry-after")) == (503, b"3")
    assert header(busy, b"access-control-expose-headers") == b"Retry-After, X-RateLimit-Reset"
    assert reply(door.overloaded(Request(method="GET", path="/v1/pixel/track"))).body == answers.GIF


def test_a_body_that_is_not_read_to_its_end() -> None:
    door = make_door()
    assert refusal(door.too_large()) == (400, "payload_too_large")
    assert door.rejected == {("", "payload_too_large"): 1}

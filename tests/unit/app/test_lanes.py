"""Long calls in threads of their own, and what becomes of one too many."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from headwater.app.lanes import Lane
from headwater.app.rpc import serve_rpc
from headwater.base.errors import Transient
from headwater.warehouse.query import GRACE_S, WAIT_S


def test_a_call_too_many_is_refused_at_once_and_taken_when_there_is_room() -> None:
    go_on = threading.Event()
    lane = Lane("queries", threads=2)

    async def calls() -> list[bool]:
        taken = [asyncio.create_task(lane.run(go_on.wait, {"timeout": 60})) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Transient, match="busy with other queries") as caught:
            await lane.run(go_on.wait, {"timeout": 60})
        assert caught.value.code == "busy"
        go_on.set()
        return [*await asyncio.gather(*taken), await lane.run(go_on.wait, {"timeout": 60})]

    assert asyncio.run(calls()) == [True, True, True]
    lane.close()


def test_long_calls_keep_no_other_call_waiting() -> None:
    """As many long calls as the loop has threads, twice over: the short one is answered while they all wait."""
    go_on = threading.Event()
    many = 2 * 32
    lane = Lane("queries", threads=many)
    application = serve_rpc(
        {"long": lambda: go_on.wait(60), "short": lambda: True}, log=_no_fault, lanes={"long": lane}
    )

    async def calls() -> list[int]:
        long = [asyncio.create_task(status(application, "long")) for _ in range(many)]
        short = await asyncio.wait_for(status(application, "short"), 30)
        assert not any(call.done() for call in long)
        go_on.set()
        return [short, *await asyncio.gather(*long)]

    assert asyncio.run(calls()) == [200] * (many + 1)
    lane.close()


def _no_fault(call: str, error: BaseException) -> None:
    raise AssertionError(call) from error


async def status(application: Callable[..., Awaitable[None]], call: str) -> int:
    sent: list[dict[str, int]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, int]) -> None:
        sent.append(message)

    await application({"path": f"/{call}"}, receive, send)
    return sent[0]["status"]


def test_the_caller_waits_longer_than_a_query_may_take() -> None:
    from headwater.app.remote_work import QUERY_SLACK_S

    assert QUERY_SLACK_S >= WAIT_S + GRACE_S + 5

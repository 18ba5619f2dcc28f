"""What goes from one process to another comes there as it was."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from headwater.app.listen import Listener
from headwater.app.rpc import RpcClient, serve_rpc
from headwater.app.sockets import bind_unix
from headwater.base.errors import InvalidInput

WIDE = (2**64, -(2**63) - 1, 2**70, -(2**70), 10**300, 2**64 - 1, -(2**63), 0)


class Told(msgspec.Struct):
    value: Any


def asked(tmp_path: Path, method: Any, **arguments: Any) -> Any:
    async def ask() -> Any:
        listener = Listener(serve_rpc({"method": method}, log=lambda _call, _error: None))
        await listener.start(bind_unix(str(tmp_path / "rpc.sock")))
        client = RpcClient(str(tmp_path / "rpc.sock"), name="other")
        try:
            return await client.call("method", **arguments)
        finally:
            await client.close()
            await listener.stop(drain_s=0.1)

    return asyncio.run(ask())


@pytest.mark.parametrize("number", WIDE)
def test_numbers_of_any_width(tmp_path: Path, number: int) -> None:
    def echo(value: Any) -> Any:
        return {"value": value, "again": [(number,), {"deep": number, "text": "ä", "none": None, "half": 0.5}]}

    told = asked(tmp_path, echo, value={"n": [number]})
    assert told == {
        "value": {"n": [number]}, "again": [[number], {"deep": number, "text": "ä", "none": None, "half": 0.5}],
    }  # fmt: skip


def test_a_value_with_fields_is_told_by_their_names(tmp_path: Path) -> None:
    assert asked(tmp_path, lambda: Told(2**70)) == asked(tmp_path, lambda: {"value": 2**70})
    assert asked(tmp_path, lambda: Told(7)) == {"value": 7}


def test_an_error_comes_as_it_was_raised(tmp_path: Path) -> None:
    def refuse() -> None:
        raise InvalidInput("too wide", details={"value": 2**70})

    with pytest.raises(InvalidInput, match="too wide") as refused:
        asked(tmp_path, refuse)
    assert refused.value.details == {"value": 2**70}

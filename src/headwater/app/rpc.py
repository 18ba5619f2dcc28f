"""How the processes of one tree call each other: POST /<method> over a Unix socket, MessagePack both ways.

Only the owner of the data directory reaches the sockets. An error comes back as its kind, code and message and is
raised again on the calling side.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import aiohttp
import msgspec

from headwater.app.lanes import Lane
from headwater.base import errors
from headwater.base.errors import HeadwaterError, Terminal, Transient

LONG_S = 3600.0
"""For calls that copy files or whole tables."""

_KINDS = {
    kind.__name__: kind
    for kind in (
        errors.InvalidInput,
        errors.NotFound,
        errors.Conflict,
        errors.Unprocessable,
        errors.Forbidden,
        errors.Transient,
        errors.Terminal,
    )
}
Method = Callable[..., Any]


class Fault(msgspec.Struct, frozen=True):
    kind: str
    code: str
    message: str
    details: Any = None


_WIDE: Final = 1
"""MessagePack's extension for an integer of more than 64 bits: its bytes, big end first, with a sign. Numbers of any
width come in events, and JSON takes them out again."""


def encoded(value: Any) -> bytes:
    try:
        return msgspec.msgpack.encode(value)
    except OverflowError:
        return msgspec.msgpack.encode(_narrow(value))


def decoded(data: bytes) -> Any:
    return msgspec.msgpack.decode(data, ext_hook=_wide)


def _narrow(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return _narrow(msgspec.structs.asdict(value))
    if isinstance(value, dict):
        return {key: _narrow(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_narrow(each) for each in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return msgspec.msgpack.Ext(_WIDE, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))
    return value


def _wide(_code: int, data: memoryview) -> int:
    return int.from_bytes(data, "big", signed=True)


def calls_of(service: object) -> dict[str, Method]:
    """The public methods of an object, by name."""
    found = inspect.getmembers(service, inspect.ismethod)
    return {name: method for name, method in found if not name.startswith("_")}


def serve_rpc(
    methods: dict[str, Method],
    *,
    log: Callable[[str, BaseException], None],
    lanes: Mapping[str, Lane] | None = None,
) -> Any:
    """An ASGI application. A plain method runs in a thread, a coroutine on the loop; one with a lane in its threads."""

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = await _read_body(receive)
        name = scope["path"].removeprefix("/")
        method = methods.get(name)
        try:
            if method is None:
                raise Terminal(f"no such call: {name}")
            arguments = decoded(body) if body else {}
            result = await _call(method, arguments, (lanes or {}).get(name))
            status, answer = 200, encoded(result)
        except Exception as error:
            if not isinstance(error, HeadwaterError):
                log(name, error)
            status, answer = 500, encoded(fault_of(error))
        headers = [(b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return application


async def _call(method: Method, arguments: dict[str, Any], lane: Lane | None) -> Any:
    if lane is not None:
        return await lane.run(method, arguments)
    if inspect.iscoroutinefunction(method):
        return await method(**arguments)
    return await asyncio.to_thread(method, **arguments)


async def _read_body(receive: Callable[[], Awaitable[Any]]) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def fault_of(error: Exception) -> Fault:
    if isinstance(error, HeadwaterError):
        kind = next((k for k in type(error).__mro__ if k.__name__ in _KINDS), Terminal).__name__
        return Fault(kind, error.code, error.message, error.details)
    return Fault("Terminal", "internal_error", "an internal fault; the server's log says more")


def error_in(data: bytes) -> HeadwaterError:
    """The error that `fault_of` made of it on the other side."""
    fault = msgspec.msgpack.decode(data, type=Fault, ext_hook=_wide)
    return _KINDS.get(fault.kind, Terminal)(fault.message, code=fault.code, details=fault.details)


class RpcClient:
    """Calls another process. When it is away: Transient, after `patience_s` of trying to connect."""

    def __init__(self, socket: str, *, name: str, patience_s: float = 10.0) -> None:
        self._socket = socket
        self._name = name
        self._patience_s = patience_s
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, /, timeout_s: float = 120.0, **arguments: Any) -> Any:
        deadline = asyncio.get_running_loop().time() + self._patience_s
        while True:
            try:
                return await self._once(method, arguments, timeout_s)
            except (aiohttp.ClientConnectorError, FileNotFoundError, ConnectionRefusedError) as error:
                if asyncio.get_running_loop().time() >= deadline:
                    raise Transient(
                        f"the {self._name} process is not there; it is started again by itself. Try again in a moment."
                    ) from error
                await asyncio.sleep(0.05)
            except TimeoutError as error:
                raise Transient(
                    f"the {self._name} process was too busy to answer within {timeout_s:g} s. Try again in a moment."
                ) from error
            except aiohttp.ClientError as error:
                raise Transient(
                    f"the {self._name} process ended in the middle of the call; it is started again by itself."
                    " Try again in a moment."
                ) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _once(self, method: str, arguments: dict[str, Any], timeout_s: float) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.UnixConnector(path=self._socket, limit=0))
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        body = encoded(arguments)
        async with self._session.post(f"http://headwater/{method}", data=body, timeout=timeout) as answer:
            content = await answer.read()
        if answer.status == 200:
            return decoded(content)
        if answer.status == 503:  # what a listener says for calls that it does not finish any more
            raise Transient(f"the {self._name} process is being stopped. Try again in a moment.")
        raise error_in(content)

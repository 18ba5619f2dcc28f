"""From a host to the addresses that may be dialled for it, or a refusal.

One refused address in an answer refuses the whole answer, unless all the others are in ranges that the operator allows:
then it is left out (`localhost` is two addresses, and 127.0.0.0/8 allows one of them). Answers are kept for seconds
only, and every attempt asks anew, also one that finds a kept connection: a changed name is noticed within that time.
A name that is in use is asked again when half of the time is over, so that nobody waits for its answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

from headwater.send.guard import BLOCKED, Guard
from headwater.send.ports import ErrorClass
from headwater.send.transport_fault import Fault

SockAddress = tuple[Any, ...]
Lookup = Callable[[str, int], list[tuple[int, SockAddress]]]
"""(family, socket address) of each address of a host. Blocking. Raises OSError or UnicodeError."""

THREADS: Final = 32
_MAX_KEPT: Final = 4096


class Endpoint(msgspec.Struct, frozen=True):
    family: int
    address: SockAddress


class _Answer(msgspec.Struct, frozen=True):
    endpoints: tuple[Endpoint, ...]
    until: float
    fault: tuple[ErrorClass, str] | None = None

    def given(self) -> tuple[Endpoint, ...]:
        if self.fault is not None:
            raise Fault(*self.fault)
        return self.endpoints


def system_lookup(host: str, port: int) -> list[tuple[int, SockAddress]]:
    """What this machine's resolver says, literals in any spelling included."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys((int(family), address) for family, _, _, _, address in found))


class Resolver:
    """`ttl_s`: how long an answer is kept; failures are kept for `failure_ttl_s`, so that a dead name costs little."""

    def __init__(
        self,
        *,
        guard: Guard,
        lookup: Lookup = system_lookup,
        ttl_s: float = 5.0,
        failure_ttl_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._guard = guard
        self._lookup = lookup
        self._ttl_s = ttl_s
        self._failure_ttl_s = failure_ttl_s
        self._clock = clock
        self._kept: dict[tuple[str, int], _Answer] = {}
        self._pending: dict[tuple[str, int], asyncio.Task[_Answer]] = {}
        self._threads = asyncio.Semaphore(THREADS)

    def known(self, host: str, port: int) -> tuple[Endpoint, ...] | None:
        """The kept answer; None: ask. Raises Fault (`blocked`, `dns_error`)."""
        key = (host, port)
        answer = self._kept.get(key)
        left_s = 0.0 if answer is None else answer.until - self._clock()
        if answer is None or left_s <= 0:
            return None
        if answer.fault is None and left_s < self._ttl_s / 2:
            self._asking(key)
        return answer.given()

    async def resolve(self, host: str, port: int) -> tuple[Endpoint, ...]:
        """One or more addresses. Those who ask for one name at the same time share one question. Raises Fault."""
        if (endpoints := self.known(host, port)) is not None:
            return endpoints
        return (await asyncio.shield(self._asking((host, port)))).given()

    async def close(self) -> None:
        tasks = list(self._pending.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _asking(self, key: tuple[str, int]) -> asyncio.Task[_Answer]:
        """The question that is under way, or a new one."""
        if key not in self._pending:
            self._pending[key] = asyncio.create_task(self._ask(key))
        return self._pending[key]

    async def _ask(self, key: tuple[str, int]) -> _Answer:
        try:
            async with self._threads:
                answer = self._judged(*key, await self._in_thread(*key))
        except (OSError, UnicodeError, ValueError):
            sentence = f'The name "{key[0]}" does not resolve to an address. Nothing was sent.'
            answer = self._failed("dns_error", sentence)
        finally:
            del self._pending[key]
        self._keep(key, answer)
        return answer

    def _judged(self, host: str, port: int, found: list[tuple[int, SockAddress]]) -> _Answer:
        if not found:
            raise OSError(f"no address for {host}")
        good = [one for one in found if self._guard.may_dial(str(one[1][0]), port)]
        if len(good) < len(found) and not (good and all(self._guard.is_allowed(str(one[1][0])) for one in good)):
            return self._failed("blocked", BLOCKED)
        return _Answer(tuple(Endpoint(*one) for one in good), self._clock() + self._ttl_s)

    def _failed(self, error_class: ErrorClass, sentence: str) -> _Answer:
        return _Answer((), self._clock() + self._failure_ttl_s, (error_class, sentence))

    def _keep(self, key: tuple[str, int], answer: _Answer) -> None:
        if len(self._kept) >= _MAX_KEPT:
            now = self._clock()
            self._kept = {kept: one for kept, one in self._kept.items() if one.until > now}
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
        self._kept[key] = answer

    async def _in_thread(self, host: str, port: int) -> list[tuple[int, SockAddress]]:
        """In a daemon thread: a name server that never answers must not keep the process from ending."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[list[tuple[int, SockAddress]]] = loop.create_future()

        def work() -> None:
            try:
                found = self._lookup(host, port)
            except Exception as error:
                tell(done.set_exception, error)
            else:
                tell(done.set_result, found)

        def tell(setter: Callable[[Any], None], value: Any) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(lambda: None if done.done() else setter(value))

        threading.Thread(target=work, name="resolve", daemon=True).start()
        return await done

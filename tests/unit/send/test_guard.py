"""The guard, on the real way to a connection: what may not be dialled hears nothing, whatever it is called.

Listeners stand on all of this machine's addresses (0.0.0.0 and ::), and hear no one; a receiver that is allowed hears
its own.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.base.outgoing import HttpRequest
from headwater.send.guard import BLOCKED, Guard, networks
from headwater.send.ports import Sent
from headwater.send.resolve import Endpoint, Resolver
from headwater.send.transport import HttpTransport
from headwater.send.transport_dial import Dialler
from headwater.send.transport_fault import Fault
from headwater.send.transport_trace import Trace
from headwater.send.wire_target import target_of
from tests.receivers import Receiver, redirect
from tests.unit.send.dialling import AMPLE_S, send, send_each, use

Address = tuple[int, tuple[Any, ...]]

V4_RANGES = {
    "0.0.0.0/8": ["0.0.0.0", "0.1.2.3", "0"],
    "10.0.0.0/8": ["10.0.0.1", "10.255.255.255", "0x0a000001", "10.1"],
    "100.64.0.0/10": ["100.64.0.1", "100.127.255.255", "0144.64.0.1"],
    "127.0.0.0/8": [
        *["127.0.0.1", "127.255.255.254", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "017700000001", "0x7f.1"],
        *["①②⑦.⓪.⓪.①", "127。0。0。1", "127.0.0.1.", "127.1."],
    ],
    "168.63.129.16/32": ["168.63.129.16", "0xa83f8110", "168.4161808"],
    "169.254.0.0/16": ["169.254.169.254", "2852039166", "0xa9fea9fe", "169.254.43518"],
    "172.16.0.0/12": ["172.16.0.1", "172.31.255.255", "0254.020.0.1"],
    "192.0.0.0/24": ["192.0.0.8", "192.0.0.170", "0xc0000008"],
    "192.0.2.0/24": ["192.0.2.1", "192.0.513", "3221225985"],
    "192.88.99.0/24": ["192.88.99.1", "192.88.25345", "0xc0586301"],
    "192.168.0.0/16": ["192.168.1.1", "192.168.257", "3232235777"],
    "192.175.48.0/24": ["192.175.48.1", "192.175.12289", "0xc0af3001"],
    "198.18.0.0/15": ["198.18.0.1", "198.19.255.255", "0306.18.1"],
    "198.51.100.0/24": ["198.51.100.7", "198.51.25607", "0xc6336407"],
    "203.0.113.0/24": ["203.0.113.9", "203.0.28937", "0xcb007109"],
    "224.0.0.0/4": ["224.0.0.1", "239.255.255.255", "0xe0000001"],
    "240.0.0.0/4": ["240.0.0.1", "255.255.255.255", "4294967295"],
}
V6_RANGES = {
    "::/128": ["[::]", "[0:0:0:0:0:0:0:0]", "[::0.0.0.0]"],
    "::1/128": ["[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]"],
    "::ffff:0:0/96": ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:10.1.2.3]", "[::ffff:a9fe:a9fe]"],
    "::/96": ["[::127.0.0.1]", "[::7f00:1]", "[::8.8.8.8]"],
    "64:ff9b::/96": ["[64:ff9b::7f00:1]", "[64:ff9b::169.254.169.254]", "[64:ff9b::808:808]"],
    "64:ff9b:1::/48": ["[64:ff9b:1::a00:1]", "[64:ff9b:1::10.0.0.1]", "[64:ff9b:1:ffff::1]"],
    "100::/64": ["[100::1]", "[0100::1]", "[100:0:0:0:ffff::]"],
    "2001::/23": ["[2001::1]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[2001:1ff::1]"],
    "2001:db8::/32": ["[2001:db8::1]", "[2001:0DB8::1]", "[2001:db8:ffff::1]"],
    "2002::/16": ["[2002:7f00:1::]", "[2002:a9fe:a9fe::]", "[2002:808:808::1]"],
    "3fff::/20": ["[3fff::1]", "[3fff:fff::1]", "[3FFF:0::1]"],
    "5f00::/16": ["[5f00::1]", "[5f00:1::]", "[5F00::]"],
    "fc00::/7": ["[fc00::1]", "[fd00:ec2::254]", "[fdff:ffff::1]"],
    "fe80::/10": ["[fe80::1]", "[febf::1]", "[FE80:0::1]"],
    "fec0::/10": ["[fec0::1]", "[feff::1]", "[FEC0:0::1]"],
    "ff00::/8": ["[ff02::1]", "[ff00::]", "[ffff::ffff]"],
}


class Listeners:
    """On one port of every address of this machine."""

    def __init__(self) -> None:
        self._six = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        self._six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self._six.bind(("::", 0))
        self.port = int(self._six.getsockname()[1])
        self._four = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._four.bind(("0.0.0.0", self.port))
        for listening in (self._six, self._four):
            listening.listen(8)
            listening.setblocking(False)

    def heard(self) -> list[str]:
        """Who dialled since."""
        found = []
        for listening in (self._six, self._four):
            try:
                connection, address = listening.accept()
            except BlockingIOError:
                continue
            connection.close()
            found.append(str(address))
        return found

    def close(self) -> None:
        self._six.close()
        self._four.close()


@pytest.fixture(scope="module")
def listeners() -> Iterator[Listeners]:
    made = Listeners()
    yield made
    made.close()


def _refused(sent: Sent) -> bool:
    """Blocked, in the words of every refusal, and nothing more is told."""
    told = (sent.error_class, sent.error, sent.status, sent.address, sent.headers, sent.body)
    timings = sent.timings
    parts = (timings.dns_ms, timings.connect_ms, timings.tls_ms, timings.first_byte_ms)
    return told == ("blocked", BLOCKED, None, "", (), b"") and parts == (None,) * 4


def _addresses(*texts: str) -> list[Address]:
    def one(text: str) -> Address:
        six = ":" in text
        return (int(socket.AF_INET6), (text, 0, 0, 0)) if six else (int(socket.AF_INET), (text, 0))

    return [one(text) for text in texts]


def _at(addresses: list[Address], port: int) -> list[Address]:
    return [(family, (address[0], port, *address[2:])) for family, address in addresses]


def _resolvable(spelling: str) -> bool:
    try:
        socket.getaddrinfo(spelling.strip("[]"), 80)
    except (OSError, UnicodeError):
        return False
    return True


@pytest.mark.parametrize("spellings", [*V4_RANGES.values(), *V6_RANGES.values()], ids=[*V4_RANGES, *V6_RANGES])
def test_every_range_in_every_spelling_is_refused_and_hears_nothing(listeners: Listeners, spellings: list[str]) -> None:
    assert len(spellings) >= 3
    requests = [HttpRequest(url=f"http://{spelling}:{listeners.port}/") for spelling in spellings]
    for spelling, sent in zip(spellings, send_each(*requests, guard=Guard(), timeout_s=AMPLE_S), strict=True):
        # What this machine's resolver does not take for an address leads nowhere, which is as good.
        assert _refused(sent) or (sent.error_class == "dns_error" and not _resolvable(spelling)), (spelling, sent)
    assert listeners.heard() == []


def test_the_listeners_would_hear_what_is_dialled(listeners: Listeners) -> None:
    for host in ("127.0.0.1", "[::1]"):
        assert send(f"http://{host}:{listeners.port}/", timeout_s=2.0).error_class == "timeout"
        assert len(listeners.heard()) == 1


@pytest.mark.parametrize("address", [ip for ranges in (V4_RANGES, V6_RANGES) for ip in ranges])
def test_a_name_that_leads_to_a_refused_range_is_refused(listeners: Listeners, address: str) -> None:
    inside = str(ipaddress.ip_network(address)[0])

    def lookup(_host: str, port: int) -> list[Address]:
        return _at(_addresses(inside), port)

    assert _refused(send(f"http://harmless.test:{listeners.port}/", guard=Guard(), lookup=lookup))
    assert listeners.heard() == []


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "localhost.", "ｌｏｃａｌｈｏｓｔ"])
def test_names_of_this_machine(listeners: Listeners, name: str) -> None:
    assert _refused(send(f"http://{name}:{listeners.port}/", guard=Guard()))
    assert _refused(send(f"https://{name}:{listeners.port}/", guard=Guard()))
    assert listeners.heard() == []


def test_an_allowed_receiver_hears_its_own_and_its_neighbour_hears_nothing(listeners: Listeners) -> None:
    guard = Guard(allowed=networks(["127.0.0.77/32"]))
    with Receiver(host="127.0.0.77") as receiver:
        assert send(receiver.url, guard=guard).status == 200
        for host in ("127.0.0.1", "127.0.0.78", "[::1]", "[::ffff:127.0.0.1]"):
            assert _refused(send(f"http://{host}:{listeners.port}/", guard=guard))
    assert len(receiver.requests) == 1
    assert listeners.heard() == []


def test_one_refused_address_refuses_the_whole_answer(listeners: Listeners) -> None:
    def lookup(_host: str, port: int) -> list[Address]:
        return _at(_addresses("127.0.0.1", "93.184.215.14"), port)

    assert _refused(send(f"http://mixed.test:{listeners.port}/", guard=Guard(), lookup=lookup))
    assert listeners.heard() == []


def test_but_beside_allowed_ones_it_is_only_left_out(listeners: Listeners) -> None:
    def lookup(_host: str, port: int) -> list[Address]:
        return _at(_addresses("::1", "127.0.0.1", "10.0.0.1"), port)

    with Receiver() as receiver:
        guard = Guard(allowed=networks(["127.0.0.0/8"]))
        sent = send(receiver.url_at("localhost"), guard=guard, lookup=lookup)
    assert (sent.status, sent.address) == (200, f"127.0.0.1:{receiver.port}")
    assert listeners.heard() == []


class Names:
    """A name server that changes its mind."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = _addresses(*addresses)
        self.asked = 0

    def __call__(self, _host: str, port: int) -> list[Address]:
        self.asked += 1
        return _at(self.addresses, port)


def test_rebinding_between_attempts_is_refused(listeners: Listeners) -> None:
    guard = Guard(allowed=networks(["127.0.0.77/32"]))
    names = Names("127.0.0.77")
    with Receiver(host="127.0.0.77", port=0) as receiver:

        async def work(transport: HttpTransport) -> list[Sent]:
            request = HttpRequest(url=receiver.url_at("rebound.test"))
            first = await transport.send(request, timeout_s=AMPLE_S)
            names.addresses = _addresses("127.0.0.1")
            return [first, await transport.send(request, timeout_s=AMPLE_S)]

        first, second = use(work, guard=guard, lookup=names, resolve_ttl_s=0.0)
    assert first.status == 200
    assert _refused(second)
    assert len(receiver.requests) == 1


def test_a_kept_connection_is_not_used_once_its_name_leads_elsewhere() -> None:
    names = Names("127.0.0.1")
    with Receiver() as old, Receiver(host="127.0.0.2", port=old.port) as new:

        async def work(transport: HttpTransport) -> list[Sent]:
            request = HttpRequest(url=old.url_at("moved.test"))
            sent = [await transport.send(request, timeout_s=AMPLE_S) for _ in range(2)]
            names.addresses = _addresses("127.0.0.2")
            deadline = time.monotonic() + AMPLE_S
            while not new.requests and time.monotonic() < deadline:
                sent.append(await transport.send(request, timeout_s=AMPLE_S))
                await asyncio.sleep(0.02)
            return sent

        sent = use(work, lookup=names, resolve_ttl_s=0.2)
    assert {one.status for one in sent} == {200}
    assert old.connections == 1
    assert len(new.requests) == 1
    assert names.asked < len(sent)


def test_a_kept_connection_is_not_used_once_its_name_leads_to_a_refused_address() -> None:
    names = Names("127.0.0.77")
    with Receiver(host="127.0.0.77") as receiver:

        async def work(transport: HttpTransport) -> Sent:
            request = HttpRequest(url=receiver.url_at("turned.test"))
            assert (await transport.send(request, timeout_s=AMPLE_S)).status == 200
            names.addresses = _addresses("169.254.169.254")
            deadline = time.monotonic() + AMPLE_S
            while time.monotonic() < deadline:
                if (sent := await transport.send(request, timeout_s=AMPLE_S)).status is None:
                    return sent
                await asyncio.sleep(0.02)
            raise AssertionError("the kept connection is still used")

        sent = use(work, guard=Guard(allowed=networks(["127.0.0.77/32"])), lookup=names, resolve_ttl_s=0.1)
    assert _refused(sent)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(listeners: Listeners, status: int) -> None:
    with Receiver(then=redirect(f"http://127.0.0.1:{listeners.port}/latest/meta-data", status)) as receiver:
        sent = send(receiver.url)
    assert (sent.status, sent.error_class) == (status, "redirect")
    assert listeners.heard() == []


def test_a_refusal_is_the_same_whether_something_listens_or_not(listeners: Listeners) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    told = [send(f"http://127.0.0.1:{port}/", guard=Guard()) for port in (listeners.port, closed)]
    assert _refused(told[0])
    assert _refused(told[1])


# The guard alone


def test_public_addresses_may_be_dialled() -> None:
    guard = Guard()
    assert guard.may_dial("1.1.1.1", 443)
    assert guard.may_dial("2606:4700:4700::1111", 443)
    assert not guard.may_dial("fe80::1%eth0", 443)


def test_own_ports_are_refused_on_addresses_that_nobody_allowed() -> None:
    guard = Guard(own=[("8.8.8.8", 8080)])
    assert not guard.may_dial("8.8.8.8", 8080)
    assert guard.may_dial("8.8.8.8", 443)
    assert guard.may_dial("8.8.4.4", 8080)
    assert Guard(own=[("8.8.8.8", 8080)], allowed=networks(["8.8.8.0/24"])).may_dial("8.8.8.8", 8080)


def test_listening_everywhere_is_listening_on_this_machines_addresses_only() -> None:
    guard = Guard(own=[("0.0.0.0", 8080), ("::", 8080)])
    assert guard.may_dial("1.1.1.1", 8080)
    assert guard.may_dial("2606:4700:4700::1111", 8080)


def test_a_public_address_of_this_machine_is_known_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback stands for a public address of this machine, as a test cannot have one."""
    monkeypatch.setattr("headwater.send.guard.refusal", lambda _address, allowed: None)
    guard = Guard(own=[("0.0.0.0", 8080)])
    assert not guard.may_dial("127.0.0.1", 8080)
    assert guard.may_dial("127.0.0.1", 8081)
    assert not guard.may_dial("::1", 8080)


def test_ranges_as_the_operator_writes_them() -> None:
    assert [str(one) for one in networks(["10.1.2.3/8", "127.0.0.1", "fd00::1/8"])] == [
        "10.0.0.0/8",
        "127.0.0.1/32",
        "fd00::/8",
    ]
    with pytest.raises(ValueError):
        networks(["localhost"])


@given(st.integers(0, 2**32 - 1))
def test_an_address_in_disguise_is_no_more_allowed_than_plain(number: int) -> None:
    plain = ipaddress.IPv4Address(number)
    high, low = number >> 16, number & 0xFFFF
    guard = Guard()
    assert guard.may_dial(f"::ffff:{plain}", 80) == guard.may_dial(str(plain), 80)
    for disguise in (f"::{plain}", f"64:ff9b::{plain}", f"2002:{high:x}:{low:x}::1", f"2001:0:{high:x}:{low:x}::1"):
        assert not guard.may_dial(disguise, 80)


def test_what_is_connected_to_is_judged_once_more_right_before(listeners: Listeners) -> None:
    """As if the resolver had let it through."""

    async def work() -> None:
        endpoints = tuple(
            Endpoint(family, address)
            for family, address in _at(_addresses("127.0.0.1", "::1", "0.0.0.0", "::ffff:127.0.0.1"), listeners.port)
        )
        target = target_of(f"http://passed.test:{listeners.port}/")
        until = asyncio.get_running_loop().time() + AMPLE_S
        with pytest.raises(Fault) as raised:
            await Dialler(guard=Guard()).dial(target, endpoints, Trace(AMPLE_S, until))
        assert raised.value.error_class == "blocked"

    asyncio.run(work())
    assert listeners.heard() == []


# Resolving


def test_answers_are_kept_for_a_while_and_asked_once_at_a_time() -> None:
    names = Names("1.1.1.1")

    async def work() -> int:
        resolver = Resolver(guard=Guard(), lookup=names, ttl_s=60)
        await asyncio.gather(*[resolver.resolve("one.test", 80) for _ in range(50)])
        await resolver.resolve("one.test", 80)
        await resolver.resolve("one.test", 81)
        await resolver.close()
        return names.asked

    assert asyncio.run(work()) == 2


def test_a_name_in_use_is_asked_again_before_its_answer_is_too_old() -> None:
    """The second question hangs: the first answer serves until its time is over, and not longer."""
    now = 0.0
    second, go_on = threading.Event(), threading.Event()
    answers = iter(["1.1.1.1", "8.8.8.8"])

    def lookup(_host: str, port: int) -> list[Address]:
        address = next(answers)
        if address == "8.8.8.8":
            second.set()
            go_on.wait(AMPLE_S)
        return _at(_addresses(address), port)

    async def work() -> None:
        nonlocal now
        resolver = Resolver(guard=Guard(), lookup=lookup, ttl_s=10, clock=lambda: now)
        first = await resolver.resolve("used.test", 80)
        now = 4.0
        assert resolver.known("used.test", 80) == first
        await asyncio.sleep(0.05)
        assert not second.is_set()
        now = 6.0
        assert resolver.known("used.test", 80) == first
        assert await asyncio.to_thread(second.wait, AMPLE_S)
        now = 9.9
        assert await resolver.resolve("used.test", 80) == first
        now = 10.0
        assert resolver.known("used.test", 80) is None
        go_on.set()
        assert (await resolver.resolve("used.test", 80))[0].address == ("8.8.8.8", 80)
        await resolver.close()

    asyncio.run(work())


def test_failures_are_kept_shortly() -> None:
    asked = 0

    def lookup(_host: str, _port: int) -> list[Address]:
        nonlocal asked
        asked += 1
        raise OSError("no such name")

    async def work() -> None:
        resolver = Resolver(guard=Guard(), lookup=lookup, failure_ttl_s=60)
        for _ in range(3):
            with pytest.raises(Fault, match="does not resolve"):
                await resolver.resolve("none.test", 80)
        await resolver.close()

    asyncio.run(work())
    assert asked == 1


def test_names_that_hang_do_not_hold_up_others() -> None:
    go_on = threading.Event()

    def lookup(host: str, port: int) -> list[Address]:
        if host.startswith("hang"):
            go_on.wait(AMPLE_S)
        return _at(_addresses("1.1.1.1"), port)

    async def work() -> None:
        resolver = Resolver(guard=Guard(), lookup=lookup)
        hanging = [asyncio.create_task(resolver.resolve(f"hang{number}.test", 80)) for number in range(20)]
        await asyncio.sleep(0)
        assert await resolver.resolve("quick.test", 80)
        assert not any(task.done() for task in hanging)
        go_on.set()
        assert all(await asyncio.gather(*hanging))
        await resolver.close()

    asyncio.run(work())

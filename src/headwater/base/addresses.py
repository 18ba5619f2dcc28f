"""Which addresses headwater may call on behalf of its users: public ones, and those that the operator allows.

The table is ours: Python's own `is_private` and `is_global` let through addresses that lead to private ones (NAT64,
6to4, Teredo, IPv4-compatible). An address that carries an IPv4 address is judged by that one too. Always judge the
address that is connected to, never the text that a user gave.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_REFUSED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's host agent
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_REFUSED_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")


def refusal(address: str, *, allowed: Sequence[Network] = ()) -> str | None:
    """Why this address may not be called; None when it may. A zone (`fe80::1%eth0`) is ignored."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if any(parsed.version == network.version and parsed in network for network in allowed):
        return None
    for inner in (parsed, *_carried(parsed)):
        if _is_refused(inner) and not _is_allowed(inner, allowed):
            return f"{address} is a private, local or reserved address"
    return None


def _is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in allowed)


def _is_refused(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in network for network in _REFUSED_V4)
    if address.ipv4_mapped is not None:
        return False  # judged by the IPv4 address it carries
    return address not in _GLOBAL_V6 or any(address in network for network in _REFUSED_V6)


def _carried(address: Address) -> Iterator[Address]:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        yield address.ipv4_mapped

"""Which socket addresses may be dialled for users: judged when dialled, by the address itself, never by its name.

Refused are private, local and reserved addresses and the ports on which headwater itself listens, unless the operator
allows the range. Every refusal has the same words, so that nobody can learn from them what a network holds.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from typing import Final

from headwater.base.addresses import Network, refusal

BLOCKED: Final = (
    "The address that this URL leads to may not be called: it is private, local or reserved, or headwater's own. "
    "Nothing was sent. The operator can allow ranges with egress_allow."
)


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Ranges as the operator writes them, host bits ignored. Raises ValueError."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


class Guard:
    """`own`: the (address, port) pairs on which headwater listens; 0.0.0.0 and :: stand for all of this machine."""

    def __init__(self, *, allowed: Sequence[Network] = (), own: Iterable[tuple[str, int]] = ()) -> None:
        self._allowed = tuple(allowed)
        self._own: dict[int, set[str]] = {}
        for host, port in own:
            self._own.setdefault(port, set()).add(host)

    def may_dial(self, address: str, port: int) -> bool:
        """`address` as the socket takes it; a zone (`fe80::1%eth0`) is ignored."""
        if refusal(address, allowed=self._allowed) is not None:
            return False
        return not self._is_own(address, port) or self.is_allowed(address)

    def is_allowed(self, address: str) -> bool:
        """Whether the operator names its range; `::ffff:127.0.0.1` is in 127.0.0.0/8."""
        given = ipaddress.ip_address(address.partition("%")[0])
        parsed = (given.ipv4_mapped if isinstance(given, ipaddress.IPv6Address) else None) or given
        return any(parsed.version == network.version and parsed in network for network in self._allowed)

    def _is_own(self, address: str, port: int) -> bool:
        hosts = self._own.get(port, ())
        return address in hosts or (any(_is_any(host) for host in hosts) and _is_of_this_machine(address))


def _is_any(host: str) -> bool:
    return host in ("", "0.0.0.0", "::")  # noqa: S104 (compared with, not listened on)


def _is_of_this_machine(address: str) -> bool:
    """The kernel calls an address of this machine from that address itself. Connecting UDP sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            return bool(probe.getsockname()[0] == address)
    except OSError:
        return False

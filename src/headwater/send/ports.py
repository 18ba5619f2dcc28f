"""What the engine needs of others: a way to the outside, the connections, the destinations, and the place for files.

The transport makes one attempt and never raises for what the other side does: whatever happened is a `Sent`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from headwater.base.outgoing import HttpRequest
from headwater.catalog.destination import DestinationSpec
from headwater.control.directory import ConnectionEntry, SourceEntry

BODY_BYTES = 64 * 1024
"""No more of an answer's body than this is read into a `Sent`."""

ErrorClass = Literal[
    "blocked",
    "invalid_url",
    "invalid_request",
    "dns_error",
    "connection_refused",
    "connection_reset",
    "network_unreachable",
    "timeout",
    "tls_error",
    "protocol_error",
    "response_too_large",
    "redirect",
]


class Timings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Milliseconds of each part of an attempt; None: that part did not happen (a kept connection has no DNS)."""

    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None
    total_ms: float = 0.0


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt, as it went.

    `error_class` None: an answer came, whatever its status (`redirect`: it was a 3xx, which is not followed). So it is
    delivered where `error_class` is None and `status` is 2xx. `status` None: no head of an answer came; beside an
    `error_class` it is evidence only (`timeout`, `connection_reset`, `protocol_error`: the body did not end well).
    `body` is capped at `BODY_BYTES`; header names are in lower case.
    `error` is the sentence for it, `address` the one that was dialled (`ip:port`), '' when none was.
    `request_headers` are those that went out, with Host and Content-Length.
    """

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    error_class: str | None = None
    error: str = ""
    address: str = ""
    timings: Timings = Timings()
    request_headers: tuple[tuple[str, str], ...] = ()


class Transport(Protocol):
    async def send(self, request: HttpRequest, *, timeout_s: float, unix_socket: str | None = None) -> Sent:
        """Makes one request. `unix_socket`: dial this path instead of the URL's host, for our own processes alone.

        Cancelling it ends the attempt at once. Addresses that the guard refuses are never dialled: `blocked`.
        """
        ...


class Connections(Protocol):
    """Every connection and source of the installation; never older than the last commit of the state."""

    def connections(self) -> list[ConnectionEntry]: ...

    def by_id(self, source_id: str) -> SourceEntry | None: ...


class Destinations(Protocol):
    def destination(self, slug: str) -> DestinationSpec:
        """Raises NotFound."""
        ...


class Switch(Protocol):
    """The only change that sending makes to a connection."""

    def disable(self, connection_id: str, reason: str) -> None:
        """Switches it off, and keeps the reason for people to read."""
        ...


class Sign(Protocol):
    def __call__(self, secrets: Sequence[str], id: str, timestamp: int, body: bytes) -> str:
        """The `webhook-signature` header: one `v1,…` for each secret, by a space. `timestamp` in unix seconds."""
        ...


class Mapper(Protocol):
    def __call__(self, mapping: Mapping[str, str], event: Any) -> dict[str, Any]:
        """What a field mapping takes out of an event."""
        ...


class PortalIds(Protocol):
    def __call__(self, workspace_id: str, content_ids: Sequence[str]) -> Mapping[str, int]:
        """The integer of each content that has one."""
        ...

"""A request and its answer as plain values, so that what decides an answer needs no socket and no framework."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

import msgspec


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Header names are lower case; of a repeated header the first counts. `body` is as sent (maybe gzip)."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[bytes, bytes] = {}
    body: bytes = b""
    peer: str = ""
    """The client's address, already resolved through trusted proxies; '' when unknown."""
    inside: bool = False
    """It comes from a process of this installation, which has looked at who sends what."""

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")

    def param(self, name: str) -> str | None:
        """The first value of a query parameter; None when it is not there, or the query has more than 1,000."""
        try:
            values = parse_qs(self.query, keep_blank_values=True, max_num_fields=1000).get(name)
        except ValueError:
            return None
        return values[0] if values else None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Beside content-length, which whoever writes the reply adds."""

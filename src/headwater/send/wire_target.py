"""Where a URL leads: what to resolve, what to ask for, and the credentials in it, which are shown to nobody."""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

import idna
import msgspec

from headwater.send.transport_fault import Fault

_PORTS: Final = {"http": 80, "https": 443}
_UNWANTED: Final = re.compile(r"[\x00-\x20\x7f\\]")
_NAME: Final = re.compile(r"[a-z0-9._~-]{1,253}|[0-9a-f:.]+:[0-9a-f:.]*")
_PRINTABLE: Final = "".join(map(chr, range(0x21, 0x7F)))


class Target(msgspec.Struct, frozen=True):
    """`host` is ASCII and lower case, without brackets and final dot; `path` begins with `/` and holds the query.

    `host_header` leaves out the port where it is the scheme's own; `authorization` is the header that the credentials
    of the URL become.
    """

    tls: bool
    host: str
    port: int
    path: str
    host_header: str
    authorization: str | None = None

    @property
    def place(self) -> str:
        """`host:port`, for sentences."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def target_of(url: str) -> Target:
    """Raises Fault `invalid_url`, which shows no part of the URL: it may hold a password."""
    try:
        return _read(url)
    except (ValueError, idna.IDNAError) as error:
        raise Fault(
            "invalid_url",
            f"The URL cannot be called: {error}. Allowed: http://host/path or https://host/path, "
            "without blanks, line breaks and backslashes. Nothing was sent.",
        ) from None


@lru_cache(maxsize=4096)
def _read(url: str) -> Target:
    if _UNWANTED.search(url):  # before it is taken apart: the standard library drops line breaks silently
        raise ValueError("it holds a blank, a line break, a control character or a backslash")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("it cannot be read, or its port is not a number from 1 to 65535") from None
    if parts.scheme not in _PORTS:
        raise ValueError("its scheme is neither http nor https")
    if port == 0:
        raise ValueError("its port is not a number from 1 to 65535")
    host = _host(parts)
    shown = f"[{host}]" if ":" in host else host
    return Target(
        tls=parts.scheme == "https",
        host=host,
        port=port or _PORTS[parts.scheme],
        host_header=shown if port in (None, _PORTS[parts.scheme]) else f"{shown}:{port}",
        path=_path(parts),
        authorization=_authorization(parts),
    )


def _host(parts: SplitResult) -> str:
    given = parts.hostname or ""
    host = given if given.isascii() else _ascii(given)
    host = host.removesuffix(".")
    if not _NAME.fullmatch(host):
        raise ValueError("it names no host that can be called")
    return host


def _ascii(host: str) -> str:
    """As browsers read names in other scripts (UTS 46): also full-width dots and digits."""
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise ValueError("its host is not a name") from None


def _path(parts: SplitResult) -> str:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        return path if path.isascii() else quote(path, safe=_PRINTABLE)
    except UnicodeError:
        raise ValueError("its path is not text") from None


def _authorization(parts: SplitResult) -> str | None:
    if "@" not in parts.netloc:
        return None
    user, password = unquote_to_bytes(parts.username or ""), unquote_to_bytes(parts.password or "")
    return "Basic " + base64.b64encode(user + b":" + password).decode()

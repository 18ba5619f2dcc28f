"""Decides which addresses a connection may be given, and how one is shown: with the password that it carries masked.

Whether an address may be dialled is decided later and elsewhere, on the socket.
"""

from __future__ import annotations

import unicodedata
from typing import Final
from urllib.parse import SplitResult, urlsplit

from headwater.base.errors import InvalidInput
from headwater.control.model import MASK

INBOX: Final = "headwater:inbox"
"""The address of the built-in inbox: what goes there is kept for people to look at, and leaves no machine."""

MAX_CHARS: Final = 2048
_SCHEMES: Final = ("http", "https")


def checked_url(given: str, *, field: str, inbox: bool = False) -> str:
    """The address without outer blanks: http or https, a host, no fragment. `inbox`: headwater:inbox will do as well.

    Raises InvalidInput, which never shows a password.
    """
    url = given.strip()
    if inbox and url == INBOX:
        return url
    if reason := _fault(url):
        also = f", or {INBOX} for the built-in inbox" if inbox else ""
        raise InvalidInput(
            f"{reason}. Allowed: http://host/path or https://host/path, with a port, a query, and user:password@ "
            f"before the host if need be{also}. Nothing was changed.",
            details={"field": field},
        )
    return url


def has_credentials(url: str) -> bool:
    """Whether a user or a password stands before the host."""
    parts = _split(url)
    return parts is not None and "@" in parts.netloc


def shown(url: str) -> str:
    """The address with what is secret in it masked: `https://ann:********@example.com/in`."""
    parts = _split(url)
    if parts is None or "@" not in parts.netloc:
        return url
    credentials, _, place = parts.netloc.rpartition("@")
    user, colon, _ = credentials.partition(":")
    kept = f"{user}:{MASK}" if colon else MASK
    return parts._replace(netloc=f"{kept}@{place}").geturl()


def host_only(url: str) -> str:
    """What tells addresses apart and opens nothing: `https://hooks.example.com/…`. The inbox is shown as it is."""
    parts = _split(url)
    if parts is None or not parts.netloc:
        return url
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…"


def _fault(url: str) -> str | None:
    """What is wrong with an address, as the beginning of a sentence; None: nothing."""
    if not url or len(url) > MAX_CHARS:
        return f"An address must have 1 to {MAX_CHARS} characters; this one has {len(url)}"
    if any(char.isspace() or char == "\\" or unicodedata.category(char) in ("Cc", "Cs") for char in url):
        return "An address must not hold blanks, backslashes or control characters"
    parts = _split(url)
    if parts is None:
        return "The address cannot be read"
    if parts.scheme not in _SCHEMES:
        found = f'"{parts.scheme}"' if parts.scheme else "missing"
        return f"The address must begin with http:// or https://; its scheme is {found}"
    if MASK in parts.netloc:
        return "The address holds a mask where its password was: give the password again"
    if "#" in url:
        return "The address must not have a fragment (what follows #): it would never be sent"
    return _host_fault(parts)


def _host_fault(parts: SplitResult) -> str | None:
    try:
        port = parts.port
    except ValueError:
        return "The port must be a number from 1 to 65535"
    if not parts.hostname:
        return "The address names no host"
    if port == 0:
        return "The port must be a number from 1 to 65535"
    try:
        parts.hostname.encode("ascii" if parts.hostname.isascii() else "idna")
    except UnicodeError:
        return f'"{parts.hostname}" is not a host name'
    return None


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None

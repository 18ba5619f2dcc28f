"""A request as bytes, and as the headers that a log may show.

Headers that say how the message ends or where it goes are ours: given by a caller they are refused, as are line
breaks in any header. Nothing is asked to be compressed, and there are no cookies.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from headwater.base.outgoing import HttpRequest
from headwater.send.transport_fault import Fault
from headwater.send.wire_target import Target

Headers = tuple[tuple[str, str], ...]

OURS: Final = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Lower case. A caller may not give these."""

MASKED: Final = "Basic ********"
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNWANTED: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def request_bytes(request: HttpRequest, target: Target, user_agent: str) -> tuple[bytes, Headers]:
    """The whole message, and its headers with the URL's credentials masked. Raises Fault `invalid_request`."""
    headers = _headers(request, target, user_agent)
    if _UNWANTED.search(" ".join([value for _, value in headers])):
        raise _unwanted(headers)
    lines = [f"{name}: {value}\r\n" for name, value in headers]
    try:
        head = f"{_method(request.method)} {target.path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode()
    except UnicodeError:
        raise Fault("invalid_request", "A header of this request is not text. Nothing was sent.") from None
    return head + request.body, _shown(headers, target)


def _headers(request: HttpRequest, target: Target, user_agent: str) -> Headers:
    given = {_checked(name) for name, _ in request.headers}
    ours = [("Host", target.host_header)]
    if "user-agent" not in given:
        ours.append(("User-Agent", user_agent))
    if "accept" not in given:
        ours.append(("Accept", "*/*"))
    if request.body or request.method not in ("GET", "HEAD"):
        ours.append(("Content-Length", str(len(request.body))))
    if target.authorization is not None and "authorization" not in given:
        ours.append(("Authorization", target.authorization))
    return (*ours, *request.headers)


@lru_cache(maxsize=1024)
def _checked(name: str) -> str:
    """The name in lower case. Raises Fault."""
    if not _TOKEN.fullmatch(name):
        raise Fault("invalid_request", "A header of this request has a name that is not allowed. Nothing was sent.")
    if name.lower() in OURS:
        raise Fault(
            "invalid_request", f'The header "{name}" is set by headwater and cannot be given. Nothing was sent.'
        )
    return name.lower()


@lru_cache(maxsize=64)
def _method(method: str) -> str:
    if not _TOKEN.fullmatch(method) or method == "CONNECT":
        raise Fault("invalid_request", "The method of this request cannot be sent. Nothing was sent.")
    return method


def _unwanted(headers: Headers) -> Fault:
    wrong = next(name for name, value in headers if _UNWANTED.search(value))
    return Fault(
        "invalid_request", f'The header "{wrong}" holds a line break or a control character. Nothing was sent.'
    )


def _shown(headers: Headers, target: Target) -> Headers:
    if target.authorization is None:
        return headers
    return tuple((name, MASKED if value == target.authorization else value) for name, value in headers)

"""What the door says: the exact bytes of its answers, and which web pages may read them."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from headwater.base.http import Reply
from headwater.base.outcome import RejectCode
from headwater.collect.refusal import Refusal

Headers = tuple[tuple[bytes, bytes], ...]

SUCCESS: Final = b'{"success":true}'
GIF: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
"""One transparent pixel."""

_JSON: Headers = ((b"content-type", b"application/json"),)
_GIF: Headers = (
    (b"content-type", b"image/gif"),
    (b"cache-control", b"no-store, no-cache, must-revalidate, max-age=0"),
)
_EXPOSED = (b"access-control-expose-headers", b"Retry-After, X-RateLimit-Reset")
_DEFAULT_ALLOWED_HEADERS = b"authorization, content-type, content-encoding, x-retry-count"
_HEADER_NAMES = re.compile(rb"[A-Za-z0-9\-_, ]{1,500}")
_PREFLIGHT_AGE_S = 7200
_MAX_RETRY_AFTER_S = 300

OK: Final = Reply(status=200, body=SUCCESS, headers=_JSON)
PIXEL: Final = Reply(status=200, body=GIF, headers=_GIF)

_STATUS: Final[dict[RejectCode, int]] = dict.fromkeys(RejectCode, 400) | {
    RejectCode.INVALID_WRITE_KEY: 401,
    RejectCode.INVALID_API_KEY: 401,
    RejectCode.SCOPE_MISSING: 403,
    RejectCode.INVALID_CLIENT_TOKEN: 403,
    RejectCode.SIGNATURE_INVALID: 401,
    RejectCode.TOO_MANY_REQUESTS: 429,
    RejectCode.OVERLOADED: 503,
}


def stored(rejected: Sequence[tuple[int, Refusal]] = ()) -> Reply:
    """200; with the items that were not taken, by their place in the batch."""
    if not rejected:
        return OK
    items = [{"index": index, "code": why.code, "message": why.message} for index, why in rejected]
    return Reply(status=200, body=msgspec.json.encode({"success": True, "rejected": items}), headers=_JSON)


def refused(why: Refusal, status: int | None = None) -> Reply:
    """`status` where a door has one of its own for this code."""
    return _error(status or _STATUS[why.code], why.code, why.message)


def settings(body: bytes) -> Reply:
    """Fetched at every page load; a key may be revoked, so it is asked for again."""
    return Reply(status=200, body=body, headers=(*_JSON, (b"cache-control", b"no-cache")))


def listed(body: bytes) -> Reply:
    """What a program asked for; no cache keeps it."""
    return Reply(status=200, body=body, headers=(*_JSON, (b"cache-control", b"no-store")))


def file(body: bytes, content_type: bytes, *, max_age_s: int) -> Reply:
    cache = b"public, max-age=%d" % max_age_s
    return Reply(
        status=200,
        body=body,
        headers=(
            (b"content-type", content_type),
            (b"cache-control", cache),
            (b"x-content-type-options", b"nosniff"),
        ),
    )


def not_found(message: str) -> Reply:
    return _error(404, "not_found", message)


def not_allowed(method: str, path: str, allowed: Sequence[str]) -> Reply:
    allow = ", ".join(allowed)
    return _error(405, "method_not_allowed", f"{path} takes {allow}, not {method[:20]}.", ((b"allow", allow.encode()),))


def overloaded(retry_after_s: float) -> Reply:
    """503: the events could not be stored now; the client keeps them and comes again."""
    return _error(
        503,
        RejectCode.OVERLOADED,
        f"The server cannot store events right now. Nothing was stored; send again in {_whole(retry_after_s)} s.",
        _wait(retry_after_s),
    )


def too_many(retry_after_s: float) -> Reply:
    """429: this source sends more than its set rate."""
    return _error(
        429,
        RejectCode.TOO_MANY_REQUESTS,
        f"This source sends more events than its rate limit allows. Nothing was stored; send again in "
        f"{_whole(retry_after_s)} s.",
        _wait(retry_after_s),
    )


def preflight(request_headers: Mapping[bytes, bytes], methods: Sequence[str]) -> Reply:
    asked = request_headers.get(b"access-control-request-headers", b"")
    allowed = asked if _HEADER_NAMES.fullmatch(asked) else _DEFAULT_ALLOWED_HEADERS
    return Reply(
        status=204,
        headers=(
            (b"access-control-allow-methods", ", ".join(methods).encode()),
            (b"access-control-allow-headers", allowed),
            (b"access-control-max-age", b"%d" % _PREFLIGHT_AGE_S),
            (b"vary", b"Access-Control-Request-Headers"),
        ),
    )


def opened_to_any(reply: Reply) -> Reply:
    """The reply, readable by every web page."""
    return _with(reply, ((b"access-control-allow-origin", b"*"), _EXPOSED))


def opened_to_page(reply: Reply, request_headers: Mapping[bytes, bytes], allowed: Sequence[str] = ()) -> Reply:
    """The reply, readable by the asking page if its origin is allowed; `allowed` empty, or with `*`: every origin.

    Beacons are sent with credentials, though none are looked at: browsers then want the origin by name.
    """
    origin = request_headers.get(b"origin")
    if origin is None:
        return reply
    vary: Headers = ((b"vary", b"Origin"),)
    if allowed and "*" not in allowed and origin.decode("latin-1") not in allowed:
        return _with(reply, vary)
    credentials = (b"access-control-allow-credentials", b"true")
    return _with(reply, ((b"access-control-allow-origin", origin), credentials, _EXPOSED, *vary))


def fresh(reply: Reply) -> Reply:
    """The answer to a GET that did something: no cache may give it again."""
    return _with(reply, ((b"cache-control", b"no-store"),))


def headless(reply: Reply) -> Reply:
    """The answer to HEAD: the same without its body."""
    return msgspec.structs.replace(reply, body=b"")


class Origins:
    """Which web pages may read answers. Of no consequence to servers and apps, which send no Origin."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._any = "*" in allowed
        self._allowed = frozenset(origin.encode() for origin in allowed)
        self._ready: dict[int, tuple[Reply, Reply]] = {}

    def opened(self, reply: Reply, request_headers: Mapping[bytes, bytes]) -> Reply:
        """The reply with what lets the asking page read it, if it may."""
        origin = request_headers.get(b"origin")
        if origin is None:
            return reply
        if self._any:
            return self._for_any(reply)
        vary: Headers = ((b"vary", b"Origin"),)
        if origin not in self._allowed:
            return _with(reply, vary)
        return _with(reply, ((b"access-control-allow-origin", origin), _EXPOSED, *vary))

    def _for_any(self, reply: Reply) -> Reply:
        ready = self._ready.get(id(reply))
        if ready is not None and ready[0] is reply:
            return ready[1]
        opened = opened_to_any(reply)
        if reply is OK or reply is PIXEL:
            self._ready[id(reply)] = (reply, opened)
        return opened


def _with(reply: Reply, headers: Headers) -> Reply:
    return msgspec.structs.replace(reply, headers=reply.headers + headers)


def _error(status: int, code: str, message: str, headers: Headers = ()) -> Reply:
    body = msgspec.json.encode({"success": False, "code": code, "message": message})
    return Reply(status=status, body=body, headers=_JSON + headers)


def _wait(retry_after_s: float) -> Headers:
    value = b"%d" % _whole(retry_after_s)
    return ((b"retry-after", value), (b"x-ratelimit-reset", value))


def _whole(retry_after_s: float) -> int:
    """Clients read whole seconds, and none waits longer than five minutes."""
    return min(max(math.ceil(retry_after_s), 1), _MAX_RETRY_AFTER_S)


UNKNOWN_KEY: Final = refused(
    Refusal(
        RejectCode.INVALID_WRITE_KEY,
        "No source has this write key, or none was given. Send the source's key as the user name of HTTP Basic "
        "authorization or as writeKey in the body. Nothing was stored.",
    )
)

"""How an outgoing request proves that it is ours: Standard Webhooks `v1`.

`id.timestamp.body` is signed with HMAC-SHA256 under every live secret, so that a receiver may hold the old or the new
one while they are changed. Which secrets are live is the caller's to know. No secret is ever told in an error.
Source: the Standard Webhooks specification 1.0.0.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from headwater.base.errors import InvalidInput

PREFIX: Final = "whsec_"
MIN_BYTES: Final = 24
MAX_BYTES: Final = 64


def key_of(secret: str) -> bytes:
    """The bytes that sign. Padding may be missing. Raises InvalidInput `bad_secret`."""
    try:
        return _decoded(secret)
    except ValueError:
        raise InvalidInput(
            f"This is not a signing secret. Allowed: {PREFIX} followed by {MIN_BYTES} to {MAX_BYTES} bytes in base64. "
            "It was not taken.",
            code="bad_secret",
        ) from None


def signature(secrets: Sequence[str], id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header: one `v1,…` for each secret in their order, by a space.

    `timestamp` is in unix seconds. `id` must not hold a dot, else two messages could have one signature.
    """
    if not id or "." in id:
        raise ValueError(f"an id to sign must be given and hold no dot, this one is {id!r}")
    signed = b"%s.%d.%s" % (id.encode(), timestamp, body)
    return " ".join(f"v1,{_mac(key_of(secret), signed)}" for secret in secrets)


def webhook_headers(secrets: Sequence[str], id: str, timestamp: int, body: bytes) -> tuple[tuple[str, str], ...]:
    """The headers of Standard Webhooks; the signature is left out where there is no secret."""
    headers = (("webhook-id", id), ("webhook-timestamp", str(timestamp)))
    return (*headers, ("webhook-signature", signature(secrets, id, timestamp, body))) if secrets else headers


def _mac(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


@lru_cache(maxsize=4096)
def _decoded(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        raise ValueError("no prefix")
    text = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, UnicodeError):
        raise ValueError("no base64") from None
    if not MIN_BYTES <= len(key) <= MAX_BYTES:
        raise ValueError("too short or too long")
    return key

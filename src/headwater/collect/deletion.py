"""Whether a call that asks to erase a user may be taken, and what is written down of it: whom, and nothing else.

It is no event: the pipeline makes a regulation of it, as POST /regulations would, and nothing goes on to any reader.
"""

from __future__ import annotations

from typing import Final

import msgspec

from headwater.base.event import NO_JSON
from headwater.base.forms import strict, text_of
from headwater.base.outcome import RejectCode
from headwater.collect import calls
from headwater.collect.refusal import Refusal, shown

MAX_ID_CHARS: Final = 1_000
ACTION: Final = "delete"

_NOT_DONE: Final = "Nobody is erased."


class _Call(msgspec.Struct, frozen=True, rename="camel"):
    type: msgspec.Raw = NO_JSON
    user_id: msgspec.Raw = NO_JSON
    message_id: msgspec.Raw = NO_JSON


class _Written(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    user_id: str
    action: str
    message_id: str | None = None


_CALL: Final = msgspec.json.Decoder(_Call).decode
_ENCODE: Final = msgspec.json.Encoder().encode
_STRING: Final = msgspec.json.Decoder(str).decode


def is_asked(raw: msgspec.Raw) -> bool:
    """Whether the call is one of these. What is no object, or cannot be read, is none."""
    try:
        return b"delete" in bytes(raw) and bytes(_CALL(raw).type) == b'"delete"'
    except (msgspec.MsgspecError, RecursionError):
        return False


def judge(raw: msgspec.Raw, *, marker: bytes = b"", size_bytes: int = 0) -> msgspec.Raw | Refusal:
    """What is to be written down. `raw` and `marker` are as body.parse gives them."""
    text = bytes(raw)
    wrong = calls.unsound(text, marker, size_bytes or len(text))
    if wrong is not None:
        return wrong
    call = _CALL(strict(raw))
    message_id = bytes(call.message_id)
    if message_id in (b"", b"null", b'""'):
        message_id = b""
    wrong = calls.wrong_id("userId", bytes(call.user_id) or None) if bytes(call.user_id) != b"null" else None
    wrong = wrong or (calls.wrong_message_id("messageId", message_id) if message_id else None)
    if wrong is not None:
        return wrong
    user_id = text_of(call.user_id)
    if not user_id or not user_id.strip():
        return Refusal(RejectCode.ID_REQUIRED, f"userId is missing, but a delete call needs it. {_NOT_DONE}")
    if len(user_id) > MAX_ID_CHARS:
        name = shown(user_id.encode("utf-8", "replace"))
        return Refusal(
            RejectCode.ID_NOT_STRING,
            f"userId is {name}, of {len(user_id)} characters; at most {MAX_ID_CHARS} are allowed. {_NOT_DONE}",
        )
    return msgspec.Raw(_ENCODE(_Written(user_id, ACTION, _STRING(message_id) if message_id else None)))


NOT_ALLOWED: Final = Refusal(
    RejectCode.SCOPE_MISSING,
    "This key may send events; to erase a user takes an API key of scope admin. Nobody is erased.",
)

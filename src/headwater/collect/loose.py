"""Whether a back end's call may be stored: the Tracking API's rules, read as back ends write.

Numbers will do for ids and times, and a group needs nobody in it. What the call is then is `base.forms.strict`'s to
say, for this door and for whoever reads the record.
"""

from __future__ import annotations

from typing import Final

import msgspec

from headwater.base.event import CALL_TYPES
from headwater.base.forms import strict
from headwater.base.outcome import RejectCode
from headwater.collect import calls
from headwater.collect.calls import Item, Reading
from headwater.collect.refusal import Refusal

_DELETE: Final = Refusal(
    RejectCode.DELETE_NOT_SUPPORTED,
    "The call asks to delete a user, which takes an API key of scope admin at /api/eventWebhook. Nothing was deleted. "
    "This event was not stored.",
)


HOOKS: Final = Reading(loose=True)
WITH_DELETE: Final = Reading(types=(*CALL_TYPES, "delete"), loose=True)
"""Of a door that erases as well. Calls of that type are not for `judge`."""


class _Typed(msgspec.Struct, frozen=True, gc=False):
    type: msgspec.Raw = msgspec.Raw(b"")


_TYPED: Final = msgspec.json.Decoder(_Typed).decode


def judge(raw: msgspec.Raw, *, marker: bytes = b"", size_bytes: int = 0, reading: Reading = HOOKS) -> Item | Refusal:
    """The call when it may be stored. `raw` and `marker` are as body.parse gives them."""
    text = bytes(raw)
    size_bytes = size_bytes or len(text)
    found = calls.judge(raw, None, marker=marker, size_bytes=size_bytes, reading=reading)
    if isinstance(found, Item) or found.code not in _MENDED:
        return found
    try:
        if bytes(_TYPED(text).type) == b'"delete"':
            return _DELETE
        return calls.judge(strict(raw), None, size_bytes=size_bytes, reading=reading)
    except msgspec.ValidationError:
        return found


_MENDED: Final = frozenset(
    {
        RejectCode.TYPE_NOT_KNOWN,
        RejectCode.ID_NOT_STRING,
        RejectCode.ID_REQUIRED,
        RejectCode.NO_USER_ANON_ID,
        RejectCode.TIMESTAMP_INVALID,
    }
)
"""What a closer look may find to be right."""

"""Which events a body holds that is one event or an array of them."""

from __future__ import annotations

from typing import Final

import msgspec

from headwater.base.event import MAX_BATCH_EVENTS
from headwater.base.outcome import RejectCode
from headwater.collect.refusal import NotTaken, shown

_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


def events_of(raw: msgspec.Raw) -> tuple[list[msgspec.Raw], bool]:
    """(the events, whether it is one by itself) of a body that is an object or an array; raises NotTaken."""
    text = bytes(raw)
    if text.startswith(b"{"):
        return [raw], True
    if not text.startswith(b"["):
        raise NotTaken(
            RejectCode.BAD_REQUEST,
            f"The body is {shown(text)}, but must be an event or an array of events. Nothing was stored.",
        )
    events = _LIST(text)
    if not events:
        raise NotTaken(RejectCode.EMPTY_BATCH, "The array holds no events. Nothing was stored.")
    if len(events) > MAX_BATCH_EVENTS:
        raise NotTaken(
            RejectCode.PAYLOAD_TOO_LARGE,
            f"The array has {len(events)} events, but may have {MAX_BATCH_EVENTS} at most. Nothing was stored.",
        )
    return events, False

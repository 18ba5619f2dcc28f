"""The envelope of a batch: what it says about all of its events, and when it is refused as a whole."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from headwater.base.event import MAX_BATCH_EVENTS, MAX_EVENT_BYTES, NO_JSON
from headwater.base.outcome import RejectCode
from headwater.collect import body, calls, identity
from headwater.collect.records import Told
from headwater.collect.refusal import NotTaken

MAX_MERGED_BYTES = 8 * 1024 * 1024
"""The batch's context and integrations go into each of its events; so much may come of it."""


class Batch(msgspec.Struct, frozen=True, rename="camel"):
    batch: list[msgspec.Raw] | None = None
    context: msgspec.Raw = NO_JSON
    integrations: msgspec.Raw = NO_JSON
    sent_at: msgspec.Raw = NO_JSON
    write_key: msgspec.Raw = NO_JSON


_BATCH = msgspec.json.Decoder(Batch).decode
_TEXT = msgspec.json.Decoder(str).decode


def read(text: bytes) -> tuple[Batch, bytes]:
    """(the batch, the marker of body.parse); raises NotTaken when it is none."""
    try:
        return body.parse(_BATCH, text)
    except msgspec.ValidationError:
        raise NotTaken(
            RejectCode.BAD_REQUEST,
            'A batch is a JSON object with an array of events in "batch"; this body is not. Nothing was stored.',
        ) from None


def told(batch: Batch, marker: bytes, *, ids_signed: bool | None = None) -> Told:
    """What holds for all events; raises NotTaken when there are none, too many, or it is itself wrong."""
    count = len(batch.batch or ())
    if not count:
        raise NotTaken(RejectCode.EMPTY_BATCH, '"batch" holds no events. Nothing was stored.')
    if count > MAX_BATCH_EVENTS:
        raise NotTaken(
            RejectCode.PAYLOAD_TOO_LARGE,
            f"The batch has {count} events, but may have {MAX_BATCH_EVENTS} at most. Nothing was stored.",
        )
    context, integrations = _object("context", batch.context), _object("integrations", batch.integrations)
    _check_merged((bytes(context), bytes(integrations)), count, marker)
    if context and calls.signature(context):
        context = identity.context_without(context)
    return Told(
        sent_at=_sent_at(batch.sent_at),
        context=context,
        integrations=integrations,
        direct=b"direct" in bytes(context) and calls.is_direct(context),
        ids_signed=ids_signed,
    )


def signature(batch: Batch) -> msgspec.Raw:
    """The user id's signature that the context of a batch brings, once `told` has looked at it."""
    return calls.signature(batch.context) if bytes(batch.context).startswith(b"{") else NO_JSON


def _object(name: str, raw: msgspec.Raw) -> msgspec.Raw:
    value = bytes(raw)
    if value in (b"", b"null"):
        return NO_JSON
    wrong = calls.wrong_object(name, value)
    if wrong is not None:
        raise NotTaken(wrong.code, f"The batch's {wrong.message}")
    return raw


def _check_merged(parts: Sequence[bytes], count: int, marker: bytes) -> None:
    """What goes into every event must be as sound as an event, and not swell the batch beyond measure."""
    size_bytes = sum(map(len, parts))
    if size_bytes > MAX_EVENT_BYTES or size_bytes * count > MAX_MERGED_BYTES:
        raise NotTaken(
            RejectCode.PAYLOAD_TOO_LARGE,
            f"The batch's context and integrations have {size_bytes} bytes and go into each of {count} events, "
            f"but may have {MAX_EVENT_BYTES} bytes, and {MAX_MERGED_BYTES} over all events. Nothing was stored.",
        )
    if marker and any(marker in part for part in parts):
        raise NotTaken(RejectCode.BAD_REQUEST, f"The batch's context holds {body.HALF} Nothing was stored.")
    if any(body.too_deep(part) for part in parts):
        raise NotTaken(RejectCode.NESTED_TOO_DEEP, f"The batch's context {body.NESTED} Nothing was stored.")


def _sent_at(raw: msgspec.Raw) -> str | None:
    value = bytes(raw)
    if value in (b"", b"null", b'""'):
        return None
    wrong = calls.wrong_time("sentAt", value)
    if wrong is not None:
        raise NotTaken(wrong.code, f"The batch's {wrong.message}")
    return _TEXT(value)

"""The raw record: what a door writes to the journal before it answers, and the pipeline reads.

One record is one request. Events stay as the client sent them (JSON text, checked, not rewritten); what the
request as a whole said (batch context, sentAt, the call kind named by the path) stands beside them once.
The wire form is one JSON object with one-letter keys, so that it can be read with any tool; `k` tells a
record of events (`e`) from a note about a refused item (`n`). `door` tells in which form the events are.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from headwater.base.event import NO_JSON, CallType

Form = Literal["track", "customer", "candu", "rest"]
"""`track`: the Tracking API's calls; `rest`: the same as back ends write them, with numbers for ids and times;
`customer`: envelopes, as the customer-event doors take them; `candu`: envelopes that become tutorial events.
`base.forms` reads what is not plain."""


GONE: Final = msgspec.Raw(b"null")
"""In the place of an event whose person is suppressed or erased: it keeps its place and its count, and says nothing."""


class RawRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="e"):
    """`received_ms` is milliseconds since 1970-01-01 UTC; `events` holds JSON objects, and `GONE` where one was. None
    at all is a mark: what lies before it in the journal was decided before.

    `call` is the call kind when the path names it (`/v1/track`); None: each event has its own `type`.
    `context` and `integrations` are the batch's, merged under each event's own. `fate` is set when the door
    knows that the events go no further (`source_disabled`, `suppressed`, `erasure_requested`). `ip` is the client's
    address where it is to be recorded. `ids_signed`, of a browser's source: whether the workspace believed no user id
    without its signature then; what it requires later says nothing of these events.
    """

    source_id: str = msgspec.field(name="s")
    workspace_id: str = msgspec.field(name="w")
    received_ms: int = msgspec.field(name="r")
    events: list[msgspec.Raw] = msgspec.field(name="e")
    door: Form = msgspec.field(name="d", default="track")
    call: CallType | None = msgspec.field(name="c", default=None)
    sent_at: str | None = msgspec.field(name="a", default=None)
    context: msgspec.Raw = msgspec.field(name="x", default=NO_JSON)
    integrations: msgspec.Raw = msgspec.field(name="i", default=NO_JSON)
    ip: str | None = msgspec.field(name="p", default=None)
    fate: str | None = msgspec.field(name="f", default=None)
    ids_signed: bool | None = msgspec.field(name="v", default=None)


class RejectedNote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="k", tag="n"):
    """An item the door refused, kept for the debugger alone: never counted as accepted, never replayed."""

    source_id: str = msgspec.field(name="s")
    workspace_id: str = msgspec.field(name="w")
    received_ms: int = msgspec.field(name="r")
    code: str = msgspec.field(name="q")
    message: str = msgspec.field(name="m")
    payload: str = msgspec.field(name="y", default="")

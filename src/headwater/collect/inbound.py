"""The door for other tools' webhooks: `POST /hooks/{key}`, the address of one source.

It takes the body of Segment's Webhooks destination (a call, or an array of calls) and that of Candu's own webhooks
(`{"payload": EVENT}`). The key in the path is a secret that only the sender is told. A source that has a shared secret
set takes only what is signed with it, as Segment signs: `X-Signature`, the hex HMAC-SHA1 of the body.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from headwater.base.event import NO_JSON
from headwater.base.forms import ENVELOPE_CALLS
from headwater.base.http import Reply, Request
from headwater.base.outcome import RejectCode
from headwater.base.raw import Form
from headwater.catalog.model import SHARED_SECRET
from headwater.collect import answers, body, envelopes, identity, loose
from headwater.collect.events import events_of
from headwater.collect.intake import Intake
from headwater.collect.model import Decision, SourceEntry
from headwater.collect.records import Good, Told
from headwater.collect.refusal import NotTaken, Refusal, shown

PREFIX: Final = "/hooks/"

_METHODS: Final = ("POST",)
_CANDU: Final = "candu"
_RAW: Final = msgspec.json.Decoder(msgspec.Raw).decode
_STRING: Final = msgspec.json.Decoder(str).decode
_UNSIGNED: Final = Refusal(
    RejectCode.SIGNATURE_INVALID,
    "The source has a shared secret, and X-Signature is missing, or is not the hex HMAC-SHA1 of the body by it. Set "
    "the same secret on both sides, or none. Nothing was stored.",
)


class InboundSource(SourceEntry, Protocol):
    @property
    def catalog(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, Any]:
        """Secret ones in the clear."""
        ...


class InboundDirectory(Protocol):
    def by_inbound_key(self, key: str) -> InboundSource | None: ...


class _Outer(msgspec.Struct, frozen=True):
    type: msgspec.Raw = NO_JSON
    payload: msgspec.Raw = NO_JSON


_OUTER: Final = msgspec.json.Decoder(_Outer).decode


class InboundDoor:
    """`takes` tells by its slug whether the catalogue lets a source's events come as webhooks."""

    def __init__(self, *, directory: InboundDirectory, takes: Callable[[str], bool], intake: Intake) -> None:
        self._directory = directory
        self._takes = takes
        self._intake = intake

    def paths(self) -> list[tuple[str, str]]:
        return [("POST", PREFIX + "{key}")]

    def owns(self, path: str) -> bool:
        return path.startswith(PREFIX)

    def overloaded(self, request: Request, retry_after_s: float) -> Reply:
        return answers.overloaded(retry_after_s)

    def handle(self, request: Request) -> Decision:
        """An unknown key and one whose source takes no webhooks are not told apart."""
        source = self._directory.by_inbound_key(request.path[len(PREFIX) :].rstrip("/"))
        if source is None or not self._takes(source.catalog):
            self._intake.rejected["", "not_found"] += 1
            return answers.not_found("No source takes webhooks at this address. Nothing was stored.")
        if request.method not in _METHODS:
            return answers.not_allowed(request.method, PREFIX + "…", _METHODS)
        try:
            text = body.read(request.body, request.header(b"content-encoding"))
            raw, marker = body.parse(_RAW, text)
            events, single = events_of(raw)
        except NotTaken as error:
            return self._intake.refuse(source, error.refusal, request.body)
        if not _is_signed(source, request, (request.body, text, bytes(events[0]))):
            return self._intake.refuse(source, _UNSIGNED, text)
        size_bytes = len(text) if single else 0
        envelope = _envelope(events[0]) if single else None
        if isinstance(envelope, Refusal):
            return self._intake.refuse(source, envelope, text)
        if envelope is not None:
            form: Form = "candu" if source.catalog == _CANDU else "customer"
            return self._store(
                source, form, [envelope], [envelopes.judge(envelope, marker=marker, size_bytes=size_bytes)]
            )
        found = [loose.judge(one, marker=marker, size_bytes=size_bytes) for one in events]
        return self._store(source, "rest", events, found)

    def _store(
        self,
        source: SourceEntry,
        form: Form,
        events: Sequence[msgspec.Raw],
        found: Sequence[envelopes.Item | loose.Item | Refusal],
    ) -> Decision:
        good: list[Good] = []
        bad: list[tuple[int, Refusal]] = []
        for index, (raw, item) in enumerate(zip(events, found, strict=True)):
            if isinstance(item, Refusal):
                bad.append((index, item))
            else:
                good.append(Good(identity.without(raw) if item.signatures else raw, direct=False, names=item))
        return self._intake.store(source, Told(door=form), good, bad, events)


def _is_signed(source: InboundSource, request: Request, texts: Iterable[bytes]) -> bool:
    """Of an array Segment signs the first call alone. No secret set: nothing needs to be signed."""
    secret = source.settings.get(SHARED_SECRET)
    if not secret:
        return True
    given = request.header(b"x-signature").strip().lower().encode("utf-8")
    key = str(secret).encode()
    found = [hmac.compare_digest(hmac.new(key, text, hashlib.sha1).hexdigest().encode(), given) for text in texts]
    return any(found)


def _envelope(raw: msgspec.Raw) -> msgspec.Raw | Refusal | None:
    """The customer event of Candu's body, with its wrapper or without; None: the body is of another kind."""
    try:
        outer = _OUTER(raw)
    except msgspec.ValidationError:
        return None
    kind = bytes(outer.type)
    if kind.startswith(b'"') and _STRING(kind) in ENVELOPE_CALLS:
        return raw
    payload = bytes(outer.payload)
    if kind or not payload:
        return None
    if not payload.startswith(b"{"):
        return Refusal(
            RejectCode.BAD_REQUEST, f"payload is {shown(payload)}, but must be an event. Nothing was stored."
        )
    return outer.payload

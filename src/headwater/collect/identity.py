"""Whether whoever names a user id may: the id must come signed where the workspace wants it so.

A signature is the hex HMAC-SHA256 of the user id, made by the workspace's own back end with one of its secrets. It
comes as `hmac` of the event, as `hmac` of its context, or in the query, and never goes further than this: it would let
whoever reads it pose as that user.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from headwater.base.clock import Clock
from headwater.base.event import NO_JSON
from headwater.base.outcome import RejectCode
from headwater.collect.model import SourceEntry, WorkspaceEntry
from headwater.collect.refusal import Refusal, shown
from headwater.collect.suppression import SuppressedPeople, nobody
from headwater.collect.unproven import Standing, Unproven
from headwater.control.model import public_id

_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_ENCODE: Final = msgspec.json.Encoder().encode
_STRING: Final = msgspec.json.Decoder(str).decode
_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")


class Signed(msgspec.Struct, frozen=True, gc=False):
    """What a context says of the user id's signature; the rest of it is not looked at."""

    hmac: msgspec.Raw = NO_JSON


class Identities:
    """Counts by source id, under observe and under require, how often a user id came without a right signature;
    `report` says more of it."""

    def __init__(self, *, clock: Clock, suppressed: SuppressedPeople = nobody) -> None:
        """`suppressed` says whose names a workspace does not want to be noted."""
        self.unproven: Counter[str] = Counter()
        self.report = Unproven(clock=clock)
        self._suppressed = suppressed

    def refusal(
        self,
        source: SourceEntry,
        workspace: WorkspaceEntry | None,
        user_id: str | None,
        signatures: Iterable[msgspec.Raw | str | None],
    ) -> Refusal | None:
        """Why an event that names this user id is not to be taken; None when it is, or names nobody."""
        if not user_id or workspace is None or workspace.identity_verification == "off":
            return None
        standing = standing_of(user_id, signatures, workspace.identity_secrets)
        people = self._suppressed(source.workspace_id)
        if people is None or not people.holds("user", user_id):
            self.report.note(source.workspace_id, public_id(source.source_id), user_id, standing)
        if standing == "proven":
            return None
        self.unproven[source.source_id] += 1
        if workspace.identity_verification == "observe":
            return None
        said = "but no hmac comes with it" if standing == "missing" else "but its hmac is none of its signatures"
        name = shown(user_id.encode("utf-8", "replace"))
        return Refusal(
            RejectCode.IDENTITY_INVALID,
            f"userId is {name}, {said}. This workspace requires signed identities: "
            "the hex HMAC-SHA256 of the user id by one of its secrets. Nothing of this was stored.",
        )


def must_be_signed(workspace: WorkspaceEntry | None) -> bool | None:
    """Whether no user id from its browsers is believed unsigned; None without a workspace that says so."""
    return None if workspace is None else workspace.identity_verification == "require"


def standing_of(user_id: str, signatures: Iterable[msgspec.Raw | str | None], secrets: Sequence[bytes]) -> Standing:
    """What the user id comes with. Of several signatures, one that is right will do."""
    given = [text for each in signatures if (text := _text(each))]
    if any(is_right(user_id, text, secrets) for text in given):
        return "proven"
    return "wrong" if given else "missing"


def is_right(user_id: str, signature: str, secrets: Sequence[bytes]) -> bool:
    """Whether this is the user id's signature by one of the secrets, hex in either case. No shortcut tells which."""
    if not _HEX.fullmatch(signature):
        return False
    message, lower = user_id.encode("utf-8", "surrogatepass"), signature.lower()
    found = [hmac.compare_digest(hmac.new(key, message, hashlib.sha256).hexdigest(), lower) for key in secrets]
    return any(found)


def without(raw: msgspec.Raw) -> msgspec.Raw:
    """The event without its signature: `hmac` of its own and `context.hmac` are left out, all else stays."""
    fields = _OBJECT(raw)
    fields.pop("hmac", None)
    context = bytes(fields.get("context", NO_JSON))
    if context.startswith(b"{"):
        fields["context"] = context_without(msgspec.Raw(context))
    return msgspec.Raw(_ENCODE(fields))


def context_without(raw: msgspec.Raw) -> msgspec.Raw:
    """A context object without its `hmac`."""
    fields = _OBJECT(raw)
    if fields.pop("hmac", None) is None:
        return raw
    return msgspec.Raw(_ENCODE(fields))


def _text(given: msgspec.Raw | str | None) -> str:
    if isinstance(given, str):
        return given
    value = bytes(given or NO_JSON)
    return _STRING(value) if value.startswith(b'"') else ""

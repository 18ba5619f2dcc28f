"""Events as most of them come: many are judged and written down at once, what holds for all looked up once.

What is taken here, the door takes just so by itself (`tests/property/test_collect_plain.py`); whatever is not plain
is left to it, to be taken or refused there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Final

import msgspec

from headwater.base.event import MAX_DEPTH, MAX_EVENT_BYTES, CallType
from headwater.base.http import Reply
from headwater.collect import records
from headwater.collect.body import brackets, too_deep
from headwater.collect.calls import Item
from headwater.collect.intake import Intake
from headwater.collect.model import Directory
from headwater.collect.records import Told

_Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Context(msgspec.Struct, frozen=True, gc=False):
    """One that asks for nothing and proves nothing."""

    direct: None = None
    hmac: None = None


class _Call(Item, frozen=True, gc=False, kw_only=True, rename="camel"):
    """What must be so of any call: an Item that asks for nothing and proves nothing."""

    context: _Context | None = None  # pyright: ignore[reportIncompatibleVariableOverride]
    hmac: None = None  # pyright: ignore[reportIncompatibleVariableOverride]


class _Track(_Call, frozen=True, gc=False, kw_only=True, rename="camel"):
    event: _Text  # pyright: ignore[reportGeneralTypeIssues]


class _Named(_Call, frozen=True, gc=False, kw_only=True, rename="camel"):
    name: _Text | None = None


class _Group(_Call, frozen=True, gc=False, kw_only=True, rename="camel"):
    group_id: _Text  # pyright: ignore[reportGeneralTypeIssues]


class _Alias(_Call, frozen=True, gc=False, kw_only=True, rename="camel"):
    user_id: _Text  # pyright: ignore[reportGeneralTypeIssues]
    previous_id: _Text  # pyright: ignore[reportGeneralTypeIssues]


_FORMS: Final[dict[CallType, type[_Call]]] = {
    "identify": _Call,
    "track": _Track,
    "page": _Named,
    "screen": _Named,
    "group": _Group,
    "alias": _Alias,
}
_OPEN: Final = ord("{")
_CLOSE: Final = ord("}")


def plain(kind: CallType) -> Callable[[bytes, int], bool]:
    """Whether a body, with `count` brackets, is a call of this kind with which all is right, that asks for nothing
    beside being stored."""
    read = msgspec.json.Decoder(_FORMS[kind]).decode

    def is_plain(text: bytes, count: int) -> bool:
        try:
            call = read(text)
            if not text.isascii():
                text.decode("utf-8")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        return (
            text[0] == _OPEN
            and text[-1] == _CLOSE
            and len(text) <= MAX_EVENT_BYTES
            and not (b"\n" in text or b"\r" in text)
            and bool(call.user_id or call.anonymous_id)
            and (call.timestamp is None or 1 < call.timestamp.year < 9999)
            and (call.original_timestamp is None or 1 < call.original_timestamp.year < 9999)
            and (call.sent_at is None or 1 < call.sent_at.year < 9999)
            and (count <= 2 * MAX_DEPTH or not too_deep(text))
        )

    return is_plain


class _Batch(msgspec.Struct, frozen=True, gc=False):
    batch: list[_Call]


_BATCH: Final = msgspec.json.Decoder(_Batch).decode


def plain_events(text: bytes, items: Sequence[msgspec.Raw]) -> list[bytes] | None:
    """The events of a batch (`items`, of the body `text`) when each of them is right, and asks for nothing more."""
    try:
        if not all(map(_is_right, _BATCH(text).batch)):
            return None
    except (msgspec.DecodeError, RecursionError):
        return None
    events = list(map(bytes, items))
    if max(map(len, events)) > MAX_EVENT_BYTES:
        return None
    if max(brackets(events)) > 2 * MAX_DEPTH and any(map(too_deep, events)):
        return None
    return events


def _is_right(call: _Call) -> bool:
    """As `calls.judge` finds, for calls that name their kind themselves."""
    kind = call.type
    if not (call.user_id or call.anonymous_id):
        return False
    if call.timestamp is not None and not 1 < call.timestamp.year < 9999:
        return False
    if call.original_timestamp is not None and not 1 < call.original_timestamp.year < 9999:
        return False
    if call.sent_at is not None and not 1 < call.sent_at.year < 9999:
        return False
    if kind == "track":
        return bool(call.event)
    if kind == "group":
        return bool(call.group_id)
    if kind == "alias":
        return bool(call.user_id and call.previous_id)
    return kind == "identify" or (kind is not None and call.name != "")


class Taken(msgspec.Struct, frozen=True):
    """`records`, of each body in turn: the encoded RawRecord; None: the request must be looked at by itself."""

    source_id: str
    records: list[bytes | None]


class Lane:
    """Requests for one kind of call with one key. `reply` is what each that is stored is answered."""

    def __init__(self, kind: CallType, key: str, *, reply: Reply, directory: Directory, intake: Intake) -> None:
        self.reply = reply
        self._kind: CallType = kind
        self._key = key
        self._directory = directory
        self._intake = intake
        self._is_plain = plain(kind)

    def take(self, bodies: Sequence[bytes], address: Callable[[int], str]) -> Taken | None:
        """None: each must be looked at by itself. `address` tells the sender's by a body's place.

        Raises HeadwaterError when who has the key cannot be looked up now.
        """
        source = self._directory.by_write_key(self._key)
        if source is None or not self._intake.is_open(source):
            return None
        told = Told(call=self._kind)
        shows_address = source.platform == "browser"
        if shows_address:
            workspace = self._directory.workspace(source.workspace_id)
            if workspace is not None:
                if workspace.identity_verification != "off":
                    return None
                told = Told(call=self._kind, ids_signed=False)
        frame = records.Frame(source, told, received_ms=self._intake.now_ms())
        is_plain, counts = self._is_plain, brackets(bodies)
        if shows_address:
            return Taken(
                source.source_id,
                [
                    frame.around(text, address(at)) if is_plain(text, counts[at]) else None
                    for at, text in enumerate(bodies)
                ],
            )
        before, after = frame.ends("")
        join = b"".join
        return Taken(
            source.source_id,
            [
                join((before, text, after)) if is_plain(text, count) else None
                for text, count in zip(bodies, counts, strict=True)
            ],
        )

"""Whom an event is about: which ids stand for somebody, and what becomes of two people that an event names together.

The rules: an anonymous person and a known one that are named together are one. Two known people stay two; an anonymous
id goes to whom it was last seen with. Only an alias makes one of two known people, up to a number of user ids.
"""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import Any, Final

import msgspec

from headwater.base.event import CleanEvent
from headwater.profiles.bounds import MAX_EXTERNAL_IDS, MAX_ID_CHARS, MAX_USER_IDS
from headwater.profiles.model import Person
from headwater.profiles.refusals import Refusal

CLAIM_MS: Final = 24 * 3600_000
"""A claim is renewed when it is older than this, so that what is in use is known to be, and is seldom written."""

_NOBODY: Final = frozenset(
    {
        "null", "(null)", "<null>", "nil", "none", "undefined", "nan", "anonymous", "guest", "unknown", "n/a",
        "[object object]", "{}", "[]", "true", "false", "-1",
    }
)  # fmt: skip
_ZEROES: Final = "0-"
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_EXTERNAL_IDS: Final = b'"externalIds"'


def flaw(id: str) -> Refusal | None:
    """Why an id stands for nobody; None when it may stand for somebody. Case does not matter, nor blanks around it."""
    if len(id) > MAX_ID_CHARS:
        return Refusal.ID_TOO_LONG
    text = id.strip()
    if not text.strip(_ZEROES) or text.casefold() in _NOBODY:
        return Refusal.ID_BLOCKED
    return None


class Union(Enum):
    """What becomes of two that are named together."""

    SAME = "same"
    MERGE = "merge"
    MOVE = "move"
    """The anonymous id goes over to the user; what it did before stays where it was."""
    STAY = "stay"


def of_anonymous(user: Person, owner: Person, *, owned_ms: int, at_ms: int) -> Union:
    """A user, and the owner of an anonymous id that came with the user's id at `at_ms`."""
    if user.ref == owner.ref:
        return Union.SAME
    if not owner.is_known:
        return Union.MERGE
    return Union.MOVE if at_ms > owned_ms else Union.STAY


def of_alias(user: Person, previous: Person, *, trusted: bool) -> Union | Refusal:
    """A user, and the owner of the id that an alias says was the user's before. `trusted`: not a browser's word."""
    if user.ref == previous.ref:
        return Union.SAME
    if previous.is_known and user.is_known:
        if not trusted:
            return Refusal.ALIAS_UNPROVEN
        if len(user.user_ids.keys() | previous.user_ids.keys()) > MAX_USER_IDS:
            return Refusal.USER_ID_LIMIT
    return Union.MERGE


def of_external(person: Person, owner: Person) -> Union | Refusal:
    """A person, and the owner of an external id that came with the person's ids."""
    if person.ref == owner.ref:
        return Union.SAME
    return Refusal.KNOWN_TO_ANOTHER if person.is_known and owner.is_known else Union.MERGE


class _ExternalId(msgspec.Struct, frozen=True):
    id: Any = None
    type: Any = None
    collection: Any = "users"


class _Context(msgspec.Struct, frozen=True):
    external_ids: list[Any] = msgspec.field(name="externalIds", default_factory=list[Any])


_CONTEXT: Final = msgspec.json.Decoder(_Context).decode


def external_ids(event: CleanEvent) -> list[str]:
    """`type:id` of each user's id in `context.externalIds` that may stand for somebody; no more than are kept."""
    if _EXTERNAL_IDS not in bytes(event.context):
        return []
    try:
        given = _CONTEXT(event.context).external_ids
    except (msgspec.MsgspecError, RecursionError):
        return []
    found: list[str] = []
    for each in given[:MAX_EXTERNAL_IDS]:
        try:
            one = msgspec.convert(each, _ExternalId)
        except msgspec.ValidationError:
            continue
        if one.collection == "users" and isinstance(one.id, str) and isinstance(one.type, str) and flaw(one.id) is None:
            found.append(f"{one.type}:{one.id}"[:MAX_ID_CHARS])
    return list(dict.fromkeys(found))


def person_id(workspace_id: str, first_id: str, attempt: int = 0) -> str:
    """`per_` and 16 letters and digits: always the same for the same first id, so that a person made anew from the
    journal has the id from before. `attempt` counts the ids that were taken."""
    text = "\x1f".join((workspace_id, first_id, str(attempt)))
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:12])
    letters: list[str] = []
    for _ in range(16):
        number, digit = divmod(number, 62)
        letters.append(_ALPHABET[digit])
    return f"per_{''.join(letters)}"

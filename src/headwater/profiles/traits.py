"""Which value a trait has: the latest by event time, per trait, whatever comes in whatever order.

`join` is commutative, associative and idempotent, also where it leaves out what is too many.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from headwater.profiles.bounds import MAX_TRAIT_BYTES, MAX_TRAIT_NAME_CHARS, MAX_TRAITS, MAX_TRAITS_BYTES
from headwater.profiles.model import Trait
from headwater.profiles.refusals import Refusal

Traits = dict[str, Trait]

_DECODE: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def read(text: msgspec.Raw, at_ms: int, order: int) -> tuple[Traits, list[Refusal]]:
    """The traits that an event gives, and what of it is not taken. An object within a trait is one value."""
    try:
        given = _DECODE(text) if len(text) > 0 else {}
    except (msgspec.MsgspecError, RecursionError):
        return {}, [Refusal.TRAITS_UNREADABLE]
    found: Traits = {}
    refused: list[Refusal] = []
    for name, value in given.items():
        if len(name) > MAX_TRAIT_NAME_CHARS:
            refused.append(Refusal.TRAIT_NAME_TOO_LONG)
        elif len(value) > MAX_TRAIT_BYTES:
            refused.append(Refusal.TRAIT_TOO_LONG)
        else:
            found[name] = Trait(written(bytes(value)), at_ms, order)
    return found, refused


def written(value: bytes) -> bytes:
    """A text is written in one way, whatever the client escaped, so that people can be found by it."""
    return msgspec.json.encode(msgspec.json.decode(value)) if value.startswith(b'"') and b"\\" in value else value


def found(traits: Mapping[str, Trait], name: str) -> bytes:
    """What a name leads to, as rules read it: the trait of exactly that name, else down nested objects by its dots.
    JSON, a text in its one way; empty where it leads to nothing."""
    exact = traits.get(name)
    if "." not in name or (exact is not None and not exact.is_cleared):
        return b"" if exact is None else exact.value
    first, *inner = name.split(".")
    value = traits[first].value if first in traits else b""
    for part in inner:
        if not value.startswith(b"{"):
            return b""
        try:
            value = bytes(_DECODE(value).get(part, b""))
        except (msgspec.MsgspecError, RecursionError):
            return b""
    return written(value)


def join(mine: Traits, theirs: Mapping[str, Trait]) -> tuple[set[str], int]:
    """Adds to `mine` what is later. Gives the names whose values are different now, and how many traits had to go."""
    changed: set[str] = set()
    for name, given in theirs.items():
        known = mine.get(name)
        if known is None:
            mine[name] = given
            if not given.is_cleared:
                changed.add(name)
        elif _stamp(given) > _stamp(known):
            mine[name] = given
            if given.value != known.value:
                changed.add(name)
    gone = _overflow(mine)
    for name in gone:
        del mine[name]
    return changed.union(gone), len(gone)


def _stamp(trait: Trait) -> tuple[int, int, bytes]:
    return trait.at_ms, trait.order, trait.value


def _overflow(traits: Traits) -> list[str]:
    """The names with the oldest values, beyond what is kept."""
    if len(traits) <= MAX_TRAITS and len(traits) * MAX_TRAIT_BYTES <= MAX_TRAITS_BYTES:
        return []
    size = sum(map(_size, traits, traits.values()))
    if len(traits) <= MAX_TRAITS and size <= MAX_TRAITS_BYTES:
        return []
    gone: list[str] = []
    for name in sorted(traits, key=lambda name: (_stamp(traits[name]), name)):
        if len(traits) - len(gone) <= MAX_TRAITS and size <= MAX_TRAITS_BYTES:
            break
        gone.append(name)
        size -= _size(name, traits[name])
    return gone


def _size(name: str, trait: Trait) -> int:
    return 4 * len(name) + len(trait.value)

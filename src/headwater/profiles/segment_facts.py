"""A person as rules see it: values taken out of JSON, texts in NFC, only what the rules at hand look at."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, Final

import msgspec

from headwater.base.clock import iso_from_seconds
from headwater.base.parts import opened
from headwater.base.rules import Looks
from headwater.base.rules_facts import Facts
from headwater.base.rules_ops import plain
from headwater.profiles.model import NULL, Group, Person, Trait

GroupOf = Callable[[str], Group | None]
"""A group of the person's workspace by its id."""

_MOST_KNOWN: Final = 20_000
_KNOWN_BYTES: Final = 16
_TEXT: Final = msgspec.json.Decoder(str).decode


class Wants(msgspec.Struct, frozen=True):
    """What several rules look at together."""

    traits: tuple[str, ...] = ()
    group_traits: tuple[str, ...] = ()
    person: frozenset[str] = frozenset()

    @classmethod
    def of(cls, looked: Iterable[Looks]) -> Wants:
        every = list(looked)
        return cls(
            traits=tuple(sorted({name for each in every for name in each.traits})),
            group_traits=tuple(sorted({name for each in every for name in each.group_traits})),
            person=frozenset(name for each in every for name in each.person),
        )


def facts_of(person: Person, wants: Wants, group_of: GroupOf, segments: Container[str] = ()) -> Facts:
    """`meters` go by their numbers."""
    return Facts(
        values(person.traits, wants.traits),
        groups_of(person.groups, wants, group_of),
        fields_of(person, wants.person),
        person.meters,
        segments,
    )


def values(traits: Mapping[str, Trait], names: Iterable[str]) -> dict[str, Any]:
    """The traits of these names that are there and not cleared."""
    found: dict[str, Any] = {}
    for name in names:
        trait = traits.get(name)
        if trait is not None and trait.value != NULL:
            found[name] = value_of(trait.value)
    return found


def groups_of(groups: Iterable[str], wants: Wants, group_of: GroupOf) -> list[dict[str, Any]]:
    if not wants.group_traits:
        return []
    found = [group_of(id) for id in groups]
    return [values(group.traits, wants.group_traits) for group in found if group is not None]


def fields_of(person: Person, wanted: frozenset[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    if "userId" in wanted:
        found["userId"] = [plain(id) for id in person.user_ids]
    if "anonymousId" in wanted:
        found["anonymousId"] = [plain(id) for id in person.anonymous_ids]
    if "groupId" in wanted:
        found["groupId"] = [plain(id) for id in person.groups]
    if "firstSeenAt" in wanted:
        found["firstSeenAt"] = [iso_from_seconds(person.first_seen_ms / 1000)]
    if "lastSeenAt" in wanted:
        found["lastSeenAt"] = [iso_from_seconds(person.last_seen_ms / 1000)]
    return found


def value_of(text: bytes) -> Any:
    """JSON text as rules compare it. Short ones come again and again, and are read once."""
    known = KNOWN.get(text, KNOWN)
    if known is not KNOWN:
        return known
    if text[:1] == b'"':
        value: Any = _TEXT(text)
        if not value.isascii():
            value = plain(value)
    else:
        value = plain(opened(msgspec.Raw(text)))
    if len(text) <= _KNOWN_BYTES and not isinstance(value, dict | list):
        if len(KNOWN) >= _MOST_KNOWN:
            KNOWN.clear()
        KNOWN[text] = value
    return value


KNOWN: Final[dict[bytes, Any]] = {}
"""Short texts that were read lately; look here first where it is done often."""

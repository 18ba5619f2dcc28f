"""What a group is, and who is in which: a group call says both."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.profiles import traits
from headwater.profiles.bounds import MAX_GROUPS, join_newest
from headwater.profiles.model import Group, Person, Trait


def enter(person: Person, group_id: str, at_ms: int) -> tuple[bool, list[str]]:
    """Puts a person into a group. Says whether that is new, and which groups had to give way."""
    is_new = group_id not in person.groups
    dropped = join_newest(person.groups, {group_id: at_ms}, MAX_GROUPS)
    return is_new and group_id not in dropped, [each for each in dropped if each != group_id or not is_new]


def learn(group: Group, given: Mapping[str, Trait], at_ms: int) -> tuple[set[str], int]:
    """The names of the group's traits whose values are different now, and how many traits had to go."""
    group.first_seen_ms = min(group.first_seen_ms, at_ms)
    group.last_seen_ms = max(group.last_seen_ms, at_ms)
    return traits.join(group.traits, given)

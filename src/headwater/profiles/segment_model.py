"""A segment as the room keeps it: its definition, how many are in it, and how far it has been looked through."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from headwater.base.rules import Looks, Performed, Rule, looks, nodes
from headwater.base.rules_time import Timed, timed_parts


class State(StrEnum):
    READY = "READY"
    RUNNING = "RUNNING"
    FAILED = "FAILED"


class Segment(msgspec.Struct, kw_only=True):
    """`number` is never used again. `form` is what its members follow from; a new one is looked for in all people.

    `updated_at` tells of which form of the definition it is. While it is RUNNING, those with refs up to `cursor`, and
    beyond `top`, are known to be right; of the `total` people to be looked at, `done` have been.
    """

    number: int
    id: str
    workspace_id: str
    name: str
    form: str
    rule: Rule
    announces: bool
    looks: Looks
    parts: Timed
    updated_at: str = ""
    state: State = State.RUNNING
    count: int = 0
    cursor: int = 0
    top: int = 0
    done: int = 0
    total: int = 0

    @property
    def events(self) -> list[Performed]:
        return [node for node in nodes(self.rule) if isinstance(node, Performed)]

    def is_silent(self, ref: int) -> bool:
        """Whether it is not known of a person who is found (not) to be in it, since when that is so."""
        return self.state is State.RUNNING and not self.announces and self.cursor < ref <= self.top


class Definition(msgspec.Struct, frozen=True):
    """What is said of a segment, its rule read."""

    id: str
    name: str
    announces: bool
    rule: Rule
    looks: Looks
    parts: Timed
    updated_at: str


def defined(id: str, name: str, rule: Rule, *, announces: bool, updated_at: str) -> Definition:
    return Definition(id, name, announces, rule, looks(rule), timed_parts(rule), updated_at)


def in_order(definitions: Sequence[Definition]) -> list[Definition]:
    """Each after those that it names; those in a circle, or after one, are left out."""
    waiting = {each.id: each.looks.segments for each in definitions}
    found: list[Definition] = []
    left = list(definitions)
    while left:
        free = [each for each in left if waiting[each.id].isdisjoint(waiting)]
        if not free:
            return found
        found += free
        for each in free:
            del waiting[each.id]
        left = [each for each in left if each.id in waiting]
    return found

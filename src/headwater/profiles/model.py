"""What a person, a group and what changed of them are, as values.

Times are milliseconds since 1970-01-01 UTC. An event's time counts as at most five minutes after its receipt.
"""

from __future__ import annotations

from typing import Final

import msgspec

NULL: Final = b"null"


class Trait(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A value at the time when it was said. The greatest (at_ms, order, value) wins, in whatever order they come.

    `value` is JSON text as the client sent it; `null` is a trait that was cleared, kept so that an older value cannot
    come back. `order` tells values of one time apart: later received first, then by the place in the request
    (`occurrence.order_of`).
    """

    value: bytes
    at_ms: int
    order: int

    @property
    def is_cleared(self) -> bool:
        return self.value == NULL


class Person(msgspec.Struct, kw_only=True):
    """`ref` is a number that counts from 1 over all workspaces and is never used again; `id` begins with `per_`.

    The ids are given with when they were last claimed for the person (to the day). `external_ids` have keys of the form
    `type:id`. `groups` have the time at which the person was last said to be in the group. `identified`: an identify
    with traits came. `refused` counts what was not taken, by reason. `meters` belong to the segments (see
    `ports.Segments`). `turned_ms` is when the person last entered or left a segment, each time later than before.
    """

    ref: int
    id: str
    workspace_id: str
    user_ids: dict[str, int] = {}
    anonymous_ids: dict[str, int] = {}
    external_ids: dict[str, int] = {}
    traits: dict[str, Trait] = {}
    groups: dict[str, int] = {}
    identified: bool = False
    first_seen_ms: int = 0
    last_seen_ms: int = 0
    turned_ms: int = 0
    refused: dict[str, int] = {}
    meters: dict[int, list[int]] = {}

    @property
    def is_known(self) -> bool:
        return bool(self.user_ids)

    @property
    def is_told_of(self) -> bool:
        """Whether segments by rule may hold them: known by a user id, and an identify with traits came."""
        return self.identified and bool(self.user_ids)

    @property
    def user_id(self) -> str | None:
        """The one to call the person by: the last that was claimed."""
        return max(self.user_ids, key=lambda id: (self.user_ids[id], id), default=None)

    @property
    def anonymous_id(self) -> str | None:
        return max(self.anonymous_ids, key=lambda id: (self.anonymous_ids[id], id), default=None)


class Group(msgspec.Struct, kw_only=True):
    """A group of one workspace; its traits win and are cleared as a person's are."""

    ref: int
    id: str
    workspace_id: str
    traits: dict[str, Trait] = {}
    first_seen_ms: int = 0
    last_seen_ms: int = 0


class Changed(msgspec.Struct):
    """What a stretch of events changed of a person, for whom it concerns.

    `whole`: take it that anything may be different (a new person, two that became one, a change of the segments).
    `groups` are ids of groups that were joined, or whose traits changed. `events` are names for which
    `Segments.meter` said that something changed. `ids`: a user id or an anonymous one came or went.
    """

    whole: bool = False
    ids: bool = False
    traits: set[str] = msgspec.field(default_factory=set[str])
    groups: set[str] = msgspec.field(default_factory=set[str])
    events: set[str] = msgspec.field(default_factory=set[str])

    def __bool__(self) -> bool:
        return self.whole or self.ids or bool(self.traits or self.groups or self.events)


class Transition(msgspec.Struct, frozen=True):
    """A person entered or left a segment."""

    segment_id: str
    segment_name: str
    entered: bool

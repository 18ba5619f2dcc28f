"""What the management API needs of the process that keeps people and segments, and in which shapes.

Every method may raise the errors of `base.errors`: Transient when the process is away, NotFound, InvalidInput or
Unprocessable when it says so itself. Answers may be plain data (as they come over a socket) or the Structs below;
field names are camelCase. Times are ISO 8601 with `Z`.
"""

from __future__ import annotations

from typing import Any, Literal, Protocol

import msgspec

from headwater.api.ports import Shape


class GroupOfPerson(Shape, frozen=True, kw_only=True):
    """A group that a person is in. `traits` are the group's own, the same for everyone in it; `since` is when the
    person was first seen to be in it."""

    id: str
    traits: dict[str, Any] = msgspec.field(default_factory=dict)
    since: str | None = None


class Person(Shape, frozen=True, kw_only=True):
    """Someone whom events told of. `traits` holds the latest value of each by the events' own time.

    `externalIds` are of the form `type:id`. `segments` are ids, `Everyone` first. `identified`: known by a user id, and
    an identify call with traits has come; who is not is in `Everyone` alone. `refused` counts by reason what was not
    taken of this person's events (an id that cannot be one, a trait too many), `refusedMerges` what of that said that
    this person is another one as well.
    """

    id: str
    user_ids: list[str]
    anonymous_ids: list[str]
    external_ids: list[str] = msgspec.field(default_factory=list)
    traits: dict[str, Any]
    groups: list[GroupOfPerson]
    segments: list[str]
    identified: bool = False
    first_seen_at: str
    last_seen_at: str
    refused: dict[str, int] = msgspec.field(default_factory=dict)
    refused_merges: dict[str, int] = msgspec.field(default_factory=dict)


class PeoplePage(Shape, frozen=True):
    data: list[Person]
    total: int


class Explained(Shape, frozen=True, kw_only=True):
    """One node of a rule as it was judged. `value` is what the person has; `children` are in the rule's order."""

    rule: Any
    value: Any = None
    result: bool
    children: list[Explained] = msgspec.field(default_factory=list)


class Explanation(Shape, frozen=True, kw_only=True):
    """Why a person is in a segment, or not. `note` tells what stands above the rule: nobody has said who it is."""

    segment_id: str
    member: bool
    tree: Explained
    note: str | None = None


class SegmentState(Shape, frozen=True, kw_only=True):
    """RUNNING: people and their past are being gone through, `done` of `total`; the count grows until it is READY.
    FAILED: `error` says why; it is tried again when the segment is changed or the server is started again."""

    status: Literal["READY", "RUNNING", "FAILED"]
    done: int
    total: int
    error: str | None = None


class Counted(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A segment as its process tells of it: a SegmentState, how many people are in it, and of which form of the
    segment (`updatedAt`, as control has it) that is said; None: of the one that there is."""

    count: int
    status: Literal["READY", "RUNNING", "FAILED"]
    done: int
    total: int
    error: str | None = None
    updated_at: str | None = None

    @property
    def state(self) -> SegmentState:
        return SegmentState(status=self.status, done=self.done, total=self.total, error=self.error)


class SegmentPreview(Shape, frozen=True):
    """How many people a rule would hold now, and some of them."""

    count: int
    sample: list[Person]


class Profiles(Protocol):
    """The process of people and segments, as the management API sees it."""

    async def people(
        self,
        workspace_id: str,
        user_id: str | None,
        email: str | None,
        traits: dict[str, str],
        segment_id: str | None,
        query: str | None,
        limit: int,
        offset: int,
    ) -> Any:
        """→ PeoplePage, last seen first. All that is given must hold; `query` is part of an id, an email or a name."""
        ...

    async def person(self, workspace_id: str, person_id: str) -> Any:
        """→ Person, or None when there is none."""
        ...

    async def explain(self, workspace_id: str, person_id: str, segment_id: str) -> Any:
        """→ Explanation; NotFound."""
        ...

    async def segment_states(self, workspace_id: str) -> Any:
        """→ dict of Counted by segment id, with `Everyone`; one that was made a moment ago may be missing."""
        ...

    async def preview(self, workspace_id: str, rule: dict[str, Any]) -> Any:
        """→ SegmentPreview."""
        ...

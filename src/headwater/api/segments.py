"""Segments: rules by which people belong together, who is counted in each, and what a rule would hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from litestar import delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from headwater.api.auth import admin
from headwater.api.auth import data as data_scope
from headwater.api.given import (
    DEFAULT_LIMIT,
    Body,
    Deleted,
    GivenCaller,
    GivenProfiles,
    GivenStore,
    Limit,
    Offset,
    Page,
    page,
)
from headwater.api.ports import Shape
from headwater.api.profiles import Counted, Profiles, SegmentPreview, SegmentState
from headwater.base.errors import Conflict, Transient
from headwater.base.rules import EVERYONE
from headwater.control.model import Segment

TAG: Final = "Segments"
STATES_S: Final = 2.0
"""A list does not wait longer than this for the counts."""
SETTLE_S: Final = 2.0
"""So long a new or changed segment is waited for, so that its answer can hold the count."""
POLL_S: Final = 0.05

Rule = Annotated[
    dict[str, Any],
    Meta(
        description='A tree: {"all":[…]}, {"any":[…]}, {"not":…}, or a condition: {"trait","op","value"}, '
        '{"groupTrait","op","value"}, {"event","op":"performed"|"notPerformed","count","withinDays","where"}, '
        '{"segment":id}.',
        examples=[{"all": [{"trait": "plan", "op": "equals", "value": "pro"}]}],
    ),
]
Announce = Annotated[
    bool,
    Meta(
        description="Whether those who are in it when it is made, or when its rule changes, are told of as Segment "
        "Entered; else only who comes in later."
    ),
]


class NewSegment(Body, frozen=True, kw_only=True):
    """A name that no other segment of the workspace has, and a rule."""

    name: Annotated[str, Meta(examples=["Pro users"])]
    rule: Rule
    announce_members: Announce = False


class SegmentChange(Body, frozen=True, kw_only=True):
    """What is null or left out stays."""

    name: str | None = None
    rule: Rule | None = None
    announce_members: Announce | None = None


class RuleGiven(Body, frozen=True):
    rule: Rule


class SegmentShape(Shape, frozen=True):
    """`id` is 10 letters and digits. The built-in one has the id `Everyone`, holds each person, and has no rule.

    `count` is how many people are in it, null while that is not known: it was made a moment ago, or the process of
    people is away. `state` says how far it is with the people and events of before.
    """

    id: str
    name: str
    rule: dict[str, Any] | None
    builtin: bool
    announce_members: bool
    count: int | None
    state: SegmentState | None
    created_at: str | None
    updated_at: str | None


States = dict[str, Counted]


@get("/segments", operation_id="listSegments", tags=[TAG])
async def list_segments(
    caller: GivenCaller,
    store: GivenStore,
    profiles: GivenProfiles,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[SegmentShape]:
    """The workspace's segments with their counts: Everyone, then the others by name. Any scope."""
    made = await asyncio.to_thread(store.segments.of_workspace, caller.workspace_id)
    states = await _states(profiles, caller.workspace_id)
    return page([_everyone(states), *(_shape(each, states) for each in made)], limit, offset)


@post("/segments", operation_id="createSegment", tags=[TAG], guards=[admin])
async def create_segment(
    data: JSONBody[NewSegment], caller: GivenCaller, store: GivenStore, profiles: GivenProfiles
) -> SegmentShape:
    """Add a segment. Scope admin.

    Everybody of before is gone through at once; `state` says how far it is when that takes longer than two seconds.
    400 `rule_invalid` with the place in the rule, 409 `name_taken`, 422 `unknown_segment` when the rule names a segment
    that there is not.
    """
    made = await asyncio.to_thread(
        store.segments.create,
        caller.workspace_id,
        name=data.name,
        rule=data.rule,
        announce_members=data.announce_members,
        by=caller.actor,
    )
    return _shape(made, await _settled(profiles, made))


@post("/segments/preview", operation_id="previewSegment", tags=[TAG], guards=[data_scope], status_code=200)
async def preview_segment(
    data: JSONBody[RuleGiven], caller: GivenCaller, store: GivenStore, profiles: GivenProfiles
) -> SegmentPreview:
    """How many people a rule would hold now, and some of them; nothing is stored. Scope data."""
    rule = await asyncio.to_thread(store.segments.check, caller.workspace_id, data.rule)
    return msgspec.convert(await profiles.preview(caller.workspace_id, rule), SegmentPreview)


@get("/segments/{segment_id:str}", operation_id="getSegment", tags=[TAG])
async def get_segment(
    segment_id: FromPath[str], caller: GivenCaller, store: GivenStore, profiles: GivenProfiles
) -> SegmentShape:
    """One segment with its count. Any scope."""
    if segment_id == EVERYONE:
        return _everyone(await _states(profiles, caller.workspace_id))
    made = await asyncio.to_thread(store.segments.get, caller.workspace_id, segment_id)
    return _shape(made, await _states(profiles, caller.workspace_id))


@patch("/segments/{segment_id:str}", operation_id="updateSegment", tags=[TAG], guards=[admin])
async def update_segment(
    segment_id: FromPath[str],
    data: JSONBody[SegmentChange],
    caller: GivenCaller,
    store: GivenStore,
    profiles: GivenProfiles,
) -> SegmentShape:
    """Change a segment. With another rule everybody is gone through again. Scope admin.

    As for a new one, and 422 `segment_cycle` when the segment would hold itself. `Everyone` cannot be changed.
    """
    _refuse_builtin(segment_id, "changed")
    made = await asyncio.to_thread(
        store.segments.update,
        caller.workspace_id,
        segment_id,
        name=data.name,
        rule=data.rule,
        announce_members=data.announce_members,
        by=caller.actor,
    )
    return _shape(made, await _settled(profiles, made))


@delete("/segments/{segment_id:str}", operation_id="deleteSegment", tags=[TAG], guards=[admin], status_code=200)
async def delete_segment(segment_id: FromPath[str], caller: GivenCaller, store: GivenStore) -> Deleted:
    """Remove a segment; nobody is told to have left it. Scope admin. 409 `segment_in_use` names those that need it."""
    _refuse_builtin(segment_id, "deleted")
    await asyncio.to_thread(store.segments.delete, caller.workspace_id, segment_id, by=caller.actor)
    return Deleted(id=segment_id, deleted=True)


def _refuse_builtin(segment_id: str, what: str) -> None:
    if segment_id == EVERYONE:
        raise Conflict(f"The segment {EVERYONE} is built in and cannot be {what}.", code="builtin_segment")


async def _states(profiles: Profiles, workspace_id: str) -> States:
    """By segment id; empty while the process of people is away, without which a list is of use too."""
    try:
        found = await asyncio.wait_for(profiles.segment_states(workspace_id), STATES_S)
    except (Transient, TimeoutError):
        return {}
    return msgspec.convert(found, States)


async def _settled(profiles: Profiles, made: Segment) -> States:
    """The states once this segment, as it is now, has been counted; or as they are when that takes too long."""
    clock = asyncio.get_running_loop().time
    states = await _until(profiles, made, clock, clock() + SETTLE_S)
    known = states.get(made.id)
    return states if known is not None and _is_of(known, made) else {}


async def _until(profiles: Profiles, made: Segment, clock: Callable[[], float], deadline: float) -> States:
    while True:
        states = await _states(profiles, made.workspace_id)
        known = states.get(made.id)
        ready = known is not None and known.status != "RUNNING" and _is_of(known, made)
        if ready or not states or clock() >= deadline:
            return states
        await asyncio.sleep(POLL_S)


def _is_of(state: Counted, made: Segment) -> bool:
    """Whether the state is that of this form of the segment, not of the one before it was changed."""
    return state.updated_at is None or state.updated_at >= made.updated_at


def _everyone(states: States) -> SegmentShape:
    state = states.get(EVERYONE)
    return SegmentShape(
        id=EVERYONE,
        name=EVERYONE,
        rule=None,
        builtin=True,
        announce_members=False,
        count=None if state is None else state.count,
        state=None if state is None else state.state,
        created_at=None,
        updated_at=None,
    )


def _shape(made: Segment, states: States) -> SegmentShape:
    state = states.get(made.id)
    return SegmentShape(
        id=made.id,
        name=made.name,
        rule=made.rule,
        builtin=False,
        announce_members=made.announce_members,
        count=None if state is None else state.count,
        state=None if state is None else state.state,
        created_at=made.created_at,
        updated_at=made.updated_at,
    )


ROUTES: list[HTTPRouteHandler] = [
    list_segments,
    create_segment,
    preview_segment,
    get_segment,
    update_segment,
    delete_segment,
]

"""People: who was seen, what is known of each, which segments hold them and why, and what they did."""

from __future__ import annotations

import asyncio
import difflib
from typing import Annotated, Any, Final

import msgspec
from litestar import HttpMethod, Request, get, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter

from headwater.api import people_troubles
from headwater.api.auth import data as data_scope
from headwater.api.given import (
    DEFAULT_LIMIT,
    GivenCaller,
    GivenProfiles,
    GivenStore,
    GivenWork,
    Limit,
    Offset,
    Page,
    Pagination,
    page,
)
from headwater.api.ports import PersonEvent, PersonEvents, Shape
from headwater.api.problem import Unsupported
from headwater.api.profiles import Explained, Explanation, PeoplePage, Person, Profiles
from headwater.base.errors import InvalidInput, NotFound, Unprocessable
from headwater.base.rules import EVERYONE
from headwater.control.model import public_id
from headwater.control.store import Store

TAG: Final = "People"
TRAIT: Final = "trait."
MAX_TRAITS: Final = 20
MAX_TEXT_CHARS: Final = 1_000
MAX_OFFSET: Final = 10_000
"""So far back a timeline goes by pages; what lies before it is for a query of the warehouse."""

_KNOWN: Final = ("userId", "email", "segmentId", "q", "limit", "offset", "workspace")

UserId = Annotated[str | None, QueryParameter(name="userId", description="Who has this user id.")]
Email = Annotated[str | None, QueryParameter(description="Whose trait email is this one, whatever its case.")]
SegmentId = Annotated[str | None, QueryParameter(name="segmentId", description="Who is in this segment.")]
Words = Annotated[
    str | None, QueryParameter(name="q", description="Part of an id, of the trait email or of the trait name.")
]
Back = Annotated[int, QueryParameter(ge=0, le=MAX_OFFSET, description="How many to leave out at the beginning.")]
ExplainedSegment = Annotated[str, QueryParameter(name="segmentId", description="The segment; Everyone is one, too.")]

_TRAIT_PARAMETER: Final = {
    "name": "trait.*",
    "in": "query",
    "required": False,
    "description": "Whose trait of that name has this value, as text: `trait.plan=pro`. Several may be given.",
    "schema": {"type": "string"},
}


class PersonSegment(Shape, frozen=True):
    """A segment, and whether the person is in it."""

    id: str
    name: str
    member: bool


@get("/people", operation_id="listPeople", tags=[TAG], guards=[data_scope], opt={"parameters": [_TRAIT_PARAMETER]})
async def list_people(
    request: Request[Any, Any, Any],
    caller: GivenCaller,
    store: GivenStore,
    profiles: GivenProfiles,
    user_id: UserId = None,
    email: Email = None,
    segment_id: SegmentId = None,
    q: Words = None,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[Person]:
    """People, those who were seen last first. Scope data.

    All that is given must hold: `userId`, `email`, `segmentId`, `q`, and `trait.<name>=<value>` for any trait.
    """
    traits = _traits(request)
    for name, text in (("userId", user_id), ("email", email), ("q", q), *traits.items()):
        _refuse_long(name, text)
    if segment_id is not None:
        await _require_segment(store, caller.workspace_id, segment_id)
    answer = await profiles.people(caller.workspace_id, user_id, email, traits, segment_id, q, limit, offset)
    found = msgspec.convert(answer, PeoplePage)
    return Page(data=found.data, pagination=Pagination(total=found.total, limit=limit, offset=offset))


@get("/people/{person_id:str}", operation_id="getPerson", tags=[TAG], guards=[data_scope])
async def get_person(person_id: FromPath[str], caller: GivenCaller, profiles: GivenProfiles) -> Person:
    """One person with all traits, groups and segments. Scope data."""
    return await _person(profiles, caller.workspace_id, person_id)


@get("/people/{person_id:str}/segments", operation_id="listPersonSegments", tags=[TAG], guards=[data_scope])
async def list_person_segments(
    person_id: FromPath[str],
    caller: GivenCaller,
    store: GivenStore,
    profiles: GivenProfiles,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[PersonSegment]:
    """Every segment, and whether the person is in it: Everyone, then the others by name. Scope data."""
    person = await _person(profiles, caller.workspace_id, person_id)
    made = await asyncio.to_thread(store.segments.of_workspace, caller.workspace_id)
    names = [(EVERYONE, EVERYONE), *((each.id, each.name) for each in made)]
    return page([PersonSegment(id=id, name=name, member=id in person.segments) for id, name in names], limit, offset)


@get("/people/{person_id:str}/explain", operation_id="explainSegment", tags=[TAG], guards=[data_scope])
async def explain_segment(
    person_id: FromPath[str],
    segment_id: ExplainedSegment,
    caller: GivenCaller,
    store: GivenStore,
    profiles: GivenProfiles,
) -> Explanation:
    """Why a person is in a segment, or not: each rule with the value it saw, in the rule's order. Scope data."""
    if segment_id == EVERYONE:
        await _person(profiles, caller.workspace_id, person_id)
        tree = Explained(rule={"segment": EVERYONE}, value=True, result=True)
        return Explanation(segment_id=EVERYONE, member=True, tree=tree)
    await asyncio.to_thread(store.segments.get, caller.workspace_id, segment_id)
    answer = await profiles.explain(caller.workspace_id, person_id, segment_id)
    return msgspec.convert(answer, Explanation)


@get("/people/{person_id:str}/events", operation_id="listPersonEvents", tags=[TAG], guards=[data_scope])
async def list_person_events(
    person_id: FromPath[str],
    caller: GivenCaller,
    profiles: GivenProfiles,
    work: GivenWork,
    limit: Limit = DEFAULT_LIMIT,
    offset: Back = 0,
) -> Page[PersonEvent]:
    """What a person did, over all sources, newest first by the events' own time, each with its fate. Scope data.

    Events of the past are the warehouse's rows; of the latest ones there are also those that are on their way, and
    those that were refused, dropped, parked or repeated, as far as the debugger remembers them.
    """
    person = await _person(profiles, caller.workspace_id, person_id)
    answer = await work.person_events(
        caller.workspace_id, person.user_ids, person.anonymous_ids, limit=limit, offset=offset
    )
    found = msgspec.convert(answer, PersonEvents)
    events = [msgspec.structs.replace(each, source_id=public_id(each.source_id)) for each in found.data]
    return Page(data=events, pagination=Pagination(total=found.total, limit=limit, offset=offset))


@route(
    ["/people", "/people/{person_id:str}"],
    http_method=[HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE],
    include_in_schema=False,
)
async def unsupported() -> None:
    """People are made of events."""
    raise Unsupported(
        "People are made of events: an identify call (by the Tracking API, or POST /api/eventWebhook) makes one or "
        "changes traits, and POST /api/v1/regulations erases one from every store. Nothing was changed.",
        allow="GET",
    )


async def _person(profiles: Profiles, workspace_id: str, person_id: str) -> Person:
    found = await profiles.person(workspace_id, person_id)
    if found is None:
        raise NotFound(
            f'There is no person "{person_id[:40]}" in this workspace. People are found by GET /people?userId='
        )
    return msgspec.convert(found, Person)


async def _require_segment(store: Store, workspace_id: str, segment_id: str) -> None:
    made = await asyncio.to_thread(store.segments.of_workspace, workspace_id)
    if segment_id != EVERYONE and all(each.id != segment_id for each in made):
        known = ", ".join(f"{each.id} ({each.name})" for each in made[:20])
        raise Unprocessable(
            f'There is no segment "{segment_id[:40]}" in this workspace. It has: {known or "none"}, and {EVERYONE}. '
            "Nothing was read.",
            code="unknown_segment",
            details={"field": "segmentId"},
        )


def _traits(request: Request[Any, Any, Any]) -> dict[str, str]:
    """What `trait.<name>` parameters say. A parameter that is none is refused: without it everyone would be found."""
    traits: dict[str, str] = {}
    for name, value in request.query_params.items():
        if name.startswith(TRAIT) and len(name) > len(TRAIT):
            traits[name.removeprefix(TRAIT)] = value
        elif name not in _KNOWN:
            near = difflib.get_close_matches(name, _KNOWN, n=1, cutoff=0.5)
            hint = f' Did you mean "{near[0]}"?' if near else ""
            raise InvalidInput(
                f'"{name[:40]}" is no parameter here.{hint} Allowed: {", ".join(_KNOWN[:6])} and trait.<name>. '
                "Nothing was read.",
                details={"field": name[:200]},
            )
    if len(traits) > MAX_TRAITS:
        raise InvalidInput(f"{len(traits)} traits are too many; allowed are {MAX_TRAITS}. Nothing was read.")
    return traits


def _refuse_long(name: str, text: str | None) -> None:
    if text is not None and (len(text) > MAX_TEXT_CHARS or "\x00" in text):
        raise InvalidInput(
            f"`{name[:40]}` has {len(text)} characters; allowed are {MAX_TEXT_CHARS}, without NUL. Nothing was read.",
            details={"field": name[:200]},
        )


ROUTES: list[HTTPRouteHandler] = [
    list_people,
    *people_troubles.ROUTES,
    get_person,
    list_person_segments,
    explain_segment,
    list_person_events,
    unsupported,
]

"""Why traits do not appear: what came by which way, what the REST door refused, and names that look like slips."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Final

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler

from headwater.api.auth import data as data_scope
from headwater.api.given import GivenCaller, GivenProfiles, GivenStore, GivenWork
from headwater.api.ports import SeenEvent, Shape, SqlResult, Work
from headwater.api.profiles import PeoplePage, Person, Profiles
from headwater.base.clock import EPOCH, parse_iso
from headwater.base.errors import Transient
from headwater.base.likenames import Kind, slips
from headwater.base.outcome import Fate
from headwater.control.model import Source, builtin_id, public_id

PEOPLE_LOOKED_AT: Final = 500
"""Whose traits are looked at: those who were seen last."""
ANSWERS_LOOKED_AT: Final = 200
"""The latest items at the REST door, as the debugger remembers them."""
MOST_NAMES: Final = 500
MOST_REFUSED: Final = 20
MOST_TRAITLESS: Final = 10
WAREHOUSE_S: Final = 4.0
"""So long the warehouse is waited for; the other answers are of use without it."""

Identifies = dict[str, tuple[int, str | None]]
"""How many identify calls have their row, and when the last of them came, by schema."""
NONE_YET: Final = (0, None)


class ProfileSource(Shape, frozen=True):
    """A source, and whether it tells of people. `lastEventAt` may be that of an event which was refused. `identifies`
    and `lastIdentifyAt` are those of its rows; `identifies` is null while the warehouse cannot be asked."""

    id: str
    name: str
    catalog: str
    enabled: bool
    feeds_profiles: bool
    last_event_at: str | None
    identifies: int | None
    last_identify_at: str | None


class RefusedItem(Shape, frozen=True):
    """An item that the REST door did not take: the code that it answered, and the sentence for people."""

    at: str
    type: str | None
    name: str | None
    code: str
    message: str | None


class RestDoor(Shape, frozen=True):
    """Of the latest `looked_at` items at the REST door how many were refused, and the newest of those. Those of before
    the server was started last are not all remembered; `lastEventAt` is."""

    last_event_at: str | None
    looked_at: int
    refused: int
    newest: list[RefusedItem]


class TraitName(Shape, frozen=True):
    """The name of a trait, and how many of the people looked at have it."""

    name: str
    people: int


class TraitSlip(Shape, frozen=True):
    """`name` may be meant as `like`. reserved: that one has a meaning of its own, as `email`; spelling: they differ by
    case and marks alone; typo: by one letter, or two that changed places. blank: the name is empty, or of blanks alone;
    what it is meant as nobody knows, and `like` is empty."""

    name: str
    people: int
    like: str
    like_people: int
    kind: Kind


class Traitless(Shape, frozen=True):
    """A person without traits, by the first of their user ids."""

    id: str
    user_id: str


class PeopleSeen(Shape, frozen=True):
    """Of the `looked_at` people who were seen last: how many have a user id, and how many of those have no traits,
    since no identify call with traits has come of them; and who was seen last of these, ten at most."""

    looked_at: int
    known: int
    without_traits: int
    newest_without_traits: list[Traitless]


class TraitTroubles(Shape, frozen=True):
    """The evidence for each question to ask when traits do not appear."""

    last_customer_event_at: str | None
    sources: list[ProfileSource]
    rest: RestDoor
    people: PeopleSeen
    traits: list[TraitName]
    slips: list[TraitSlip]


@get("/people/troubleshooting", operation_id="getTraitTroubles", tags=["People"], guards=[data_scope])
async def get_trait_troubles(
    caller: GivenCaller, store: GivenStore, work: GivenWork, profiles: GivenProfiles
) -> TraitTroubles:
    """What to look at when traits do not appear, as it is now. Scope data.

    Whether pages have sent anything; each source, whether it tells of people, and when its last identify call came;
    what the REST door refused of late; the names of traits, and those that look like slips of others. Names are those
    of the 500 people who were seen last.
    """
    sources = await asyncio.to_thread(store.sources, caller.workspace_id)
    last = await work.last_event_at([source.id for source in sources])
    told = await _sources(work, caller.workspace_id, sources, last)
    heard = {source.id: source.last_event_at for source in told}
    people = await _people(profiles, caller.workspace_id)
    counts = Counter(name for person in people for name in person.traits)
    found = await asyncio.to_thread(slips, counts)
    return TraitTroubles(
        last_customer_event_at=heard.get("customer-events"),
        sources=told,
        rest=await _rest(work, builtin_id(caller.workspace_id, "rest"), heard.get("rest")),
        people=_seen(people),
        traits=[TraitName(name=name, people=count) for name, count in counts.most_common(MOST_NAMES)],
        slips=[
            TraitSlip(name=each.name, people=each.count, like=each.like, like_people=each.like_count, kind=each.kind)
            for each in found
        ],
    )


async def _people(profiles: Profiles, workspace_id: str) -> list[Person]:
    found = await profiles.people(workspace_id, None, None, {}, None, None, PEOPLE_LOOKED_AT, 0)
    return msgspec.convert(found, PeoplePage).data


def _seen(people: list[Person]) -> PeopleSeen:
    known = [person for person in people if person.user_ids]
    traitless = [person for person in known if not person.identified]
    return PeopleSeen(
        looked_at=len(people),
        known=len(known),
        without_traits=len(traitless),
        newest_without_traits=[
            Traitless(id=person.id, user_id=person.user_ids[0]) for person in traitless[:MOST_TRAITLESS]
        ],
    )


async def _sources(work: Work, workspace_id: str, sources: list[Source], last: Any) -> list[ProfileSource]:
    """The last heard of first. Rows tell of events that came before the pipeline kept the time of the last one."""
    identifies = await _identifies(work, workspace_id, sources)
    known = identifies or {}
    told = [
        ProfileSource(
            id=public_id(source.id),
            name=source.name,
            catalog=source.catalog,
            enabled=source.enabled,
            feeds_profiles=source.feeds_profiles,
            last_event_at=_later(last.get(source.id), known.get(source.schema, NONE_YET)[1]),
            identifies=None if identifies is None else known.get(source.schema, NONE_YET)[0],
            last_identify_at=known.get(source.schema, NONE_YET)[1],
        )
        for source in sources
    ]
    return sorted(told, key=lambda source: source.last_event_at or "", reverse=True)


def _later(one: str | None, other: str | None) -> str | None:
    """Of two moments in ISO 8601."""
    given = [each for each in (one, other) if each is not None]
    return max(given, key=lambda each: parse_iso(each) or EPOCH, default=None)


async def _identifies(work: Work, workspace_id: str, sources: list[Source]) -> Identifies | None:
    """By schema, of the schemas that have the table; None when the warehouse is away, or takes too long."""
    try:
        return await asyncio.wait_for(_counted(work, workspace_id, sources), WAREHOUSE_S)
    except (Transient, TimeoutError):
        return None


async def _counted(work: Work, workspace_id: str, sources: list[Source]) -> Identifies:
    query = "SELECT table_schema FROM information_schema.tables WHERE table_name = 'identifies'"
    having = {row[0] for row in await _rows(work, workspace_id, query)}
    parts = [
        f"SELECT '{schema}' AS schema_name, count(*) AS n, max(received_at) AS last FROM \"{schema}\".identifies"
        for schema in sorted(having & {source.schema for source in sources})
    ]
    rows = await _rows(work, workspace_id, " UNION ALL ".join(parts)) if parts else []
    return {schema: (count, last) for schema, count, last in rows}


async def _rows(work: Work, workspace_id: str, query: str) -> list[list[Any]]:
    return msgspec.convert(await work.sql(workspace_id, query, None), SqlResult).rows


async def _rest(work: Work, source_id: str, last_event_at: str | None) -> RestDoor:
    found = msgspec.convert(await work.source_events(source_id, ANSWERS_LOOKED_AT, 0, 0.0), list[SeenEvent])
    refused = [seen for seen in found if seen.fate == Fate.REJECTED.value]
    return RestDoor(
        last_event_at=last_event_at,
        looked_at=len(found),
        refused=len(refused),
        newest=[
            RefusedItem(at=seen.received_at, type=seen.type, name=seen.name, code=seen.reason or "", message=seen.note)
            for seen in refused[:MOST_REFUSED]
        ],
    )


ROUTES: list[HTTPRouteHandler] = [get_trait_troubles]

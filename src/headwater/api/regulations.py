"""Regulations: erasing people from every store, and not taking their events any more."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from headwater.api.auth import admin
from headwater.api.given import (
    DEFAULT_LIMIT,
    Body,
    GivenCaller,
    GivenStore,
    Limit,
    Offset,
    Page,
    Pagination,
)
from headwater.api.ports import Shape
from headwater.control.regulations import Regulation, RegulationType, Status, SubjectType

TAG: Final = "Regulations"

Subjects = Annotated[
    list[str],
    Meta(
        description="The ids, at most 5,000. A user id stands for the person with all their ids.",
        examples=[["user-17"]],
    ),
]
Digest = Annotated[
    str | None, QueryParameter(name="userId", description="Only whether this user id is suppressed: one entry or none.")
]


class NewRegulation(Body, frozen=True, kw_only=True):
    """Whom to erase, to suppress, or both.

    SUPPRESS_WITH_DELETE (and …_INTERNAL): erased, and no further event of theirs is taken. DELETE_ONLY (and
    DELETE_INTERNAL): erased; their events are taken again when that is finished. SUPPRESS_ONLY, UNSUPPRESS.
    """

    regulation_type: RegulationType
    subject_type: SubjectType = "USER_ID"
    subject_ids: Subjects


class RegulationStore(Shape, frozen=True):
    """One store. `rowsDeleted` counts what was removed or blanked there; `at` is when it last changed; `error` says
    why it waits, it is tried again by itself."""

    name: str
    status: Status
    rows_deleted: int
    at: str | None
    error: str | None


class RegulationShape(Shape, frozen=True):
    """`subjects` are keyed digests of the ids that were given: the ids themselves are not kept. FINISHED when every
    store has been rewritten, never before."""

    id: str
    regulation_type: RegulationType
    subject_type: SubjectType
    subjects: list[str]
    status: Status
    stores: list[RegulationStore]
    error: str | None
    created_by: str
    created_at: str
    finished_at: str | None


class Suppression(Shape, frozen=True):
    """`subject`: the keyed digest of an id whose events are not taken."""

    subject: str
    regulation_id: str
    suppressed_at: str


@post("/regulations", operation_id="createRegulation", tags=[TAG], guards=[admin])
async def create_regulation(data: JSONBody[NewRegulation], caller: GivenCaller, store: GivenStore) -> RegulationShape:
    """Erase people from every store, suppress them, or let them in again. Scope admin.

    From the answer on no event of theirs is taken: each is answered as usual, counted as `suppressed`, and its payload
    is not written. What is stored is erased from then on; GET says how far that is. It cannot be undone.
    """
    made = await asyncio.to_thread(
        store.regulations.request,
        caller.workspace_id,
        type=data.regulation_type,
        subject_type=data.subject_type,
        subject_ids=data.subject_ids,
        by=caller.actor,
    )
    return _shape(made)


@get("/regulations", operation_id="listRegulations", tags=[TAG], guards=[admin])
async def list_regulations(
    caller: GivenCaller, store: GivenStore, limit: Limit = DEFAULT_LIMIT, offset: Offset = 0
) -> Page[RegulationShape]:
    """What was asked for, newest first. Scope admin."""
    found, total = await asyncio.to_thread(
        lambda: store.regulations.of_workspace(caller.workspace_id, limit=limit, offset=offset)
    )
    return Page(data=[_shape(each) for each in found], pagination=Pagination(total=total, limit=limit, offset=offset))


@get("/regulations/{regulation_id:str}", operation_id="getRegulation", tags=[TAG], guards=[admin])
async def get_regulation(regulation_id: FromPath[str], caller: GivenCaller, store: GivenStore) -> RegulationShape:
    """How far one is, store by store. Scope admin."""
    return _shape(await asyncio.to_thread(store.regulations.get, caller.workspace_id, regulation_id))


@get("/suppressions", operation_id="listSuppressions", tags=[TAG], guards=[admin])
async def list_suppressions(
    caller: GivenCaller,
    store: GivenStore,
    user_id: Digest = None,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[Suppression]:
    """Who is suppressed for good, newest first, by the digests of their ids. Scope admin."""
    found, total = await asyncio.to_thread(
        lambda: store.regulations.suppressions(caller.workspace_id, user_id=user_id, limit=limit, offset=offset)
    )
    data = [
        Suppression(subject=each.subject, regulation_id=each.regulation_id, suppressed_at=each.at) for each in found
    ]
    return Page(data=data, pagination=Pagination(total=total, limit=limit, offset=offset))


def _shape(made: Regulation) -> RegulationShape:
    return RegulationShape(
        id=made.id,
        regulation_type=made.type,
        subject_type=made.subject_type,
        subjects=list(made.subjects),
        status=made.status,
        stores=[
            RegulationStore(
                name=each.name, status=each.status, rows_deleted=each.rows_deleted, at=each.at, error=each.error
            )
            for each in made.stores
        ],
        error=made.error,
        created_by=made.created_by,
        created_at=made.created_at,
        finished_at=made.finished_at,
    )


ROUTES: list[HTTPRouteHandler] = [create_regulation, list_regulations, get_regulation, list_suppressions]

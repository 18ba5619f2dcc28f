"""What every handler may ask for by name, and the shapes that all resources share."""

from __future__ import annotations

from typing import Annotated, Final, Generic, TypeVar

import msgspec
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from headwater.api.auth import Caller
from headwater.api.ports import Shape, Work
from headwater.api.profiles import Profiles
from headwater.api.sending import Sending
from headwater.catalog.destination_load import Destinations
from headwater.catalog.load import Catalog
from headwater.control.store import Store
from headwater.surfaces.authoring import AuthorSessions
from headwater.surfaces.desk import Desk
from headwater.surfaces.store import ContentStore

T = TypeVar("T")

GivenContents = NamedDependency[SkipValidation[ContentStore]]
GivenDesk = NamedDependency[SkipValidation[Desk]]
GivenAuthorSessions = NamedDependency[SkipValidation[AuthorSessions]]
GivenStore = NamedDependency[SkipValidation[Store]]
GivenCatalog = NamedDependency[SkipValidation[Catalog]]
GivenDestinations = NamedDependency[SkipValidation[Destinations]]
GivenWork = NamedDependency[SkipValidation[Work]]
GivenSending = NamedDependency[SkipValidation[Sending]]
GivenProfiles = NamedDependency[SkipValidation[Profiles]]
GivenCaller = NamedDependency[SkipValidation[Caller]]
GivenUrl = NamedDependency[SkipValidation[str]]
"""The address that people and clients reach this server by, without a slash at its end."""

Limit = Annotated[int, QueryParameter(ge=1, le=1000, description="How many to give at most.")]
Offset = Annotated[int, QueryParameter(ge=0, le=2**31 - 1, description="How many to leave out at the beginning.")]
DEFAULT_LIMIT: Final = 100


class Pagination(Shape, frozen=True):
    """`total` is how many there are without limit and offset."""

    total: int
    limit: int
    offset: int


class Body(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A request's JSON object. An unknown field is an error, so that a slip of the pen is noticed."""


class Deleted(Shape, frozen=True):
    """What is no longer there."""

    id: str
    deleted: bool


class Page(Shape, Generic[T], frozen=True):
    data: list[T]
    pagination: Pagination


def page(items: list[T], limit: int, offset: int) -> Page[T]:
    """The part of a list that was asked for."""
    pagination = Pagination(total=len(items), limit=limit, offset=offset)
    return Page(data=items[offset : offset + limit], pagination=pagination)

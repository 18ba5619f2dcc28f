"""The catalogue of destinations, as it is for the caller's workspace: what events can be sent to, and by what form."""

from __future__ import annotations

from typing import Literal

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from headwater.api.catalog import CatalogEvent, CatalogMaintainer, CatalogSetting, Query
from headwater.api.given import (
    DEFAULT_LIMIT,
    GivenCaller,
    GivenDestinations,
    GivenStore,
    Limit,
    Offset,
    Page,
    page,
)
from headwater.api.ports import Shape
from headwater.base.event import CallType
from headwater.catalog.destination import DestinationSpec, DestinationStatus, destination_to_wire
from headwater.catalog.model import Region


class CatalogLimits(Shape, frozen=True):
    """The receiver's own pace, null: as fast as it answers; how many events go in one request, and how long they may
    wait for one another."""

    per_second: float | None
    max_batch: int
    batch_wait_seconds: float


class CatalogTrouble(Shape, frozen=True):
    """What one sees when something is wrong, and what to do."""

    sign: str
    remedy: str


class CatalogDestination(Shape, frozen=True):
    """`refusal`: why this workspace cannot add it; null when it can. `related`: slug of the tool's source.

    `calls` are the kinds of call that it takes and `eventNames` the only names, empty: any; `events` is always empty,
    as no destination declares properties. `mapping` is field → path, the default that a connection may change.
    `verified` says whether it ever ran against the real service. `integration` is its name in an event's `integrations`
    object. `offered` false: it has a form of its own.
    """

    slug: str
    name: str
    kind: Literal["destination"]
    status: DestinationStatus
    maintainer: CatalogMaintainer
    categories: list[str]
    regions: list[Region]
    description: str
    docs: str
    related: str | None
    setup: list[str]
    settings: list[CatalogSetting]
    events: list[CatalogEvent]
    event_names: list[str]
    calls: list[CallType]
    mapping: dict[str, str]
    limits: CatalogLimits
    verified: str
    integration: str
    troubles: list[CatalogTrouble]
    offered: bool
    refusal: str | None


@get("/catalog/destinations", operation_id="listCatalogDestinations", tags=["Catalogue"], sync_to_thread=True)
def list_destinations(
    caller: GivenCaller,
    store: GivenStore,
    destinations: GivenDestinations,
    q: Query = "",
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[CatalogDestination]:
    """What can be added as a destination. Any scope."""
    region = store.workspace(caller.workspace_id).region
    return page([destination_shape(spec, region) for spec in destinations.search(q)], limit, offset)


@get("/catalog/destinations/{slug:str}", operation_id="getCatalogDestination", tags=["Catalogue"], sync_to_thread=True)
def get_destination(
    slug: FromPath[str], caller: GivenCaller, store: GivenStore, destinations: GivenDestinations
) -> CatalogDestination:
    """One destination of the catalogue. Any scope.

    Those with a form of their own are here too, though no list shows them.
    """
    return destination_shape(destinations.destination(slug), store.workspace(caller.workspace_id).region)


def destination_shape(spec: DestinationSpec, region: Region) -> CatalogDestination:
    wire = {**destination_to_wire(spec), "refusal": spec.region_refusal(region)}
    return msgspec.convert(wire, CatalogDestination)


ROUTES: list[HTTPRouteHandler] = [list_destinations, get_destination]

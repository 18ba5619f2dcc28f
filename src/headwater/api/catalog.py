"""The catalogue, as it is for the caller's workspace: what can be added, and why something cannot."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter

from headwater.api.given import (
    DEFAULT_LIMIT,
    GivenCaller,
    GivenCatalog,
    GivenStore,
    GivenUrl,
    Limit,
    Offset,
    Page,
    page,
)
from headwater.api.ports import Shape
from headwater.catalog.model import (
    EventCall,
    Platform,
    Region,
    SettingType,
    SourceKind,
    SourceSpec,
    SourceStatus,
    to_wire,
)


class CatalogMaintainer(Shape, frozen=True):
    """`contact` is an e-mail address or a URL, or empty."""

    name: str
    contact: str


class CatalogProperty(Shape, frozen=True):
    """`ours`: the tool leaves the type open, it is headwater's reading. `properties`: what an object holds."""

    name: str
    type: str
    description: str
    ours: bool
    required: bool
    properties: list[dict[str, Any]] = msgspec.field(default_factory=list)


class CatalogEvent(Shape, frozen=True):
    """`call` is the kind of call that it comes by."""

    name: str
    call: EventCall
    description: str
    properties: list[CatalogProperty]


class CatalogSetting(Shape, frozen=True):
    """A field of the form that adds the source. `choices`, when not empty, are all that is allowed."""

    name: str
    type: SettingType
    label: str
    description: str
    required: bool
    default: str | int | float | bool | None
    secret: bool
    choices: list[str]


class CatalogEntry(Shape, frozen=True):
    """`refusal`: why this workspace cannot add it; null when it can. `related`: slug of the tool's destination.

    `inbound`: a source of it has an address for webhooks too, its `inboundUrl`. So many as `setupToAdd` of the first
    `setup` steps add the source.
    """

    slug: str
    name: str
    kind: SourceKind
    status: SourceStatus
    status_note: str
    maintainer: CatalogMaintainer
    categories: list[str]
    regions: list[Region]
    platform: Platform
    description: str
    docs: str
    related: str | None
    feeds_profiles: bool
    inbound: bool
    setup: list[str]
    setup_to_add: int
    settings: list[CatalogSetting]
    events: list[CatalogEvent]
    refusal: str | None


Query = Annotated[str, QueryParameter(description="Words that all must occur; best match first. Empty: everything.")]


@get("/catalog/sources", operation_id="listCatalogSources", tags=["Catalogue"], sync_to_thread=True)
def list_sources(
    caller: GivenCaller,
    store: GivenStore,
    entries: GivenCatalog,
    public_url: GivenUrl,
    q: Query = "",
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[CatalogEntry]:
    """What can be added as a source. Any scope."""
    region = store.workspace(caller.workspace_id).region
    return page([catalog_shape(spec, region, public_url) for spec in entries.search(q)], limit, offset)


@get("/catalog/sources/{slug:str}", operation_id="getCatalogSource", tags=["Catalogue"], sync_to_thread=True)
def get_source(
    slug: FromPath[str], caller: GivenCaller, store: GivenStore, entries: GivenCatalog, public_url: GivenUrl
) -> CatalogEntry:
    """One entry of the catalogue. Any scope."""
    return catalog_shape(entries.source(slug), store.workspace(caller.workspace_id).region, public_url)


def catalog_shape(spec: SourceSpec, region: Region, public_url: str) -> CatalogEntry:
    wire = {**to_wire(spec, {"public_url": public_url}), "refusal": spec.region_refusal(region)}
    return msgspec.convert(wire, CatalogEntry)


ROUTES: list[HTTPRouteHandler] = [list_sources, get_source]

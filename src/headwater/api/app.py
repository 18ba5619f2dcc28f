"""Puts the management API together: its routes, who may call them, and what they are given."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any, Final

from litestar import Litestar, Request, Router
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.types import Message, Scope

from headwater.api import (
    backup,
    catalog_destinations,
    content,
    content_authoring,
    content_documents,
    content_explain,
    content_files,
    content_numbers,
    content_pages,
    content_publishing,
    content_settings,
    delivery,
    events,
    identity_report,
    inbox,
    integrations,
    people,
    person_export,
    regulations,
    replay,
    segments,
    sign_in,
    source_events,
    sources,
    sql,
    tables,
    troubleshooting,
    warehouses,
    webhooks,
    workspace,
    workspaces,
)
from headwater.api import (
    catalog as catalog_routes,
)
from headwater.api import (
    destinations as destination_routes,
)
from headwater.api.auth import Caller, caller_of, signed_in
from headwater.api.openapi import document_route, openapi_config
from headwater.api.person_export import Exports
from headwater.api.ports import Work
from headwater.api.problem import Report, exception_handlers
from headwater.api.profiles import Profiles
from headwater.api.request import JsonRequest, own_address
from headwater.api.sending import Sending
from headwater.catalog.destination_load import Destinations, load_destinations
from headwater.catalog.load import Catalog
from headwater.control.store import Store
from headwater.surfaces.authoring import AuthorSessions
from headwater.surfaces.desk import Desk
from headwater.surfaces.store import ContentStore

PREFIX: Final = "/api/v1"
MAX_BODY_BYTES: Final = 4 * 1024 * 1024

_PROTECTED: Final = (
    *sign_in.ROUTES,
    *workspaces.ROUTES,
    *workspace.ROUTES,
    *identity_report.ROUTES,
    *catalog_routes.ROUTES,
    *catalog_destinations.ROUTES,
    *sources.ROUTES,
    *source_events.ROUTES,
    *events.ROUTES,
    *regulations.ROUTES,
    *replay.ROUTES,
    *webhooks.ROUTES,
    *troubleshooting.ROUTES,
    *destination_routes.ROUTES,
    *integrations.ROUTES,
    *delivery.ROUTES,
    *people.ROUTES,
    *person_export.ROUTES,
    *segments.ROUTES,
    *content.ROUTES,
    *content_documents.ROUTES,
    *content_publishing.ROUTES,
    *content_files.ROUTES,
    *content_pages.ROUTES,
    *content_numbers.ROUTES,
    *content_explain.ROUTES,
    *content_authoring.ROUTES,
    *content_settings.ROUTES,
    *inbox.ROUTES,
    *sql.ROUTES,
    *tables.ROUTES,
    *warehouses.ROUTES,
    *backup.ROUTES,
)


def create_app(
    *,
    store: Store,
    catalog: Catalog,
    work: Work,
    sending: Sending,
    profiles: Profiles,
    exports: Exports | None = None,
    public_url: str,
    local_url: str = "",
    destinations: Destinations | None = None,
    contents: ContentStore | None = None,
    author_sessions: AuthorSessions | None = None,
    uploads: Path | None = None,
    report: Report | None = None,
) -> Litestar:
    """The management API as an ASGI application for everything under `/api/v1`.

    `public_url` is the address that people and clients use; empty: the one that each request was sent to, and
    `local_url` where a request names none. `uploads` is where files lie while they are copied in (default: the
    system's temporary directory). `report` is told of every fault that is answered with 500.
    `destinations`: by default the bundled ones; `contents`: those of the store. `author_sessions`: those that the door
    for authors' pages knows.
    `exports`: without it nothing of a person can be handed out.
    """
    contents = contents or ContentStore(state=store.state)
    given = {
        "store": store,
        "contents": contents,
        "desk": Desk(contents=contents),
        "author_sessions": author_sessions or AuthorSessions(),
        "entries": catalog,
        "destinations": destinations or load_destinations(),
        "work": work,
        "sending": sending,
        "profiles": profiles,
        "exports": exports,
        "uploads": uploads or Path(tempfile.gettempdir()) / "headwater-uploads",
    }
    dependencies = {name: _always(value) for name, value in given.items()}
    dependencies["public_url"] = _address(public_url.rstrip("/"), local_url.rstrip("/"))
    protected = Router(
        PREFIX,
        route_handlers=list(_PROTECTED),
        guards=[signed_in(store)],
        dependencies={"caller": Provide(_caller, sync_to_thread=False)},
    )
    return Litestar(
        [Router(PREFIX, route_handlers=[*sign_in.OPEN_ROUTES, document_route]), protected],
        dependencies=dependencies,
        exception_handlers=exception_handlers(report or _log),
        openapi_config=openapi_config(),
        before_send=[_not_to_be_kept],
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
    )


def _always(value: Any) -> Provide:
    return Provide(lambda: value, sync_to_thread=False, use_cache=True)


def _address(public_url: str, local_url: str) -> Provide:
    if public_url:
        return _always(public_url)

    def of_request(request: Request[Any, Any, Any]) -> str:
        return own_address(request, local_url)

    return Provide(of_request, sync_to_thread=False)


def _caller(request: Request[Any, Any, Any]) -> Caller:
    return caller_of(request)


async def _not_to_be_kept(message: Message, _scope: Scope) -> None:
    """Answers hold keys and people's data: no browser or proxy is to keep them, or to guess their type."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("X-Content-Type-Options", "nosniff")


def _log(what: str, error: BaseException) -> None:
    logging.getLogger("headwater.api").error("%s failed", what, exc_info=error)

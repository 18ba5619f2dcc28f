"""Who is asking, for which workspace, and whether they may.

A bearer token (the installation's, or an API key) or a session cookie. A cookie comes along on its own, so a
changing request with one must also come from this server's own pages.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from headwater.api.problem import Unauthorized
from headwater.base.errors import Forbidden
from headwater.control.model import SCOPES, ApiKey, Scope, Session
from headwater.control.store import Store

COOKIE: Final = "headwater_session"
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

Connection = ASGIConnection[Any, Any, Any, Any]


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """`installation`: may pick any workspace, and make new ones. `actor` stands in the audit log."""

    actor: str
    name: str
    by_cookie: bool
    scopes: tuple[Scope, ...]
    workspace_id: str
    installation: bool

    def may(self, scope: Scope) -> bool:
        """Each scope includes those after it: admin, data, read."""
        return any(SCOPES.index(held) <= SCOPES.index(scope) for held in self.scopes)


def admin(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Guard: scope admin."""
    _require(connection, "admin")


def data(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Guard: scope data or admin."""
    _require(connection, "data")


def installation(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Guard: the installation's own admin token, or a session opened with it."""
    if not caller_of(connection).installation:
        raise Forbidden("Only the installation's admin token may do this; this one belongs to a workspace.")


def caller_of(connection: Connection) -> Caller:
    return connection.state["caller"]


def signed_in(store: Store) -> Guard:
    """The guard of every route but the open ones: tells who asks, or answers 401."""
    callers = Callers(store=store)

    async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        connection.state["caller"] = await callers.caller(connection)

    return guard


class Callers:
    def __init__(self, *, store: Store) -> None:
        self._store = store

    async def caller(self, connection: Connection) -> Caller:
        """Who sent this request; Unauthorized or Forbidden when that is not to be had."""
        token = bearer_token(connection)
        if token is not None:
            key = await asyncio.to_thread(self._store.access.key_by_token, token)
            if key is None:
                raise Unauthorized("The bearer token is not known, or it was removed.")
            return await self._with_workspace(connection, key, actor=f"key:{key.id}", name=key.name)
        cookie = connection.cookies.get(COOKIE)
        session = await asyncio.to_thread(self._store.access.session, cookie) if cookie else None
        if session is None:
            raise Unauthorized(
                "Sign in, or send `Authorization: Bearer TOKEN`: an API key, or the token in the data "
                "folder's admin-token. `headwater link` gives a new sign-in link."
            )
        if method_of(connection) not in _SAFE_METHODS:
            require_same_origin(connection, needed=True)
        name = session.name or f"Session {session.id[:4]}"
        return await self._with_workspace(connection, session, actor=f"session:{session.id}", name=name)

    async def _with_workspace(
        self, connection: Connection, found: ApiKey | Session, *, actor: str, name: str
    ) -> Caller:
        wanted = connection.headers.get("x-workspace") or connection.query_params.get("workspace")
        if found.workspace_id is not None and wanted not in (None, found.workspace_id):
            raise Forbidden("This token belongs to another workspace than the one asked for with X-Workspace.")
        return Caller(
            actor=actor,
            name=name,
            by_cookie=isinstance(found, Session),
            scopes=found.scopes,
            workspace_id=found.workspace_id or await asyncio.to_thread(self._pick, wanted),
            installation=found.workspace_id is None,
        )

    def _pick(self, wanted: str | None) -> str:
        return self._store.workspace(wanted).id if wanted else self._store.workspaces()[0].id


def bearer_token(connection: Connection) -> str | None:
    """The token of `Authorization: Bearer …`; None when there is no such header."""
    given = connection.headers.get("authorization")
    if given is None:
        return None
    kind, _, token = given.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Unauthorized("The Authorization header must be `Bearer TOKEN`.")
    return token.strip()


def require_same_origin(connection: Connection, *, needed: bool) -> None:
    """Refuse what another site's page sends. `needed`: a request that says nothing of its origin is refused too."""
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site is not None:
        same = site == "same-origin"
    elif origin is not None:
        same = urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower()
    else:
        same = not needed
    if not same:
        raise Forbidden(
            "A request with a session cookie must come from this server's own pages; programs send "
            "`Authorization: Bearer TOKEN` instead. Nothing was changed.",
            code="cross_origin",
        )


def is_https(connection: Connection) -> bool:
    forwarded = connection.headers.get("x-forwarded-proto")
    return (forwarded or connection.url.scheme) == "https"


def method_of(connection: Connection) -> str:
    return str(connection.scope.get("method", "GET"))


def _require(connection: Connection, scope: Scope) -> None:
    caller = caller_of(connection)
    if not caller.may(scope):
        raise Forbidden(
            f"This needs the scope {scope}; this token has {', '.join(caller.scopes)}. Nothing was changed.",
            details={"scope": scope},
        )

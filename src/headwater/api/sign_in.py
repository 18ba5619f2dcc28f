"""Signing in with a one-time link, signing out, and who one is."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, delete, get, patch, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody

from headwater import __version__
from headwater.api.auth import COOKIE, Caller, admin, is_https, require_same_origin
from headwater.api.given import Body, Deleted, GivenCaller, GivenStore, GivenUrl
from headwater.api.ports import Shape
from headwater.api.problem import Forbidden, Unauthorized
from headwater.control.access import SESSION_LIFE_S
from headwater.control.model import Scope
from headwater.control.store import Store


class SignIn(Body, frozen=True):
    """`token` is what follows `#token=` in a sign-in link."""

    token: str


class LinkFor(Body, frozen=True):
    """`name`: for whom the link is; what is done in its session is told by this name."""

    name: str = ""


class Renaming(Body, frozen=True):
    name: str


class SignedInUntil(Shape, frozen=True):
    expires_at: str


class NewLink(Shape, frozen=True):
    """`url` opens one session, once, until `expiresAt`."""

    url: str
    token: str
    expires_at: str


class WorkspaceName(Shape, frozen=True):
    id: str
    name: str
    region: str


class Me(Shape, frozen=True):
    """`installation`: may pick a workspace with `X-Workspace`. `workspaces` are those it may pick."""

    name: str
    by_cookie: bool
    scopes: list[Scope]
    workspace_id: str
    installation: bool
    workspaces: list[WorkspaceName]
    public_url: str
    version: str


@post("/sign-in", operation_id="signIn", tags=["Access"], opt={"open": True}, sync_to_thread=True)
def sign_in(request: Request[Any, Any, Any], data: JSONBody[SignIn], store: GivenStore) -> Response[SignedInUntil]:
    """Use up a sign-in link and set the session cookie. Open: the link's token is what lets in."""
    require_same_origin(request, needed=False)
    opened = store.access.sign_in(data.token)
    if opened is None:
        raise Unauthorized(
            "This sign-in link is used up, has expired or was never given. `headwater link` gives a new one.",
            code="link_invalid",
        )
    session, cookie = opened
    body = SignedInUntil(expires_at=session.expires_at)
    return Response(body, status_code=201, cookies=[_cookie(request, cookie, SESSION_LIFE_S)])


@delete("/sign-in", operation_id="signOut", tags=["Access"], opt={"open": True}, status_code=200, sync_to_thread=True)
def sign_out(request: Request[Any, Any, Any], store: GivenStore) -> Response[Deleted]:
    """End the session of the cookie. Open: without a session there is nothing to end."""
    require_same_origin(request, needed=False)
    store.access.sign_out(request.cookies.get(COOKIE, ""))
    return Response(Deleted(id="session", deleted=True), status_code=200, cookies=[_cookie(request, "", 0)])


@get("/me", operation_id="me", tags=["Access"], sync_to_thread=True)
def me(caller: GivenCaller, store: GivenStore, public_url: GivenUrl) -> Me:
    """Who this token or session is, and which workspaces it may pick. Any scope."""
    return _me(caller, store, public_url, caller.name)


@patch("/me", operation_id="renameMe", tags=["Access"], sync_to_thread=True)
def rename_me(
    request: Request[Any, Any, Any],
    data: JSONBody[Renaming],
    caller: GivenCaller,
    store: GivenStore,
    public_url: GivenUrl,
) -> Me:
    """Say who sits at this session: others read it where something was changed. Any scope, but only of a session.

    403 for a token: a key is renamed among the workspace's API keys.
    """
    if not caller.by_cookie:
        raise Forbidden("Only a signed-in session has a name of its own. Rename an API key under /workspace/api-keys.")
    found = store.access.name_session(request.cookies.get(COOKIE, ""), caller.workspace_id, name=data.name)
    if found is None:
        raise Unauthorized("This session has just ended. Sign in again; nothing was changed.")
    return _me(caller, store, public_url, found.name)


def _me(caller: Caller, store: Store, public_url: str, name: str) -> Me:
    mine = [w for w in store.workspaces() if caller.installation or w.id == caller.workspace_id]
    return Me(
        name=name,
        by_cookie=caller.by_cookie,
        scopes=list(caller.scopes),
        workspace_id=caller.workspace_id,
        installation=caller.installation,
        workspaces=[WorkspaceName(id=w.id, name=w.name, region=w.region) for w in mine],
        public_url=public_url,
        version=__version__,
    )


@post("/sign-in-links", operation_id="createSignInLink", tags=["Access"], guards=[admin], sync_to_thread=True)
def create_link(
    caller: GivenCaller, store: GivenStore, public_url: GivenUrl, data: JSONBody[LinkFor | None] = None
) -> NewLink:
    """A link that opens one dashboard session within 15 minutes. Scope admin.

    Made with the installation's token it opens every workspace, else this one alone.
    """
    workspace_id, name = None if caller.installation else caller.workspace_id, data.name if data else ""
    link = store.access.create_link(workspace_id, name=name, by=caller.actor)
    return NewLink(url=f"{public_url}/sign-in#token={link.token}", token=link.token, expires_at=link.expires_at)


def _cookie(request: Request[Any, Any, Any], value: str, life_s: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=value,
        max_age=life_s,
        path="/",
        httponly=True,
        samesite="strict",
        secure=is_https(request),
    )


OPEN_ROUTES: list[HTTPRouteHandler] = [sign_in, sign_out]
ROUTES: list[HTTPRouteHandler] = [me, rename_me, create_link]

"""Author sessions: the dashboard opens a page of the author's own site, to choose a place there or to see a draft."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final, Literal

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from headwater.api.auth import admin
from headwater.api.given import Body, GivenAuthorSessions, GivenCaller, GivenDesk
from headwater.api.ports import Shape
from headwater.base.errors import NotFound
from headwater.surfaces.authoring import AuthorSession, Mode

TAG: Final = "Content"


class NewAuthorSession(Body, frozen=True, kw_only=True):
    """`documentId`: the document to show there; left out when previewing: the last, which is Everyone's."""

    mode: Annotated[Mode, Meta(description="`pick` chooses the element of a placement, `preview` shows the draft.")]
    url: Annotated[str, Meta(examples=["https://app.example.com/settings"])]
    document_id: int | None = None


class AuthorSessionShape(Shape, frozen=True):
    """`url` is the page with the code in its query, to be opened in the author's browser."""

    code: str
    url: str
    expires_at: str


class PickedTarget(Shape, frozen=True):
    """The element that was chosen: selectors that find it, its text, and the page that it is on."""

    selectors: list[str]
    text: str
    url: str


class AuthorSessionState(Shape, frozen=True):
    """How far it is. `target` is the last choice."""

    status: Literal["waiting", "opened", "picked"]
    target: PickedTarget | None


@post(
    "/content/{content_id:str}/author-sessions",
    operation_id="createAuthorSession",
    tags=[TAG],
    guards=[admin],
)
async def create_author_session(
    content_id: FromPath[str],
    data: JSONBody[NewAuthorSession],
    caller: GivenCaller,
    desk: GivenDesk,
    author_sessions: GivenAuthorSessions,
) -> AuthorSessionShape:
    """Open a page of one's own site to choose a place on it, or to see the draft there. Scope admin.

    Whoever has the address sees the draft, for half an hour. The page must have the SDK. 400 when the address is none
    of a page.
    """
    found = await asyncio.to_thread(desk.check, caller.workspace_id, content_id, data.document_id)
    made = author_sessions.begin(
        caller.workspace_id, content_id=found.id, mode=data.mode, url=data.url, document_id=data.document_id
    )
    return AuthorSessionShape(code=made.code, url=made.url, expires_at=made.expires_at)


@get("/content/{content_id:str}/author-sessions/{code:str}", operation_id="getAuthorSession", tags=[TAG])
async def get_author_session(
    content_id: FromPath[str],
    code: FromPath[str],
    caller: GivenCaller,
    desk: GivenDesk,
    author_sessions: GivenAuthorSessions,
) -> AuthorSessionState:
    """How far an author session is: waiting for the page, opened there, or an element was picked. Any scope.

    404 `author_session_ended` when its half hour is over, or the server was started again since.
    """
    session = author_sessions.get(caller.workspace_id, code)
    found = await asyncio.to_thread(desk.check, caller.workspace_id, content_id, None)
    if session.content_id != found.id:
        raise NotFound(f'The author session is of another content than "{found.name}".')
    return AuthorSessionState(status=session.status, target=_target(session))


def _target(session: AuthorSession) -> PickedTarget | None:
    picked = session.picked
    if picked is None:
        return None
    return PickedTarget(selectors=list(picked.selectors), text=picked.text, url=picked.url)


ROUTES: list[HTTPRouteHandler] = [create_author_session, get_author_session]

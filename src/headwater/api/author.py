"""`/api/author`: the page that an author opened from the dashboard asks what to show, and tells what was chosen there.

Open to whoever has the code of an author session and the workspace's client token; the code stands in the address that
the dashboard opened, for half an hour. Pages of every origin may ask: the author's own site is wherever it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec

from headwater.api import page_door
from headwater.api.page_door import Headers, Tokens
from headwater.base.errors import InvalidInput, NotFound
from headwater.base.http import Reply
from headwater.base.outcome import RejectCode
from headwater.collect import answers
from headwater.collect.refusal import NotTaken, Refusal
from headwater.control.directory import WorkspaceEntry
from headwater.surfaces.authoring import AuthorSession, AuthorSessions, Picked

PATH: Final = "/api/author"

_METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")
_NOT_KEPT: Final = (b"cache-control", b"no-store")


class Drafts(Protocol):
    def told(self, session: AuthorSession) -> dict[str, Any]:
        """What the page is told. NotFound."""
        ...


class _Choice(msgspec.Struct, frozen=True):
    selectors: tuple[str, ...]
    text: str = ""
    url: str = ""


class Author:
    """An ASGI application for PATH."""

    def __init__(self, *, tokens: Tokens, sessions: AuthorSessions, drafts: Drafts) -> None:
        self._tokens = tokens
        self._sessions = sessions
        self._drafts = drafts

    def owns(self, path: str) -> bool:
        return path.rstrip("/") == PATH

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        headers = page_door.headers_of(scope)
        try:
            body = await page_door.body_of(receive) if scope["method"] == "POST" else b""
            reply = await self.reply(scope["method"], scope["query_string"].decode("latin-1"), headers, body)
        except NotTaken as error:
            reply = answers.opened_to_page(answers.refused(error.refusal), headers)
        await page_door.send_reply(reply, scope, send)

    async def reply(self, method: str, query_string: str, headers: Headers, body: bytes = b"") -> Reply:
        """The answer, readable by every page. NotTaken."""
        given = page_door.given_in(query_string)
        workspace = self._tokens.by_client_token(given.get("token", ""))
        reply = await self._decide(method, given, headers, body, workspace)
        return answers.opened_to_page(page_door.carried(reply, headers), headers)

    async def _decide(
        self, method: str, given: Mapping[str, str], headers: Headers, body: bytes, workspace: WorkspaceEntry | None
    ) -> Reply:
        if method == "OPTIONS":
            return answers.preflight(headers, _METHODS)
        if method not in _METHODS:
            return answers.not_allowed(method, PATH, _METHODS)
        if workspace is None:
            return answers.refused(page_door.UNKNOWN_TOKEN)
        try:
            if method == "POST":
                return self._pick(workspace.workspace_id, given.get("code", ""), body)
            return await self._tell(workspace.workspace_id, given.get("code", ""))
        except NotFound as error:
            return answers.not_found(error.message)
        except InvalidInput as error:
            return answers.refused(Refusal(RejectCode.BAD_REQUEST, error.message))

    async def _tell(self, workspace_id: str, code: str) -> Reply:
        session = self._sessions.opened(workspace_id, code)
        told = await asyncio.to_thread(self._drafts.told, session)
        return _json(told)

    def _pick(self, workspace_id: str, code: str, body: bytes) -> Reply:
        self._sessions.get(workspace_id, code)
        try:
            choice = msgspec.json.decode(body, type=_Choice)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise InvalidInput(
                f"The choice cannot be read: {error}. It is an object with selectors (a list of texts), text and url. "
                "Nothing was chosen."
            ) from None
        self._sessions.pick(workspace_id, code, Picked(selectors=choice.selectors, text=choice.text, url=choice.url))
        return _json({"success": True})


def _json(value: Any) -> Reply:
    headers = (page_door.JSON, _NOT_KEPT, page_door.NOSNIFF)
    return Reply(status=200, body=msgspec.json.encode(value), headers=headers)

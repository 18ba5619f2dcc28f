"""`GET /api/experiences/{versionId}`: the tree of one version, for pages whose first answer had no room for it.

Open to whoever has the workspace's client token. A version never changes, so every cache may keep it for ever; one that
was live is still told, to pages that were answered a moment before it was replaced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Protocol

from headwater.api import page_door
from headwater.api.page_door import Headers, Tokens
from headwater.base.errors import Transient
from headwater.base.http import Reply
from headwater.collect import answers
from headwater.collect.refusal import NotTaken
from headwater.control.directory import WorkspaceEntry

PREFIX: Final = "/api/experiences/"

_METHODS: Final = ("GET", "HEAD", "OPTIONS")
_FOR_EVER: Final = (b"cache-control", b"public, max-age=31536000, immutable")
_VERSION: Final = re.compile(r"[0-9a-f]{40}")


class Trees(Protocol):
    async def tree(self, workspace_id: str, version_id: str) -> bytes | None:
        """The JSON of a version's tree; None: the workspace has none such. Transient."""
        ...


class Experiences:
    """An ASGI application for what begins with PREFIX."""

    def __init__(self, *, tokens: Tokens, trees: Trees) -> None:
        self._tokens = tokens
        self._trees = trees

    def owns(self, path: str) -> bool:
        return path.startswith(PREFIX)

    async def __call__(self, scope: Mapping[str, Any], _receive: Any, send: Any) -> None:
        query_string = scope["query_string"].decode("latin-1")
        reply = await self.reply(scope["method"], scope["path"], query_string, page_door.headers_of(scope))
        await page_door.send_reply(reply, scope, send)

    async def reply(self, method: str, path: str, query_string: str, headers: Headers) -> Reply:
        """The answer, readable by pages of the workspace's allowed origins."""
        try:
            given = page_door.given_in(query_string)
        except NotTaken as error:
            return answers.opened_to_page(answers.refused(error.refusal), headers)
        workspace = self._tokens.by_client_token(given.get("token", ""))
        allowed = workspace.allowed_origins if workspace is not None else ()
        reply = await self._decide(method, path, headers, workspace)
        return answers.opened_to_page(page_door.carried(reply, headers), headers, allowed)

    async def _decide(self, method: str, path: str, headers: Headers, workspace: WorkspaceEntry | None) -> Reply:
        if method == "OPTIONS":
            return answers.preflight(headers, _METHODS)
        if method not in _METHODS:
            return answers.not_allowed(method, PREFIX, _METHODS)
        if workspace is None:
            return answers.refused(page_door.UNKNOWN_TOKEN)
        version_id = path.removeprefix(PREFIX)
        try:
            is_one = _VERSION.fullmatch(version_id) is not None
            tree = await self._trees.tree(workspace.workspace_id, version_id) if is_one else None
        except Transient:
            return page_door.away("Versions cannot be read right now.")
        if tree is None:
            return answers.not_found(
                f"No version {version_id[:40]!r} was ever published in this workspace. GET /api/bootstrap names those "
                "that are live."
            )
        return Reply(status=200, body=tree, headers=(page_door.JSON, _FOR_EVER, page_door.NOSNIFF))

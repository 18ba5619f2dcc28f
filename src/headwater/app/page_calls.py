"""The short ways of what a page waits for at every load: from the door to the web process, and from there to people.

The long ways, by HTTP, do the same and stay for all else; they cost several times as much.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from headwater.api.page_door import PageDoor
from headwater.app.quick_calls import QuickClient
from headwater.base.errors import HeadwaterError, Transient

PEOPLE: Final = "people-of-pages"
WEB: Final = "answers-for-pages"
"""Names of sockets."""
MOMENT_S: Final = 3.0
"""A page waits for it."""
DOOR_S: Final = 10.0
PATHS: Final = ("/api/bootstrap", "/api/experiences/")
_METHODS: Final = ("GET", "HEAD", "OPTIONS")
_PASSED: Final = frozenset(
    (
        b"accept-encoding",
        b"access-control-request-headers",
        b"access-control-request-method",
        b"if-none-match",
        b"origin",
    )
)
"""Of a request's headers those that these answers depend on."""


class QuickPeople:
    """Who an id names, for `api.bootstrap`. Transient while the process of people is away."""

    def __init__(self, client: QuickClient) -> None:
        self._client = client

    async def person_of(
        self,
        workspace_id: str,
        user_id: str | None,
        anonymous_id: str | None,
        traits: list[str] | None = None,
        group_traits: list[str] | None = None,
    ) -> Any:
        return await self._client.call(
            MOMENT_S,
            workspace_id=workspace_id,
            user_id=user_id,
            anonymous_id=anonymous_id,
            traits=traits,
            group_traits=group_traits,
        )


class PageWay:
    """An ASGI application in the door's process: hands what pages ask to the web process, and all else to `inner`,
    which also answers while the web process is away."""

    def __init__(self, inner: Any, client: QuickClient) -> None:
        self._inner = inner
        self._client = client

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        path: str = scope["path"]
        if not path.startswith(PATHS) or scope["method"] not in _METHODS:
            await self._inner(scope, receive, send)
            return
        headers = [[name, value] for name, value in scope["headers"] if name in _PASSED]
        asked = {"method": scope["method"], "path": path, "query_string": scope["query_string"], "headers": headers}
        try:
            status, told, body = await self._client.call(DOOR_S, **asked)
        except HeadwaterError:
            await self._inner(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": body})


class PageAnswers:
    """The other end: asks the door for pages that owns the path, and gives (status, headers, body)."""

    def __init__(self, doors: Sequence[PageDoor]) -> None:
        self._doors = doors

    async def __call__(self, asked: dict[str, Any]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        door = next((door for door in self._doors if door.owns(asked["path"])), None)
        if door is None:
            raise Transient(f"{asked['path']} is no door for pages")  # the long way says what it is
        parts: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            parts.append(message)

        await door(asked, _nothing, send)
        start, body = parts
        return start["status"], start["headers"], body["body"]


async def _nothing() -> dict[str, Any]:
    """There is no body; a door that waits for one waits for ever."""
    await asyncio.Event().wait()
    return {}

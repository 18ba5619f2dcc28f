"""The sample product at `/demo/`: a page as a team might have, which shows what content does in it. Open to all.

It may run no script but its own and the server's, and no style but theirs. `/demo/config.json` names the workspace that
it speaks to: that of a demo, by its client token (which is public) and with the names of the demo's own segments; else
none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec

from headwater.app.demo_content import SEGMENTS
from headwater.app.site import Site, respond
from headwater.control.store import Store

BASE: Final = "/demo/"
CONFIG: Final = "/demo/config.json"
FOLDER: Final = "demo_site"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; media-src 'self' https:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
Config = Callable[[], dict[str, Any]]


class DemoPage:
    """An ASGI application. `config` is asked in a thread."""

    def __init__(self, *, config: Config) -> None:
        self._config = config
        self._site = Site(folder=FOLDER, base=BASE, policy=POLICY)

    def owns(self, path: str) -> bool:
        return path.startswith(BASE) or path == BASE.rstrip("/")

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        path = scope["path"]
        if path == CONFIG and scope["method"] in ("GET", "HEAD"):
            body = msgspec.json.encode(await asyncio.to_thread(self._config))
            headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
            await respond(scope, send, 200, headers, body)
        elif not path.startswith(BASE):
            query = scope["query_string"]
            await respond(scope, send, 308, [(b"location", BASE.encode() + (b"?" + query if query else b""))], b"")
        else:
            await self._site(scope, receive, send)


def config_of(store: Store, *, is_demo: bool) -> Config:
    """What the page is told; a server that is no demo names no workspace."""

    def config() -> dict[str, Any]:
        if not is_demo:
            return {"clientToken": None, "segments": {}}
        workspace = store.workspaces()[0]
        made = store.segments.of_workspace(workspace.id)
        segments = {each.id: each.name for each in made if each.name in SEGMENTS}
        return {"clientToken": workspace.client_token, "segments": segments}

    return config

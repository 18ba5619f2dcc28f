"""The web process: the management API and the dashboard's files, reached through the door."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from headwater.api.app import create_app
from headwater.app import log
from headwater.app.home import Home
from headwater.app.listen import Listener
from headwater.app.processes import PROCESSES, SEND
from headwater.app.remote_sending import RemoteSending
from headwater.app.remote_work import RemoteWork
from headwater.app.rpc import RpcClient, serve_rpc
from headwater.app.site import Site
from headwater.app.sockets import bind_unix
from headwater.app.supervisor import ChildOrder
from headwater.catalog.destination_load import load_destinations
from headwater.catalog.load import load_catalog
from headwater.control.bootstrap import attach_store


async def run(order: ChildOrder, *, ready: Callable[[], None], stop: asyncio.Event) -> None:
    settings, logger = order.settings, log.logger("web")
    home = Home(settings.data_dir)
    clients = {each.name: RpcClient(home.socket(each.name), name=each.name) for each in PROCESSES if each.serves}
    api = create_app(
        store=attach_store(home.directory),
        catalog=load_catalog(settings.catalog_paths),
        destinations=load_destinations(settings.catalog_paths),
        work=RemoteWork(clients, query_timeout_s=settings.query_timeout_s),
        sending=RemoteSending(clients[SEND.name]),
        public_url=settings.public_url,
        local_url=order.url,
        uploads=home.run / "uploads",
        report=_logs(logger),
    )
    listener = Listener(_Web(api=api, site=Site(), internal=serve_rpc({"ping": _ping}, log=_logs(logger))))
    await listener.start(bind_unix(home.socket("web")))
    ready()
    await stop.wait()
    await listener.stop(drain_s=2.0)
    for client in clients.values():
        await client.close()


class _Web:
    """Sends a request to the API, or to the dashboard's files."""

    def __init__(self, *, api: Any, site: Any, internal: Any) -> None:
        self._api = api
        self._site = site
        self._internal = internal

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        path = scope["path"]
        if path.startswith("/api/"):
            await self._api(scope, receive, send)
        elif path == "/ping" and scope["method"] == "POST":
            await self._internal(scope, receive, send)
        else:
            await self._site(scope, receive, send)


async def _ping() -> bool:
    return True


def _logs(logger: Any) -> Callable[[str, BaseException], None]:
    return lambda call, error: logger.error("a call failed", call=call, exc_info=error)

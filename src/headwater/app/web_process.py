"""The web process: the management API and the dashboard's files, reached through the door."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from headwater.api.app import create_app
from headwater.api.author import Author
from headwater.api.bootstrap import Bootstrap
from headwater.api.experiences import Experiences
from headwater.api.page_door import PageDoor
from headwater.app import log
from headwater.app.demo_page import DemoPage, config_of
from headwater.app.home import Home
from headwater.app.identity_notes import IdentityNotes
from headwater.app.listen import Listener
from headwater.app.page_calls import PEOPLE, WEB, PageAnswers, QuickPeople
from headwater.app.processes import COLLECT, PROCESSES, PROFILES, SEND
from headwater.app.quick_calls import QuickClient, QuickServer
from headwater.app.remote_exports import RemoteExports
from headwater.app.remote_profiles import RemoteProfiles
from headwater.app.remote_sending import RemoteSending
from headwater.app.remote_work import RemoteWork
from headwater.app.rpc import RpcClient, serve_rpc
from headwater.app.site import Site
from headwater.app.sockets import bind_unix
from headwater.app.supervisor import ChildOrder
from headwater.app.wiring import open_directory
from headwater.catalog.destination_load import load_destinations
from headwater.catalog.load import load_catalog
from headwater.control.bootstrap import attach_store, generation_at
from headwater.surfaces.authoring import AuthorSessions
from headwater.surfaces.desk import Desk
from headwater.surfaces.live import Live
from headwater.surfaces.store import ContentStore


async def run(order: ChildOrder, *, ready: Callable[[], None], stop: asyncio.Event) -> None:
    settings, logger = order.settings, log.logger("web")
    home = Home(settings.data_dir)
    clients = {each.name: RpcClient(home.socket(each.name), name=each.name) for each in PROCESSES if each.serves}
    people = QuickClient(home.socket(PEOPLE), name=PROFILES.name)
    notes = IdentityNotes(clients[COLLECT.name])
    store, tokens, sessions = attach_store(home.directory), open_directory(home), AuthorSessions()
    contents = ContentStore(state=store.state)
    live = Live(state=store.state, generation=generation_at(home.directory), log=logger.warning)
    doors = (
        Bootstrap(tokens=tokens, people=QuickPeople(people), live=live, note=notes.add),
        Experiences(tokens=tokens, trees=live),
        Author(tokens=tokens, sessions=sessions, drafts=Desk(contents=contents)),
    )
    demo = DemoPage(config=config_of(store, is_demo="demo" in settings.roles))
    api = create_app(
        store=store,
        catalog=load_catalog(settings.catalog_paths),
        destinations=load_destinations(settings.catalog_paths),
        work=RemoteWork(clients, query_timeout_s=settings.query_timeout_s),
        sending=RemoteSending(clients[SEND.name]),
        profiles=RemoteProfiles(clients[PROFILES.name]),
        exports=RemoteExports(clients),
        contents=contents,
        author_sessions=sessions,
        public_url=settings.public_url,
        local_url=order.url,
        uploads=home.run / "uploads",
        report=_logs(logger),
    )
    internal = serve_rpc({"ping": _ping}, log=_logs(logger))
    listener = Listener(_Web(api=api, doors=doors, site=Site(), demo=demo, internal=internal))
    pages = QuickServer(PageAnswers(doors), log=_logs(logger))
    await listener.start(bind_unix(home.socket("web")))
    await pages.start(home.socket(WEB))
    ready()
    noting = asyncio.create_task(notes.run())
    await stop.wait()
    noting.cancel()
    await listener.stop(drain_s=2.0)
    await pages.stop()
    for client in (*clients.values(), people):
        await client.close()


class _Web:
    """Sends a request to a door for pages, to the API, to the demo's page, or to the dashboard's files."""

    def __init__(self, *, api: Any, doors: Sequence[PageDoor], site: Any, demo: DemoPage, internal: Any) -> None:
        self._api = api
        self._doors = doors
        self._site = site
        self._demo = demo
        self._internal = internal

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        path = scope["path"]
        if path.startswith("/api/"):
            door = next((door for door in self._doors if door.owns(path)), self._api)
            await door(scope, receive, send)
        elif path == "/ping" and scope["method"] == "POST":
            await self._internal(scope, receive, send)
        elif self._demo.owns(path):
            await self._demo(scope, receive, send)
        else:
            await self._site(scope, receive, send)


async def _ping() -> bool:
    return True


def _logs(logger: Any) -> Callable[[str, BaseException], None]:
    return lambda call, error: logger.error("a call failed", call=call, exc_info=error)

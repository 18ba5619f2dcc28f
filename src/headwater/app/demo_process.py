"""The demo's sender: seeds the workspace once, then plays people, all through the doors that anyone uses."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp

from headwater.app import demo_content, log
from headwater.app.demo import CUSTOMERS, World
from headwater.app.home import Home
from headwater.app.supervisor import ChildOrder
from headwater.base.clock import iso
from headwater.base.errors import Transient

SOURCES = {"Candu_Prod": "candu", "Produktly_Prod": "produktly", "Web_App": "http-api"}
SENDERS = {"candu-segment": "Candu_Prod", "produktly-segment": "Produktly_Prod"}
"""What the page's SDK tells goes on into these sources, as it would between the vendors."""
WEBHOOKS = {"Product inbox": "default", "Slack preview": "slack"}
TOPICS = ["content.view", "content.interaction", "form.submission"]
BATCH = 100
PACE_S = 1.5
LOOK_EVERY = 20
"""After so many calls it is asked again what content is live: somebody may have published it anew."""


async def run(order: ChildOrder, *, ready: Callable[[], None], stop: asyncio.Event) -> None:
    ready()
    logger = log.logger("demo")
    home = Home(order.settings.data_dir)
    token = home.admin_token.read_text().strip() if home.admin_token.exists() else ""
    secure = None if order.url.startswith("http://") else False  # our own certificate need not be known here
    playing = asyncio.create_task(_play(order.url, token, secure))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([playing, stopped], return_when=asyncio.FIRST_COMPLETED)
    if playing.done() and playing.exception() is not None:
        logger.error("the sample traffic ended", exc_info=playing.exception())
    playing.cancel()


async def _play(url: str, token: str, secure: bool | None) -> None:
    connector = aiohttp.TCPConnector(ssl=True if secure is None else secure)
    async with aiohttp.ClientSession(url, connector=connector) as session:
        client_token = (await _json(session.get("/api/v1/workspace", headers=_bearer(token))))["clientToken"]
        call_api = _caller(session, token)
        world = World(now=datetime.now(UTC))
        keys = await _seed(session, token, client_token, world)
        for count, (name, call) in enumerate(world.live()):
            if count % LOOK_EVERY == 0:
                world.content = await demo_content.live(call_api)
            if name == CUSTOMERS:
                await _tell(session, client_token, [call | {"sentAt": iso(datetime.now(UTC))}])
            else:
                await _send(session, keys[name], [call | {"timestamp": iso(datetime.now(UTC))}])
            await asyncio.sleep(PACE_S)


async def _seed(session: aiohttp.ClientSession, token: str, client_token: str, world: World) -> dict[str, str]:
    """The sources, the content, the table to join with and the history; what is there already stays. Gives the write
    keys."""
    headers = _bearer(token)
    await demo_content.seed(_caller(session, token))
    listed = await _json(session.get("/api/v1/sources?limit=100", headers=headers))
    keys = {source["name"]: source["writeKeys"][-1] for source in listed["data"] if source["writeKeys"]}
    missing = [name for name in SOURCES if name not in keys]
    for name in missing:
        body = {"catalog": SOURCES[name], "name": name}
        keys[name] = (await _json(session.post("/api/v1/sources", json=body, headers=headers)))["writeKeys"][-1]
    if missing:
        world.content = await demo_content.live(_caller(session, token))
        upload = session.post(
            "/api/v1/tables?name=accounts&format=csv",
            data=world.accounts_csv(),
            headers=headers | {"content-type": "text/csv"},
        )
        await _json(upload)
        for name, calls in world.history().items():
            for start in range(0, len(calls), BATCH):
                batch = calls[start : start + BATCH]
                if name == CUSTOMERS:
                    await _tell(session, client_token, batch)
                else:
                    await _send(session, keys[name], batch)
        await _connect(session, headers, keys)
    return keys


async def _connect(session: aiohttp.ClientSession, headers: dict[str, str], keys: dict[str, str]) -> None:
    """Webhooks to the built-in inbox, and the two senders; those that are there stay."""
    listed = await _json(session.get("/api/v1/webhooks?limit=100", headers=headers))
    there = {webhook["name"] for webhook in listed["data"]}
    for name, form in WEBHOOKS.items():
        if name not in there:
            body = {"name": name, "url": "headwater:inbox", "format": form, "topics": TOPICS}
            await _json(session.post("/api/v1/webhooks", json=body, headers=headers))
    for slug, source in SENDERS.items():
        body = {"enabled": True, "writeKey": keys[source]}
        await _json(session.put(f"/api/v1/integrations/{slug}", json=body, headers=headers))


def _caller(session: aiohttp.ClientSession, token: str) -> demo_content.Call:
    async def call(method: str, path: str, body: Any) -> Any:
        return await _json(session.request(method, f"/api/v1{path}", json=body, headers=_bearer(token)))

    return call


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def _tell(session: aiohttp.ClientSession, client_token: str, events: list[dict[str, Any]]) -> None:
    while True:
        try:
            await _json(session.post("/api/events/batch", params={"token": client_token}, json=events))
            return
        except (aiohttp.ClientConnectionError, Transient):
            await asyncio.sleep(1.0)


async def _send(session: aiohttp.ClientSession, key: str, calls: list[dict[str, Any]]) -> None:
    credentials = base64.b64encode(f"{key}:".encode()).decode()
    while True:
        try:
            await _json(
                session.post("/v1/batch", json={"batch": calls}, headers={"authorization": f"Basic {credentials}"})
            )
            return
        except (aiohttp.ClientConnectionError, Transient):
            await asyncio.sleep(1.0)


async def _json(request: Any) -> Any:
    async with request as answer:
        if answer.status >= 500:
            raise Transient(f"{answer.status} from {answer.url.path}")
        answer.raise_for_status()
        return await answer.json()

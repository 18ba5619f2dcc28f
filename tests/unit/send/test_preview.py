"""What a request is given as it goes out: signatures, which a preview masks, and the time of sending."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import msgspec
import uvloop

from headwater.base.clock import iso_from_seconds
from headwater.control.model import MASK
from tests.receivers import Receiver
from tests.unit.send.room import SECRET, Room, World, view, webhook

OTHER = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="


def test_its_signatures_are_masked_for_a_connection_and_for_a_draft(tmp_path: Path) -> None:
    async def main() -> None:
        stored = webhook(
            "https://r.test/in", settings={"sharedSecret": "shared-secret"}, signing_secrets=(SECRET, OTHER)
        )
        draft = msgspec.structs.replace(stored, settings={"url": "https://other.test/", "sharedSecret": "another"})
        async with Room(World(tmp_path, stored)) as room:
            for entry in (stored, draft):
                [request] = room.sending.trial.preview(entry, view(1))["requests"]
                headers = {name.lower(): value for name, value in request["headers"].items()}
                assert headers["webhook-signature"] == f"v1,{MASK} v1,{MASK}"
                assert headers["x-signature"] == MASK
                assert headers["webhook-id"]
                assert headers["content-type"] == "application/json"

    uvloop.run(main())


def test_a_sender_says_when_it_sends(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            settings = {"writeKey": "key-of-the-source", "host": receiver.url}
            entry = webhook("", kind="integration", catalog="candu-segment", source_ids=("ws.customer-events",))
            world = World(tmp_path, msgspec.structs.replace(entry, settings=settings))
            async with Room(world) as room:
                began = iso_from_seconds(time.time())
                world.append(view(1))
                [request] = await asyncio.to_thread(receiver.wait_for, 1)
                await room.quiet()
                assert began <= request.json()["sentAt"] <= iso_from_seconds(time.time())
                assert request.json()["name"] == "tutorial.view"

    uvloop.run(main())

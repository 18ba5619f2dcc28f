"""A preview shows what would be sent, and nothing that a receiver would take as proof."""

from __future__ import annotations

from pathlib import Path

import msgspec
import uvloop

from headwater.control.model import MASK
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

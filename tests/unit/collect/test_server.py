"""What the door answers when it cannot look up whose a key is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from headwater.base.errors import HeadwaterError, Transient
from headwater.base.http import Reply, Request
from headwater.collect.door import Door, DoorSettings
from headwater.collect.server import decide
from tests.unit.collect.doors import KEY, Source, Time, Workspace, basic


class Away:
    def by_write_key(self, key: str) -> Source | None:
        raise Transient(f"The state database cannot be read now, nor who has {key}.")

    def by_id(self, source_id: str) -> Source | None:
        raise AssertionError("nothing is known")

    def workspace(self, workspace_id: str) -> Workspace | None:
        raise AssertionError("nobody is known")


class Journal:
    def submit(self, payloads: Sequence[bytes], done: Callable[[HeadwaterError | None], None]) -> None:
        raise AssertionError("stored for nobody")


class Asked:
    def __init__(self) -> None:
        self.replies: list[Reply] = []

    def answer(self, reply: Reply) -> None:
        self.replies.append(reply)


@pytest.mark.parametrize(("path", "status"), [("/v1/track", 503), ("/v1/batch", 503), ("/v1/pixel/track", 200)])
def test_clients_keep_their_events_while_nobody_knows_whose_they_are(path: str, status: int) -> None:
    door = Door(directory=Away(), settings=DoorSettings(), clock=Time())
    pixel = "pixel" in path
    request = Request(
        method="GET" if pixel else "POST",
        path=path,
        query=f"data=eyJ3cml0ZUtleSI6ICIxIiwgImV2ZW50IjogIkEiLCAidXNlcklkIjogInUifQ&writeKey={KEY}" if pixel else "",
        headers={} if pixel else basic(KEY),
        body=b"" if pixel else b'{"batch":[{"type":"track","event":"A","userId":"u"}],"event":"A","userId":"u"}',
        peer="203.0.113.9",
    )
    asked = Asked()
    decide(request, asked, door=door, journal=Journal(), accepted=lambda source_id, count: None)  # type: ignore[arg-type]
    (reply,) = asked.replies
    assert reply.status == status
    assert pixel or (b"retry-after" in dict(reply.headers))

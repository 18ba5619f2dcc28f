"""What is live, in memory: new at the next look after a change, read no more than it must be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from headwater.base.errors import Transient
from headwater.base.rules import EVERYONE
from headwater.control.bootstrap import bootstrap, generation_at, open_store, state_url
from headwater.control.database import State
from headwater.control.generation import Generation
from headwater.control.store import Store
from headwater.surfaces.drafts import Beginning, Change
from headwater.surfaces.live import RETRY_S, Live
from headwater.surfaces.model import SYSTEM, Content, Placement, tree_of
from headwater.surfaces.store import ContentStore


class Steady:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Room:
    """A workspace with its contents, and what is live of them."""

    def __init__(self, place: Path) -> None:
        self.store: Store = open_store(place)
        self.workspace_id = bootstrap(self.store, place, "us").id
        self.generation: Generation = generation_at(place)
        self.state = State(url=state_url(place), generation=self.generation)
        self.contents = ContentStore(state=self.state)
        self.steady = Steady()
        self.live = Live(state=self.state, generation=self.generation, steady=self.steady)

    def publish(self, name: str, text: str = "Hello", segments: tuple[str, ...] = (EVERYONE,)) -> Content:
        tree = tree_of({"kind": "inline", "blocks": [{"id": "a", "type": "text", "props": {"text": text}}]})
        beginning = Beginning(name=name, documents=[(each, tree) for each in segments])
        made = self.contents.drafts.create(self.workspace_id, beginning, by=SYSTEM)
        change = Change(placements=(Placement(id="p1", selectors=("#slot",)),))
        made = self.contents.drafts.update(self.workspace_id, str(made.id), change, revision=made.revision, by=SYSTEM)
        return self.contents.publishing.publish(self.workspace_id, str(made.id), document_ids=None, note="", by=SYSTEM)

    def told(self, *segments: str) -> dict[str, Any]:
        async def ask() -> bytes:
            return (await self.live.of(self.workspace_id)).body([EVERYONE, *segments])

        return json.loads(asyncio.run(ask()))

    def names(self) -> list[str]:
        return [each["name"] for each in self.told()["experiences"]]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.state.close()
    room.store.close()


def test_what_is_published_is_live_and_what_is_taken_off_is_gone(room: Room) -> None:
    assert room.told() == {"segments": [EVERYONE], "experiences": []}
    made = room.publish("Banner")
    (experience,) = room.told()["experiences"]
    assert experience["contentId"] == made.content_id
    assert experience["versionId"] == made.documents[0].version_id
    assert experience["placements"] == [{"id": "p1", "place": "inside", "selectors": ["#slot"]}]
    assert room.told()["style"]["light"]["text"]
    room.publish("Second")
    assert room.names() == ["Banner", "Second"]
    room.contents.publishing.unpublish(room.workspace_id, str(made.id), by=SYSTEM)
    assert room.names() == ["Second"]


def test_a_draft_is_not_live_and_does_not_make_it_new(room: Room) -> None:
    made = room.publish("Banner")

    async def look() -> Any:
        return await room.live.of(room.workspace_id)

    before = asyncio.run(look())
    room.contents.drafts.update(
        room.workspace_id, str(made.id), Change(name="Other"), revision=made.revision, by=SYSTEM
    )
    room.store.update_workspace(room.workspace_id, name="Another name")
    assert asyncio.run(look()) is before
    assert room.names() == ["Banner"]


def test_trees_are_read_once(room: Room) -> None:
    room.publish("Banner", "One")
    room.told()
    read: list[str] = []
    event.listen(room.state._engine, "before_cursor_execute", lambda *given: read.append(given[2]))  # pyright: ignore
    room.told()
    assert read == []
    room.publish("Second", "Two")
    read.clear()
    room.told()
    trees = [query for query in read if "experience_versions" in query]
    assert len(trees) == 1
    room.contents.drafts.create(room.workspace_id, Beginning(name="Draft", documents=[]), by=SYSTEM)
    read.clear()
    room.told()
    assert read
    assert not any("tree" in query for query in read)


def test_a_version_that_was_live_is_still_to_be_had(room: Room) -> None:
    made = room.publish("Banner", "One")
    version_id = made.documents[0].version_id or ""

    def tree(workspace_id: str, version_id: str) -> bytes | None:
        return asyncio.run(room.live.tree(workspace_id, version_id))

    live = tree(room.workspace_id, version_id)
    room.contents.publishing.unpublish(room.workspace_id, str(made.id), by=SYSTEM)
    assert live is not None
    assert tree(room.workspace_id, version_id) == live
    assert tree(room.workspace_id, "0" * 40) is None
    assert tree("ws_other", version_id) is None


def test_while_the_state_cannot_be_read_the_last_holds_on(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.publish("Banner")
    room.told()
    room.publish("Second")
    with monkeypatch.context() as broken:
        broken.setattr(room.state, "reading", _cannot)
        assert room.names() == ["Banner"]
        with pytest.raises(Transient):
            asyncio.run(room.live.of("ws_never_seen"))
    assert room.names() == ["Banner"]
    room.steady.now_s += RETRY_S
    assert room.names() == ["Banner", "Second"]


def _cannot() -> Any:
    from sqlalchemy.exc import OperationalError

    raise OperationalError("SELECT", {}, Exception("the disk is away"))


def test_many_who_ask_at_once_wait_for_one_reading(room: Room) -> None:
    room.publish("Banner")
    read: list[str] = []
    event.listen(room.state._engine, "before_cursor_execute", lambda *given: read.append(given[2]))  # pyright: ignore

    async def ask() -> set[int]:
        return {id(each) for each in await asyncio.gather(*(room.live.of(room.workspace_id) for _ in range(20)))}

    assert len(asyncio.run(ask())) == 1
    assert len([query for query in read if "experience_versions" in query]) == 1

"""Requests of one turn are decided together, and none of them suffers from another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from headwater.base.errors import HeadwaterError, Transient
from headwater.base.http import Request
from headwater.collect import answers
from headwater.collect.door import Door, DoorSettings
from headwater.collect.intake import Intake
from headwater.collect.model import Decision
from headwater.collect.plain import Lane, Taken
from headwater.collect.turn import MAX_TOGETHER, Head, Known, Turn
from tests.unit.collect.doors import KEY, Source, Sources, Time, basic, make_door

BODY = b'{"userId":"u","event":"A"}'
STORED = b"yes"


class Wire(asyncio.Transport):
    def __init__(self, *, fails: bool = False) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.fails, self.gone = fails, False

    def write(self, data: Any) -> None:
        if self.fails:
            raise OSError("no way there")
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.gone

    def close(self) -> None:
        self.gone = True

    def abort(self) -> None:
        self.gone = True


class Connection:
    def __init__(self, *, fails: bool = False) -> None:
        self.transport: Any = Wire(fails=fails)
        self.done = 0

    def peer(self, headers: dict[bytes, bytes]) -> str:
        return "203.0.113.9"

    def on_response_complete(self) -> None:
        self.done += 1

    def be_quiet(self, now_s: float) -> None:
        self.done += 1


class Journal:
    """Stores at once, or says that it cannot, now or later."""

    def __init__(self, trouble: str = "") -> None:
        self.trouble = trouble
        self.groups: list[list[bytes]] = []

    def submit(self, payloads: Sequence[bytes], done: Callable[[HeadwaterError | None], None]) -> None:
        if self.trouble == "at once":
            raise Transient("The disk is full.")
        self.groups.append(list(payloads))
        done(Transient("The disk is full.") if self.trouble == "later" else None)


class Fragile(Door):
    """Breaks over what nobody thought of."""

    def handle(self, request: Request) -> Decision:
        if b"breaks" in request.body:
            raise RuntimeError("nobody thought of this")
        return super().handle(request)


class Scene:
    def __init__(self, journal: Journal, door: Door | None = None) -> None:
        self.journal, self.door = journal, door or make_door()
        self.accepted: list[tuple[str, int]] = []
        self.troubles: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self.troubles.append(context["message"]))
        self.turn = Turn(
            loop=loop,
            door=self.door,
            journal=journal,
            accepted=lambda source_id, count: self.accepted.append((source_id, count)),
        )

    def lane(self) -> Lane | None:
        return self.door.lane(Request(method="POST", path="/v1/track", headers=basic(KEY)))

    def ask(self, body: bytes = BODY, *, lane: Lane | None = None, fails: bool = False) -> Known:
        asked = Known(Connection(fails=fails), keep_alive=True)
        asked.head = Head("/v1/track", "", basic(KEY), len(body), True, lane or self.lane(), STORED)
        asked.body = body
        self.turn.add(asked)
        return asked


def played(scene: Callable[[], Any]) -> None:
    asyncio.run(scene())


def written(asked: Known) -> list[bytes]:
    transport: Any = asked.connection.transport
    return transport.written


def test_what_comes_in_one_turn_is_stored_in_one_go_and_answered_each() -> None:
    async def scene() -> None:
        world = Scene(Journal())
        asked = [world.ask() for _ in range(MAX_TOGETHER + 3)]
        assert world.journal.groups == []
        await asyncio.sleep(0)
        assert [len(group) for group in world.journal.groups] == [MAX_TOGETHER, 3]
        assert world.accepted == [("src_1", MAX_TOGETHER), ("src_1", 3)]
        assert all(written(each) == [STORED] and each.connection.done == 1 for each in asked)  # type: ignore[attr-defined]
        world.turn.decide()
        assert len(world.journal.groups) == 2

    played(scene)


@pytest.mark.parametrize("trouble", ["at once", "later"])
def test_nothing_is_answered_200_that_is_not_stored(trouble: str) -> None:
    async def scene() -> None:
        world = Scene(Journal(trouble))
        asked = [world.ask() for _ in range(3)]
        await asyncio.sleep(0)
        assert all(b"503" in written(each)[0] and len(written(each)) == 1 for each in asked)
        assert world.accepted == []

    played(scene)


def test_one_that_is_refused_goes_its_own_way() -> None:
    async def scene() -> None:
        world = Scene(Journal())
        asked = [world.ask(), world.ask(b'{"userId":"u"}'), world.ask(), world.ask(b'{"userId":"u","event":"\\ud800"}')]
        await asyncio.sleep(0)
        assert [written(each)[0][:12] for each in asked] == [STORED, b"HTTP/1.1 400", STORED, b"HTTP/1.1 400"]
        assert world.accepted == [("src_1", 2)]

    played(scene)


def test_who_is_to_close_says_so_and_closes() -> None:
    async def scene() -> None:
        world = Scene(Journal())
        closing, gone = world.ask(), world.ask()
        closing.keep_alive = False
        gone.connection.transport.close()
        await asyncio.sleep(0)
        assert b"connection: close" in written(closing)[0]
        assert closing.connection.transport.is_closing()
        assert written(gone) == []
        assert world.accepted == [("src_1", 2)]

    played(scene)


def test_a_fault_with_one_leaves_none_of_the_others_without_an_answer() -> None:
    async def scene() -> None:
        directory = Sources()
        directory.by_key[KEY] = Source("src_1")
        world = Scene(Journal(), Fragile(directory=directory, settings=DoorSettings(), clock=Time()))
        asked = [world.ask(fails=True), world.ask(), world.ask(b'{"breaks":1}'), world.ask(b'{"a":1}')]
        await asyncio.sleep(0)
        assert written(asked[1]) == [STORED]
        assert written(asked[3])[0].startswith(b"HTTP/1.1 400")
        assert asked[2].connection.transport.is_closing()
        assert sorted(world.troubles) == ["a request could not be decided", "an answer failed"]

    played(scene)


class Broken(Lane):
    def take(self, bodies: Sequence[bytes], address: Callable[[int], str]) -> Taken | None:
        raise RuntimeError("nobody thought of this")


def test_a_lane_that_breaks_leaves_all_to_the_door() -> None:
    async def scene() -> None:
        world = Scene(Journal())
        directory = Sources()
        directory.by_key[KEY] = Source("src_1")
        intake = Intake(settings=DoorSettings(), clock=Time())
        lane = Broken("track", KEY, reply=answers.OK, directory=directory, intake=intake)
        asked = [world.ask(lane=lane), world.ask(lane=lane)]
        await asyncio.sleep(0)
        assert all(written(each)[0].startswith(b"HTTP/1.1 200") for each in asked)
        assert world.troubles == ["requests could not be decided together"]

    played(scene)

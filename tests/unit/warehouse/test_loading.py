"""The loop from the clean journal to the warehouses: nothing left out, nothing twice, whatever fails on the way."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from headwater.base.clean import CleanFrame, encode_frame
from headwater.base.errors import Transient
from headwater.base.event import CleanEvent
from headwater.journal.memory import MemoryLog
from headwater.warehouse import run
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.run import Loading
from tests.unit.warehouse.made import BOTH, event, rows


class Place:
    """A clean journal of two workspaces, their warehouses, and the loop between."""

    def __init__(self, folder: Path) -> None:
        self.log = MemoryLog()
        self.warehouses = {name: Warehouse(folder / f"{name}.duckdb", layout=BOTH) for name in ("w1", "w2")}
        self.passed: list[int] = []
        self.told: list[str] = []
        self.loading = self.opened()
        self.count = 0

    def opened(self) -> Loading:
        loading = Loading(
            clean=self.log,
            targets=lambda: self.warehouses,
            target_of=self.warehouses.__getitem__,
            every_s=0.0,
            log=self.told.append,
            passed=self.passed.append,
        )
        loading.offset = loading._first_offset()
        return loading

    def write(self, frames: int = 1, *, replay: str | None = None) -> None:
        for _ in range(frames):
            events = [self.event(at) for at in range(4)]
            self.log.append([encode_frame(CleanFrame(events=events, replay=replay))])

    def event(self, at: int) -> CleanEvent:
        self.count += 1
        return event(f"m{self.count}", workspace_id=f"w{1 + at % 2}", properties={"n": at})

    def load_all(self) -> None:
        while self.loading.step():
            pass

    def loaded(self) -> list[tuple[int, int, int]]:
        """Of each warehouse: rows, ids, events counted."""
        found = []
        for warehouse in self.warehouses.values():
            [(count, ids)] = rows(warehouse, "SELECT count(*), count(DISTINCT id) FROM web_app.tracks")
            found.append((count, ids, warehouse.counts().done))
        return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(run, "READ_BYTES", 1000)  # a stretch of one frame or two
    made = Place(tmp_path)
    yield made
    for warehouse in made.warehouses.values():
        warehouse.close()


def failing(place: Place, name: str, errors: Sequence[Exception]) -> None:
    """The warehouse's next commits fail."""
    place.warehouses[name].engine._writer = Failing(place.warehouses[name].engine._writer, errors)  # type: ignore[assignment]


class Failing:
    def __init__(self, connection: Any, errors: Sequence[Exception]) -> None:
        self._connection = connection
        self._errors = list(errors)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, query: str, *arguments: Any) -> Any:
        if query == "COMMIT" and self._errors:
            raise self._errors.pop(0)
        return self._connection.execute(query, *arguments)


def test_everything_is_loaded_stretch_upon_stretch(place: Place) -> None:
    place.write(20)
    place.load_all()
    assert place.loaded() == [(40, 40, 40), (40, 40, 40)]
    assert place.loading.offset == place.log.end() == place.passed[-1]
    assert place.loading.lag_bytes() == 0
    assert place.loading.step() == 0


def test_a_stretch_counts_as_passed_when_it_is_written(place: Place) -> None:
    place.write(20)
    place.loading.step()
    assert (place.loading.offset, place.passed) == (0, [])
    place.loading.step()
    assert 0 < place.passed[-1] == place.loading.offset < place.log.end()


@pytest.mark.parametrize("name", ["w1", "w2"])
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_after_a_full_disk_each_event_is_loaded_and_counted_once(place: Place, name: str, steps: int) -> None:
    place.write(20)
    for _ in range(steps):
        place.loading.step()
    failing(place, name, [duckdb.IOException("No space left on device")] * 3)
    for _ in range(3):
        with pytest.raises(Transient, match="No space left"):
            place.load_all()
    place.load_all()
    assert place.loaded() == [(40, 40, 40), (40, 40, 40)]
    assert place.passed == sorted(place.passed)


def test_what_was_under_way_at_a_restart_is_not_counted_twice(place: Place) -> None:
    place.write(20)
    for _ in range(4):
        place.loading.step()
        place.loading._settle()  # written, and the loop ends before it can say so
        place.loading = place.opened()
    place.load_all()
    assert place.loaded() == [(40, 40, 40), (40, 40, 40)]


def test_replayed_events_are_loaded_and_not_counted(place: Place) -> None:
    place.write(2)
    place.write(2, replay="r1")
    place.load_all()
    assert place.loaded() == [(8, 8, 4), (8, 8, 4)]


@pytest.mark.parametrize(
    ("took_s", "pause_s"), [(0.0, 0.4), (0.1, 0.3), (0.2, 0.4), (0.3, 0.6), (0.5, 0.5), (1.0, 0.0), (9.0, 0.0)]
)
def test_loads_that_take_long_come_more_rarely_within_bounds(took_s: float, pause_s: float) -> None:
    assert run.pause_s(took_s, 0.4) == pytest.approx(pause_s)
    assert run.pause_s(took_s, 0.0) == 0.0


def test_the_loop_loads_what_comes_and_ends_when_told(place: Place) -> None:
    thread = threading.Thread(target=place.loading.run)
    thread.start()
    for _ in range(3):
        place.write(3)
        while place.loading.offset < place.log.end():
            thread.join(0.01)
            assert thread.is_alive()
    place.loading.stop()
    thread.join(60)
    assert not thread.is_alive()
    assert place.loaded() == [(18, 18, 18), (18, 18, 18)]

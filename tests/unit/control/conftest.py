from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.control.bootstrap import generation_at, open_store, sealer_at, state_url
from headwater.control.directory import Directory
from headwater.control.model import Workspace
from headwater.control.store import Store


class Wall:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Wall:
    return Wall()


@pytest.fixture
def store(tmp_path: Path, clock: Wall) -> Iterator[Store]:
    store = open_store(tmp_path, clock=clock)
    yield store
    store.close()


@pytest.fixture
def workspace(store: Store) -> Workspace:
    return store.create_workspace(name="Acme", region="us")


@pytest.fixture
def directory(store: Store, tmp_path: Path) -> Iterator[Directory]:
    """As another process sees it: its own engine, its own view of the counter."""
    directory = Directory(store_url=state_url(tmp_path), generation=generation_at(tmp_path), sealer=sealer_at(tmp_path))
    yield directory
    directory.close()

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.control.bootstrap import open_store
from headwater.control.model import Workspace
from headwater.control.store import Store
from headwater.surfaces.store import ContentStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def workspace(store: Store) -> Workspace:
    return store.create_workspace(name="Acme", region="us")


@pytest.fixture
def contents(store: Store) -> ContentStore:
    return ContentStore(state=store.state)

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from headwater.api.app import create_app
from headwater.base.errors import NotFound
from headwater.catalog.load import load_catalog
from headwater.control.bootstrap import bootstrap, open_store
from headwater.control.model import Workspace
from headwater.control.store import Store
from tests.unit.api.nearby import Nearby, NearbyProfiles, NearbySending

ADMIN = "token-of-the-operator"
URL = "https://data.example.com"


class NobodyKnown:
    """Exports of an installation that has seen nobody."""

    async def of_person(self, workspace_id: str, person_id: str) -> AsyncIterator[dict[str, Any]]:
        raise NotFound(f"Nobody is known by {person_id!r}.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def workspace(store: Store, tmp_path: Path) -> Workspace:
    return bootstrap(store, tmp_path, "us", ADMIN)


@pytest.fixture
def work(store: Store) -> Nearby:
    return Nearby(store)


@pytest.fixture
def sending() -> NearbySending:
    return NearbySending()


@pytest.fixture
def profiles() -> NearbyProfiles:
    return NearbyProfiles()


@pytest.fixture
def faults() -> list[BaseException]:
    """What the API reported as a fault of its own; a test that expects none asserts so."""
    return []


@pytest.fixture
def anyone(
    store: Store,
    workspace: Workspace,
    work: Nearby,
    sending: NearbySending,
    profiles: NearbyProfiles,
    tmp_path: Path,
    faults: list[BaseException],
) -> Iterator[TestClient]:
    """A client that has said nothing of itself."""
    app = create_app(
        store=store,
        catalog=load_catalog(),
        work=work,
        sending=sending,
        profiles=profiles,
        exports=NobodyKnown(),
        public_url=URL,
        uploads=tmp_path / "uploads",
        report=lambda _, error: faults.append(error),
    )
    with TestClient(app, base_url=URL, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(anyone: TestClient) -> TestClient:
    """With the installation's admin token."""
    anyone.headers["Authorization"] = f"Bearer {ADMIN}"
    return anyone

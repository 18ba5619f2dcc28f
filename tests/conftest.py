"""Fixtures for every room's tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.server import Server

pytest_plugins = ["tests.reruns_plugin", "tests.seeds_plugin"]

# A busy machine is no fault of the code: no example is timed, and slow drawing is no failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

WITH_REAL_PARTS = ("browser", "compat", "crash", "e2e", "integration")
"""Kinds of tests that act on real servers, clients and browsers, which share what cores the machine has left."""

for name in [name for name in os.environ if name.startswith("HEADWATER_") and name != "HEADWATER_CHROMIUM"]:
    del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test with real parts that fails is run once more, from a clean start; both are told, what fails twice fails."""
    for item in items:
        if item.path.relative_to(Path(__file__).parent).parts[0] in WITH_REAL_PARTS:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own."""
    running = Server(tmp_path / "data")
    yield running
    if running.process is not None and running.process.poll() is None:
        assert running.stop() == 0, running.stderr()


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that the tests of one module share: each adds sources of its own."""
    running = Server(tmp_path_factory.mktemp("server") / "data")
    yield running
    assert running.stop() == 0, running.stderr()

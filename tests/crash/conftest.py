"""Where histories are played: in memory, where the machine has a place for it, as many small files come and go."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED_MEMORY = Path("/dev/shm")
ROOM_BYTES = 256 * 1024 * 1024


@pytest.fixture
def quick_path(tmp_path: Path) -> Iterator[Path]:
    roomy = os.access(SHARED_MEMORY, os.W_OK) and shutil.disk_usage(SHARED_MEMORY).free > ROOM_BYTES
    if not roomy:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="headwater-", dir=SHARED_MEMORY) as folder:
        yield Path(folder)

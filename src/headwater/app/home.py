"""What lies where in the data directory."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

FULL_BYTES = 4 * 1024 * 1024
"""Of a disk with less room than this it is taken that a process may have found none."""
MAX_SOCKET_PATH_BYTES = 100
"""Linux allows 107 bytes for a Unix socket's path."""


class Home:
    """The data directory: made on first use, readable by its owner alone."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.raw = directory / "journal" / "raw"
        self.clean = directory / "journal" / "clean"
        self.dedupe = directory / "pipeline" / "dedupe"
        self.ledger = directory / "pipeline" / "ledger.db"
        self.accepted = directory / "journal" / "accepted.json"
        self.identities = directory / "journal" / "identities.json"
        self.state = directory / "state.db"
        self.warehouse = directory / "warehouse.duckdb"
        self.warehouses = directory / "warehouses"
        self.queue = directory / "send.db"
        self.profiles = directory / "profiles.db"
        self.files = directory / "files"
        self.run = directory / "run"
        self.generation = self.run / "control.generation"
        self.server_file = directory / "server.json"
        self.admin_token = directory / "admin-token"

    def create(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        for path in (self.run, self.raw, self.clean, self.dedupe, self.warehouses):
            path.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(PermissionError):
            self.directory.chmod(0o700)

    def disk_is_full(self) -> bool:
        return shutil.disk_usage(self.directory).free < FULL_BYTES

    @property
    def state_url(self) -> str:
        return f"sqlite:///{self.state}"

    def socket(self, role: str) -> str:
        """The Unix socket of a process; a long data path is replaced by a short one through /proc."""
        path = str(self.run / f"{role}.sock")
        if len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES:
            return path
        handle = _directory_handle(self.run)
        return f"/proc/{os.getpid()}/fd/{handle}/{role}.sock"

    def lock(self, role: str) -> Path:
        """Held by the process tree that does the role."""
        return self.run / f"{role}.lock"

    def warehouse_of(self, workspace_id: str, *, first: bool) -> Path:
        return self.warehouse if first else self.warehouses / f"{workspace_id}.duckdb"


_HANDLES: dict[Path, int] = {}


def _directory_handle(path: Path) -> int:
    if path not in _HANDLES:
        _HANDLES[path] = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    return _HANDLES[path]

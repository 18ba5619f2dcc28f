"""The warehouses of one process: a DuckDB file for each workspace, opened when first needed.

The engine itself (some 80 MiB with what it needs) is imported then, too: a server to which nothing happens has none.
"""

from __future__ import annotations

import ipaddress
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from headwater.app.home import Home
from headwater.app.layouts import Layouts
from headwater.app.settings import Settings
from headwater.base.addresses import refusal
from headwater.base.errors import Conflict, NotFound, Transient
from headwater.control.directory import Directory
from headwater.warehouse.layout import SourceTables

if TYPE_CHECKING:
    from headwater.warehouse.loader import Warehouse
    from headwater.warehouse.postgres import AddressGuard
    from headwater.warehouse.query import Queries
    from headwater.warehouse.tables import OwnTables, Sealer


class Warehouses:
    """Safe to share between threads."""

    def __init__(
        self, *, home: Home, settings: Settings, directory: Directory, layouts: Layouts, sealer: Sealer
    ) -> None:
        self._home = home
        self._settings = settings
        self._directory = directory
        self._layouts = layouts
        self._sealer = sealer
        self._guard = _guard(settings)
        self._lock = threading.Lock()
        self._open: dict[str, Warehouse] = {}
        self._queries: dict[str, Queries] = {}
        self._wanted = threading.Event()

    @property
    def are_wanted(self) -> bool:
        """Whether anybody ever asked for one."""
        return self._wanted.is_set()

    def open_all(self) -> None:
        """Opens every workspace's warehouse, and removes what is left of those that were deleted."""
        for workspace in self._directory.workspaces():
            self.of(workspace.workspace_id)
        for workspace_id in self._directory.gone_workspaces():
            self.remove(workspace_id)

    def all(self) -> dict[str, Warehouse]:
        """Those that are open."""
        with self._lock:
            return dict(self._open)

    def of(self, workspace_id: str) -> Warehouse:
        self._wanted.set()
        with self._lock:
            found = self._open.get(workspace_id)
            if found is None:
                found = self._open[workspace_id] = self._make(workspace_id)
            return found

    def queries(self, workspace_id: str) -> Queries:
        """The workspace's queries: each in a process of its own, within its time and memory."""
        from headwater.warehouse.query import Queries

        warehouse = self.of(workspace_id)
        with self._lock:
            found = self._queries.get(workspace_id)
            if found is None:
                found = self._queries[workspace_id] = Queries(
                    warehouse,
                    timeout_s=self._settings.query_timeout_s,
                    memory_mib=self._settings.query_memory_mib,
                    threads=self._settings.warehouse_threads,
                )
            return found

    def tables(self, workspace_id: str) -> OwnTables:
        """The workspace's own tables, in schema `production`."""
        from headwater.warehouse.tables import OwnTables

        return OwnTables(self.of(workspace_id), guard=self._guard, sealer=self._sealer)

    def refresh_due_tables(self) -> None:
        """Copies again what is due by its schedule."""
        for workspace_id in self.all():
            self.tables(workspace_id).refresh_due()

    def ensure_source(self, source_id: str) -> None:
        entry = self._directory.by_id(source_id)
        tables = self._layouts.tables_of(source_id)
        if entry is None or not isinstance(tables, SourceTables):
            raise NotFound(f"there is no source {source_id}")
        self.of(entry.workspace_id).ensure_source(tables)

    def remove(self, workspace_id: str) -> None:
        """Delete the warehouse of a workspace that is gone, with every row. Nothing there: nothing happens."""
        if workspace_id not in self._directory.gone_workspaces():
            raise Conflict(f"the workspace {workspace_id} is not deleted, so its rows stay")
        with self._lock:
            queries, warehouse = self._queries.pop(workspace_id, None), self._open.pop(workspace_id, None)
        if queries is not None:
            queries.close()
        if warehouse is not None:
            warehouse.close()
        path = self._path_of(workspace_id)
        for left in path.parent.glob(f"{path.name}*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)

    def close(self) -> None:
        for queries in self._queries.values():
            queries.close()
        for warehouse in self.all().values():
            warehouse.close()

    def _make(self, workspace_id: str) -> Warehouse:
        """With each source's schema and tables that are missing. NotFound: the workspace is gone for good."""
        from headwater.warehouse.loader import Warehouse

        if workspace_id in self._directory.gone_workspaces():
            raise NotFound(f"the workspace {workspace_id} was deleted")
        if self._directory.workspace(workspace_id) is None:
            raise Transient(f"the workspace {workspace_id} is not known yet")
        made = Warehouse(
            self._path_of(workspace_id),
            layout=self._layouts,
            memory_limit=f"{self._settings.warehouse_memory_mib}MiB",
            threads=self._settings.warehouse_threads,
        )
        for source in self._directory.sources():
            tables = self._layouts.tables_of(source.source_id) if source.workspace_id == workspace_id else None
            if isinstance(tables, SourceTables):
                made.ensure_source(tables)
        return made

    def _path_of(self, workspace_id: str) -> Path:
        return self._home.warehouse_of(workspace_id, first=workspace_id == self._directory.first_workspace_id())


def _guard(settings: Settings) -> AddressGuard:
    """Private and reserved addresses are refused, but for what the operator allows."""
    allowed = [ipaddress.ip_network(network, strict=False) for network in settings.egress_allow]
    return lambda address: refusal(address, allowed=allowed)

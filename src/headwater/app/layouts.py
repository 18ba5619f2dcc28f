"""What a source's tables are, put together from its row and its catalogue entry, for the warehouse."""

from __future__ import annotations

from headwater.base.errors import NotFound
from headwater.catalog.load import Catalog
from headwater.control.directory import Directory
from headwater.warehouse.layout import Collection, SourceTables


class Layouts:
    """Satisfies the warehouse's Layout."""

    def __init__(self, *, directory: Directory, catalog: Catalog) -> None:
        self._directory = directory
        self._catalog = catalog

    def tables_of(self, source_id: str) -> SourceTables | None:
        entry = self._directory.by_id(source_id)
        if entry is None:
            return None
        return SourceTables(source_id=source_id, schema=entry.schema, collections=self._collections(entry.catalog))

    def _collections(self, slug: str) -> tuple[Collection, ...]:
        try:
            spec = self._catalog.source(slug)
        except NotFound:
            return ()
        return tuple(
            Collection(
                name=event.name,
                call=event.call,
                columns=tuple((path, kind) for path, kind, _ in event.flat_properties()),
            )
            for event in spec.events
        )

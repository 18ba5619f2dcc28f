"""What a source's tables are, put together from its row and its catalogue entry, for the warehouse."""

from __future__ import annotations

from headwater.base.errors import NotFound
from headwater.catalog.load import Catalog
from headwater.catalog.model import PropertyType
from headwater.control.directory import Directory
from headwater.warehouse.layout import Collection, ColumnType, SourceTables

_COLUMN_TYPES: dict[PropertyType, ColumnType] = {
    "string": "varchar",
    "integer": "integer",
    "number": "float",
    "boolean": "boolean",
    "datetime": "timestamp",
    "array": "varchar",
}
"""A property of another type has no column before its first value: only that tells what the column is to hold."""


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
                columns=tuple(
                    (path, _COLUMN_TYPES[kind]) for path, kind, _ in event.flat_properties() if kind in _COLUMN_TYPES
                ),
            )
            for event in spec.events
            if event.call not in ("identify", "group")
        )

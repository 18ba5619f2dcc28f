"""What a source's tables are, put together from its row and its catalogue entry, for the warehouse."""

from __future__ import annotations

from headwater.base.errors import NotFound
from headwater.catalog import builtin
from headwater.catalog.load import Catalog
from headwater.catalog.model import EventSpec, PropertyType
from headwater.control.directory import Directory
from headwater.warehouse.layout import Collection, ColumnType, Gone, SourceTables

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

    def tables_of(self, source_id: str) -> SourceTables | Gone | None:
        """A deleted source keeps its schema, so that what was accepted before has its rows, until that is dropped."""
        entry = self._directory.by_id(source_id) or self._directory.deleted_source(source_id)
        if entry is None:
            return None
        if entry.schema is None:
            return Gone()
        return SourceTables(
            source_id=source_id,
            schema=entry.schema,
            collections=self._collections(entry.catalog),
            standard=builtin.STANDARD_TABLES.get(entry.catalog, ()),
        )

    def _events(self, slug: str) -> tuple[EventSpec, ...]:
        try:
            return self._catalog.source(slug).events
        except NotFound:
            return builtin.EVENTS.get(slug, ())

    def _collections(self, slug: str) -> tuple[Collection, ...]:
        return tuple(
            Collection(
                name=event.name,
                call=event.call,
                columns=tuple(
                    (path, _COLUMN_TYPES[kind]) for path, kind, _ in event.flat_properties() if kind in _COLUMN_TYPES
                ),
            )
            for event in self._events(slug)
            if event.call not in ("identify", "group")
        )

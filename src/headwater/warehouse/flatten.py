"""Takes one clean event apart: which tables it goes to, and the columns and values of its row in each. Pure.

Objects are flattened with `_`, arrays become JSON text, nulls and empty objects are left out. Of two properties
that fold to one column the first has the column; the second goes along as a clash, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from headwater.base.event import CleanEvent
from headwater.base.naming import column_part, safe_name, table_name
from headwater.warehouse.exact import JsonText, Number, json_text, read_object
from headwater.warehouse.layout import FORMS, aside, standard_columns

Clashes = Sequence[tuple[str, Any]]
Flat = tuple[dict[str, Any], Clashes]
"""Column → value, and the (column, value) pairs that found their column taken."""

MAX_REMEMBERED_CHARS: Final = 4_000_000
"""Keys remembered with their foldings; beyond it all are forgotten, so that invented ones cannot fill the memory."""

_NOTHING: Final[Flat] = ({}, ())
_LEAVES: Final = frozenset({str, int, float, bool, Number, JsonText})
_MAX_CONTEXTS: Final = 4_096
_MAX_CONTEXT_BYTES: Final = 4_096


class Row(msgspec.Struct, frozen=True, gc=False):  # many at a time, in no cycle
    """One event's row for one table, beside what the event itself holds. `place`: the event's among those of its load;
    `nulls`: columns explicitly null."""

    event: CleanEvent
    place: int
    context: Flat
    own: Flat
    nulls: tuple[str, ...] = ()


class Names(dict[str, "Names"]):
    """Key → its column, for one table: the folding of each path is done once and remembered."""

    __slots__ = ("column", "owner", "stem")

    def __init__(self, stem: str, column: str, owner: Naming) -> None:
        super().__init__()
        self.stem = stem
        self.column = column
        self.owner = owner

    def __missing__(self, key: str) -> Names:
        part = column_part(key)
        stem = f"{self.stem}_{part}" if self.stem else part
        found = Names(stem, self.owner.column(stem), self.owner)
        self.owner.chars += 60 + len(key)
        self[key] = found
        return found


class Naming:
    """The foldings of one set of reserved columns."""

    def __init__(self, reserved: tuple[str, ...], prefix: str = "") -> None:
        self._reserved = reserved
        self._prefix = prefix
        self.chars = 0
        self.root = Names(prefix, prefix, self)
        self._plans: dict[tuple[str, ...], tuple[str, ...] | None] = {}

    def column(self, stem: str) -> str:
        name = safe_name(stem)
        return name if self._prefix else aside(name, self._reserved)

    def flatten(self, raw: bytes, nulls: list[str] | None = None) -> Flat:
        """Raises exact.Unreadable; RecursionError when nested deeper than the stack."""
        if self.chars > MAX_REMEMBERED_CHARS:
            self.root.clear()
            self._plans.clear()
            self.chars = 0
        found = read_object(raw)
        if type(found) is dict and _LEAVES.issuperset(map(type, found.values())):
            names = self._plan(tuple(found))
            if names is not None:
                return dict(zip(names, found.values(), strict=True)), ()
        columns: dict[str, Any] = {}
        clashes: list[tuple[str, Any]] = []
        _flatten(found.items(), self.root, columns, clashes, nulls)
        return columns, clashes or ()

    def _plan(self, keys: tuple[str, ...]) -> tuple[str, ...] | None:
        """The columns of a flat object with these keys, in their order; None when two of them share one."""
        if keys not in self._plans:
            names = tuple(self.root[key].column for key in keys)
            self._plans[keys] = names if len(set(names)) == len(names) else None
            self.chars += 60 + sum(map(len, keys)) + 8 * len(keys)
        return self._plans[keys]


def _flatten(
    items: Iterable[tuple[str, Any]],
    names: Names,
    columns: dict[str, Any],
    clashes: list[tuple[str, Any]],
    nulls: list[str] | None,
) -> None:
    for key, value in items:
        if type(value) in _LEAVES:
            column = names[key].column
            if column in columns:
                clashes.append((column, value))
            else:
                columns[column] = value
        elif value is None:
            if nulls is not None:
                nulls.append(names[key].column)
        elif type(value) is list:
            _flatten(((key, JsonText(json_text(value))),), names, columns, clashes, nulls)
        else:
            _flatten(value.items(), names[key], columns, clashes, nulls)


class Flattener:
    """Flattens events with what it remembers of names and of recent contexts (clients repeat theirs)."""

    def __init__(self) -> None:
        self._naming: dict[tuple[str, ...], Naming] = {}
        self._context = Naming((), prefix="context")
        self._contexts: dict[bytes, Flat] = {}

    def targets(self, event: CleanEvent, place: int, collections: frozenset[str]) -> list[tuple[str, Row]]:
        """(table, row) of each table the event goes to. `collections`: tables of the source's catalogue entry.

        Raises exact.Unreadable when one of its parts is no JSON object.
        """
        context = self._context_of(bytes(event.context))
        if event.type == "track":
            own = self._flatten("", bytes(event.properties))
            named = Row(event, place, context, own)
            standard = (FORMS, named) if event.form else ("tracks", Row(event, place, context, _NOTHING))
            return [standard, (table_name(event.event or ""), named)]
        if event.type in ("page", "screen"):
            return self._views(event, place, context, collections)
        table = {"identify": "identifies", "group": "groups"}.get(event.type, "aliases")
        nulls: list[str] = []
        own = self._flatten(table, bytes(event.traits or event.properties), nulls)
        return [(table, Row(event, place, context, own, tuple(nulls)))]

    def _views(
        self, event: CleanEvent, place: int, context: Flat, collections: frozenset[str]
    ) -> list[tuple[str, Row]]:
        table = "pages" if event.type == "page" else "screens"
        raw = bytes(event.properties)
        columns, clashes = self._flatten(table, raw)
        for name, given in (("name", event.name), ("category", event.category)):
            _settle(columns, name, given)
        found = [(table, Row(event, place, context, (columns, clashes)))]
        if event.name and (collection := table_name(event.name)) in collections:
            found.append((collection, Row(event, place, context, self._flatten(collection, raw))))
        return found

    def _flatten(self, table: str, raw: bytes, nulls: list[str] | None = None) -> Flat:
        reserved = standard_columns(table)
        naming = self._naming.get(reserved)
        if naming is None:
            naming = self._naming[reserved] = Naming(reserved)
        return naming.flatten(raw, nulls)

    def _context_of(self, raw: bytes) -> Flat:
        found = self._contexts.get(raw)
        if found is None:
            found = self._context.flatten(raw)
            if len(raw) <= _MAX_CONTEXT_BYTES:
                if len(self._contexts) >= _MAX_CONTEXTS:
                    self._contexts.clear()
                self._contexts[raw] = found
        return found


def _settle(columns: dict[str, Any], name: str, given: str | None) -> None:
    """A view's own name and category, which clients also send as properties: one value needs one column."""
    aside_name = f"_{name}"
    value = columns.get(aside_name)
    if value == given and value is not None:
        del columns[aside_name]
    if given is not None:
        columns[name] = given
    elif type(value) is str:
        columns[name] = columns.pop(aside_name)

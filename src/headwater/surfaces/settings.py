"""What all contents of a workspace share: its style guide and its manifest of components, as they are kept."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, insert, select, update

from headwater.base.errors import NotFound
from headwater.control import tables as t
from headwater.control.database import State, is_workspace
from headwater.surfaces import components as manifest
from headwater.surfaces import styleguide
from headwater.surfaces.changes import refuse_stale
from headwater.surfaces.model import Author, ComponentEntry, builtins
from headwater.surfaces.styleguide import StyleGuide

STYLE: Final = "styleguide"
COMPONENTS: Final = "components"


class Revised(msgspec.Struct, frozen=True):
    """A style guide and how often it was changed."""

    revision: int
    guide: StyleGuide


class Manifest(msgspec.Struct, frozen=True):
    """The host's components and how often they were changed."""

    revision: int
    entries: tuple[ComponentEntry, ...]


def style_of(db: Connection, workspace_id: str) -> Revised:
    """The workspace's style guide; the default one while there is none of its own."""
    row = _row(db, workspace_id, STYLE)
    if row is None:
        return Revised(0, styleguide.DEFAULT)
    return Revised(row.revision, msgspec.convert(row.value, StyleGuide))


def manifest_of(db: Connection, workspace_id: str) -> Manifest:
    row = _row(db, workspace_id, COMPONENTS)
    if row is None:
        return Manifest(0, ())
    return Manifest(row.revision, msgspec.convert(row.value, tuple[ComponentEntry, ...]))


def components_of(db: Connection, workspace_id: str) -> tuple[ComponentEntry, ...]:
    return manifest_of(db, workspace_id).entries


def put_style(state: State, db: Connection, workspace_id: str, guide: StyleGuide, *, revision: int, by: Author) -> None:
    """Raises as `styleguide.checked`, and Conflict `changed_meanwhile`."""
    found = _row(db, workspace_id, STYLE)
    if found is not None:
        refuse_stale("style guide", revision, found)
    _put(state, db, workspace_id, STYLE, builtins(styleguide.checked(guide)), by)


def put_components(
    state: State,
    db: Connection,
    workspace_id: str,
    entries: tuple[ComponentEntry, ...],
    *,
    revision: int | None,
    by: Author,
) -> None:
    """`revision` None overwrites what is there. Raises as `components.checked`, and Conflict `changed_meanwhile`."""
    found = _row(db, workspace_id, COMPONENTS)
    if found is not None and revision is not None:
        refuse_stale("list of components", revision, found)
    _put(state, db, workspace_id, COMPONENTS, builtins(manifest.checked(entries)), by)


def _put(state: State, db: Connection, workspace_id: str, name: str, value: Any, by: Author) -> None:
    if not is_workspace(db, workspace_id):
        raise NotFound(f'There is no workspace "{workspace_id}".')
    c = t.surface_settings.c
    found = _row(db, workspace_id, name)
    row = {"value": value, "updated_at": state.present(), "updated_by": by.name}
    if found is None:
        db.execute(insert(t.surface_settings).values(workspace_id=workspace_id, name=name, revision=1, **row))
    else:
        mine = (c.workspace_id == workspace_id) & (c.name == name)
        db.execute(update(t.surface_settings).where(mine).values(revision=found.revision + 1, **row))
    state.record(db, by=by.actor, action=f"{name}.update", target=workspace_id, workspace_id=workspace_id, detail={})


def _row(db: Connection, workspace_id: str, name: str) -> Any:
    c = t.surface_settings.c
    return db.execute(select(t.surface_settings).where(c.workspace_id == workspace_id, c.name == name)).first()

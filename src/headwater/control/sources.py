"""Sources and their write keys: what may be created, renamed, switched, rotated and removed.

A schema belongs to one source for ever, even after the source is gone, unless its rows went with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from headwater.base.errors import Conflict, NotFound, Unprocessable
from headwater.base.ids import new_id, new_write_key
from headwater.base.naming import schema_name
from headwater.catalog.model import SourceSpec
from headwater.control import tables as t
from headwater.control.database import State
from headwater.control.fields import checked_settings, masked
from headwater.control.model import BUILTIN_SOURCES, Source, builtin_id, public_id, source_id_of
from headwater.control.seal import Sealer
from headwater.control.texts import checked_name

BUILTIN_NAMES: Mapping[str, str] = {
    "customer-events": "Customer events",
    "rest": "REST API",
    "segments": "Segments",
}


class KeptSchema(msgspec.Struct, frozen=True, kw_only=True):
    """A schema name that is taken. `source_id` and `label` are None when its source is gone and its rows are not."""

    name: str
    created_at: str
    source_id: str | None
    label: str | None


class Sources:
    """The sources of every workspace. A source is named by its id; a built-in one also by its slug."""

    def __init__(self, *, state: State, sealer: Sealer) -> None:
        self._state = state
        self._sealer = sealer

    def create_source(
        self,
        workspace_id: str,
        *,
        spec: SourceSpec,
        name: str,
        settings: Mapping[str, Any] | None = None,
        by: str = "system",
    ) -> Source:
        """A source with its first write key and its schema name.

        Raises Unprocessable `region_unsupported`, Conflict `schema_taken` or `name_taken`, InvalidInput for settings.
        """
        name = checked_name(name)
        readable, secret = checked_settings(spec.settings, settings or {}, {})
        source_id = new_id("src")
        with self._state.writing() as connection:
            self._refuse_region(connection, workspace_id, spec)
            schema = schema_name(name, _OtherSchemas(connection, workspace_id, name))
            _refuse_taken_name(connection, workspace_id, name, "Nothing was created.")
            row = {"id": source_id, "catalog": spec.slug, "name": name, "platform": spec.platform}
            row |= {"feeds_profiles": spec.feeds_profiles, "settings": readable, "builtin": False}
            row |= {"sealed_settings": self._seal(secret)}
            _insert_source(connection, workspace_id, schema, self._state.present(), row)
            self._record(connection, by, "source.create", source_id, workspace_id, catalog=spec.slug, name=name)
        return self.source(workspace_id, source_id)

    def sources(self, workspace_id: str) -> list[Source]:
        """The workspace's sources, the built-in ones last, else newest first."""
        with self._state.reading() as connection:
            found = self._sources(connection, workspace_id)
        return sorted(found, key=lambda source: source.builtin)

    def write_keys(self, workspace_id: str) -> list[str]:
        """The valid ones of all its sources."""
        return [key for source in self.sources(workspace_id) for key in source.write_keys]

    def source(self, workspace_id: str, given_id: str) -> Source:
        with self._state.reading() as connection:
            return self._source(connection, workspace_id, given_id)

    def update_source(
        self,
        workspace_id: str,
        given_id: str,
        *,
        spec: SourceSpec | None = None,
        name: str | None = None,
        enabled: bool | None = None,
        feeds_profiles: bool | None = None,
        settings: Mapping[str, Any] | None = None,
        by: str = "system",
    ) -> Source:
        """Change what is given; None leaves a field as it is. A new name is a new label: the schema stays.

        `spec` is needed to change settings; settings that are not named keep their value. Raises Conflict `name_taken`.
        """
        changes: dict[str, Any] = {"enabled": enabled, "feeds_profiles": feeds_profiles}
        changes |= {"name": None if name is None else checked_name(name)}
        changes = {field: value for field, value in changes.items() if value is not None}
        with self._state.writing() as connection:
            source = self._source(connection, workspace_id, given_id)
            if changes.get("name", source.name) != source.name:
                _refuse_taken_name(connection, workspace_id, changes["name"], "Nothing was changed.")
            noted = {**changes, "settings": sorted(settings)} if settings else changes
            if settings:
                changes |= self._changed_settings(connection, source, spec, settings)
            if changes:
                connection.execute(update(t.sources).where(t.sources.c.id == source.id).values(**changes))
                self._record(connection, by, "source.update", source.id, workspace_id, **noted)
            return self._source(connection, workspace_id, source.id)

    def delete_source(
        self, workspace_id: str, given_id: str, *, free_schema: bool = False, by: str = "system"
    ) -> Source:
        """Remove a source and give it back as it was. Its schema name stays taken, unless `free_schema`."""
        with self._state.writing() as connection:
            source = self._source(connection, workspace_id, given_id)
            if source.builtin:
                raise Conflict(
                    f'The source "{source.name}" is built in and cannot be deleted; it can be disabled.',
                    code="builtin_source",
                )
            connection.execute(delete(t.sources).where(t.sources.c.id == source.id))
            gone = {"id": source.id, "workspace_id": workspace_id, "catalog": source.catalog}
            gone |= {"schema_name": source.schema, "deleted_at": self._state.present()}
            connection.execute(insert(t.deleted_sources).values(**gone))
            if free_schema:
                _free(connection, workspace_id, source.schema)
            self._record(
                connection, by, "source.delete", source.id, workspace_id, name=source.name, schemaFreed=free_schema
            )
        return source

    def schemas(self, workspace_id: str) -> list[KeptSchema]:
        """Every schema name that is taken, by name, with the source that has it or None when that is gone."""
        with self._state.reading() as connection:
            return _schemas(connection, workspace_id)

    def left_schema(self, workspace_id: str, name: str) -> KeptSchema:
        """The schema of a source that is gone. Raises NotFound, Conflict `schema_in_use`."""
        found = next((each for each in self.schemas(workspace_id) if each.name == name), None)
        if found is None:
            raise NotFound(f'There is no schema "{name}" in this workspace. Nothing was dropped.')
        if found.source_id is not None:
            owner = public_id(found.source_id)
            told = (
                "is built in, and cannot be deleted; so its schema stays"
                if owner in BUILTIN_SOURCES
                else "has it; it goes when that source is deleted with dropSchema=true"
            )
            raise Conflict(
                f'The schema "{name}" is in use: the source "{found.label}" ({owner}) {told}. Nothing was dropped.',
                code="schema_in_use",
                details={"schema": name, "sourceId": owner},
            )
        return found

    def end_rows(self, workspace_id: str, name: str) -> None:
        """From now on, events of deleted sources that had this schema get no rows. To be done before they are dropped,
        so that what is still under way does not bring the schema back."""
        self.left_schema(workspace_id, name)
        with self._state.writing() as connection:
            _end_rows(connection, workspace_id, name)

    def free_schema(self, workspace_id: str, name: str, *, by: str = "system") -> None:
        """Let the name of a source that is gone be taken again. Its rows must have been dropped."""
        self.left_schema(workspace_id, name)
        with self._state.writing() as connection:
            _free(connection, workspace_id, name)
            self._record(connection, by, "schema.drop", name, workspace_id)

    def add_write_key(self, workspace_id: str, given_id: str, *, by: str = "system") -> str:
        """A further write key; the older ones stay valid until they are removed."""
        with self._state.writing() as connection:
            source = self._source(connection, workspace_id, given_id)
            if takes_no_keys(source.id):
                raise Conflict(
                    f'The source "{source.name}" has no write keys: headwater alone writes to it. Nothing was added.',
                    code="builtin_source",
                )
            key = _insert_write_key(connection, source.id, self._state.present())
            self._record(connection, by, "write-key.add", source.id, workspace_id)
        return key

    def remove_write_key(self, workspace_id: str, given_id: str, key: str, *, by: str = "system") -> Source:
        with self._state.writing() as connection:
            source = self._source(connection, workspace_id, given_id)
            if key not in source.write_keys:
                raise NotFound("This source has no such write key; nothing was removed.")
            if len(source.write_keys) == 1:
                raise Conflict(
                    "The last write key of a source cannot be removed; add another one first.", code="last_key"
                )
            connection.execute(delete(t.write_keys).where(t.write_keys.c.key == key))
            self._record(connection, by, "write-key.remove", source.id, workspace_id)
            return self._source(connection, workspace_id, source.id)

    def _record(
        self, connection: Connection, by: str, action: str, target: str, workspace_id: str | None, **detail: Any
    ) -> None:
        self._state.record(connection, by=by, action=action, target=target, workspace_id=workspace_id, detail=detail)

    def _refuse_region(self, connection: Connection, workspace_id: str, spec: SourceSpec) -> None:
        region = connection.scalar(select(t.workspaces.c.region).where(t.workspaces.c.id == workspace_id))
        if region is None:
            raise NotFound(f'There is no workspace "{workspace_id}".')
        if reason := spec.region_refusal(region):
            raise Unprocessable(
                reason, code="region_unsupported", details={"region": region, "supported": list(spec.regions)}
            )

    def _changed_settings(
        self, connection: Connection, source: Source, spec: SourceSpec | None, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        query = select(t.sources.c.settings, t.sources.c.sealed_settings).where(t.sources.c.id == source.id)
        row = connection.execute(query).one()
        stored = {**row.settings, **opened(self._sealer, row.sealed_settings)}
        readable, secret = checked_settings(spec.settings if spec else (), given, stored)
        return {"settings": readable, "sealed_settings": self._seal(secret)}

    def _seal(self, secret: Mapping[str, str]) -> str | None:
        return self._sealer.seal(msgspec.json.encode(secret).decode()) if secret else None

    def _source(self, connection: Connection, workspace_id: str, given_id: str) -> Source:
        found = self._sources(connection, workspace_id, source_id_of(workspace_id, given_id))
        if not found:
            raise NotFound(f'There is no source "{public_id(given_id)}" in this workspace.')
        return found[0]

    def _sources(self, connection: Connection, workspace_id: str, source_id: str | None = None) -> list[Source]:
        c = t.sources.c
        query = select(t.sources).where(c.workspace_id == workspace_id).order_by(c.created_at.desc(), c.id)
        if source_id is not None:
            query = query.where(c.id == source_id)
        rows = connection.execute(query).all()
        keys = write_keys_of(connection, [row.id for row in rows])
        return [self._as_source(row, keys[row.id]) for row in rows]

    def _as_source(self, row: Row[Any], keys: tuple[str, ...]) -> Source:
        return Source(
            id=row.id,
            workspace_id=row.workspace_id,
            catalog=row.catalog,
            name=row.name,
            schema=row.schema_name,
            enabled=row.enabled,
            feeds_profiles=row.feeds_profiles,
            platform=row.platform,
            write_keys=keys,
            inbound_key=row.inbound_key,
            settings=masked(row.settings, list(opened(self._sealer, row.sealed_settings))),
            builtin=row.builtin,
            created_at=row.created_at,
        )


def _end_rows(connection: Connection, workspace_id: str, schema: str) -> None:
    c = t.deleted_sources.c
    mine = (c.workspace_id == workspace_id) & (c.schema_name == schema)
    connection.execute(update(t.deleted_sources).where(mine).values(schema_name=None))


def _free(connection: Connection, workspace_id: str, schema: str) -> None:
    _end_rows(connection, workspace_id, schema)
    c = t.schema_names.c
    connection.execute(delete(t.schema_names).where(c.workspace_id == workspace_id, c.name == schema))


class _OtherSchemas:
    """The schema names that a workspace's sources have, or had when their rows were left behind."""

    def __init__(self, connection: Connection, workspace_id: str, label: str) -> None:
        self._owners: dict[object, str | None] = {
            each.name: each.source_id for each in _schemas(connection, workspace_id)
        }
        self._label = label

    def __contains__(self, name: object) -> bool:
        if name in self._owners and self._owners[name] is None:
            raise Conflict(
                f'The label "{self._label}" gives the schema name "{name}", which still holds the rows of a '
                "source that was deleted. Choose another label, or drop those rows first with "
                f"`headwater source remove {name} --drop-schema` or DELETE /api/v1/warehouses/builtin/schemas/{name}. "
                "Nothing was created.",
                code="schema_taken",
                details={"schema": name},
            )
        return name in self._owners


def _refuse_taken_name(connection: Connection, workspace_id: str, name: str, consequence: str) -> None:
    """Two sources of one label could not be told apart where they are named by it."""
    c = t.sources.c
    taken = connection.scalar(select(c.id).where(c.workspace_id == workspace_id, c.name == name))
    if taken is not None:
        raise Conflict(
            f'There is a source with the label "{name}" already ({public_id(taken)}). Choose another label. '
            f"{consequence}",
            code="name_taken",
            details={"field": "name", "sourceId": public_id(taken)},
        )


def _schemas(connection: Connection, workspace_id: str) -> list[KeptSchema]:
    names, sources = t.schema_names, t.sources
    same = (names.c.workspace_id == sources.c.workspace_id) & (names.c.name == sources.c.schema_name)
    query = (
        select(names.c.name, names.c.created_at, sources.c.id.label("source_id"), sources.c.name.label("label"))
        .outerjoin(sources, same)
        .where(names.c.workspace_id == workspace_id)
        .order_by(names.c.name)
    )
    return [KeptSchema(**row) for row in connection.execute(query).mappings()]


def add_builtin_sources(connection: Connection, workspace_id: str, at: str) -> None:
    """The sources that stand for headwater's own doors."""
    for slug, schema in BUILTIN_SOURCES.items():
        row = {"id": builtin_id(workspace_id, slug), "catalog": slug, "name": BUILTIN_NAMES[slug]}
        row |= {"platform": "browser" if slug == "customer-events" else "server"}
        row |= {"feeds_profiles": slug != "segments", "settings": {}, "builtin": True}
        _insert_source(connection, workspace_id, schema, at, row)


def takes_no_keys(source_id: str) -> bool:
    """Whether headwater alone writes to it: who enters and leaves a segment is not for others to say."""
    return public_id(source_id) == "segments"


def write_keys_of(connection: Connection, source_ids: list[str]) -> dict[str, tuple[str, ...]]:
    """The valid write keys of these sources, oldest first."""
    keys: dict[str, list[str]] = {source_id: [] for source_id in source_ids}
    open_to_keys = [source_id for source_id in source_ids if not takes_no_keys(source_id)]
    query = select(t.write_keys).where(t.write_keys.c.source_id.in_(open_to_keys)).order_by(t.write_keys.c.id)
    for row in connection.execute(query):
        keys[row.source_id].append(row.key)
    return {source_id: tuple(found) for source_id, found in keys.items()}


def opened(sealer: Sealer, sealed: str | None) -> dict[str, str]:
    """The secret settings in the clear."""
    return msgspec.json.decode(sealer.open(sealed), type=dict[str, str]) if sealed else {}


def _insert_source(connection: Connection, workspace_id: str, schema: str, at: str, row: Mapping[str, Any]) -> None:
    name = {"workspace_id": workspace_id, "name": schema, "created_at": at}
    connection.execute(insert(t.schema_names).values(**name))
    place = {"workspace_id": workspace_id, "schema_name": schema, "created_at": at, "enabled": True}
    connection.execute(insert(t.sources).values(**row, **place, inbound_key=new_write_key()))
    _insert_write_key(connection, row["id"], at)


def _insert_write_key(connection: Connection, source_id: str, at: str) -> str:
    key = new_write_key()
    connection.execute(insert(t.write_keys).values(source_id=source_id, key=key, created_at=at))
    return key

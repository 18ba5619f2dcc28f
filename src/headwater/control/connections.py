"""Connections: what may be made, changed, switched, paused and removed of webhooks, destinations and integrations.

A connection belongs to one workspace. Its secret settings and signing secrets are sealed; every change is in the
audit log and reaches the other processes at their next look.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from msgspec import UNSET
from sqlalchemy import Row, delete, insert, select, update

from headwater.base.clock import parse_iso
from headwater.base.errors import Conflict, InvalidInput, NotFound, Unprocessable
from headwater.base.ids import new_id
from headwater.catalog.destination import DestinationSpec
from headwater.control import tables as t
from headwater.control.addresses import checked_url, has_credentials, shown
from headwater.control.database import State
from headwater.control.fields import checked_settings
from headwater.control.model import (
    MASK,
    Connection,
    ConnectionFields,
    ConnectionKind,
    Filters,
    SigningSecret,
    public_id,
    source_id_of,
)
from headwater.control.seal import Sealer
from headwater.control.sources import opened
from headwater.control.terms import (
    checked_filters,
    checked_mapping,
    checked_pace,
    checked_schedule,
    checked_topics,
    refuse_surrogates,
    require_something_to_send,
)
from headwater.control.texts import checked_name

OVERLAP_S: Final = 24 * 3600
"""How long a signing secret stays valid after the next one was made, unless the caller says otherwise."""

MAX_SECRETS: Final = 10
"""Live signing secrets of a connection. Each adds a signature to a header that receivers read in full."""

ADDRESSES: Final = ("url", "host")
"""Settings that hold an address; a host may be left empty."""

SIGNED_CATALOG: Final = "webhook"
"""The destination that is signed like a webhook."""

_PREFIXES: Final[Mapping[ConnectionKind, str]] = {"webhook": "wh", "destination": "dst", "integration": "int"}


class Connections:
    """The connections of every workspace. Thread-safe; every call blocks for a few milliseconds at most."""

    def __init__(self, *, state: State, sealer: Sealer) -> None:
        self._state = state
        self._sealer = sealer

    def create(
        self,
        workspace_id: str,
        *,
        kind: ConnectionKind,
        spec: DestinationSpec,
        fields: ConnectionFields,
        connection_id: str | None = None,
        by: str = "system",
    ) -> Connection:
        """A connection, with its first signing secret where it is signed.

        Raises InvalidInput naming the field, Unprocessable `region_unsupported` or `unknown_source`, Conflict when
        `connection_id` is taken.
        """
        made_id = connection_id or new_id(_PREFIXES[kind])
        with self._state.writing() as db:
            _refuse_region(db, workspace_id, spec)
            if connection_id is not None and self._rows(db, workspace_id, None, connection_id):
                raise Conflict(f'There is a connection "{public_id(connection_id)}" in this workspace already.')
            row = {"id": made_id, "workspace_id": workspace_id, "kind": kind, "catalog": spec.slug, "paused": False}
            row |= {"enabled": True, "disabled_reason": "", "created_at": self._state.present()}
            row |= self._columns(db, workspace_id, kind, spec, _first(fields, kind), None)
            db.execute(insert(t.connections).values(**row))
            if kind == "webhook" or spec.slug == SIGNED_CATALOG:
                self._add_secret(db, made_id)
            self._record(db, by, f"{kind}.create", made_id, workspace_id, catalog=spec.slug, name=row["name"])
            return self._one(db, workspace_id, made_id)

    def of_workspace(self, workspace_id: str, kind: ConnectionKind | None = None) -> list[Connection]:
        """The workspace's connections, newest first."""
        with self._state.reading() as db:
            return [_value(row) for row in self._rows(db, workspace_id, kind)]

    def get(self, workspace_id: str, connection_id: str, kind: ConnectionKind | None = None) -> Connection:
        with self._state.reading() as db:
            return self._one(db, workspace_id, connection_id, kind)

    def update(
        self,
        workspace_id: str,
        connection_id: str,
        *,
        spec: DestinationSpec,
        fields: ConnectionFields,
        by: str = "system",
    ) -> Connection:
        """Change what is set. `spec` of another destination changes what it is (a webhook's format)."""
        with self._state.writing() as db:
            row = self._row(db, workspace_id, connection_id)
            columns = self._columns(db, workspace_id, row.kind, spec, fields, row) | {"catalog": spec.slug}
            if columns.get("enabled") == row.enabled:
                del columns["enabled"], columns["disabled_reason"]  # said again: why it is off stays
            changes = {name: value for name, value in columns.items() if getattr(row, name) != value}
            if changes:
                db.execute(update(t.connections).where(t.connections.c.id == row.id).values(**changes))
                noted = sorted({_noted(name) for name in changes})
                self._record(db, by, f"{row.kind}.update", row.id, workspace_id, changed=noted)
            return self._one(db, workspace_id, connection_id)

    def delete(self, workspace_id: str, connection_id: str, *, by: str = "system") -> Connection:
        """Remove a connection with its secrets, and give it back as it was."""
        with self._state.writing() as db:
            found = self._one(db, workspace_id, connection_id)
            db.execute(delete(t.connections).where(t.connections.c.id == connection_id))
            self._record(db, by, f"{found.kind}.delete", connection_id, workspace_id, name=found.name)
        return found

    def pause(self, workspace_id: str, connection_id: str, *, by: str = "system") -> Connection:
        """Let its events wait; they go out when it is resumed."""
        return self._switch(workspace_id, connection_id, "pause", {"paused": True}, by)

    def resume(self, workspace_id: str, connection_id: str, *, by: str = "system") -> Connection:
        return self._switch(workspace_id, connection_id, "resume", {"paused": False}, by)

    def enable(self, workspace_id: str, connection_id: str, *, by: str = "system") -> Connection:
        return self._switch(workspace_id, connection_id, "enable", {"enabled": True, "disabled_reason": ""}, by)

    def disable(self, connection_id: str, reason: str, *, by: str = "system") -> None:
        """Switch one off, of whichever workspace, for a reason that people read. Gone or off already: nothing."""
        c = t.connections.c
        with self._state.writing() as db:
            row = db.execute(select(c.workspace_id, c.kind, c.enabled).where(c.id == connection_id)).one_or_none()
            if row is not None and row.enabled:
                changes = {"enabled": False, "disabled_reason": reason}
                db.execute(update(t.connections).where(c.id == connection_id).values(**changes))
                self._record(db, by, f"{row.kind}.disable", connection_id, row.workspace_id, reason=reason)

    def rotate_secret(
        self, workspace_id: str, connection_id: str, *, overlap_s: float = OVERLAP_S, by: str = "system"
    ) -> SigningSecret:
        """A new signing secret. The one before stays valid for `overlap_s` more; 0: every older one ends now.

        Raises Conflict when ten are live, or the connection is not signed.
        """
        with self._state.writing() as db:
            row = self._row(db, workspace_id, connection_id)
            live = self._live_secrets(db, connection_id)
            if not live:
                raise Conflict(_not_signed(row))
            if overlap_s <= 0:
                db.execute(delete(t.signing_secrets).where(t.signing_secrets.c.connection_id == connection_id))
            elif len(live) >= MAX_SECRETS:
                raise Conflict(
                    f"{MAX_SECRETS} signing secrets are valid now, which is the most. The next of them ends at "
                    f"{min(each.expires_at or '~' for each in live)}; an overlap of 0 ends all older ones at once. "
                    "Nothing was changed.",
                    code="too_many_secrets",
                )
            else:
                self._end_newest(db, connection_id, overlap_s)
            self._add_secret(db, connection_id)
            self._record(db, by, f"{row.kind}.rotate-secret", connection_id, workspace_id, overlapSeconds=overlap_s)
            return self._live_secrets(db, connection_id)[0]

    def signing_secrets(self, workspace_id: str, connection_id: str, *, by: str = "system") -> list[SigningSecret]:
        """The live ones in the clear, newest first; that they were shown is written down. Conflict: not signed."""
        with self._state.noting() as db:
            row = self._row(db, workspace_id, connection_id)
            live = self._live_secrets(db, connection_id)
            if not live:
                raise Conflict(_not_signed(row))
            self._record(db, by, f"{row.kind}.reveal-secret", connection_id, workspace_id)
            return live

    def newest_secret(self, workspace_id: str, connection_id: str) -> str | None:
        """The one to show at creation; None: the connection is not signed."""
        with self._state.reading() as db:
            self._row(db, workspace_id, connection_id)
            live = self._live_secrets(db, connection_id)
        return live[0].secret if live else None

    def drafted(
        self,
        workspace_id: str,
        *,
        kind: ConnectionKind,
        spec: DestinationSpec,
        settings: Mapping[str, Any],
        mapping: Mapping[str, str],
        over: str | None = None,
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Settings, secret ones in the clear, and mapping of a connection as it would be. Never log or show them.

        `over`: what is given stands over this connection's own.
        """
        row = None
        if over is not None:
            with self._state.reading() as db:
                row = self._row(db, workspace_id, over)
        readable, sealed = self._checked_settings(kind, spec, settings, row)
        fields = {**(row.mapping if row is not None else {}), **mapping}
        return {**readable, **sealed}, checked_mapping(fields, spec.mapping, spec.name)

    def _switch(
        self, workspace_id: str, connection_id: str, action: str, changes: Mapping[str, Any], by: str
    ) -> Connection:
        with self._state.writing() as db:
            row = self._row(db, workspace_id, connection_id)
            if any(getattr(row, name) != value for name, value in changes.items()):
                db.execute(update(t.connections).where(t.connections.c.id == connection_id).values(**changes))
                self._record(db, by, f"{row.kind}.{action}", connection_id, workspace_id)
            return self._one(db, workspace_id, connection_id)

    def _columns(
        self,
        db: sa.Connection,
        workspace_id: str,
        kind: ConnectionKind,
        spec: DestinationSpec,
        fields: ConnectionFields,
        row: Row[Any] | None,
    ) -> dict[str, Any]:
        """The columns that the fields give; the settings always, since another destination checks them anew."""
        columns = _plain_columns(fields)
        if fields.source_ids is not UNSET:
            kept = row.source_ids if row is not None else ()
            columns["source_ids"] = _known_sources(db, workspace_id, fields.source_ids, kept)
        if fields.mapping is not UNSET:
            columns["mapping"] = checked_mapping(fields.mapping, spec.mapping, spec.name)
        if kind == "webhook":
            topics = columns.get("topics", row.topics if row is not None else ())
            filters = columns.get("filters", row.filters if row is not None else {})
            require_something_to_send(topics, msgspec.convert(filters, Filters))
        given = {} if fields.settings is UNSET else fields.settings
        if row is None or given or row.catalog != spec.slug:
            columns |= self._setting_columns(kind, spec, given, row)
        return columns

    def _setting_columns(
        self, kind: ConnectionKind, spec: DestinationSpec, given: Mapping[str, Any], row: Row[Any] | None
    ) -> dict[str, Any]:
        readable, sealed = self._checked_settings(kind, spec, given, row)
        display = readable | {name: MASK for name in sealed if name not in readable}
        return {"settings": display, "sealed_settings": _sealed_as(self._sealer, sealed, row)}

    def _checked_settings(
        self, kind: ConnectionKind, spec: DestinationSpec, given: Mapping[str, Any], row: Row[Any] | None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """(readable, sealed). An address with a password is in both: without the password, and whole."""
        display = row.settings if row is not None else {}
        stored = {**display, **opened(self._sealer, row.sealed_settings if row is not None else None)}
        unmasked = {
            name: stored[name] if _is_display(display, stored, name, value) else value for name, value in given.items()
        }
        readable, secret = checked_settings(spec.settings, unmasked, stored, owner=kind)
        for name, value in {**readable, **secret}.items():
            refuse_surrogates(value, f"settings.{name}")
        if spec.check is not None and (reason := spec.check({**readable, **secret})) is not None:
            raise InvalidInput(f"{reason} Nothing was changed.", details={"field": "settings"})
        sealed = dict(secret)
        for name, value in readable.items():
            if isinstance(value, str) and name in ADDRESSES and (value or name == "url"):
                readable[name] = checked_url(value, field=f"settings.{name}", inbox=kind == "webhook")
            if isinstance(value, str) and has_credentials(value.strip()):
                sealed[name], readable[name] = value.strip(), shown(value.strip())
        return readable, sealed

    def _add_secret(self, db: sa.Connection, connection_id: str) -> None:
        sealed = self._sealer.seal(new_signing_secret())
        row = {"connection_id": connection_id, "sealed": sealed, "created_at": self._state.present()}
        db.execute(insert(t.signing_secrets).values(**row))

    def _end_newest(self, db: sa.Connection, connection_id: str, overlap_s: float) -> None:
        c = t.signing_secrets.c
        ends = {"expires_at": self._state.present(after_s=overlap_s)}
        db.execute(
            update(t.signing_secrets).where(c.connection_id == connection_id, c.expires_at.is_(None)).values(**ends)
        )
        db.execute(
            delete(t.signing_secrets).where(c.connection_id == connection_id, c.expires_at <= self._state.present())
        )

    def _live_secrets(self, db: sa.Connection, connection_id: str) -> list[SigningSecret]:
        return live_secrets(db, self._sealer, self._state.present(), connection_id).get(connection_id, [])

    def _one(
        self, db: sa.Connection, workspace_id: str, connection_id: str, kind: ConnectionKind | None = None
    ) -> Connection:
        return _value(self._row(db, workspace_id, connection_id, kind))

    def _row(
        self, db: sa.Connection, workspace_id: str, connection_id: str, kind: ConnectionKind | None = None
    ) -> Row[Any]:
        rows = self._rows(db, workspace_id, kind, connection_id)
        if not rows:
            raise NotFound(f'There is no {kind or "connection"} "{public_id(connection_id)}" in this workspace.')
        return rows[0]

    def _rows(
        self, db: sa.Connection, workspace_id: str, kind: ConnectionKind | None, connection_id: str | None = None
    ) -> Sequence[Row[Any]]:
        c = t.connections.c
        query = select(t.connections).where(c.workspace_id == workspace_id).order_by(c.created_at.desc(), c.id)
        if kind is not None:
            query = query.where(c.kind == kind)
        if connection_id is not None:
            query = query.where(c.id == connection_id)
        return db.execute(query).all()

    def _record(self, db: sa.Connection, by: str, action: str, target: str, workspace_id: str, **detail: Any) -> None:
        self._state.record(db, by=by, action=action, target=target, workspace_id=workspace_id, detail=detail)


def new_signing_secret() -> str:
    """`whsec_` and the base64 of 32 random bytes (Standard Webhooks asks for 24 to 64)."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def live_secrets(
    db: sa.Connection, sealer: Sealer, present: str, connection_id: str | None = None
) -> dict[str, list[SigningSecret]]:
    """The secrets of each connection that are valid at that time, newest first."""
    c = t.signing_secrets.c
    query = select(t.signing_secrets).where(c.expires_at.is_(None) | (c.expires_at > present)).order_by(c.id.desc())
    if connection_id is not None:
        query = query.where(c.connection_id == connection_id)
    found: dict[str, list[SigningSecret]] = {}
    for row in db.execute(query):
        secret = SigningSecret(secret=sealer.open(row.sealed), created_at=row.created_at, expires_at=row.expires_at)
        found.setdefault(row.connection_id, []).append(secret)
    return found


def earliest_end(found: Mapping[str, Sequence[SigningSecret]]) -> float:
    """When the first of these secrets ends, in seconds since 1970; infinity: none does."""
    moments = [parse_iso(each.expires_at) for group in found.values() for each in group if each.expires_at]
    return min((moment.timestamp() for moment in moments if moment), default=float("inf"))


def _plain_columns(fields: ConnectionFields) -> dict[str, Any]:
    """The columns that are checked without a look at anything else."""
    columns: dict[str, Any] = {}
    if fields.name is not UNSET:
        columns["name"] = checked_name(fields.name)
    if fields.enabled is not UNSET:
        columns |= {"enabled": fields.enabled, "disabled_reason": ""}
    if fields.topics is not UNSET:
        columns["topics"] = list(checked_topics(fields.topics))
    if fields.filters is not UNSET:
        columns["filters"] = msgspec.to_builtins(checked_filters(fields.filters))
    if fields.schedule_s is not UNSET:
        schedule = checked_schedule(fields.schedule_s)
        columns["schedule_s"] = None if schedule is None else list(schedule)
    if fields.per_second is not UNSET:
        columns["per_second"] = checked_pace(fields.per_second)
    if fields.ordered is not UNSET:
        columns["ordered"] = fields.ordered
    return columns


def _first(fields: ConnectionFields, kind: ConnectionKind) -> ConnectionFields:
    """What a new connection is told, with what it is by default."""
    if fields.name is UNSET:
        raise InvalidInput(f"A {kind} needs a name. Nothing was created.", details={"field": "name"})
    given = {name: value for name, value in msgspec.structs.asdict(fields).items() if value is not UNSET}
    default = ConnectionFields(
        source_ids=(), topics=(), filters=Filters(), mapping={}, schedule_s=None, per_second=None, ordered=False
    )
    return msgspec.structs.replace(default, **given)


def _known_sources(db: sa.Connection, workspace_id: str, given: Sequence[str], kept: Sequence[str]) -> list[str]:
    """The stored ids, each once. One that the connection had already may be gone; a new one must be there."""
    c = t.sources.c
    query = select(c.id, c.name).where(c.workspace_id == workspace_id).order_by(c.builtin, c.created_at, c.id)
    present = {row.id: row.name for row in db.execute(query)}
    wanted = [source_id_of(workspace_id, source_id) for source_id in given]
    for source_id in wanted:
        if source_id not in present and source_id not in kept:
            allowed = ", ".join(f"{public_id(each)} ({name})" for each, name in present.items())
            raise Unprocessable(
                f'There is no source "{public_id(source_id)}" in this workspace. Allowed: {allowed}. '
                "Nothing was changed.",
                code="unknown_source",
                details={"field": "sourceIds", "allowed": [public_id(each) for each in present]},
            )
    return list(dict.fromkeys(wanted))


def _refuse_region(db: sa.Connection, workspace_id: str, spec: DestinationSpec) -> None:
    region = db.scalar(select(t.workspaces.c.region).where(t.workspaces.c.id == workspace_id))
    if region is None:
        raise NotFound(f'There is no workspace "{workspace_id}".')
    if reason := spec.region_refusal(region):
        details = {"region": region, "supported": list(spec.regions)}
        raise Unprocessable(reason, code="region_unsupported", details=details)


def _is_display(display: Mapping[str, Any], stored: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether a setting was sent back as it is shown, masked: then it is left alone."""
    masked = display.get(name)
    return isinstance(value, str) and masked == value and MASK in value and name in stored


def _sealed_as(sealer: Sealer, sealed: Mapping[str, str], row: Row[Any] | None) -> str | None:
    """The ciphertext; the same one when nothing in it has changed, so that no change is seen where there is none."""
    if not sealed:
        return None
    if row is not None and row.sealed_settings and opened(sealer, row.sealed_settings) == sealed:
        return row.sealed_settings
    return sealer.seal(msgspec.json.encode(sealed).decode())


def _value(row: Row[Any]) -> Connection:
    return Connection(
        id=row.id,
        workspace_id=row.workspace_id,
        kind=row.kind,
        catalog=row.catalog,
        name=row.name,
        enabled=row.enabled,
        disabled_reason=row.disabled_reason,
        paused=row.paused,
        settings=row.settings,
        source_ids=tuple(row.source_ids),
        topics=tuple(row.topics),
        filters=msgspec.convert(row.filters, Filters),
        mapping=row.mapping,
        schedule_s=None if row.schedule_s is None else tuple(row.schedule_s),
        per_second=row.per_second,
        ordered=row.ordered,
        created_at=row.created_at,
    )


def _noted(column: str) -> str:
    """The name of a changed column in the audit log, which says what changed and never the value."""
    return {"sealed_settings": "settings", "disabled_reason": "enabled"}.get(column, column)


def _not_signed(row: Row[Any]) -> str:
    return f'The {row.kind} "{row.name}" is not signed: webhooks are, and the destination "{SIGNED_CATALOG}".'

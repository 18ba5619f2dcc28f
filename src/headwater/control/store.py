"""Workspaces, sources and keys: every change to them is made here, in one transaction, and written down.

Nothing here knows the web or the warehouse; a commit is announced to the other processes by the generation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Connection, delete, func, insert, select, update

from headwater.base.clock import Clock, now
from headwater.base.errors import Conflict, InvalidInput, NotFound
from headwater.base.ids import new_id, new_short_id
from headwater.catalog.model import REGIONS
from headwater.control import tables as t
from headwater.control.access import Access
from headwater.control.connections import Connections
from headwater.control.contents import ContentNumbers
from headwater.control.database import State
from headwater.control.generation import Generation
from headwater.control.model import AuditEntry, IdentitySecret, IdentityVerification, Workspace
from headwater.control.regulations import Regulations
from headwater.control.seal import Sealer
from headwater.control.segments import Segments
from headwater.control.sources import Sources, add_builtin_sources
from headwater.control.texts import checked_name, checked_origins


class Store(Sources):
    """The control state of an installation. Thread-safe; every call blocks for a few milliseconds at most.

    `access` holds who may sign in, `connections` where events are sent, `contents` the integers of contents,
    `segments` the rules of segments, `regulations` whom to erase and whose events not to take.
    `by` names the actor for the audit log (`key:key_…`, `session`, `system`).
    """

    def __init__(self, *, url: str, generation: Generation, sealer: Sealer, clock: Clock = now) -> None:
        super().__init__(state=State(url=url, generation=generation, clock=clock), sealer=sealer)
        self.access = Access(state=self._state)
        self.connections = Connections(state=self._state, sealer=sealer)
        self.contents = ContentNumbers(state=self._state)
        self.segments = Segments(state=self._state)
        self.regulations = Regulations(state=self._state, sealer=sealer)

    @property
    def state(self) -> State:
        """The database, for rooms that keep something of their own in it."""
        return self._state

    def close(self) -> None:
        self._state.close()

    def create_workspace(self, *, name: str, region: str, by: str = "system") -> Workspace:
        """A workspace with its client token and built-in sources. Its region never changes."""
        name = checked_name(name)
        if region not in REGIONS:
            raise InvalidInput(
                f"{region!r} is not a region. Allowed: {', '.join(REGIONS)}. Nothing was created.",
                details={"field": "region"},
            )
        workspace_id = new_id("ws")
        with self._state.writing() as connection:
            connection.execute(
                insert(t.workspaces).values(
                    id=workspace_id,
                    name=name,
                    region=region,
                    allowed_origins=[],
                    identity_verification="off",
                    segment_anonymous=False,
                    created_at=self._state.present(),
                )
            )
            self._insert_client_token(connection, workspace_id)
            add_builtin_sources(connection, workspace_id, self._state.present())
            self._record(connection, by, "workspace.create", workspace_id, workspace_id, name=name, region=region)
        return self.workspace(workspace_id)

    def workspaces(self) -> list[Workspace]:
        """Every workspace of the installation, oldest first."""
        with self._state.reading() as connection:
            return _workspaces(connection)

    def workspace(self, workspace_id: str) -> Workspace:
        with self._state.reading() as connection:
            found = _workspaces(connection, workspace_id)
        if not found:
            raise NotFound(f'There is no workspace "{workspace_id}".')
        return found[0]

    def update_workspace(
        self,
        workspace_id: str,
        *,
        name: str | None = None,
        allowed_origins: Iterable[str] | None = None,
        identity_verification: IdentityVerification | None = None,
        segment_anonymous: bool | None = None,
        by: str = "system",
    ) -> Workspace:
        """Change what is given; None leaves a field as it is.

        Conflict `identity_secret_needed` when signatures are to be required and there is no secret to make any with.
        """
        given: dict[str, Any] = {
            "name": None if name is None else checked_name(name),
            "allowed_origins": None if allowed_origins is None else list(checked_origins(allowed_origins)),
            "identity_verification": identity_verification,
            "segment_anonymous": segment_anonymous,
        }
        changes = {field: value for field, value in given.items() if value is not None}
        self.workspace(workspace_id)
        if changes:
            with self._state.writing() as connection:
                if identity_verification == "require" and not _secrets(connection, workspace_id):
                    raise Conflict(
                        "Signed identities cannot be required yet: this workspace has no identity secret, so every "
                        "user id from a page would be refused. Make a secret and let your back end sign with it first. "
                        "Nothing was changed.",
                        code="identity_secret_needed",
                    )
                connection.execute(update(t.workspaces).where(t.workspaces.c.id == workspace_id).values(**changes))
                self._record(connection, by, "workspace.update", workspace_id, workspace_id, **changes)
        return self.workspace(workspace_id)

    def delete_workspace(self, workspace_id: str, *, confirm: str | None, by: str = "system") -> None:
        """Make all that a workspace has invalid at once. Its row stays without a name, and its id is never used again.

        Does nothing when it was deleted before. Raises NotFound; Conflict `last_workspace`; InvalidInput
        `confirm_needed` when `confirm` is not its name.
        """
        with self._state.writing() as connection:
            found = _deletable(connection, workspace_id, confirm)
            if found is None:
                return
            for table in t.metadata.tables.values():
                if any(key.column is t.workspaces.c.id for key in table.foreign_keys):
                    connection.execute(delete(table).where(table.c.workspace_id == workspace_id))
            gone = {"name": "", "allowed_origins": [], "deleted_at": self._state.present()}
            connection.execute(update(t.workspaces).where(t.workspaces.c.id == workspace_id).values(**gone))
            self._record(connection, by, "workspace.delete", workspace_id, None, name=found.name)

    def add_client_token(self, workspace_id: str, *, by: str = "system") -> str:
        """A new client token; the older ones stay valid until they are removed."""
        self.workspace(workspace_id)
        with self._state.writing() as connection:
            token = self._insert_client_token(connection, workspace_id)
            self._record(connection, by, "client-token.add", workspace_id, workspace_id)
        return token

    def remove_client_token(self, workspace_id: str, token: str, *, by: str = "system") -> None:
        mine = t.client_tokens.c.workspace_id == workspace_id
        with self._state.writing() as connection:
            tokens = list(connection.scalars(select(t.client_tokens.c.token).where(mine)))
            if token not in tokens:
                raise NotFound("This workspace has no such client token.")
            if len(tokens) == 1:
                raise Conflict("The last client token cannot be removed; add another one first.", code="last_key")
            connection.execute(delete(t.client_tokens).where(mine, t.client_tokens.c.token == token))
            self._record(connection, by, "client-token.remove", workspace_id, workspace_id)

    def add_identity_secret(self, workspace_id: str, *, name: str, secret: str, by: str = "system") -> IdentitySecret:
        """Keep an HMAC key, sealed; several may live at a time."""
        name = checked_name(name)
        self.workspace(workspace_id)
        row = {"id": new_id("ids"), "workspace_id": workspace_id, "name": name}
        row |= {"sealed": self._sealer.seal(secret), "created_at": self._state.present()}
        with self._state.writing() as connection:
            connection.execute(insert(t.identity_secrets).values(**row))
            self._record(connection, by, "identity-secret.add", row["id"], workspace_id, name=name)
        return IdentitySecret(**row)

    def identity_secrets(self, workspace_id: str) -> list[IdentitySecret]:
        mine = t.identity_secrets.c.workspace_id == workspace_id
        query = select(t.identity_secrets).where(mine).order_by("created_at", "id")
        with self._state.reading() as connection:
            return [IdentitySecret(**row) for row in connection.execute(query).mappings()]

    def remove_identity_secret(self, workspace_id: str, secret_id: str, *, by: str = "system") -> None:
        """NotFound; Conflict `identity_secret_needed` for the last one while signatures are required."""
        with self._state.writing() as connection:
            known = _secrets(connection, workspace_id)
            if secret_id not in known:
                raise NotFound(f'There is no identity secret "{secret_id}" in this workspace.')
            mode = connection.scalar(
                select(t.workspaces.c.identity_verification).where(t.workspaces.c.id == workspace_id)
            )
            if mode == "require" and len(known) == 1:
                raise Conflict(
                    "This is the last identity secret, and this workspace requires signed identities: without it every "
                    "user id from a page would be refused. Make another one first, or set identity verification to "
                    "observe or off. Nothing was changed.",
                    code="identity_secret_needed",
                )
            connection.execute(delete(t.identity_secrets).where(t.identity_secrets.c.id == secret_id))
            self._record(connection, by, "identity-secret.remove", secret_id, workspace_id)

    def audit(self, workspace_id: str, *, limit: int = 100, offset: int = 0) -> tuple[list[AuditEntry], int]:
        """What was done in a workspace, newest first, and how many entries there are."""
        mine = t.audit.c.workspace_id == workspace_id
        page = select(t.audit).where(mine).order_by(t.audit.c.id.desc()).limit(limit).offset(offset)
        with self._state.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(t.audit).where(mine)) or 0
            return [AuditEntry(**row) for row in connection.execute(page).mappings()], total

    def _insert_client_token(self, connection: Connection, workspace_id: str) -> str:
        token = new_short_id()
        row = {"workspace_id": workspace_id, "token": token, "created_at": self._state.present()}
        connection.execute(insert(t.client_tokens).values(**row))
        return token


def _secrets(connection: Connection, workspace_id: str) -> list[str]:
    """The ids of a workspace's identity secrets."""
    c = t.identity_secrets.c
    return list(connection.scalars(select(c.id).where(c.workspace_id == workspace_id)))


def _deletable(connection: Connection, workspace_id: str, confirm: str | None) -> Workspace | None:
    """The workspace that may be deleted now, or None when it was before."""
    known = _workspaces(connection)
    found = next((workspace for workspace in known if workspace.id == workspace_id), None)
    if found is None:
        if connection.scalar(select(t.workspaces.c.id).where(t.workspaces.c.id == workspace_id)) is not None:
            return None
        raise NotFound(f'There is no workspace "{workspace_id}".')
    if len(known) == 1:
        raise Conflict(
            f'"{found.name}" is the only workspace, and an installation has one at least. Nothing was deleted.',
            code="last_workspace",
        )
    if confirm != found.name:
        raise InvalidInput(
            f'Deleting the workspace "{found.name}" ends its sources, keys and connections and deletes all its rows, '
            "and cannot be undone. Repeat the call with its name in `confirm`. Nothing was deleted.",
            code="confirm_needed",
            details={"field": "confirm", "name": found.name},
        )
    return found


def _workspaces(connection: Connection, workspace_id: str | None = None) -> list[Workspace]:
    c = t.workspaces.c
    kept = [column for column in c if column is not c.deleted_at]
    query = select(*kept).where(c.deleted_at.is_(None)).order_by(c.created_at, c.id)
    if workspace_id is not None:
        query = query.where(t.workspaces.c.id == workspace_id)
    tokens: dict[str, list[str]] = {}
    for row in connection.execute(select(t.client_tokens).order_by(t.client_tokens.c.id)):
        tokens.setdefault(row.workspace_id, []).append(row.token)
    return [
        Workspace(
            **cast("dict[str, Any]", {**row, "allowed_origins": tuple(row["allowed_origins"])}),
            client_token=tokens[row["id"]][-1],
            client_tokens=tuple(tokens[row["id"]]),
        )
        for row in connection.execute(query).mappings()
    ]

"""Who may come in: API keys, one-time sign-in links and the sessions they open. Only digests are stored.

Tokens hold 256 random bits, so one round of SHA-256 keeps them as well as a slow hash would.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update

from headwater.base.errors import InvalidInput, NotFound
from headwater.base.ids import new_id
from headwater.control import tables as t
from headwater.control.database import State, is_workspace
from headwater.control.model import SCOPES, ApiKey, Scope, Session, SignInLink
from headwater.control.texts import checked_name

LINK_LIFE_S: Final = 15 * 60
SESSION_LIFE_S: Final = 30 * 24 * 3600
USE_NOTED_EVERY_S: Final = 60
INSTALLATION_KEY: Final = "key_installation"
"""The id of the installation's admin token."""


class Access:
    """Keys, links and sessions."""

    def __init__(self, *, state: State) -> None:
        self._state = state

    def create_api_key(
        self, workspace_id: str, *, name: str, scopes: Sequence[Scope] = ("admin",), by: str = "system"
    ) -> tuple[ApiKey, str]:
        """A key of one workspace and its text, which can never be read again."""
        name = checked_name(name)
        if not scopes or not set(scopes) <= set(SCOPES):
            raise InvalidInput(
                f"scopes must be one or more of {', '.join(SCOPES)}. Nothing was created.",
                details={"field": "scopes"},
            )
        token = f"hw_{secrets.token_urlsafe(32)}"
        row = self._key_row(new_id("key"), workspace_id, name, scopes, token)
        with self._state.writing() as connection:
            if not is_workspace(connection, workspace_id):
                raise NotFound(f'There is no workspace "{workspace_id}".')
            connection.execute(insert(t.api_keys).values(**row))
            self._state.record(
                connection, by=by, action="api-key.create", target=row["id"], workspace_id=workspace_id,
                detail={"name": name, "scopes": list(scopes)},
            )  # fmt: skip
        return self.api_key(workspace_id, row["id"]), token

    def api_keys(self, workspace_id: str) -> list[ApiKey]:
        c = t.api_keys.c
        query = select(t.api_keys).where(c.workspace_id == workspace_id).order_by(c.created_at, c.id)
        with self._state.reading() as connection:
            return [_as_key(row) for row in connection.execute(query)]

    def api_key(self, workspace_id: str, key_id: str) -> ApiKey:
        found = next((key for key in self.api_keys(workspace_id) if key.id == key_id), None)
        if found is None:
            raise NotFound(f'There is no API key "{key_id}" in this workspace.')
        return found

    def rename_api_key(self, workspace_id: str, key_id: str, *, name: str, by: str = "system") -> ApiKey:
        c = t.api_keys.c
        mine = (c.workspace_id == workspace_id) & (c.id == key_id)
        name = checked_name(name)
        with self._state.noting() as connection:
            if not connection.execute(update(t.api_keys).where(mine).values(name=name)).rowcount:
                raise NotFound(f'There is no API key "{key_id}" in this workspace.')
            self._state.record(
                connection, by=by, action="api-key.rename", target=key_id, workspace_id=workspace_id,
                detail={"name": name},
            )  # fmt: skip
        return self.api_key(workspace_id, key_id)

    def delete_api_key(self, workspace_id: str, key_id: str, *, by: str = "system") -> None:
        c = t.api_keys.c
        with self._state.writing() as connection:
            gone = connection.execute(delete(t.api_keys).where(c.workspace_id == workspace_id, c.id == key_id))
            if not gone.rowcount:
                raise NotFound(f'There is no API key "{key_id}" in this workspace.')
            self._state.record(
                connection, by=by, action="api-key.delete", target=key_id, workspace_id=workspace_id, detail={}
            )

    def set_installation_token(self, token: str) -> None:
        """Make this the installation's admin token; the one before is no longer valid."""
        row = self._key_row(INSTALLATION_KEY, None, "Installation", ("admin",), token)
        with self._state.writing() as connection:
            found = connection.execute(select(t.api_keys).where(t.api_keys.c.id == INSTALLATION_KEY)).first()
            if found is None or found.digest != row["digest"]:
                connection.execute(delete(t.api_keys).where(t.api_keys.c.id == INSTALLATION_KEY))
                connection.execute(insert(t.api_keys).values(**row))

    def key_by_token(self, token: str) -> ApiKey | None:
        """The key this text opens; notes its use, at most once a minute."""
        digest = digest_of(token)
        with self._state.reading() as connection:
            row = connection.execute(select(t.api_keys).where(t.api_keys.c.digest == digest)).first()
        if row is None:
            return None
        if _older_than(row.last_used_at, self._state.present(after_s=-USE_NOTED_EVERY_S)):
            self.note_use([row.id])
        return _as_key(row)

    def note_use(self, key_ids: Sequence[str]) -> None:
        """These keys were used just now."""
        with self._state.noting() as connection:
            used = update(t.api_keys).where(t.api_keys.c.id.in_(key_ids))
            connection.execute(used.values(last_used_at=self._state.present()))

    def create_link(self, workspace_id: str | None, *, name: str = "", by: str = "system") -> SignInLink:
        """A link that opens one session, for 15 minutes. None: for the whole installation.

        `name`: for whom it is; the session bears it. Raises InvalidInput.
        """
        name = checked_name(name) if name else ""
        token = secrets.token_urlsafe(32)
        expires_at = self._state.present(after_s=LINK_LIFE_S)
        with self._state.noting() as connection:
            self._forget_expired(connection)
            connection.execute(
                insert(t.sign_in_links).values(
                    digest=digest_of(token),
                    workspace_id=workspace_id,
                    name=name,
                    created_at=self._state.present(),
                    expires_at=expires_at,
                )
            )
            self._state.record(
                connection, by=by, action="sign-in-link.create", target="sign-in-link",
                workspace_id=workspace_id, detail={"name": name} if name else {},
            )  # fmt: skip
        return SignInLink(token=token, workspace_id=workspace_id, expires_at=expires_at)

    def sign_in(self, link_token: str) -> tuple[Session, str] | None:
        """Use up a link and open a session: the session and the text of its cookie. None: no such link now."""
        links, digest = t.sign_in_links, digest_of(link_token)
        cookie = secrets.token_urlsafe(32)
        with self._state.noting() as connection:
            link = connection.execute(select(links).where(links.c.digest == digest)).first()
            used = connection.execute(delete(links).where(links.c.digest == digest)).rowcount
            if link is None or not used or link.expires_at <= self._state.present():
                return None
            row = {"digest": digest_of(cookie), "workspace_id": link.workspace_id, "scopes": ["admin"]}
            row["name"] = link.name
            row |= {"created_at": self._state.present(), "expires_at": self._state.present(after_s=SESSION_LIFE_S)}
            connection.execute(insert(t.sessions).values(**row))
            self._state.record(
                connection, by="sign-in-link", action="session.open", target="session",
                workspace_id=link.workspace_id, detail={},
            )  # fmt: skip
        session = self.session(cookie)
        return None if session is None else (session, cookie)

    def session(self, cookie: str) -> Session | None:
        """The session that this cookie opens, if it has not ended."""
        with self._state.reading() as connection:
            row = connection.execute(select(t.sessions).where(t.sessions.c.digest == digest_of(cookie))).first()
        if row is None or row.expires_at <= self._state.present():
            return None
        return Session(
            id=row.digest[:16],
            workspace_id=row.workspace_id,
            name=row.name,
            scopes=tuple(row.scopes),
            expires_at=row.expires_at,
        )

    def name_session(self, cookie: str, workspace_id: str, *, name: str) -> Session | None:
        """From now on what is done in this session is told by this name. None: no such session. Raises InvalidInput."""
        name = checked_name(name)
        with self._state.noting() as connection:
            connection.execute(update(t.sessions).where(t.sessions.c.digest == digest_of(cookie)).values(name=name))
            session = f"session:{digest_of(cookie)[:16]}"
            self._state.record(
                connection, by=session, action="session.rename", target="session", workspace_id=workspace_id,
                detail={"name": name},
            )  # fmt: skip
        return self.session(cookie)

    def sign_out(self, cookie: str) -> None:
        with self._state.noting() as connection:
            connection.execute(delete(t.sessions).where(t.sessions.c.digest == digest_of(cookie)))

    def _forget_expired(self, connection: Any) -> None:
        for table in (t.sign_in_links, t.sessions):
            connection.execute(delete(table).where(table.c.expires_at <= self._state.present()))

    def _key_row(
        self, key_id: str, workspace_id: str | None, name: str, scopes: Sequence[Scope], token: str
    ) -> dict[str, Any]:
        row: dict[str, Any] = {"id": key_id, "workspace_id": workspace_id, "name": name, "scopes": list(scopes)}
        return row | {
            "prefix": token[:6],
            "digest": digest_of(token),
            "created_at": self._state.present(),
            "last_used_at": None,
        }


def new_admin_token() -> str:
    return f"hw_{secrets.token_urlsafe(32)}"


def digest_of(token: str) -> str:
    """What is stored of a key, a link or a cookie."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _older_than(moment: str | None, limit: str) -> bool:
    return moment is None or moment < limit


def _as_key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        scopes=tuple(row.scopes),
        prefix=row.prefix,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )

"""Makes a data folder ready: tables, the key that seals secrets, the first workspace and the admin token.

Running it on a folder that is ready changes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from headwater.base.clock import Clock, now
from headwater.base.errors import InvalidInput
from headwater.control.access import new_admin_token
from headwater.control.database import migrate, sqlite_url
from headwater.control.generation import Generation
from headwater.control.model import Workspace
from headwater.control.seal import Sealer, write_private
from headwater.control.store import Store

MIN_ADMIN_TOKEN_CHARS: Final = 16


def state_url(data_dir: Path) -> str:
    return sqlite_url(data_dir / "state.db")


def generation_at(data_dir: Path) -> Generation:
    return Generation(data_dir / "run" / "control.generation")


def sealer_at(data_dir: Path) -> Sealer:
    return Sealer.at(data_dir / "secret.key")


def open_store(data_dir: Path, *, clock: Clock = now) -> Store:
    """The control state of a data folder, its tables brought up to date first."""
    data_dir.mkdir(parents=True, exist_ok=True)
    migrate(state_url(data_dir))
    return attach_store(data_dir, clock=clock)


def attach_store(data_dir: Path, *, clock: Clock = now) -> Store:
    """The control state of a data folder that was opened since this version of headwater was started."""
    generation = generation_at(data_dir)
    generation.bump()  # whoever committed last may have died before it could say so
    return Store(url=state_url(data_dir), generation=generation, sealer=sealer_at(data_dir), clock=clock)


def bootstrap(store: Store, data_dir: Path, region: str, admin_token: str | None = None) -> Workspace:
    """The first workspace, made with this region when there is none, and an admin token that works.

    The token is the one given, else that of `admin-token` (mode 0600), else a new one written there.
    """
    store.access.set_installation_token(_admin_token(data_dir / "admin-token", admin_token))
    existing = store.workspaces()
    return existing[0] if existing else store.create_workspace(name="My workspace", region=region)


def _admin_token(path: Path, given: str | None) -> str:
    if given is not None:
        return _checked(given.strip())
    if path.exists() and (kept := path.read_text("utf-8").strip()):
        return kept
    token = new_admin_token()
    write_private(path, f"{token}\n".encode())
    return token


def _checked(token: str) -> str:
    if len(token) < MIN_ADMIN_TOKEN_CHARS or not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidInput(
            f"HEADWATER_ADMIN_TOKEN must have {MIN_ADMIN_TOKEN_CHARS} or more ASCII characters without blanks; "
            f"the one given has {len(token)}. The server does not start until it is changed."
        )
    return token

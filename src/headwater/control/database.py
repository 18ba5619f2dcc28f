"""Opens the state database, keeps its transactions short and honest, and brings its tables up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.engine import make_url

from headwater.base.clock import Clock, iso_from_seconds, now
from headwater.base.errors import Terminal
from headwater.control.generation import Generation
from headwater.control.tables import audit, workspaces

if TYPE_CHECKING:
    from alembic.config import Config

# What changes tables is imported on first use: processes that only read and write rows do without its 10 MiB.

BUSY_TIMEOUT_MS: Final = 10_000
"""How long a writer waits for another process's write."""


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def open_engine(url: str) -> Engine:
    """An engine for the state database; for SQLite with WAL, foreign keys, and no silent half transactions."""
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000} if _is_sqlite(url) else {})
    if _is_sqlite(url):
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the tables; takes no write lock."""
    with engine.connect() as bare, bare.execution_options(headwater_read=True).begin():
        yield bare


class State:
    """The state database of an installation: transactions that tell the other processes, and the audit log."""

    def __init__(self, *, url: str, generation: Generation, clock: Clock = now) -> None:
        self._engine = open_engine(url)
        self._generation = generation
        self._clock = clock

    def reading(self) -> AbstractContextManager[Connection]:
        return reading(self._engine)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction whose commit every process sees at its next look."""
        with self._engine.begin() as connection:
            yield connection
        self._generation.bump()

    @contextmanager
    def noting(self) -> Iterator[Connection]:
        """A transaction of no concern to other processes (last use of a key, sessions)."""
        with self._engine.begin() as connection:
            yield connection

    def present(self, *, after_s: float = 0) -> str:
        """The time now, or that many seconds later, as it is stored."""
        return iso_from_seconds(self._clock() + after_s)

    def record(
        self, connection: Connection, *, by: str, action: str, target: str, workspace_id: str | None, detail: Any
    ) -> None:
        """Write down who did what, within the transaction that does it. `detail` must hold no secret."""
        row = {"workspace_id": workspace_id, "at": self.present(), "actor": by, "action": action}
        connection.execute(insert(audit).values(**row, target=target, detail=detail))

    def shred(self) -> None:
        """Leaves no trace of what was deleted: the log beside an SQLite file goes into it, and is cut to nothing."""
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as bare:
                bare.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # outside of any transaction

    def close(self) -> None:
        self._engine.dispose()


def is_workspace(connection: Connection, workspace_id: str) -> bool:
    """Whether there is such a workspace; one that was deleted is none."""
    c = workspaces.c
    return connection.scalar(select(c.id).where(c.id == workspace_id, c.deleted_at.is_(None))) is not None


def migrate(url: str) -> None:
    """Bring the tables to the newest form; does nothing when they are. Safe to run twice.

    Raises Terminal when a newer version of headwater has been here.
    """
    from alembic import command
    from alembic.util import CommandError

    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:  # there are no branches and no names given, so it is an unknown revision
        raise Terminal(
            "The control state was changed by a newer version of headwater than this one, which cannot read it. "
            "Start the newer version, or restore a backup that this one made. Nothing was changed."
        ) from error
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Whether the tables have the form that this version of headwater needs."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            found = MigrationContext.configure(connection).get_current_revision()
        return found == ScriptDirectory.from_config(_config()).get_current_head()
    finally:
        engine.dispose()


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _prepare_sqlite(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # the driver must not begin and end transactions by its own rules
    cursor = raw.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes its lock at once: upgrading from a read would fail without waiting.
    reads = connection.get_execution_options().get("headwater_read", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

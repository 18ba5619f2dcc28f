"""Before the processes start: the data directory, its tables, the first workspace, a sign-in link.

Runs as a process of its own, so that what it loads does not stay in memory.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import msgspec

from headwater.app.supervisor import become
from headwater.base.errors import HeadwaterError


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """`sign_in_token` opens one session, once; empty when none could be kept, as on a full disk."""

    workspace_id: str = ""
    sign_in_token: str = ""
    error: str = ""


def prepare(data_dir: Path, region: str, admin_token: str | None) -> Prepared:
    # Imported here, as the parent process needs only the answer's shape.
    from sqlalchemy.exc import DatabaseError, OperationalError

    from headwater.control.bootstrap import bootstrap, open_store

    try:
        store = open_store(data_dir)
    except DatabaseError as error:
        return Prepared(error=f"the state in {data_dir} cannot be opened: {error.orig}. Nothing was started.")
    except OSError as error:
        return Prepared(error=f"{data_dir} cannot be written: {error.strerror}. Nothing was started.")
    try:
        workspace = bootstrap(store, data_dir, region, admin_token)
        token = ""
        with contextlib.suppress(OperationalError):
            token = store.access.create_link(None).token
        return Prepared(workspace_id=workspace.id, sign_in_token=token)
    except DatabaseError as error:
        return Prepared(error=f"the state in {data_dir} cannot be written: {error.orig}. Nothing was started.")
    except OSError as error:
        return Prepared(error=f"{data_dir} cannot be written: {error.strerror}. Nothing was started.")
    finally:
        store.close()


def main() -> None:
    """Arguments: data directory, region, the parent's process id. Prints a Prepared as JSON."""
    become("prepare", int(sys.argv[3]))
    try:
        prepared = prepare(Path(sys.argv[1]), sys.argv[2], os.environ.get("HEADWATER_ADMIN_TOKEN"))
    except HeadwaterError as error:
        prepared = Prepared(error=error.message)
    with contextlib.suppress(BrokenPipeError):  # the parent has ended
        os.write(sys.stdout.fileno(), msgspec.json.encode(prepared))


if __name__ == "__main__":
    main()

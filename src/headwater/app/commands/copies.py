"""`headwater backup`, `restore` and `export`: everything to another directory, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from headwater.app.commands.output import Output, plural
from headwater.app.commands.session import Session, command, local_command
from headwater.base.errors import InvalidInput

Target = Annotated[
    Path, typer.Argument(metavar="DIR", help="New or empty, on the machine that the server runs on.", resolve_path=True)
]


def register(app: typer.Typer) -> None:
    command(app, "backup")(backup)
    local_command(app, "restore")(restore)
    command(app, "export")(export)


def backup(session: Session, target: Target) -> None:
    """Copy everything of the running server to a directory that `headwater restore` takes. It holds secrets."""
    from headwater.app.client import LONG_S

    with session.out.progress("backing up"):
        done = session.api.post("/backup", {"dir": str(target)}, timeout_s=LONG_S)
    text = f"{done['dir']} holds the backup: {plural(done['files'], 'file')}, {_size(done['sizeBytes'])}."
    session.out.give(done, lambda: session.out.say(text))


def restore(
    session: Session,
    backup_dir: Annotated[
        Path, typer.Argument(metavar="DIR", help="What `headwater backup` wrote.", resolve_path=True)
    ],
) -> None:
    """Copy a backup into a new or empty data directory; `headwater serve` then goes on from it."""
    from headwater.app.backup import restore as copy_back

    data = session.data_dir
    refuse_running(data, "Nothing was restored.")
    with session.out.progress("restoring"):
        copy_back(backup_dir, data)
    value = {"data": str(data), "from": str(backup_dir)}
    session.out.give(value, lambda: session.out.say(f"{data} is restored. `headwater serve --data {data}` starts it."))


def export(session: Session, target: Target) -> None:
    """Write each table as a Parquet file, for tools that cannot ask the server."""
    from headwater.app.client import LONG_S

    with session.out.progress("exporting"):
        done = session.api.post("/export", {"dir": str(target)}, timeout_s=LONG_S)
    session.out.give(done, lambda: _say_exported(session.out, done))


def refuse_running(data: Path, consequence: str) -> None:
    """Raises InvalidInput when a server runs on the directory."""
    from headwater.app import client

    found = client.running(data)
    if found is not None and client.is_alive(found):
        raise InvalidInput(
            f"a headwater server (process {found.pid}, {found.url}) runs on {data}. Stop it first. {consequence}"
        )


def _say_exported(out: Output, done: dict[str, Any]) -> None:
    rows = [[f"{each['schema']}.{each['table']}", each["rows"], each["file"]] for each in done["tables"]]
    out.table(("Table", "Rows", "File"), rows)
    out.say(f"{plural(len(rows), 'table')} in {done['dir']}.")


def _size(size_bytes: int) -> str:
    size, unit = float(size_bytes), "bytes"
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB"):
        if size < 1024 or unit == "TiB":
            break
        size /= 1024
    return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"

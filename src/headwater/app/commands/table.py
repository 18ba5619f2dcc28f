"""`headwater table`: read-only tables of the user's own under schema `production`, to join events with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from headwater.app.commands.output import Output, plural
from headwater.app.commands.session import Session, command
from headwater.base.errors import InvalidInput

app = typer.Typer(
    help="Tables of your own, to join events with: files and copies of Postgres tables.", no_args_is_help=True
)

KINDS: Final = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
Name = Annotated[str, typer.Argument(metavar="NAME", help="Its name, with or without `production.` in front.")]


@command(app, "list")
def list_tables(session: Session) -> None:
    """List the tables with their rows, and how each is kept fresh."""
    tables = session.api.all("/tables")
    rows = [
        [
            f"{each['schema']}.{each['name']}",
            each["kind"],
            each["rows"],
            each["refreshedAt"],
            _freshness(each),
            each["error"],
        ]
        for each in tables
    ]
    head = ("Table", "Kind", "Rows", "Copied", "Renewed", "Last error")
    session.out.give(tables, lambda: session.out.table(head, rows))


@command(app, "add")
def add(
    session: Session,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A .csv or .parquet file to copy in.")] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Its name; else the file's, or the Postgres table's.")
    ] = None,
    format: Annotated[str | None, typer.Option(metavar="csv|parquet", help="Else told by the file's ending.")] = None,
    postgres: Annotated[
        str | None, typer.Option(metavar="TABLE", help="A Postgres table to copy, as schema.table.")
    ] = None,
    dsn_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="The environment variable with its postgres:// address.")
    ] = None,
    every: Annotated[
        int | None, typer.Option(metavar="SECONDS", help="Copy the Postgres table again that often.")
    ] = None,
) -> None:
    """Copy a file or a Postgres table in. A table of the same name is replaced whole."""
    if (file is None) == (postgres is None):
        raise InvalidInput(
            "name either a FILE or a table with --postgres, not both and not neither. Nothing was copied."
        )
    if file is not None:
        made = _add_file(session, file, name, format)
    else:
        made = _add_postgres(session, postgres or "", name, dsn_env, every)
    session.out.give(made, lambda: session.out.say(f"{_whole_name(made)} holds {plural(made['rows'], 'row')}."))


@command(app, "show")
def show(session: Session, name: Name) -> None:
    """Show a table's columns."""
    from headwater.app.client import part

    table = session.api.get(f"/tables/{part(_bare(name))}")
    session.out.give(table, lambda: _say_table(session.out, table))


@command(app, "refresh")
def refresh(session: Session, name: Name) -> None:
    """Copy a Postgres table again."""
    from headwater.app.client import LONG_S, part

    with session.out.progress("copying"):
        table = session.api.post(f"/tables/{part(_bare(name))}/refresh", timeout_s=LONG_S)
    session.out.give(table, lambda: session.out.say(f"{_whole_name(table)} holds {plural(table['rows'], 'row')}."))


@command(app, "remove")
def remove(session: Session, name: Name) -> None:
    """Remove a table with its rows."""
    from headwater.app.client import part

    done = session.api.delete(f"/tables/{part(_bare(name))}")
    session.out.give(done, lambda: session.out.say(f"production.{_bare(name)} is removed."))


def _add_file(session: Session, file: Path, name: str | None, format: str | None) -> dict[str, Any]:
    kind = format or file.suffix.lstrip(".").lower()
    if kind not in KINDS:
        raise InvalidInput(
            f"{file.name} is of format {kind!r}; allowed: {', '.join(KINDS)}. Say it with --format. Nothing was copied."
        )
    try:
        size_bytes = file.stat().st_size
        with session.out.progress(f"copying {file.name}", total=size_bytes, bytes=True) as advance:
            return session.api.upload(
                "/tables",
                file,
                kind=KINDS[kind],
                sent=advance,
                name=_bare(name) if name else _folded(file.stem),
                format=kind,
            )
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}. Nothing was copied.") from error


def _add_postgres(
    session: Session, table: str, name: str | None, dsn_env: str | None, every_s: int | None
) -> dict[str, Any]:
    from headwater.app.client import LONG_S

    dsn = _secret(dsn_env)
    body = {"name": _bare(name) if name else _folded(table.rpartition(".")[2]), "dsn": dsn, "table": table}
    with session.out.progress(f"copying {table}"):
        return session.api.post("/tables", body | {"everySeconds": every_s}, timeout_s=LONG_S)


def _secret(variable: str | None) -> str:
    if variable is None:
        raise InvalidInput(
            "the Postgres server's address is a secret and does not belong on a command line: put it into an"
            " environment variable as postgres://user:password@host/database and name that with --dsn-env."
            " Nothing was copied."
        )
    value = os.environ.get(variable)
    if not value:
        raise InvalidInput(f"{variable}, which --dsn-env names, is not set. Nothing was copied.")
    return value


def _folded(text: str) -> str:
    from headwater.base.naming import snake_case

    return snake_case(text)


def _bare(name: str) -> str:
    return name.removeprefix("production.")


def _whole_name(table: dict[str, Any]) -> str:
    return f"{table['schema']}.{table['name']}"


def _freshness(table: dict[str, Any]) -> str:
    if table["kind"] != "postgres":
        return "by a new file"
    return f"every {table['everySeconds']} s" if table["everySeconds"] else "on demand"


def _say_table(out: Output, table: dict[str, Any]) -> None:
    copied = f"copied {table['refreshedAt'] or 'never'}"
    out.say(f"{_whole_name(table)} ({table['kind']}), {plural(table['rows'], 'row')}, {copied}")
    if table["error"]:
        out.say(f"The last renewal failed: {table['error']}")
    out.table(("Column", "Type"), [[column["name"], column["type"]] for column in table["columns"]])

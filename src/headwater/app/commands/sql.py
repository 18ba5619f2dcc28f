"""`headwater sql`: one SELECT, answered as a table, as CSV or as JSON."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import Annotated, Any

import typer

from headwater.app.commands.output import plural
from headwater.app.commands.session import Session, command
from headwater.base.errors import InvalidInput


def register(app: typer.Typer) -> None:
    command(app, "sql")(sql)


def sql(
    session: Session,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT; `-` reads it from standard input.")],
    limit: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="The most rows to give (default: the setting `query_rows`, 10,000)."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer in CSV.")] = False,
) -> None:
    """Ask the warehouse: one SELECT over the schemas of the sources, your own tables and information_schema."""
    if as_csv and session.out.as_json:
        raise InvalidInput("--csv and --json exclude each other. Nothing was asked.")
    body: dict[str, Any] = {"query": sys.stdin.read() if query == "-" else query}
    with session.out.progress("asking"):
        result = session.api.post("/sql", body | ({"limit": limit} if limit else {}), timeout_s=600.0)
    if as_csv:
        _print_csv(result)
    else:
        names = [column["name"] for column in result["columns"]]
        session.out.give(result, lambda: session.out.table(names, result["rows"]))
        if not session.out.as_json:
            session.out.note(plural(len(result["rows"]), "row"))
    if result["truncated"]:
        session.out.note("There are more rows than these; --limit N gives more.")


def _print_csv(result: dict[str, Any]) -> None:
    """RFC 4180; null is empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column["name"] for column in result["columns"]])
    writer.writerows([[_text(value) for value in row] for row in result["rows"]])
    typer.echo(text.getvalue().encode("utf-8", "replace"), nl=False)


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value

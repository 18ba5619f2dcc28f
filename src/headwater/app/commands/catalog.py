"""`headwater catalog`: what can be added, and whether a catalogue file is right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from headwater.app.commands.output import Output, plural
from headwater.app.commands.session import Session, command, plain_command
from headwater.base.errors import InvalidInput

app = typer.Typer(help="The catalogue: what can be added as a source or a destination.", no_args_is_help=True)


@command(app, "list")
def list_sources(
    session: Session, query: Annotated[str, typer.Argument(metavar="WORDS", help="Words that all must occur.")] = ""
) -> None:
    """List the sources of the catalogue, best match first."""
    from headwater.app.client import PAGE

    entries = session.api.get("/catalog/sources", q=query, limit=PAGE)["data"]
    rows = [
        [each["slug"], each["name"], each["status"], ", ".join(each["categories"]), _regions(each)] for each in entries
    ]
    session.out.give(entries, lambda: session.out.table(("Slug", "Name", "Status", "Categories", "Regions"), rows))


@command(app, "show")
def show(session: Session, slug: Annotated[str, typer.Argument(metavar="SLUG")]) -> None:
    """Show one source of the catalogue with its events."""
    from headwater.app.client import part

    entry = session.api.get(f"/catalog/sources/{part(slug)}")
    session.out.give(entry, lambda: _say_entry(session.out, entry))


@plain_command(app, "check")
def check(
    session: Session,
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE", help="Catalogue files.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Check the bundled files and those of `catalog_dirs`, too.")
    ] = False,
) -> None:
    """Check catalogue files, and say what is wrong, where, and what would be right. Ends with 1 on a problem.

    A source is a .toml file, a destination a .py file: checking that one runs it, and each of its examples.
    """
    from headwater.app.settings import load
    from headwater.catalog.check_files import all_files, check_files

    paths = [*(all_files(load().catalog_paths) if everything else []), *(files or [])]
    if not paths:
        raise InvalidInput("name the catalogue files to check, or take --all. Nothing was checked.")
    problems = check_files(paths, related=everything)
    value = {
        "files": len(paths),
        "problems": [{"file": p.file, "line": p.line, "where": p.where, "message": p.message} for p in problems],
    }
    session.out.give(value, lambda: _say_problems(session.out, len(paths), [str(problem) for problem in problems]))
    if problems:
        raise typer.Exit(1)


def _regions(entry: dict[str, Any]) -> str:
    return ", ".join(entry["regions"]) + (" (not here)" if entry["refusal"] else "")


def _say_entry(out: Output, entry: dict[str, Any]) -> None:
    out.say(f"{entry['name']} ({entry['slug']}), {entry['kind']}, {entry['status']}")
    out.say(entry["description"])
    contact = f" ({entry['maintainer']['contact']})" if entry["maintainer"]["contact"] else ""
    out.say(
        f"Maintained by {entry['maintainer']['name']}{contact}. Regions: {', '.join(entry['regions'])}. {entry['docs']}"
    )
    if entry["refusal"]:
        out.say(entry["refusal"])
    for setting in entry["settings"]:
        out.say(f"Setting {setting['name']} ({setting['type']}): {setting['description']}")
    rows = [[event["name"], event["call"], _properties(event)] for event in entry["events"]]
    if rows:
        out.table(("Event", "Call", "Properties"), rows)


def _properties(event: dict[str, Any]) -> str:
    return ", ".join(f"{each['name']} {each['type']}" for each in event["properties"])


def _say_problems(out: Output, files: int, problems: list[str]) -> None:
    for problem in problems:
        out.say(problem)
    out.say(f"{plural(files, 'file')} checked, {plural(len(problems), 'problem')}.")

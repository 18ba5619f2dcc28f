"""`headwater content`: what is shown on pages; out as files and in again, checked and published."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from headwater.app.commands.output import Output, plural
from headwater.app.commands.session import Session, command
from headwater.base.errors import InvalidInput

app = typer.Typer(help="Content: what is shown on pages, for whom, and its versions.", no_args_is_help=True)

PATH: Final = "/content"

Named = Annotated[str, typer.Argument(metavar="CONTENT", help="Its number, contentId or slug.")]


@command(app, "list")
def list_content(
    session: Session, archived: Annotated[bool, typer.Option("--archived", help="Those that are archived.")] = False
) -> None:
    """List the contents, what was changed last first."""
    found = session.api.all(PATH, archived=archived)
    rows = [[each["id"], each["slug"], each["name"], each["status"], ", ".join(each["segments"])] for each in found]
    session.out.give(found, lambda: session.out.table(("Id", "Slug", "Name", "Status", "Segments"), rows))


@command(app, "show")
def show(session: Session, given: Named) -> None:
    """Show one content: its documents, and what is live of them."""
    found = session.api.get(_path(given))
    session.out.give(found, lambda: _say(session.out, found))


@command(app, "check")
def check(session: Session, given: Named) -> None:
    """Say what keeps the drafts from being published, and what should be looked at. Nothing is changed."""
    found = session.api.post(f"{_path(given)}/check")
    session.out.give(found, lambda: _say_problems(session.out, found["problems"]))


@command(app, "publish")
def publish(
    session: Session,
    given: Named,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Stands beside the version.")] = "",
) -> None:
    """Show on pages what has changed. Refused with the reason when something would break; check says all of it."""
    published = session.api.post(f"{_path(given)}/publish", {"note": note})
    session.out.give(published, lambda: _say(session.out, published))


@command(app, "unpublish")
def unpublish(session: Session, given: Named) -> None:
    """Take a content off all pages. Its drafts and versions stay."""
    taken = session.api.post(f"{_path(given)}/unpublish", {})
    session.out.give(taken, lambda: session.out.say(f"{taken['name']} is off all pages."))


@command(app, "export")
def export(
    session: Session,
    given: Named,
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Else to standard output.")] = None,
) -> None:
    """Write a content's drafts as one JSON file."""
    file = session.api.get(f"{_path(given)}/export")
    if to is None:
        typer.echo(json.dumps(file, ensure_ascii=False, indent=None if session.out.as_json else 2))
        return
    try:
        to.write_text(json.dumps(file, ensure_ascii=False, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise InvalidInput(f"{to} cannot be written: {error}.") from error
    session.out.give({"file": str(to)}, lambda: session.out.say(f"{to} holds {file['name']}."))


@command(app, "import")
def import_file(
    session: Session,
    file: Annotated[str, typer.Argument(metavar="FILE", help="What export wrote; - reads standard input.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="It becomes the drafts of the content with its slug, if there is one.")
    ] = False,
) -> None:
    """Make a content of a file, as a draft. Nothing of it is shown until it is published."""
    body = _read(file) | {"as": "replace" if replace else "new"}
    made = session.api.post(f"{PATH}/import", body)
    session.out.give(made, lambda: _say(session.out, made))


def _path(given: str) -> str:
    from headwater.app.client import part

    return f"{PATH}/{part(given)}"


def _read(file: str) -> dict[str, Any]:
    try:
        found = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text("utf-8"))
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}. Nothing was imported.") from error
    except ValueError as error:
        raise InvalidInput(f"{file} cannot be read as JSON: {error}. Nothing was imported.") from error
    if not isinstance(found, dict):
        raise InvalidInput(
            f"{file} is no content; it must be a JSON object, as export writes it. Nothing was imported."
        )
    return found


def _say(out: Output, content: dict[str, Any]) -> None:
    out.say(f"{content['name']}, {content['status']}")
    out.say(f"  id: {content['id']}, contentId {content['contentId']}, slug {content['slug']}")
    if content["folder"]:
        out.say(f"  folder: {content['folder']}")
    out.say(f"  {plural(len(content['placements']), 'placement')}")
    for each in content["documents"]:
        live = f", live as {each['versionId'][:10]}" if each["versionId"] else ""
        out.say(f"  for {each['segmentName']}: document {each['id']}, {each['status']}{live}")


def _say_problems(out: Output, problems: list[dict[str, Any]]) -> None:
    if not problems:
        out.say("Nothing is wrong.")
    for each in problems:
        out.say(_problem(each))


def _problem(problem: dict[str, Any]) -> str:
    where = [f"document {problem['documentId']}"] if "documentId" in problem else []
    where += [f"block {problem['nodeId']}"] if "nodeId" in problem else []
    where += [problem["field"]] if "field" in problem else []
    return f"{problem['severity']} {problem['code']} ({', '.join(where) or 'content'}): {problem['message']}"

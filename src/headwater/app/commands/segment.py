"""`headwater segment`: rules by which people belong together."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from headwater.app.commands.connection import find
from headwater.app.commands.output import Output, plural
from headwater.app.commands.session import Session, command
from headwater.base.errors import InvalidInput

app = typer.Typer(help="Segments: rules by which people belong together.", no_args_is_help=True)

PATH: Final = "/segments"
NOUN: Final = "segment"

Named = Annotated[str, typer.Argument(metavar="ID", help="Its id or name.")]
Rule = Annotated[
    str,
    typer.Option(
        metavar="JSON",
        help='The rule, such as \'{"trait":"plan","op":"equals","value":"pro"}\'; @FILE reads it from a file, - from'
        " standard input.",
    ),
]
Announce = Annotated[
    bool | None,
    typer.Option(help="Tell of those who are in it from the beginning as Segment Entered, too; else of later ones."),
]


@command(app, "list")
def list_segments(session: Session) -> None:
    """List the segments with their counts."""
    found = session.api.all(PATH)
    rows = [[each["id"], each["name"], each["count"], _progress(each)] for each in found]
    session.out.give(found, lambda: session.out.table(("Id", "Name", "People", "State"), rows))


@command(app, "add")
def add(
    session: Session,
    name: Annotated[str, typer.Option(metavar="NAME")],
    rule: Rule,
    announce_members: Announce = None,
) -> None:
    """Add a segment. People of before are gone through at once."""
    body = {"name": name, "rule": _rule(rule), "announceMembers": bool(announce_members)}
    made = session.api.post(PATH, body)
    session.out.give(made, lambda: _say(session.out, made))


@command(app, "show")
def show(session: Session, given: Named) -> None:
    """Show one segment with its rule."""
    found = find(session.api, PATH, NOUN, given)
    session.out.give(found, lambda: _say(session.out, found))


@command(app, "change")
def change(
    session: Session,
    given: Named,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    rule: Annotated[str | None, typer.Option(metavar="JSON", help="As for add.")] = None,
    announce_members: Announce = None,
) -> None:
    """Change a segment; what is not named stays."""
    from headwater.app.client import part

    found = find(session.api, PATH, NOUN, given)
    body = {
        "name": name,
        "rule": None if rule is None else _rule(rule),
        "announceMembers": announce_members,
    }
    changed = session.api.patch(f"{PATH}/{part(found['id'])}", body)
    session.out.give(changed, lambda: _say(session.out, changed))


@command(app, "preview")
def preview(session: Session, rule: Rule) -> None:
    """Count the people that a rule would hold now, and show some. Nothing is stored."""
    with session.out.progress("counting"):
        seen = session.api.post(f"{PATH}/preview", {"rule": _rule(rule)}, timeout_s=60.0)
    session.out.give(seen, lambda: _say_preview(session.out, seen))


@command(app, "remove")
def remove(session: Session, given: Named) -> None:
    """Remove a segment. Nobody is told to have left it."""
    from headwater.app.client import part

    found = find(session.api, PATH, NOUN, given)
    done = session.api.delete(f"{PATH}/{part(found['id'])}")
    session.out.give(done, lambda: session.out.say(f"{found['name']} is removed."))


def _rule(given: str) -> Any:
    text = sys.stdin.read() if given == "-" else _text_of(Path(given[1:])) if given.startswith("@") else given
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"the rule is no JSON: {error}. Nothing was changed.") from error


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}. Nothing was changed.") from error


def _progress(segment: dict[str, Any]) -> str:
    state = segment["state"]
    if state is None:
        return "not known now"
    if state["status"] == "RUNNING":
        return f"counting, {state['done']:,} of {state['total']:,}"
    return "ready" if state["status"] == "READY" else f"failed: {state['error'] or 'the log says more'}"


def _say(out: Output, segment: dict[str, Any]) -> None:
    count = "people not counted yet" if segment["count"] is None else plural(segment["count"], "person", "people")
    out.say(f"{segment['name']}, {count}")
    out.say(f"  id: {segment['id']}")
    out.say(f"  state: {_progress(segment)}")
    if segment["announceMembers"]:
        out.say("  announces who is in it from the beginning")
    if segment["rule"] is not None:
        out.say("  rule:")
        for line in json.dumps(segment["rule"], indent=2, ensure_ascii=False).splitlines():
            out.say(f"    {line}")


def _say_preview(out: Output, seen: dict[str, Any]) -> None:
    out.say(plural(seen["count"], "person", "people"))
    for person in seen["sample"]:
        out.say(f"  {person['id']}  {', '.join(person['userIds'] or person['anonymousIds'])}")

"""`headwater people`: who was seen, what is known of them, what they did, and why a segment holds them or not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from headwater.app.commands.connection import find
from headwater.app.commands.given import pair
from headwater.app.commands.output import Output, cell, plural
from headwater.app.commands.session import Session, command
from headwater.base.errors import NotFound

app = typer.Typer(help="People: who was seen, and what is known of them.", no_args_is_help=True)

PATH: Final = "/people"

Given = Annotated[str, typer.Argument(metavar="PERSON", help="Its id (per_…), or a user id.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many to show at most.")]


@command(app, "list")
def list_people(
    session: Session,
    user_id: Annotated[str | None, typer.Option(metavar="ID")] = None,
    email: Annotated[str | None, typer.Option(metavar="EMAIL")] = None,
    trait: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Who has this trait; may be repeated.")
    ] = None,
    segment: Annotated[
        str | None, typer.Option(metavar="ID", help="Who is in this segment, by its id or name.")
    ] = None,
    search: Annotated[str | None, typer.Option(metavar="TEXT", help="Part of an id, an email or a name.")] = None,
    limit: Limit = 50,
) -> None:
    """List people, those who were seen last first."""
    query: dict[str, Any] = {"userId": user_id, "email": email, "q": search, "limit": limit}
    query |= {f"trait.{name}": value for name, value in map(pair, trait or [])}
    if segment is not None:
        query["segmentId"] = find(session.api, "/segments", "segment", segment)["id"]
    found = session.api.get(PATH, **query)
    session.out.give(found["data"], lambda: _say_list(session.out, found))


@command(app, "show")
def show(session: Session, given: Given) -> None:
    """Show one person with all traits, groups and segments."""
    person = _person(session, given)
    session.out.give(person, lambda: _say(session.out, person))


@command(app, "export")
def export(
    session: Session,
    given: Given,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write it; else it goes to standard output.")
    ] = None,
) -> None:
    """Hand out everything that is held of a person, a line of JSON each."""
    from headwater.app.client import part

    text = session.api.text(f"{PATH}/{part(given)}/export")
    lines = text.splitlines()
    if file is None:
        session.out.give([json.loads(line) for line in lines], lambda: session.out.say(text.rstrip("\n")))
        return
    file.write_text(text)
    told = f"{plural(len(lines), 'line')} written to {file}."
    session.out.give({"file": str(file), "lines": len(lines)}, lambda: session.out.say(told))


@command(app, "events")
def events(session: Session, given: Given, limit: Limit = 50) -> None:
    """Show what a person did, newest first, each event with its fate."""
    person = _person(session, given)
    found = session.api.get(f"{PATH}/{person['id']}/events", limit=limit)["data"]
    rows = [
        [each["at"], each["type"], each["name"], each["sourceId"], each["reason"] or each["fate"], each["messageId"]]
        for each in found
    ]
    head = ("At", "Call", "Name", "Source", "Fate", "MessageId")
    session.out.give(found, lambda: session.out.table(head, rows))


@command(app, "explain")
def explain(
    session: Session,
    given: Given,
    segment: Annotated[str, typer.Option(metavar="ID", help="The segment, by its id or name.")],
) -> None:
    """Show why a person is in a segment or not: each rule with the value it saw."""
    person = _person(session, given)
    found = find(session.api, "/segments", "segment", segment)
    told = session.api.get(f"{PATH}/{person['id']}/explain", segmentId=found["id"])
    session.out.give(told, lambda: _say_explained(session.out, found["name"], told))


def _person(session: Session, given: str) -> dict[str, Any]:
    from headwater.app.client import part

    if given.startswith("per_"):
        return session.api.get(f"{PATH}/{part(given)}")
    found = session.api.get(PATH, userId=given, limit=1)["data"]
    if not found:
        raise NotFound(f"nobody with the user id {given!r} was seen.")
    return session.api.get(f"{PATH}/{part(found[0]['id'])}")


def _say_list(out: Output, found: dict[str, Any]) -> None:
    rows = [
        [each["id"], ", ".join(each["userIds"]) or None, each["traits"].get("email"), each["lastSeenAt"]]
        for each in found["data"]
    ]
    out.table(("Id", "User ids", "Email", "Last seen"), rows)
    total = found["pagination"]["total"]
    if total > len(rows):
        out.note(f"{len(rows):,} of {total:,}; --limit shows more")


def _say(out: Output, person: dict[str, Any]) -> None:
    out.say(person["id"])
    for name, key in (("user ids", "userIds"), ("anonymous ids", "anonymousIds"), ("external ids", "externalIds")):
        if person[key]:
            out.say(f"  {name}: {', '.join(person[key])}")
    out.say(f"  first seen: {person['firstSeenAt']}, last seen: {person['lastSeenAt']}")
    out.say(f"  segments: {', '.join(person['segments'])}")
    if not person["identified"]:
        out.say("  no identify call with traits has come: that is why no segment but Everyone holds this person")
    for name, value in sorted(person["traits"].items()):
        out.say(f"  trait {name}: {cell(value)}")
    for group in person["groups"]:
        out.say(f"  group {group['id']}: {cell(group['traits'])}")
    for reason, times in sorted(person["refusedMerges"].items()):
        out.say(f"  not taken for somebody else, {reason}: {times:,}")


def _say_explained(out: Output, name: str, told: dict[str, Any]) -> None:
    out.say(f"{name}: {'in it' if told['member'] else 'not in it'}")
    _say_node(out, told["tree"], "  ")


def _say_node(out: Output, node: dict[str, Any], indent: str) -> None:
    shown = next((word for word in ("all", "any", "not") if word in node["rule"]), None) if node["children"] else None
    said = f"{shown} of" if shown in ("all", "any") else shown or cell(node["rule"])
    value = "" if node["children"] else f"   has {cell(node['value'])}"
    out.say(f"{indent}{'yes' if node['result'] else 'no '} {said}{value}")
    for child in node["children"]:
        _say_node(out, child, indent + "  ")

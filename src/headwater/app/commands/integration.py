"""`headwater integration`: the two senders, which tell what customers see and do as the seeds' own events."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from headwater.app.commands.connection import declare_actions, find, say_state, state_of
from headwater.app.commands.output import Output
from headwater.app.commands.session import Session, command

app = typer.Typer(
    help="Integrations: customer events as the two events of Candu or the fourteen of Produktly, to any host or to a"
    " source of this workspace.",
    no_args_is_help=True,
)

PATH: Final = "/integrations"
NOUN: Final = "integration"

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="candu-segment or produktly-segment.")]


@command(app, "list")
def list_integrations(session: Session) -> None:
    """List both, and where they send to."""
    found = session.api.all(PATH)
    rows = [[each["id"], each["name"], _target(each), state_of(each)] for each in found]
    session.out.give(found, lambda: session.out.table(("Id", "Name", "To", "State"), rows))


@command(app, "show")
def show(session: Session, slug: Slug) -> None:
    """Show one, with its events and how it fares."""
    found = find(session.api, PATH, NOUN, slug)
    session.out.give(found, lambda: _say(session.out, found))


@command(app, "enable")
def enable(
    session: Session,
    slug: Slug,
    write_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Of a source of this workspace, or of the host.")
    ] = None,
    host: Annotated[str | None, typer.Option(metavar="URL", help="Another server; needs its write key.")] = None,
    source: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="A source of this workspace: its id, label or schema.")
    ] = None,
    uuid_as_user_id: Annotated[
        bool | None, typer.Option("--uuid-as-user-id/--no-uuid-as-user-id", help="The browser's UUID in userId.")
    ] = None,
    extended: Annotated[
        bool | None, typer.Option("--extended/--strict", help="More properties than the documented ones.")
    ] = None,
) -> None:
    """Say where the events go, and send them from now on. What is not named stays."""
    from headwater.app.commands.source import find_source

    source_id = find_source(session.api, source)["id"] if source else None
    body: dict[str, Any] = {"enabled": True, "writeKey": write_key, "host": host, "sourceId": source_id}
    body |= {"uuidAsUserId": uuid_as_user_id, "extended": extended}
    _put(session, slug, body)


@command(app, "disable")
def disable(session: Session, slug: Slug) -> None:
    """Send nothing: events are kept as skipped, and can be recovered."""
    _put(session, slug, {"enabled": False})


declare_actions(app, path=PATH, noun=NOUN)


def _put(session: Session, slug: str, body: dict[str, Any]) -> None:
    from headwater.app.client import part

    made = session.api.put(f"{PATH}/{part(slug)}", body)
    session.out.give(made, lambda: _say(session.out, made))


def _target(each: dict[str, Any]) -> str:
    if each["sourceId"]:
        return f"source {each['sourceId']}" + (", which is gone" if each["sourceGone"] else "")
    return each["host"] or ""


def _say(out: Output, each: dict[str, Any]) -> None:
    out.say(f"{each['name']} ({each['id']}), {state_of(each)}")
    facts = [
        ("to", _target(each)),
        ("write key", each["writeKey"]),
        ("events", ", ".join(each["events"])),
        ("the browser's UUID as user id", "yes" if each["uuidAsUserId"] else None),
        ("more properties than the documented ones", "yes" if each["extended"] else None),
    ]
    for name, value in facts:
        if value:
            out.say(f"  {name}: {value}")
    if each["configured"]:
        say_state(out, each)

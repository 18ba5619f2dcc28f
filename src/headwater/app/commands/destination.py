"""`headwater destination`: send the events of sources on to tools of the catalogue."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

import typer

from headwater.app.commands.connection import (
    Named,
    declare_actions,
    declare_secret,
    filters_of,
    find,
    say_state,
    state_of,
    switch,
    waiting_of,
)
from headwater.app.commands.given import Settings, SettingsEnv, pair, settings_of
from headwater.app.commands.output import Output
from headwater.app.commands.session import Session, command
from headwater.base.errors import InvalidInput

app = typer.Typer(
    help="Destinations: tools of the catalogue that the events of chosen sources are sent to.", no_args_is_help=True
)

PATH: Final = "/destinations"
NOUN: Final = "destination"

Source = Annotated[
    list[str] | None, typer.Option(metavar="SOURCE", help="A source by its id, label or schema; may be repeated.")
]
Map = Annotated[
    list[str] | None, typer.Option(metavar="FIELD=PATH", help="What a field is taken from; may be repeated.")
]
Event = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only events of this name; may be repeated.")]
Call = Annotated[
    list[str] | None, typer.Option(metavar="CALL", help="Only calls of this kind, such as track; may be repeated.")
]
EventJson = Annotated[str, typer.Option(metavar="JSON", help='An event, such as \'{"type":"track","event":"X"}\'.')]


@command(app, "catalog")
def catalog(session: Session) -> None:
    """List what events can be sent to."""
    found = session.api.all("/catalog/destinations")
    rows = [[each["slug"], each["name"], each["status"], each["refusal"] or ""] for each in found]
    session.out.give(found, lambda: session.out.table(("Slug", "Name", "Status", "Not here because"), rows))


@command(app, "list")
def list_destinations(session: Session) -> None:
    """List the destinations, newest first."""
    found = session.api.all(PATH)
    rows = [
        [each["id"], each["name"], each["catalog"], ", ".join(each["sourceIds"]), state_of(each), waiting_of(each)]
        for each in found
    ]
    head = ("Id", "Name", "Catalogue", "Sources", "State", "Waiting")
    session.out.give(found, lambda: session.out.table(head, rows))


@command(app, "add")
def add(
    session: Session,
    catalog: Annotated[
        str, typer.Option(metavar="SLUG", help="What it is; `headwater destination catalog` names them all.")
    ],
    name: Annotated[str, typer.Option(metavar="NAME")],
    source: Source = None,
    setting: Settings = None,
    setting_env: SettingsEnv = None,
    map: Map = None,
    event: Event = None,
    call: Call = None,
    disabled: Annotated[bool, typer.Option("--disabled", help="Do not send yet.")] = False,
) -> None:
    """Add a destination and name the sources whose events go to it."""
    from headwater.app.client import part

    settings = settings_of(session.api, f"/catalog/destinations/{part(catalog)}", setting, setting_env)
    body: dict[str, Any] = {"catalog": catalog, "name": name, "settings": settings, "enabled": not disabled}
    body |= {
        "sourceIds": _sources(session, source),
        "mapping": _mapping(map),
        "filters": filters_of(None, event, call),
    }
    made = session.api.post(PATH, body)
    session.out.give(made, lambda: _say(session.out, made))


@command(app, "show")
def show(session: Session, given: Named) -> None:
    """Show one destination, and how it fares."""
    found = find(session.api, PATH, NOUN, given)
    session.out.give(found, lambda: _say(session.out, found))


@command(app, "change")
def change(
    session: Session,
    given: Named,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    source: Source = None,
    setting: Settings = None,
    setting_env: SettingsEnv = None,
    map: Map = None,
    event: Event = None,
    call: Call = None,
) -> None:
    """Change a destination; what is not named stays. Sources, mapping and filters that are named replace the old."""
    from headwater.app.client import part

    found = find(session.api, PATH, NOUN, given)
    settings = settings_of(session.api, f"/catalog/destinations/{part(found['catalog'])}", setting, setting_env)
    body: dict[str, Any] = {"name": name, "settings": settings or None, "filters": filters_of(None, event, call)}
    body |= {"sourceIds": _sources(session, source) if source else None, "mapping": _mapping(map) if map else None}
    changed = session.api.patch(f"{PATH}/{part(found['id'])}", body)
    session.out.give(changed, lambda: _say(session.out, changed))


@command(app, "try")
def try_event(session: Session, given: Named, event: EventJson) -> None:
    """Send one event past the queue and the log, and show request and answer."""
    tried = _with_event(session, given, event, "try")
    session.out.give(tried, lambda: _say_tried(session.out, tried))


@command(app, "preview")
def preview(session: Session, given: Named, event: EventJson) -> None:
    """Show what would be sent for an event. Nothing is."""
    seen = _with_event(session, given, event, "preview")
    session.out.give(seen, lambda: _say_preview(session.out, seen))


@command(app, "enable")
def enable(session: Session, given: Named) -> None:
    """Let events go out again."""
    switch(session, PATH, NOUN, given, enabled=True)


@command(app, "disable")
def disable(session: Session, given: Named) -> None:
    """Send nothing: events are kept as skipped, and can be recovered."""
    switch(session, PATH, NOUN, given, enabled=False)


@command(app, "remove")
def remove(session: Session, given: Named) -> None:
    """Remove a destination. What waits for it is never sent."""
    from headwater.app.client import part

    found = find(session.api, PATH, NOUN, given)
    done = session.api.delete(f"{PATH}/{part(found['id'])}")
    session.out.give(done, lambda: session.out.say(f"{found['name']} is removed."))


declare_actions(app, path=PATH, noun=NOUN)
declare_secret(app, path=PATH, noun=NOUN)


def _mapping(given: list[str] | None) -> dict[str, str]:
    return dict(map(pair, given or []))


def _sources(session: Session, given: list[str] | None) -> list[str]:
    from headwater.app.commands.source import find_source

    return [find_source(session.api, each)["id"] for each in given or []]


def _with_event(session: Session, given: str, text: str, action: str) -> dict[str, Any]:
    from headwater.app.client import part

    try:
        event = json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"--event is no JSON: {error}. Nothing was sent.") from error
    found = find(session.api, PATH, NOUN, given)
    with session.out.progress("waiting for the answer"):
        return session.api.post(f"{PATH}/{part(found['id'])}/{action}", {"event": event})


def _say_tried(out: Output, tried: dict[str, Any]) -> None:
    request, answer = tried["request"], tried["answer"]
    if request is None:
        out.say("There is nothing to send for such an event.")
    else:
        _say_request(out, request)
    if answer is not None:
        out.say()
        out.say(f"answered {answer['status']}" if answer["status"] is not None else f"no answer: {answer['error']}")
        out.say(answer["body"] or "")


def _say_preview(out: Output, seen: dict[str, Any]) -> None:
    for field, value in seen["mapped"].items():
        out.say(f"  {field}: {value}")
    for request in seen["requests"]:
        _say_request(out, request)
    if not seen["requests"]:
        out.say("There is nothing to send for such an event.")


def _say_request(out: Output, request: dict[str, Any]) -> None:
    out.say(f"{request['method']} {request['url']}")
    for name, value in request["headers"].items():
        out.say(f"  {name}: {value}")
    out.say(request["body"] or "")


def _say(out: Output, destination: dict[str, Any]) -> None:
    out.say(f"{destination['name']} ({destination['catalog']}), {state_of(destination)}")
    filters = "; ".join(f"{name} {', '.join(values)}" for name, values in destination["filters"].items() if values)
    facts = [
        ("id", destination["id"]),
        ("sources", ", ".join(destination["sourceIds"])),
        ("sources that are gone", ", ".join(destination["goneSourceIds"])),
        ("filters", filters),
        *((f"setting {name}", value) for name, value in destination["settings"].items()),
        *((f"field {name}", value) for name, value in destination["mapping"].items()),
        ("secret", destination.get("secret")),
    ]
    for name, value in facts:
        if value not in (None, ""):
            out.say(f"  {name}: {value}")
    say_state(out, destination)

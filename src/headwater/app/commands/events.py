"""`headwater where`, `parked` and `release`: what became of events, and letting those go on that wait."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from headwater.app.commands.output import Output, plural
from headwater.app.commands.session import Session, command
from headwater.base.errors import InvalidInput

if TYPE_CHECKING:
    from headwater.app.client import Client

FATES: Final = {
    "clean": "It was taken and went on to the readers.",
    "duplicate": "The same messageId had come to this source before, so it counts once; this arrival goes no further.",
    "dropped": "It was acknowledged and goes no further",
    "parked": "It was acknowledged, cannot go on now, and is kept",
    "rejected": "The door refused it, and told the client so",
}
REASONS: Final = {
    "source_disabled": "the source was disabled when it came",
    "erasure_requested": "it asked to erase a user, which is being done",
    "suppressed": "the person is suppressed",
    "unreadable": "it cannot be read",
    "expired": "too many events waited, and the server is set to drop the oldest then",
    "journal_damaged": "the disk has spoiled this part of the journal",
    "unknown_source": "its source is not known",
    "warehouse_refused": "the warehouse does not take it",
}
STATES: Final = {
    "done": "done",
    "pending": "not yet, but on its way",
    "dead": "given up",
    "skipped": "left out on purpose",
}

CONNECTIONS: Final = ("/webhooks", "/destinations", "/integrations")


def register(app: typer.Typer) -> None:
    command(app, "where")(where)
    command(app, "parked")(parked)
    command(app, "release")(release)


def where(
    session: Session, message_id: Annotated[str, typer.Argument(metavar="MESSAGE_ID", help="The event's messageId.")]
) -> None:
    """Tell what became of one event: each of its arrivals, and where it stands at each reader."""
    from headwater.app.client import part

    trail = session.api.get(f"/events/{part(message_id)}")
    if session.out.as_json:
        session.out.give(trail, lambda: None)
        return
    names = {each["id"]: each["name"] for each in session.api.all("/sources")}
    _say_trail(session.out, trail, names, _connections(session.api, trail))


def parked(session: Session) -> None:
    """List the acknowledged events that wait because they cannot go on now, newest first."""
    events = session.api.all("/parked")
    rows = [
        [each["id"], each["messageId"], each["sourceId"], each["reason"], _why(each), each["receivedAt"]]
        for each in events
    ]
    session.out.give(events, lambda: _say_parked(session.out, rows))


def _why(event: dict[str, Any]) -> str:
    return event["hindrance"] or "It can be released."


def release(
    session: Session,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="As `headwater parked` lists them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every parked event of the workspace.")] = False,
) -> None:
    """Let parked events go on, now that what stopped them is mended."""
    if everything == bool(ids):
        raise InvalidInput(
            "name the events by their ids, or take --all; not both and not neither. Nothing was released."
        )
    done = session.api.post("/parked/release", {"ids": ids or None})
    session.out.give(
        done, lambda: session.out.say(f"{plural(done['events'], 'event')} released ({done['id']}, {done['status']}).")
    )


def _connections(api: Client, trail: dict[str, Any]) -> dict[str, str]:
    """The names of connections by id, where the trail leads to any."""
    if not any(reader["detail"].get("deliveries") for reader in trail["readers"]):
        return {}
    return {each["id"]: each["name"] for path in CONNECTIONS for each in api.all(path)}


def _say_trail(out: Output, trail: dict[str, Any], names: dict[str, str], connections: dict[str, str]) -> None:
    out.say(f"{trail['messageId']}: {plural(len(trail['fates']), 'arrival')}")
    for fate in trail["fates"]:
        source = names.get(fate["sourceId"], fate["sourceId"] or "an unknown source")
        out.say(f"  {fate['receivedAt']} at {source}: {fate['fate']}. {sentence(fate)}")
    for reader in trail["readers"]:
        if deliveries := reader["detail"].get("deliveries"):
            out.say(f"  {reader['reader']}: {', '.join(delivery_words(each, connections) for each in deliveries)}")
        else:
            state = STATES.get(reader["status"], reader["status"])
            out.say(f"  {reader['reader']}: {state}{_detail(reader['detail'])}")


def delivery_words(delivery: dict[str, Any], names: dict[str, str]) -> str:
    """`waiting for Hook until 2026-11-21T10:00:00.000Z`: where it stands with one delivery of an event."""
    id, detail = delivery["connectionId"], delivery["detail"]
    name = names.get(id) or names.get(id.rpartition(".")[2]) or f"{id}, which is gone"
    match delivery["status"]:
        case "done" if detail == "nothing_to_send":
            return f"nothing to send to {name}"
        case "done":
            return f"delivered to {name}"
        case "pending":
            until = delivery.get("nextAttemptAt")
            return f"waiting for {name} until {until}" if until else f"waiting for {name}"
        case "dead":
            return f"given up for {name} after {plural(delivery['attempts'], 'attempt')}"
        case _:
            return f"left out for {name}" + (f" ({detail.removesuffix('.')})" if detail else "")


def sentence(fate: dict[str, Any]) -> str:
    """A fate in plain words, with its reason and the note that explains it."""
    words = FATES.get(fate["fate"], "").removesuffix(".")
    reason = REASONS.get(fate["reason"] or "", fate["reason"])
    parts = [f"{words}, because {reason} ({fate['reason']})" if reason else words]
    if fate["note"]:
        parts.append(fate["note"].removesuffix("."))
    if fate["fate"] == "parked":
        parts.append("When what stopped it is mended, `headwater release` lets it go on")
    return ". ".join(part for part in parts if part) + "."


def _detail(detail: dict[str, Any]) -> str:
    if tables := detail.get("tables"):
        return f", with a row in {', '.join(tables)}"
    told = {key: value for key, value in detail.items() if value not in (None, "", [])}
    return f" ({json.dumps(told, ensure_ascii=False)})" if told else ""


def _say_parked(out: Output, rows: list[list[Any]]) -> None:
    if not rows:
        out.say("No event is parked.")
        return
    out.table(("Id", "Message", "Source", "Reason", "State", "Received"), rows)

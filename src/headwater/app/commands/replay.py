"""`headwater replay`: work off a stretch of the past again, and see how far it is."""

from __future__ import annotations

import time
from typing import Annotated, Any, Final

import typer

from headwater.app.commands.output import Output, plural
from headwater.app.commands.session import Session, command
from headwater.base.errors import Terminal

app = typer.Typer(
    help="Work off a stretch of the past again; rows are not doubled, figures not counted again.", no_args_is_help=True
)

POLL_S: Final = 0.3


@command(app, "start")
def start(
    session: Session,
    reader: Annotated[str, typer.Argument(metavar="READER", help="pipeline, warehouse, send or profiles.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Received at or after; else the beginning.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Received before; else now.")] = None,
    connection: Annotated[str | None, typer.Option(metavar="ID", help="Only for this connection.")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it is finished.")] = True,
) -> None:
    """Begin a replay and, unless told otherwise, wait until it is finished."""
    begun = session.api.post("/replay", {"reader": reader, "from": since, "to": until, "connectionId": connection})
    found = until_finished(session, begun) if wait else begun
    session.out.give(found, lambda: session.out.say(sentence(found)))
    if found["status"] == "FAILED":
        raise typer.Exit(1)


@command(app, "list")
def list_replays(session: Session) -> None:
    """List the replays, newest first."""
    replays = session.api.all("/replay")
    session.out.give(replays, lambda: _say_all(session.out, replays))


@command(app, "show")
def show(session: Session, replay_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Show how far a replay is."""
    from headwater.app.client import part

    found = session.api.get(f"/replay/{part(replay_id)}")
    session.out.give(found, lambda: session.out.say(sentence(found)))


def until_finished(session: Session, replay: dict[str, Any]) -> dict[str, Any]:
    """The replay as it is when it has ended; shows how far it is meanwhile."""
    from headwater.app.client import part

    done = 0
    with session.out.progress(f"replaying for {replay['reader']}", total=None) as advance:
        while replay["status"] == "RUNNING":
            time.sleep(POLL_S)
            replay = session.api.get(f"/replay/{part(replay['id'])}")
            advance(replay["events"] - done)
            done = replay["events"]
    return replay


def sentence(replay: dict[str, Any]) -> str:
    states = {"RUNNING": "is under way", "FINISHED": "is finished", "FAILED": f"failed: {replay['error']}"}
    state = states.get(replay["status"])
    if state is None:
        raise Terminal(
            f"the server gave the replay {replay['id']} the status {replay['status']}, which is not known here"
        )
    return f"Replay {replay['id']} for {replay['reader']} {state} ({plural(replay['events'], 'event')})."


def _say_all(out: Output, replays: list[dict[str, Any]]) -> None:
    if not replays:
        out.say("Nothing was replayed yet.")
        return
    rows = [[each["id"], each["reader"], each["status"], each["events"], each["error"]] for each in replays]
    out.table(("Id", "Reader", "Status", "Events", "Error"), rows)

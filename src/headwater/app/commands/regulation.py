"""`headwater erase`, `suppress`, `unsuppress` and `regulation`: people out of every store, and how far that is."""

from __future__ import annotations

import sys
import time
from typing import Annotated, Any, Final

import typer

from headwater.app.commands.output import Output, plural
from headwater.app.commands.session import Session, command

app = typer.Typer(help="Regulations: erasures and suppressions, and how far each is.", no_args_is_help=True)

PATH: Final = "/regulations"
POLL_S: Final = 0.3

Users = Annotated[list[str], typer.Argument(metavar="USER_ID...", help="Whom; each stands for the person.")]
Anonymous = Annotated[bool, typer.Option("--anonymous", help="They are anonymous ids: only what names no user.")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it is finished.")]


def register(app: typer.Typer) -> None:
    command(app, "erase")(erase)
    command(app, "suppress")(suppress)
    command(app, "unsuppress")(unsuppress)


def erase(
    session: Session,
    user_ids: Users,
    anonymous: Anonymous = False,
    keep_taking: Annotated[
        bool, typer.Option("--keep-taking", help="Take their events again when it is finished.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    wait: Wait = True,
) -> None:
    """Erase people from every store, and take no further events of theirs. It cannot be undone.

    Backups are yours to delete, and so is what was sent on already.
    """
    if not yes and not session.out.as_json and sys.stdin.isatty():
        typer.confirm(f"Erase {plural(len(user_ids), 'person', 'people')} from every store, for good?", abort=True)
    _begin(session, "DELETE_ONLY" if keep_taking else "SUPPRESS_WITH_DELETE", user_ids, anonymous, wait)


def suppress(session: Session, user_ids: Users, anonymous: Anonymous = False, wait: Wait = True) -> None:
    """Take no further events of people; what is stored stays. Each is answered as usual, and counted."""
    _begin(session, "SUPPRESS_ONLY", user_ids, anonymous, wait)


def unsuppress(session: Session, user_ids: Users, anonymous: Anonymous = False) -> None:
    """Take people's events again."""
    _begin(session, "UNSUPPRESS", user_ids, anonymous, wait=False)


@command(app, "list")
def list_regulations(session: Session) -> None:
    """List what was asked for, newest first."""
    found = session.api.all(PATH)
    rows = [
        [
            each["id"],
            each["regulationType"],
            len(each["subjects"]),
            each["status"],
            each["createdAt"],
            each["error"] or "",
        ]
        for each in found
    ]
    head = ("Id", "Type", "Ids", "Status", "Asked for", "Waits because")
    session.out.give(found, lambda: session.out.table(head, rows))


@command(app, "show")
def show(session: Session, regulation_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Show how far one is, store by store."""
    from headwater.app.client import part

    found = session.api.get(f"{PATH}/{part(regulation_id)}")
    session.out.give(found, lambda: _say(session.out, found))


def _begin(session: Session, type: str, ids: list[str], anonymous: bool, wait: bool) -> None:
    subject = "ANONYMOUS_ID" if anonymous else "USER_ID"
    made = session.api.post(PATH, {"regulationType": type, "subjectType": subject, "subjectIds": ids})
    found = _until_finished(session, made) if wait else made
    session.out.give(found, lambda: _say(session.out, found))


def _until_finished(session: Session, made: dict[str, Any]) -> dict[str, Any]:
    """As it is when every store has been rewritten; shows how many are, meanwhile."""
    from headwater.app.client import part

    done = 0
    with session.out.progress("rewriting stores", total=len(made["stores"]) or None) as advance:
        while made["status"] != "FINISHED":
            time.sleep(POLL_S)
            made = session.api.get(f"{PATH}/{part(made['id'])}")
            ready = sum(store["status"] == "FINISHED" for store in made["stores"])
            advance(ready - done)
            done = ready
    return made


def _say(out: Output, found: dict[str, Any]) -> None:
    ids = plural(len(found["subjects"]), "id")
    out.say(f"{found['id']}: {found['regulationType']} of {ids} is {found['status']}.")
    if found["error"]:
        out.say(f"It waits: {found['error']} It is tried again by itself.")
    if found["stores"]:
        rows = [[each["name"], each["status"], each["rowsDeleted"], each["at"]] for each in found["stores"]]
        out.table(("Store", "Status", "Removed", "At"), rows)

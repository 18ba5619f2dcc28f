"""`headwater link`, `migrate` and `doctor`: letting someone in, and keeping an installation sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from headwater.app.commands.connection import find
from headwater.app.commands.copies import refuse_running
from headwater.app.commands.output import Output
from headwater.app.commands.session import Session, command, local_command
from headwater.base.errors import InvalidInput

if TYPE_CHECKING:
    from headwater.app.doctor import Check

COLOURS: Final = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}


def register(app: typer.Typer) -> None:
    command(app, "doctor")(doctor)
    command(app, "link")(link)
    local_command(app, "migrate")(migrate)


def link(
    session: Session,
    name: Annotated[str, typer.Option(help="For whom it is: others read this name where something was changed.")] = "",
) -> None:
    """Make a new sign-in link: it opens one dashboard session, once, within 15 minutes."""
    made = session.api.post("/sign-in-links", {"name": name} if name else None)
    session.out.give(made, lambda: _say_link(session.out, made))


def migrate(session: Session) -> None:
    """Bring the tables of the control state to the form that this version needs. The server does it at start, too."""
    from sqlalchemy.exc import DatabaseError

    from headwater.control.bootstrap import state_url
    from headwater.control.database import is_current
    from headwater.control.database import migrate as bring_up

    data = session.data_dir
    refuse_running(data, "Nothing was changed.")
    if not (data / "state.db").exists():
        raise InvalidInput(
            f"{data} holds no headwater data (there is no state.db). `headwater serve --data {data}` makes it at its"
            " first start; nothing was changed."
        )
    url = state_url(data)
    try:
        changed = not is_current(url)
        with session.out.progress("migrating"):
            bring_up(url)
    except DatabaseError as error:
        raise InvalidInput(f"the state in {data} cannot be opened: {error.orig}. Nothing was changed.") from error
    text = "was brought up to date" if changed else "is up to date already"
    session.out.give({"data": str(data), "changed": changed}, lambda: session.out.say(f"The state in {data} {text}."))


def doctor(
    session: Session,
    subject: Annotated[
        str | None, typer.Argument(metavar="webhook", help="Look into one webhook instead of the installation.")
    ] = None,
    webhook: Annotated[str | None, typer.Argument(metavar="ID", help="The webhook's id or name.")] = None,
) -> None:
    """Look for what is wrong or soon will be, and say what to do about it. Ends with 1 when something fails.

    `headwater doctor webhook ID` answers the four questions to ask when nothing arrives, and shows the last attempt.
    """
    from headwater.app.doctor import examine, worst

    if subject is not None:
        _examine_webhook(session, subject, webhook)
        return
    with session.out.progress("examining"):
        checks = examine(url=session.url, token=session.token, workspace=session.workspace, data=session.data)
    status = worst(checks)
    value = {"status": status, "checks": [_wire(check) for check in checks]}
    session.out.give(value, lambda: _say_checks(session.out, checks))
    if status == "fail":
        raise typer.Exit(1)


def _examine_webhook(session: Session, subject: str, given: str | None) -> None:
    from headwater.app.client import part

    if subject != "webhook" or given is None:
        raise InvalidInput(
            "doctor looks into the installation, or with `headwater doctor webhook ID` into one webhook. Nothing was "
            "examined."
        )
    found = find(session.api, "/webhooks", "webhook", given)
    asked = session.api.get(f"/webhooks/{part(found['id'])}/troubleshooting")
    session.out.give(asked, lambda: _say_answers(session.out, asked))
    if not all(question["answer"] for question in asked["questions"]):
        raise typer.Exit(1)


def _say_answers(out: Output, asked: dict[str, Any]) -> None:
    for question in asked["questions"]:
        word, colour = ("yes", COLOURS["ok"]) if question["answer"] else ("no ", COLOURS["fail"])
        typer.echo(typer.style(word, fg=colour) + "  ", nl=False)
        out.say(question["question"])
        out.say(f"     {question['evidence']}")
    last = asked["lastAttempt"]
    if last is None:
        out.say("     Nothing was ever tried.")
    else:
        told = (last["error"] or "no answer").removesuffix(".")
        answer = last["responseStatus"] if last["responseStatus"] is not None else told
        out.say(f"     The last attempt, {last['id']} at {last['at']}, is {last['status']}: {answer}.")


def _wire(check: Check) -> dict[str, Any]:
    return {"name": check.name, "status": check.status, "meaning": check.meaning, "advice": check.advice}


def _say_checks(out: Output, checks: list[Check]) -> None:
    for check in checks:
        mark = typer.style(check.status.ljust(4), fg=COLOURS[check.status])
        typer.echo(f"{mark}  ", nl=False)
        out.say(f"{check.name}: {check.meaning}")
        if check.advice:
            out.say(f"      {check.advice}")


def _say_link(out: Output, made: dict[str, Any]) -> None:
    out.say(made["url"])
    out.note(f"It opens one session, once, until {made['expiresAt']}.")

"""`headwater link`, `migrate` and `doctor`: letting someone in, and keeping an installation sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import typer

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


def link(session: Session) -> None:
    """Make a new sign-in link: it opens one dashboard session, once, within 15 minutes."""
    made = session.api.post("/sign-in-links")
    session.out.give(made, lambda: _say_link(session.out, made))


def migrate(session: Session) -> None:
    """Bring the tables of the control state to the form that this version needs. The server does it at start, too."""
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
    changed = not is_current(url)
    with session.out.progress("migrating"):
        bring_up(url)
    text = "was brought up to date" if changed else "is up to date already"
    session.out.give({"data": str(data), "changed": changed}, lambda: session.out.say(f"The state in {data} {text}."))


def doctor(session: Session) -> None:
    """Look for what is wrong or soon will be, and say what to do about it. Ends with 1 when something fails."""
    from headwater.app.doctor import examine, worst

    with session.out.progress("examining"):
        checks = examine(url=session.url, token=session.token, workspace=session.workspace, data=session.data)
    status = worst(checks)
    value = {"status": status, "checks": [_wire(check) for check in checks]}
    session.out.give(value, lambda: _say_checks(session.out, checks))
    if status == "fail":
        raise typer.Exit(1)


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

"""What the commands for webhooks, destinations and integrations have in common: test, log, resend, recover, pause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from headwater.app.commands.output import Output
from headwater.app.commands.replay import sentence, until_finished
from headwater.app.commands.session import Session, command
from headwater.base.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from headwater.app.client import Client

Named = Annotated[str, typer.Argument(metavar="ID", help="Its id or name.")]
AttemptId = Annotated[str, typer.Argument(metavar="ATTEMPT", help="An attempt's id, from the log.")]

FACTS: Final = (
    ("attempt", "attempt"),
    ("trigger", "trigger"),
    ("at", "at"),
    ("next try", "nextAttemptAt"),
    ("address", "url"),
    ("dialled", "address"),
    ("took ms", "durationMs"),
    ("webhook-id", "eventId"),
    ("messageId", "messageId"),
    ("error", "error"),
)


def declare_actions(app: typer.Typer, *, path: str, noun: str) -> None:
    """Adds the shared commands. `path` is the resource's in the API, `noun` what people call it."""
    _declare_sending(app, path, noun)
    _declare_switches(app, path, noun)
    _declare_log(app, path, noun)


def declare_secret(app: typer.Typer, *, path: str, noun: str) -> None:
    @command(app, "secret")
    def secret(
        session: Session,
        given: Named,
        rotate: Annotated[bool, typer.Option("--rotate", help="Make a new one first.")] = False,
        overlap: Annotated[
            float | None, typer.Option(metavar="SECONDS", help="How long the older ones stay valid; else a day.")
        ] = None,
    ) -> None:
        """Show the secret that requests are signed with. With --rotate, a new one."""
        if overlap is not None and not rotate:
            raise InvalidInput("--overlap goes with --rotate. Nothing was changed.")
        where = _where(session.api, path, noun, given)
        body = {} if overlap is None else {"overlapSeconds": overlap}
        found = session.api.post(f"{where}/rotate-secret", body) if rotate else session.api.get(f"{where}/secret")
        session.out.give(found, lambda: _say_secrets(session.out, found))


def find(api: Client, path: str, noun: str, given: str) -> dict[str, Any]:
    """The one of this id or name; NotFound names those there are."""
    found = api.all(path)
    for key in ("id", "name"):
        hits = [each for each in found if each[key] == given]
        if len(hits) == 1:
            return hits[0]
        if hits:
            ids = ", ".join(each["id"] for each in hits)
            raise InvalidInput(f"{len(hits)} are called {given!r}. Name one by its id: {ids}.")
    names = ", ".join(f"{each['id']} ({each['name']})" for each in found) or "none"
    raise NotFound(f"there is no {noun} {given!r}. Name its id or name; there are: {names}.")


def state_of(each: dict[str, Any]) -> str:
    if not each["enabled"]:
        return "disabled"
    return "paused" if each["paused"] else "enabled"


def waiting_of(each: dict[str, Any]) -> int | None:
    return each["state"]["pending"] if each["state"] is not None else None


def say_state(out: Output, each: dict[str, Any]) -> None:
    """How a connection is switched, and how sending to it fares."""
    if each["disabledReason"]:
        out.say(f"  disabled because: {each['disabledReason']}")
    state = each["state"]
    if state is None:
        out.say("  the sending process is away: how it fares is not known now")
        return
    facts = [
        ("waiting", state["pending"]),
        ("last delivered", state["lastDeliveredAt"] or "never"),
        ("last failure", state["lastFailureAt"]),
        ("breaker", state["breaker"] if state["breaker"] != "closed" else None),
        ("warning", state["warning"]),
    ]
    for name, value in facts:
        if value is not None:
            out.say(f"  {name}: {value}")


def filters_of(contents: list[str] | None, events: list[str] | None, calls: list[str] | None) -> dict[str, Any] | None:
    """What the options say of filters; None: nothing."""
    given = {"contentIds": contents, "eventNames": events, "calls": calls}
    named = {name: values for name, values in given.items() if values}
    return named or None


def switch(session: Session, path: str, noun: str, given: str, *, enabled: bool) -> None:
    from headwater.app.client import part

    found = find(session.api, path, noun, given)
    changed = session.api.patch(f"{path}/{part(found['id'])}", {"enabled": enabled})
    effect = "events go out" if enabled else "events are kept as skipped, and can be recovered"
    text = f"{found['name']} is {state_of(changed)}: {effect}."
    session.out.give(changed, lambda: session.out.say(text))


def _where(api: Client, path: str, noun: str, given: str) -> str:
    from headwater.app.client import part

    return f"{path}/{part(find(api, path, noun, given)['id'])}"


def _declare_sending(app: typer.Typer, path: str, noun: str) -> None:
    @command(app, "test")
    def test(session: Session, given: Named) -> None:
        """Send a test event and show the answer. Ends with 1 when it did not arrive."""
        where = _where(session.api, path, noun, given)
        with session.out.progress("waiting for the answer"):
            made = session.api.post(f"{where}/test")
        session.out.give(made, lambda: _say_attempt(session.out, made))
        if made["status"] != "delivered":
            raise typer.Exit(1)

    @command(app, "resend")
    def resend(session: Session, given: Named, attempt: AttemptId) -> None:
        """Send an attempt's event again, now, under the same id."""
        from headwater.app.client import part

        where = _where(session.api, path, noun, given)
        done = session.api.post(f"{where}/attempts/{part(attempt)}/resend")
        session.out.give(done, lambda: session.out.say(f"It is sent again as {done['attemptId']}."))

    @command(app, "recover")
    def recover(
        session: Session,
        given: Named,
        since: Annotated[str, typer.Option(metavar="TIME", help="Received at or after, ISO 8601.")],
        wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until all are queued.")] = True,
    ) -> None:
        """Send the events since then that never arrived, the skipped ones too."""
        begun = session.api.post(f"{_where(session.api, path, noun, given)}/recover", {"since": since})
        found = until_finished(session, begun) if wait else begun
        session.out.give(found, lambda: session.out.say(sentence(found)))
        if found["status"] == "FAILED":
            raise typer.Exit(1)


def _declare_switches(app: typer.Typer, path: str, noun: str) -> None:
    @command(app, "pause")
    def pause(session: Session, given: Named) -> None:
        """Let events wait; they go out at resume."""
        done = session.api.post(f"{_where(session.api, path, noun, given)}/pause")
        session.out.give(done, lambda: session.out.say(f"{given} is paused: events wait."))

    @command(app, "resume")
    def resume(session: Session, given: Named) -> None:
        """Send what has waited since the pause, and what comes."""
        done = session.api.post(f"{_where(session.api, path, noun, given)}/resume")
        session.out.give(done, lambda: session.out.say(f"{given} is resumed."))


def _declare_log(app: typer.Typer, path: str, noun: str) -> None:
    @command(app, "log")
    def log(
        session: Session,
        given: Named,
        attempt: Annotated[str | None, typer.Argument(metavar="ATTEMPT", help="Show this one whole.")] = None,
        status: Annotated[
            str | None, typer.Option(metavar="STATUS", help="delivered, failed, pending, blocked, skipped or dead.")
        ] = None,
        search: Annotated[str | None, typer.Option(metavar="TEXT", help="A piece of an id or an answer.")] = None,
        limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    ) -> None:
        """Show the attempts, newest first; or one of them, with what was sent and answered."""
        from headwater.app.client import part

        where = _where(session.api, path, noun, given)
        if attempt is not None:
            found = session.api.get(f"{where}/attempts/{part(attempt)}")
            session.out.give(found, lambda: _say_attempt(session.out, found))
            return
        page = session.api.get(f"{where}/attempts", status=status, q=search, limit=limit)
        session.out.give(page["data"], lambda: _say_log(session.out, page))


def _say_log(out: Output, page: dict[str, Any]) -> None:
    rows = [
        [each["id"], each["at"], each["attempt"], each["status"], each["responseStatus"], _outcome(each)]
        for each in page["data"]
    ]
    out.table(("Attempt", "At", "Try", "Status", "Answer", "What came"), rows)
    if page["pagination"]["total"] > len(rows):
        out.note(f"{len(rows)} of {page['pagination']['total']:,} are shown; --limit shows more.")


def _outcome(attempt: dict[str, Any]) -> str:
    text = attempt["responseBody"] or attempt["error"] or ""
    return text if len(text) <= 100 else text[:99] + "…"


def _say_attempt(out: Output, attempt: dict[str, Any]) -> None:
    answer = f", answered {attempt['responseStatus']}" if attempt["responseStatus"] is not None else ""
    out.say(f"{attempt['id']} is {attempt['status']}{answer}")
    for name, key in FACTS:
        if attempt[key] not in (None, ""):
            out.say(f"  {name}: {attempt[key]}")
    for title, headers, body in (
        ("sent", attempt["requestHeaders"], attempt["requestBody"]),
        ("received", attempt["responseHeaders"], attempt["responseBody"]),
    ):
        if headers or body:
            out.say()
            out.say(f"{title}:")
            for name, value in (headers or {}).items():
                out.say(f"  {name}: {value}")
            out.say(body or "")


def _say_secrets(out: Output, found: dict[str, Any]) -> None:
    out.say(found["secret"])
    for each in found["live"][1:]:
        out.note(f"valid until {each['expiresAt']}: {each['secret']}")

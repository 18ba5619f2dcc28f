"""`headwater webhook`: customer events to an address of your own or to Slack, their log, and what to do about it."""

from __future__ import annotations

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
from headwater.app.commands.given import from_environment
from headwater.app.commands.output import Output
from headwater.app.commands.session import Session, command

app = typer.Typer(
    help="Webhooks: customer events, posted to an address of your own or to Slack, signed and retried.",
    no_args_is_help=True,
)

PATH: Final = "/webhooks"
NOUN: Final = "webhook"

Topic = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TOPIC",
        help="content.view, content.interaction, form.submission or experiment.impression; may be repeated.",
    ),
]
Content = Annotated[
    list[str] | None, typer.Option(metavar="CONTENT_ID", help="Only events about this content; may be repeated.")
]
Event = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Only events of this name; needs no topic. May be repeated.")
]
SharedSecretEnv = Annotated[
    str | None,
    typer.Option(metavar="VARIABLE", help="An environment variable with the secret for X-Signature."),
]


@command(app, "list")
def list_webhooks(session: Session) -> None:
    """List the webhooks, newest first."""
    found = session.api.all(PATH)
    rows = [
        [each["id"], each["name"], each["format"], each["url"], ", ".join(each["topics"]), state_of(each),
         waiting_of(each)]
        for each in found
    ]  # fmt: skip
    head = ("Id", "Name", "Format", "Address", "Topics", "State", "Waiting")
    session.out.give(found, lambda: session.out.table(head, rows))


@command(app, "add")
def add(
    session: Session,
    to: Annotated[str, typer.Option("--to", metavar="ADDRESS", help="http or https, or headwater:inbox.")],
    name: Annotated[str, typer.Option(metavar="NAME")],
    topic: Topic = None,
    format: Annotated[str, typer.Option(metavar="default|slack")] = "default",
    content: Content = None,
    event: Event = None,
    shared_secret_env: SharedSecretEnv = None,
    disabled: Annotated[bool, typer.Option("--disabled", help="Do not send yet.")] = False,
) -> None:
    """Add a webhook. The secret that it is signed with is shown."""
    body: dict[str, Any] = {"name": name, "url": to, "format": format, "topics": topic or [], "enabled": not disabled}
    body["filters"] = filters_of(content, event, None)
    if shared_secret_env:
        body["sharedSecret"] = from_environment(shared_secret_env, "the shared secret")
    made = session.api.post(PATH, body)
    session.out.give(made, lambda: _say_added(session.out, made))


@command(app, "show")
def show(session: Session, given: Named) -> None:
    """Show one webhook, and how it fares."""
    found = find(session.api, PATH, NOUN, given)
    session.out.give(found, lambda: _say(session.out, found))


@command(app, "change")
def change(
    session: Session,
    given: Named,
    to: Annotated[
        str | None, typer.Option("--to", metavar="ADDRESS", help="http or https, or headwater:inbox.")
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    topic: Topic = None,
    format: Annotated[str | None, typer.Option(metavar="default|slack")] = None,
    content: Content = None,
    event: Event = None,
    shared_secret_env: SharedSecretEnv = None,
) -> None:
    """Change a webhook; what is not named stays. Filters that are named replace the filters."""
    from headwater.app.client import part

    found = find(session.api, PATH, NOUN, given)
    body: dict[str, Any] = {"url": to, "name": name, "topics": topic, "format": format}
    body["filters"] = filters_of(content, event, None)
    if shared_secret_env:
        body["sharedSecret"] = from_environment(shared_secret_env, "the shared secret")
    changed = session.api.patch(f"{PATH}/{part(found['id'])}", body)
    session.out.give(changed, lambda: _say(session.out, changed))


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
    """Remove a webhook. What waits for it is never sent."""
    from headwater.app.client import part

    found = find(session.api, PATH, NOUN, given)
    done = session.api.delete(f"{PATH}/{part(found['id'])}")
    session.out.give(done, lambda: session.out.say(f"{found['name']} is removed."))


declare_actions(app, path=PATH, noun=NOUN)
declare_secret(app, path=PATH, noun=NOUN)


def _say_added(out: Output, made: dict[str, Any]) -> None:
    _say(out, made)
    out.say(f"  secret: {made['secret']}")
    out.say()
    out.say(f"Next: headwater webhook test {made['id']}")


def _say(out: Output, webhook: dict[str, Any]) -> None:
    out.say(f"{webhook['name']} ({webhook['format']}), {state_of(webhook)}")
    filters = "; ".join(f"{name} {', '.join(values)}" for name, values in webhook["filters"].items() if values)
    facts = [
        ("id", webhook["id"]),
        ("address", webhook["url"]),
        ("topics", ", ".join(webhook["topics"])),
        ("filters", filters),
        ("sources", ", ".join(webhook["sourceIds"])),
        ("sources that are gone", ", ".join(webhook["goneSourceIds"])),
    ]
    for name, value in facts:
        if value:
            out.say(f"  {name}: {value}")
    say_state(out, webhook)

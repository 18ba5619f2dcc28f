"""The command line. `serve` and `demo` run the server; every other command is a client of its management API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from headwater import __version__
from headwater.app import settings as settings_module
from headwater.app.commands import (
    catalog,
    content,
    copies,
    destination,
    events,
    installation,
    integration,
    people,
    regulation,
    replay,
    segment,
    send,
    source,
    sql,
    table,
    webhook,
)
from headwater.app.commands.output import visible
from headwater.base.errors import HeadwaterError

app = typer.Typer(
    name="headwater",
    help="User data and events in, rows and deliveries out, experiences back to the screen.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Every foreseen error becomes one sentence on standard error, and status 1."""
    try:
        app()
    except HeadwaterError as error:
        typer.secho(f"headwater: {visible(error.message)}", err=True, fg=typer.colors.RED)
        raise SystemExit(1) from None


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")]
Data = Annotated[Path | None, typer.Option(help="Where everything is kept.")]
Roles = Annotated[str | None, typer.Option(help="Which of collect,work,web run here, by commas.")]
Certificate = Annotated[str | None, typer.Option("--tls-cert", help="PEM file; the door then speaks TLS alone.")]
Key = Annotated[str | None, typer.Option("--tls-key", help="PEM file of the certificate's key.")]


@app.command()
def serve(
    host: Host = None,
    port: Port = None,
    data: Data = None,
    roles: Roles = None,
    tls_cert: Certificate = None,
    tls_key: Key = None,
) -> None:
    """Run the whole system in one process tree, or single roles of it."""
    from headwater.app.serve import serve as run

    settings = settings_module.load(overrides=_overrides(host, port, data, roles, tls_cert, tls_key))
    raise SystemExit(run(settings, say=_say))


@app.command()
def demo(
    host: Host = None,
    port: Port = None,
    data: Data = None,
    tls_cert: Certificate = None,
    tls_key: Key = None,
) -> None:
    """Run the system with a seeded workspace (region us), the seed sources and live sample traffic."""
    from headwater.app.serve import serve as run

    given = _overrides(host, port, data or Path("demo-data"), None, tls_cert, tls_key)
    settings = settings_module.load(overrides={"region": "us"} | given)
    settings = msgspec.structs.replace(settings, roles=[*settings.roles, "demo"])
    raise SystemExit(run(settings, say=_say))


app.add_typer(source.app, name="source")
app.add_typer(webhook.app, name="webhook")
app.add_typer(destination.app, name="destination")
app.add_typer(integration.app, name="integration")
app.add_typer(segment.app, name="segment")
app.add_typer(content.app, name="content")
app.add_typer(people.app, name="people")
app.add_typer(regulation.app, name="regulation")
regulation.register(app)
app.add_typer(table.app, name="table")
sql.register(app)
send.register(app)
events.register(app)
app.add_typer(replay.app, name="replay")
installation.register(app)
copies.register(app)
app.add_typer(catalog.app, name="catalog")


def _overrides(
    host: str | None,
    port: int | None,
    data: Path | None,
    roles: str | None,
    tls_cert: str | None,
    tls_key: str | None,
) -> dict[str, Any]:
    given = {
        "host": host,
        "port": port,
        "data": str(data) if data is not None else None,
        "roles": [role.strip() for role in roles.split(",")] if roles is not None else None,
        "tls_cert": tls_cert,
        "tls_key": tls_key,
    }
    return {key: value for key, value in given.items() if value is not None}


def _say(line: str) -> None:
    typer.echo(line)

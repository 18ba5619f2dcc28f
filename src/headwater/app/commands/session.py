"""What every command takes beside its own options, and the one way to declare a command with them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater.app.commands.output import Output

if TYPE_CHECKING:
    from headwater.app.client import Client

Url = Annotated[
    str | None,
    typer.Option(metavar="URL", help="The server; else HEADWATER_URL, else the one named in DATA/server.json."),
]
Token = Annotated[
    str | None,
    typer.Option(
        metavar="TOKEN",
        help="An API key; else HEADWATER_TOKEN, which no one else sees, else HEADWATER_ADMIN_TOKEN or DATA/admin-token"
        " for the server of that directory.",
    ),
]
Workspace = Annotated[str | None, typer.Option(metavar="ID", help="The workspace; else the token's, else the oldest.")]
Data = Annotated[Path | None, typer.Option(metavar="DIR", help="The data directory; else that of the settings.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]

_CLIENT = {"url": Url, "token": Token, "workspace": Workspace, "data": Data}
_LOCAL = {"data": Data}


class Session:
    """One run of a command. The server is looked for when it is first needed."""

    def __init__(
        self,
        *,
        url: str | None = None,
        token: str | None = None,
        workspace: str | None = None,
        data: Path | None = None,
        json: bool = False,
    ) -> None:
        self.url, self.token, self.workspace, self.data = url, token, workspace, data
        self.out = Output(as_json=json)

    @functools.cached_property
    def api(self) -> Client:
        """Raises InvalidInput when no server can be told."""
        from headwater.app import client

        place = client.find(url=self.url, token=self.token, data=self.data)
        if place.demo:
            self.out.note(f"asking the demo at {place.url}; --url or --data names another server")
        return client.Client(place, workspace=self.workspace)

    @property
    def data_dir(self) -> Path:
        """The directory that `--data` or the settings name."""
        from headwater.app import client

        return client.data_dir(self.data)


Declared = Callable[..., None]


def command(app: typer.Typer, name: str) -> Callable[[Declared], Declared]:
    """Declares `function(session, …)` as a command that asks a server."""
    return lambda function: _declare(app, name, function, _CLIENT)


def local_command(app: typer.Typer, name: str) -> Callable[[Declared], Declared]:
    """Declares `function(session, …)` as a command that works on a data directory of this machine."""
    return lambda function: _declare(app, name, function, _LOCAL)


def plain_command(app: typer.Typer, name: str) -> Callable[[Declared], Declared]:
    """Declares `function(session, …)` as a command that needs neither."""
    return lambda function: _declare(app, name, function, {})


def _declare(app: typer.Typer, name: str, function: Declared, shared: dict[str, Any]) -> Declared:
    """`shared` and `--json` join the function's own parameters; what they are given makes the session."""
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    added = [
        inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for key, kind in shared.items()
    ]
    added.append(inspect.Parameter("json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Json))
    taken = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own] + added

    @functools.wraps(function)
    def run(**given: Any) -> None:
        session = Session(**{each.name: given.pop(each.name) for each in added})
        function(session, **given)

    run.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in taken}
    app.command(name)(run)
    return function

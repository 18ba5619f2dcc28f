"""Settings as they are written on a command line, and secrets that must not be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater.base.errors import InvalidInput

if TYPE_CHECKING:
    from headwater.app.client import Client

Settings = Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A setting; may be repeated.")]
SettingsEnv = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VARIABLE", help="A setting whose value is in an environment variable, for secrets."),
]


def settings_of(api: Client, entry_path: str, plain: list[str] | None, named: list[str] | None) -> dict[str, Any]:
    """The settings as the catalogue's types. `entry_path` leads to the catalogue entry. Raises InvalidInput."""
    given = [pair(each) for each in plain or []]
    given += [(name, from_environment(variable, f"the setting {name}")) for name, variable in map(pair, named or [])]
    if not given:
        return {}
    types = {each["name"]: each["type"] for each in api.get(entry_path)["settings"]}
    return {name: _value(name, text, types.get(name, "string")) for name, text in given}


def pair(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not equals or not name:
        raise InvalidInput(f"{given!r} is no setting; write NAME=VALUE. Nothing was added.")
    return name, value


def from_environment(variable: str, what: str) -> str:
    value = os.environ.get(variable)
    if value is None:
        raise InvalidInput(f"{variable}, which should hold {what}, is not set. Nothing was added.")
    return value


def _value(name: str, text: str, kind: str) -> str | int | float | bool:
    """A name that the catalogue does not know goes on as text, and is refused by the server."""
    try:
        if kind == "boolean":
            return {"true": True, "false": False}[text.lower()]
        if kind == "integer":
            return int(text)
        return float(text) if kind == "number" else text
    except (KeyError, ValueError):
        allowed = "true or false" if kind == "boolean" else f"of type {kind}"
        raise InvalidInput(f"the setting {name} is {text!r}; it must be {allowed}. Nothing was added.") from None

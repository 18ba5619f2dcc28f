"""Checks the settings of a source or destination against its catalogue entry; keeps secret ones apart from the rest."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from headwater.base.errors import InvalidInput
from headwater.catalog.model import SettingSpec
from headwater.control.model import MASK

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_KINDS = {"string": "a string", "integer": "an integer", "number": "a number", "boolean": "true or false"}


def checked_settings(
    specs: Sequence[SettingSpec], given: Mapping[str, Any], stored: Mapping[str, Any], *, owner: str = "source"
) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings as (readable, secret): what is given over what is stored over the defaults.

    `stored` holds secrets in the clear. None takes a setting back to its default; a mask leaves a secret alone.
    `owner` is what the sentence of an error calls the thing that has the settings.
    """
    known = {spec.name: spec for spec in specs}
    for name in given:
        if name not in known:
            raise InvalidInput(_unknown(name, list(known), owner), details={"field": f"settings.{name}"})
    values = {name: _value(spec, given, stored) for name, spec in known.items()}
    present = {name: value for name, value in values.items() if value is not None}
    readable = {name: value for name, value in present.items() if not known[name].secret}
    return readable, {name: str(value) for name, value in present.items() if known[name].secret}


def masked(readable: Mapping[str, Any], secret_names: Sequence[str]) -> dict[str, Any]:
    return {**readable, **dict.fromkeys(secret_names, MASK)}


def _value(spec: SettingSpec, given: Mapping[str, Any], stored: Mapping[str, Any]) -> Any:
    value = given[spec.name] if spec.name in given else stored.get(spec.name)
    if spec.secret and value == MASK:
        value = stored.get(spec.name)
    if value is None:
        value = spec.default
    if value is None:
        return _absent(spec)
    _check(spec, value)
    return value


def _absent(spec: SettingSpec) -> None:
    if spec.required:
        raise InvalidInput(
            f'The setting "{spec.name}" ({spec.label}) is required. Nothing was changed.',
            details={"field": f"settings.{spec.name}"},
        )


def _check(spec: SettingSpec, value: Any) -> None:
    fits = isinstance(value, _TYPES[spec.type]) and (spec.type == "boolean" or not isinstance(value, bool))
    if fits and (not spec.choices or value in spec.choices):
        return
    allowed = f"one of {', '.join(spec.choices)}" if spec.choices else _KINDS[spec.type]
    shown = "the value given" if spec.secret else repr(value)
    raise InvalidInput(
        f'The setting "{spec.name}" must be {allowed}; {shown} is not. Nothing was changed.',
        details={"field": f"settings.{spec.name}"},
    )


def _unknown(name: str, known: list[str], owner: str) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    has = f"It has: {', '.join(known)}." if known else "It has none."
    return f'This {owner} has no setting "{name}".{hint} {has} Nothing was changed.'

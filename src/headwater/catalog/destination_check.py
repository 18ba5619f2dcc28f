"""Checks destinations: each file's SPEC, its types, whether it fits together, and every example by running it.

Reading a destination runs its file. Whatever that raises is a problem with a sentence, never an exception.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, Final, get_type_hints

import msgspec

from headwater.base.errors import InvalidInput
from headwater.base.mapping import parse
from headwater.catalog.check import Problem, problem_of, same_slug
from headwater.catalog.destination import DestinationExample, DestinationSpec
from headwater.catalog.destination_example import run_example
from headwater.catalog.files import existing
from headwater.catalog.position import Way
from headwater.catalog.sense import form_complaints, head_complaints, text_complaints
from headwater.catalog.shape import MAX_COMPLAINTS, Complaint, listed, quoted, shown

DESTINATIONS: Final = Path(__file__).parent / "destinations"
_PACKAGE: Final = "headwater.catalog.destinations"
_FIELDS: Final[dict[str, Any]] = get_type_hints(DestinationSpec)
_AT: Final = re.compile(r" - at `\$?(.*)`$")


class CheckedDestinations(msgspec.Struct, frozen=True, kw_only=True):
    problems: list[Problem]
    specs: list[DestinationSpec]


def destination_files(extra: Sequence[Path] = ()) -> list[Path]:
    """Every destination's file, bundled ones first, by name within a directory."""
    found = [path for directory in (DESTINATIONS, *extra) for path in sorted(existing(directory).glob("*.py"))]
    return [path for path in found if path.name != "__init__.py"]


def read_destinations(paths: Iterable[Path]) -> CheckedDestinations:
    """Every file, and whether two of them claim one slug."""
    problems: list[Problem] = []
    found: dict[str, tuple[Path, DestinationSpec]] = {}
    for path in paths:
        wrong, spec = read_destination(path)
        problems += wrong
        if spec is None:
            continue
        first, _ = found.setdefault(spec.slug, (path, spec))
        if first is not path:
            problems.append(same_slug(path, first, spec.slug, "destination"))
    return CheckedDestinations(problems=problems, specs=[spec for _, spec in found.values()])


def check_destination(path: Path) -> list[Problem]:
    """The problems of one file; none: it is good."""
    return read_destination(path)[0]


def read_destination(path: Path) -> tuple[list[Problem], DestinationSpec | None]:
    """One file, run and checked; the SPEC when nothing is wrong with it."""
    try:
        spec = getattr(_module(path), "SPEC", None)
    except (Exception, SystemExit) as error:
        return [problem_of(Complaint((), _raised(error, path)), {}, path)], None
    if not isinstance(spec, DestinationSpec):
        text = f"SPEC is {_kind(spec)}; a DestinationSpec of headwater.catalog.destination is expected."
        return [problem_of(Complaint((), text), {}, path)], None
    complaints = list(islice(_complaints(spec, path), MAX_COMPLAINTS))
    return [problem_of(complaint, {}, path) for complaint in complaints], None if complaints else spec


def _module(path: Path) -> ModuleType:
    """A bundled file is imported as what it is; any other gets a name that no import can reach."""
    if path.parent == DESTINATIONS:
        return importlib.import_module(f"{_PACKAGE}.{path.stem}")
    name = f"_headwater_destination_{path.stem}"
    found = importlib.util.spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    try:
        found.loader.exec_module(module)
    finally:
        sys.modules.pop(name, None)
    return module


def _raised(error: BaseException, path: Path) -> str:
    place = f" in line {error.lineno}" if isinstance(error, SyntaxError) and error.filename == str(path) else ""
    return f"running the file fails{place}: {type(error).__name__}: {error}."


def _kind(found: object) -> str:
    return "missing" if found is None else f"of type {type(found).__name__}"


def _complaints(spec: DestinationSpec, path: Path) -> Iterator[Complaint]:
    if wrong := list(_misshapen(spec)):
        yield from wrong
        return
    yield from head_complaints(spec, path.stem.replace("_", "-"), "source")
    yield from text_complaints(spec)
    yield from form_complaints(spec.settings)
    yield from _texts(spec)
    yield from _mapping(spec)
    yield from _limits(spec)
    for index, example in enumerate(spec.examples):
        yield from _example(spec, example, ("examples", index))


def _misshapen(spec: DestinationSpec) -> Iterator[Complaint]:
    """A Struct does not look at the types of what it is given."""
    for name, expected in _FIELDS.items():
        value = getattr(spec, name)
        if name in ("requests", "check"):
            if not callable(value) and (name == "requests" or value is not None):
                yield Complaint((name,), f"{shown(value)} cannot be called, and a function is expected.")
            continue
        try:
            msgspec.convert(msgspec.to_builtins(value), expected)
        except (msgspec.ValidationError, TypeError, RecursionError) as error:
            yield _wrong_type(name, str(error))


def _wrong_type(field: str, said: str) -> Complaint:
    """`Expected `str`, got `int` - at `$[0].name``: the place goes into the way."""
    place = _AT.search(said)
    within = place[1] if place else ""
    way: list[str | int] = [field]
    for index, key in re.findall(r"\[(\d+)\]|\.(\w+)", within):
        way.append(int(index) if index else key)
    return Complaint(tuple(way), f"{_AT.sub('', said)}.")


def _texts(spec: DestinationSpec) -> Iterator[Complaint]:
    if not spec.setup:
        yield Complaint(
            ("setup",), "no set-up step is given; the page of the destination would tell nobody what to do."
        )
    pieces: list[tuple[Way, str]] = [(("verified",), spec.verified), (("integration",), spec.integration)]
    pieces += [(("setup", index), step) for index, step in enumerate(spec.setup)]
    pieces += [(("troubles", index, "sign"), each.sign) for index, each in enumerate(spec.troubles)]
    pieces += [(("troubles", index, "remedy"), each.remedy) for index, each in enumerate(spec.troubles)]
    pieces += [(("examples", index, "title"), each.title) for index, each in enumerate(spec.examples)]
    for way, text in pieces:
        if not text.strip():
            yield Complaint(way, "it is empty, and a text is expected.")


def _mapping(spec: DestinationSpec) -> Iterator[Complaint]:
    for field, path in spec.mapping.items():
        try:
            parse(path)
        except InvalidInput as error:
            yield Complaint(("mapping", field), error.message)


def _limits(spec: DestinationSpec) -> Iterator[Complaint]:
    limits, statuses = spec.limits, (*spec.retry.terminal, *spec.retry.gone)
    if not spec.calls:
        yield Complaint(("calls",), "it takes no kind of call, so nothing would ever be sent.")
    if limits.max_batch < 1:
        yield Complaint(("limits", "max_batch"), f"{limits.max_batch} is less than one event.")
    if limits.batch_wait_s < 0:
        yield Complaint(("limits", "batch_wait_s"), f"{limits.batch_wait_s} is no time to wait.")
    if limits.per_second is not None and limits.per_second <= 0:
        yield Complaint(("limits", "per_second"), f"{limits.per_second} requests a second: nothing would be sent.")
    for status in statuses:
        if not 300 <= status <= 599:
            yield Complaint(("retry",), f"{status} is no status of a failure. Allowed: 300 to 599.")


def _example(spec: DestinationSpec, example: DestinationExample, way: Way) -> Iterator[Complaint]:
    try:
        found = run_example(spec, example)
    except (Exception, SystemExit) as error:
        yield Complaint(way, f"running the example fails: {type(error).__name__}: {error}.")
        return
    if unknown := sorted(example.settings.keys() - {setting.name for setting in spec.settings}):
        yield Complaint((*way, "settings"), f"{quoted(unknown[0])} is no setting. {_known(spec)}")
    if found.url != example.url:
        yield Complaint((*way, "url"), f"the request goes to {quoted(found.url)}, not to {quoted(example.url)}.")
    for name, value in example.headers.items():
        if found.headers.get(name) != value:
            text = f"the request has {shown(found.headers.get(name))} there, not {shown(value)}."
            yield Complaint((*way, "headers", name), text)
    if difference := _difference(example.body, found.body, (*way, "body")):
        yield difference


def _known(spec: DestinationSpec) -> str:
    return f"Allowed: {listed(setting.name for setting in spec.settings) or 'none'}."


def _difference(said: Any, found: Any, way: Way) -> Complaint | None:
    """The first place where what the example says is not what was made."""
    if isinstance(said, dict) and isinstance(found, dict):
        for key in (*said, *(key for key in found if key not in said)):
            if key not in found:
                return Complaint((*way, key), "the example says it, and the request does not have it.")
            if key not in said:
                return Complaint((*way, key), f"the request has {shown(found[key])} there; the example leaves it out.")
            if difference := _difference(said[key], found[key], (*way, key)):
                return difference
        return None
    if isinstance(said, list | tuple) and isinstance(found, list) and len(said) == len(found):
        pairs = enumerate(zip(said, found, strict=True))
        return next((each for index, (a, b) in pairs if (each := _difference(a, b, (*way, index)))), None)
    if type(said) is not type(found) or said != found:
        return Complaint(way, f"the example says {shown(said)}, and the request has {shown(found)}.")
    return None

"""Checks catalogue files and says what is wrong, where, and what would be right. Any bytes give an answer.

What a file may hold is read off the types of `model.py`, so a new key there needs nothing here. First the shape is
checked, every problem of it at once; a file of the right shape is then read and checked for sense.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from headwater.catalog.files import source_files
from headwater.catalog.model import SourceSpec
from headwater.catalog.position import Way, lines_of
from headwater.catalog.sense import senseless
from headwater.catalog.shape import Complaint, misshapen, quoted

MAX_FILE_BYTES: Final = 1_000_000
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
_CONSEQUENCE: Final = "The file is not used until this is mended."


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`line` is counted from 1, None when there is none; `where` is the way to the key, '' for the whole file."""

    file: str
    line: int | None = None
    where: str = ""
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """`spec` is there when there are no problems."""

    problems: list[Problem]
    spec: SourceSpec | None = None


def check_file(path: Path | str) -> list[Problem]:
    """The problems of one catalogue file, in the order of its lines; none: it is good."""
    return read_file(Path(path)).problems


def check_all(extra: Sequence[Path] = ()) -> list[Problem]:
    """The problems of every bundled file and of every file of the `extra` directories, taken together."""
    return read_all(source_files(extra)).problems


class CheckedAll(msgspec.Struct, frozen=True, kw_only=True):
    problems: list[Problem]
    specs: list[SourceSpec]


def read_all(paths: Iterable[Path]) -> CheckedAll:
    """Every file, and whether two of them claim one slug."""
    problems: list[Problem] = []
    found: dict[str, tuple[Path, SourceSpec]] = {}
    for path in paths:
        checked = read_file(path)
        problems += checked.problems
        if checked.spec is None:
            continue
        first, _ = found.setdefault(checked.spec.slug, (path, checked.spec))
        if first is not path:
            problems.append(same_slug(path, first, checked.spec.slug, "source"))
    return CheckedAll(problems=problems, specs=[spec for _, spec in found.values()])


def read_file(path: Path) -> Checked:
    """One file from the disk, read and checked."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return _failed(path, f"the file is larger than {MAX_FILE_BYTES:,} bytes")
        raw = path.read_bytes()
    except OSError as error:
        return _failed(path, f"the file cannot be read: {error.strerror or error}")
    except ValueError as error:  # a name with a NUL in it
        return _failed(path, f"the file cannot be read: {error}")
    return check_bytes(raw, path)


def check_bytes(raw: bytes, path: Path) -> Checked:
    """The content of a file; its name is that of `path`, which need not exist."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return _failed(path, f"byte {error.start} is not UTF-8, and TOML is UTF-8", line)
    try:
        data = tomllib.loads(text)
    except RecursionError:
        return _failed(path, "the file is nested too deeply to be read")
    except ValueError as error:
        return _failed(path, f"the file is not TOML: {error}")
    return _check_data(data, text, path)


def _check_data(data: dict[str, Any], text: str, path: Path) -> Checked:
    try:
        complaints, spec = _complaints(data, path.stem)
    except RecursionError:
        return _failed(path, "the file is nested too deeply to be read")
    if not complaints:
        return Checked(problems=[], spec=spec)
    lines = _lines(text)
    problems = [problem_of(complaint, lines, path) for complaint in complaints]
    return Checked(problems=sorted(problems, key=lambda problem: problem.line or 0))


def _complaints(data: dict[str, Any], stem: str) -> tuple[list[Complaint], SourceSpec | None]:
    if complaints := misshapen(SourceSpec, data):
        return complaints, None
    spec = msgspec.convert(data, SourceSpec)
    return senseless(spec, stem), spec


def _lines(text: str) -> dict[Way, int]:
    try:
        return lines_of(text)
    except RecursionError:
        return {}


def problem_of(complaint: Complaint, lines: dict[Way, int], path: Path) -> Problem:
    """`lines` may be empty: then the problem names no line."""
    way = complaint.way
    while way and way not in lines:
        way = way[:-1]  # what is missing has no line; what should hold it has
    return Problem(
        file=str(path),
        line=lines.get(way),
        where=_where(complaint.way),
        message=f"{complaint.text} {_CONSEQUENCE}",
    )


def _where(way: Way) -> str:
    """`("events", 2, "name")` is written `events[2].name`."""
    text = ""
    for step in way:
        text += f"[{step}]" if isinstance(step, int) else f".{_key(step)}" if text else _key(step)
    return text


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else quoted(key)


def _failed(path: Path, message: str, line: int | None = None) -> Checked:
    return Checked(problems=[Problem(file=str(path), line=line, message=f"{message}. {_CONSEQUENCE}")])


def same_slug(path: Path, first: Path, slug: str, what: str) -> Problem:
    message = (
        f'{first} has the slug "{slug}" already. A slug names one {what}; give one of the two another slug '
        f"(and the file the same name). {_CONSEQUENCE}"
    )
    return Problem(file=str(path), where="slug", message=message)

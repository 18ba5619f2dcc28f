"""Checks catalogue files of both kinds together: a `.py` file is a destination, any other a source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from headwater.catalog.check import Problem, read_all
from headwater.catalog.destination_check import destination_files, read_destinations
from headwater.catalog.files import source_files
from headwater.catalog.relations import one_sided


def all_files(extra: Sequence[Path] = ()) -> list[Path]:
    """The bundled files, and those of the `extra` directories."""
    return [*source_files(extra), *destination_files(extra)]


def check_files(paths: Iterable[Path], *, related: bool = False) -> list[Problem]:
    """`related`: look, too, whether sources and destinations lead to each other; all must be among the files."""
    given = list(paths)
    sources = read_all(path for path in given if path.suffix != ".py")
    destinations = read_destinations(path for path in given if path.suffix == ".py")
    problems = [*sources.problems, *destinations.problems]
    if related and not problems:
        sentences = one_sided(sources.specs, destinations.specs)
        problems = [Problem(file="the catalogue", where="related", message=each) for each in sentences]
    return problems

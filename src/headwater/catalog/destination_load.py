"""Finds the destinations and answers from them. There is no list to edit: a file that is there is a destination.

Bundled destinations are the modules of `catalog/destinations`; a user's own are the Python files of directories that
are named when they are loaded, and run with headwater's own rights. A file with a problem, or a slug that is given
twice, stops the loading with a sentence that says where.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from headwater.base.errors import InvalidInput, NotFound
from headwater.catalog.destination import DestinationSpec
from headwater.catalog.destination_check import destination_files, read_destinations
from headwater.catalog.load import rank_by
from headwater.catalog.shape import listed, nearest, quoted


class Destinations:
    """Every destination that events can be sent to, by name."""

    def __init__(self, *, specs: Iterable[DestinationSpec]) -> None:
        self._specs = sorted(specs, key=lambda spec: (spec.name.casefold(), spec.slug))
        self._by_slug = {spec.slug: spec for spec in self._specs}

    def destinations(self) -> list[DestinationSpec]:
        """Those that are offered, and those that have a form of their own."""
        return list(self._specs)

    def destination(self, slug: str) -> DestinationSpec:
        """The destination of this slug; NotFound, naming the nearest one, when there is none."""
        found = self._by_slug.get(slug)
        if found is None:
            raise NotFound(_no_such_destination(slug, list(self._by_slug)))
        return found

    def search(self, query: str) -> list[DestinationSpec]:
        """Offered destinations in which every word of the query occurs, best match first; all of them for none."""
        words = query.casefold().split()
        offered = [spec for spec in self._specs if spec.offered]
        ranked = [(rank, spec) for spec in offered if (rank := _rank(spec, words)) is not None]
        return [spec for _, spec in sorted(ranked, key=lambda pair: pair[0])]


def load_destinations(extra: Iterable[Path] = ()) -> Destinations:
    """The bundled destinations and those of the `extra` directories. Read once for each such list of directories."""
    return _load(tuple(extra))


@cache
def _load(extra: tuple[Path, ...]) -> Destinations:
    checked = read_destinations(destination_files(extra))
    if checked.problems:
        sentences = [str(problem) for problem in checked.problems]
        raise InvalidInput("\n".join(sentences), code="catalog_invalid", details=sentences)
    return Destinations(specs=checked.specs)


def _no_such_destination(slug: str, known: list[str]) -> str:
    near = f" The nearest is {quoted(nearest(slug, known))}." if known else ""
    return f"The catalogue has no destination {quoted(slug)}.{near} It has: {listed(known)}. Nothing was done."


def _rank(spec: DestinationSpec, words: list[str]) -> int | None:
    return rank_by(words, [[spec.name, spec.slug], spec.categories, spec.events, [spec.description]])

"""Finds the catalogue's files and answers from them. There is no list to edit: a file that is there is a source.

Bundled sources lie in `catalog/sources`; a user's own lie in directories that are named when the catalogue is
loaded. A file with a problem, or a slug that is given twice, stops the loading with a sentence that says where.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from headwater.base.errors import InvalidInput, NotFound
from headwater.catalog.check import read_all
from headwater.catalog.files import source_files
from headwater.catalog.model import SourceSpec
from headwater.catalog.shape import listed, nearest, quoted


class Catalog:
    """Every source that can be added, by name."""

    def __init__(self, *, specs: Iterable[SourceSpec]) -> None:
        self._specs = sorted(specs, key=lambda spec: (spec.name.casefold(), spec.slug))
        self._by_slug = {spec.slug: spec for spec in self._specs}

    def sources(self) -> list[SourceSpec]:
        return list(self._specs)

    def source(self, slug: str) -> SourceSpec:
        """The source of this slug; NotFound, naming the nearest one, when there is none."""
        found = self._by_slug.get(slug)
        if found is None:
            raise NotFound(_no_such_source(slug, list(self._by_slug)))
        return found

    def search(self, query: str) -> list[SourceSpec]:
        """Sources in which every word of the query occurs, best match first; all of them for an empty query."""
        words = query.casefold().split()
        ranked = [(rank, spec) for spec in self._specs if (rank := _rank(spec, words)) is not None]
        return [spec for _, spec in sorted(ranked, key=lambda pair: pair[0])]


def load_catalog(extra: Iterable[Path] = ()) -> Catalog:
    """The bundled sources and those of the `extra` directories. Read once for each such list of directories."""
    return _load(tuple(extra))


@cache
def _load(extra: tuple[Path, ...]) -> Catalog:
    checked = read_all(source_files(extra))
    if checked.problems:
        sentences = [str(problem) for problem in checked.problems]
        raise InvalidInput("\n".join(sentences), code="catalog_invalid", details=sentences)
    return Catalog(specs=checked.specs)


def _no_such_source(slug: str, known: list[str]) -> str:
    near = f" The nearest is {quoted(nearest(slug, known))}." if known else ""
    return f"The catalogue has no source {quoted(slug)}.{near} It has: {listed(known)}. Nothing was done."


def _rank(spec: SourceSpec, words: list[str]) -> int | None:
    names = [event.name for event in spec.events]
    return rank_by(words, [[spec.name, spec.slug], spec.categories, names, [spec.description]])


def rank_by(words: Sequence[str], places: Sequence[Iterable[str]]) -> int | None:
    """0 is best; None: a word occurs nowhere. The first place holds the names, the others count less and less."""
    folded = [[text.casefold() for text in texts] for texts in places]
    ranks = [_rank_word(word, folded) for word in words]
    known = [rank for rank in ranks if rank is not None]
    return sum(known) if len(known) == len(ranks) else None


def _rank_word(word: str, places: list[list[str]]) -> int | None:
    names = places[0]
    if word in names:
        return 0
    if any(name.startswith(word) for name in names):
        return 1
    return next((rank for rank, texts in enumerate(places, 2) if any(word in text for text in texts)), None)

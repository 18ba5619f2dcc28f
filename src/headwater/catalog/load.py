"""Finds the catalogue's files and answers from them. There is no list to edit: a file that is there is a source.

Bundled sources lie in `catalog/sources`; a user's own lie in directories that are named when the catalogue is
loaded. A file with a problem, or a slug that is given twice, stops the loading with a sentence that says where.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    """0 is best; None: a word occurs nowhere."""
    ranks = [_rank_word(spec, word) for word in words]
    known = [rank for rank in ranks if rank is not None]
    return sum(known) if len(known) == len(ranks) else None


def _rank_word(spec: SourceSpec, word: str) -> int | None:
    name, slug = spec.name.casefold(), spec.slug.casefold()
    if word in (name, slug):
        return 0
    if name.startswith(word) or slug.startswith(word):
        return 1
    places = [
        [name, slug],
        [category.casefold() for category in spec.categories],
        [event.name.casefold() for event in spec.events],
        [spec.description.casefold()],
    ]
    return next((rank for rank, texts in enumerate(places, 2) if any(word in text for text in texts)), None)

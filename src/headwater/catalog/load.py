"""Finds the catalogue's files and answers from them. There is no list to edit: a file that is there is a source.

Bundled sources lie in `catalog/sources`; a user's own lie in directories that are named when the catalogue is
loaded. A file with a problem, or a slug that is given twice, stops the loading with a sentence that says where.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import msgspec

from headwater.base.errors import InvalidInput, NotFound
from headwater.catalog.model import SourceSpec

SOURCES = Path(__file__).parent / "sources"


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


@cache
def load_catalog(extra: tuple[Path, ...] = ()) -> Catalog:
    """The bundled sources and those of the `extra` directories. Read once per set of directories."""
    return Catalog(specs=_unique(read_source(path) for path in source_files(extra)))


def source_files(extra: Sequence[Path] = ()) -> list[Path]:
    """Every catalogue file, bundled ones first, by name within a directory."""
    return [path for directory in (SOURCES, *extra) for path in sorted(directory.glob("*.toml"))]


def read_source(path: Path) -> SourceSpec:
    """One file as a spec; InvalidInput when it is not one."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), SourceSpec)
    except (ValueError, RecursionError, OSError) as error:
        raise InvalidInput(f"{path}: {error}. The catalogue is not loaded until this is mended.") from error


def _unique(specs: Iterable[SourceSpec]) -> list[SourceSpec]:
    found: dict[str, SourceSpec] = {}
    for spec in specs:
        if spec.slug in found:
            raise InvalidInput(f'two catalogue files have the slug "{spec.slug}"')
        found[spec.slug] = spec
    return list(found.values())


def _no_such_source(slug: str, known: list[str]) -> str:
    near = difflib.get_close_matches(slug, known, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return f'No source "{slug}" in the catalogue.{hint} It has: {", ".join(sorted(known))}.'


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

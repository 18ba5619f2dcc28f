"""Whether sources and destinations name each other: what links from one page must lead back from the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headwater.catalog.destination import DestinationSpec
from headwater.catalog.model import SourceSpec
from headwater.catalog.shape import quoted


def one_sided(sources: Iterable[SourceSpec], destinations: Iterable[DestinationSpec]) -> Iterator[str]:
    """A sentence for each `related` that leads nowhere or not back.

    A destination that is not offered belongs to its source without the source naming it.
    """
    by_source = {spec.slug: spec for spec in sources}
    by_destination = {spec.slug: spec for spec in destinations}
    for source in by_source.values():
        if source.related is not None:
            yield from _back(source, by_destination.get(source.related), "source", "destination")
    for destination in by_destination.values():
        if destination.related is None:
            continue
        source = by_source.get(destination.related)
        if destination.offered or source is None:
            yield from _back(destination, source, "destination", "source")


def _back(
    spec: SourceSpec | DestinationSpec, other: SourceSpec | DestinationSpec | None, kind: str, wanted: str
) -> Iterator[str]:
    named = quoted(spec.related or "")
    if other is None:
        yield f"The {kind} {quoted(spec.slug)} names {named} as its {wanted}, and there is none of that name."
    elif other.related != spec.slug:
        back = f"names {quoted(other.related)}" if other.related else "names none"
        yield (
            f"The {kind} {quoted(spec.slug)} names {named} as its {wanted}, which {back} as its {kind}: "
            f"set related to {quoted(spec.slug)} there."
        )

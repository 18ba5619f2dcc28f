"""Where what is found is written down, and what a check needs to know beside the content itself."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, UnsetType

from headwater.surfaces.model import Block, ComponentEntry, Finding
from headwater.surfaces.styleguide import StyleGuide


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What the workspace has: ids of segments, slugs of contents (and of live ones), components by name, its style.

    `callers`: the names of other contents with a button for the slug that this one gives up.
    """

    segments: frozenset[str]
    slugs: frozenset[str]
    live_slugs: frozenset[str]
    components: Mapping[str, ComponentEntry]
    style: StyleGuide
    callers: tuple[str, ...] = ()


class Notes:
    """Takes findings down, each with the document and block that it is about. `at` is of the same list."""

    def __init__(
        self,
        found: list[Finding] | None = None,
        *,
        document_id: int | UnsetType = UNSET,
        node_id: str | UnsetType = UNSET,
    ) -> None:
        self.found: list[Finding] = [] if found is None else found
        self._document_id = document_id
        self._node_id = node_id

    def at(self, block: Block) -> Notes:
        return Notes(self.found, document_id=self._document_id, node_id=block.id)

    def error(self, code: str, message: str, *, field: str | UnsetType = UNSET) -> None:
        self.found.append(
            Finding(
                severity="error",
                code=code,
                message=message,
                document_id=self._document_id,
                node_id=self._node_id,
                field=field,
            )
        )

    def warning(self, code: str, message: str, *, field: str | UnsetType = UNSET) -> None:
        self.error(code, message, field=field)
        self.found[-1] = msgspec.structs.replace(self.found[-1], severity="warning")

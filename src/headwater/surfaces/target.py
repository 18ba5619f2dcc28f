"""Who gets what: from the segments of a person to the documents that may show, in the bytes that pages are told.

Of each content the first document whose segment holds the person. All that is the same for many people is made once:
people who are in the same of the segments that matter here share their bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from headwater.base.rules import EVERYONE
from headwater.surfaces import placing
from headwater.surfaces.model import Placement, Tree, walk
from headwater.surfaces.pages import RuleFault
from headwater.surfaces.variables import variables_in

MAX_BYTES: Final = 10_000
"""An answer stays below this: trees that do not fit are asked for one by one."""
MAX_VALUE_CHARS: Final = 1_000
"""A longer value of a variable is not told: a text that long is no name."""
_STEP_BYTES: Final = 64
"""Answers whose other parts differ by less than this share their bytes."""
_MOST_SHARED: Final = 2_000

NOBODY: Final[Mapping[str, Mapping[str, Any]]] = {"user": {}, "account": {}}

_ENCODE: Final = msgspec.json.Encoder().encode
Log = Callable[[str], None]


class Names(msgspec.Struct, frozen=True):
    """What texts say of a person: names of traits of their own, and of their group."""

    user: frozenset[str] = frozenset()
    account: frozenset[str] = frozenset()

    def __or__(self, other: Names) -> Names:
        return Names(self.user | other.user, self.account | other.account)

    def __bool__(self) -> bool:
        return bool(self.user or self.account)


class Shown(msgspec.Struct, frozen=True):
    """A tree as it goes to pages. It is of one version, and so never changes."""

    kind: str
    tree: bytes
    names: Names

    @classmethod
    def of(cls, tree: Tree) -> Shown:
        return cls(tree.kind, _ENCODE(tree), names_in(tree))


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """The version of a document that is live, and whom it is for."""

    document_id: int
    segment_id: str
    version_id: str
    shown: Shown


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A content as it was published, with its documents in order."""

    id: int
    content_id: str
    slug: str
    name: str
    placements: tuple[Placement, ...]
    documents: tuple[Version, ...]


class _Document(msgspec.Struct, frozen=True):
    """`head`: the experience as JSON without its tree and its last brace."""

    version: Version
    head: bytes


class _Chosen(msgspec.Struct, frozen=True):
    """`bodies` by the bytes of what else the answer holds, in steps."""

    documents: tuple[_Document, ...]
    names: Names
    bodies: dict[int, bytes]


class Target:
    """What is live in a workspace. Does not change but for what it remembers; of one thread."""

    def __init__(
        self,
        contents: Sequence[Published],
        *,
        style: Mapping[str, Any],
        log: Log = lambda _: None,
    ) -> None:
        """`style` as pages are told. `log` is told of a content that cannot be shown."""
        self._contents = [_documents(content, log) for content in contents]
        self._style = _ENCODE(style)
        every = [document.version for documents in self._contents for document in documents]
        self._trees = {each.version_id: each.shown.tree for each in every}
        self.segments = frozenset(each.segment_id for each in every)
        self.names = _joined(each.shown.names for each in every)
        self._chosen: dict[frozenset[str], _Chosen] = {}

    def tree(self, version_id: str) -> bytes | None:
        """The tree of a version that is live."""
        return self._trees.get(version_id)

    def documents_for(self, segments: Iterable[str]) -> list[int]:
        """The ids of the documents that somebody in these segments may see."""
        return [each.version.document_id for each in self._choose(segments).documents]

    def names_for(self, segments: Iterable[str]) -> Names:
        """What the texts name that somebody in these segments may see."""
        return self._choose(segments).names

    def body(self, segments: Sequence[str], values: Mapping[str, Mapping[str, Any]] = NOBODY) -> bytes:
        """The whole answer. Of `values` (`user`, `account`) it tells what the chosen documents name."""
        chosen = self._choose(segments)
        start = b'{"segments":' + _ENCODE(segments) + b',"experiences":'
        if not chosen.documents:
            return start + b"[]}"
        end = b',"variables":' + _ENCODE(told(values, chosen.names)) + b',"style":' + self._style + b"}"
        return start + self._experiences(chosen, len(start) + len(end)) + end

    def _choose(self, segments: Iterable[str]) -> _Chosen:
        key = self.segments.intersection(segments)
        if EVERYONE in self.segments:
            key |= {EVERYONE}
        found = self._chosen.get(key)
        if found is None:
            _make_room(self._chosen)
            first = (next((each for each in of if each.version.segment_id in key), None) for of in self._contents)
            documents = tuple(each for each in first if each is not None)
            names = _joined(each.version.shown.names for each in documents)
            found = self._chosen[key] = _Chosen(documents, names, {})
        return found

    def _experiences(self, chosen: _Chosen, beside_bytes: int) -> bytes:
        step = -(-beside_bytes // _STEP_BYTES)
        found = chosen.bodies.get(step)
        if found is None:
            _make_room(chosen.bodies)
            found = chosen.bodies[step] = _assembled(chosen.documents, MAX_BYTES - step * _STEP_BYTES)
        return found


def names_in(tree: Tree) -> Names:
    """Every trait that a text or an address of the tree names."""
    paths = {
        variable.path
        for block in walk(tree.blocks)
        for text in _texts(block.props)
        for variable in variables_in(text)
        if variable.is_known and not variable.is_url
    }
    by_scope: dict[str, set[str]] = {"user": set(), "account": set()}
    for path in paths:
        scope, _, name = path.partition(".")
        by_scope[scope].add(name)
    return Names(frozenset(by_scope["user"]), frozenset(by_scope["account"]))


def told(values: Mapping[str, Mapping[str, Any]], names: Names) -> dict[str, dict[str, Any]]:
    """Of `values` those that are named, and that a text can hold: texts, numbers, and what is true or false."""
    wanted = {"user": names.user, "account": names.account}
    return {
        scope: {name: value for name, value in sorted(values.get(scope, {}).items()) if name in of and _is_plain(value)}
        for scope, of in wanted.items()
    }


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_VALUE_CHARS
    return isinstance(value, bool | int | float)


def _documents(content: Published, log: Log) -> tuple[_Document, ...]:
    """In their order; none when the content cannot be shown, which keeps the others from nothing."""
    try:
        placements = [placing.placement(each) for each in content.placements]
    except RuleFault as error:
        log(f"The content {content.id} is shown to nobody, as its page rules cannot be read: {error.message}")
        return ()
    return tuple(_Document(each, _ENCODE(_head(content, each, placements))[:-1]) for each in content.documents)


def _head(content: Published, version: Version, placements: list[dict[str, Any]]) -> dict[str, Any]:
    """In the shape of `Experience` in `web/packages/surfaces/src/model.ts`, without the tree."""
    return {
        "type": "content",
        "contentId": content.content_id,
        "slug": content.slug,
        "name": content.name,
        "documentId": version.document_id,
        "segmentId": version.segment_id,
        "versionId": version.version_id,
        "kind": version.shown.kind,
        "placements": placements,
    }


def _assembled(documents: Sequence[_Document], room_bytes: int) -> bytes:
    """The experiences, with as many trees as the room allows, in order."""
    room_bytes -= sum(len(each.head) + 2 for each in documents) + 1  # a brace, a comma; the brackets less a comma
    parts: list[bytes] = []
    for each in documents:
        part = b',"tree":' + each.version.shown.tree
        if len(part) < room_bytes:
            room_bytes -= len(part)
            parts.append(each.head + part + b"}")
        else:
            parts.append(each.head + b"}")
    return b"[" + b",".join(parts) + b"]"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _joined(every: Iterable[Names]) -> Names:
    user: set[str] = set()
    account: set[str] = set()
    for each in every:
        user |= each.user
        account |= each.account
    return Names(frozenset(user), frozenset(account))


def _make_room(kept: dict[Any, Any]) -> None:
    if len(kept) >= _MOST_SHARED:
        kept.clear()

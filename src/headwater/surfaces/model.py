"""What a content, its documents, placements and versions are, as values.

The tree of blocks has the shape that `web/packages/surfaces/src/model.ts` has in the page: what is JSON there is the
same JSON here. A value of these types has the right shape; whether it may be published is decided in `check.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Final, Literal, Protocol

import msgspec
from msgspec import UNSET, Meta, UnsetType

MAX_BLOCKS: Final = 500
MAX_DEPTH: Final = 8
MAX_TREE_BYTES: Final = 100_000

Kind = Literal["inline", "modal"]
Size = Literal["small", "medium", "large"]
BlockType = Literal[
    "section",
    "columns",
    "column",
    "heading",
    "text",
    "image",
    "video",
    "button",
    "card",
    "badge",
    "divider",
    "form",
    "field",
    "component",
]
Status = Literal["draft", "published", "changed", "archived"]
DocumentStatus = Literal["draft", "published", "changed"]
Place = Literal["before", "after", "inside", "instead"]
Device = Literal["desktop", "tablet", "mobile"]
ExperienceType = Literal["content"]


class Value(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A part of what authors write: JSON in camelCase, where an unknown field is an error."""


class Block(Value, frozen=True, kw_only=True, omit_defaults=True):
    """One block of a document. `id` is unique in the document. Which `props` it has follows from its type
    (`blocks.py`); only section, columns, column, card and form hold further `blocks`."""

    id: str
    type: BlockType
    props: dict[str, Any]
    blocks: tuple[Block, ...] = ()


class Tree(Value, frozen=True, kw_only=True, omit_defaults=True):
    """A document's content. `title` is what a modal is called, `size` is a modal's."""

    kind: Kind
    title: str = ""
    size: Size | UnsetType = UNSET
    blocks: tuple[Block, ...]


class UrlAction(Value, frozen=True, kw_only=True, tag="url"):
    href: str
    new_tab: bool = False


class EmailAction(Value, frozen=True, kw_only=True, tag="email"):
    to: str
    subject: str = ""


class CallbackAction(Value, frozen=True, kw_only=True, tag="callback"):
    """Calls a function that the page gave to `init`."""

    name: str


class TrackAction(Value, frozen=True, kw_only=True, tag="track"):
    event: str


class ContentAction(Value, frozen=True, kw_only=True, tag="content"):
    """Shows another content."""

    slug: str


class SubmitAction(Value, frozen=True, kw_only=True, tag="submit"):
    """Sends the form that the block is in."""


class DismissAction(Value, frozen=True, kw_only=True, tag="dismiss"):
    """Takes the content off the screen."""


Action = UrlAction | EmailAction | CallbackAction | TrackAction | ContentAction | SubmitAction | DismissAction


class PageRule(Value, frozen=True, kw_only=True):
    """An address, or part of one. `*` is one segment, `**` many, `?` one character; a query is `tab=settings` or
    `tab`."""

    kind: Literal["exact", "path", "subdomain", "query"]
    value: str


class Pages(Value, frozen=True, kw_only=True):
    """On which pages it shows: all when there is no rule. `match` is for `show`; `hide` goes before it."""

    match: Literal["any", "all"] = "any"
    show: tuple[PageRule, ...] = ()
    hide: tuple[PageRule, ...] = ()


class OnLoad(Value, frozen=True, kw_only=True, tag_field="on", tag="load"):
    """With the page."""


class OnEvent(Value, frozen=True, kw_only=True, tag_field="on", tag="event"):
    """When the page tracks an event of this name."""

    event: str


class OnClick(Value, frozen=True, kw_only=True, tag_field="on", tag="click"):
    """When somebody clicks an element that the selector matches."""

    selector: str


class OnManual(Value, frozen=True, kw_only=True, tag_field="on", tag="manual"):
    """When another content or the page itself asks for it."""


Trigger = OnLoad | OnEvent | OnClick | OnManual


class Always(Value, frozen=True, kw_only=True, tag_field="kind", tag="always"):
    """Each time."""


class Once(Value, frozen=True, kw_only=True, tag_field="kind", tag="once"):
    """One time in all."""


class UntilDismissed(Value, frozen=True, kw_only=True, tag_field="kind", tag="untilDismissed"):
    """Until it was dismissed."""


class Times(Value, frozen=True, kw_only=True, tag_field="kind", tag="times"):
    """At most so many times within so many days."""

    times: Annotated[int, Meta(ge=1, le=1000)]
    days: Annotated[int, Meta(ge=1, le=3650)]


Frequency = Always | Once | UntilDismissed | Times


class Placement(Value, frozen=True, kw_only=True):
    """Where, when and how often a content shows, as an author writes it.

    `selectors` are tried as they stand, and each that matches votes for its element; a modal needs none. `text` of the
    element settles a tie. No `devices` or `languages`: all of them; "de" is "de-AT" as well.
    """

    id: str
    name: str | UnsetType = UNSET
    selectors: tuple[str, ...] = ()
    text: str | UnsetType = UNSET
    place: Place = "inside"
    pages: Pages = Pages()
    trigger: Trigger = OnLoad()
    delay_s: Annotated[float, Meta(ge=0, le=600)] = 0
    frequency: Frequency = Always()
    devices: tuple[Device, ...] = ()
    languages: tuple[str, ...] = ()


class Goal(Value, frozen=True, kw_only=True):
    """An event that is hoped for within seven days of a view. `segment_id`: of that segment's viewers alone."""

    id: str
    name: str
    event: str
    segment_id: str | UnsetType = UNSET


class ComponentProp(Value, frozen=True, kw_only=True, omit_defaults=True):
    """`options` are those of a choice."""

    name: str
    type: Literal["string", "number", "boolean", "choice"]
    title: str = ""
    default: str | int | float | bool | UnsetType = UNSET
    options: tuple[str, ...] = ()


class ComponentEntry(Value, frozen=True, kw_only=True, omit_defaults=True):
    """A component of the host page, as authors see it. `tag` is a custom element's."""

    name: str
    kind: Literal["element", "react"]
    tag: str = ""
    title: str
    props: tuple[ComponentProp, ...]


class Author(msgspec.Struct, frozen=True):
    """Who changes something: `actor` stands in the audit log, `name` beside what was changed."""

    actor: str
    name: str


SYSTEM: Final = Author("system", "System")


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What one segment sees of a content. `tree` is the draft; `draft_version_id` is the version that it would be.

    `version_id` is the live version (None: none), which the segment `live_segment_id` sees, of those who are live the
    `live_position`th. `revision` counts the changes of the draft.
    """

    id: int
    segment_id: str
    revision: int
    tree: Tree
    draft_version_id: str
    version_id: str | None
    live_segment_id: str | None
    live_position: int | None
    updated_at: str
    updated_by: str
    published_at: str | None
    published_by: str | None

    @property
    def status(self) -> DocumentStatus:
        return document_status(self)


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """What of a content, besides its documents, was published."""

    slug: str
    name: str
    placements: tuple[Placement, ...]


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is shown, in a document for each segment: in order, the first whose segment holds the person.

    `id` is its number (portalId), `content_id` its 10 letters and digits. `live` None: nothing of it is shown.
    `revision` counts the changes of all but the trees.
    """

    id: int
    workspace_id: str
    content_id: str
    slug: str
    name: str
    folder: str
    revision: int
    documents: tuple[Document, ...]
    placements: tuple[Placement, ...]
    goals: tuple[Goal, ...]
    live: Live | None
    archived: bool
    created_at: str
    updated_at: str
    updated_by: str
    published_at: str | None

    @property
    def status(self) -> Status:
        draft = Live(slug=self.slug, name=self.name, placements=self.placements)
        return status_of(self.documents, archived=self.archived, live=self.live is not None, same=self.live == draft)


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A content as a list shows it. `segment_ids` are those of its documents, in order."""

    id: int
    content_id: str
    slug: str
    name: str
    folder: str
    status: Status
    kind: Kind
    segment_ids: tuple[str, ...]
    updated_at: str
    updated_by: str
    published_at: str | None


class VersionHead(msgspec.Struct, frozen=True, kw_only=True):
    """What was published when, without its tree. `id` is the tree's digest; `number` counts those of the document."""

    id: str
    document_id: int
    segment_id: str
    number: int
    note: str
    published_at: str
    published_by: str
    live: bool


class Version(VersionHead, frozen=True, kw_only=True):
    """A tree that was published, and never changes."""

    tree: Tree


class Finding(Value, frozen=True, kw_only=True):
    """What keeps something from being published (`error`) or should be looked at (`warning`), and where it is.

    `field` names a prop of the block, or a field of the placement or content.
    """

    severity: Literal["error", "warning"]
    code: str
    message: str
    document_id: int | UnsetType = UNSET
    node_id: str | UnsetType = UNSET
    field: str | UnsetType = UNSET


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block, each before those that it holds."""
    for block in blocks:
        yield block
        yield from walk(block.blocks)


def builtins(value: Any) -> Any:
    """The value as its JSON."""
    return msgspec.to_builtins(value)


def tree_of(value: Any) -> Tree:
    """The tree whose JSON this is. Raises msgspec.ValidationError that says where it is none."""
    return msgspec.convert(value, Tree)


class Tracked(Protocol):
    """What tells whether a document's draft is live."""

    @property
    def segment_id(self) -> str: ...
    @property
    def draft_version_id(self) -> str: ...
    @property
    def version_id(self) -> str | None: ...
    @property
    def live_segment_id(self) -> str | None: ...
    @property
    def live_position(self) -> int | None: ...


def document_status(document: Tracked) -> DocumentStatus:
    if document.version_id is None:
        return "draft"
    same = document.version_id == document.draft_version_id and document.live_segment_id == document.segment_id
    return "published" if same else "changed"


def status_of(documents: Sequence[Tracked], *, archived: bool, live: bool, same: bool) -> Status:
    """Of a content with these documents, in the order of the draft. `same`: all but the documents is as it was
    published."""
    if archived:
        return "archived"
    if not live:
        return "draft"
    positions = [each.live_position for each in documents if each.live_position is not None]
    same = same and positions == sorted(positions)
    return "published" if same and all(document_status(each) == "published" for each in documents) else "changed"

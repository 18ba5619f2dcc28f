"""The markup within a line of text: which words stand there, and where its links lead.

`**bold**`, `_italic_` at word boundaries, `[label](href)`, a newline for a line break; a backslash before a character
makes it plain. Variables are left as they stand, whatever is in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from headwater.surfaces.variables import VARIABLE

_ESCAPED: Final = re.compile(r"\\([\\*_\[\](){}|])")
_BOLD: Final = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)
_ITALIC: Final = re.compile(r"(?<![\w\\])_(?=\S)(.+?)(?<=\S)_(?!\w)", re.DOTALL)
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
_KEPT: Final = re.compile(r"\ue000(\d+)\ue001")


class Link(msgspec.Struct, frozen=True):
    label: str
    href: str


def plain(text: str) -> str:
    """The words alone."""
    hidden, kept = _hide(text)
    hidden = _LINK.sub(r"\1", hidden)
    hidden = _ITALIC.sub(r"\1", _BOLD.sub(r"\1", hidden))
    return _show(hidden, kept)


def links_in(text: str) -> Iterator[Link]:
    hidden, kept = _hide(text)
    for found in _LINK.finditer(hidden):
        yield Link(_show(found[1], kept), _show(found[2], kept))


def _hide(text: str) -> tuple[str, list[str]]:
    """The text with a mark for each escaped character and each variable, which are no markup; and what they stand
    for."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[1] if found[0].startswith("\\") else found[0])
        return f"\ue000{len(kept) - 1}\ue001"

    return re.sub(
        f"{_ESCAPED.pattern}|{VARIABLE.pattern}", keep, text.replace("\ue000", "").replace("\ue001", "")
    ), kept


def _show(text: str, kept: list[str]) -> str:
    return _KEPT.sub(lambda found: kept[int(found[1])], text)

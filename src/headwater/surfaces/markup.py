"""The markup within a text: which words stand there, and where its links lead. The same as the page reads
(`web/packages/surfaces/src/markup.ts`).

`**bold**`, `_italic_` at the bounds of words, `[label](href)`, a line break; a backslash before a character of
these, or of a variable, makes it plain. An address may have parentheses in pairs. Variables are left as they stand,
whatever is in them. What does not read as markup is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal

import msgspec

from headwater.surfaces.variables import variable

Mark = Literal["text", "variable", "break", "bold", "italic", "open", "close"]

_TOKENS: Final = re.compile(
    r"\\([\\*_\[\](){}|])|\{\{([^{}]*)\}\}|(\*\*)|(_)|(\[)"
    r"|\]\(((?:\{\{[^{}]*\}\}|\{(?!\{)|\\.|[^(){\s\\]|\((?:\{\{[^{}]*\}\}|[^(){}\s])*\))+)\)|(\r?\n)"
)
_WORD: Final = re.compile(r"\w")
_NOTHING: Final = re.compile(r"(?!)")


class Link(msgspec.Struct, frozen=True):
    label: str
    href: str


class _Token(msgspec.Struct, frozen=True):
    """`mark`: what it is as markup; without a partner it is its own text. `inner`: of a variable or a link's end."""

    mark: Mark
    text: str
    inner: str = ""
    begins: bool = False
    ends: bool = False


class _Piece(msgspec.Struct, frozen=True):
    """Text, or a link with what stands in it."""

    text: str
    href: str = ""


def plain(text: str, of_variable: Callable[[str], str] = lambda inner: variable(inner).fallback) -> str:
    """The words alone: of a link its label, of a variable its fallback unless told otherwise."""
    return "".join(piece.text for piece in _build(list(_tokens(text)), of_variable, frozenset()))


def links_in(text: str) -> Iterator[Link]:
    pieces = _build(list(_tokens(text)), lambda inner: variable(inner).fallback, frozenset())
    return (Link(piece.text, piece.href) for piece in pieces if piece.href)


def _tokens(source: str) -> Iterator[_Token]:
    after = 0
    for found in _TOKENS.finditer(source):
        if found.start() > after:
            yield _Token("text", source[after : found.start()])
        after = found.end()
        yield _token(source, found)
    if after < len(source):
        yield _Token("text", source[after:])


def _token(source: str, found: re.Match[str]) -> _Token:
    escaped, inner, bold, italic, opens, href, _line = found.groups()
    if escaped:
        return _Token("text", escaped)
    if inner is not None:
        return _Token("variable", found[0], inner)
    if bold:
        return _sided(source, found, "bold", _NOTHING)
    if italic:
        return _sided(source, found, "italic", _WORD)
    if opens:
        return _Token("open", found[0])
    return _Token("close", found[0], re.sub(r"\\(.)", r"\1", href)) if href else _Token("break", " ")


def _sided(source: str, found: re.Match[str], mark: Mark, joins: re.Pattern[str]) -> _Token:
    """What is marked begins and ends with more than a blank; `joins`: what a mark may not stand within."""
    before, after = source[max(0, found.start() - 1) : found.start()], source[found.end() : found.end() + 1]
    begins = not joins.match(before) and bool(after.strip())
    ends = bool(before.strip()) and not joins.match(after)
    return _Token(mark, found[0], begins=begins, ends=ends)


def _build(tokens: Sequence[_Token], of_variable: Callable[[str], str], within: frozenset[str]) -> list[_Piece]:
    """Each kind of markup may stand once in another: bold in bold is no bolder."""
    pieces: list[_Piece] = []
    missing, at = set[Mark](), 0
    while at < len(tokens):
        token = tokens[at]
        end = _partner(tokens, at, within, missing)
        if end is not None:
            inside = _build(tokens[at + 1 : end], of_variable, within | {token.mark})
            pieces += (
                [_Piece("".join(each.text for each in inside), tokens[end].inner)] if token.mark == "open" else inside
            )
            at = end
        else:
            pieces.append(_Piece(of_variable(token.inner) if token.mark == "variable" else token.text))
        at += 1
    return pieces


def _partner(tokens: Sequence[_Token], at: int, within: frozenset[str], missing: set[Mark]) -> int | None:
    """Where what the token begins ends; None: it begins nothing."""
    token = tokens[at]
    if token.mark == "open" and token.mark not in within:
        return _link_end(tokens, at)
    if token.mark not in ("bold", "italic") or token.mark in within or not token.begins:
        return None
    if token.mark not in missing:
        for place in range(at + 2, len(tokens)):
            if tokens[place].mark == token.mark and tokens[place].ends:
                return place
        missing.add(token.mark)
    return None


def _link_end(tokens: Sequence[_Token], at: int) -> int | None:
    """The next end, unless another beginning comes first."""
    place = next((place for place in range(at + 1, len(tokens)) if tokens[place].mark in ("open", "close")), None)
    return place if place is not None and tokens[place].mark == "close" else None

"""Finds the line of every key in a TOML text that `tomllib` has read, so that a problem can name its line.

Promises an answer only for text that is valid TOML; it checks nothing again.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from typing import Final

Way = tuple[str | int, ...]
"""From the top of the document: `("events", 2, "properties", 0, "name")`."""

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_STRING: Final = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"""(?:"{0,2})'
    r"|'''[\s\S]*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
)
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR: Final = re.compile(r"[^,\]}\n#]+")


def lines_of(text: str) -> dict[Way, int]:
    """Way to line, counted from 1. Tables, keys and the items of arrays are all there."""
    return _Walk(text.replace("\r\n", "\n")).run()


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._newlines = [found.start() for found in re.finditer("\n", text)]
        self._lines: dict[Way, int] = {}
        self._items: dict[Way, int] = {}  # arrays of tables: way to the index of the last item

    def run(self) -> dict[Way, int]:
        here: Way = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._peek() == "[":
                here = self._header()
            else:
                self._pair(here)
            self._skip(_BLANK)
        return self._lines

    def _header(self) -> Way:
        start, double = self._at, self._text.startswith("[[", self._at)
        self._at += 2 if double else 1
        *above, last = self._dotted()
        self._at += 2 if double else 1
        way: Way = ()
        for key in above:
            way = self._into((*way, key))
        way = (*way, last)
        self._note(way, start)
        if not double:
            return way
        self._items[way] = self._items.get(way, -1) + 1
        return self._note(self._into(way), start)

    def _into(self, way: Way) -> Way:
        """The last item, when the way leads to an array of tables."""
        return (*way, self._items[way]) if way in self._items else way

    def _pair(self, above: Way) -> None:
        start = self._at
        way = above
        for key in self._dotted():
            way = self._note((*way, key), start)
        self._at += 1  # =
        self._skip(_SPACE)
        self._value(way)

    def _value(self, way: Way) -> None:
        first = self._peek()
        if first in "\"'":
            self._take(_STRING)
        elif first == "[":
            self._array(way)
        elif first == "{":
            self._inline_table(way)
        else:
            self._take(_SCALAR)

    def _array(self, way: Way) -> None:
        self._at += 1
        index = 0
        while self._next_item() != "]":
            self._value(self._note((*way, index), self._at))
            index += 1
        self._at += 1

    def _inline_table(self, way: Way) -> None:
        self._at += 1
        while self._next_item() != "}":
            self._pair(way)
        self._at += 1

    def _next_item(self) -> str:
        """Past blanks and commas, to the first character of an item or the closing bracket."""
        self._skip(_BLANK)
        while self._peek() == ",":
            self._at += 1
            self._skip(_BLANK)
        return self._peek()

    def _dotted(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACE)
            keys.append(self._key())
            self._skip(_SPACE)
            if self._peek() != ".":
                return keys
            self._at += 1

    def _key(self) -> str:
        if self._peek() in "\"'":
            return tomllib.loads(f"key = {self._take(_STRING)}")["key"]
        return self._take(_BARE_KEY)

    def _note(self, way: Way, at: int) -> Way:
        self._lines.setdefault(way, bisect_left(self._newlines, at) + 1)
        return way

    def _peek(self) -> str:
        return self._text[self._at]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"not TOML at character {self._at}")
        self._at = found.end()
        return found[0]

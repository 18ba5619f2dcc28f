"""Variables in texts, `{{user.name|there}}`: where they stand, what they leave when nobody is known, which there are.

What they become is decided in the page, after markup has been read: a value never brings markup or links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

PATTERN: Final = re.compile(r"\{\{([^{}]*)\}\}")

_OWN: Final = re.compile(r"(?:user|account)(?:\.[^.\s|]+)+")
_URL: Final = re.compile(r"url\.(?:pathname(?:\[\d{1,3}\])?|search(?:\.[^\s|]+)?|protocol|hostname(?:\[\d{1,3}\])?)")


class Variable(msgspec.Struct, frozen=True):
    """`fallback` stands where there is no value."""

    path: str
    fallback: str

    @property
    def is_url(self) -> bool:
        """Whether it is a part of the page's address."""
        return self.path.startswith("url.")

    @property
    def is_known(self) -> bool:
        """Whether there can be a value by this path."""
        return (_URL if self.is_url else _OWN).fullmatch(self.path) is not None


def variable(inner: str) -> Variable:
    """Of what stands between the braces."""
    path, _, fallback = inner.partition("|")
    return Variable(path.strip(), fallback)


def variables_in(text: str) -> Iterator[Variable]:
    return (variable(found[1]) for found in PATTERN.finditer(text))


def with_fallbacks(text: str) -> str:
    """The text as somebody sees it of whom nothing is known."""
    return PATTERN.sub(lambda found: variable(found[1]).fallback, text)

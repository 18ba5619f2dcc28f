"""Finds names that look like slips of the pen for others: `Email` or `emial` beside `email`. Order does not matter."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal

import msgspec

RESERVED: Final = ("email",)
"""Traits that mean something of themselves, in this very spelling."""
MIN_CHARS: Final = 5
"""Shorter names are too often one letter from another."""
MAX_CHARS: Final = 60
MOST_NAMES: Final = 2_000
"""Of more names, those that fewest people have are not compared."""

Kind = Literal["reserved", "spelling", "typo", "blank"]


class Slip(msgspec.Struct, frozen=True):
    """`name`, which `count` have, may be meant as `like`, which `like_count` have.

    reserved: `like` is a name of meaning, and this is another spelling of it or one letter off; spelling: the two
    differ by case and marks alone; typo: by one letter, or two that changed places; blank: nothing of the name can be
    seen, and `like` is empty.
    """

    name: str
    count: int
    like: str
    like_count: int
    kind: Kind


def slips(counts: Mapping[str, int]) -> list[Slip]:
    """Each name at most once, those of reserved names first, then the blank, then by how many have them.

    Which of two is the slip: the rarer one; of two that are as common, the later one in the alphabet.
    """
    seen = [name for name in counts if not _is_blank(name)]
    names = sorted(seen, key=lambda name: (name not in RESERVED, -counts[name], name))[:MOST_NAMES]
    found = {slip.name: slip for slip in reversed([*_of_reserved(names, counts), *_of_each_other(names, counts)])}
    found |= {name: Slip(name, counts[name], "", 0, "blank") for name in counts if _is_blank(name)}
    order = {"reserved": 0, "blank": 1, "spelling": 2, "typo": 3}
    return sorted(found.values(), key=lambda slip: (order[slip.kind], -slip.count, slip.name))


def _of_reserved(names: list[str], counts: Mapping[str, int]) -> Iterator[Slip]:
    for name in names:
        for reserved in RESERVED:
            if name != reserved and (_bare(name) == reserved or one_off(name.casefold(), reserved)):
                yield Slip(name, counts[name], reserved, counts.get(reserved, 0), "reserved")


def _of_each_other(names: list[str], counts: Mapping[str, int]) -> Iterator[Slip]:
    """`names` come with those first that others are slips of: the reserved ones, then the most common."""
    by_bare: dict[str, str] = {}
    by_shape: dict[str, list[str]] = {}
    for name in names:
        bare = _bare(name)
        if bare and bare in by_bare:
            yield Slip(name, counts[name], by_bare[bare], counts[by_bare[bare]], "spelling")
            continue
        near = _near(name, by_shape)
        if near is not None:
            yield Slip(name, counts[name], near, counts[near], "typo")
        by_bare[bare] = name
        for shape in _shapes(name):
            by_shape.setdefault(shape, []).append(name)


def _near(name: str, by_shape: Mapping[str, list[str]]) -> str | None:
    plain = _without_digits(name)
    for shape in _shapes(name):
        for other in by_shape.get(shape, ()):
            if plain != _without_digits(other) and one_off(name, other) and not _is_plural(name, other):
                return other
    return None


def _shapes(name: str) -> set[str]:
    """The name with a letter less, and whole: two names that are one off have one of these in common."""
    if not MIN_CHARS <= len(name) <= MAX_CHARS:
        return set()
    return {name, *(name[:at] + name[at + 1 :] for at in range(len(name)))}


def _is_plural(one: str, other: str) -> bool:
    """`login` and `logins` are no slips of each other."""
    return one + "s" == other or other + "s" == one


@functools.lru_cache(maxsize=2 * MOST_NAMES)
def _without_digits(name: str) -> str:
    """`address1` and `address2` are no slips of each other either."""
    return re.sub(r"\d", "", name)


def _is_blank(name: str) -> bool:
    return not any(letter.isprintable() and not letter.isspace() for letter in name)


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def one_off(one: str, other: str) -> bool:
    """Whether a letter more, one less, another one, or two that changed places makes one of the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left, right = one[start:], other[start:]
    if len(one) != len(other):
        return left[1:] == right or left == right[1:]
    return left[1:] == right[1:] or (left[:2] == right[:2][::-1] and left[2:] == right[2:])

"""Whether two colours can be told apart by who reads them, and which one near by can (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

TEXT: Final = 4.5
"""The least ratio of text to what is behind it."""
EDGE: Final = 3.0
"""The least ratio of what shows where a field is."""

HEX: Final = re.compile(r"#[0-9a-f]{6}")
_STEPS: Final = 256


def ratio(one: str, other: str) -> float:
    """1 (the same) to 21 (black on white), of two colours as `#rrggbb`."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def nearest(colour: str, behind: str, needed: float) -> str | None:
    """The colour that takes the least change of this one, towards black or white, to stand out from `behind`."""
    found = [each for each in (_towards(colour, end, behind, needed) for end in ("#000000", "#ffffff")) if each]
    return min(found, key=lambda each: _distance(each, colour), default=None)


def _towards(colour: str, end: str, behind: str, needed: float) -> str | None:
    return next((each for each in _way(colour, end) if ratio(each, behind) >= needed), None)


def _way(colour: str, end: str) -> Iterator[str]:
    pairs = list(zip(_channels(colour), _channels(end), strict=True))
    for step in range(_STEPS + 1):
        yield "#" + "".join(f"{round(a + (b - a) * step / _STEPS):02x}" for a, b in pairs)


def _distance(one: str, other: str) -> int:
    return sum((a - b) ** 2 for a, b in zip(_channels(one), _channels(other), strict=True))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(each / 255) for each in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

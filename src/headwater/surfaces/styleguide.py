"""The style guide of a workspace: the colours and the font of all that is shown, and which of them can be read.

A guide is kept only when its text stands out from what is behind it, and the edges of fields from theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from headwater.base.errors import InvalidInput, Unprocessable
from headwater.surfaces import contrast
from headwater.surfaces.model import Value

TOKENS: Final = (
    "background",
    "surface",
    "primary",
    "secondary",
    "text",
    "muted",
    "border",
    "success",
    "warning",
    "danger",
)
_FAMILY: Final = re.compile(r"(?:[\w ,-]|'[\w ,-]*'|\"[\w ,-]*\")*")
_MAX_FAMILY_CHARS: Final = 200

Colors = dict[str, str]


class Font(Value, frozen=True, kw_only=True):
    """`family` as CSS names it: `"Inter", sans-serif`; empty: the system's own."""

    family: str = ""
    size_px: Annotated[float, Meta(ge=10, le=32)] = 16


class StyleGuide(Value, frozen=True, kw_only=True):
    """Colours by token as `#rrggbb`. `dark` None: the same in a dark scheme."""

    colors: Colors
    dark: Colors | None
    font: Font = Font()
    radius_px: Annotated[float, Meta(ge=0, le=48)] = 8


DEFAULT: Final = StyleGuide(
    colors={
        "background": "#ffffff",
        "surface": "#f6f7f9",
        "primary": "#1f5fbf",
        "secondary": "#3d4a5c",
        "text": "#1b2430",
        "muted": "#566273",
        "border": "#7d8898",
        "success": "#1c7a43",
        "warning": "#8a5a00",
        "danger": "#b3261e",
    },
    dark={
        "background": "#14181f",
        "surface": "#1e242e",
        "primary": "#8ab4f8",
        "secondary": "#c3cbd6",
        "text": "#e9edf3",
        "muted": "#a9b4c2",
        "border": "#7f8b9b",
        "success": "#6fd394",
        "warning": "#f0b95a",
        "danger": "#f2938c",
    },
)


def checked(guide: StyleGuide) -> StyleGuide:
    """The guide with each token, those that are left out as by default.

    Raises InvalidInput that names the field, Unprocessable `contrast_too_low`.
    """
    default_dark = DEFAULT.dark or {}
    light = _colours(guide.colors, "colors", DEFAULT.colors)
    dark = None if guide.dark is None else _colours(guide.dark, "dark", default_dark)
    if len(guide.font.family) > _MAX_FAMILY_CHARS or not _FAMILY.fullmatch(guide.font.family):
        raise InvalidInput(
            f"{guide.font.family[:60]!r} is no list of font families. Allowed: names, commas, blanks, hyphens and "
            "quotation marks, up to 200 characters. Nothing was changed.",
            details={"field": "font.family"},
        )
    for scheme, colours in (("colors", light), ("dark", dark)):
        for low in too_low(colours or {}):
            raise _refusal(scheme, low)
    return msgspec.structs.replace(guide, colors=light, dark=dark)


class TooLow(msgspec.Struct, frozen=True, kw_only=True):
    """Two tokens that are too like each other, and the colour nearest to `token`'s that is not."""

    token: str
    behind: str
    ratio: float
    needed: float
    nearest: str | None


def too_low(colours: Mapping[str, str]) -> Iterator[TooLow]:
    if not colours:
        return
    for behind in ("background", "surface"):
        for token in ("text", "muted", "primary"):
            yield from _pair(colours, token, behind, contrast.TEXT)
        yield from _pair(colours, "border", behind, contrast.EDGE)


def compiled(guide: StyleGuide) -> dict[str, Any]:
    """The guide as pages are told. Words on a colour are black or white there, whichever stands out."""
    return {
        "light": guide.colors,
        "dark": guide.dark,
        "font": guide.font.family,
        "sizePx": guide.font.size_px,
        "radiusPx": guide.radius_px,
    }


def _colours(given: Mapping[str, str], field: str, default: Mapping[str, str]) -> Colors:
    for token, colour in given.items():
        if token not in TOKENS:
            raise InvalidInput(
                f"{token[:40]!r} is no colour of a style guide. There are: {', '.join(TOKENS)}. Nothing was changed.",
                details={"field": f"{field}.{token}"},
            )
        if not contrast.HEX.fullmatch(colour.lower()):
            raise InvalidInput(
                f"{token} is {colour[:40]!r}; a colour is # and six hex digits, like #1f5fd1. Nothing was changed.",
                details={"field": f"{field}.{token}"},
            )
    return {token: given.get(token, default[token]).lower() for token in TOKENS}


def _pair(colours: Mapping[str, str], token: str, behind: str, needed: float) -> Iterator[TooLow]:
    found = contrast.ratio(colours[token], colours[behind])
    if found < needed:
        near = contrast.nearest(colours[token], colours[behind], needed)
        yield TooLow(token=token, behind=behind, ratio=found, needed=needed, nearest=near)


def _refusal(scheme: str, low: TooLow) -> Unprocessable:
    mended = f"{low.token} {low.nearest} would do" if low.nearest else "no change of it alone would do"
    return Unprocessable(
        f"{low.token} and {low.behind} of {scheme} have a contrast of {_shown(low.ratio)}:1; "
        f"{low.needed:g}:1 is needed for all to see it. {mended}. Nothing was changed.",
        code="contrast_too_low",
        details={
            "field": f"{scheme}.{low.token}",
            "pair": [low.token, low.behind],
            "ratio": float(_shown(low.ratio)),
            "needed": low.needed,
            "nearest": low.nearest,
        },
    )


def _shown(ratio: float) -> str:
    """Cut, not rounded: what fails must not read as what passes."""
    return f"{int(ratio * 100) / 100:.2f}"

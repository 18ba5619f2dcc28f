"""Where links may lead and files come from, as far as that can be told before variables are filled in. The page asks
again, of its own parser, once they are."""

from __future__ import annotations

import re
from typing import Final

from headwater.surfaces.variables import PATTERN, with_fallbacks

_LINK: Final = re.compile(r"(?:https?://[^/?#]|mailto:.|tel:.|[/?#])", re.IGNORECASE)
_FILE: Final = re.compile(r"(?:https?://[^/?#]|[/?])", re.IGNORECASE)
_ODD: Final = re.compile(r"[\x00-\x20\x7f\\]")
_UNSAFE_SCHEME: Final = re.compile(r"http:", re.IGNORECASE)


def may_lead_to(href: str) -> bool:
    """https:, http:, mailto:, tel:, or an address of the same site."""
    return _fits(href, _LINK)


def may_come_from(src: str) -> bool:
    """https:, http:, or an address of the same site."""
    return _fits(src, _FILE)


def is_open(address: str) -> bool:
    """Whether it goes unencrypted, so that pages with https: do not load it."""
    return _UNSAFE_SCHEME.match(address.strip()) is not None


def _fits(address: str, form: re.Pattern[str]) -> bool:
    address = address.strip()
    if _ODD.search(PATTERN.sub("", address)):
        return False
    begins_open = PATTERN.match(address)
    if begins_open and not with_fallbacks(begins_open[0]):
        return True  # only the page can tell
    return form.match(PATTERN.sub("v", address) if not begins_open else with_fallbacks(address)) is not None

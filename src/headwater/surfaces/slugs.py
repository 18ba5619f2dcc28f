"""Which slugs a content may have: what pages and programs call it by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from typing import Final

from headwater.base.errors import InvalidInput

MAX_CHARS: Final = 60

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def checked(given: str, *, consequence: str) -> str:
    """Lower-case letters, digits and single hyphens between them, at most 60, with a letter among them: digits alone
    would be a content's number."""
    if _SLUG.fullmatch(given) and len(given) <= MAX_CHARS and not given.isdigit():
        return given
    raise InvalidInput(
        f"{given[:80]!r} is no slug. Allowed: up to {MAX_CHARS} lower-case letters, digits and single hyphens between "
        f"them, not digits alone, like welcome-banner. {consequence}",
        details={"field": "slug"},
    )


def made_of(name: str, taken: Container[str]) -> str:
    """A slug like the name that is not taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: MAX_CHARS - 10].strip("-")
    slug = f"content-{slug}" if slug.isdigit() else slug or "content"
    numbered = (f"{slug}-{number}" for number in range(2, 1_000_000))
    return slug if slug not in taken else next(each for each in numbered if each not in taken)

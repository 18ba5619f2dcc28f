"""Which texts can be kept and shown: those that are Unicode, and no longer than they need to be."""

from __future__ import annotations

from typing import Any

import msgspec

from headwater.base.errors import InvalidInput
from headwater.surfaces.model import builtins


def refuse_half_characters(value: Any, field: str) -> None:
    """Half a surrogate pair is no character: it can neither be kept nor answered. Raises InvalidInput."""
    try:
        msgspec.json.encode(builtins(value))
    except UnicodeEncodeError:
        raise InvalidInput(
            f"{field} holds half of a surrogate pair, which is no character. Nothing was changed.",
            details={"field": field},
        ) from None


def checked_note(note: str, most_chars: int = 1_000) -> str:
    """What stands beside a version. Raises InvalidInput."""
    refuse_half_characters(note, "note")
    if len(note.strip()) > most_chars:
        raise InvalidInput(
            f"A note has at most {most_chars:,} characters; this one has {len(note.strip()):,}. Nothing was changed.",
            details={"field": "note"},
        )
    return note.strip()

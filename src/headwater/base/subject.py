"""Whom an erasure is about, and what is theirs: by the ids that an event names, or by what a text mentions.

An event is a person's when it names one of their user ids. One that names no user at all is theirs when it names one of
their anonymous ids; one that names another user never is, whatever device it came from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final, Literal

import msgspec

IdKind = Literal["user", "anonymous"]
SHORT_CHARS: Final = 5
"""A shorter id counts as mentioned only where it stands in quotes: `17` is in every other number."""


class Subject(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One or more people of one workspace. `emails` are the addresses that their traits named."""

    workspace_id: str
    user_ids: frozenset[str] = frozenset()
    anonymous_ids: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not self.user_ids and not self.anonymous_ids

    def owns(self, user_id: str | None, anonymous_id: str | None, previous_id: str | None = None) -> bool:
        """Whether an event with these ids is theirs."""
        if user_id in self.user_ids:
            return True
        if previous_id is not None and (previous_id in self.user_ids or previous_id in self.anonymous_ids):
            return True
        return not user_id and anonymous_id in self.anonymous_ids

    def mentions(self, text: bytes) -> bool:
        """Whether a text of any form (broken JSON, a form, a header) holds one of their ids or addresses."""
        return self._pattern.search(text) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        names = sorted({*self.user_ids, *self.anonymous_ids, *self.emails})
        found = [
            re.escape(form) if len(name) >= SHORT_CHARS else _quoted(form) for name in names for form in _forms(name)
        ]
        within = b"|".join(found) if found else rb"(?!)"
        return re.compile(rb"(?<![\w@])(?:" + within + rb")(?![\w@])")


def _forms(name: str) -> Iterable[bytes]:
    """As it stands in text, and in JSON that is ASCII alone."""
    plain = name.encode("utf-8", "surrogatepass")
    return {
        plain,
        json.dumps(name, ensure_ascii=False).encode("utf-8", "surrogatepass")[1:-1],
        json.dumps(name).encode()[1:-1],
    }


def _quoted(form: bytes) -> bytes:
    return rb'"' + re.escape(form) + rb'"'

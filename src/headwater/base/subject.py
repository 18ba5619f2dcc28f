"""Whom an erasure is about, and what is theirs: by the ids that an event names, or by what a text mentions.

An event is a person's when it names one of their user ids. One that names no user at all is theirs when it names one of
their anonymous ids; one that names another user never is, whatever device it came from.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final, Literal

import msgspec

IdKind = Literal["user", "anonymous"]
SHORT_CHARS: Final = 5
"""A shorter id counts as mentioned only where it stands in quotes: `17` is in every other number."""
MOST_ODD: Final = 200
"""Ids that are no single word are looked for in texts that are no JSON only if there are not more."""
_STRINGS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_WORDS: Final = re.compile(rb"[\w@.+\-\x80-\xff]+")
_DECODE: Final = msgspec.json.Decoder(str).decode


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
        names, words, odd = self._sought
        if not names.isdisjoint(map(_said, _STRINGS.findall(text))):
            return True
        if not words.isdisjoint(word.rstrip(b".-+") for word in _WORDS.findall(text)):
            return True
        return odd is not None and odd.search(text) is not None

    @cached_property
    def _sought(self) -> tuple[frozenset[str], frozenset[bytes], re.Pattern[bytes] | None]:
        """Their names as JSON strings hold them, as words of any text, and those that are no words, if they are few."""
        names = self.user_ids | self.anonymous_ids | self.emails
        long = [name.encode("utf-8", "surrogatepass") for name in names if len(name) >= SHORT_CHARS]
        words = frozenset(name for name in long if _WORDS.fullmatch(name))
        odd = sorted(set(long) - words)
        pattern = rb"(?<![\w@])(?:" + b"|".join(map(re.escape, odd)) + rb")(?![\w@])"
        return names, words, re.compile(pattern) if 0 < len(odd) <= MOST_ODD else None


def _said(literal: bytes) -> str | None:
    try:
        return _DECODE(literal)
    except msgspec.MsgspecError:
        return None

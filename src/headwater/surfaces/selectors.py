"""Whether a CSS selector can be one, as far as its form tells: a page throws at one that is none."""

from __future__ import annotations

import re
from typing import Final

MAX_CHARS: Final = 1_000
MAX_SELECTORS: Final = 20

_TOKEN: Final = re.compile(r"""\\.|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|.""", re.DOTALL)
_CLOSING: Final = {"(": ")", "[": "]"}
_NEVER: Final = frozenset("{};@<!\"'`")
_END: Final = re.compile(r"(?:^|,)\s*(?:,|$)|[>+~,]\s*$|[>+~]\s*[>+~,]|^\s*[+~>]")
_NAMELESS: Final = re.compile(r"[.#](?![\w\\-]|[^\x00-\x7f])|:(?![\w:-])|[.#]\d")


def fault(selector: str) -> str | None:
    """What is wrong with it; None: nothing that can be seen."""
    if not selector.strip():
        return "it is empty"
    if len(selector) > MAX_CHARS:
        return f"it has {len(selector):,} characters; {MAX_CHARS:,} is the most"
    outer, open_brackets = [], list[str]()
    for part in _TOKEN.findall(selector):
        if part in _CLOSING:
            open_brackets.append(_CLOSING[part])
        elif part in _CLOSING.values() and (not open_brackets or open_brackets.pop() != part):
            return f"its {part} closes nothing"
        elif part in _NEVER:
            return f"{part} cannot stand there"
        # Of what stands in brackets, and of strings and escapes, only that something does.
        outer.append(part if len(part) == 1 and not open_brackets and part not in ")]" else "a")
    if open_brackets:
        return f"a {open_brackets[-1]} is missing"
    shape = "".join(outer)
    if _END.search(shape):
        return "a part of it is missing beside a comma or one of > + ~"
    return "a name is missing after one of . # :" if _NAMELESS.search(shape) else None

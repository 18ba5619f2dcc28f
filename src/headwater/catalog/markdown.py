"""Pieces of Markdown that the reference pages are put together from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

INDEPENDENT: Final = "headwater is an independent project, affiliated with none of the tools and companies named here."


def code(value: Any) -> str:
    return f"```json\n{plain_json(value, indent=2)}\n```"


def plain_json(value: Any, indent: int = 0) -> str:
    plain = msgspec.json.encode(value)
    return (msgspec.json.format(plain, indent=indent) if indent else plain).decode()


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def page(*blocks: str) -> str:
    return "\n\n".join(blocks) + "\n"

"""What Slack documents of a message: by its own models, and by ourselves what these do not look at."""

from __future__ import annotations

from typing import Any

from slack_sdk.models.blocks import Block

MAX_BLOCKS = 50
MAX_TEXT = 4_000
_BLOCK_TEXT = {"header": 150, "section": 3_000}
_SMALL_TEXT = 2_000
_MENTIONS = ("@channel", "@here", "@everyone", "<", "://")


def units(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_message(message: dict[str, Any]) -> None:
    """Raises AssertionError, or an error of Slack's models, for what Slack would not take or what would call people."""
    assert set(message) == {"text", "blocks"}
    assert 1 <= units(message["text"]) <= MAX_TEXT
    assert not any(mention in message["text"] for mention in _MENTIONS)
    assert 1 <= len(message["blocks"]) <= MAX_BLOCKS
    for block in message["blocks"]:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()
        _check_texts(block)


def _check_texts(block: dict[str, Any]) -> None:
    assert len(block.get("fields", [])) <= 10
    assert len(block.get("elements", [])) <= 10
    if "text" in block:
        _check_text(block["text"], _BLOCK_TEXT[block["type"]])
    for small in (*block.get("fields", []), *block.get("elements", [])):
        _check_text(small, _SMALL_TEXT)


def _check_text(text: dict[str, Any], most: int) -> None:
    assert text.get("verbatim") is True or (text["type"], text["emoji"]) == ("plain_text", False)
    assert 1 <= units(text["text"]) <= most
    assert text["text"].strip()
    assert not set("<>") & set(text["text"])
    assert "&" not in text["text"].replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")

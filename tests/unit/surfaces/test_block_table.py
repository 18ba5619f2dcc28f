"""The table of blocks and what the editor offers are the same: both are held to one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from headwater.surfaces.blocks import ANYTHING, BLOCKS, Prop

FILE = Path(__file__).parents[2] / "conformance" / "blocks.json"
"""Written anew by `python -m tests.unit.surfaces.test_block_table`; `fields.test.ts` reads it, too."""


def table() -> dict[str, Any]:
    return {
        "top": sorted(ANYTHING),
        "blocks": {
            name: {"holds": sorted(spec.holds), "props": {each: told(prop) for each, prop in spec.props.items()}}
            for name, spec in BLOCKS.items()
        },
    }


def told(prop: Prop) -> dict[str, Any]:
    return {
        "kind": prop.kind,
        "required": prop.required,
        "variables": prop.variables,
        "choices": [str(each) for each in prop.choices],
    }


def test_the_file_says_what_the_table_says() -> None:
    assert json.loads(FILE.read_text("utf-8")) == table()


if __name__ == "__main__":
    FILE.write_text(json.dumps(table(), indent=1) + "\n", "utf-8")

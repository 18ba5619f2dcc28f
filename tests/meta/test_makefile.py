"""Every target that the Makefile names has a rule, and says what it does."""

from __future__ import annotations

import re
from pathlib import Path

MAKEFILE = (Path(__file__).parents[2] / "Makefile").read_text("utf-8")


def test_each_phony_target_has_a_rule() -> None:
    named = {name for names in re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE) for name in names.split()}
    assert {"run", "test", "docs"} <= named
    assert named <= set(re.findall(r"^([\w-]+):", MAKEFILE, re.MULTILINE))

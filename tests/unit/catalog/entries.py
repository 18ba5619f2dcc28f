"""A small catalogue entry with one of everything, for tests to change."""

from __future__ import annotations

from pathlib import Path

ACME = """\
slug = "acme"
name = "Acme Tours"
kind = "event cloud"
status = "beta"
categories = ["Onboarding"]
regions = ["us"]
platform = "server"
docs = "https://acme.example.com/docs"
related = "acme"
description = "Acme shows balloons."
setup = ["Copy {write_key}.", "Paste it at Acme."]

[maintainer]
name = "Acme"
contact = "help@acme.example.com"

[[settings]]
name = "colour"
type = "string"
label = "Colour"
description = "Of the balloons."
default = "red"
choices = ["red", "blue"]

[[settings]]
name = "apiSecret"
type = "string"
label = "Secret"
description = "Signs what arrives."
secret = true
required = true

[[events]]
name = "Balloon Popped"
call = "track"
description = "A balloon popped."
properties = [
  { name = "balloonId", type = "integer", ours = true, description = "Which balloon." },
  { name = "poppedAt", type = "datetime", required = false, description = "When." },
  { name = "where", type = "object", description = "Where on the page.", properties = [
    { name = "x", type = "number", description = "From the left." },
    { name = "selector", type = "string", required = false, description = "Of the element." },
  ] },
]

[[events]]
name = "Balloon Traits"
call = "identify"
description = "Who it was."
properties = [{ name = "mood", type = "string", description = "After the pop." }]

[[examples]]
title = "A balloon pops"
table = "balloon_popped"
[examples.body]
type = "track"
event = "Balloon Popped"
userId = "u1"
messageId = "m1"
[examples.body.properties]
balloonId = 3
where = { x = 1.5 }
[examples.row]
id = "m1"
balloon_id = 3
where_x = 1.5
"""


def write_acme(directory: Path, *changes: tuple[str, str], name: str = "acme") -> Path:
    """Writes the entry as `<name>.toml`, each change made once; a change that changes nothing is a mistake."""
    text = ACME
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = directory / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def line_of(path: Path, words: str) -> int:
    """The line, counted from 1, of the first occurrence."""
    return path.read_text("utf-8").partition(words)[0].count("\n") + 1

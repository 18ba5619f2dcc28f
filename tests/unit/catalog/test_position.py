from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.catalog.files import source_files
from headwater.catalog.position import lines_of

TRICKY = """\
# a comment with [brackets] and "quotes"
a = 1 # and = more
"b c".d = "x = 1" # dotted

[t.u]
s = '''
[[not]]
a = table
'''
e = \"\"\"a\\"\"\"\" # still the end\"\"\"
empty = ""
date = 1979-05-27 07:32:00Z
list = [
  1, # one
  { x = 1, y = { z = [2, 3] } },

  "]",
]

[[many]]
k = 1
[many.inner]
v = true
[[many.deep]]
w = 1
[[many.deep]]
w = 2

[[many]]
k = 2
[[many.deep]]
w = 3
"""


def test_lines_of_everything_tricky():
    lines = lines_of(TRICKY)
    assert lines[("a",)] == 2
    assert lines[("b c", "d")] == 3
    assert lines[("t", "u")] == 5
    assert lines[("t", "u", "s")] == 6
    assert lines[("t", "u", "e")] == 10
    assert lines[("t", "u", "date")] == 12
    assert lines[("t", "u", "list", 0)] == 14
    assert lines[("t", "u", "list", 1, "y", "z", 1)] == 15
    assert lines[("t", "u", "list", 2)] == 17
    assert lines[("many", 0)] == 20
    assert lines[("many", 0, "inner", "v")] == 23
    assert lines[("many", 0, "deep", 1, "w")] == 27
    assert lines[("many", 1, "deep", 0, "w")] == 32


def test_windows_line_ends_count_the_same():
    assert lines_of(TRICKY.replace("\n", "\r\n")) == lines_of(TRICKY)


@pytest.mark.parametrize("path", source_files(), ids=lambda path: path.stem)
def test_every_key_of_every_bundled_file_has_a_line(path: Path):
    text = path.read_text("utf-8")
    lines = lines_of(text)
    source = text.split("\n")
    for way in _ways(tomllib.loads(text), ()):
        assert way in lines, way
        if isinstance(way[-1], str):
            assert way[-1] in source[lines[way] - 1], way


KEYS = st.sampled_from(["a", "b", "c d", 'e"f', "g.h", "ü", "-", "1"])
VALUES = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.text(st.sampled_from("ab\"'\\\n\t]}#=, é"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_whatever_tomllib_reads_has_a_line_for_every_key(document: dict[str, Any]):
    text = "\n".join(f"{_written(key)} = {_written(value)}" for key, value in document.items())
    assert tomllib.loads(text) == document
    lines = lines_of(text)
    assert set(_ways(document, ())) == set(lines)
    for number, key in enumerate(document, 1):
        assert lines[(key,)] == number


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(key)} = {_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_written(inner) for inner in value) + "]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'
    return str(value).lower()


def _ways(value: Any, above: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way for key, inner in items for way in ((*above, key), *_ways(inner, (*above, key)))]

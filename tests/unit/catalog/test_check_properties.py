"""Whatever is done to a catalogue file, checking it gives problems that help, and never an exception."""

from __future__ import annotations

import random
import re
import string
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from headwater.catalog.check import check_bytes, check_file
from headwater.catalog.files import source_files
from tests.unit.catalog.entries import ACME

PATH = Path("acme.toml")
KEYS = list(re.finditer(r"(?m)(?<![\w\"])([a-z_]+)(?= = )", ACME.partition("[[examples]]")[0]))
KNOWN = {key[1] for key in KEYS} | {
    *("maintainer", "settings", "events", "examples", "status_note", "feeds_profiles", "inbound"),
    "setup_to_add",
}
TYPO = st.sampled_from(["drop", "double", "swap", "replace"])


def misspell(word: str, kind: str, rng: random.Random) -> str:
    at = rng.randrange(len(word))
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "double":
        return word[: at + 1] + word[at:]
    if kind == "swap":
        at = min(at, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + rng.choice(string.ascii_lowercase) + word[at + 1 :]


@given(st.integers(0, len(KEYS) - 1), TYPO, st.randoms(use_true_random=False))
def test_a_misspelt_key_is_named_with_the_key_that_was_meant(index: int, kind: str, rng: random.Random):
    found = KEYS[index]
    wrong = misspell(found[1], kind, rng)
    assume(wrong not in {"", *(key[1] for key in KEYS)})
    text = ACME[: found.start()] + wrong + ACME[found.end() :]
    problems = check_bytes(text.encode(), PATH).problems
    told = [problem for problem in problems if problem.message.startswith(f'unknown key "{wrong}"')]
    assert len(told) == 1, problems
    assert told[0].line == text[: found.start()].count("\n") + 1
    if len(found[1]) > 4:  # of a shorter word a typo may leave too little to tell which was meant
        assert f'the nearest known key is "{found[1]}"' in told[0].message


@given(st.integers(0, len(KEYS) - 1), st.text(string.ascii_letters + "_-", min_size=1, max_size=30))
def test_any_other_word_for_a_key_is_answered_with_a_known_one(index: int, word: str):
    found = KEYS[index]
    assume(word not in KNOWN)
    text = ACME[: found.start()] + word + ACME[found.end() :]
    told = [problem.message for problem in check_bytes(text.encode(), PATH).problems]
    unknown = [message for message in told if message.startswith(f'unknown key "{word}"')]
    assert len(unknown) == 1
    nearest = re.search(r'the nearest known key is "(\w+)"', unknown[0])
    assert nearest is not None
    assert nearest[1] in KNOWN


@given(st.binary(max_size=2000))
def test_any_bytes_give_problems(raw: bytes):
    assert check_bytes(raw, PATH).problems


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(source_files()), st.lists(st.tuples(st.integers(0, 20_000), st.binary(max_size=3)), max_size=4))
def test_bytes_of_a_good_file_changed_here_and_there_never_raise(path: Path, changes: list[tuple[int, bytes]]):
    raw = path.read_bytes()
    for at, put in changes:
        at %= len(raw)
        raw = raw[:at] + put + raw[at + len(put) :]
    checked = check_bytes(raw, path)
    assert (checked.spec is None) == bool(checked.problems)


TOML = st.recursive(
    st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(string.printable, max_size=9).map(repr),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@given(st.integers(0, len(KEYS) - 1), TOML)
def test_a_value_of_any_type_never_raises_and_what_is_taken_is_read(index: int, value: object):
    found = KEYS[index]
    line_end = ACME.index("\n", found.end())
    text = f"{ACME[: found.end()]} = {_written(value)}{ACME[line_end:]}"
    checked = check_bytes(text.encode(), PATH)
    assert (checked.spec is None) == bool(checked.problems)
    if checked.spec is not None:
        tomllib.loads(text)


def _written(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_written(inner) for inner in value) + "]"
    return str(value).lower() if isinstance(value, bool | float) else str(value)


@pytest.mark.parametrize("path", source_files(), ids=lambda path: path.stem)
def test_a_bundled_file_cut_off_anywhere_between_lines_never_raises(path: Path, tmp_path: Path):
    lines = path.read_text("utf-8").splitlines(keepends=True)
    cut = tmp_path / path.name
    for end in range(0, len(lines), 7):
        cut.write_text("".join(lines[:end]), "utf-8")
        assert all(problem.message for problem in check_file(cut))

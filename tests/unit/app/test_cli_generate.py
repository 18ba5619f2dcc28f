"""The generated files are those that the code gives, and drift is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.app import generate
from headwater.app.settings import ELSEWHERE, defaults
from tests.unit.app.test_cli import commands


def test_the_page_of_the_commands_has_every_command_and_option():
    page = generate.cli_page()
    for words, command in commands():
        section = page.partition(f" headwater {' '.join(words)}\n")[2].partition("\n#")[0]
        assert " ".join(command.help.split()[:4]) in section
        for parameter in command.params:
            name = parameter.opts[0] if parameter.param_type_name == "option" else ""
            assert name in section or name == "--help", (words, name)


def test_the_page_of_the_settings_has_every_key():
    page = generate.settings_page()
    for key, value in defaults().items():
        assert f"| `{key}` | `HEADWATER_{key.upper()}` |" in page
        assert value is not None
    for name in ELSEWHERE - {"HEADWATER_CHROMIUM"}:
        assert f"| `{name}` |" in page


def test_a_key_in_another_form_is_not_left_out_in_silence():
    with pytest.raises(ValueError, match="port"):
        generate._require_all_keys("| `host` | x |")


def test_every_generated_file_is_the_same_each_time():
    files = generate.files()
    assert files == generate.files()
    assert json.loads(files["docs/reference/openapi.json"])["paths"]["/api/v1/sql"]
    assert set(files) >= {f"docs/reference/{name}.md" for name in ("api", "cli", "settings", "sources/candu")}


def test_drift_is_told_and_mended(tmp_path: Path):
    wanted = {"docs/a.md": b"a", "docs/reference/sources/b.md": b"b"}
    assert generate.drifted(tmp_path, wanted) == ["docs/a.md is missing.", "docs/reference/sources/b.md is missing."]
    assert generate.write(tmp_path, wanted) == ["docs/a.md", "docs/reference/sources/b.md"]
    assert generate.drifted(tmp_path, wanted) == []
    (tmp_path / "docs/a.md").write_text("other")
    (tmp_path / "docs/reference/sources/gone.md").write_text("x")
    assert generate.drifted(tmp_path, wanted) == [
        "docs/a.md is not what the code gives.",
        "docs/reference/sources/gone.md describes something that is gone.",
    ]
    assert generate.write(tmp_path, wanted) == ["docs/a.md", "docs/reference/sources/gone.md"]
    assert generate.drifted(tmp_path, wanted) == []


def test_what_is_not_understood_writes_nothing(capsys: pytest.CaptureFixture[str]):
    assert generate.main(["--chekc"]) == 2
    assert "allowed is --check" in capsys.readouterr().err

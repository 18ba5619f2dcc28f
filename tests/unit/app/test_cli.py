"""The commands that need no server: what they answer, as sentences and as JSON, and how they fail."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from headwater import __version__
from headwater.app import cli
from headwater.app.commands.output import Output, plural, print_json, visible
from headwater.app.generate import ROOT
from headwater.control.bootstrap import bootstrap, open_store

CANDU = ROOT / "src/headwater/catalog/sources/candu.toml"
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: Captured, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    """(status, standard output, standard error) of `headwater ARGUMENTS`."""
    monkeypatch.setattr(sys, "argv", ["headwater", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.fixture
def headwater(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda *arguments: run(capsys, monkeypatch, *arguments)


def commands() -> list[tuple[list[str], Any]]:
    """Every command that does something, with its words."""

    def below(command: Any, words: list[str]) -> list[tuple[list[str], Any]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            return [(words, command)]
        return [found for name, each in inner.items() for found in below(each, [*words, name])]

    return below(typer.main.get_command(cli.app), [])


@pytest.mark.parametrize(
    ("words", "command"), commands(), ids=lambda each: " ".join(each) if isinstance(each, list) else ""
)
def test_every_command_explains_itself_and_answers_in_json(words: list[str], command: Any):
    options = {name for parameter in command.params for name in parameter.opts}
    assert command.help
    if words not in (["serve"], ["demo"]):
        assert "--json" in options


def test_the_commands_are_those_that_people_may_rely_on():
    assert {words[0] for words, _ in commands()} == {
        "serve", "demo", "source", "webhook", "destination", "integration", "table", "sql", "send", "where", "parked",
        "release", "replay", "doctor", "segment", "people", "erase", "suppress", "unsuppress", "regulation",
        "backup", "restore", "export", "link", "migrate", "catalog", "content",
    }  # fmt: skip


def test_help_loads_nothing_heavy():
    command = [sys.executable, "-X", "importtime", "-m", "headwater.app.cli"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    for heavy in ("httpx", "rich", "sqlalchemy", "alembic", "duckdb", "litestar", "aiohttp", "pyarrow", "cryptography"):
        assert f"| {heavy}\n" not in loaded.replace("  ", ""), heavy


def test_the_version(headwater: Any):
    assert headwater("--version") == (0, f"{__version__}\n", "")


def test_a_mistake_in_the_command_line_is_status_2(headwater: Any):
    status, out, err = headwater("source", "add", "--catalog", "candu")
    assert (status, out) == (2, "")
    assert "--name" in err


@pytest.mark.parametrize(
    "words", [["source", "list"], ["sql", "SELECT 1"], ["link"], ["backup", "there"], ["where", "m"]]
)
def test_without_a_server_it_says_how_to_start_one(headwater: Any, elsewhere: Path, words: list[str]):
    status, out, err = headwater(*words, "--json")
    assert (status, out) == (1, "")
    assert err.startswith(f"headwater: no headwater server runs on {elsewhere / 'headwater-data'}")
    assert err.count("\n") == 1


def test_a_settings_file_that_is_wrong_is_told(headwater: Any, elsewhere: Path):
    (elsewhere / "headwater.toml").write_text("prot = 1\n")
    status, _, err = headwater("migrate")
    assert status == 1
    assert "Did you mean port?" in err


# catalog check


def test_a_good_catalogue_file(headwater: Any):
    assert headwater("catalog", "check", str(CANDU)) == (0, "1 file checked, 0 problems.\n", "")
    status, out, _ = headwater("catalog", "check", "--all", "--json")
    assert status == 0
    assert json.loads(out)["problems"] == []
    assert json.loads(out)["files"] > 5


def test_a_wrong_catalogue_file_is_told_line_by_line(headwater: Any, elsewhere: Path):
    wrong = elsewhere / "candu.toml"
    wrong.write_text(CANDU.read_text().replace("status_note", "status_noet"))
    status, out, _ = headwater("catalog", "check", str(wrong))
    assert status == 1
    assert "status_note" in out
    assert out.endswith("1 file checked, 1 problem.\n")
    status, out, _ = headwater("catalog", "check", str(wrong), "--json")
    (problem,) = json.loads(out)["problems"]
    assert status == 1
    assert (problem["file"], problem["line"]) == (str(wrong), 5)


def test_two_files_of_one_slug_are_found_by_all(headwater: Any, elsewhere: Path):
    (elsewhere / "candu.toml").write_text(CANDU.read_text())
    assert headwater("catalog", "check", "--all", "candu.toml")[0] == 1


def test_checking_nothing_is_a_mistake(headwater: Any):
    status, _, err = headwater("catalog", "check")
    assert status == 1
    assert "name the catalogue files to check, or take --all" in err


# migrate and restore


def installation(directory: Path) -> Path:
    store = open_store(directory)
    bootstrap(store, directory, "us")
    store.close()
    return directory


def test_migrate_says_whether_it_changed_anything(headwater: Any, elsewhere: Path):
    data = installation(elsewhere / "kept")
    assert headwater("migrate", "--data", str(data)) == (0, f"The state in {data} is up to date already.\n", "")
    status, out, _ = headwater("migrate", "--data", "kept", "--json")
    assert (status, json.loads(out)) == (0, {"data": str(data), "changed": False})
    (data / "state.db").unlink()
    (data / "state.db").touch()
    assert headwater("migrate", "--data", str(data))[1] == f"The state in {data} was brought up to date.\n"


def test_migrate_makes_no_installation_where_there_is_none(headwater: Any, elsewhere: Path):
    status, _, err = headwater("migrate", "--data", "empty")
    assert status == 1
    assert "holds no headwater data" in err
    assert not (elsewhere / "empty").exists()


@pytest.mark.parametrize("words", [["migrate"], ["restore", "copy"]])
def test_no_offline_work_under_a_running_server(headwater: Any, elsewhere: Path, words: list[str]):
    data = installation(elsewhere / "kept")
    running = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)  # headwater"])
    (data / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:1", "pid": running.pid}))
    status, _, err = headwater(*words, "--data", str(data))
    running.kill()
    running.wait()
    assert status == 1
    assert f"process {running.pid}" in err
    assert "Stop it first" in err
    assert "runs on" not in headwater(*words, "--data", str(data))[2]


def test_what_is_no_backup_is_not_restored(headwater: Any, elsewhere: Path):
    (elsewhere / "copy").mkdir()
    status, _, err = headwater("restore", "copy", "--data", "new")
    assert status == 1
    assert "holds no complete backup" in err
    assert not (elsewhere / "new").exists()


# doctor


def test_the_doctor_fails_where_no_server_runs(headwater: Any, elsewhere: Path):
    data = installation(elsewhere / "headwater-data")
    (data / "admin-token").chmod(0o644)
    status, out, _ = headwater("doctor", "--json")
    found = json.loads(out)
    checks = {check["name"]: check for check in found["checks"]}
    assert (status, found["status"]) == (1, "fail")
    assert checks["permissions of admin-token"]["status"] == "fail"
    assert checks["permissions of admin-token"]["advice"] == f"chmod 600 {data / 'admin-token'}"
    assert checks["permissions of secret.key"]["status"] == "ok"
    assert "`headwater serve" in checks["server"]["meaning"]
    assert stat.S_IMODE(os.stat(data / "admin-token").st_mode) == 0o644
    status, out, _ = headwater("doctor")
    assert status == 1
    assert "fail  permissions of admin-token: " in out
    assert f"      chmod 600 {data / 'admin-token'}\n" in out


# Answers


def test_what_came_from_outside_does_not_steer_the_terminal(capsys: Captured):
    assert visible("a\x1b[31mb\u202ec\r\ud800\n") == "a\\u001b[31mb\\u202ec\\u000d\\ud800\n"
    Output(as_json=False).table(["a[b]"], [["\x1b]0;x\x07", None, "[bold]x[/bold]\nz"], [True, {"a": 1}, 3]])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    for text in ("\\u001b]0;x\\u0007", "null", "[bold]x[/bold]\\nz", "true", '{"a": 1}'):
        assert text in out


def test_a_long_cell_is_whole_where_no_one_watches(capsys: Captured):
    Output(as_json=False).table(["a"], [["x" * 3000]])
    assert "x" * 3000 in capsys.readouterr().out


def test_json_holds_what_utf_8_cannot(capsys: Captured):
    print_json({"a": "\ud800", "b": "é"})
    assert json.loads(capsys.readouterr().out) == {"a": "\ud800", "b": "é"}
    print_json({"b": "é"})
    assert capsys.readouterr().out == '{"b": "é"}\n'


def test_progress_is_for_those_who_watch(capsys: Captured):
    for output in (Output(as_json=True), Output(as_json=False)):
        with output.progress("long work", total=3) as advance:
            advance(1)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("count", "text"), [(0, "0 rows"), (1, "1 row"), (2000, "2,000 rows")])
def test_counts_are_written_as_people_read_them(count: int, text: str):
    assert plural(count, "row") == text

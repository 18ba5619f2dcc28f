"""The generated files of the checkout: written from the code they describe, and checked for drift.

`python -m headwater.app.generate` writes them; with `--check` it names those that differ and ends with 1.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Final

import typer
import typer.main

from headwater.api.generate import generated
from headwater.app.cli import app as command_line
from headwater.app.settings import ELSEWHERE
from headwater.catalog import destination_docs, docs

ROOT: Final = Path(__file__).parents[3]
REFERENCE: Final = "docs/reference"
FOLDERS: Final = (docs.FOLDER, destination_docs.FOLDER)
"""Folders that hold nothing but generated files."""

_SHARED: Final = ("--url", "--token", "--workspace", "--data", "--json", "--help")
_KEY: Final = re.compile(r"([a-z_]+) = (.+)")


def files() -> dict[str, bytes]:
    """Every generated file by its way from the root of the checkout."""
    pages = docs.pages() | destination_docs.destination_pages()
    found = {way: text.encode() for way, text in pages.items()}
    found |= {f"{REFERENCE}/{name}": content for name, content in generated().items()}
    return found | {f"{REFERENCE}/cli.md": cli_page().encode(), f"{REFERENCE}/settings.md": settings_page().encode()}


def drifted(root: Path, wanted: dict[str, bytes]) -> list[str]:
    """A sentence for each file that is not as it would be written, and for each that should not be there."""
    sentences = []
    for way, content in sorted(wanted.items()):
        path = root / way
        if not path.exists():
            sentences.append(f"{way} is missing.")
        elif path.read_bytes() != content:
            sentences.append(f"{way} is not what the code gives.")
    return sentences + [f"{way} describes something that is gone." for way in _left_over(root, wanted)]


def write(root: Path, wanted: dict[str, bytes]) -> list[str]:
    """Writes what differs, removes what is left over, and names both."""
    changed = []
    for way, content in sorted(wanted.items()):
        path = root / way
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            changed.append(way)
    for way in _left_over(root, wanted):
        (root / way).unlink()
        changed.append(way)
    return changed


def _left_over(root: Path, wanted: dict[str, bytes]) -> list[str]:
    there = [path for folder in FOLDERS for path in (root / folder).glob("*") if path.is_file()]
    return sorted({path.relative_to(root).as_posix() for path in there} - set(wanted))


# The commands


def cli_page() -> str:
    root = typer.main.get_command(command_line)
    context = typer.Context(root, info_name="headwater")
    blocks = ["# The command line", *_introduction()]
    for command, inner in _below(root, context):
        blocks += _command(command, inner)
    return "\n\n".join(blocks) + "\n"


def _introduction() -> Iterator[str]:
    yield "<!-- Generated from the commands themselves by `make fix`. -->"
    yield (
        "`headwater serve` and `headwater demo` run the server. Every other command asks a running server's"
        " management API, or works on files where it says so."
    )
    yield (
        "**Which server.** `--url` or the variable `HEADWATER_URL`; else the one that the data directory's"
        " `server.json` names. The data directory is that of `--data`, else of the [settings](settings.md), else"
        " `./demo-data` when only the demo runs. **As whom.** `--token`, else `HEADWATER_TOKEN` (an"
        " API key); else `HEADWATER_ADMIN_TOKEN`, else the data directory's `admin-token`, which both go to that"
        " directory's own server and to no other. `--workspace` picks a workspace for the installation's token."
    )
    yield (
        "**Answers.** A table or a sentence; with `--json` one JSON value, as the management API gives it; a list is "
        "its `data`, of all pages together. A failure"
        " is one sentence on standard error and status 1, a mistake in the command line itself status 2. Long work"
        " shows its progress on a terminal."
    )


def _below(command: Any, context: typer.Context) -> Iterator[tuple[Any, typer.Context]]:
    """The commands that do something, in the order of the help."""
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        inner = typer.Context(found, info_name=name, parent=context)
        if hasattr(found, "list_commands"):
            yield found, inner
            yield from _below(found, inner)
        else:
            yield found, inner


def _command(command: Any, context: typer.Context) -> Iterator[str]:
    is_group = hasattr(command, "list_commands")
    depth = len(context.command_path.split())
    yield f"{'#' * min(depth, 4)} {context.command_path}"
    yield _joined(command.help)
    if is_group:
        return
    rows, shared = [], []
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is None:
            continue
        shown, meaning = record
        if shown.split()[0] in _SHARED and not parameter.required:
            shared.append(shown.split()[0])
        else:
            shown = shown.split()[0] if parameter.param_type_name == "argument" else shown
            rows.append(f"| `{_cell(shown)}` | {_cell(meaning)} |")
    yield f"```console\nheadwater {' '.join(_usage(command, context))}\n```"
    if rows:
        yield "\n".join(["| Argument or option | Meaning |", "| --- | --- |", *rows])
    if others := [name for name in shared if name != "--help"]:
        yield f"Also {', '.join(f'`{name}`' for name in others)}."


def _usage(command: Any, context: typer.Context) -> list[str]:
    pieces = [piece.strip("{}") for piece in command.collect_usage_pieces(context)]
    return [*context.command_path.split()[1:], *pieces]


def _joined(text: str | None) -> str:
    """Paragraphs without the line ends of the code."""
    return "\n\n".join(" ".join(block.split()) for block in (text or "").split("\n\n"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# The settings


def settings_page() -> str:
    source = resources.files("headwater.app").joinpath("defaults.toml").read_text("utf-8")
    introduction, *blocks = list(_blocks(source.splitlines()))
    parts = ["# Settings", "<!-- Generated from src/headwater/app/defaults.toml by `make fix`. -->", introduction[0]]
    for text, keys in blocks:
        parts += [f"## {', '.join(f'`{key}`' for key, _ in keys)}", text, _defaults(keys)]
    page = "\n\n".join(part for part in [*parts, _others()] if part) + "\n"
    _require_all_keys(page)
    return page


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(what a comment says, the keys that follow it); the comment before the first key stands alone."""
    comment: list[str] = []
    keys: list[tuple[str, str]] = []
    for line in [*lines, ""]:
        if found := _KEY.fullmatch(line):
            keys.append((found[1], found[2]))
            continue
        if keys or (comment and not line):
            yield " ".join(comment), keys
            comment, keys = [], []
        if line.startswith("#"):
            comment.append(line.removeprefix("#").strip())


def _defaults(keys: list[tuple[str, str]]) -> str:
    rows = [f"| `{key}` | `HEADWATER_{key.upper()}` | `{value}` |" for key, value in keys]
    return "\n".join(["| Key | Variable | Default |", "| --- | --- | --- |", *rows])


def _others() -> str:
    meanings = {
        "HEADWATER_ADMIN_TOKEN": "The installation's admin token, instead of the one made at first start.",
        "HEADWATER_CONFIG": "The settings file, instead of `headwater.toml` in the current directory.",
        "HEADWATER_TOKEN": "The token that the command line shows a server.",
        "HEADWATER_URL": "The server that the command line asks.",
    }
    rows = [f"| `{name}` | {meanings[name]} |" for name in sorted(ELSEWHERE - {"HEADWATER_CHROMIUM"})]
    return "\n".join(["## Other variables", "", "| Variable | Meaning |", "| --- | --- |", *rows])


def _require_all_keys(page: str) -> None:
    known = tomllib.loads(resources.files("headwater.app").joinpath("defaults.toml").read_text("utf-8"))
    missing = [key for key in known if f"| `{key}` |" not in page]
    if missing:
        raise ValueError(f"defaults.toml is not in the form that is read here: {', '.join(missing)} would be left out")


def main(arguments: list[str]) -> int:
    unknown = [each for each in arguments if each != "--check"]
    if unknown:
        sys.stderr.write(f"{unknown[0]!r} is not understood; allowed is --check. Nothing was written.\n")
        return 2
    wanted = files()
    if "--check" not in arguments:
        for way in write(ROOT, wanted):
            sys.stdout.write(f"{way}\n")
        return 0
    sentences = drifted(ROOT, wanted)
    for sentence in sentences:
        sys.stderr.write(f"{sentence} Run `make fix` and commit it.\n")
    return 1 if sentences else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

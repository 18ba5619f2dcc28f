"""How a command answers: JSON for programs, tables and sentences for people, progress where somebody watches.

What came from outside (labels, payloads) is shown so that it cannot steer the terminal.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import typer

_STEERING: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_WIDE: Final = 10_000
"""Columns for an output that is no terminal: nothing is cut or wrapped there."""

Advance = Callable[[int], None]


class Output:
    """`as_json`: exactly one JSON value on standard output, nothing else there."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def give(self, value: Any, shown: Callable[[], None]) -> None:
        """The command's result: `value` for programs, or what `shown` prints for people."""
        if self.as_json:
            print_json(value)
        else:
            shown()

    def say(self, text: str = "") -> None:
        """A line for people, on standard output."""
        typer.echo(visible(text))

    def note(self, text: str) -> None:
        """A line beside the result, on standard error."""
        typer.echo(visible(text), err=True)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*head, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for row in rows:
            table.add_row(*(Text(cell(value), style="dim" if value is None else "") for value in row))
        console = Console(width=None if sys.stdout.isatty() else _WIDE)
        console.print(table)

    @contextlib.contextmanager
    def progress(self, text: str, *, total: int | None = None, bytes: bool = False) -> Iterator[Advance]:
        """Shows how far long work is, on a terminal's standard error; gives what to call with each piece done."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _count: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
        from rich.progress import TimeElapsedColumn as Elapsed

        counts = [BarColumn(), DownloadColumn() if bytes else MofNCompleteColumn()] if total is not None else []
        columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False), *counts, Elapsed()]
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(visible(text), total=total)
            yield lambda count: bar.advance(task, count)


def print_json(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None)
    try:
        line = text.encode()
    except UnicodeEncodeError:  # half of a pair that a client sent as an escape
        line = json.dumps(value).encode()
    typer.echo(line)


def visible(text: str) -> str:
    """Text with what would steer a terminal written as an escape."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def cell(value: Any) -> str:
    """A value as one line of text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False)
    return visible(str(value)).replace("\n", "\\n").replace("\t", "\\t")


def plural(count: int, one: str, many: str = "") -> str:
    """`1 row`, `2,000 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"

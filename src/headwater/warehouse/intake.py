"""Brings a CSV or Parquet file of the user's into columns of the warehouse's types, in a process of its own.

What comes out is an Arrow file and, in its metadata, the type of each column. Names are folded as property names
are; times become UTC; nested values become JSON. A file that no table can be made of is refused with the reason.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

import duckdb
import msgspec
import pyarrow as pa

from headwater.base.errors import InvalidInput
from headwater.base.naming import column_name
from headwater.warehouse.engine import connect, quoted

FileKind = Literal["csv", "parquet"]

MEMORY_BYTES: Final = 2 * 2**30
MAX_COLUMNS: Final = 1_500
MAX_DIGITS: Final = 38
TYPES_KEY: Final = b"headwater.types"

_READERS: Final[dict[FileKind, str]] = {
    "csv": """read_csv('{}', delim = '{}', quote = '"', escape = '"', header = true, skip = 0, sample_size = -1,
        strict_mode = true{})""",
    "parquet": "read_parquet('{}', hive_partitioning = false)",
}
_INTEGERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
_KEPT = frozenset({"BOOLEAN", "DOUBLE", "VARCHAR", "DATE", "BLOB"})
_NESTED = ("STRUCT(", "MAP(", "UNION(", "VARIANT", "JSON")


def stage(kind: FileKind, source: Path, target: Path) -> None:
    """Write the Arrow file `target` from `source`. Raises InvalidInput `bad_file`."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-I", "-m", "headwater.warehouse.intake", kind, str(source), str(target)],
        capture_output=True,
        check=False,
        env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
    )
    if done.returncode != 0:
        reason = done.stdout.decode("utf-8", "replace").strip() or "it asks for more memory than there is for it"
        raise InvalidInput(f"The {kind} file cannot be read: {reason}. Nothing was stored.", code="bad_file")


def stored_as(type_: str) -> tuple[str, str]:
    """How a column of an engine type is kept: the SQL around it, and the type in the warehouse."""
    if type_ in _INTEGERS:
        return "CAST({} AS BIGINT)", "BIGINT"
    if type_ in _KEPT or type_.startswith("DECIMAL("):
        return "{}", type_
    if type_ == "FLOAT":
        return "CAST({} AS DOUBLE)", "DOUBLE"
    if type_.startswith("TIMESTAMP"):
        return "CAST({} AS TIMESTAMP)", "TIMESTAMP"
    if type_ in ("HUGEINT", "UBIGINT", "UHUGEINT"):
        return "CAST({} AS DECIMAL(38, 0))", "DECIMAL(38,0)"
    if type_.endswith("]") or type_.startswith(_NESTED):
        return "CAST(to_json({}) AS VARCHAR)", "JSON"
    return "CAST({} AS VARCHAR)", "VARCHAR"


def folded_names(names: list[str]) -> list[str]:
    """Column names of a table, each once: a second that folds to one name gets `_2`."""
    found: list[str] = []
    for name in names:
        folded, count = column_name(name), 1
        while (taken := folded if count == 1 else f"{folded}_{count}") in found:
            count += 1
        found.append(taken)
    return found


def _convert(kind: FileKind, source: str, target: str) -> None:
    connection = connect({"memory_limit": "1GB", "threads": "1"})
    connection.execute("SET TimeZone = 'UTC'")
    escaped = source.replace("'", "''")
    connection.execute(f"SET temp_directory = ''; SET allowed_paths = ['{escaped}']")
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    mark = _delimiter(source) if kind == "csv" else ""
    relation = connection.sql(f"FROM {_READERS[kind].format(escaped, mark, '')}")
    names, types = relation.columns, [str(type_) for type_ in relation.types]
    if len(names) > MAX_COLUMNS:
        raise InvalidInput(f"it has {len(names)} columns; at most {MAX_COLUMNS} are taken")
    kept = [stored_as(type_) for type_ in types]
    fractions = [name for name, type_ in zip(names, types, strict=True) if kind == "csv" and type_ == "DOUBLE"]
    if fractions:
        texts = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in fractions)
        as_text = connection.sql(f"FROM {_READERS[kind].format(escaped, mark, f', types = {{{texts}}}')}")
        exact = {name: _without_loss(as_text, name) for name in fractions}
        if any(type_ != "DOUBLE" for _, type_ in exact.values()):
            relation = as_text
            kept = [exact.get(name, as_is) for name, as_is in zip(names, kept, strict=True)]
    listed = ", ".join(
        f"{expression.format(f'#{at}')} AS {quoted(name)}"
        for at, ((expression, _), name) in enumerate(zip(kept, folded_names(names), strict=True), start=1)
    )
    reader = relation.project(listed).to_arrow_reader(10_000)
    schema = reader.schema.with_metadata({TYPES_KEY: msgspec.json.encode([type_ for _, type_ in kept])})
    with pa.OSFile(target, "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for batch in reader:
            writer.write_batch(batch.replace_schema_metadata(schema.metadata))


def _without_loss(relation: duckdb.DuckDBPyRelation, name: str) -> tuple[str, str]:
    """How the numbers of a column of text are kept: as doubles where these say the same digits, else as decimals
    where 38 digits do for all of them, else as the text that they are."""
    text = f"nullif(trim({quoted(name)}), '')"
    whole, part = (f"regexp_extract({text}, '^[+-]?([0-9]*)\\.?([0-9]*)$', {group})" for group in (1, 2))
    found = relation.aggregate(
        f"bool_and({_digits(text)} = {_digits(f'CAST(TRY_CAST({text} AS DOUBLE) AS VARCHAR)')}), "
        f"bool_and(regexp_full_match({text}, '[+-]?[0-9]*\\.?[0-9]*')), "
        f"max(length(ltrim({whole}, '0'))), max(length(rtrim({part}, '0')))"
    ).fetchall()
    same, plain, before, after = found[0]
    if same is not False:
        return "CAST(nullif(trim({}), '') AS DOUBLE)", "DOUBLE"
    if not plain or before + after > MAX_DIGITS:
        return "{}", "VARCHAR"
    decimal = f"DECIMAL({before + after},{after})"
    return f"CAST(nullif(trim({{}}), '') AS {decimal})", decimal


def _digits(text: str) -> str:
    """The digits of a number that tell, as SQL: without its sign, point, exponent and the zeros around."""
    return f"trim(regexp_replace(regexp_replace({text}, '[eE].*$', ''), '[^0-9]', '', 'g'), '0')"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _delimiter(source: str) -> str:
    """The one of `,` `;` tab `|` that the first line, which names the columns, has most of."""
    with open(source, "rb") as file:
        line = file.readline(1_000_000)
    if not line.strip():
        raise InvalidInput("it is empty; the first line must name the columns")
    return max(",;\t|", key=lambda mark: line.count(mark.encode()))


def _reason(text: str) -> str:
    if "sniffing file" in text:
        return "its lines do not all have the columns that the first line names, or a quote is not closed"
    return " ".join(text.partition("\n\n")[0].partition("\nPossible")[0].split())[:1000]


def main() -> None:
    """`argv`: kind, source, target. The reason of a failure goes to standard output."""
    with suppress(ValueError, OSError):  # a lower limit may be set already
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    _, kind, source, target = sys.argv
    try:
        _convert("csv" if kind == "csv" else "parquet", source, target)
    except (duckdb.OutOfMemoryException, MemoryError):
        os._exit(2)
    except (InvalidInput, duckdb.Error, pa.ArrowException) as error:
        sys.stdout.write(_reason(str(error)).replace(source, "the file"))
        sys.stdout.flush()
        os._exit(3)
    os._exit(0)


if __name__ == "__main__":
    main()

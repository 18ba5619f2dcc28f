"""Files in a folder: batches of events as NDJSON or Parquet, for tools that read files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec

from headwater.base.event import CleanEvent
from headwater.base.ids import stable_uuid
from headwater.base.outgoing import FileWrite, Job, Outgoing
from headwater.catalog.destination import DestinationExample, DestinationSpec, Limits, RetryClasses, Trouble
from headwater.catalog.model import Maintainer, SettingSpec

_TEXTS: Final = tuple(
    field
    for field in msgspec.structs.fields(CleanEvent)
    if field.type is not msgspec.Raw and field.name not in ("workspace_id", "form", "ids_signed")
)
_JSON: Final = tuple(field for field in msgspec.structs.fields(CleanEvent) if field.type is msgspec.Raw)
MAX_NAME_BYTES: Final = 255
MAX_FOLDER_BYTES: Final = 1_000
MAX_EVENTS: Final = 10_000
MAX_WAIT_S: Final = 86_400


class _Line(msgspec.Struct, rename="camel"):
    """Whom a written line names."""

    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None


Theirs = Callable[[str | None, str | None, str | None], bool]
"""Whether an event with these user, anonymous and previous ids is of who is erased."""
_IDS: Final = msgspec.json.Decoder(_Line).decode
_NAMES: Final = ("user_id", "anonymous_id", "previous_id")


def requests(jobs: Sequence[Job], settings: Mapping[str, Any]) -> list[Outgoing]:
    """A file for each day (UTC, of receipt), its events as they arrived. The same jobs give the same names."""
    days = groupby(sorted(jobs, key=lambda job: job.event.received_at), key=_day)
    return [_file(day, list(group), settings) for day, group in days]


def _file(day: str, jobs: list[Job], settings: Mapping[str, Any]) -> FileWrite:
    ids = tuple(job.id for job in jobs)
    parquet = settings.get("format") == "parquet"
    name = f"{day}/{stable_uuid('file', *sorted(ids))}.{'parquet' if parquet else 'ndjson'}"
    folder = (settings.get("folder") or "").strip("/")
    return FileWrite(
        name=f"{folder}/{name}" if folder else name, body=_parquet(jobs) if parquet else _ndjson(jobs), jobs=ids
    )


def without(name: str, body: bytes, theirs: Theirs) -> tuple[bytes, int]:
    """A written file without the events that are `theirs`, and how many those were; none left: no bytes."""
    if name.endswith(".parquet"):
        return _rows_without(body, theirs)
    lines = body.splitlines(keepends=True)
    kept = [line for line in lines if not theirs(*_ids(line))]
    return b"".join(kept), len(lines) - len(kept)


def check(settings: Mapping[str, Any]) -> str | None:
    """Why these settings can never write a file."""
    folder = settings.get("folder") or ""
    if folder.startswith("/"):
        return f"The folder {folder[:80]!r} is absolute. Allowed: a relative name, under the workspace's own folder."
    parts = folder.removesuffix("/").split("/") if folder else []
    if any(part in ("", ".", "..") for part in parts) or not folder.isprintable():
        return (
            f"The folder {folder[:80]!r} is no folder under the workspace's own. Allowed: names with / between them,"
            " none of them empty, . or .., without control characters."
        )
    if len(folder.encode()) > MAX_FOLDER_BYTES or any(len(part.encode()) > MAX_NAME_BYTES for part in parts):
        return (
            f"The folder {folder[:40]!r}… is too long. Allowed: {MAX_NAME_BYTES} bytes for each name in it, and"
            f" {MAX_FOLDER_BYTES:,} in all."
        )
    for name, least, most in (("batchEvents", 1, MAX_EVENTS), ("batchSeconds", 0, MAX_WAIT_S)):
        value = settings.get(name)
        if value is not None and not least <= value <= most:
            return f"{name} is {value}. Allowed: {least} to {most:,}."
    return None


def _ids(line: bytes) -> tuple[str | None, str | None, str | None]:
    try:
        found = _IDS(line)
    except msgspec.MsgspecError:
        return None, None, None
    return found.user_id, found.anonymous_id, found.previous_id


def _rows_without(body: bytes, theirs: Theirs) -> tuple[bytes, int]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(body))
    except pa.ArrowException:
        return body, 0  # not one of ours: ours are there whole
    columns = [table.column(name).to_pylist() for name in _NAMES if name in table.column_names]
    kept = [not theirs(*ids) for ids in zip(*columns, strict=True)] if len(columns) == len(_NAMES) else []
    if all(kept):
        return body, 0
    sink = pa.BufferOutputStream()
    pq.write_table(table.filter(pa.array(kept)), sink, compression="zstd")
    return sink.getvalue().to_pybytes() if any(kept) else b"", kept.count(False)


def _day(job: Job) -> str:
    return job.event.received_at[:10]


def _ndjson(jobs: Sequence[Job]) -> bytes:
    return b"".join(msgspec.json.encode(_line(job)) + b"\n" for job in jobs)


def _line(job: Job) -> dict[str, Any]:
    """The event with what it has, its parts as the JSON they are."""
    found = {field.encode_name: getattr(job.event, field.name) for field in (*_TEXTS, *_JSON)}
    return {"deliveryId": job.id, **{name: value for name, value in found.items() if value}}


def _parquet(jobs: Sequence[Job]) -> bytes:
    """One text column a field, named as in the warehouse; the parts as JSON text."""
    import pyarrow as pa  # 0.3 s, and only those who write Parquet need it
    import pyarrow.parquet as pq

    columns = {"delivery_id": [job.id for job in jobs]}
    columns |= {field.name: [getattr(job.event, field.name) for job in jobs] for field in _TEXTS}
    columns |= {field.name: [_json_text(getattr(job.event, field.name)) for job in jobs] for field in _JSON}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _json_text(raw: msgspec.Raw) -> str | None:
    return bytes(raw).decode() if raw else None


SPEC: Final = DestinationSpec(
    slug="files",
    name="Files",
    status="public",
    maintainer=Maintainer(name="headwater"),
    categories=("Raw Data", "Storage"),
    description=(
        "Writes events to files in a folder of the server, in batches: one JSON object a line, or Parquet with a "
        "column for each field. A folder for each day of receipt (UTC). A file is there whole or not at all, and a "
        "batch that has to be written again replaces its own file."
    ),
    docs="https://github.com/ndjson/ndjson-spec",
    setup=(
        "The operator's setting send_files_dir says where files lie, DATA/files if it says nothing; each workspace "
        "has a folder of its own there.",
        "Name a folder under that, or none, and choose the format.",
        "Choose how many events make a batch, and how long one waits to be full.",
    ),
    requests=requests,
    check=check,
    verified="Tested by writing files and reading them back with DuckDB and pyarrow.",
    integration="Files",
    settings=(
        SettingSpec(
            name="folder",
            type="string",
            label="Folder",
            description="Under the workspace's own folder, with / between its parts. Empty: that folder itself.",
        ),
        SettingSpec(
            name="format",
            type="string",
            label="Format",
            description="One JSON object a line, or Parquet.",
            default="ndjson",
            choices=("ndjson", "parquet"),
        ),
        SettingSpec(
            name="batchEvents",
            type="integer",
            label="Events in a batch",
            description="A file is written when so many events wait, at most 10,000.",
            default=1_000,
        ),
        SettingSpec(
            name="batchSeconds",
            type="integer",
            label="Seconds to wait",
            description="A file is written when its first event has waited so long, full or not; at most 86,400.",
            default=60,
        ),
    ),
    limits=Limits(max_batch=MAX_EVENTS, batch_wait_s=60.0),
    retry=RetryClasses(gone=()),
    troubles=(
        Trouble(
            sign="Every attempt fails, and the reason names the folder",
            remedy="It leads out of the workspace's own folder, or headwater may not write there. Name another, or "
            "let the operator mend it.",
        ),
        Trouble(
            sign="No file comes",
            remedy="Batches wait until they are full or old enough; lower the seconds to wait. Then look whether "
            "events are pending at all.",
        ),
        Trouble(
            sign="An event is in two files",
            remedy="After a crash a batch may be put together in another way. Count each deliveryId once.",
        ),
    ),
    examples=(
        DestinationExample(
            title="An order, as a line of JSON",
            event={
                "messageId": "example-order",
                "type": "track",
                "event": "Order Completed",
                "userId": "user-42",
                "properties": {"total": 27.5},
            },
            settings={"folder": "orders"},
            url="orders/2026-03-04/2034a4d4-c5c0-5285-a471-71a60f395d6c.ndjson",
            body=[
                {
                    "deliveryId": "ec793e74-05cd-50ee-a374-3d7fc0593536",
                    "messageId": "example-order",
                    "type": "track",
                    "sourceId": "example",
                    "receivedAt": "2026-03-04T09:15:01.000Z",
                    "timestamp": "2026-03-04T09:15:01.000Z",
                    "userId": "user-42",
                    "event": "Order Completed",
                    "properties": {"total": 27.5},
                }
            ],
        ),
    ),
)

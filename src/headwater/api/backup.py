"""Copies of everything to a directory of the server: a backup to restore from, or Parquet files for other tools."""

from __future__ import annotations

from pathlib import Path

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody

from headwater.api.auth import installation
from headwater.api.given import Body, GivenCaller, GivenWork
from headwater.api.ports import BackupDone, ExportDone
from headwater.base.errors import InvalidInput


class TargetDirectory(Body, frozen=True):
    """An absolute path on the server, empty or not there yet."""

    dir: str


@post("/backup", operation_id="createBackup", tags=["Installation"], guards=[installation], status_code=202)
async def create_backup(data: JSONBody[TargetDirectory], work: GivenWork) -> BackupDone:
    """A backup of the running server, complete when this answers. The installation's admin token."""
    return msgspec.convert(await work.backup(_checked(data.dir)), BackupDone)


@post("/export", operation_id="createExport", tags=["Installation"], guards=[installation], status_code=202)
async def create_export(data: JSONBody[TargetDirectory], caller: GivenCaller, work: GivenWork) -> ExportDone:
    """Every table of the workspace as a Parquet file. The installation's admin token, as it writes to the server."""
    return msgspec.convert(await work.export(caller.workspace_id, _checked(data.dir)), ExportDone)


def _checked(given: str) -> str:
    if not given.isprintable() or not Path(given).is_absolute():
        raise InvalidInput(
            f"`dir` is {given[:200]!r}; it must be an absolute path on the server. Nothing was written.",
            details={"field": "dir"},
        )
    return given


ROUTES: list[HTTPRouteHandler] = [create_backup, create_export]

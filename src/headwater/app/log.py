"""Logs: one line an event, text for people or JSON for collectors, to standard error. Never a secret.

The library is imported with the first logger, as the parent process may never need one.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from functools import cache
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    import structlog

_told = {"level": "warning", "form": "text"}


class _Patient(io.TextIOBase):
    """A text file, where a line that cannot be written is left out: a full disk must stop no work."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, s: str, /) -> int:
        with contextlib.suppress(OSError):
            return self._file.write(s)
        return 0

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._file.flush()


def configure(*, level: str, form: str) -> None:
    _told.update(level=level, form=form)
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )


def logger(role: str) -> structlog.stdlib.BoundLogger:
    import structlog

    _configure(**_told)
    return structlog.get_logger().bind(role=role)


@cache
def _configure(*, level: str, form: str) -> None:
    import structlog

    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Patient(sys.stderr))),
        cache_logger_on_first_use=True,
    )

"""The first start leaves a data directory ready, or as it was: half a directory would only puzzle the next start."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from headwater.app import stopping
from headwater.app.home import Home
from headwater.base.errors import InvalidInput

_POLL_S = 0.05


@contextlib.contextmanager
def whole_or_untouched(home: Home) -> Iterator[None]:
    """Makes the data directory, and holds it alone while the block makes it ready.

    When the block fails and the directory held no state before, what was made since is removed again. Raises
    InvalidInput when the directory cannot be made.
    """
    try:
        missing = [each for each in (home.directory, *home.directory.parents) if not each.exists()]
    except OSError as error:
        raise _unmade(home, error) from error
    try:
        _make(home)
        with _alone(home.directory):
            yield from _prepared(home)
    except BaseException:
        for each in missing:
            with contextlib.suppress(OSError):  # not empty: another start may have gone on with it
                each.rmdir()
        raise


def _prepared(home: Home) -> Iterator[None]:
    before = set(os.listdir(home.directory))
    try:
        try:
            home.create()
        except OSError as error:
            raise _unmade(home, error) from error
        yield
    except BaseException:
        if home.state.name not in before:
            _remove(home.directory, before)
        raise


def _make(home: Home) -> None:
    try:
        home.directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unmade(home, error) from error


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Trees of single roles may start at once; the second waits until the first has made the directory ready."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            _lock(handle)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            stopping.end_if_asked()
            time.sleep(_POLL_S)


def _remove(directory: Path, kept: set[str]) -> None:
    for entry in directory.iterdir():
        if entry.name not in kept:
            shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink(missing_ok=True)


def _unmade(home: Home, error: OSError) -> InvalidInput:
    reason = "there is a file of that name" if isinstance(error, FileExistsError) else error.strerror
    where = f" ({error.filename})" if error.filename and Path(error.filename) != home.directory else ""
    return InvalidInput(f"the data directory {home.directory} cannot be made: {reason}{where}. Nothing was started.")

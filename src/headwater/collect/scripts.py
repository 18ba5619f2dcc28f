"""The browser client's own files, for pages that load it from here instead of a CDN.

Served from a folder that the build fills (the client's `dist/umd`); what the folder does not hold is a 404 that
says so. All files are read once, at start: a request never touches the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from headwater.base.http import Reply
from headwater.collect import answers

_LOADER = "standalone.js"
_PLACEHOLDER = b"__WRITE_KEY__"
_ONE_SOURCE = "/analytics.js/v1/"
_BUNDLES = "/analytics-next/bundles/"
_NOTICES = "/analytics-next/NOTICES.txt"
_LOADER_NAMES = ("analytics.min.js", "analytics.js")
_TYPES = {".js": b"text/javascript; charset=utf-8", ".txt": b"text/plain; charset=utf-8"}


class Scripts:
    PATHS: ClassVar[tuple[str, ...]] = (_ONE_SOURCE + "{key}/analytics.min.js", _BUNDLES + "{file}", _NOTICES)

    def __init__(self, folder: Path | None) -> None:
        self._files = _read(folder) if folder is not None else {}

    def owns(self, path: str) -> bool:
        return path.startswith((_ONE_SOURCE, _BUNDLES)) or path == _NOTICES

    def reply(self, path: str, is_known: Callable[[str], bool]) -> Reply:
        if not self._files:
            return answers.not_found("The browser client is not built into this server; load it from npm or a CDN.")
        if path.startswith(_ONE_SOURCE):
            return self._loader(path[len(_ONE_SOURCE) :], is_known)
        name = path.rpartition("/")[2]
        content = self._files.get(name)
        if content is None:
            return answers.not_found(f"The browser client has no file {name[:80]}.")
        return answers.file(content, _type(name), max_age_s=3600)

    def _loader(self, path: str, is_known: Callable[[str], bool]) -> Reply:
        key, _, name = path.partition("/")
        content = self._files.get(_LOADER)
        if name not in _LOADER_NAMES or content is None:
            return answers.not_found(f"The browser client has no file {name[:80]}.")
        if not is_known(key):
            return answers.not_found("No source has this write key.")
        return answers.file(content.replace(_PLACEHOLDER, key.encode()), _type(name), max_age_s=300)


def _read(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    files = (path for path in sorted(folder.iterdir()) if path.suffix in _TYPES and path.is_file())
    return {path.name: path.read_bytes() for path in files}


def _type(name: str) -> bytes:
    return _TYPES["." + name.rpartition(".")[2]]

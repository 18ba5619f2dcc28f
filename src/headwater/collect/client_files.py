"""Fills the folder that `scripts` serves from, out of an npm install: the browser client and its licences.

    python -m headwater.collect.client_files NODE_MODULES FOLDER

The client is a third party's (@segment/analytics-next, MIT). Its bundles hold its dependencies too, so NOTICES.txt
names every package with the licence text that came with it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

CLIENT = "@segment/analytics-next"
NOTICES = "NOTICES.txt"

_LICENCE_NAMES = ("license", "licence", "copying", "copyright", "notice")
_RULE = "-" * 78

_LEFT_OUT = "tsub-middleware."
"""Routing rules, which our settings never hold: built from packages whose licences the client does not bring along."""


def fill(node_modules: Path, folder: Path) -> list[str]:
    """Copies the scripts and writes the notices; gives the names of the files. Raises FileNotFoundError."""
    licences = notices(node_modules)
    built = node_modules / CLIENT / "dist" / "umd"
    bundles = [bundle for bundle in sorted(built.glob("*.bundle.*.js")) if not bundle.name.startswith(_LEFT_OUT)]
    scripts = [built / "standalone.js", *bundles]
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.js"):
        old.unlink()
    for script in scripts:
        (folder / script.name).write_bytes(script.read_bytes())
    (folder / NOTICES).write_text(licences, "utf-8")
    return [script.name for script in scripts] + [NOTICES]


def notices(node_modules: Path) -> str:
    parts = [
        "Third-party software in the scripts of this folder\n\n"
        "These scripts are served unchanged, but for the write key. headwater is not affiliated with their authors.\n"
    ]
    for package, about in sorted(packages([CLIENT], node_modules), key=lambda found: found[1]["name"]):
        title = f"{about['name']} {about['version']} ({about.get('license', 'see below')})"
        texts = list(licence_texts(package)) or [
            "The package came without a licence text; what its package.json says stands above.\n"
        ]
        parts.append("\n".join((_RULE, title, _RULE, "", *texts)))
    return "\n".join(parts)


def packages(names: Iterable[str], node_modules: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """These packages and all that they depend on, once each: (folder, package.json)."""
    waiting = [_find(name, node_modules, node_modules) for name in names]
    seen: set[Path] = set()
    while waiting:
        package = waiting.pop()
        if package in seen:
            continue
        seen.add(package)
        about = json.loads((package / "package.json").read_text("utf-8"))
        yield package, about
        waiting += [_find(name, package, node_modules) for name in about.get("dependencies", {})]


def _find(name: str, user: Path, node_modules: Path) -> Path:
    """Where npm put a package for its user: in the nearest node_modules upwards."""
    place = user
    while place != node_modules.parent:
        for candidate in (place / "node_modules" / name, place / name if place.name == "node_modules" else None):
            if candidate is not None and (candidate / "package.json").is_file():
                return candidate
        place = place.parent
    raise FileNotFoundError(f"{name} is not installed in {node_modules}; run npm ci there first")


def licence_texts(package: Path) -> Iterator[str]:
    for file in sorted(package.iterdir()):
        if file.is_file() and file.name.lower().startswith(_LICENCE_NAMES):
            yield file.read_text("utf-8", "replace").strip() + "\n"


if __name__ == "__main__":
    print("\n".join(fill(Path(sys.argv[1]), Path(sys.argv[2]))))

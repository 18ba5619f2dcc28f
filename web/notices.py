"""Writes THIRD_PARTY_NOTICES.md: every package that is served to browsers, with its licence. Needs web/node_modules.

    python web/notices.py           write the file anew
    python web/notices.py --check   fail when it is not what would be written

The dashboard's list is all that it depends on, which is more than what is left of it in the built files. Its build
tools are no part of these, but for the small helpers that two of them leave there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from headwater.collect.client_files import CLIENT, licence_texts, packages

WEB = Path(__file__).resolve().parent
NODE_MODULES = WEB / "node_modules"
NOTICES = WEB.parent / "THIRD_PARTY_NOTICES.md"

BUILT = ("apps/dashboard", "packages/surfaces")
BUILD_TOOLS = {"vite", "@vitejs/plugin-react"}
LEAVE_HELPERS = ("rolldown", "vite")
OF_THE_TOOL_ITSELF = "# Licenses of bundled dependencies"

INTRODUCTION = """\
# Third-party notices

headwater's server hands files of others to browsers: a client for web pages, and the parts that its dashboard and its
scripts are built from. They stay under their own licences, which are listed here with their texts. The same file is in
the package and at `/NOTICES.txt` of every server; the client's notices are also at `/analytics-next/NOTICES.txt`.

The Python packages that headwater uses are not part of it: pip installs them, each with its own licence.

headwater is an independent project. It is not affiliated with the authors of these packages, and not with Twilio,
Candu or Produktly; names of products only say what headwater works with.
"""

MIT = """\
The package came without a licence text, and its package.json says MIT. That is:

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""

Package = tuple[Path, dict[str, Any]]


def main(arguments: list[str]) -> int:
    wanted = notices()
    if arguments != ["--check"]:
        NOTICES.write_text(wanted, "utf-8")
        return 0
    if NOTICES.is_file() and NOTICES.read_text("utf-8") == wanted:
        return 0
    print(f"{NOTICES.name} is not what web/node_modules gives; run `python web/notices.py`.", file=sys.stderr)
    return 1


def notices() -> str:
    client = found([CLIENT])
    about, renderer = (json.loads((WEB / each / "package.json").read_text("utf-8")) for each in BUILT)
    shown = found(renderer["dependencies"])
    helpers = [package for package in found(LEAVE_HELPERS) if package[1]["name"] in LEAVE_HELPERS]
    dashboard = found(about["dependencies"].keys() - BUILD_TOOLS) + helpers
    parts = (
        INTRODUCTION,
        "## The client for web pages\n\nUnder `/analytics.js/` and `/analytics-next/`, as published.\n",
        table(client),
        "## What shows content in pages\n\nIn `/sdk/latest/surfaces.js` and `/sdk/latest/author.js`.\n",
        table(shown),
        "## The dashboard\n",
        table(dashboard),
        "## Licence texts\n",
        *texts({title(package): package for package in (*client, *shown, *dashboard)}),
    )
    return "\n".join(parts)


def found(names: Iterable[str]) -> list[Package]:
    return sorted(packages(names, NODE_MODULES), key=title)


def title(package: Package) -> str:
    return f"{package[1]['name']} {package[1]['version']}"


def table(rows: Iterable[Package]) -> str:
    lines = [f"| {about['name']} | {about['version']} | {licence(about)} |" for _, about in rows]
    return "\n".join(("| package | version | licence |", "|---|---|---|", *lines, ""))


def licence(about: dict[str, Any]) -> str:
    named = about.get("license", "")
    return "see its text" if not named or named.startswith("SEE ") else named


def texts(by_title: dict[str, Package]) -> list[str]:
    """Each text once, under the packages that it came with."""
    owners: dict[str, list[str]] = {}
    for name, (folder, about) in sorted(by_title.items()):
        text = "\n\n".join(licence_texts(folder)).partition(OF_THE_TOOL_ITSELF)[0]
        text = "\n".join(line.rstrip() for line in text.strip().splitlines())
        if not text and about.get("license") != "MIT":
            raise SystemExit(f"{name} came without a licence text, and its licence is {about.get('license')!r}.")
        owners.setdefault(text or MIT, []).append(name)
    return [f"### {', '.join(names)}\n\n```text\n{text}\n```\n" for text, names in owners.items()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What is served to browsers is named with its licence, and every licence allows to hand it on."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTICES = ROOT / "THIRD_PARTY_NOTICES.md"
FREE = {"MIT", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "Unlicense", "(MIT OR CC0-1.0)"}
PERMISSION = re.compile(r"permission\s+is\s+hereby\s+granted|permission\s+to\s+use", re.IGNORECASE)


def test_the_notices_are_those_of_the_installed_parts():
    if not (ROOT / "web" / "node_modules" / ".installed-from").is_file():
        pytest.skip("the web parts are not installed (make setup does it)")
    command = [sys.executable, str(ROOT / "web" / "notices.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_every_package_has_a_free_licence_and_its_text():
    text = NOTICES.read_text("utf-8")
    rows = re.findall(r"^\| (\S+) \| (\d\S*) \| (.+) \|$", text, re.MULTILINE)
    licences = {f"{name} {version}": licence for name, version, licence in rows}
    assert "@segment/analytics-next 1.84.3" in licences
    assert any(name.startswith("react ") for name in licences)
    sections = {
        owner: body
        for heading, body in re.findall(r"^### (.+?)\n\n```text\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
        for owner in heading.split(", ")
    }
    assert sections.keys() == licences.keys()
    for name, licence in licences.items():
        assert licence in FREE or (licence == "see its text" and PERMISSION.search(sections[name])), name

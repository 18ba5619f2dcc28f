"""The folder of the browser client: its scripts, and a licence for every package in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.collect.client_files import fill
from tests.unit.collect.doors import KEY, get, make_door, reply


def package(node_modules: Path, name: str, licence: str | None, **dependencies: str) -> Path:
    folder = node_modules / name
    folder.mkdir(parents=True)
    about = {"name": name, "version": "1.2.3", "license": "MIT", "dependencies": dependencies}
    (folder / "package.json").write_text(json.dumps(about))
    if licence is not None:
        (folder / "LICENSE.md").write_text(licence)
    return folder


@pytest.fixture
def node_modules(tmp_path: Path) -> Path:
    modules = tmp_path / "node_modules"
    client = package(modules, "@segment/analytics-next", "client's licence", dset="^3", tslib="^2")
    umd = client / "dist" / "umd"
    umd.mkdir(parents=True)
    for name in ("standalone.js", "standalone.js.map", "7.bundle.ab.js", "7.bundle.ab.js.gz", "index.js"):
        (umd / name).write_text(f"/* {name} __WRITE_KEY__ */")
    package(modules, "dset", "dset's licence", tslib="^1")
    package(modules, "tslib", "tslib's licence")
    package(modules / "dset" / "node_modules", "tslib", None)
    package(modules, "unrelated", "not ours")
    return modules


def test_the_scripts_are_copied_and_old_ones_go(node_modules: Path, tmp_path: Path) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "7.bundle.old.js").write_text("old")
    assert fill(node_modules, folder) == ["standalone.js", "7.bundle.ab.js", "NOTICES.txt"]
    assert {path.name for path in folder.iterdir()} == {"standalone.js", "7.bundle.ab.js", "NOTICES.txt"}


def test_every_package_in_the_scripts_is_named_with_its_licence(node_modules: Path, tmp_path: Path) -> None:
    fill(node_modules, tmp_path / "scripts")
    text = (tmp_path / "scripts" / "NOTICES.txt").read_text("utf-8")
    for part in ("@segment/analytics-next 1.2.3 (MIT)", "client's licence", "dset's licence", "tslib's licence"):
        assert part in text
    assert text.count("tslib 1.2.3") == 2
    assert "came without a licence text" in text
    assert "unrelated" not in text


def test_what_it_fills_is_served(node_modules: Path, tmp_path: Path) -> None:
    fill(node_modules, tmp_path / "scripts")
    door = make_door(scripts=tmp_path / "scripts")
    assert reply(get(door, f"/analytics.js/v1/{KEY}/analytics.min.js")).body == f"/* standalone.js {KEY} */".encode()
    assert reply(get(door, "/analytics-next/bundles/7.bundle.ab.js")).status == 200
    assert b"dset's licence" in reply(get(door, "/analytics-next/NOTICES.txt")).body


def test_a_package_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="@segment/analytics-next is not installed"):
        fill(tmp_path / "node_modules", tmp_path / "scripts")

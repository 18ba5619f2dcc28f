from __future__ import annotations

from pathlib import Path

import pytest

from headwater.base.errors import Terminal
from headwater.control.seal import Sealer


def test_what_is_sealed_opens_again_and_cannot_be_read_off(tmp_path: Path) -> None:
    sealed = Sealer.at(tmp_path / "secret.key").seal("hunter2 ü")
    assert "hunter2" not in sealed
    assert Sealer.at(tmp_path / "secret.key").open(sealed) == "hunter2 ü"


def test_the_key_file_is_private(tmp_path: Path) -> None:
    Sealer.at(tmp_path / "deep" / "secret.key")
    assert (tmp_path / "deep" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_file_without_a_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("xx")
    with pytest.raises(Terminal, match=r"secret\.key holds no key"):
        Sealer.at(tmp_path / "secret.key")


def test_another_key_is_told_from_a_fault(tmp_path: Path) -> None:
    sealed = Sealer.at(tmp_path / "one.key").seal("x")
    with pytest.raises(Terminal, match="sealed with another key"):
        Sealer.at(tmp_path / "two.key").open(sealed)

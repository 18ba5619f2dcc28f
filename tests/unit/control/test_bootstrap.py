from __future__ import annotations

from pathlib import Path

import pytest

from headwater.base.errors import InvalidInput
from headwater.control.bootstrap import bootstrap, open_store
from headwater.control.store import Store


def test_the_first_start_makes_a_workspace_and_a_private_token(store: Store, tmp_path: Path) -> None:
    made = bootstrap(store, tmp_path, "eu")
    path = tmp_path / "admin-token"
    assert path.stat().st_mode & 0o777 == 0o600
    assert made.region == "eu"
    assert store.access.key_by_token(path.read_text().strip()) is not None


def test_a_later_start_changes_nothing(store: Store, tmp_path: Path) -> None:
    first = bootstrap(store, tmp_path, "us")
    token = (tmp_path / "admin-token").read_text()
    store.close()
    again = open_store(tmp_path)
    assert bootstrap(again, tmp_path, "eu") == first
    assert (tmp_path / "admin-token").read_text() == token
    again.close()


def test_a_lost_token_file_is_replaced_by_a_new_token(store: Store, tmp_path: Path) -> None:
    bootstrap(store, tmp_path, "us")
    old = (tmp_path / "admin-token").read_text().strip()
    (tmp_path / "admin-token").unlink()
    bootstrap(store, tmp_path, "us")
    assert store.access.key_by_token(old) is None
    assert store.access.key_by_token((tmp_path / "admin-token").read_text().strip()) is not None


def test_a_given_token_counts_and_is_not_written_down(store: Store, tmp_path: Path) -> None:
    bootstrap(store, tmp_path, "us", "chosen-by-the-operator")
    assert store.access.key_by_token("chosen-by-the-operator") is not None
    assert not (tmp_path / "admin-token").exists()


@pytest.mark.parametrize("token", ["", "short", "with blank inside it", "ümlaut-in-the-token"])
def test_a_weak_or_unusable_token_stops_the_start(store: Store, tmp_path: Path, token: str) -> None:
    with pytest.raises(InvalidInput, match="HEADWATER_ADMIN_TOKEN") as caught:
        bootstrap(store, tmp_path, "us", token)
    assert not token or token not in caught.value.message

"""What the log of attempts may show of a connection's secrets: nothing."""

from __future__ import annotations

import pytest

from headwater.catalog.destination_load import load_destinations
from headwater.control.model import MASK
from headwater.send.render import Mask
from tests.unit.send.room import webhook


def _mask(url: str) -> Mask:
    entry = webhook(url, settings={"url": url, "sharedSecret": "shared-secret"})
    return Mask(load_destinations().destination("webhook"), entry.settings)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ann:pw@r.test/in", f"https://ann:{MASK}@r.test/in"),
        ("https://ann:p@ss:word@r.test:8443/in?a=@b", f"https://ann:{MASK}@r.test:8443/in?a=@b"),
        ("https://t0ken@r.test", f"https://{MASK}@r.test"),
        ("https://:pw@r.test/", f"https://:{MASK}@r.test/"),
        ("https://r.test?mail=a@b.test", "https://r.test?mail=a@b.test"),
        ("https://r.test/@someone?mail=a@b.test", "https://r.test/@someone?mail=a@b.test"),
    ],
)
def test_the_password_of_a_url_is_masked_and_the_rest_is_shown(url: str, shown: str) -> None:
    assert _mask(url).text(url) == shown
    assert _mask(url).text(f"about {url}, and more") == f"about {shown}, and more"


def test_a_part_of_a_url_that_looks_like_a_password_is_left_elsewhere() -> None:
    assert _mask("https://ann:in@r.test/in").text("https://ann:in@r.test/in") == f"https://ann:{MASK}@r.test/in"


def test_secret_settings_and_headers_are_masked() -> None:
    mask = _mask("https://r.test/")
    assert mask.text("with shared-secret within") == f"with {MASK} within"
    assert mask.headers([("Authorization", "Basic YTpi"), ("X-Plain", "shown")]) == (
        ("Authorization", f"Basic {MASK}"),
        ("X-Plain", "shown"),
    )

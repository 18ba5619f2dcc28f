"""What is a person's, and what only looks like it."""

from __future__ import annotations

import pytest

from headwater.base.subject import Subject

ANN = Subject(
    workspace_id="ws",
    user_ids=frozenset(["user-17", "17"]),
    anonymous_ids=frozenset(["device-1"]),
    emails=frozenset(["änn@example.com"]),
)


@pytest.mark.parametrize(
    ("user_id", "anonymous_id", "previous_id", "theirs"),
    [
        ("user-17", None, None, True),
        ("17", "other", None, True),
        (None, "device-1", None, True),
        ("", "device-1", None, True),
        ("user-18", "device-1", None, False),
        (None, "device-2", None, False),
        ("user-18", None, "user-17", True),
        ("user-18", None, "device-1", True),
        (None, None, None, False),
    ],
)
def test_an_event_is_theirs_by_the_ids_that_it_names(
    user_id: str | None, anonymous_id: str | None, previous_id: str | None, theirs: bool
) -> None:
    assert ANN.owns(user_id, anonymous_id, previous_id) is theirs


@pytest.mark.parametrize(
    "text",
    [
        '{"userId":"user-17"',
        "userId=user-17&x=1",
        '{"userId":"17"}',
        '{"email":"änn@example.com"}',
        '{"email":"\\u00e4nn@example.com"}',
        "hello user-17.",
    ],
)
def test_a_text_mentions_them(text: str) -> None:
    assert ANN.mentions(text.encode())


@pytest.mark.parametrize("text", ['{"userId":"user-170"}', '{"n":17}', '{"userId":"my-user-17x"}', "17:17", ""])
def test_a_text_that_only_looks_like_it_does_not(text: str) -> None:
    assert not ANN.mentions(text.encode())


def test_nobody_is_mentioned_nowhere() -> None:
    assert not Subject(workspace_id="ws").mentions(b"anything")

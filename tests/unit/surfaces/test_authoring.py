"""Author sessions: who may ask, for how long, and what an address looks like with a code in it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from headwater.base.errors import InvalidInput, NotFound
from headwater.surfaces.authoring import LASTS_S, MAX_OPEN, AuthorSession, AuthorSessions, Picked


class Clock:
    now_s = 1_772_366_400.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> AuthorSessions:
    numbers = itertools.count()
    return AuthorSessions(clock=clock, new_code=lambda: f"code{next(numbers)}")


def begin(sessions: AuthorSessions, url: str = "https://app.example.com/a", **given: Any) -> AuthorSession:
    return sessions.begin("ws_1", **({"content_id": 7, "mode": "pick", "url": url, "document_id": None} | given))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://app.example.com", "https://app.example.com/?headwater_author=code0"),
        ("https://app.example.com/a?b=c%20d&e", "https://app.example.com/a?b=c%20d&e&headwater_author=code0"),
        ("http://localhost:3000/#/route", "http://localhost:3000/?headwater_author=code0#/route"),
        ("https://app.example.com/?headwater_author=old&x=1", "https://app.example.com/?x=1&headwater_author=code0"),
    ],
)
def test_the_code_stands_in_the_query(sessions: AuthorSessions, url: str, expected: str) -> None:
    assert begin(sessions, url).url == expected


@pytest.mark.parametrize(
    "url", ["", "/a", "app.example.com", "javascript:alert(1)", "ftp://a/b", "https://", "https://[::1"]
)
def test_what_no_browser_opens_is_refused(sessions: AuthorSessions, url: str) -> None:
    with pytest.raises(InvalidInput, match="no address of a page"):
        begin(sessions, url)
    with pytest.raises(InvalidInput, match="allowed are 2000"):
        begin(sessions, "https://a.example/" + "a" * 2_000)


def test_a_session_goes_from_waiting_to_picked(sessions: AuthorSessions) -> None:
    code = begin(sessions).code
    assert sessions.get("ws_1", code).status == "waiting"
    assert sessions.opened("ws_1", code).status == "opened"
    first, second = (Picked(selectors=(each,), text="Save", url="https://app.example.com/a") for each in ("#a", "#b"))
    for picked in (first, second):
        assert sessions.pick("ws_1", code, picked).picked == picked
    assert (sessions.opened("ws_1", code).status, sessions.get("ws_1", code).picked) == ("picked", second)


def test_only_its_workspace_knows_it(sessions: AuthorSessions) -> None:
    code = begin(sessions).code
    for workspace_id, given in (("ws_2", code), ("ws_1", "guess"), ("ws_1", "")):
        for call in (sessions.get, sessions.opened):
            with pytest.raises(NotFound) as caught:
                call(workspace_id, given)
            assert caught.value.code == "author_session_ended"


def test_it_ends_after_half_an_hour(sessions: AuthorSessions, clock: Clock) -> None:
    code = begin(sessions).code
    assert sessions.get("ws_1", code).expires_at == "2026-03-01T12:30:00.000Z"
    clock.now_s += LASTS_S - 1
    sessions.opened("ws_1", code)
    clock.now_s += 1
    with pytest.raises(NotFound):
        sessions.get("ws_1", code)


def test_the_oldest_gives_way_when_there_are_too_many(sessions: AuthorSessions) -> None:
    codes = [begin(sessions).code for _ in range(MAX_OPEN + 1)]
    sessions.get("ws_1", codes[1])
    with pytest.raises(NotFound):
        sessions.get("ws_1", codes[0])


@pytest.mark.parametrize(
    "picked",
    [
        Picked(selectors=(), text="", url=""),
        Picked(selectors=("#a",) * 21, text="", url=""),
        Picked(selectors=(" ",), text="", url=""),
        Picked(selectors=("a" * 1_001,), text="", url=""),
        Picked(selectors=("#a",), text="x" * 501, url=""),
        Picked(selectors=("#a",), text="", url="x" * 2_001),
    ],
)
def test_what_is_no_choice_is_refused(sessions: AuthorSessions, picked: Picked) -> None:
    code = begin(sessions).code
    with pytest.raises(InvalidInput, match="Nothing was chosen"):
        sessions.pick("ws_1", code, picked)
    assert sessions.get("ws_1", code).status == "waiting"


def test_codes_cannot_be_guessed() -> None:
    sessions = AuthorSessions()
    codes = {begin(sessions).code for _ in range(100)}
    assert len(codes) == 100
    assert min(map(len, codes)) >= 32

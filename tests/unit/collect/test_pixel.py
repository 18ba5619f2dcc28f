"""The pixel: the same image for every request, and the event stored when there is one."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from headwater.collect.answers import GIF
from headwater.collect.door import Decision, Durable
from tests.unit.collect.doors import BROWSER_KEY, DISABLED_KEY, KEY, events, get, header, make_door, reply, stored

EVENT = {"writeKey": KEY, "userId": "u1", "event": "Opened", "properties": {"subject": "Grüße ÿÿ?>"}}


def data(event: Any, *, standard: bool = False) -> str:
    encode = base64.b64encode if standard else base64.urlsafe_b64encode
    return encode(json.dumps(event, ensure_ascii=False).encode()).decode()


def pixel(query: str, kind: str = "track") -> Decision:
    decision = get(make_door(), f"/v1/pixel/{kind}", query)
    assert reply(decision).status == 200
    assert reply(decision).body == GIF
    assert header(decision, b"content-type") == b"image/gif"
    assert b"no-store" in (header(decision, b"cache-control") or b"")
    return decision


@pytest.mark.parametrize("standard", [False, True])
@pytest.mark.parametrize("trim", [False, True])
def test_base64_of_either_alphabet_padded_or_not(standard: bool, trim: bool) -> None:
    text = data(EVENT, standard=standard)
    text = text.rstrip("=") if trim else text
    assert events(pixel("data=" + quote(text, safe=""))) == [EVENT]
    assert events(pixel("data=" + text)) == [EVENT]


def test_dotted_parameters() -> None:
    query = urlencode(
        {
            "writeKey": KEY,
            "userId": "u1",
            "event": "Opened",
            "properties.subject": "Hello & more",
            "context.campaign.name": "x",
        }
    )
    assert events(pixel(query)) == [
        {
            "userId": "u1",
            "event": "Opened",
            "properties": {"subject": "Hello & more"},
            "context": {"campaign": {"name": "x"}},
        }
    ]


def test_umlauts_that_were_not_percent_encoded() -> None:
    query = f"writeKey={KEY}&userId=u&event=Grüße".encode().decode("latin-1")
    assert events(pixel(query))[0]["event"] == "Grüße"


def test_the_first_of_two_equal_parameters_counts() -> None:
    assert events(pixel(f"writeKey={KEY}&userId=a&userId=b&event=e"))[0]["userId"] == "a"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("identify", {"userId": "u"}),
        ("group", {"userId": "u", "groupId": "g"}),
        ("alias", {"userId": "u", "previousId": "p"}),
        ("page", {"anonymousId": "a"}),
        ("screen", {"anonymousId": "a"}),
        ("track", {"userId": "u", "event": "e"}),
    ],
)
def test_every_kind(kind: str, fields: dict[str, str]) -> None:
    assert stored(pixel(urlencode({"writeKey": KEY} | fields), kind))[0].call == kind


def test_the_key_may_stand_beside_the_data() -> None:
    without = {name: value for name, value in EVENT.items() if name != "writeKey"}
    assert events(pixel(f"writeKey={KEY}&data={data(without)}")) == [without]


@pytest.mark.parametrize(
    ("query", "kind", "count"),
    [
        ("", "track", ("", "invalid_write_key")),
        ("writeKey=nope&userId=u&event=e", "track", ("", "invalid_write_key")),
        (f"writeKey={KEY}&userId=u", "track", ("src_1", "event_not_defined")),
        (f"writeKey={KEY}&event=e", "track", ("src_1", "no_user_anon_id")),
        (f"writeKey={KEY}&userId=u&event=e", "nothing", ("src_1", "type_not_known")),
        (f"writeKey={KEY}&userId=u&event=e&properties=x", "track", ("src_1", "properties_not_object")),
        ("data=!!!", "track", ("", "bad_request")),
        ("data=" + data([]), "track", ("", "invalid_write_key")),
        ("data=bm8", "track", ("", "bad_request")),
        (f"writeKey={KEY}&a=1&a.b=2", "track", ("", "bad_request")),
        (f"writeKey={KEY}&a.b=2&a=1", "track", ("", "bad_request")),
        ("&".join(f"f{n}=1" for n in range(1001)), "track", ("", "bad_request")),
        (f"writeKey={KEY}&event=%ff", "track", ("", "bad_request")),
        ("a" + ".a" * 200 + "=1", "track", ("", "nested_too_deep")),
        (f"writeKey={KEY}&event={'x' * 33_000}", "track", ("", "payload_too_large")),
    ],
)
def test_the_image_comes_whatever_happens_and_the_fate_is_counted(
    query: str, kind: str, count: tuple[str, str]
) -> None:
    door = make_door()
    decision = get(door, f"/v1/pixel/{kind}", query)
    assert not isinstance(decision, Durable)
    assert (reply(decision).status, reply(decision).body) == (200, GIF)
    assert door.rejected == {count: 1}


def test_a_disabled_source_and_a_browser_source() -> None:
    query = "userId=u&event=e&writeKey="
    assert stored(pixel(query + DISABLED_KEY))[0].fate == "source_disabled"
    assert stored(pixel(query + BROWSER_KEY))[0].ip == "203.0.113.9"


def test_head_shows_the_image_without_its_bytes_and_stores_nothing() -> None:
    decision = get(make_door(), "/v1/pixel/track", f"writeKey={KEY}&userId=u&event=e", method="HEAD")
    assert not isinstance(decision, Durable)
    assert reply(decision).status == 200
    assert reply(decision).body == b""


def test_a_throttled_pixel_is_an_image_too() -> None:
    door = make_door(rate_limit_per_s=1.0, rate_limit_burst=1.0)
    query = f"writeKey={KEY}&userId=u&event=e"
    assert isinstance(get(door, "/v1/pixel/track", query), Durable)
    assert reply(get(door, "/v1/pixel/track", query)).body == GIF
    assert door.throttled == {"src_1": 1}

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.base.errors import Conflict
from headwater.base.naming import (
    MAX_NAME_BYTES,
    RESERVED_SCHEMAS,
    STANDARD_TABLES,
    column_name,
    schema_name,
    snake_case,
    table_name,
)

OFFICIAL = {
    "samPLE text": "sam_ple_text",
    "sampleText": "sample_text",
    "sample___text": "sample_text",
    "   $#$sample   2    Text ": "sample_2_text",
    "___$$Base64Encode": "base64_encode",
    "FOO:BAR$BAZ": "foo_bar_baz",
    "something.com": "something_com",
    "CStringRef": "cstring_ref",
    "THE5r": "the5r",
    "5TEst": "5test",
    "_5TEst": "5test",
    "edf_6N": "edf_6n",
    "f_pX9": "f_p_x9",
    "p_z9Rg": "p_z9_rg",
    "lk0B@bFmjrLQ_Z6YL": "lk0_b_b_fmjr_lq_z6yl",
    "@49L0S145_¬fwHƒ0TSLNVp": "49l0s145_fw_h_0tslnvp",
    "2FA Enabled": "2fa_enabled",
    "•¶§ƒ˚foo˙∆˚¬": "foo",
}
DERIVED = {
    "tutorial.view": "tutorial_view",
    "Nps Widget Shown": "nps_widget_shown",
    "IDENTIFY_USER": "identify_user",
    "statsig::gate_exposure": "statsig_gate_exposure",
    "userID": "user_id",
    "HTMLParser": "htmlparser",
    "MRRValue": "mrrvalue",
    "sessionIDs": "session_ids",
    "iOSVersion": "i_osversion",
    "_id": "id",
    "a__b": "a_b",
    "sample_": "sample",
    "日本語": "",
    "": "",
}


def hex8(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@pytest.mark.parametrize(("name", "folded"), [*OFFICIAL.items(), *DERIVED.items()])
def test_snake_case_vectors(name: str, folded: str) -> None:
    assert snake_case(name) == folded


@given(st.text(max_size=40))
def test_snake_case_is_total_and_settles(name: str) -> None:
    folded = snake_case(name)
    assert folded.isascii()
    assert folded == folded.lower()
    assert "__" not in folded
    assert not folded.startswith("_")
    assert snake_case(folded) == folded


def by_the_letter(text: str) -> str:
    """The published steps, one byte at a time: what the regular expressions must agree with."""
    data, out, at, lower_since = text, "", 0, False
    while at < len(data):
        char = data[at]
        follows = data[at + 1 : at + 2]
        if char == "_" and 0 < at < len(data) - 1 and follows.isascii() and (follows.islower() or follows.isdigit()):
            lower_since = False
        elif char.isascii() and (char.islower() or char.isdigit()):
            lower_since = lower_since or char.islower()
        else:
            break
        out, at = out + char, at + 1

    def run(at: int, out: str) -> tuple[int, str]:
        while at < len(data) and data[at].isascii() and (data[at].isupper() or data[at].isdigit()):
            out, at = out + data[at].lower(), at + 1
        while at < len(data) and data[at].isascii() and (data[at].islower() or data[at].isdigit()):
            out, at = out + data[at], at + 1
        return at, out

    if at < len(data) and data[at].isascii() and data[at].isupper() and not lower_since:
        at, out = run(at, out)
    while True:
        while at < len(data) and not (data[at].isascii() and data[at].isalnum()):
            at += 1
        if at == len(data):
            return out
        at, out = run(at, out + "_" if out else out)


@given(st.text(alphabet="aZ0_ .é", max_size=12))
def test_snake_case_agrees_with_the_published_steps(name: str) -> None:
    assert snake_case(name) == by_the_letter(name)


@pytest.mark.parametrize(
    ("label", "schema"),
    [
        ("Candu_Prod", "candu_prod"),
        ("Candu_Staging", "candu_staging"),
        ("Produktly Prod", "produktly_prod"),
        ("3doctors", "_3doctors"),
        ("日本語", f"source_{hex8('日本語')}"),
        ("!!!", f"source_{hex8('!!!')}"),
        ("123", f"source_{hex8('123')}"),
        ("", f"source_{hex8('')}"),
        ("select", "select"),
    ],
)
def test_schema_of_a_label(label: str, schema: str) -> None:
    assert schema_name(label, set()) == schema


@pytest.mark.parametrize("label", ["Main", "production", "Headwater", "customer-events", "REST", "segments", "temp"])
def test_reserved_schemas_are_taken(label: str) -> None:
    with pytest.raises(Conflict) as caught:
        schema_name(label, set())
    assert caught.value.code == "schema_taken"
    assert caught.value.details["schema"] in RESERVED_SCHEMAS


def test_a_schema_of_another_source_is_taken() -> None:
    with pytest.raises(Conflict, match='"candu_prod", which belongs to another source'):
        schema_name("Candu Prod", {"candu_prod"})


@pytest.mark.parametrize(
    ("event", "table"),
    [
        ("Tour Auto Start", "tour_auto_start"),
        ("2FA Enabled", "_2fa_enabled"),
        ("Users", "event_users"),
        ("tracks", "event_tracks"),
        ("日本語", f"event_{hex8('日本語')}"),
        ("order", "order"),
    ],
)
def test_table_of_an_event(event: str, table: str) -> None:
    assert table_name(event) == table


def test_no_event_takes_a_standard_table() -> None:
    assert not {table_name(name.title()) for name in STANDARD_TABLES} & STANDARD_TABLES


@pytest.mark.parametrize(
    ("path", "column"),
    [
        (("tutorialId",), "tutorial_id"),
        (("metadata", "stepIndex"), "metadata_step_index"),
        (("2fa",), "_2fa"),
        (("a", "2fa"), "a_2fa"),
        (("",), f"property_{hex8('')}"),
        (("日本",), f"property_{hex8('日本')}"),
        (("a", "日本"), f"a_property_{hex8('日本')}"),
    ],
)
def test_column_of_a_path(path: tuple[str, ...], column: str) -> None:
    assert column_name(*path) == column


@pytest.mark.parametrize("length", [62, 63, 64, 300, 5000])
def test_long_names_are_cut_and_stay_apart(length: int) -> None:
    one, other = table_name("a" * length), table_name("a" * (length + 1))
    assert one != other
    assert len(one) <= MAX_NAME_BYTES
    assert column_name("a" * length) == one


def test_a_long_name_that_begins_with_a_digit_stays_within_the_limit() -> None:
    assert len(table_name("9" * 63)) == MAX_NAME_BYTES


@given(st.text(max_size=100))
def test_every_text_has_a_usable_name(text: str) -> None:
    for name in (table_name(text), column_name(text)):
        assert 0 < len(name) <= MAX_NAME_BYTES
        assert not name[0].isdigit()
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")

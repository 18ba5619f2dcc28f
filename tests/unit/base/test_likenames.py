"""Which names look like slips of others."""

from __future__ import annotations

import time

import pytest

from headwater.base.likenames import Slip, one_off, slips


@pytest.mark.parametrize("name", ["Email", "E-mail", "e_mail", "EMAIL", "emial", "emal", "emaill", "emeil", "Emial"])
def test_other_spellings_of_email_are_pointed_out(name: str) -> None:
    assert slips({name: 3, "email": 9, "plan": 12}) == [Slip(name, 3, "email", 9, "reserved")]


def test_email_is_pointed_out_where_nobody_has_it() -> None:
    assert slips({"Email": 2}) == [Slip("Email", 2, "email", 0, "reserved")]


def test_a_reserved_name_is_no_slip_of_a_more_common_one() -> None:
    assert slips({"Email": 9, "email": 1}) == [Slip("Email", 9, "email", 1, "reserved")]


def test_names_that_differ_by_case_or_marks_alone() -> None:
    found = slips({"companyName": 9, "company_name": 2, "CompanyName": 1, "plan": 9, "Plan": 9})
    assert found == [
        Slip("plan", 9, "Plan", 9, "spelling"),
        Slip("company_name", 2, "companyName", 9, "spelling"),
        Slip("CompanyName", 1, "companyName", 9, "spelling"),
    ]


@pytest.mark.parametrize("name", ["", " ", "\t\n", "\u00a0", "\u200b"])
def test_a_name_of_which_nothing_is_seen_is_no_slip_of_another(name: str) -> None:
    assert slips({name: 2, "plan": 9, "  ": 1}) == [Slip(name, 2, "", 0, "blank"), Slip("  ", 1, "", 0, "blank")]


def test_names_of_marks_alone_are_names_of_their_own() -> None:
    assert slips({"$": 9, "%": 1, "\U0001f642": 3}) == []


@pytest.mark.parametrize("slip", ["comapny", "compan", "companyy", "kompany", "companx", "cmopany"])
def test_names_one_letter_off_a_more_common_one(slip: str) -> None:
    assert slips({slip: 1, "company": 40}) == [Slip(slip, 1, "company", 40, "typo")]


@pytest.mark.parametrize(
    "names", [("address1", "address2"), ("login", "logins"), ("role", "rule"), ("seats", "teams"), ("email", "mailing")]
)
def test_names_of_their_own_are_left_alone(names: tuple[str, str]) -> None:
    assert slips(dict.fromkeys(names, 1)) == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("abc", "abc", False),
        ("abc", "abd", True),
        ("abc", "acb", True),
        ("abc", "ab", True),
        ("abc", "xabc", True),
        ("abcd", "badc", False),
        ("", "a", True),
        ("", "ab", False),
    ],
)
def test_one_off(one: str, other: str, expected: bool) -> None:
    assert one_off(one, other) is one_off(other, one) is expected


def test_thousands_of_names_are_no_burden() -> None:
    names = {f"trait {chr(97 + n % 26)}{n * 7919} of a person": n for n in range(10_000)}
    began = time.perf_counter()
    slips(names)
    assert time.perf_counter() - began < 30  # one by one against each other they would take minutes
